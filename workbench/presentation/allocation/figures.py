"""What a placement plan looks like on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.presentation.allocation.plan_tables import placed_by_place
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
    return (
        f"{source_line(result.sources, language)}. "
        + (say("Synthetic households.", language) + " " if result.synthetic else "")
        + say("Run {key}.", language, key=result.record.short_key)
    )


def plan_on_map(result: AllocationResult, language: str = "en") -> Figure | Several:
    """Return where persons are placed; the table of all places says the same in figures. Nothing without positions."""
    places = placed_by_place(result).sort_values("place").reset_index(drop=True)
    located = places.dropna(subset=["lon", "lat"]).reset_index(drop=True)
    if len(located) < FEWEST:
        return Several(())
    most = located.sort_values(["placed", "name"], ascending=[False, True]).head(5)
    five = zip(most["name"], most["placed"], strict=True)
    named = listing([f"{name} ({number(placed, language=language)})" for name, placed in five], language)
    x, y = equal_area(located["lon"].to_numpy(float), located["lat"].to_numpy(float))
    across, up, half = dense_region(x, y)
    inside = (np.abs(x - across) <= half) & (np.abs(y - up) <= half)
    share = float(located.loc[inside, "placed"].sum() / max(1, located["placed"].sum()))
    return Figure(
        name="plan-by-municipality",
        drawing=plan_map(
            located,
            say("Synthetic persons placed, by municipality", language)
            if result.synthetic
            else say("Persons proposed, by place", language),
            language=language,
        ),
        caption=say(
            "Synthetic persons find places all over the country; the densest region, enlarged, takes {share} of them. "
            "A circle's area shows persons placed, a dot a municipality without any.",
            language,
            share=percent(share, language=language),
        )
        if result.synthetic
        else say(
            "A circle's area shows the persons proposed for a place, a dot a place without any. The densest region, "
            "enlarged, takes {share} of them.",
            language,
            share=percent(share, language=language),
        ),
        alternative=say(
            "Map of municipalities as circles at their centroids. {some} of {all} receive synthetic persons; most go "
            "to {named}. The table of all municipalities in this report gives every figure.",
            language,
            some=number((located["placed"] > 0).sum(), language=language),
            all=number(len(located), language=language),
            named=named,
        )
        if result.synthetic
        else say(
            "Map of places as circles at their positions. {some} of {all} receive persons; most go to {named}. The "
            "table of all places in this report gives every figure.",
            language,
            some=number((located["placed"] > 0).sum(), language=language),
            all=number(len(located), language=language),
            named=named,
        ),
        source=_source(result, language) + credit(located, language),
        data=places,
    )
