"""What a forecast of asylum applications says, in sentences and tables; :mod:`figures` draws it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.presentation.findings import Finding, Interval, Several
from workbench.presentation.inflow.series import (
    counts_detections,
    destinations,
    during,
    looks_back,
    months,
    name,
    period_words,
    published_since,
    who,
    who_within,
    year_before,
)
from workbench.presentation.languages import marked, month, say, say_many
from workbench.presentation.origin import locality_name
from workbench.presentation.tables import Column, Table
from workbench.presentation.title_block import Front
from workbench.presentation.wording import (
    DASH,
    about,
    between,
    chance,
    change,
    count,
    leading,
    listing,
    number,
    percent,
    period,
    span,
)
from workbench.studies import disclosure

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult

UNIT = "applicants"
LEVELS = (0.8, 0.95)
ABOVE, BELOW = "▲", "▼"
MEANINGS = {ABOVE: marked("{mark}: above the 95 % interval."), BELOW: marked("{mark}: below the 95 % interval.")}
"""Signs beside what was published since; a table explains those that it shows."""


def _intervals(result: InflowResult, levels: Sequence[float]) -> tuple[float, tuple[Interval, ...]]:
    total = result.draws.sum()
    ends = [(level, *total.interval(level)) for level in levels]
    return float(total.quantile(0.5)), tuple(Interval(level, float(low), float(high)) for level, low, high in ends)


def front(result: InflowResult, locality: str, edition: str = "public", language: str = "en") -> Front:
    """Return the head of the report; the locality is named by its identifier or folder, empty for one's own table."""
    checks = result.diagnostics.sentence() if language == "en" else verdict(result, language)
    data_to = say("data to {month}", language, month=month(result.as_of, language))
    attention = say("Attention.", language)
    where = locality_name(locality, language) if locality else say("your own table", language)
    return Front(
        title=say("Asylum applications: the next months", language),
        subtitle=f"{where} · {period_words(result, language)} · {data_to}",
        vintage=leading(data_to),
        record=result.record,
        description=headline(result, language=language).sentence,
        attention="" if result.diagnostics.ok else f"{attention} {checks}",
        edition=edition,
        language=language,
    )


def headline(result: InflowResult, levels: Sequence[float] = LEVELS, language: str = "en") -> Finding:
    """Return how many applicants to expect in all, with a predictive interval for each level."""
    median, intervals = _intervals(result, levels)
    told = ", ".join(f"{percent(i.level)} {between(i.low, i.high, language)}" for i in intervals)
    parts = {"who": who(result, language), "about": about(median, language), "when": during(result, language)}
    if looks_back(result):
        parts |= {"who": who_within(result, language), "month": month(result.as_of, language)}
        if counts_detections(result):
            sentence = say(
                "As of {month}, {who} could expect {about} detected border crossings {when}; {intervals}.",
                language,
                **parts,
                intervals=told,
            )
        else:
            sentence = say(
                "As of {month}, {who} could expect {about} asylum applicants {when}; {intervals}.",
                language,
                **parts,
                intervals=told,
            )
    elif counts_detections(result):
        sentence = say(
            "{who} can expect {about} detected border crossings {when}; {intervals}.",
            language,
            **parts,
            intervals=told,
        )
    else:
        sentence = say(
            "{who} can expect {about} asylum applicants {when}; {intervals}.", language, **parts, intervals=told
        )
    return Finding(sentence, estimate=median, unit=UNIT, intervals=intervals, headline=True, language=language)


def against_last_year(result: InflowResult, language: str = "en") -> Finding:
    """Return whether more applicants are expected than in the same months a year before, and how sure that is."""
    before = year_before(result)
    if before.isna().any(axis=None):
        return Finding(
            say(
                "The same months a year before were not published for every destination, so nothing is compared.",
                language,
            )
        )
    total, earlier, past = result.draws.sum(), float(before.to_numpy().sum()), looks_back(result)
    rise = float((total.values > earlier).mean())
    median = float(total.quantile(0.5))
    told = {"about": about(earlier, language), "chance": chance(rise, say("a rise", language), language, past)}
    if not earlier:
        sentence = say("Against the same months a year before ({about} applicants), {chance}.", language, **told)
    else:
        told["change"] = change(median / earlier - 1, language)
        sentence = (
            say(
                "Against the same months a year before ({about} applicants), {chance}; the median was {change}.",
                language,
                **told,
            )
            if past
            else say(
                "Against the same months a year before ({about} applicants), {chance}; the median is {change}.",
                language,
                **told,
            )
        )
    return Finding(sentence, estimate=rise, unit="probability")


