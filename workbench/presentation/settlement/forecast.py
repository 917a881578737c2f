"""What a settlement forecast says, in sentences and tables; :mod:`figures` draws it.

Observed counts pass disclosure control before they are shown; forecasts are not observations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.presentation.findings import Finding, Interval, Several
from workbench.presentation.languages import known, marked, say, say_many
from workbench.presentation.origin import locality_name
from workbench.presentation.tables import Column, Table
from workbench.presentation.title_block import Front
from workbench.presentation.wording import (
    about,
    between,
    count,
    ends,
    leading,
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
WITHHELD = marked(
    "Observed counts of 1 to 4, and further ones that would give them away, are withheld (a dash, as where no "
    "figure is published)."
)

SUMS = marked("Sums of observed counts leave out those that the publisher withheld.")
ALL = marked("All")
NOT_STATED = marked("not stated")


def front(result: SettlementResult, locality: str, edition: str = "public", language: str = "en") -> Front:
    """Return the head of the report; the locality is named by its identifier or folder."""
    data = say("data to {year}", language, year=result.label(result.as_of))
    return Front(
        title=say("Settlement: where newcomers will live", language),
        subtitle=f"{locality_name(locality, language)} · {_period(result, language)} · {data}",
        vintage=leading(data),
        record=result.record,
        description=headline(result, language).sentence,
        attention="" if result.diagnostics.ok else f"{say('Attention.', language)} {_checks(result, language)}",
        edition=edition,
        language=language,
    )


def _period(result: SettlementResult, language: str) -> str:
    first, last = result.label(result.years[0]), result.label(result.years[-1])
    return first if first == last else say("{first} to {last}", language, first=first, last=last)


def _checks(result: SettlementResult, language: str) -> str:
    """Return whether the fit passed its checks; the figures of the checks stand in the run record."""
    if language == "en":
        return result.diagnostics.sentence()
    if result.diagnostics.ok:
        return say("The fit of the model passed its checks.", language)
    return say("The fit of the model failed its checks.", language)


def medians(result: SettlementResult, year: int | None = None) -> pd.DataFrame:
    """Return the forecast of one year (the first) by municipality, most persons first; columns of ``Draws.summary``."""
    chosen = result.draws.select(year=year or result.years[0])
    table = chosen.summary((0.5, *LEVELS)).assign(name=lambda t: t["municipality"].map(result.names))
    return table.sort_values(["median", "municipality"], ascending=[False, True], ignore_index=True)


def headline(result: SettlementResult, language: str = "en") -> Finding:
    """Return how many settle in the municipality that receives most, given the national total."""
    year = result.years[0]
    top = medians(result).iloc[0]
    intervals = tuple(
        Interval(v, float(top[f"low{round(100 * v)}"]), float(top[f"high{round(100 * v)}"])) for v in LEVELS
    )
    told = ", ".join(f"{percent(i.level, language=language)} {between(i.low, i.high, language)}" for i in intervals)
    expected = say(
        "{condition}, {place} can expect {persons}; {intervals}.",
        language,
        condition=_condition(result, year, language),
        place=top["name"],
        persons=about(top["median"], language),
        intervals=told,
    )
    came = _came(result, str(top["municipality"]), year, intervals, language)
    return Finding(
        f"{lost(result, language)}{expected}{came}",
        estimate=float(top["median"]),
        unit=say(UNIT, language),
        intervals=intervals,
        headline=True,
        language=language,
    )


def _condition(result: SettlementResult, year: int, language: str) -> str:
    """Return under which national total the forecast stands, and whether that is known, foreseen or assumed."""
    when = result.label(year)
    totals = np.asarray(result.draws.select(year=year).sum().values, float)
    total, low, high = np.quantile(totals, (0.5, 0.1, 0.9), method="inverted_cdf")
    if low < high:  # the total is itself foreseen
        return say(
            "If {total} newcomers are settled in {year} (a forecast total, 80 % {between})",
            language,
            total=about(total, language),
            year=when,
            between=between(low, high, language),
        )
    given = number(float(total), language=language)
    if result.given == KNOWN_SINCE:
        return say(
            "Of the {total} newcomers settled in {year} (a total known only afterwards)",
            language,
            total=given,
            year=when,
        )
    return say("If {total} newcomers are settled in {year} (an assumed total)", language, total=given, year=when)


def lost(result: SettlementResult, language: str = "en") -> str:
    """Return the sentence that stands first where simple rules did better on this very table; none if they did not."""
    found = result.verdict
    if not found.lost:
        return ""
    told = say(
        "Attention: on this table's past a simple rule did as well or better ({rule}: errors of {rule_error} of all "
        "persons, this model {error}; CRPS {rule_crps} and {crps}).",
        language,
        rule=known(found.rule, language),
        rule_error=percent(found.rule_wape, language=language),
        error=percent(found.wape, language=language),
        rule_crps=percent(found.rule_crps, language=language),
        crps=percent(found.crps, language=language),
    )
    return f"{told} "


def contest_words(result: SettlementResult, language: str = "en") -> Finding:
    """Return how the model did against simple rules on this table's past, or that nobody has looked."""
    found = result.verdict
    if not found.tried:
        return Finding(
            say(
                "Whether the model beats simple rules on this table has not been looked at here: "
                "`workbench settlement backtest` does it.",
                language,
            ),
            language=language,
        )
    told = say(
        "In {forecasts} from the past, {steps} ahead and with the national total known, the model missed by {error} "
        "of all persons.",
        language,
        forecasts=say_many("{number} forecast", "{number} forecasts", found.origins, language, number=found.origins),
        steps=say_many("{number} step", "{number} steps", found.horizon, language, number=found.horizon),
        error=percent(found.wape, language=language),
    )
    parts = {"rule": known(found.rule, language), "error": percent(found.rule_wape, language=language)}
    if found.lost:
        best = say("The best of the simple rules ({rule}) did as well or better: {error}.", language, **parts)
    else:
        best = say("The best of the simple rules ({rule}) did worse: {error}.", language, **parts)
    return Finding(f"{told} {best}", language=language)


