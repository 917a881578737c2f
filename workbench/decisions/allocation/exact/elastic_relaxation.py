"""Can all rules hold together, and if not, what is the smallest easing that works? By the readable statement.

Minimum intakes and further rules can be eased; a household in two places, or a need that is not met, cannot.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from workbench.core.errors import DecisionError
from workbench.core.parts import AllocationRule
from workbench.decisions.allocation.exact.cvxpy_statement import RowsByRule, ease, restricted
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.problem.problem import Problem, WhyNot
from workbench.decisions.allocation.rules.standard import IntakeFloor, Rows
from workbench.decisions.allocation.search.stopping import Limit

NAMED = 10
"""Households named in one message."""
_FLOOR_AT = {False: "places, column 'minimum'", True: "rules 'intake floor'"}
"""Where a minimum stands: stated by a rule of the table, or by the table of places."""


def meeting_floors(problem: Problem, rows: RowsByRule) -> Floats:
    """Return a choice that keeps pins and floors; an error names the smallest easing where the floors cannot be met."""
    pairs = problem.columns
    pinned = problem.pin[pairs.item] == pairs.place
    floors = rows[IntakeFloor.name]
    if len(floors) == 0:
        return np.asarray(pinned, dtype=np.float64)
    useful = pinned | np.isin(pairs.place, floors.key)
    by, start = -floors.limit, np.zeros(len(pairs))
    if useful.any():
        eased = ease(restricted(rows, useful), [IntakeFloor.name])
        if eased is None:
            raise DecisionError("no plan keeps the rules even with the minimum intakes lifted", do="lift a pin")
        by, start[useful] = eased[0][IntakeFloor.name], eased[1]
    if by.any():
        missing = "1 person is" if by.sum() == 1 else f"{by.sum():g} persons are"
        away = _kept_away(problem, floors, by)
        raise DecisionError(
            "the minimum intakes cannot all be met by the households that may go there",
            where=" and ".join(sorted({_FLOOR_AT[bool(said)] for said in _floors_said(problem, floors)})),
            why=f"at least {missing} missing, whatever the plan; {_why_floors(problem, floors)}" + away,
            do=f"the smallest easing that works: {_floors(problem, floors, by)}; "
            + ("or lift a pin or ban that keeps a household from there" if away else "or allow more pairs there"),
        )
    return start


def keeping(
    problem: Problem, further: Sequence[AllocationRule], rows: RowsByRule, start: Floats, limit: Limit
) -> Floats:
    """Return a choice that keeps the further rules too; an error names who collides, and the smallest easings."""
    titles = [rule.title for rule in further]
    for number, rule in enumerate(further):
        each = rows[rule.title]
        if bool((each.matrix @ start <= each.limit + 1e-6).all()):
            continue
        before = {title: r for title, r in rows.items() if title not in titles[number + 1 :]}
        eased = ease(before, [rule.title], together=_of_one_limit(further))
        if eased is None or eased[0][rule.title].any():
            raise _collision(problem, further, rows, rule, limit)
        start = eased[1]
    return start


def _collision(
    problem: Problem, further: Sequence[AllocationRule], rows: RowsByRule, first: AllocationRule, limit: Limit
) -> DecisionError:
    """Say which rules cannot be kept together: each that makes room for the others alone, or those that must together.

    Every easing is the smallest that leaves all other rules as they are.
    """
    titles = [rule.title for rule in further if len(rows[rule.title])]
    if len(rows[IntakeFloor.name]):
        titles = [*(title for title in titles if title != IntakeFloor.name), IntakeFloor.name]
    titles.sort(key=lambda title: title != first.title)
    by_title, one = {rule.title: rule for rule in further}, _of_one_limit(further)
    ways: list[Mapping[str, Floats]] = []
    for title in titles:
        if not ways or limit.going():
            eased = ease(rows, [title], limit.left(), one)
            ways += [] if eased is None else [eased[0]]
    if not ways and (eased := ease(rows, titles, limit.left(), one)) is not None:
        ways = [{title: by for title, by in eased[0].items() if by.any()}]
    named = sorted({title for way in ways for title in way} | {first.title}, key=titles.index)
    known = {IntakeFloor.name: _why_floors(problem, rows[IntakeFloor.name])} | {
        rule.title: f"{rule.reason} ({rule.source})" for rule in further if rule.title != IntakeFloor.name
    }
    said = "; or ".join(
        " and ".join(_told(problem, by_title.get(title), title, rows[title], by) for title, by in way.items())
        for way in ways
    )
    quoted = " and ".join(f"'{title}'" for title in named)
    together = "cannot all be kept together" if len(named) > 1 else "cannot be kept together with the others"
    leave = "leave these rules out" if len(named) > 1 and len(ways) == 1 else "leave a rule out"
    pinned = ", or lift a pin if one of them is in the way" if (problem.pin >= 0).any() else ""
    return DecisionError(
        f"the rule{'s' * (len(named) > 1)} {quoted} {together}",
        why="; ".join(f"{title}: {known[title]}" for title in named),
        do=f"the smallest easing that works: {said}; or {leave}{pinned}"
        if said
        else "no easing of these was found that works: leave one out, or lift a pin",
    )


def _of_one_limit(rules: Sequence[AllocationRule]) -> tuple[str, ...]:
    return tuple(rule.title for rule in rules if getattr(rule, "one_limit", False))


def _told(problem: Problem, rule: AllocationRule | None, title: str, rows: Rows, by: Floats) -> str:
    """Say how far a rule is eased, for each household, group or place that it names: from what to what."""
    if title == IntakeFloor.name:
        return _floors(problem, rows, by)
    if getattr(rule, "one_limit", False):
        return f"'{title}' {_step(float(rows.limit[0]), float(by[0]))}"
    about = getattr(rule, "about", lambda _: ())(problem)
    eased = np.flatnonzero(by)
    if len(about) != len(by):
        about = ("",) * len(by)
    elif (rows.limit[eased] == -1).all() and (by[eased] == 1).all():
        return f"'{title}' without " + ", ".join(about[row] for row in eased)
    steps = (f"{about[row]} {_step(float(rows.limit[row]), float(by[row]))}".strip() for row in eased)
    return f"'{title}' " + ", ".join(steps)


def _step(limit: float, by: float) -> str:
    """Return one limit before and after, rounded to the side on which it can be kept."""
    to = math.ceil((limit + by) * 1e4 - 1e-3) / 1e4
    return f"from {abs(limit):.4g} to {abs(to):.4g}" if limit else f"by {to:.4g}"


def _floors_said(problem: Problem, floors: Rows) -> list[str]:
    """Return for each minimum the reason and source of the rule that states it; '' where the table of places does."""
    return [problem.minimum_said[place] if problem.minimum_said else "" for place in floors.key]


def _why_floors(problem: Problem, floors: Rows) -> str:
    return "; ".join(sorted({said or IntakeFloor.reason for said in _floors_said(problem, floors)}))


def _kept_away(problem: Problem, floors: Rows, by: Floats) -> str:
    """Name whom pins and bans keep from the places whose minimum lacks persons; '' where they keep nobody."""
    told = []
    for place in floors.key[by > 0]:
        for item in np.flatnonzero(np.isin(problem.why[:, place], (WhyNot.PINNED_ELSEWHERE, WhyNot.BANNED))):
            names = " with ".join(problem.household_names[row] for row in problem.members[item])
            pinned = problem.why[item, place] == WhyNot.PINNED_ELSEWHERE
            told.append(
                f"{names} pinned to {problem.place_names[problem.pin[item]]}"
                if pinned
                else f"{names} banned from {problem.place_names[place]}"
            )
    more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
    return f"; pins and bans keep from there {', '.join(told[:NAMED])}{more}" if told else ""


def _floors(problem: Problem, floors: Rows, by: Floats) -> str:
    lower = [
        f"{problem.place_names[place]} from {problem.minimum[place]:g} to {problem.minimum[place] - less:g}"
        for place, less in zip(floors.key, by, strict=True)
        if less > 0
    ]
    return "lower the minimum intake of " + ", ".join(lower)
