"""What a round's report says: headline, places and answers, waiting and its fairness, who waits longest."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from workbench.presentation.findings import Finding, Interval, Several
from workbench.presentation.languages import day, marked, say
from workbench.presentation.rounds import words
from workbench.presentation.tables import Column, Table
from workbench.presentation.title_block import Front, Heading
from workbench.presentation.wording import DASH, leading, number, percent

if TYPE_CHECKING:
    from workbench.studies.rounds.account import Account

HEADINGS = {
    "places": marked("Places and answers"),
    "waiting": marked("Waiting"),
    "fairness": marked("Is waiting fair?"),
    "longest": marked("Who waits longest"),
    "overrides": marked("What people changed"),
    "sure": marked("How we know"),
}
OF_DIRECTORATE = ("fairness", "longest", "overrides")
"""Sections that stand in the directorate's edition only."""
DOUBT = 0.05


def front(result: Account, language: str = "en") -> Front:
    """Return the head of the report; the directorate's edition names cases, a municipality's only its own offers."""
    at = {"week": result.round["week"], "year": result.round["year"]}
    where = result.locality.place_name(result.place) if result.place else result.locality.name
    until = day(result.today, language)
    return Front(
        title=say("Offer round of week {week}, {year}", language, **at),
        subtitle=say("{place} · as of {day}", language, place=where, day=until),
        vintage=say("Register as of {day}", language, day=until),
        record=result.record,
        description=headline(result, language).sentence,
        warning=say("The households are synthetic: they describe no real persons.", language)
        if result.synthetic
        else "",
        synthetic=say("synthetic households", language) if result.synthetic else "",
        edition="municipal" if result.place else "case",
        language=language,
    )


def heading(result: Account, name: str, language: str = "en") -> Heading | None:
    """Return the heading of a section; nothing for one that this edition does not have."""
    if result.place and name in OF_DIRECTORATE:
        return None
    return Heading(say(HEADINGS[name], language))


def headline(result: Account, language: str = "en") -> Finding:
    """Return how many households took part, were offered a place and were accepted."""
    counted = result.own["state"].replace({"decided": "accepted"}).value_counts()
    states = ("accepted", "declined", "lapsed", "sent")
    given = {name: number(int(counted.get(name, 0)), language=language) for name in states}
    all_ = number(len(result.own), language=language)
    if result.place:
        sentence = say(
            "{place} was offered {offers} households: {accepted} accepted, {declined} declined, {lapsed} not answered "
            "in time, {sent} waiting for an answer.",
            language, place=result.locality.place_name(result.place), offers=all_, **given,
        )  # fmt: skip
    else:
        sentence = say(
            "Of {waiting} households in the round, {offers} were offered a place: {accepted} accepted, {declined} "
            "declined, {lapsed} not answered in time, {sent} waiting for an answer.",
            language, waiting=number(result.waiting, language=language), offers=all_, **given,
        )  # fmt: skip
    return Finding(sentence, headline=True, language=language)


def key_findings(result: Account, language: str = "en") -> Several:
    """Return the sentences that matter."""
    told = [headline(result, language), places(result, language), waiting(result, language)]
    if not result.place:
        told += [unfair(result, language), *([gap(result, language)] if result.gap is not None else [])]
    return Several(tuple(told))


def places(result: Account, language: str = "en") -> Finding:
    """Return the places of the week and of the year so far: offered, taken, left unused."""
    week, year = result.week, result.weeks
    left = int((week["places"] - week["taken"]).sum())
    paused = int((week["places"] - week["taken"]).where(week["paused"].notna(), 0).sum())
    sentence = say(
        "{taken} of the week's {places} places (persons) are taken, {left} are left, {paused} of them paused; of the "
        "year so far {share} are taken.",
        language,
        taken=number(week["taken"].sum(), language=language),
        places=number(week["places"].sum(), language=language),
        left=number(left, language=language),
        paused=number(paused, language=language),
        share=percent(year["taken"].sum() / year["places"].sum(), language=language) if year["places"].sum() else DASH,
    )
    return Finding(sentence, language=language)