def _came(
    result: SettlementResult, place: str, year: int, intervals: tuple[Interval, ...], language: str = "en"
) -> str:
    """Return what was settled in a place and whether its intervals held it; none where it is unknown or withheld."""
    later = result.later[result.later["year"] == year].set_index("municipality")["settled"].astype(float)
    if later.dropna().empty:
        return ""
    shown = disclosure.shown(later, _counties(result)).get(place, np.nan)
    if np.isnan(shown):
        return ""
    held, came = _held(shown, intervals, language), number(shown, language=language)
    return " " + say("What came: {persons}, {held}.", language, persons=came, held=held)


def _held(came: float, intervals: tuple[Interval, ...], language: str = "en") -> str:
    """Return the narrowest interval that held an outcome, or on which side of the widest it lies, by the ends shown."""
    by_level = sorted(intervals, key=lambda i: i.level)
    for level, low, high in ((i.level, *ends(i.low, i.high)) for i in by_level):
        if low <= came <= high:
            return say("inside the {share} interval", language, share=percent(level, language=language))
    widest = percent(by_level[-1].level, language=language)
    if came > by_level[-1].high:
        return say("above the {share} interval", language, share=widest)
    return say("below the {share} interval", language, share=widest)


def _counties(result: SettlementResult) -> dict[str, str]:
    return {code: result.parents.get(code) or NOT_STATED for code in result.draws.labels("municipality")}


def concentration(result: SettlementResult, language: str = "en") -> Finding:
    """Return in how many municipalities half of the newcomers settle, and how many are likely to receive any."""
    draws = result.draws.select(year=result.years[0]).values.to_numpy()
    ordered = -np.sort(-draws, axis=1)
    running = np.cumsum(ordered, axis=1)
    half = (running < running[:, -1:] / 2).sum(axis=1) + 1
    likely = int(((draws > 0).mean(axis=0) >= 0.8).sum())
    return Finding(
        say(
            "Half of them settle in about {half} of {all}; {likely} are likely to receive any.",
            language,
            half=number(float(np.median(half)), language=language),
            all=_municipalities(draws.shape[1], language),
            likely=number(likely, language=language),
        ),
        estimate=float(np.median(half)),
        unit=say("municipalities", language),
        language=language,
    )


