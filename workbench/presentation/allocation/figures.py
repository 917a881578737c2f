"""What a placement plan looks like on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.presentation.allocation.plan import placed_by_place
from workbench.presentation.findings import Figure
from workbench.presentation.maps import credit, dense_region, equal_area, plan_map
from workbench.presentation.wording import listing, number, percent

if TYPE_CHECKING:
    from workbench.studies.allocation import AllocationResult


def _source(result: AllocationResult) -> str:
    published = "; ".join(dict.fromkeys(source.line() for source in result.sources))
    return f"Source: {published}. Synthetic households. Run {result.record.short_key}."


def plan_on_map(result: AllocationResult) -> Figure:
    """Return where the synthetic persons are placed; the table of all places says the same in figures."""
    places = placed_by_place(result).sort_values("place").reset_index(drop=True)
    located = places.dropna(subset=["lon", "lat"]).reset_index(drop=True)
    most = located.sort_values(["placed", "name"], ascending=[False, True]).head(5)
    named = listing([f"{name} ({number(placed)})" for name, placed in zip(most["name"], most["placed"], strict=True)])
    x, y = equal_area(located["lon"].to_numpy(float), located["lat"].to_numpy(float))
    across, up, half = dense_region(x, y)
    inside = (np.abs(x - across) <= half) & (np.abs(y - up) <= half)
    share = float(located.loc[inside, "placed"].sum() / max(1, located["placed"].sum()))
    return Figure(
        name="plan-by-municipality",
        drawing=plan_map(located, "Synthetic persons placed, by municipality"),
        caption=f"Synthetic persons find places all over the country; the densest region, enlarged, takes "
        f"{percent(share)} of them. A circle's area shows persons placed, a dot a municipality without any.",
        alternative=(
            f"Map of municipalities as circles at their centroids. {number((located['placed'] > 0).sum())} of "
            f"{number(len(located))} receive synthetic persons; most go to {named}. The table of all municipalities "
            "in this report gives every figure."
        ),
        source=_source(result) + credit(located),
        data=places,
    )