def waiting(result: Account, language: str = "en") -> Finding:
    """Return how long households wait from permit to decision, those that still wait counted."""
    middle, low, high = result.median
    if middle == float("inf"):
        return Finding(
            say("Fewer than half of the households of all municipalities have a decision yet.", language),
            language=language,
        )
    inner = say("95 %: {low} to {high}", language, low=words.days(low, language), high=words.days(high, language))
    moved = result.settled[0]
    more = (
        " " + say("To moving in it is {days}.", language, days=words.days(moved, language))
        if moved != float("inf")
        else ""
    )
    said = say("Half of the households of all municipalities have a decision within {days} of the permit ({inner}).",
               language,
               days=words.days(middle, language), inner=inner)  # fmt: skip
    return Finding(
        said + more,
        estimate=middle,
        unit=say("days", language),
        intervals=(Interval(0.95, low, high),) if high != float("inf") else (),
        caveats=(say("Those who still wait count with the days they have waited so far (Kaplan–Meier).", language),),
        language=language,
    )


def unfair(result: Account, language: str = "en") -> Finding:
    """Return which groups wait longer than all others by more than chance, or that none does."""
    table = result.fairness
    tests = int(table["p"].notna().sum())
    sure = table[(table["p"] * max(tests, 1) < DOUBT) & (table["median"] > table["median"].iloc[0])]
    late = int(table["overdue"].iloc[0]) if len(table) else 0
    named = ", ".join(words.group(name, language).casefold() for name in sure["group"])
    who = (
        say("Longer than others wait, by more than chance: {groups}.", language, groups=named)
        if named
        else say("No group waits longer than others by more than chance.", language)
    )
    past = say("{number} households are past their deadline without a decision.", language,
               number=number(late, language=language))  # fmt: skip
    note = say(
        "Log-rank tests of each group against all others, {tests} in all; a difference counts from a chance of "
        "{level} divided by their number.",
        language, tests=tests, level=percent(DOUBT, language=language),
    )  # fmt: skip
    return Finding(f"{who} {past}", caveats=(note,), language=language)


def gap(result: Account, language: str = "en") -> Finding:
    """Return how near the newest proposal is to the best possible."""
    return Finding(
        say(
            "The newest proposal is within {gap} % of the best score possible for the scores supplied.",
            language,
            gap=number(100 * (result.gap or 0.0), 3, language),
        ),
        language=language,
    )


def by_place(result: Account, language: str = "en") -> Table:
    """Return places and answers of each municipality of the round; the last row adds them up."""
    every = result.by_place()
    shown = every if result.place else every[(every[["sent", "accepted", "declined", "lapsed"]].sum(axis=1) > 0)]
    figures = list(every.columns[1:])
    rows = pd.concat([shown, every[figures].sum().to_frame().T.assign(place="")], ignore_index=True)
    names = [result.locality.place_name(code) for code in shown["place"]]
    total = say("All {number} municipalities with places", language, number=len(every))
    heads = {
        "places": say("Places", language),
        "taken": say("Taken", language),
        "paused": say("Paused", language),
        "sent": say("Waits", language),
        "accepted": leading(say("accepted", language)),
        "declined": say("Declined", language),
        "lapsed": say("Lapsed", language),
    }
    if result.place:
        rows = rows.iloc[:-1]
    return Table(
        name="round-places-and-answers",
        caption=say("Places of the week (persons) and what became of its offers (households)", language),
        columns=(
            Column(say("Municipality", language), tuple(names if result.place else [*names, total]), False),
            *(Column(head, tuple(number(v, language=language) for v in rows[name])) for name, head in heads.items()),
        ),
        data=every,
        notes=_notes(result, language),
        total_last=not result.place,
        language=language,
    )


def _notes(result: Account, language: str) -> tuple[str, ...]:
    others = say("Municipalities without an offer stand in the attached table and in the last row.", language)
    told = [] if result.place else [others]
    if result.withdrawn:
        count = number(result.withdrawn, language=language)
        told.append(
            say(
                "Not counted: offers ended because the household left or was recalled ({number}).",
                language,
                number=count,
            )
        )
    return tuple(told)


def declines(result: Account, language: str = "en") -> Table:
    """Return the year's answers by size of household and need."""
    rows = result.declines()
    share = [DASH if pd.isna(value) else percent(value, language=language) for value in rows["share"]]
    return Table(
        name="round-declines",
        caption=say("Offers of the year so far, by household: declined and not answered", language),
        columns=(
            Column(say("Households", language), tuple(words.group(g, language) for g in rows["group"]), False),
            Column(say("Offers", language), tuple(number(v, language=language) for v in rows["offers"])),
            Column(say("Declined", language), tuple(number(v, language=language) for v in rows["declined"])),
            Column(say("Lapsed", language), tuple(number(v, language=language) for v in rows["lapsed"])),
            Column(say("Declined, of those answered or lapsed", language), tuple(share)),
        ),
        data=rows,
        notes=(why(result, language),),
        language=language,
    )


