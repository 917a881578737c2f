"""What could no plan exceed, recomputed from stored multipliers alone? Plain numpy in float64, apart from the search.

Any multipliers give a valid bound; good ones give a tight one. So a search that errs can only loosen the bound, never
make it false.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from workbench.core.errors import DecisionError
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem, WhyNot
from workbench.decisions.allocation.proof.grid import fullest, on_grid
from workbench.decisions.allocation.rules.standard import Rows

ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Branches:
    """Cases that cover every plan: a tree in which an item either goes to a place (or nowhere) or does not.

    Attributes
    ----------
    item, place
        Index node, from the top, the case in which the pair is taken before that in which it is not; -1 for a case
        that is not divided. The number of places stands for *nowhere*.
    leaves
        Multipliers of the cases that are not divided, in that order.
    """

    item: Ints
    place: Ints
    leaves: tuple[Multipliers, ...]


@dataclass(frozen=True, eq=False)
class Case:
    """Which plans are meant? Those of the pairs allowed (index item, columns place); ``idle``: may stay unplaced."""

    allowed: NDArray[np.bool_]
    idle: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Multipliers:
    """What proves a bound.

    Attributes
    ----------
    price
        Index place and, last, *nowhere*; columns dimension: value of a unit of room. Negative where a minimum presses.
    item_price
        Index item: λ, the price of *one place per household*.
    whole
        Index place and, last, *nowhere*; columns dimension: 1 where the bound fills that room with whole households;
        there a positive price does not enter.
    at_least
        Persons that every plan compared places; None: any number.
    rows
        Prices of the rows of rules that are no limits of places, by title; at least 0.
    branches
        A proof by cases, each with multipliers of its own; without, these are the only ones.
    """

    price: Floats
    item_price: Floats
    whole: Ints
    at_least: int | None = None
    rows: Mapping[str, Floats] = field(default_factory=dict)
    branches: Branches | None = None


def without_prices(problem: Problem, at_least: int | None = None) -> Multipliers:
    """Return multipliers of zero."""
    places, dimensions = problem.capacity.shape
    price = np.zeros((places + 1, dimensions))
    return Multipliers(price, np.zeros(problem.items), price.astype(np.int64), at_least)


def certified_bound(
    problem: Problem, multipliers: Multipliers, rows: Mapping[str, Rows], *, worth: Floats | None = None
) -> float:
    """Return a bound on the worth of every plan that keeps the rules and places the persons asked.

    Parameters
    ----------
    problem
        The problem.
    multipliers
        What proves the bound; with branches, the highest bound of all cases.
    rows
        The rows of the rules whose prices the multipliers hold.
    worth
        Index item, columns place: what a pair is worth; by default its value.

    Raises
    ------
    DecisionError
        The branches do not cover every plan.

    Notes
    -----
    Where every pair is worth a multiple of one step, a plan is too: the bound is rounded down to such a multiple.
    """
    whole = whole_case(problem)
    allowed = problem.value if worth is None else worth
    step = on_grid(np.where(whole.allowed, allowed, 0.0))
    if multipliers.branches is None:
        return step.down(case_bound(problem, multipliers, rows, whole, worth=worth))
    cases = zip(_cases(multipliers.branches, whole), multipliers.branches.leaves, strict=True)
    return step.down(
        max(
            case_bound(problem, replace(leaf, at_least=multipliers.at_least), rows, case, worth=worth)
            for case, leaf in cases
        )
    )


def whole_case(problem: Problem) -> Case:
    """Return every plan as one case."""
    allowed = problem.why == WhyNot.ALLOWED
    return Case(allowed, (problem.pin < 0) | ~allowed.any(axis=1))


def divided(case: Case, item: int, place: int) -> tuple[Case, Case]:
    """Return the case in which an item goes to a place (the number of places: nowhere), and that in which not."""
    both = np.column_stack([case.allowed, case.idle])
    taken, left = both.copy(), both.copy()
    taken[item] = False
    taken[item, place] = both[item, place]
    left[item, place] = False
    return Case(taken[:, :-1], taken[:, -1]), Case(left[:, :-1], left[:, -1])


def _cases(branches: Branches, whole: Case) -> Iterator[Case]:
    """Yield the cases that are not divided, from the top; there are as many as leaves."""
    waiting = [whole] if int((branches.item < 0).sum()) == len(branches.leaves) else []
    for item, place in zip(branches.item.tolist(), branches.place.tolist(), strict=True):
        if not waiting or not (-1 <= item < len(whole.allowed) and -1 <= place <= whole.allowed.shape[1]):
            break
        case = waiting.pop()
        if item < 0:
            yield case
        else:
            waiting += reversed(divided(case, item, place))
    else:
        if not waiting:
            return
    raise DecisionError("the cases of the proof do not cover every plan", do="run the plan again")


def case_bound(
    problem: Problem, multipliers: Multipliers, rows: Mapping[str, Rows], case: Case, *, worth: Floats | None = None
) -> float:
    """Return a bound on the worth of every plan of one case; −∞ where an item that must be placed has no place left.

    Notes
    -----
    ``L = Σ_i λ_i + Σ_jd max(c_jd q_jd, m_jd q_jd) + Σ_r b_r y_r + Σ_j max Σ_i r_ij x_ij`` with
    ``r_ij = v_ij − λ_i − Σ_d q_jd s_id − Σ_r a_rij y_r``, where room filled with whole households keeps
    ``Σ_i s_id x_ij ≤ c_jd`` instead of a price; a place without any takes every item with r_ij > 0. *Nowhere* is a
    place of value 0 with room for the persons that may stay unplaced.
    """
    allowed = case.allowed
    open_ = allowed.any(axis=1)
    if not (open_ | case.idle).all():
        return -math.inf
    who = np.flatnonzero(open_)
    net = (problem.value if worth is None else worth)[who]
    terms: list[float] = []
    for title, y in multipliers.rows.items():
        y = np.maximum(0.0, y)
        pairs = problem.columns
        taken = np.zeros(allowed.shape)
        taken[pairs.item, pairs.place] = rows[title].matrix.T @ y
        net = net - taken[who]
        terms.extend(rows[title].limit * y)
    size = np.rint(problem.size[who])
    item_price = multipliers.item_price[who]
    terms.extend(item_price)
    for j in range(len(problem.place_names)):
        here = allowed[who, j]
        lower = np.zeros(size.shape[1])
        lower[0] = problem.minimum[j]
        terms += _place(
            net[here, j] - item_price[here], size[here], multipliers.price[j], problem.capacity[j], lower,
            whole=multipliers.whole[j] > 0,
        )  # fmt: skip
    persons = float(size[:, 0].sum())
    left = np.inf if multipliers.at_least is None else persons - multipliers.at_least
    if left < 0:
        return -math.inf
    if left > 0:
        free = case.idle[who]
        room = np.full(size.shape[1], np.inf)
        room[0] = left
        terms += _place(
            -item_price[free],
            size[free],
            multipliers.price[-1],
            room,
            np.zeros(len(room)),
            whole=np.zeros(len(room)) > 0,
        )
    return math.fsum(terms) + ROUNDING * (1.0 + math.fsum(map(abs, terms)))


def _place(
    gain: Floats, size: Floats, price: Floats, upper: Floats, lower: Floats, *, whole: NDArray[np.bool_]
) -> list[float]:
    """Return what a place's limits are worth at the prices, and what its best choice gains."""
    price = np.where(whole, np.minimum(0.0, price), price)
    terms = []
    for q, c, m in zip(price, upper, lower, strict=True):
        if q != 0:
            terms.append(float(c * q if q > 0 else m * q))
    gain = gain - size @ price
    good = gain > 0
    return [*terms, _knapsack(gain[good], size[good].astype(np.int64), np.where(whole, upper, np.inf))]


