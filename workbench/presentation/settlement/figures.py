"""What a settlement forecast looks like: expected persons on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.presentation.display import source_line
from workbench.presentation.findings import Figure, Finding
from workbench.presentation.maps import credit, plan_map
from workbench.presentation.settlement.forecast import medians
from workbench.presentation.wording import count, listing, percent

if TYPE_CHECKING:
    from workbench.studies.settlement import SettlementResult


def on_map(result: SettlementResult) -> Figure | Finding:
    """Return the forecast medians of the first year on a map; the table of all places says the same in figures."""
    rows = medians(result).merge(result.positions, on="municipality")
    rows = rows.dropna(subset=["lon", "lat"]).reset_index(drop=True)
    if len(rows) < 2:
        return Finding("No map: the places have no positions.")
    year = result.label(result.years[0])
    most = listing([f"{n} ({count(v)})" for n, v in zip(rows["name"][:5], rows["median"][:5], strict=True)])
    top = float(rows["median"][:10].sum() / max(rows["median"].sum(), 1))
    return Figure(
        name="settlement-map",
        drawing=plan_map(
            rows.rename(columns={"median": "placed"}), f"Forecast median {year}, persons by municipality", count
        ),
        caption=f"Newcomers settle all over the country; the ten municipalities with most take about {percent(top)}. A "
        "circle's area shows the median of the forecast, a dot a municipality with a median of none.",
        alternative=f"Map of municipalities as circles at their centroids. Most are expected in {most}. The table of "
        "all municipalities in this report gives every figure with its interval.",
        source=f"{source_line(result.sources)}. Known at the forecast: data to {result.label(result.as_of)}. "
        f"Run {result.record.short_key}.{credit(rows)}",
        data=rows,
    )
