"""How has a settlement forecast done: against simple rules on the table's past, and beside what came since?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.presentation.findings import Finding, Interval
from workbench.presentation.languages import known, marked, say, say_many
from workbench.presentation.wording import ends, number, percent
from workbench.studies import disclosure
from workbench.studies.settlement.totals.national import KNOWN_SINCE

if TYPE_CHECKING:
    from workbench.studies.settlement import SettlementResult

NOT_STATED = marked("not stated")


def counties(result: SettlementResult) -> dict[str, str]:
    """Return the county of each municipality, with a name for those whose county is not stated."""
    return {code: result.parents.get(code) or NOT_STATED for code in result.draws.labels("municipality")}


def last_known(result: SettlementResult) -> pd.Series:
    """Return observed persons of the last known year by municipality; NaN = withheld by the publisher."""
    table = result.observed[result.observed["year"] == result.as_of]
    return table.set_index("municipality")["settled"].astype(float)


def looks_back(result: SettlementResult) -> bool:
    """Return whether the first year's total is known since, so that the forecast is spoken of as past."""
    return result.given == KNOWN_SINCE and not settled_since(result).empty


def settled_since(result: SettlementResult) -> pd.Series:
    """Return persons settled in the forecast's first year by municipality, where published since."""
    table = result.later[result.later["year"] == result.years[0]]
    return table.set_index("municipality")["settled"].astype(float).dropna()


def municipalities(amount: int, language: str) -> str:
    """Return a number of municipalities in words."""
    told = number(amount, language=language)
    return say_many("{number} municipality", "{number} municipalities", amount, language, number=told)


def lost(result: SettlementResult, language: str = "en") -> str:
    """Return the sentence that stands first where simple rules did better on this very table; none if they did not."""
    found = result.verdict
    if not found.lost:
        return ""
    figures = {
        "rule": known(found.rule, language),
        "rule_error": percent(found.rule_wape, language=language),
        "error": percent(found.wape, language=language),
        "rule_crps": percent(found.rule_crps, language=language),
        "crps": percent(found.crps, language=language),
    }
    if found.lost_by_error and found.lost_by_crps:
        told = say(
            "Attention: on this table's past a simple rule did as well or better ({rule}: errors of {rule_error} of "
            "all persons, this model {error}; CRPS {rule_crps} and {crps}).",
            language,
            **figures,
        )
    elif found.lost_by_error:
        told = say(
            "Attention: on this table's past a simple rule erred as little or less ({rule}: errors of {rule_error} of "
            "all persons, this model {error}); by CRPS, which counts the intervals too, this model did better "
            "({rule_crps} and {crps}).",
            language,
            **figures,
        )
    else:
        told = say(
            "Attention: on this table's past a simple rule did as well or better by CRPS, which counts the intervals "
            "too ({rule_crps}, this model {crps}); this model erred less ({rule}: errors of {rule_error} of all "
            "persons, this model {error}).",
            language,
            **figures,
        )
    return f"{told} "


def stands_in(result: SettlementResult, language: str = "en") -> str:
    """Return the sentence that stands first where a fit failed its checks and rules answer instead; else none."""
    if result.diagnostics.ok:
        return ""
    told = say(
        "Attention: the fit failed its checks; these figures come from simple rules combined, with intervals from "
        "their past errors.",
        language,
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
    if found.lost_by_error:
        best = say("The best of the simple rules ({rule}) did as well or better: {error}.", language, **parts)
    else:
        best = say("The best of the simple rules ({rule}) did worse: {error}.", language, **parts)
    if found.lost_by_crps:
        intervals = say(
            "By CRPS, which counts the intervals too, a simple rule did as well or better: {rule}, the model {model}.",
            language,
            rule=percent(found.rule_crps, language=language),
            model=percent(found.crps, language=language),
        )
        best = f"{best} {intervals}"
    return Finding(f"{told} {best}", language=language)


def came(result: SettlementResult, place: str, year: int, intervals: tuple[Interval, ...], language: str = "en") -> str:
    """Return what was settled in a place and whether its intervals held it; none where it is unknown or withheld."""
    later = result.later[result.later["year"] == year].set_index("municipality")["settled"].astype(float)
    if later.dropna().empty:
        return ""
    shown = disclosure.shown(later, counties(result)).get(place, np.nan)
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


def what_happened(result: SettlementResult, language: str = "en") -> Finding:
    """Return how what was settled since compares with the forecast and with last year's shares."""
    year = result.years[0]
    later = settled_since(result)
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
    before = last_known(result).reindex(places).fillna(0).to_numpy()
    rule = before / before.sum() * float(actual[there].sum())
    simple = float(np.abs(rule - actual)[there].sum() / actual[there].sum())
    told = say(
        "Since then {year} was published. Of {all} with a figure, {inside} came out inside their 80 % interval; about "
        "{expected} should have. The medians missed by {error} of all persons, summed over municipalities; last year's "
        "shares would have missed by {simple}.",
        language,
        year=when,
        all=municipalities(int(there.sum()), language),
        inside=number(int(inside[there].sum()), language=language),
        expected=number(round(0.8 * int(there.sum())), language=language),
        error=percent(ours, language=language),
        simple=percent(simple, language=language),
    )
    little = say(
        "One year proves little: the table of past forecasts (`workbench settlement backtest`) says more.", language
    )
    unit = say("absolute error as a share of all persons", language)
    return Finding(told, estimate=ours, unit=unit, caveats=(little,), language=language)
