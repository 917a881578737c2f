"""How groups fare under a plan, what fairness and wishes cost, and who waits: what a directorate watches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.presentation.allocation.desk import score_name
from workbench.presentation.findings import Finding
from workbench.presentation.languages import in_words, say, say_many
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import listing, number, percent
from workbench.studies.allocation.waiting import waiting as waited

if TYPE_CHECKING:
    from workbench.decisions.allocation import Plan, Problem
    from workbench.studies.allocation.input.attributes import Audit


def waiting(problem: Problem, plan: Plan, language: str = "en", day: str = "") -> Finding:
    """Return how many large households, and those with health or mobility needs, are left without a place and wait."""
    table = {str(row["kind"]): row for row in waited(problem, plan, day).to_dict("records")}
    sentence = say(
        "Without a place: {large} of {larges} households of five or more, {care} of {cares} households with health or "
        "mobility needs, {all} of {households} in all.",
        language,
        large=number(int(table["large"]["left"]), language=language),
        larges=number(int(table["large"]["households"]), language=language),
        care=number(int(table["care"]["left"]), language=language),
        cares=number(int(table["care"]["households"]), language=language),
        all=number(int(table["all"]["left"]), language=language),
        households=number(int(table["all"]["households"]), language=language),
    )
    caveats: tuple[str, ...] = ()
    if math.isfinite(float(table["all"]["days"])):
        days = {kind: _days(float(row["days"]), language) for kind, row in table.items()}
        caveats = (
            say(
                "Days waited so far, median: {large} for households of five or more, {care} with health or mobility "
                "needs, {all} for all.",
                language,
                **days,
            ),
        )
    return Finding(sentence, caveats=caveats, language=language)


def _days(days: float, language: str) -> str:
    return number(days, language=language) if math.isfinite(days) else "–"


def compared(told: Mapping[str, Any], language: str = "en") -> Finding:
    """Return how many persons the plan places whose groups are compared, and whether another might place more."""
    shown = {name: number(told[name], language=language) for name in ("persons", "persons_placed")}
    sentence = say("The plan compared places {persons_placed} of {persons} persons.", language, **shown)
    if told["persons_placed"] < told["persons_placed_bound"]:
        sentence += " " + say(
            "Whether a plan can place more was not settled in the time given: do not compare its total score with that "
            "of a plan that places more.",
            language,
        )
    return Finding(sentence, told["persons_placed"], say("persons", language), language=language)


def groups(told: Mapping[str, Any], language: str = "en") -> Table:
    """Return what each group gets beside what it could get at best, the largest loss first."""
    rows = sorted(told["groups"], key=lambda each: (-each["loss"], each["group"]))
    return Table(
        name="own-best",
        caption=say("Each group beside the best it could get if it were served alone", language),
        columns=(
            Column(say("Group", language), tuple(in_words(r["group"], language) for r in rows), right=False),
            Column(say("Households", language), tuple(number(r["households"], language=language) for r in rows)),
            Column(say("Mean score", language), tuple(number(r["mean_score"], 3, language) for r in rows)),
            Column(say("Its own best", language), tuple(number(r["own_best"], 3, language) for r in rows)),
            Column(say("Loss", language), tuple(number(r["loss"], 3, language) for r in rows)),
        ),
        data=pd.DataFrame(rows),
        language=language,
    )


def front(told: Mapping[str, Any], language: str = "en") -> Table:
    """Return the plans of which none is better both in total and for its worst-off group."""
    rows = told["front"]
    return Table(
        name="front",
        caption=say("Total score against the group worst off: plans of which none is better in both", language),
        columns=(
            Column(say("Total score", language), tuple(number(r["total"], 2, language) for r in rows)),
            Column(say("Mean of the group worst off", language), tuple(number(r["worst"], 3, language) for r in rows)),
            Column(say("Group", language), tuple(in_words(r["group"], language) for r in rows), right=False),
        ),
        data=pd.DataFrame(rows),
        notes=(say("Found by weighing the worst-off group more; other such plans may exist.", language),),
        language=language,
    )


def scores_told(told: Mapping[str, Any], language: str = "en") -> Table:
    """Return what the best plan is worth if the score of a household is expressed in another way."""
    ways = {
        "sum": say("sum over adults", language),
        "mean": say("mean of a household", language),
        "at_least_one": say("at least one adult", language),
        "worst_off": say("the adult worst off", language),
    }
    rows = told["household_scores"]
    return Table(
        name="household-score",
        caption=say("The score of a household is a choice: the best plan under each", language),
        columns=(
            Column(say("Score of a household", language), tuple(ways[r["score"]] for r in rows), right=False),
            Column(say("Total score", language), tuple(number(r["value"], 2, language) for r in rows)),
            Column(
                say("Group worst off", language),
                tuple(in_words(r["worst_group"], language) for r in rows),
                right=False,
            ),
            Column(say("Its mean", language), tuple(number(r["its_mean"], 3, language) for r in rows)),
        ),
        data=pd.DataFrame(rows),
        notes=(
            say(
                "“At least one” hides the second adult. Where all adults share a score, mean and worst off agree.",
                language,
            ),
        ),
        language=language,
    )


def near(told: Mapping[str, Any], language: str = "en") -> Finding:
    """Return how far plans within one per cent differ."""
    rows = told["near_equal"]
    if not rows:
        return Finding(
            say("No other plan within one per cent was found that places as many persons.", language), language=language
        )
    plans = listing(
        [
            say_many(
                "{moved} household placed otherwise for {lost} of the score",
                "{moved} households placed otherwise for {lost} of the score",
                r["moved"],
                language,
                moved=number(r["moved"], language=language),
                lost=percent(max(0.0, r["lost"]), 2, language=language),
            )
            for r in rows
        ],
        language,
    )
    return Finding(
        say("Plans within one per cent that differ most: {plans}.", language, plans=plans), language=language
    )


def wishes(told: Mapping[str, Any], language: str = "en") -> Finding:
    """Return how many wishes can be met and what they cost."""
    sentence = say(
        "By wishes, in an order drawn by lot: {first} of {households} households with wishes get their first, {three} "
        "one of their first three; {lost} of the score is given up.",
        language,
        first=percent(told["first"], language=language),
        three=percent(told["top_three"], language=language),
        households=number(told["households"], language=language),
        lost=percent(max(0.0, told["score_given_up"]), 2, language=language),
    )
    return Finding(sentence, told["top_three"], say("share of households", language), language=language)


def audited(told: Sequence[Audit], language: str = "en") -> Finding:
    """Return what protected attributes change."""
    sentences = [
        say(
            "Without “{attribute}” in the score, the plan differs for {moved} of {households} households and {lost} "
            "of the score is lost; the group that loses most is “{group}” ({before} to {after}).",
            language,
            attribute=each.attribute,
            moved=number(each.moved, language=language),
            households=number(each.households, language=language),
            lost=percent(each.lost, 2, language=language),
            **_loser(each, language),
        )
        for each in told
    ]
    caveat = say(
        "This is an audit: it says what the attribute changes. It makes no plan fair, since other attributes may stand "
        "for it.",
        language,
    )
    return Finding(" ".join(sentences), caveats=(caveat,), language=language)


def _loser(each: Audit, language: str) -> dict[str, str]:
    rows = each.groups.to_dict("records")
    worst = max(rows, key=lambda row: (row["with"] - row["without"], str(row["group"])))
    return {
        "group": in_words(worst["group"], language),
        "before": number(float(worst["with"]), 3, language),
        "after": number(float(worst["without"]), 3, language),
    }


def lines(told: Mapping[str, Any], audit: Sequence[Audit] = (), language: str = "en") -> list[str]:
    """Return the figures as lines that are read in a terminal."""
    said = [
        say("The score is {name}. It compares plans; it does not say that people do better.", language,
            name=score_name(told["score_name"], language)),
        compared(told, language).sentence,
        *(table.plain() for table in (groups(told, language), front(told, language), scores_told(told, language))),
        near(told, language).sentence,
    ]  # fmt: skip
    if met := told.get("wishes"):
        said.append(wishes(met, language).sentence)
    if steady := told.get("stability"):
        said.append(
            say(
                "Under {draws} draws a household goes where the plan sends it in {mean} of them on average; expected "
                "score {expected}, {worst} in the worst tenth; knowing the scores before planning would add {knowing}.",
                language,
                draws=number(steady["draws"], language=language),
                mean=percent(steady["mean_share"], language=language),
                expected=number(steady["expected"], 2, language),
                worst=number(steady["worst_tenth"], 2, language),
                knowing=number(steady["knowing_more"], 2, language),
            )
        )
    if audit:
        finding = audited(audit, language)
        said += [finding.sentence, *finding.caveats]
    return said


def shadow(told: Mapping[str, Any], households: int, language: str = "en") -> Finding:
    """Return today's practice beside the proposal, and what lots among equal places could show later."""
    today, proposal = told["practice"], told["proposal"]
    sentence = say(
        "{number} of {households} households would go elsewhere.",
        language,
        number=number(told["households_elsewhere"], language=language),
        households=number(households, language=language),
    )
    caveats = [
        say(
            "Households that only the proposal places: {gained}; that only practice places: {lost}.",
            language,
            gained=number(told["households_placed_by_proposal_only"], language=language),
            lost=number(told["households_placed_by_practice_only"], language=language),
        ),
        say(
            "Practice places {persons} persons with a score of {score}, the proposal {others} with {other}; no gain in "
            "how people fare follows from it.",
            language,
            persons=number(today["persons_placed"], language=language),
            score=number(today["score"], 2, language),
            others=number(proposal["persons_placed"], language=language),
            other=number(proposal["score"], 2, language),
        ),
        say("Score: {name}.", language, name=score_name(told["score_name"], language)),
        say(
            "Placements of practice that break a rule: {broken}; places filled beyond their room: {full}.",
            language,
            broken=number(today["not_allowed"], language=language),
            full=number(today["places_over_capacity"], language=language),
        ),
    ]
    if told["lots"]:
        least = told["detectable_in_a_year"]
        caveats.append(
            say_many(
                "For {lots} household several places are equally good: lots were drawn and recorded. A year of such "
                "weeks would show a difference of {points} percentage points between two halves (power 80 %).",
                "For {lots} households several places are equally good: lots were drawn and recorded. A year of such "
                "weeks would show a difference of {points} percentage points between two halves (power 80 %).",
                len(told["lots"]),
                language,
                lots=number(len(told["lots"]), language=language),
                points=number(100 * least, language=language),
            )
        )
    return Finding(sentence, caveats=tuple(caveats), language=language)
