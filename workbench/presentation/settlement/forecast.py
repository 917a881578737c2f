"""What a settlement forecast says, in sentences and tables; :mod:`figures` draws it.

Observed counts pass disclosure control before they are shown; forecasts are not observations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.presentation.findings import Finding, Interval, Several
from workbench.presentation.origin import locality_name
from workbench.presentation.tables import Column, Table
from workbench.presentation.title_block import Front
from workbench.presentation.wording import (
    NBSP,
    about,
    between,
    count,
    counted,
    ends,
    number,
    percent,
    span,
)
from workbench.studies import disclosure
from workbench.studies.settlement.totals import KNOWN_SINCE

if TYPE_CHECKING:
    from workbench.studies.settlement import SettlementResult

UNIT = "persons"
LEVELS = (0.8, 0.95)
WITHHELD = (
    "Observed counts of 1 to 4, and further ones that would give them away, are withheld (a dash, as where no "
    "figure is published)."
)

SUMS = "Sums of observed counts leave out those that the publisher withheld."


def front(result: SettlementResult, locality: str, edition: str = "public") -> Front:
    """Return the head of the report; the locality is named by its identifier or folder."""
    return Front(
        title="Settlement: where newcomers will live",
        subtitle=f"{locality_name(locality)} · {_period(result)} · data to {result.label(result.as_of)}",
        vintage=f"Data to {result.label(result.as_of)}",
        record=result.record,
        description=headline(result).sentence,
        attention="" if result.diagnostics.ok else f"Attention. {result.diagnostics.sentence()}",
        edition=edition,
    )


def _period(result: SettlementResult) -> str:
    first, last = result.label(result.years[0]), result.label(result.years[-1])
    return first if first == last else f"{first} to {last}"


def medians(result: SettlementResult, year: int | None = None) -> pd.DataFrame:
    """Return the forecast of one year (the first) by municipality, most persons first; columns of ``Draws.summary``."""
    chosen = result.draws.select(year=year or result.years[0])
    table = chosen.summary((0.5, *LEVELS)).assign(name=lambda t: t["municipality"].map(result.names))
    return table.sort_values(["median", "municipality"], ascending=[False, True], ignore_index=True)


def headline(result: SettlementResult) -> Finding:
    """Return how many settle in the municipality that receives most, given the national total."""
    year = result.years[0]
    when = result.label(year)
    totals = np.asarray(result.draws.select(year=year).sum().values, float)
    total, low, high = np.quantile(totals, (0.5, 0.1, 0.9), method="inverted_cdf")
    if low < high:  # the total is itself foreseen
        condition = (
            f"If {about(total)} newcomers are settled in {when} (a forecast total, 80{NBSP}% {between(low, high)})"
        )
    elif result.given == KNOWN_SINCE:
        condition = f"Of the {number(float(total))} newcomers settled in {when} (a total known only afterwards)"
    else:
        condition = f"If {number(float(total))} newcomers are settled in {when} (an assumed total)"
    top = medians(result).iloc[0]
    intervals = tuple(
        Interval(v, float(top[f"low{round(100 * v)}"]), float(top[f"high{round(100 * v)}"])) for v in LEVELS
    )
    told = ", ".join(f"{percent(i.level)} {between(i.low, i.high)}" for i in intervals)
    came = _came(result, str(top["municipality"]), year, intervals)
    return Finding(
        f"{lost(result)}{condition}, {top['name']} can expect {about(top['median'])}; {told}.{came}",
        estimate=float(top["median"]),
        unit=UNIT,
        intervals=intervals,
        headline=True,
    )


def lost(result: SettlementResult) -> str:
    """Return the sentence that stands first where simple rules did better on this very table; none if they did not."""
    found = result.verdict
    if not found.lost:
        return ""
    return (
        f"Attention: on this table's past a simple rule did as well or better ({found.rule}: errors of "
        f"{percent(found.rule_wape)} of all persons, this model {percent(found.wape)}; CRPS {percent(found.rule_crps)} "
        f"and {percent(found.crps)}). "
    )


def contest_words(result: SettlementResult) -> Finding:
    """Return how the model did against simple rules on this table's past, or that nobody has looked."""
    found = result.verdict
    if not found.tried:
        return Finding(
            "Whether the model beats simple rules on this table has not been looked at here: "
            "`workbench settlement backtest` does it."
        )
    won = "did as well or better" if found.lost else "did worse"
    return Finding(
        f"Over {counted(found.origins, 'year')} of the past, {counted(found.horizon, 'step')} ahead and with the "
        "national "
        f"total known, the model missed by {percent(found.wape)} of all persons. The best of the simple rules "
        f"({found.rule}) {won}: {percent(found.rule_wape)}."
    )


