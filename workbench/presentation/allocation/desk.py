"""What a caseworker reads about a plan, a household and a change, in the caseworker's language."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.decisions.allocation.problem.problem import WhyNot
from workbench.decisions.allocation.trade_offs.alternatives import Choice, choices
from workbench.presentation.findings import Finding
from workbench.presentation.languages import in_words, marked, say, say_many
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import listing, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.decisions.allocation.trade_offs.near_equal import NearEqual
    from workbench.studies.allocation.desk import Desk

MOST = 8
PROOFS = {
    (True, False): marked(
        "No plan under these rules has a higher score, for as many persons placed; other plans may be as good."
    ),
    (True, True): marked(
        "No plan under these rules has a score more than {gap} higher, for as many persons placed; other plans may "
        "be as good."
    ),
    (False, False): marked("No plan under these rules has a higher score; other plans may be as good."),
    (False, True): marked("No plan under these rules has a score more than {gap} higher; other plans may be as good."),
}
"""How good the plan is at least: whether most persons come first, and whether there is a gap."""
CLOSE = 0.1
"""Share of a household's own worth below which another place is called nearly as good."""


def names(desk: Desk) -> dict[str, str]:
    """Return what each place is called: code and name, where the batch names it."""
    table = desk.tables.places
    if "name" not in table:
        return {code: code for code in desk.problem.place_names}
    told = dict(zip(table["place"].astype(str), table["name"].fillna("").astype(str), strict=True))
    return {code: f"{told[code]} ({code})" if told.get(code) else code for code in desk.problem.place_names}


def headline(desk: Desk, language: str = "en") -> Finding:
    """Return how many persons the plan places, and how good it is at least."""
    plan = desk.plan
    places = int((plan.by_place["placed"] > 0).sum())
    sentence = say(
        "{placed} of {persons} persons in {households} households find a place, in {places} places.",
        language,
        placed=number(plan.persons_placed, language=language),
        persons=number(plan.persons, language=language),
        households=number(plan.households_placed + len(plan.unplaced), language=language),
        places=number(places, language=language),
    )
    gap = max(0.0, math.ceil(plan.gap * 1e4 - 1e-3) / 1e4)
    proof = say(PROOFS[desk.draft.objective != "score", gap > 0], language, gap=percent(gap, 2, language=language))
    score = say(
        "The score is {name}. It compares plans; it does not say that people do better.",
        language,
        name=score_name(plan.score_name, language),
    )
    return Finding(
        sentence,
        float(plan.persons_placed),
        say("persons", language),
        caveats=(proof, score),
        headline=True,
        language=language,
    )


def score_name(name: str, language: str) -> str:
    """Return what the scores are, in a language; a name that an authority gave stays as it is."""
    if name == "needs-and-ties matching":
        return say("needs-and-ties matching, a choice of values", language)
    if "fitted on synthetic outcomes" in name:
        return say("an expected share fitted on synthetic outcomes, which are about nobody", language)
    if "fitted on outcomes" in name:
        return say("an expected share fitted on the outcomes of earlier placements", language)
    return say("the one brought with the batch", language) if name == "score" else name


def moved(desk: Desk, language: str = "en") -> Finding:
    """Return who moves through the last change, and what it costs."""
    table, called = desk.moved(), names(desk)
    score, persons = desk.cost()
    if table.empty:
        first = say("Nobody moves.", language)
    else:
        first = say_many(
            "{number} household moves.",
            "{number} households move.",
            len(table),
            language,
            number=number(len(table), language=language),
        )
    share = score / max(1e-9, desk.before.value) if desk.before is not None else 0.0
    if abs(share) < 5e-5:
        cost = say("The total score stays the same, within the gap of both plans.", language)
    elif share > 0:
        cost = say(
            "It costs {share} of the total score ({score}).",
            language,
            share=percent(share, 2, language=language),
            score=number(score, 2, language),
        )
    else:
        cost = say(
            "It adds {share} to the total score ({score}).",
            language,
            share=percent(-share, 2, language=language),
            score=number(-score, 2, language),
        )
    placed = ""
    if persons > 0:
        placed = say_many(
            "{number} person fewer is placed.", "{number} persons fewer are placed.", persons, language, number=persons
        )
    elif persons < 0:
        placed = say_many(
            "{number} person more is placed.", "{number} persons more are placed.", -persons, language, number=-persons
        )
    nowhere = say("nowhere", language)
    shown = table.head(20)
    listed = Table(
        name="moved",
        caption=say("Who moves", language),
        columns=(
            Column(say("Household", language), tuple(shown["household"].astype(str)), right=False),
            Column(say("Before", language), tuple(called.get(p, p) or nowhere for p in shown["before"]), right=False),
            Column(say("Now", language), tuple(called.get(p, p) or nowhere for p in shown["after"]), right=False),
        ),
        data=table,
        language=language,
    )
    return Finding(
        " ".join(filter(None, (first, cost, placed))),
        score,
        say("score", language),
        table=listed if len(table) else None,
        language=language,
    )


