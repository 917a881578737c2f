"""How near to hindsight does placing week by week come? A synthetic year under four policies.

Hindsight places the whole year at once and cannot be had; greedy makes each week's best plan; first come takes
households in turn and sends each where most room is left; potentials count what room is worth later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.decisions.allocation import Problem, solve
from workbench.decisions.allocation.practices import first_come
from workbench.decisions.allocation.problem.input_tables import Ints
from workbench.decisions.allocation.uncertainty.online import ahead, future_of, left_over, place_batch, potentials
from workbench.studies.allocation import placement
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.allocation.online.futures import Futures

POLICIES = ("potentials", "greedy", "first_come")
EASE = 0.02
"""How much less a person counts at a place, in units of the score, for each person that it is ahead of its pace."""
SECONDS = 4.0
"""Time for the plan of a week; one that takes longer is used as far as it came."""


@dataclass(frozen=True)
class Policy:
    """What a policy did in a year.

    Attributes
    ----------
    score
        Total score of those placed.
    persons_placed
        How many were placed.
    unevenness
        Mean over weeks and places of persons ahead of or behind the even pace, as a share of a place's year.
    """

    name: str
    score: float
    persons_placed: int
    unevenness: float


@dataclass(frozen=True)
class OnlineYear:
    """A year under every policy, beside hindsight."""

    hindsight: float
    hindsight_bound: float
    persons: int
    persons_placed: int
    households: int
    policies: tuple[Policy, ...]

    def share(self, name: str) -> float:
        """Return a policy's score as a share of hindsight's plan."""
        return next(each.score for each in self.policies if each.name == name) / self.hindsight


def year(
    tables: Tables,
    week_of: np.ndarray,
    pool: Tables,
    futures: Futures,
    *,
    number: int = 6,
    balance: float = 0.0,
    seed: int = 1,
    gap: float = 1e-3,
    policies: tuple[str, ...] = POLICIES,
    progress: Callable[[str], None] | None = None,
) -> OnlineYear:
    """Place a year's households week by week under each policy.

    Parameters
    ----------
    tables
        All households of the year, and places with their room for the whole year.
    week_of
        For each row of households its week, from 0.
    pool
        Households like those to come, with the same places: not those of the year.
    futures
        How many may come; ``number`` of them are drawn each week.
    balance
        How hard places are held to their even pace (`place_batch`).
    """
    say = progress or (lambda _: None)
    whole = placement.problem_of(tables)
    best = solve(whole, gap=gap, time_limit=240.0)
    say(f"hindsight: {best.value:.2f} (bound {best.bound:.2f}), {best.persons_placed} of {best.persons} persons")
    told = []
    for name in policies:
        policy = _policy(name, tables, week_of, pool, futures, number, balance, seed, gap)
        say(f"{name}: {policy.score / best.value:.4f} of hindsight, {policy.persons_placed} persons")
        told.append(policy)
    return OnlineYear(best.value, best.bound, best.persons, best.persons_placed, len(tables.households), tuple(told))


def _policy(
    name: str,
    tables: Tables,
    week_of: np.ndarray,
    pool: Tables,
    futures: Futures,
    number: int,
    balance: float,
    seed: int,
    gap: float,
) -> Policy:
    rng = np.random.default_rng(seed)
    places = tables.places.sort_values("place", kind="stable").reset_index(drop=True)
    room = places["capacity"].to_numpy(dtype=np.float64)
    likely = placement.problem_of(replace(pool, places=places))
    left, price, score, placed, uneven = room.copy(), None, 0.0, 0, []
    weeks = int(week_of.max()) + 1
    for week in range(weeks):
        here = tables.households[week_of == week].reset_index(drop=True)
        elapsed = (week + 1) / weeks
        if len(here):
            open_ = replace(tables, households=here, places=places.assign(capacity=left.astype(int)), scores=None)
            batch = placement.problem_of(replace(open_, scores=_scores(tables, here)))
            if name == "first_come":
                assignment = _told(batch, first_come(batch))
            elif name == "greedy":
                assignment = place_batch(
                    batch, np.zeros(batch.capacity.shape), gap=gap, time_limit=SECONDS
                ).plan.assignment
            else:
                came = futures.still_to_come(week + 1, float((week_of <= week).sum()), number, rng)
                price = potentials(batch, likely, [future_of(likely, each, rng) for each in came], price)
                queue = ahead(room, left, elapsed)
                assignment = place_batch(
                    batch, price, queue=queue, balance=balance, gap=gap, time_limit=SECONDS
                ).plan.assignment
            rows, towns = batch.placed(assignment)
            score += float((batch.score[rows, towns] * batch.weight[rows]).sum())
            placed += int(batch.persons[rows].sum())
            left = left_over(batch, assignment)[:, 0]
        uneven.append(float(np.mean(np.abs(ahead(room, left, elapsed)) / np.maximum(1.0, room))))
    return Policy(name, score, placed, float(np.mean(uneven)))


def _scores(tables: Tables, here: pd.DataFrame) -> pd.DataFrame | None:
    if tables.scores is None:
        return None
    named = set(here["household"].astype(str))
    kept = tables.scores[tables.scores["household"].astype(str).isin(named)].reset_index(drop=True)
    kept.attrs = dict(tables.scores.attrs)
    return kept


def _told(batch: Problem, place_of: Ints) -> pd.DataFrame:
    kept = np.flatnonzero(place_of >= 0)
    names = [(batch.household_names[row], batch.place_names[int(place_of[row])]) for row in kept.tolist()]
    return pd.DataFrame(names, columns=["household", "place"])