def _knapsack(gain: Floats, size: Ints, upper: Floats) -> float:
    """Return the most that whole households can gain within every kind of room; of those alike, few are of use."""
    scarce = size.sum(axis=0) > upper
    if not scarce.any():
        return float(gain.sum())
    room, size = np.floor(upper[scarce] + 1e-9).astype(np.int64), size[:, scarce]
    table = np.zeros(room + 1)
    for need in np.unique(size[(size <= room).all(axis=1)], axis=0):
        some = need > 0
        most = int((room[some] // need[some]).min()) if some.any() else len(gain)
        with_it = table[tuple(slice(n, None) for n in need)]
        without = table[tuple(slice(None, r + 1 - n) for r, n in zip(room, need, strict=True))]
        for g in -np.sort(-gain[(size == need).all(axis=1)])[:most]:
            np.maximum(with_it, without + g, out=with_it)
    return float(table[tuple(room)])


def persons_bound(
    problem: Problem, multipliers: Multipliers | None = None, rows: Mapping[str, Rows] | None = None
) -> int:
    """Return how many persons no plan exceeds: what whole items can fill of places and of all, or a proof."""
    allowed = problem.why == WhyNot.ALLOWED
    size = np.rint(problem.size[:, 0]).astype(np.int64)
    room = sum(fullest(size[allowed[:, j]], problem.capacity[j, 0]) for j in range(len(problem.place_names)))
    most = [fullest(size[allowed.any(axis=1)], room)]
    if multipliers is not None:
        worth = np.broadcast_to(problem.size[:, :1], problem.why.shape)
        proven = math.floor(certified_bound(problem, multipliers, rows or {}, worth=worth) + 1e-6)
        most.append(fullest(size[allowed.any(axis=1)], proven))
    return int(min(most))
