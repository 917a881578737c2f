"""What a placement plan says, in sentences and tables: who finds a place, how good the plan is, which limits bind."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from workbench.decisions.allocation.plan import rounded_up, within
from workbench.decisions.allocation.problem.needs_and_ties import SCORE_NAME
from workbench.presentation.allocation.report_words import words_of
from workbench.presentation.findings import Finding, Several
from workbench.presentation.languages import day, in_words, known, marked, say, say_many
from workbench.presentation.origin import locality_name
from workbench.presentation.title_block import Front
from workbench.presentation.wording import leading, number, percent

if TYPE_CHECKING:
    from workbench.decisions.allocation import Plan
    from workbench.studies.allocation import AllocationResult

SCORE_CAVEAT = marked(
    "The score is needs-and-ties matching, from 0 to 1: how near a household's ties are and whether its language is "
    "spoken there. It counts each adult once; children add no weight. Needs are not scored: a municipality that cannot "
    "meet them is not allowed. It is not an outcome "
    "such as work. “Certified” means proved best, within the gap, for these scores."
)
GROUPS = (
    marked("one person"),
    marked("two to four persons"),
    marked("five persons or more"),
    marked("with health or mobility needs"),
)
"""Groups of the synthetic households, so that the catalogues know them; other names stay as they are given."""
TIES = marked(
    "Among households that are equal for this plan, the earlier deadline goes first, then the earlier arrival, then a "
    "lottery by code (seed 1)."
)


def _subtitle(result: AllocationResult, locality: str, language: str) -> str:
    proposal = say("a proposal; a named person decides", language)
    if result.synthetic:
        round_ = say("placement round {round}", language, round=_round(result, language))
        return f"{locality_name(locality, language)} · {round_} · {proposal}"
    return leading(" · ".join([*([locality_name(locality, language)] if locality else []), proposal]))


def _round(result: AllocationResult, language: str) -> str:
    quarter = str(getattr(result, "quarter", "") or "").lstrip("Qq")
    return (
        say("{year}, quarter {quarter}", language, year=result.year, quarter=quarter) if quarter else str(result.year)
    )


def front(result: AllocationResult, locality: str, edition: str = "public", language: str = "en") -> Front:
    """Return the head of the report; the locality is named by its identifier or folder, or empty for none."""
    made_up = result.synthetic
    attention = (
        "" if result.plan.reaches(result.asked) else f"{say('Attention.', language)} {_further(result, language)}"
    )
    return Front(
        title=say("Allocation: who goes where", language),
        subtitle=_subtitle(result, locality, language),
        vintage=say("Capacity of {year} · synthetic households", language, year=result.year)
        if made_up
        else say("Own tables · {day}", language, day=day(date.fromisoformat(result.record.created[:10]), language)),
        record=result.record,
        description=headline(result, language).sentence,
        warning=say(words_of(result).warning, language),
        attention=attention,
        synthetic=say("synthetic households", language) if made_up else "",
        edition=edition,
        language=language,
    )


def _further(result: AllocationResult, language: str) -> str:
    asked, plan = _gap(result.asked, language), result.plan
    if plan.persons_gap > result.asked:
        return say(
            "The plan places {placed} persons; that no plan places more than {most} is all that is proven.",
            language,
            placed=number(plan.persons_placed, language=language),
            most=number(plan.persons_placed_bound, language=language),
        )
    return say(
        "The plan may lie {gap} below the best score, further than the {asked} asked for.",
        language,
        gap=_gap(plan.gap, language),
        asked=asked,
    )


def headline(result: AllocationResult, language: str = "en") -> Finding:
    """Return how many persons the plan places, and whether any plan could place more."""
    return placed(result.plan, synthetic=result.synthetic, language=language)


def placed(plan: Plan, *, synthetic: bool = False, language: str = "en") -> Finding:
    """Return how many persons a plan places, and whether any plan could place more."""

    def told(value: int) -> str:
        return number(value, language=language)

    who = persons(plan.persons, language)
    if synthetic:
        who = say_many(
            "{number} synthetic person",
            "{number} synthetic persons",
            plan.persons,
            language,
            number=told(plan.persons),
        )

    everyone = plan.persons_placed == plan.persons and plan.persons != 1
    where = int((plan.by_place["placed"] > 0).sum())
    parts = {
        "who": who,
        "placed": told(plan.persons_placed),
        "households": households(plan.households_placed + len(plan.unplaced), language),
        "places": say_many("{number} municipality", "{number} municipalities", where, language, number=told(where))
        if synthetic
        else say_many("{number} place", "{number} places", where, language, number=told(where)),
    }
    if everyone:
        first = say("All {who} in {households} find a place in {places}", language, **parts)
    elif plan.persons_placed == 1:
        first = say("{placed} of {who} in {households} finds a place in {places}", language, **parts)
    else:
        first = say("{placed} of {who} in {households} find a place in {places}", language, **parts)
    left = plan.persons - plan.persons_placed
    if left and plan.persons_placed >= plan.persons_placed_bound:
        first += say_many(
            "; {number} stays without a place, and no plan can place more",
            "; {number} stay without a place, and no plan can place more",
            left,
            language,
            number=told(left),
        )
    elif left and plan.persons_placed_bound >= plan.persons:
        first += say_many(
            "; {number} stays without a place; whether a plan could place more was not settled",
            "; {number} stay without a place; whether a plan could place more was not settled",
            left,
            language,
            number=told(left),
        )
    elif left:
        first += say_many(
            "; {number} stays without a place, and no plan can place more than {most}",
            "; {number} stay without a place, and no plan can place more than {most}",
            left,
            language,
            number=told(left),
            most=told(plan.persons_placed_bound),
        )
    unit = say("synthetic persons", language) if synthetic else say("persons", language)
    return Finding(f"{first}.", estimate=float(plan.persons_placed), unit=unit, headline=True, language=language)


def persons(amount: int, language: str = "en") -> str:
    """Return so many persons, as the language counts them."""
    return say_many("{number} person", "{number} persons", amount, language, number=number(amount, language=language))


def households(amount: int, language: str = "en") -> str:
    """Return so many households, as the language counts them."""
    told = number(amount, language=language)
    return say_many("{number} household", "{number} households", amount, language, number=told)


def certificate(plan: Plan, language: str = "en") -> Finding:
    """Return how far the plan is at most from the best possible one, for the scores supplied."""
    parts = {"score": _score(plan, language), "gap": _gap(plan.gap, language)}
    if plan.objective == "place-first":
        told = say(
            "By {score}, this plan lies at most {gap} below the best score of any plan that places as many persons.",
            language,
            **parts,
        )
    else:
        told = say("By {score}, this plan lies at most {gap} below the best score of any plan.", language, **parts)
    unit = say("share of the best possible score", language)
    return Finding(told, estimate=plan.gap, unit=unit, language=language)


def _score(plan: Plan, language: str) -> str:
    """Return what the scores are, in a language; a name that an authority gave stays as it is."""
    return known(plan.score_name, language)


def _gap(gap: float, language: str = "en") -> str:
    """Return a gap rounded up, so that the sentence never promises more than was proved."""
    value, decimals = rounded_up(gap)
    return percent(value / 100, decimals, language)


def worst_off(plan: Plan, language: str = "en") -> Finding:
    """Return the group that fares worst by mean score, beside the one that fares best."""
    groups = plan.by_group
    counted_groups = groups[groups["households"] > 0].dropna(subset=["mean_score"])
    if counted_groups.empty:
        return Finding(say("No group has a household with a score, so groups are not compared.", language))
    if len(counted_groups) == 1:
        return Finding(say("There is one group only, so groups are not compared.", language))
    ranked = counted_groups.sort_values(["mean_score", "group"])
    worst, best = ranked.iloc[0], ranked.iloc[-1]
    persons, placed = int(worst["persons"]), int(worst["placed_persons"])
    return Finding(
        say(
            "Worst off is the group “{worst}”: mean score {low} against {high} for “{best}”; {found}.",
            language,
            worst=in_words(worst["group"], language),
            best=in_words(best["group"], language),
            low=number(worst["mean_score"], 2, language),
            high=number(best["mean_score"], 2, language),
            found=_finding(placed, persons, language),
        ),
        estimate=float(worst["mean_score"]),
        unit=say("{score}, 0 to 1", language, score=_score(plan, language)),
        language=language,
    )


def _finding(placed: int, persons: int, language: str) -> str:
    if persons == 1:
        return (
            say("its one person finds a place", language)
            if placed
            else say("its one person is left without a place", language)
        )
    return say_many(
        "{placed} of its {persons} persons finds a place",
        "{placed} of its {persons} persons find a place",
        placed,
        language,
        placed=number(placed, language=language),
        persons=number(persons, language=language),
    )


def key_findings(result: AllocationResult, language: str = "en") -> Several:
    """Return the three sentences that matter."""
    plan = result.plan
    return Several((headline(result, language), certificate(plan, language), worst_off(plan, language)))


def how_sure(result: AllocationResult, language: str = "en") -> Finding:
    """Return how the plan was certified and what the certificate does not say."""
    plan = result.plan
    told = say(
        "The plan's score is {value}; a bound computed apart proves that no such plan can exceed {bound}, a gap of "
        "{gap}.",
        language,
        value=number(plan.value, 2, language),
        bound=number(plan.bound, 2, language),
        gap=_gap(plan.gap, language),
    )
    return Finding(
        f"{_status(result, language)} {told}",
        estimate=plan.value,
        unit=_score(plan, language),
        caveats=(
            *([say(SCORE_CAVEAT, language)] if plan.score_name == SCORE_NAME else []),
            say(
                "The program proposes; a named person decides, with a recorded reason. Plans that score almost the "
                "same may send a household elsewhere.",
                language,
            ),
        ),
        language=language,
    )


def _status(result: AllocationResult, language: str) -> str:
    """Return what is certified: the solver's own sentences in English, the same from the plan's figures otherwise."""
    plan = result.plan
    if language == "en":
        return plan.status
    told = []
    if plan.status.startswith("The search"):
        told.append(say("The search ended before it was done: this is the best plan it had found.", language))
    if plan.objective == "place-first" and plan.persons_placed < plan.persons_placed_bound >= plan.persons:
        told.append(
            say(
                "{placed} persons are placed; whether a plan could place more was not settled.",
                language,
                placed=number(plan.persons_placed, language=language),
            )
        )
    elif plan.objective == "place-first":
        told.append(
            say(
                "{placed} persons are placed, and no plan places more than {most}.",
                language,
                placed=number(plan.persons_placed, language=language),
                most=number(plan.persons_placed_bound, language=language),
            )
        )
    gap, asked = _gap(plan.gap, language), _gap(result.asked, language)
    if within(plan.gap, result.asked):
        how = say(
            "The total score is certified to within {gap} of what any such plan could reach ({asked} was asked for).",
            language,
            gap=gap,
            asked=asked,
        )
    else:
        how = say(
            "The total score is certified only to within {gap}, not the {asked} asked for.",
            language,
            gap=gap,
            asked=asked,
        )
    return " ".join([*told, how])
