"""Who goes where, who does not and why, what it is worth, and how much better any plan could be."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.decisions.allocation import explain, ties
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem, WhyNot
from workbench.decisions.allocation.search.solution import Outcome

EXACT = 1e-7
"""A gap that rounding alone, a solver's too, can leave."""


@dataclass(frozen=True, eq=False)
class Solution:
    """What the search found, and how it ended.

    ``place_of``: index item, its place or -1. ``tried`` and ``proven``: pairs that the readable statement tried, and
    how near to their best it claims to be, which is no certificate. ``late``: the time was up.
    """

    objective: str
    place_of: Ints
    bound: float
    persons_bound: int
    outcome: Outcome
    asked: float = 0.0
    tried: int = 0
    proven: float = np.inf
    stopped: bool = False
    late: bool = False

    def gap_of(self, problem: Problem) -> float:
        """Return the gap between the plan's value and its bound."""
        placed = np.flatnonzero(self.place_of >= 0)
        value = float(problem.value[placed, self.place_of[placed]].sum())
        return (self.bound - value) / max(1.0, abs(self.bound))


@dataclass(frozen=True, eq=False)
class Plan:
    r"""Which household goes where, what the plan is worth and how near it is to the best.

    Attributes
    ----------
    assignment
        ``household, place, score, runner_up, price``; placed households only, sorted by household. ``runner_up``: the
        best other place at the prices ('' if none). ``price``: estimate of the value lost elsewhere by the room this
        household takes.
    unplaced
        ``household, persons, why``.
    by_place
        ``place, capacity, placed`` (persons), ``shadow_price``: estimated value of room for one more person; the same
        with ``_<service>`` for each service whose room is counted, its capacity absent where a place states none.
    by_group
        ``group, households, persons, placed_persons, mean_score``: per weighted person of the group, an unplaced one
        counting 0.
    value, bound, gap
        Total of score times weight; what no plan under the same rules exceeds; (bound − value) / max(1, \\|bound\\|).
        Under *place-first*: no plan that places as many persons.
    persons, persons_placed, persons_placed_bound, households_placed
        Counts; no plan places more persons than the bound.
    status
        Why the search stopped and what is certified, in sentences.
    outcome
        Multipliers that prove the bound, and where a next search may begin; not kept with saved plans.
    ties
        How places were given among equal households, in a sentence; '' where nobody competed for one.
    """

    assignment: pd.DataFrame
    unplaced: pd.DataFrame
    by_place: pd.DataFrame
    by_group: pd.DataFrame
    value: float
    bound: float
    gap: float
    persons: int
    persons_placed: int
    persons_placed_bound: int
    households_placed: int
    status: str
    objective: str
    seconds: float
    score_name: str
    outcome: Outcome | None = field(default=None, repr=False)
    ties: str = ""

    def reaches(self, asked: float) -> bool:
        """Say whether the gap is no wider than asked, and under *place-first* that of persons placed neither."""
        return within(self.gap, asked) and self.persons_gap <= asked

    @property
    def persons_gap(self) -> float:
        """Return the share of persons by which the bound lies above those placed; 0 where only the score counts."""
        if self.objective == "score":
            return 0.0
        return (self.persons_placed_bound - self.persons_placed) / max(1, self.persons_placed_bound)

    @property
    def worst_off(self) -> str:
        """Return the group with the lowest mean score; '' where there is none."""
        known = self.by_group.dropna(subset="mean_score")
        return "" if known.empty else str(known.sort_values(["mean_score", "group"])["group"].iloc[0])

    def to_json_dict(self) -> dict[str, Any]:
        """Return the plan as plain values; each table as a list of rows, an absent number as None."""
        out: dict[str, Any] = {}
        for item in fields(self):
            if item.name == "outcome":
                continue
            value = getattr(self, item.name)
            if isinstance(value, pd.DataFrame):
                rows = value.to_dict(orient="records")
                value = [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in rows]
            out[item.name] = value
        return {**out, "worst_off": self.worst_off}


def within(gap: float, asked: float) -> bool:
    """Say whether a gap is no wider than asked; what only rounding separates is the same."""
    return gap <= max(asked, EXACT)


def rounded_up(gap: float) -> tuple[float, int]:
    """Return a gap as sentences give it, never less than it is but for what rounding alone can leave, and its decimals.

    Both are of per cent: three decimals below 0.1 %, two below 1 %, else one.
    """
    if gap <= EXACT:
        return 0.0, 0
    decimals = 3 if gap < 0.001 else 2 if gap < 0.01 else 1
    return math.ceil((gap - EXACT) * 100 * 10**decimals) / 10**decimals, decimals


def _upward(gap: float) -> str:
    value, decimals = rounded_up(gap)
    return f"{value:.{decimals}f}\N{NO-BREAK SPACE}%"


