"""What a placement plan looks like on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.presentation.allocation.plan_tables import placed_by_place
from workbench.presentation.allocation.report_words import words_of
from workbench.presentation.display import source_line
from workbench.presentation.drawing.maps import credit, dense_region, equal_area, plan_map
from workbench.presentation.findings import Figure, Several
from workbench.presentation.languages import say
from workbench.presentation.wording import listing, number, percent

if TYPE_CHECKING:
    from workbench.studies.allocation import AllocationResult

FEWEST = 10
"""With fewer places that have a position, the table says all that a map could."""


def _source(result: AllocationResult, language: str) -> str:
    whose = words_of(result).source
    made_up = f"{say(whose, language)} " if whose else ""
    run = say("Run {key}.", language, key=result.record.short_key)
    return f"{source_line(result.sources, language)}. {made_up}{run}"


def plan_on_map(result: AllocationResult, language: str = "en") -> Figure | Several:
    """Return where persons are placed; the table of all places says the same in figures.

    Nothing where few places have a position, or nobody is placed in one of them.
    """
    places = placed_by_place(result).sort_values("place").reset_index(drop=True)
    located = places.dropna(subset=["lon", "lat"]).reset_index(drop=True)
    taking = located[located["placed"] > 0]
    if len(located) < FEWEST or taking.empty:
        return Several(())
    most = taking.sort_values(["placed", "name"], ascending=[False, True]).head(5)
    five = zip(most["name"], most["placed"], strict=True)
    named = listing([f"{name} ({number(placed, language=language)})" for name, placed in five], language)
    x, y = equal_area(located["lon"].to_numpy(float), located["lat"].to_numpy(float))
    across, up, half = dense_region(x, y)
    inside = (np.abs(x - across) <= half) & (np.abs(y - up) <= half)
    share = float(located.loc[inside, "placed"].sum() / max(1, located["placed"].sum()))
    words = words_of(result)
    return Figure(
        name="plan-by-municipality",
        drawing=plan_map(located, say(words.map_title, language), language=language),
        caption=say(words.map_caption, language, share=percent(share, language=language)),
        alternative=say(
            words.map_alternative,
            language,
            some=number(len(taking), language=language),
            all=number(len(located), language=language),
            named=named,
        ),
        source=_source(result, language) + credit(located, language),
        data=places,
    )
