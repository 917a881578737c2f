"""Where should this week's households go, if more are to come this year? One batch against drawn futures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.errors import DataError
from workbench.decisions.allocation import MatchingWeights, Problem
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.uncertainty.online import (
    BatchPlan,
    ahead,
    future_of,
    left_over,
    place_batch,
    potentials,
)
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.allocation.placement import problem_of


@dataclass(frozen=True, eq=False)
class OnlineWeek:
    """The plan of a week and what it rests on.

    Attributes
    ----------
    batch
        The households and the room left.
    placed, greedy
        The plan against potentials, and the best plan of this week alone.
    potential
        Index place, columns dimension: what a unit of room is worth, in units of the score.
    to_come
        Households still to come in each future.
    queue
        Index place: persons ahead of the even pace, before this week; zeros where no year's agreement was given.
    """

    batch: Problem
    placed: BatchPlan
    greedy: BatchPlan
    potential: Floats
    to_come: tuple[int, ...]
    queue: Floats

    @property
    def places(self) -> pd.DataFrame:
        """Return ``place, left, left_after, potential, ahead``, dearest first: persons, worth of room for one more."""
        after = left_over(self.batch, self.placed.plan.assignment)
        table = pd.DataFrame(
            {
                "place": self.batch.place_names,
                "left": self.batch.capacity[:, 0],
                "left_after": after[:, 0],
                "potential": self.potential[:, 0],
                "ahead": self.queue,
            }
        )
        return table.sort_values(["potential", "place"], ascending=[False, True]).reset_index(drop=True)

    @property
    def differ(self) -> int:
        """Return how many households the best plan of this week alone would place otherwise."""
        one, other = (
            each.plan.assignment.set_index("household")["place"].astype(str) for each in (self.placed, self.greedy)
        )
        both = pd.DataFrame({"one": one, "other": other}).fillna("")
        return int((both["one"] != both["other"]).sum())

    def assignment(self) -> pd.DataFrame:
        """Return ``household, place, score, room, alone``: what the room is worth, and the week's own best place."""
        households, places = self.batch.placed(self.placed.plan.assignment)
        alone = self.greedy.plan.assignment.set_index("household")["place"]
        names = np.array(self.batch.household_names, dtype=object)[households]
        return pd.DataFrame(
            {
                "household": names,
                "place": np.array(self.batch.place_names, dtype=object)[places],
                "score": self.batch.score[households, places],
                "room": (self.batch.use[households] * self.potential[places]).sum(axis=1),
                "alone": [str(alone.get(name, "")) for name in names],
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        plan = self.placed.plan
        return {
            "score_name": plan.score_name,
            "persons": plan.persons,
            "persons_placed": plan.persons_placed,
            "score": self.placed.score,
            "worth_of_room_taken": self.placed.room,
            "score_of_this_week_alone": self.greedy.score,
            "worth_of_room_taken_by_this_week_alone": self.greedy.room,
            "households_placed_otherwise_than_alone": self.differ,
            "gap": plan.gap,
            "households_to_come": list(self.to_come),
            "places": self.places.to_dict("records"),
            "unplaced": plan.unplaced.to_dict("records"),
        }


def week(
    tables: Tables,
    past: pd.DataFrame,
    to_come: Sequence[int],
    *,
    agreed: pd.DataFrame | None = None,
    elapsed: float = 0.0,
    balance: float = 0.0,
    seed: int = 1,
    gap: float = 5e-4,
    time_limit: float = 60.0,
    weights: MatchingWeights | None = None,
) -> OnlineWeek:
    """Place a batch against futures in which households like the past ones come.

    Parameters
    ----------
    tables
        The batch; the capacity of its places is the room left for it and all who are still to come. Scores, where
        given, are of the past households as well.
    past
        Households as in the past (contract ``households``).
    to_come
        How many come in each future.
    agreed
        Places with their room for the whole year, to hold them to an even pace; ``elapsed``: the share of the year
        that has passed. ``balance``: by how much a person counts less at a place for each person that it is ahead.

    Raises
    ------
    DataError
        There are no past households, or a place stands in one table and not in the other.
    """
    if past.empty:
        raise DataError("there are no past households", why="futures are drawn from them", do="name a table of some")
    batch = problem_of(_with(tables, tables.households), weights)
    pool = problem_of(_with(replace(tables, rules=None, practice=None, paths={}), past), weights)
    rng = np.random.default_rng(seed)
    price = potentials(batch, pool, [future_of(pool, number, rng) for number in to_come])
    queue = np.zeros(len(batch.place_names))
    if agreed is not None:
        room = dict(zip(agreed["place"].astype(str), agreed["capacity"].astype(float), strict=True))
        if lacking := [name for name in batch.place_names if name not in room]:
            raise DataError(
                f"no year's agreement for {', '.join(lacking[:5])}",
                why="without it nobody knows what an even pace is",
                do="name every place in the table of what was agreed",
            )
        whole = np.array([room[name] for name in batch.place_names])
        queue = ahead(whole, batch.capacity[:, 0], elapsed)
    placed = place_batch(batch, price, queue=queue, balance=balance, gap=gap, time_limit=time_limit)
    alone = place_batch(batch, np.zeros_like(price), gap=gap, time_limit=time_limit)
    return OnlineWeek(batch, placed, replace(alone, room=_room(batch, alone, price)), price, tuple(to_come), queue)


def _room(batch: Problem, alone: BatchPlan, price: Floats) -> float:
    households, places = batch.placed(alone.plan.assignment)
    return float((batch.use[households] * price[places]).sum())


def _with(tables: Tables, households: pd.DataFrame) -> Tables:
    """Return the tables with these households and their scores alone."""
    if tables.scores is None:
        return replace(tables, households=households)
    named = set(households["household"].astype(str))
    kept = tables.scores[tables.scores["household"].astype(str).isin(named)].reset_index(drop=True)
    kept.attrs = dict(tables.scores.attrs)
    return replace(tables, households=households, scores=kept)
