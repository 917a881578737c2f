"""Which plan is best, and how near is it to what any plan could reach?

The search is a guess that a bound then judges: the bound covers every allowed pair, whichever pairs the search tried.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from workbench.core.errors import DecisionError, nearest
from workbench.core.parts import AllocationRule
from workbench.decisions.allocation import ties
from workbench.decisions.allocation.exact import small_cases
from workbench.decisions.allocation.exact.cvxpy_statement import RowsByRule, kept
from workbench.decisions.allocation.exact.elastic_relaxation import keeping, meeting_floors
from workbench.decisions.allocation.plan import Plan, Solution, plan_of
from workbench.decisions.allocation.problem.arrays import instance_of
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.proof.lagrangian_bound import (
    Multipliers,
    certified_bound,
    persons_bound,
    without_prices,
)
from workbench.decisions.allocation.rules.place_limits import extend
from workbench.decisions.allocation.rules.policy import stated_rules
from workbench.decisions.allocation.rules.standard import EveryonePlaced, PersonsPlaced, standard_rules
from workbench.decisions.allocation.search.solution import Outcome
from workbench.decisions.allocation.search.stopping import Limit, Progress

OBJECTIVES = ("place-first", "score")
FINISHED = 100_000
"""Pairs up to which the readable statement finishes what the search leaves open."""
FOR_PERSONS = 0.5
"""Share of the time left that the proof of how many persons can be placed may take."""
TO_SHARPEN = 1.0
"""Seconds that a bound may be bettered where the time is up: without, it would say less than is known."""


def solve(
    problem: Problem,
    *,
    objective: str = "place-first",
    gap: float = 5e-4,
    time_limit: float | Limit = np.inf,
    columns: int = 15,
    further: Sequence[AllocationRule] = (),
    start: Plan | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Find the plan that serves the objective best, with a bound that no plan under the same rules can exceed.

    Parameters
    ----------
    problem
        Households, places, pairs and their worth.
    objective
        'place-first': most persons placed, then the best total score among such plans. 'score': the best total score
        alone, an unplaced household being worth 0.
    gap
        Gap at which the search may stop, relative: (bound − value) / max(1, |bound|).
    time_limit
        Seconds after which the search ends with the best plan so far and its gap; so does Ctrl-C. A `Limit` can
        be stopped from another thread.
    columns
        With further rules: how many places per household are tried, those that lose least at the prices. The bound
        covers all pairs.
    further
        Rules to keep beyond the standard ones and those that the problem's own table states.
    start
        The plan of a problem much like this one: the search begins with its prices and its placements.
    progress
        Receives one sentence per step.

    Raises
    ------
    DecisionError
        The objective is unknown, or the minimum intakes or a further rule cannot be met; names the smallest easing.

    Notes
    -----
    ``max Σ w_ij x_ij  s.t.  Σ_j x_ij ≤ 1,  Σ_i s_id x_ij ≤ c_jd,  further rules,  x ∈ {0, 1}`` over allowed
    pairs. *place-first* adds ``Σ s_i x_ij ≥ P`` with the most persons P that could be placed.
    """
    say = progress or (lambda _: None)
    if objective not in OBJECTIVES:
        raise DecisionError(f"unknown objective '{objective}'", do=nearest(objective, OBJECTIVES))
    limit = time_limit if isinstance(time_limit, Limit) else Limit(time_limit)
    if not 0 <= gap < 1 or columns < 1 or not limit.seconds > 0:
        raise DecisionError(
            f"gap {gap:g}, columns {columns} or time limit {limit.seconds:g} out of range",
            do="gap from 0 up to 1, columns at least 1, seconds above 0",
        )
    further = (*stated_rules(problem), *further)
    rules: tuple[AllocationRule, ...] = (*standard_rules(problem), *further)
    titles = [rule.title for rule in rules]
    if repeated := sorted({title for title in titles if titles.count(title) > 1}):
        raise DecisionError(
            f"the rule '{repeated[0]}' stands twice",
            do="leave out what every plan keeps already, or what is named twice",
        )
    pairs = int((problem.why == 0).sum())
    say(f"{len(problem.household_names)} households, {len(problem.place_names)} places, {pairs} allowed pairs.")
    from workbench.decisions.allocation.exact import direct  # brings a solver: stating a problem needs none

    with _stopped_by_ctrl_c(limit, say):
        found = direct.best(problem, rules, objective=objective, gap=gap, limit=limit)
        if found is not None:
            solution = _solution(objective, problem, found, found.persons_bound)
        elif further:
            _say_if_compiling(say)
            solution = _with_rows(problem, rules, further, objective, gap, columns, limit, say)
        else:
            _say_if_compiling(say)
            solution = _by_limits(problem, rules, objective, gap, columns, limit, start, say, few=pairs <= FINISHED)
    solution = replace(solution, asked=gap, stopped=limit.stopped, late=not limit.stopped and not limit.going())
    solution = _in_turn(problem, (*rules, *_promised(objective, solution)), solution)
    plan = plan_of(problem, solution, seconds=time.perf_counter() - limit.began)
    if further:
        also = "; ".join(f"{rule.title} ({rule.source})" for rule in further)
        plan = replace(plan, status=f"{plan.status} Every plan compared also keeps: {also}.")
    refuse_broken(problem, (*rules, *_promised(objective, solution)), plan)
    say(plan.status)
    return replace(plan, seconds=time.perf_counter() - limit.began)


