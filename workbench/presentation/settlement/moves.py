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
    last = moved.living.labels("years")[-1]
    net = (moved.living.select(years=last).values - moved.settled.values).to_numpy()
    low, middle, high = np.quantile(net, [0.1, 0.5, 0.9], axis=0)
    table = pd.DataFrame(
        {
            "municipality": moved.living.labels("municipality"),
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
            "Persons settled in the forecast's first year; movers move once. Where they go rests on sums by "
            "destination, "
            "and on a decay with distance that is carried over from Danish moves of everybody.",
        ),
    )


def _distance(moved: MovesResult) -> str:
    gravity = moved.known.gravity
    if not gravity.carried:
        return ""
    half = 1.96 * float(np.sqrt(gravity.covariance[1, 1]))
    return (
        f" How much nearness counts ({number(gravity.centre[1], 2)} ±{number(half, 2)}) is not learnt here: it is "
        "carried "
        "over from moves of everybody in Denmark and assumed to hold."
    )


def anchors(moved: MovesResult) -> Table | Finding:
    """Return the model's staying beside what is known from elsewhere; the model never saw these figures."""
    rows = moved.anchors_beside()
    if rows.empty:
        return Finding("No figure from elsewhere stands beside the assumed staying.")
    records = rows.to_dict("records")
    missed = [r for r in records if not r["inside"]]
    caption = (
        "Staying as assumed here agrees with the figures from elsewhere"
        if not missed
        else f"Staying as assumed here misses {counted(len(missed), 'figure')} from elsewhere"
    )
    return Table(
        name="settlement-staying-anchors",
        caption=caption,
        columns=(
            Column("After", tuple(counted(int(r["years"]), "year") for r in records), right=False),
            Column(
                "Still there, model",
                tuple(f"{percent(r['median'])} ({_shares(r['low80'], r['high80'])})" for r in records),
            ),
            Column("Elsewhere", tuple(percent(r["share"]) for r in records)),
            Column("Inside", tuple("yes" if r["inside"] else "no" for r in records)),
        ),
        data=rows,
        sources=moved.sources[:1],
        notes=(
            f"Median, 80{NBSP}% interval in brackets. {' '.join(dict.fromkeys(r['source'] + '.' for r in records))}",
        ),
    )


def cohort(moved: MovesResult, municipality: str) -> Table:
    """Return one municipality's newcomers at 1, 3 and 5 years: who stays, who lives there with those who moved in."""
    years = moved.living.labels("years")
    rows = []
    for after in years:
        stay, live = (
            np.quantile(d.select(municipality=municipality, years=after).values.to_numpy(), [0.1, 0.5, 0.9])
            for d in (moved.stayed, moved.living)
        )
        rows.append({"years": int(after), "stayed": stay[1], "stayed_low80": stay[0], "stayed_high80": stay[2],
                     "living": live[1], "living_low80": live[0], "living_high80": live[2]})  # fmt: skip
    return Table(
        name="settlement-cohort",
        caption="How many of them will still be there, and how many will live there with those who move in: mostly "
        "assumed",
        columns=(
            Column("After", tuple(counted(r["years"], "year") for r in rows), right=False),
            Column("Still there", tuple(count(r["stayed"]) for r in rows)),
            Column(
                f"80{NBSP}%", tuple(" to ".join(map(number, ends(r["stayed_low80"], r["stayed_high80"]))) for r in rows)
            ),
            Column("Living there", tuple(count(r["living"]) for r in rows)),
            Column(
                f"80{NBSP}%", tuple(" to ".join(map(number, ends(r["living_low80"], r["living_high80"]))) for r in rows)
            ),
        ),
        data=pd.DataFrame(rows),
        sources=moved.sources[:1],
        notes=("Of the persons settled in the forecast's first year, in all municipalities. Movers move once.",),
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
    carried = moved.known.gravity.carried
    for name, value, half in zip(words, moved.known.gravity.centre, error, strict=True):
        told = f"{words[name]} ({number(value, 2)} ±{number(half, 2)})"
        if carried and name == "distance":
            continue
        (unclear if abs(value) <= half else drawn if value > 0 else kept_away).append(told)
    parts = []
    if drawn:
        parts.append(f"Movers are drawn by {listing(drawn)}.")
    if kept_away:
        parts.append(f"Movers are kept away by {listing(kept_away)}.")
    if unclear:
        parts.append(f"The data do not show an effect of {listing(unclear)}.")
    return Finding(
        f"{' '.join(parts)}{_distance(moved)} In brackets: elasticities with 95{NBSP}% intervals.",
        caveats=(
            "Within a size class the hazard of leaving is the same in all municipalities, and for all households.",
        ),
    )