def plan_of(problem: Problem, solution: Solution, *, seconds: float) -> Plan:
    """Return the plan that a solution stands for."""
    place_of = solution.place_of
    at = place_of[problem.item_of] if len(problem.household_names) else np.zeros(0, dtype=np.int64)
    placed = at >= 0
    where = at[placed]
    price = solution.outcome.multipliers.price[:-1]
    runner_up = explain.runners_up(problem, price, place_of)
    names, towns = np.array(problem.household_names, dtype=object), np.array(problem.place_names, dtype=object)
    assignment = pd.DataFrame(
        {
            "household": names[placed],
            "place": towns[where],
            "score": problem.score[placed, where],
            "runner_up": np.array([*towns, ""], dtype=object)[runner_up[problem.item_of[placed]]],
            "price": (problem.use[placed] * price[where]).sum(axis=1),
        }
    )
    value = float((problem.score[placed, where] * problem.weight[placed]).sum())
    gap = (solution.bound - value) / max(1.0, abs(solution.bound))
    persons_placed = int(problem.persons[placed].sum())
    unplaced = pd.DataFrame(
        {
            "household": names[~placed],
            "persons": problem.persons[~placed],
            "why": np.array(explain.why_unplaced(problem, np.flatnonzero(~placed), place_of), dtype=object),
        }
    )
    return Plan(
        assignment=assignment,
        unplaced=unplaced,
        by_place=_rooms(problem, placed, where, price),
        by_group=_groups(problem, at),
        value=value,
        bound=solution.bound,
        gap=gap,
        persons=int(problem.persons.sum()),
        persons_placed=persons_placed,
        persons_placed_bound=solution.persons_bound,
        households_placed=int(placed.sum()),
        status=_status(problem, solution, gap, persons_placed),
        objective=solution.objective,
        seconds=seconds,
        score_name=problem.score_name,
        outcome=solution.outcome,
        ties=ties.SAID if ties.competed(problem, place_of) else "",
    )


def _rooms(problem: Problem, placed: NDArray[np.bool_], where: Ints, price: Floats) -> pd.DataFrame:
    """Return each place's room, what is taken of it and what one more unit would be worth, in every kind counted."""
    table = pd.DataFrame({"place": np.array(problem.place_names, dtype=object)})
    for d, name in enumerate(problem.dimensions):
        room, tail = problem.capacity[:, d], f"_{name}" if d else ""
        used = np.bincount(where, weights=problem.use[placed, d], minlength=len(table))
        whole = bool((room[np.isfinite(room)] % 1 == 0).all())
        stated = pd.Series(np.where(np.isfinite(room), room, np.nan))
        table[f"capacity{tail}"] = stated.astype("int64" if whole and stated.notna().all() else "float64")
        table[f"placed{tail}"] = np.rint(used).astype(np.int64)
        table[f"shadow_price{tail}"] = np.maximum(0.0, price[:, d])
    return table


def _groups(problem: Problem, at: Ints) -> pd.DataFrame:
    placed = at >= 0
    value = np.zeros(len(at))
    value[placed] = problem.score[placed, at[placed]] * problem.weight[placed]
    table = pd.DataFrame(
        {
            "group": problem.group,
            "households": 1,
            "persons": problem.persons,
            "placed_persons": np.where(placed, problem.persons, 0),
            "value": value,
            "weight": problem.weight,
        }
    )
    summed = table.groupby("group", sort=True).sum().reset_index()
    summed["mean_score"] = summed["value"] / summed["weight"].where(summed["weight"] > 0)
    return summed[["group", "households", "persons", "placed_persons", "mean_score"]]


def _status(problem: Problem, solution: Solution, gap: float, placed: int) -> str:
    if not problem.household_names:
        return "There is no household to place."
    pairs = int((problem.why == WhyNot.ALLOWED).sum())
    if pairs == 0:
        return "No household may go to any place; see why each is unplaced."
    sentences = []
    if solution.stopped or solution.late:
        ended = "was interrupted" if solution.stopped else "ended when its time was up"
        sentences.append(f"The search {ended}: this is the best plan it had found.")
    if solution.objective == "place-first":
        placed_ = "1 person is" if placed == 1 else f"{placed} persons are"
        if placed >= solution.persons_bound:
            sentences.append(f"{placed_} placed, and no plan places more.")
        elif solution.persons_bound >= int(problem.persons.sum()):
            sentences.append(f"{placed_} placed; whether a plan could place more was not settled.")
        else:
            sentences.append(f"{placed_} placed, and no plan places more than {solution.persons_bound}.")
    if within(gap, solution.asked):
        sentences.append(
            f"The total score is certified to within {_upward(gap)} of what any such plan could reach "
            f"(asked {_upward(solution.asked)})."
        )
    else:
        sentences.append(
            f"The total score is certified only to within {_upward(gap)}, not the {_upward(solution.asked)} asked; the "
            f"bound over all {pairs} pairs may be loose."
        )
        if np.isfinite(solution.proven):
            sentences.append(
                f"By the solver's own account, which is no certificate, the plan is within "
                f"{_upward(solution.proven)} of the best among the {solution.tried} pairs it tried."
            )
    return " ".join(sentences)