def _say_if_compiling(say: Progress) -> None:
    from workbench.decisions.allocation.search import compilation  # looks at the compiled search, as below

    if not compilation.compiled():
        say("The search is compiled first, once on this machine, which takes up to a minute.")


def _in_turn(problem: Problem, rules: tuple[AllocationRule, ...], solution: Solution) -> Solution:
    """Return a solution of the same worth in which equal households have their places by turn, if every rule holds."""
    fair = ties.exchanged(problem, solution.place_of)
    if (fair == solution.place_of).all():
        return solution
    other = replace(solution, place_of=fair, outcome=replace(solution.outcome, place_of=fair))
    try:
        refuse_broken(problem, rules, plan_of(problem, other, seconds=0.0))
    except DecisionError:  # a rule that tells equal households apart, such as today's practice
        return solution
    return other


def _by_limits(
    problem: Problem,
    rules: Sequence[AllocationRule],
    objective: str,
    gap: float,
    columns: int,
    limit: Limit,
    start: Plan | None,
    say: Progress,
    *,
    few: bool,
) -> Solution:
    """Solve where every rule is a limit of places; few pairs are settled by the readable statement where it is open."""
    if not (problem.why == 0).any():
        meeting_floors(problem, {rule.title: rule.rows(problem, problem.columns) for rule in rules})
        return _solution(objective, problem, _nobody(problem), persons_bound(problem))
    from workbench.decisions.allocation.search import large_scale  # compiled; small cases go without

    before = None if start is None else start.outcome
    outcome = large_scale.best(problem, objective=objective, gap=gap, limit=limit, say=say, start=before, few=few)
    if outcome is not None:
        solution = _solution(objective, problem, outcome, outcome.persons_bound)
        placed = small_cases.persons_of(problem, outcome.place_of)
        open_ = solution.gap_of(problem) > gap or (objective == "place-first" and placed < outcome.persons_bound)
        if not (few and open_) or not limit.going():
            return solution
    rows = {rule.title: rule.rows(problem, problem.columns) for rule in rules}
    if outcome is None:
        begin = meeting_floors(problem, rows)
        begin = keeping(problem, rules, rows, begin, limit)
    else:
        begin = small_cases.choice_of(problem, outcome.place_of)
    if outcome is None or few:
        most = persons_bound(problem) if outcome is None else outcome.persons_bound
        return _settled(problem, rows, begin, objective, gap, columns, most, limit, outcome)
    return solution