def _came(result: SettlementResult, place: str, year: int, intervals: tuple[Interval, ...]) -> str:
    """Return what was settled in a place and whether its intervals held it; none where it is unknown or withheld."""
    later = result.later[result.later["year"] == year].set_index("municipality")["settled"].astype(float)
    if later.dropna().empty:
        return ""
    shown = disclosure.shown(later, _counties(result)).get(place, np.nan)
    return "" if np.isnan(shown) else f" What came: {number(shown)}, {_held(shown, intervals)}."


def _held(came: float, intervals: tuple[Interval, ...]) -> str:
    """Return the narrowest interval that held an outcome, or on which side of the widest it lies, by the ends shown."""
    by_level = sorted(intervals, key=lambda i: i.level)
    for level, low, high in ((i.level, *ends(i.low, i.high)) for i in by_level):
        if low <= came <= high:
            return f"inside the {percent(level)} interval"
    return f"{'above' if came > by_level[-1].high else 'below'} the {percent(by_level[-1].level)} interval"


def _counties(result: SettlementResult) -> dict[str, str]:
    return {code: result.parents.get(code) or "not stated" for code in result.draws.labels("municipality")}


def concentration(result: SettlementResult) -> Finding:
    """Return in how many municipalities half of the newcomers settle, and how many are likely to receive any."""
    draws = result.draws.select(year=result.years[0]).values.to_numpy()
    ordered = -np.sort(-draws, axis=1)
    running = np.cumsum(ordered, axis=1)
    half = (running < running[:, -1:] / 2).sum(axis=1) + 1
    likely = int(((draws > 0).mean(axis=0) >= 0.8).sum())
    return Finding(
        f"Half of them settle in about {number(float(np.median(half)))} of "
        f"{counted(draws.shape[1], 'municipality', 'municipalities')}; {number(likely)} are likely to receive any.",
        estimate=float(np.median(half)),
        unit="municipalities",
    )


def quotas_used(result: SettlementResult) -> Finding:
    """Return which quotas the forecast knows."""
    if result.contest == "quotas":
        return Finding(
            f"The forecast uses the final quotas of {result.label(result.years[0])}, which were settled during that "
            "year: nobody has "
            "them at its start."
        )
    known = result.observed.get("accepted")
    if known is None or not (known.fillna(0) > 0).any():
        if result.observed["settled"].isna().all():
            return Finding(
                "No settled persons of this country are in the data: the forecast is carried over from municipalities "
                "of "
                "like size in another country, and is no better than that."
            )
        return Finding("The table holds no quotas: the forecast rests on who was settled where before.")
    return Finding(
        f"The forecast uses quotas up to {result.label(result.as_of)} and none of {result.label(result.years[0])}."
    )


def key_findings(result: SettlementResult) -> Several:
    """Return the three sentences that matter."""
    return Several((headline(result), concentration(result), quotas_used(result)))


def by_county(result: SettlementResult) -> Table:
    """Return the forecast of the first year by county, with the country as the last row; sums are exact."""
    year = result.years[0]
    groups = _counties(result)
    draws = result.draws.select(year=year)
    each = draws.group("municipality", groups, "county").summary((0.5, *LEVELS))
    each = each.sort_values(["median", "county"], ascending=[False, True])
    rows = pd.concat([each, draws.sum().summary((0.5, *LEVELS)).assign(county="All")], ignore_index=True)
    last = _last(result)
    before = disclosure.sums(last, groups).rename("before") if len(last) else pd.Series(dtype=float)
    seen = [*(before.get(county, np.nan) for county in rows["county"][:-1]), float(last.sum()) if len(last) else np.nan]
    return _table(
        result,
        "settlement-by-county",
        "County",
        rows,
        "county",
        seen,
        f"Where they settle in {result.label(year)}, by county",
    )


