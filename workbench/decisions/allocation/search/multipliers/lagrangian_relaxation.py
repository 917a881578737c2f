"""Which plan is best at real size where rules are more than limits of places? Their rows have prices, found by trial.

Each round the pairs are worth less by what they take of the rows at the prices; a row that the plan breaks becomes
dearer, and once a plan keeps all, prices are lowered towards the last that did not do. The prices prove a bound as
all multipliers do, whether or not a plan was found that keeps the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from workbench.decisions.allocation.exact.small_cases import choice_of
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.proof.lagrangian_bound import certified_bound
from workbench.decisions.allocation.rules.standard import Rows
from workbench.decisions.allocation.search import large_scale
from workbench.decisions.allocation.search.solution import Outcome
from workbench.decisions.allocation.search.stopping import Limit, Progress

ROUNDS = 16
FIRST = 0.05
DEARER = 2.0


def best(
    problem: Problem,
    others: Mapping[str, Rows],
    *,
    objective: str,
    gap: float,
    limit: Limit,
    say: Progress,
    start: Outcome | None = None,
) -> Outcome | None:
    """Return the best plan found that keeps the rows too; None where none was found.

    Under *place-first* the plan places as many persons as the search finds room for without these rows.
    """
    titles = list(others)
    matrix = sp.csr_matrix(sp.vstack([others[title].matrix for title in titles]))
    most = np.concatenate([others[title].limit for title in titles])
    ends = np.cumsum([0, *(len(others[title]) for title in titles)])
    pairs = problem.columns
    typical = float(np.median(problem.value[pairs.item, pairs.place])) if len(pairs) else 1.0
    heavy = np.array([float(np.abs(row.data).max(initial=1e-9)) for row in matrix])
    low, high, price = np.zeros(len(most)), np.full(len(most), np.inf), np.zeros(len(most))
    kept: Outcome | None = None
    bound, proof, at_least = np.inf, None, None
    for number in range(ROUNDS):
        worth = problem.value.copy()
        worth[pairs.item, pairs.place] -= matrix.T @ price
        found = large_scale.best(
            problem, objective=objective, gap=gap / 2, limit=limit, say=say, start=start, worth=worth,
            at_least=at_least,
        )  # fmt: skip
        if found is None:
            return kept
        start, at_least = found, found.multipliers.at_least
        rows = {title: price[ends[k] : ends[k + 1]] for k, title in enumerate(titles)}
        priced = replace(found.multipliers, rows=rows)
        here = certified_bound(problem, priced, others)
        if here < bound:
            bound, proof = here, priced
        over = matrix @ choice_of(problem, found.place_of) - most
        broken = over > 1e-6
        say(f"Prices of further rules, round {number + 1}: {int(broken.sum())} of {len(most)} rows broken.")
        if not broken.any() and (kept is None or _worth(problem, found) > _worth(problem, kept)):
            kept = found
        if kept is not None and bound - _worth(problem, kept) <= gap * max(1.0, abs(bound)):
            break
        if not limit.going():
            break
        # A price too low is one at which the row was broken; one too high, at which a plan kept every row.
        low = np.where(broken, np.maximum(low, price), low)
        if not broken.any():
            high = np.minimum(high, price)
        between = np.isfinite(high)
        dearer = np.maximum(DEARER * price, FIRST * typical / heavy)
        price = np.where(between, (low + np.where(between, high, 0.0)) / 2, np.where(broken, dearer, price))
    if kept is None or proof is None:
        return None
    return replace(kept, bound=bound, multipliers=proof)


def _worth(problem: Problem, outcome: Outcome) -> float:
    placed = np.flatnonzero(outcome.place_of >= 0)
    value: Floats = problem.value[placed, outcome.place_of[placed]]
    return float(value.sum())