def _settled(
    problem: Problem,
    rows: RowsByRule,
    begin: Floats,
    objective: str,
    gap: float,
    columns: int,
    most: int,
    limit: Limit,
    outcome: Outcome | None,
) -> Solution:
    """Solve by the readable statement; multipliers are the search's, or the relaxation's sharpened by the search.

    Where the gap stays open and pairs are few, cases are told apart until they prove what there is to prove.
    """
    at_least: int | None = None
    persons = None if outcome is None else outcome.persons
    if objective == "place-first":
        more = small_cases.most_persons(problem, rows, begin, columns, most, limit)
        more, most, persons = _counted(problem, rows, more, most, persons, limit)
        size = problem.size[problem.columns.item, 0]
        begin = more if round(float(size @ (more - begin))) > 0 else begin
        at_least = small_cases.persons_of(problem, small_cases.places_of(problem, begin))
        total = int(problem.size[np.unique(problem.columns.item), 0].sum())
        floor = EveryonePlaced() if at_least == total else PersonsPlaced(at_least=at_least)
        rows = {**rows, floor.title: floor.rows(problem, problem.columns)}
    choice, candidates = small_cases.Choice(begin, {}, 0, np.inf), []
    if outcome is None or limit.going():
        choice = small_cases.best_score(problem, rows, begin, columns, gap, limit)
        prices = small_cases.multipliers_of(problem, rows, choice.prices, at_least)
        candidates = [_sharpened(problem, prices, rows, limit)]
    if outcome is not None:
        candidates.append(replace(outcome.multipliers, at_least=at_least))
    bounds = [certified_bound(problem, each, rows) for each in candidates]
    which = int(np.argmin(bounds))
    x, bound, multipliers = choice.x, bounds[which], candidates[which]
    if _few(problem) and (bound - _worth(problem, x)) > gap * max(1.0, abs(bound)) and limit.going():
        from workbench.decisions.allocation.proof.branch_and_bound import prove  # brings a solver, as below

        proof = prove(problem, multipliers, rows, x, gap=gap, limit=limit)
        x, bound, multipliers = proof.x, proof.bound, proof.multipliers
    found = Outcome(
        small_cases.places_of(problem, x), bound, most, multipliers, persons, None if outcome is None else outcome.found
    )
    return _solution(objective, problem, found, most, tried=choice.tried, proven=choice.proven)


def _counted(
    problem: Problem, rows: RowsByRule, begin: Floats, most: int, persons: Multipliers | None, limit: Limit
) -> tuple[Floats, int, Multipliers | None]:
    """Return a choice that places most persons, how many no plan exceeds, and what proves it."""
    size = problem.size[problem.columns.item, 0]
    if round(float(size @ begin)) >= most or not _few(problem) or not limit.going():
        return begin, most, persons
    worth = np.broadcast_to(problem.size[:, :1], problem.why.shape)
    if persons is None:
        persons = without_prices(problem)
    from workbench.decisions.allocation.proof.branch_and_bound import prove

    half = limit.part(FOR_PERSONS)
    proof = prove(problem, persons, rows, begin, gap=0.0, limit=half, worth=worth, whole_values=True)
    return proof.x, min(most, persons_bound(problem, proof.multipliers, rows)), proof.multipliers


def _few(problem: Problem) -> bool:
    return len(problem.columns) <= small_cases.FEW


def _worth(problem: Problem, x: Floats) -> float:
    pairs = problem.columns
    return float(problem.value[pairs.item, pairs.place] @ x)


def _with_rows(
    problem: Problem,
    rules: Sequence[AllocationRule],
    further: Sequence[AllocationRule],
    objective: str,
    gap: float,
    columns: int,
    limit: Limit,
    say: Progress,
) -> Solution:
    """Solve with rules that are more than limits of places."""
    rows = {rule.title: rule.rows(problem, problem.columns) for rule in rules}
    standard = {title: each for title, each in rows.items() if title not in {rule.title for rule in further}}
    if not (problem.why == 0).any():
        keeping(problem, further, rows, meeting_floors(problem, standard), limit)
        return _solution(objective, problem, _nobody(problem), persons_bound(problem))
    if len(problem.columns) > FINISHED:
        return _at_size(problem, further, rows, objective, gap, limit, say)
    begin = keeping(problem, further, rows, meeting_floors(problem, standard), limit)
    if not kept(rows, begin):
        begin = keeping(problem, rules, rows, begin, limit)
    return _settled(problem, rows, begin, objective, gap, columns, persons_bound(problem), limit, None)