def by_municipality(
    result: SettlementResult, first: int = 1, last: int | None = None, year: int | None = None
) -> Table:
    """Return the forecast by municipality, most persons first, from rank ``first`` to ``last`` (all by default)."""
    chosen = year or result.years[0]
    rows = medians(result, chosen).iloc[first - 1 : last].reset_index(drop=True)
    groups = _counties(result)
    known = disclosure.shown(_last(result), groups) if len(_last(result)) else pd.Series(dtype=float)
    seen = [known.get(code, np.nan) for code in rows["municipality"]]
    tail = f"-{first}-{first + len(rows) - 1}" if first > 1 or last else ""
    caption = f"Where they settle in {result.label(chosen)}, by municipality"
    return _table(result, f"settlement-by-municipality{tail}", "Municipality", rows, "name", seen, caption)


def _last(result: SettlementResult) -> pd.Series:
    """Return observed persons of the last known year by municipality; NaN = withheld by the publisher."""
    table = result.observed[result.observed["year"] == result.as_of]
    return table.set_index("municipality")["settled"].astype(float)


def _table(
    result: SettlementResult, name: str, heading: str, rows: pd.DataFrame, label: str, seen: list[float], caption: str
) -> Table:
    records = rows.to_dict("records")
    columns = [
        Column(heading, tuple(str(r[label]) for r in records), right=False),
        Column(f"Settled {result.label(result.as_of)}", tuple(number(v) for v in seen)),
        # A total that is given has no interval and stands exactly, as its ends do.
        Column(
            "Forecast median",
            tuple(number(r["median"]) if r["low95"] == r["high95"] else count(r["median"]) for r in records),
        ),
    ]
    for level in LEVELS:
        limits = [(r[f"low{round(100 * level)}"], r[f"high{round(100 * level)}"]) for r in records]
        told = tuple(number(low) if low == high else span(low, high) for low, high in limits)
        columns.append(Column(f"{percent(level)} interval", told))
    note = f"Persons. Forecasts are rounded, intervals outward; medians do not add up. {WITHHELD}"
    return Table(
        name=name,
        caption=caption,
        columns=tuple(columns),
        data=rows.assign(settled_before=seen),
        sources=result.sources[:1],
        notes=(f"{note} {SUMS}" if label == "county" else note,),
        total_last=label == "county",
    )


def what_happened(result: SettlementResult) -> Finding:
    """Return how what was settled since compares with the forecast and with last year's shares."""
    year = result.years[0]
    later = result.later[result.later["year"] == year].set_index("municipality")["settled"].astype(float).dropna()
    if later.empty:
        return Finding(
            f"For {result.label(year)} no whole figures are in the data used, so the forecast stands unchecked."
        )
    draws = result.draws.select(year=year)
    places = draws.labels("municipality")
    actual = later.reindex(places)
    known = actual.notna().to_numpy()
    low, high = (limit.to_numpy() for limit in draws.interval(0.8))
    inside = (low <= np.ceil(actual)) & (np.floor(actual) <= high)
    middle = draws.quantile(0.5).to_numpy()
    ours = float(np.abs(middle - actual)[known].sum() / actual[known].sum())
    before = _last(result).reindex(places).fillna(0).to_numpy()
    rule = before / before.sum() * float(actual[known].sum())
    simple = float(np.abs(rule - actual)[known].sum() / actual[known].sum())
    return Finding(
        f"Since then {result.label(year)} was published. Of "
        f"{counted(int(known.sum()), 'municipality', 'municipalities')} with a "
        f"figure, {number(int(inside[known].sum()))} came out inside their 80{NBSP}% interval. The medians missed by "
        f"{percent(ours)} of all persons, summed over municipalities; last year's shares would have missed by "
        f"{percent(simple)}.",
        estimate=ours,
        unit="absolute error as a share of all persons",
        caveats=("One year proves little: the table of past forecasts (`workbench settlement backtest`) says more.",),
    )


def how_sure(result: SettlementResult) -> Finding:
    """Return whether the fit can be trusted, what the intervals mean and what is not claimed."""
    return Finding(
        f"{result.diagnostics.sentence()} The intervals come from {number(result.draws.size)} draws of whole persons "
        "that add up to the national total in every draw, so that municipalities, counties and the country agree.",
        caveats=(
            *(
                ()
                if result.diagnostics.ok
                else ("Attention: the fit failed its checks; do not decide on these figures.",)
            ),
            *result.notes,
            "The delay from permit to settlement and the route (assigned, own housing, family, resettled) are not in "
            "the shipped figures and play no part here; an authority's own table is needed for them.",
            "No services are derived from these persons: no shipped table holds a ratio of services to newcomers.",
        ),
    )
