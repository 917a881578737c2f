"""What is said of those who stay where they were settled and those who move on, in sentences and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.presentation.findings import Finding
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, NBSP, count, counted, ends, listing, number, percent

if TYPE_CHECKING:
    from workbench.studies.settlement.moves import MovesResult


def retention(moved: MovesResult) -> Table:
    """Return the share still in the first municipality after 1, 3 and 5 years, beside what was assumed."""
    rows = moved.retention
    records = rows.to_dict("records")
    return Table(
        name="settlement-retention",
        caption="How many stay in the municipality where they were settled: mostly assumed, little learnt",
        columns=(
            Column("After", tuple(counted(int(r["years"]), "year") for r in records), right=False),
            Column("Still there, median", tuple(percent(r["median"]) for r in records)),
            Column(f"80{NBSP}% interval", tuple(_shares(r["low80"], r["high80"]) for r in records)),
            Column("Assumed before, median", tuple(percent(r["prior_median"]) for r in records)),
            Column(f"80{NBSP}% before", tuple(_shares(r["prior_low80"], r["prior_high80"]) for r in records)),
        ),
        data=rows,
        sources=moved.sources[:1],
        notes=(
            "The published stock has two duration classes, which say how many of those settled within five years have "
            "moved and not when: the years are told apart by the assumption that more leave once the introduction "
            "period has ended.",
        ),
    )


def retention_by_size(moved: MovesResult) -> Table | Finding:
    """Return the share still in the first municipality by the size of that municipality."""
    found = moved.known.by_size
    if found is None:
        return Finding(
            "Small and large municipalities cannot be told apart: the stock of a size class is not published."
        )
    rows = found.retention()
    wide = rows.set_index(["size", "years"])
    sizes = list(dict.fromkeys(rows["size"]))
    columns = [Column("Inhabitants", tuple(sizes), right=False)]
    for years in dict.fromkeys(rows["years"]):
        cells = [wide.loc[(size, years)] for size in sizes]
        columns.append(
            Column(
                f"After {counted(int(years), 'year')}",
                tuple(f"{percent(c['median'])} ({_shares(c['low80'], c['high80'])})" for c in cells),
            )
        )
    return Table(
        name="settlement-retention-by-size",
        caption="Fewer stay in small municipalities: how far apart is learnt, how many in all mostly assumed",
        columns=tuple(columns),
        data=rows,
        sources=moved.sources[:1],
        notes=(
            f"Median, 80{NBSP}% interval in brackets. Persons of the published stock who still live where they were "
            "settled are set against the persons settled there; that as many relatives join a settled person in small "
            "as in large municipalities is assumed. The stock does not tell households apart.",
        ),
    )


def _shares(low: float, high: float) -> str:
    return f"{percent(low)} {DASH} {percent(high)}"


def net_moves(moved: MovesResult, rows: int = 8) -> Table:
    """Return which municipalities gain and lose most by secondary moves within five years."""
    net = (moved.came.values - (moved.settled.values - moved.stayed.values)).to_numpy()
    low, middle, high = np.quantile(net, [0.1, 0.5, 0.9], axis=0)
    table = pd.DataFrame(
        {
            "municipality": moved.came.labels("municipality"),
            "median": middle,
            "low80": low,
            "high80": high,
        }
    ).assign(name=lambda t: [moved.names.get(code, code) for code in t["municipality"]])
    ordered = table.sort_values(["median", "municipality"], ascending=[False, True], ignore_index=True)
    extremes = (
        pd.concat([ordered.head(rows), ordered.tail(rows)]).drop_duplicates("municipality").reset_index(drop=True)
    )
    records = extremes.to_dict("records")
    return Table(
        name="settlement-net-moves",
        caption="Which municipalities gain and lose most by moves within five years of settlement",
        columns=(
            Column("Municipality", tuple(r["name"] for r in records), right=False),
            Column("Net moves, median", tuple(count(r["median"]) for r in records)),
            Column(
                f"80{NBSP}% interval",
                tuple(" to ".join(map(number, ends(r["low80"], r["high80"]))) for r in records),
            ),
        ),
        data=extremes,
        sources=moved.sources[:1],
        notes=(
            "Persons settled in the forecast's first year. Where movers go is learnt from sums by destination alone.",
        ),
    )


def gravity_words(moved: MovesResult) -> Finding:
    """Return what draws movers to a place; where the interval holds zero, that the data show no effect."""
    words = {
        "population": "a larger population",
        "distance": "a shorter distance",
        "co_nationals": "more refugees there",
    }
    error = 1.96 * np.sqrt(np.diag(moved.known.gravity.covariance))
    drawn: list[str] = []
    kept_away: list[str] = []
    unclear: list[str] = []
    for name, value, half in zip(words, moved.known.gravity.centre, error, strict=True):
        told = f"{words[name]} ({number(value, 2)} ±{number(half, 2)})"
        (unclear if abs(value) <= half else drawn if value > 0 else kept_away).append(told)
    parts = []
    if drawn:
        parts.append(f"Movers are drawn by {listing(drawn)}.")
    if kept_away:
        parts.append(f"Movers are kept away by {listing(kept_away)}.")
    if unclear:
        parts.append(f"The data do not show an effect of {listing(unclear)}.")
    return Finding(
        f"{' '.join(parts)} In brackets: elasticities with 95{NBSP}% intervals.",
        caveats=(
            "Within a size class the hazard of leaving is the same in all municipalities, and for all households.",
        ),
    )