def _municipalities(amount: int, language: str) -> str:
    told = number(amount, language=language)
    return say_many("{number} municipality", "{number} municipalities", amount, language, number=told)


def quotas_used(result: SettlementResult, language: str = "en") -> Finding:
    """Return which quotas the forecast knows."""
    return Finding(_quotas(result, language), language=language)


def _quotas(result: SettlementResult, language: str) -> str:
    year = result.label(result.years[0])
    if result.contest == "quotas":
        return say(
            "The forecast uses the final quotas of {year}, which were settled during that year: nobody has them at its "
            "start.",
            language,
            year=year,
        )
    accepted = result.observed.get("accepted")
    if accepted is not None and (accepted.fillna(0) > 0).any():
        last = result.label(result.as_of)
        return say("The forecast uses quotas up to {last} and none of {year}.", language, last=last, year=year)
    if result.observed["settled"].isna().all():
        return say(
            "No settled persons of this country are in the data: the forecast is carried over from municipalities of "
            "like size in another country, and is no better than that.",
            language,
        )
    return say("The table holds no quotas: the forecast rests on who was settled where before.", language)


def key_findings(result: SettlementResult, language: str = "en") -> Several:
    """Return the three sentences that matter."""
    return Several((headline(result, language), concentration(result, language), quotas_used(result, language)))


def by_county(result: SettlementResult, language: str = "en") -> Table:
    """Return the forecast of the first year by county, with the country as the last row; sums are exact."""
    year = result.years[0]
    groups = _counties(result)
    draws = result.draws.select(year=year)
    each = draws.group("municipality", groups, "county").summary((0.5, *LEVELS))
    each = each.sort_values(["median", "county"], ascending=[False, True])
    rows = pd.concat([each, draws.sum().summary((0.5, *LEVELS)).assign(county=ALL)], ignore_index=True)
    last = _last(result)
    before = disclosure.sums(last, groups).rename("before") if len(last) else pd.Series(dtype=float)
    seen = [*(before.get(county, np.nan) for county in rows["county"][:-1]), float(last.sum()) if len(last) else np.nan]
    caption = say("Where they settle in {year}, by county", language, year=result.label(year))
    heading = say("County", language)
    return _table(result, "settlement-by-county", heading, rows, "county", seen, caption, language)


def by_municipality(
    result: SettlementResult, first: int = 1, last: int | None = None, year: int | None = None, language: str = "en"
) -> Table:
    """Return the forecast by municipality, most persons first, from rank ``first`` to ``last`` (all by default)."""
    chosen = year or result.years[0]
    rows = medians(result, chosen).iloc[first - 1 : last].reset_index(drop=True)
    groups = _counties(result)
    shown = disclosure.shown(_last(result), groups) if len(_last(result)) else pd.Series(dtype=float)
    seen = [shown.get(code, np.nan) for code in rows["municipality"]]
    tail = f"-{first}-{first + len(rows) - 1}" if first > 1 or last else ""
    caption = say("Where they settle in {year}, by municipality", language, year=result.label(chosen))
    heading = say("Municipality", language)
    return _table(result, f"settlement-by-municipality{tail}", heading, rows, "name", seen, caption, language)


def _last(result: SettlementResult) -> pd.Series:
    """Return observed persons of the last known year by municipality; NaN = withheld by the publisher."""
    table = result.observed[result.observed["year"] == result.as_of]
    return table.set_index("municipality")["settled"].astype(float)