def why(result: Account, language: str = "en") -> str:
    """Return the reasons of declines in a sentence."""
    told = result.reasons()
    if told.empty:
        return say("No offer was declined this year.", language)
    reasons = "; ".join(
        f"{words.reason(str(reason), language).casefold()} {number(int(offers), language=language)}"
        for reason, offers in zip(told["reason"], told["offers"], strict=True)
    )
    return say("Reasons: {reasons}.", language, reasons=reasons)


def by_group(result: Account, language: str = "en") -> Table | None:
    """Return waiting by group of households; nothing in a municipality's edition."""
    if result.place:
        return None
    rows = result.fairness

    def middle(row: pd.Series) -> str:
        return words.days(row["median"], language) if row["median"] == row["median"] else DASH

    def ends(row: pd.Series) -> str:
        low, high = (number(v, language=language) if v < float("inf") else "∞" for v in (row["low"], row["high"]))
        # Where not even the lower end is reached, the interval says nothing.
        return f"{low}–{high}" if row["median"] == row["median"] and row["low"] < float("inf") else DASH

    return Table(
        name="round-waiting-by-group",
        caption=say("From permit to decision, by group of households", language),
        columns=(
            Column(say("Households", language), tuple(words.group(g, language) for g in rows["group"]), False),
            Column(say("Number", language), tuple(number(v, language=language) for v in rows["households"])),
            Column(say("Decided", language), tuple(number(v, language=language) for v in rows["decided"])),
            Column(say("Half within", language), tuple(rows.apply(middle, axis=1))),
            Column(say("95 % interval, days", language), tuple(rows.apply(ends, axis=1))),
            Column(say("Past deadline", language), tuple(number(v, language=language) for v in rows["overdue"])),
        ),
        data=rows,
        notes=(
            say("A dash: under ten households, or not reached yet; ∞: the upper end is not reached yet.", language),
        ),
        language=language,
    )


def longest(result: Account, language: str = "en") -> Table | None:
    """Return the households that wait longest, by their codes; nothing in a municipality's edition."""
    if result.place:
        return None
    rows = result.longest
    late = [bool(due) and due < result.today for due in rows["deadline"]]

    def due_by(due: date | None, is_late: bool) -> str:
        if due is None:
            return DASH
        return say("{day} (past)", language, day=due) if is_late else str(due)

    return Table(
        name="round-longest",
        caption=say("Households without a decision that have waited longest since the permit", language),
        columns=(
            Column(say("Household", language), tuple(code[:9] for code in rows["household"]), False),
            Column(say("State", language), tuple(words.state(each, language) for each in rows["state"]), False),
            Column(
                say("Needs", language),
                tuple(words.needs(each.split(";") if each else [], language) or DASH for each in rows["needs"]),
                False,
            ),
            Column(say("Persons", language), tuple(number(v, language=language) for v in rows["persons"])),
            Column(say("Days", language), tuple(number(v, language=language) for v in rows["days"])),
            Column(
                say("To be settled by", language),
                tuple(map(due_by, rows["deadline"], late)),
                False,
            ),
        ),
        data=rows,
        language=language,
    )


def overrides(result: Account, language: str = "en") -> Table | Finding | None:
    """Return the ledger of overrides with their prices; nothing in a municipality's edition."""
    if result.place:
        return None
    rows = result.ledger
    if rows.empty:
        return Finding(say("Nobody overrode the proposal.", language), language=language)
    return Table(
        name="round-overrides",
        caption=say("Overrides, with what each cost the plan", language),
        columns=(
            Column(say("Household", language), tuple(code[:9] for code in rows["household"]), False),
            Column(say("What", language), tuple(leading(words.override(k, language)) for k in rows["kind"]), False),
            Column(say("Place", language), tuple(map(result.locality.place_name, rows["place"])), False),
            Column(say("Reason", language), tuple(words.reason(each, language) for each in rows["reason"]), False),
            Column(say("By", language), tuple(rows["who"]), False),
            Column(say("Score", language), tuple(number(v, 2, language) for v in rows["score"])),
            Column(say("Persons", language), tuple(number(v, language=language) for v in rows["persons"])),
        ),
        data=rows,
        language=language,
    )


def method(language: str = "en") -> Finding:
    """Return how the figures are made."""
    return Finding(
        say(
            "Every figure is counted from the register as of the day named; the reading is in its audit. The program "
            "proposes, municipalities answer, people decide; silence is not acceptance. Waiting counts from the "
            "permit. A household that still waits counts with the days it has waited, and one that withdrew up to "
            "that day (Kaplan–Meier, intervals by the log-log transform).",
            language,
        ),
        language=language,
    )