def largest(result: InflowResult, first: int = 3, language: str = "en") -> Finding:
    """Return which destinations receive most, and their share of the total."""
    codes = destinations(result)[:first]
    medians = [float(result.draws.select(destination=code).sum().quantile(0.5)) for code in codes]
    total = result.draws.sum()
    share = float((result.draws.select(destination=codes).sum().values / total.values.clip(1)).median())
    each = [f"{name(result, c, language)} ({about(v, language)})" for c, v in zip(codes, medians, strict=True)]
    told = listing(each, language)
    if len(destinations(result)) <= first:
        return Finding(say("Expected by destination: {destinations}.", language, destinations=told))
    figures = {"destinations": told, "share": percent(share, language=language)}
    sentence = (
        say("Most were expected in {destinations}: together {share} of all.", language, **figures)
        if looks_back(result)
        else say("Most apply in {destinations}: together {share} of all.", language, **figures)
    )
    return Finding(sentence, estimate=share, unit=say("share of applicants", language), language=language)


def key_findings(result: InflowResult, language: str = "en") -> Several:
    """Return the three sentences that matter."""
    first = headline(result, language=language)
    return Several((first, against_last_year(result, language), largest(result, language=language)))


def by_month(result: InflowResult, levels: Sequence[float] = LEVELS, language: str = "en") -> Table:
    """Return the forecast of the destinations together, month by month, with the whole period as the last row."""
    held = _held(levels)
    monthly, whole = result.draws.sum("destination").summary(held), result.draws.sum().summary(held)
    rows = pd.concat([monthly, whole.assign(month="all")], ignore_index=True)
    labels = (*(leading(month(m, language)) for m in months(result)), say("Whole period", language))
    return _table(
        result,
        "inflow-by-month",
        say("Month by month: {who}", language, who=who_within(result, language)),
        rows,
        Column(say("Month", language), labels, right=False),
        [_row_totals(wide) for wide in (year_before(result), published_since(result))],
        levels,
        language,
    )


def by_destination(result: InflowResult, levels: Sequence[float] = LEVELS, language: str = "en") -> Table:
    """Return the forecast of the whole period by destination, largest first, with all together as the last row."""
    order = destinations(result)
    held = _held(levels)
    each = result.draws.sum("month").summary(held).set_index("destination").loc[order].reset_index()
    rows = pd.concat([each, result.draws.sum().summary(held).assign(destination="all")], ignore_index=True)
    labels = (*(name(result, code, language) for code in order), say("All together", language))
    return _table(
        result,
        "inflow-by-destination",
        say("Where they apply: {period}, by destination", language, period=period_words(result, language)),
        rows,
        Column(say("Destination", language), labels, right=False),
        [_row_totals(wide.T) for wide in (year_before(result), published_since(result))],
        levels,
        language,
    )


def _held(levels: Sequence[float]) -> list[float]:
    """Return the levels held in the exact figures: those shown, and those that marks and files need."""
    return sorted({*LEVELS, *levels})


def _row_totals(wide: pd.DataFrame) -> list[float]:
    """Return row sums and their total; a sum with a missing cell, or one too small to be shown, is missing."""
    each = wide.sum(axis=1, skipna=False)
    total = float(each.sum(skipna=False))
    return [*disclosure.shown(each, {}).tolist(), float("nan") if total in disclosure.SMALL else total]


def _table(
    result: InflowResult,
    title: str,
    caption: str,
    rows: pd.DataFrame,
    first: Column,
    seen: list[list[float]],
    levels: Sequence[float],
    language: str,
) -> Table:
    before, since = seen
    records = rows.to_dict("records")
    columns = [
        first,
        Column(say("A year before", language), tuple(number(v, language=language) for v in before)),
        Column(say("Forecast median", language), tuple(count(r["median"], language) for r in records)),
    ]
    for level in levels:
        ends = [(r[f"low{round(100 * level)}"], r[f"high{round(100 * level)}"]) for r in records]
        heading = say("{share} interval", language, share=percent(level))
        columns.append(Column(heading, tuple(span(low, high, language) for low, high in ends)))
    notes = [
        say(
            "Applicants. Medians are rounded to two digits, intervals outward to 0 or 5 in the third; medians do not "
            "add up.",
            language,
        )
    ]
    if len(result.later):
        marks = [_mark(v, r["low95"], r["high95"]) for v, r in zip(since, records, strict=True)]
        cells = tuple(f"{m} {number(v, language=language)}".lstrip() for m, v in zip(marks, since, strict=True))
        columns.append(Column(say("Published since", language), cells))
        for mark, sentence in MEANINGS.items():
            if mark in marks:
                notes.append(say(sentence, language, mark=mark))
    if not np.isfinite([*before, *(since if len(result.later) else [])]).all():
        notes.append(say("{dash}: not published for every month.", language, dash=DASH))
    return Table(
        name=title,
        caption=caption,
        columns=tuple(columns),
        data=rows.assign(year_before=before, published_since=since),
        sources=result.sources,
        notes=(" ".join(notes),),
        total_last=True,
        language=language,
    )