def household(desk: Desk, who: str, language: str = "en") -> tuple[Finding, Table]:
    """Return why a household goes where it goes, with other places that are nearly as good first."""
    options, called = choices(desk.problem, desk.plan, who), names(desk)
    here = next((c for c in options if c.here), None)
    allowed = [c for c in options if c.why is WhyNot.ALLOWED]
    row = desk.problem.household_names.index(who)
    own = float(desk.problem.weight[row]) * (0.0 if here is None else here.score)
    close = [c for c in allowed if not c.here and c.loss <= CLOSE * max(1e-9, own)]
    if here is None:
        first = say("{household} has no place in this plan.", language, household=who)
        if not allowed:
            first += " " + say("No place may take this household: see why below.", language)
        else:
            persons = float(desk.problem.size[desk.problem.item_of[row], 0])  # with the households it is linked with
            free = sum(c.left >= persons for c in allowed)
            told = (
                marked(
                    "Room is left at {free} of {number} places that may take it, but using it would break a rule or "
                    "serve the whole plan worse."
                )
                if free
                else marked("{number} places may take it, but none has room left for it.")
            )
            count, left = (number(each, language=language) for each in (len(allowed), free))
            first += " " + say(told, language, number=count, free=left)
    else:
        first = say(
            "{household} is proposed for {place}, with a score of {score}.",
            language,
            household=who,
            place=called[here.place],
            score=number(here.score, 2, language),
        )
        if close:
            first += " " + say_many(
                "{number} other place is nearly as good, at a cost of less than a tenth of this score: {places}.",
                "{number} other places are nearly as good, at a cost of less than a tenth of this score, such as "
                "{places}.",
                len(close),
                language,
                number=number(len(close), language=language),
                places=listing([called[c.place] for c in close[:3]], language),
            )
        else:
            first += " " + say(
                "No other place is nearly as good: each would cost more than a tenth of this score.", language
            )
    shown = [*(c for c in allowed if c.here or c in close)][: MOST + 1]
    rest = [c for c in options if c not in shown]
    shown += sorted(rest, key=lambda c: -np.nan_to_num(c.score))[:MOST]
    table = Table(
        name="choices",
        caption=say(
            "Places for {household}: nearly as good ones first, then those with the highest scores",
            language,
            household=who,
        ),
        columns=(
            Column(say("Place", language), tuple(called[c.place] for c in shown), right=False),
            Column(say("Score", language), tuple(number(c.score, 2, language) for c in shown)),
            Column(say("Cost to the plan", language), tuple(_cost(c, language) for c in shown)),
            Column(say("Room left", language), tuple(number(c.left, language=language) for c in shown)),
            Column(say("Why not", language), tuple(why(c, language) for c in shown), right=False),
        ),
        data=pd.DataFrame([{"place": c.place, "score": c.score, "cost": c.loss, "left": c.left} for c in shown]),
        notes=(say("Costs are estimates from the plan's prices; a lock there tells them exactly.", language),),
        language=language,
    )
    return Finding(first, language=language), table


def _cost(choice: Choice, language: str) -> str:
    return number(choice.loss, 2, language) if math.isfinite(choice.loss) else "–"


def why(choice: Choice, language: str = "en") -> str:
    """Return why a household does not go to a place, in a few words."""
    if choice.here:
        return say("proposed", language)
    if choice.why is WhyNot.NEED_NOT_OFFERED:
        return say(
            "does not offer {needs}",
            language,
            needs=", ".join(in_words(each, language) for each in choice.lacking),
        )
    told = {
        WhyNot.PINNED_ELSEWHERE: say("locked to another place", language),
        WhyNot.BANNED: say("banned", language),
        WhyNot.NO_SCORE: say("has no score there", language),
        WhyNot.TOO_LARGE: say("too small for the household", language),
    }
    if choice.why in told:
        return told[choice.why]
    if choice.left > 0:
        return say("possible; others gain more from the room, or the score is lower", language)
    return say("possible; full: somebody would have to move", language)


def near(desk: Desk, found: Sequence[NearEqual], language: str = "en") -> Finding:
    """Return plans nearly as good, with what each loses and how many households it places otherwise."""
    if not found:
        return Finding(
            say("No other plan within one per cent was found that places as many persons.", language), language=language
        )
    sentence = say_many(
        "{number} other plan loses at most one per cent of the score and places as many persons; it places up to "
        "{most} of {households} households otherwise.",
        "{number} other plans lose at most one per cent of the score and place as many persons; they place up to "
        "{most} of {households} households otherwise.",
        len(found),
        language,
        number=len(found),
        most=number(max(each.moved for each in found), language=language),
        households=number(desk.plan.households_placed, language=language),
    )
    table = Table(
        name="nearly-as-good",
        caption=say("Plans nearly as good, as different as could be found", language),
        columns=(
            Column(
                say("Plan", language),
                tuple(say("Plan {letter}", language, letter="BCDEFGH"[at]) for at in range(len(found))),
                right=False,
            ),
            Column(say("Score lost", language), tuple(percent(max(0.0, e.lost), 2, language=language) for e in found)),
            Column(say("Placed otherwise", language), tuple(number(e.moved, language=language) for e in found)),
        ),
        data=pd.DataFrame([{"plan": "BCDEFGH"[at], "lost": e.lost, "moved": e.moved} for at, e in enumerate(found)]),
        language=language,
    )
    return Finding(sentence, table=table, language=language)