def _at_size(
    problem: Problem,
    further: Sequence[AllocationRule],
    rows: RowsByRule,
    objective: str,
    gap: float,
    limit: Limit,
    say: Progress,
) -> Solution:
    """Solve with further rules by the search: those that limit places are built in, others are kept by prices."""
    from workbench.decisions.allocation.search import large_scale  # compiled, as above
    from workbench.decisions.allocation.search.multipliers import lagrangian_relaxation

    wide = extend(problem, {rule.title: rows[rule.title] for rule in further})
    if wide.others:
        found = lagrangian_relaxation.best(
            wide.problem, wide.others, objective=objective, gap=gap, limit=limit, say=say
        )
    else:
        found = large_scale.best(wide.problem, objective=objective, gap=gap, limit=limit, say=say)
    names = ", ".join(f"'{rule.title}'" for rule in further)
    if found is None:
        raise DecisionError(
            f"no plan was found that keeps {names} besides the other rules",
            why=f"{len(problem.columns)} pairs are too many to prove that there is none",
            do="ease a rule, allow more time, or place fewer households at once: up to "
            f"{FINISHED} pairs the smallest easing is named",
        )
    multipliers = wide.told(problem, found.multipliers)
    persons = None if found.persons is None else wide.told(problem, found.persons)
    used = {title: rows[title] for title in (*wide.place, *wide.must, *wide.others)}
    bound = certified_bound(problem, multipliers, used)
    most = persons_bound(problem, persons, used)
    return _solution(objective, problem, Outcome(found.place_of, bound, most, multipliers, persons), most)


def _sharpened(problem: Problem, multipliers: Multipliers, rows: RowsByRule, limit: Limit) -> Multipliers:
    """Return multipliers with a λ for each item, bettered by the search on what the other rules' prices leave."""
    from workbench.decisions.allocation.search.primal_dual import search  # compiled, as above

    worth, pairs = problem.value.copy(), problem.columns
    for title, y in multipliers.rows.items():
        worth[pairs.item, pairs.place] -= rows[title].matrix.T @ np.maximum(0.0, y)
    instance = instance_of(problem, at_least=multipliers.at_least, worth=worth)
    enough = limit.going() and limit.left() > TO_SHARPEN
    found = search(
        instance, gap=0.0, limit=limit if enough else Limit(TO_SHARPEN), prices_at=multipliers.price, plans=False
    )
    item_price = np.zeros(problem.items)
    item_price[instance.who] = found.item_price
    return replace(multipliers, price=found.price, item_price=item_price, whole=found.whole)


def _nobody(problem: Problem) -> Outcome:
    return Outcome(np.full(problem.items, -1, dtype=np.int64), 0.0, 0, without_prices(problem, 0))


def _solution(
    objective: str,
    problem: Problem,
    outcome: Outcome,
    most: int,
    tried: int = 0,
    proven: float = np.inf,
) -> Solution:
    return Solution(objective, outcome.place_of, outcome.bound, most, outcome, tried=tried, proven=proven)


def _promised(objective: str, solution: Solution) -> tuple[AllocationRule, ...]:
    at_least = solution.outcome.multipliers.at_least
    return () if objective == "score" or at_least is None else (PersonsPlaced(at_least=at_least),)


@contextmanager
def _stopped_by_ctrl_c(limit: Limit, say: Progress) -> Iterator[None]:
    """Let a first Ctrl-C end the search with the best plan so far; a second one ends the program."""

    def stop(_signal: int, _frame: object) -> None:
        if limit.stopped:
            raise KeyboardInterrupt
        limit.stopped = True
        say("Interrupted: finishing with the best plan so far (Ctrl-C again to give up).")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def refuse_broken(problem: Problem, rules: tuple[AllocationRule, ...], plan: Plan) -> None:
    """Refuse to hand out a plan that breaks a rule, by the rules' own truth tests."""
    broken = [
        f"{rule.title} (by {distance:g})"
        for rule in rules
        if (distance := rule.distance(problem, plan.assignment)) > 1e-6
    ]
    if plan.value > plan.bound or plan.persons_placed > plan.persons_placed_bound:
        broken.append(f"its own bound (value {plan.value}, bound {plan.bound})")
    if broken:
        raise DecisionError(
            "the plan found breaks " + ", ".join(broken), do="report this fault: the program must never do so"
        )