def _mark(value: float, low: float, high: float) -> str:
    return ABOVE if value > high else BELOW if value < low else ""


def what_happened(result: InflowResult, language: str = "en") -> Finding:
    """Return how the figures published since compare with the forecast; one origin is no proof either way."""
    since = published_since(result)
    known = [m for m in since.index[since.notna().all(axis=1)]]
    if not known:
        return Finding(
            say(
                "For these months no figures had been published in the data used, so the forecast stands unchecked.",
                language,
            )
        )
    draws = result.draws.select(month=known)
    actual = float(since.loc[known].to_numpy().sum())
    told = say("outside the 95 % interval", language)
    for words, level in (
        (say("outside the 80 % but inside the 95 % interval", language), 0.95),
        (say("inside the 80 % interval", language), 0.8),
    ):
        low, high = (float(v) for v in draws.sum().interval(level))
        told = words if low <= actual <= high else told
    lows, highs = draws.sum("month").interval(0.8)
    each = since.loc[known].sum().reindex(draws.labels("destination")).to_numpy()
    hit = int(((lows.values <= each) & (each <= highs.values)).sum())
    sentence = say_many(
        "For {period}, {actual} applicants were published since: {where} of the forecast. "
        "Of {number} destination, {hit} came out inside its exact 80 % interval, which the table rounds outward.",
        "For {period}, {actual} applicants were published since: {where} of the forecast. "
        "Of {number} destinations, {hit} came out inside their exact 80 % interval, which the table rounds outward.",
        len(each),
        language,
        period=period(known[0], known[-1], language),
        actual=number(actual, language=language),
        where=told,
        number=len(each),
        hit=hit,
    )
    return Finding(
        sentence,
        estimate=actual,
        unit=UNIT,
        caveats=(
            say(
                "One forecast that came out well or badly proves little: only many forecasts from many months do.",
                language,
            ),
        ),
    )


def how_sure(result: InflowResult, language: str = "en") -> Finding:
    """Return whether the fit can be trusted, what the intervals mean and what is not claimed."""
    said = result.diagnostics.sentence() if language == "en" else verdict(result, language)
    doubted = doubtful(result, language)
    meaning = say(
        "The intervals come from {number} draws of whole persons, and every sum on these pages is taken draw by draw, "
        "so that totals and parts agree.",
        language,
        number=number(result.draws.size, language=language),
    )
    return Finding(
        f"{said} {meaning}",
        caveats=(
            *(
                ()
                if result.diagnostics.ok
                else (say("Attention: the fit failed its checks; do not decide on these figures.", language),)
            ),
            *((doubted,) if doubted else ()),
            say(
                "The intervals cover what months before the as-of month can teach. A war, a closed border or a new law "
                "that nobody could know then is not in them.",
                language,
            ),
            say(
                "Beside the forecast stands only a simple rule, the same months a year before. Nothing is said about "
                "an agency's own forecasts, which we do not have.",
                language,
            ),
        ),
    )


def doubtful(result: InflowResult, language: str = "en") -> str:
    """Return which last months are far below what their past allows, every one named; empty if none is."""
    months_ = [
        f"{name(result, remark.series, language)} {month(remark.last, language)}"
        for remark in result.quality.of("partial_end")
        if remark.series in result.names
    ]
    if not months_:
        return ""
    if result.record.scenario.get("final"):
        return say(
            "Taken as true falls, though far below what the past allows: {months}.",
            language,
            months=listing(months_, language),
        )
    return say(
        "Doubtful, since far below what the past allows, true falls or partial: {months}.",
        language,
        months=listing(months_, language),
    )


def verdict(result: InflowResult, language: str = "en") -> str:
    """Return in a few words whether the fit passed its checks; the report gives the figures behind it."""
    if result.diagnostics.ok:
        return say("The fit of the model passed its checks.", language)
    return say("The fit of the model failed its checks.", language)
