"""What the honesty panel says: no gain is printed without its interval, its test and what it is based on."""

from __future__ import annotations

from math import ceil, isnan
from typing import TYPE_CHECKING

from workbench.presentation.findings import Finding, Interval
from workbench.presentation.languages import marked, say
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import number, percent

if TYPE_CHECKING:
    from workbench.studies.allocation.honesty.study import Honesty

PRACTICES = (
    marked("first come, first served: households in random order, each to a random place with room for it"),
    marked("the table of today's practice"),
)
"""What the study calls a practice, for the catalogues."""


def gain(told: Honesty, language: str = "en") -> Finding:
    """Return the gain with its interval, and whether it differs from none."""
    values = {
        "outcome": told.outcome,
        "gain": percent(told.gain.gain, 1, language=language),
        "low": percent(told.gain.low, 1, language=language),
        "high": percent(told.gain.high, 1, language=language),
        "p": number(ceil(100 * told.null.p - 1e-9) / 100, 2, language=language),  # a limit: never less than it is
        "worlds": number(told.null.worlds, language=language),
    }
    if told.as_practice:
        sentence = say(
            "Nothing can be concluded: the plan sends as many persons of each type to each place as practice does.",
            language,
        )
    elif told.shown:
        sentence = say(
            "By the counts of past persons, the plan reaches “{outcome}” for {gain} more persons than practice does "
            "(95 % interval {low} to {high}); the test against {worlds} worlds without any gain gives p ≤ {p}.",
            language,
            **values,
        )
    else:
        sentence = say(
            "No gain is shown: by the counts of past persons, the plan changes “{outcome}” by {gain} (95 % interval "
            "{low} to {high}), and the test against {worlds} worlds without any gain gives p ≤ {p}.",
            language,
            **values,
        )
    return Finding(
        sentence,
        estimate=told.gain.gain,
        unit=say("share of what practice reaches", language),
        intervals=(Interval(0.95, told.gain.low, told.gain.high),),
        caveats=caveats(told, language),
        headline=True,
        language=language,
    )


def caveats(told: Honesty, language: str = "en") -> tuple[str, ...]:
    """Return what must be known before the gain is used."""
    said = [
        say(
            "Compared with {practice}, for the same persons.",
            language,
            practice=say(told.practice, language),
        ),
        say(
            "The scores themselves claim {claim}; raw shares would claim {raw} of the plan made with them.",
            language,
            claim=percent(told.claimed, 1, language=language),
            raw=percent(told.claimed_raw, 1, language=language),
        ),
        say(
            "The gain allows for doubt: before any count, the chance that it makes no difference where anybody goes is "
            "taken as {doubt}. That is an assumption; it keeps the gain near zero where counts are few.",
            language,
            doubt=percent(told.doubt, language=language),
        ),
        say(
            "Judged on past persons from whom the scores were not made, without trust in the model: {gain} (95 % "
            "interval {low} to {high}).",
            language,
            gain=percent(told.crossed.gain, 1, language=language),
            low=percent(told.crossed.low, 1, language=language),
            high=percent(told.crossed.high, 1, language=language),
        ),
        say(
            "By weights alone: {weighted}. The plan is judged by about {effective} of {persons} past persons; {none} "
            "of it sends persons where nobody of their type was counted, {few} where fewer than five were.",
            language,
            weighted=say("not known", language)
            if isnan(told.crossed.weighted)
            else percent(told.crossed.weighted, 1, language=language),
            effective=number(told.crossed.effective, language=language),
            persons=number(told.persons_past, language=language),
            none=percent(told.crossed.no_past, language=language),
            few=percent(told.crossed.few_past, language=language),
        ),
        say(
            "Who went where in the past was not drawn by lot: if practice sent those with better chances to some "
            "places, this comparison takes it for an effect of the place.",
            language,
        ),
    ]
    if told.truth is not None:
        said.insert(
            0,
            say("These counts are made up, and their truth is known: the true gain is {truth}.", language,
                truth=percent(told.truth, 1, language=language)),
        )  # fmt: skip
    elif told.synthetic:
        said.insert(0, say("These counts are synthetic: a program made them, they are about nobody.", language))
    return tuple(said)


def by_place(told: Honesty, language: str = "en", most: int = 12) -> Table:
    """Return where forecasts and counts differ most, by place."""
    table = told.by_place
    away = ((table["reached"] - table["expected"]) / (table["high"] - table["low"]).clip(lower=1)).abs()
    shown = table.loc[away.sort_values(ascending=False, kind="stable").index[:most]]
    inside = ((table["reached"] >= table["low"]) & (table["reached"] <= table["high"])).mean()
    return Table(
        name="calibration-by-place",
        caption=say(
            "Forecast and count by place, furthest apart first; {share} of all places lie inside their interval",
            language,
            share=percent(float(inside), language=language),
        ),
        columns=(
            Column(say("Place", language), tuple(shown["place"].astype(str)), right=False),
            Column(say("Persons", language), tuple(number(v, language=language) for v in shown["persons"])),
            Column(say("Expected", language), tuple(number(v, 1, language=language) for v in shown["expected"])),
            Column(say("Counted", language), tuple(number(v, language=language) for v in shown["reached"])),
            Column(
                say("95 % interval", language),
                tuple(
                    f"{number(low, language=language)}–{number(high, language=language)}"
                    for low, high in zip(shown["low"], shown["high"], strict=True)
                ),
            ),
        ),
        data=table,
        language=language,
    )