def _table(
    result: SettlementResult,
    name: str,
    heading: str,
    rows: pd.DataFrame,
    label: str,
    seen: list[float],
    caption: str,
    language: str,
) -> Table:
    def exact(value: float) -> str:
        return number(value, language=language)

    records, total_last = rows.to_dict("records"), label == "county"
    columns = [
        Column(heading, tuple(known(str(r[label]), language) for r in records), right=False),
        Column(say("Settled {year}", language, year=result.label(result.as_of)), tuple(exact(v) for v in seen)),
        # A total that is given has no interval and stands exactly, as its ends do.
        Column(
            say("Forecast median", language),
            tuple(exact(r["median"]) if r["low95"] == r["high95"] else count(r["median"], language) for r in records),
        ),
    ]
    for level in LEVELS:
        limits = [(r[f"low{round(100 * level)}"], r[f"high{round(100 * level)}"]) for r in records]
        told = tuple(exact(low) if low == high else span(low, high, language) for low, high in limits)
        columns.append(Column(say("{share} interval", language, share=percent(level, language=language)), told))
    note = say("Persons. Forecasts are rounded, intervals outward; medians do not add up.", language)
    notes = [note, say(WITHHELD, language), *([say(SUMS, language)] if total_last else [])]
    return Table(
        name=name,
        caption=caption,
        columns=tuple(columns),
        data=rows.assign(settled_before=seen),
        sources=result.sources[:1],
        notes=(" ".join(notes),),
        total_last=total_last,
        language=language,
    )


def what_happened(result: SettlementResult, language: str = "en") -> Finding:
    """Return how what was settled since compares with the forecast and with last year's shares."""
    year = result.years[0]
    later = result.later[result.later["year"] == year].set_index("municipality")["settled"].astype(float).dropna()
    when = result.label(year)
    if later.empty:
        told = say(
            "For {year} no whole figures are in the data used, so the forecast stands unchecked.", language, year=when
        )
        return Finding(told, language=language)
    draws = result.draws.select(year=year)
    places = draws.labels("municipality")
    actual = later.reindex(places)
    there = actual.notna().to_numpy()
    low, high = (limit.to_numpy() for limit in draws.interval(0.8))
    inside = (low <= np.ceil(actual)) & (np.floor(actual) <= high)
    middle = draws.quantile(0.5).to_numpy()
    ours = float(np.abs(middle - actual)[there].sum() / actual[there].sum())
    before = _last(result).reindex(places).fillna(0).to_numpy()
    rule = before / before.sum() * float(actual[there].sum())
    simple = float(np.abs(rule - actual)[there].sum() / actual[there].sum())
    told = say(
        "Since then {year} was published. Of {all} with a figure, {inside} came out inside their 80 % interval. The "
        "medians missed by {error} of all persons, summed over municipalities; last year's shares would have missed by "
        "{simple}.",
        language,
        year=when,
        all=_municipalities(int(there.sum()), language),
        inside=number(int(inside[there].sum()), language=language),
        error=percent(ours, language=language),
        simple=percent(simple, language=language),
    )
    little = say(
        "One year proves little: the table of past forecasts (`workbench settlement backtest`) says more.", language
    )
    unit = say("absolute error as a share of all persons", language)
    return Finding(told, estimate=ours, unit=unit, caveats=(little,), language=language)


def how_sure(result: SettlementResult, language: str = "en") -> Finding:
    """Return whether the fit can be trusted, what the intervals mean and what is not claimed."""
    intervals = say(
        "The intervals come from {draws} draws of whole persons that add up to the national total in every draw, so "
        "that municipalities, counties and the country agree.",
        language,
        draws=number(result.draws.size, language=language),
    )
    failed = say("Attention: the fit failed its checks; do not decide on these figures.", language)
    return Finding(
        f"{_checks(result, language)} {intervals}",
        caveats=(
            *(() if result.diagnostics.ok else (failed,)),
            *(known(note, language) for note in result.notes),
            say(
                "The delay from permit to settlement and the route (assigned, own housing, family, resettled) are not "
                "in the shipped figures and play no part here; an authority's own table is needed for them.",
                language,
            ),
            say(
                "No services are derived from these persons: no shipped table holds a ratio of services to newcomers.",
                language,
            ),
        ),
        language=language,
    )
