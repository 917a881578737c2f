"""Is the gain of a plan real? Everything that has to stand beside it: the honesty panel, from tables of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.errors import DataError
from workbench.decisions.allocation.problem.input_tables import texts
from workbench.models.outcomes.cells import Cells, Floats
from workbench.models.outcomes.fit import quick_draws
from workbench.studies.allocation import placement
from workbench.studies.allocation.honesty import calibration
from workbench.studies.allocation.honesty.batch import Batch, chance
from workbench.studies.allocation.honesty.estimates import CrossFitted, Gain, claimed, cross_fitted, doubted, true_gain
from workbench.studies.allocation.honesty.null_worlds import NullWorlds, null_worlds
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.allocation.outcomes import OutcomeTable, score_table, type_index

FOLDS = 5
WORLDS = 199
DOUBT = 0.5
DOUBTED = "chance, before any count, that it makes no difference where anybody goes"
"""The doubt and what it is: an assumption, said with every gain."""
NOT_MOVED = 0.005
"""Share of persons sent elsewhere below which a plan counts as practice itself, and no gain is shown."""
BY_CHANCE = "first come, first served: households in random order, each to a random place with room for it"
BY_TABLE = "the table of today's practice"


@dataclass(frozen=True, eq=False)
class Honesty:
    """What stands beside a gain.

    Attributes
    ----------
    gain
        Gain of the plan with its interval, under a doubt that places matter at all.
    crossed
        Gain judged on persons that the scores were not made from, with overlap and effective number of persons.
    null
        The test against worlds in which it makes no difference where anybody goes.
    claimed, claimed_raw
        Gain by the plan's own scores, without the doubt, and the one that raw shares would have claimed of the plan
        made with them.
    truth
        True gain, where made-up counts carry their truth.
    by_place
        Forecast and count for each place: ``place, persons, expected, reached, low, high`` (95 %).
    practice
        What the plan is compared with.
    """

    outcome: str
    synthetic: bool
    score_name: str
    gain: Gain
    crossed: CrossFitted
    null: NullWorlds
    claimed: float
    claimed_raw: float
    truth: float | None
    by_place: pd.DataFrame
    practice: str
    folds: int
    persons_past: int
    persons_placed: float
    doubt: float = DOUBT

    @property
    def as_practice(self) -> bool:
        """Whether the plan sends as many persons of each type to each place as practice does, or nearly so."""
        return self.gain.moved < NOT_MOVED

    @property
    def shown(self) -> bool:
        """Whether the gain differs from none: the test rejects at 5 %, the interval lies above zero, the plan moves."""
        return self.null.p <= 0.05 and self.gain.low > 0 and not self.as_practice

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain values: gain, low and high (95 %) as shares of what practice reaches, null_p."""
        crossed = asdict(self.crossed)
        crossed["weighted"] = None if np.isnan(self.crossed.weighted) else self.crossed.weighted
        inside = (self.by_place["reached"] >= self.by_place["low"]) & (
            self.by_place["reached"] <= self.by_place["high"]
        )
        return {
            **asdict(self.gain),
            "null_p": self.null.p,
            "null_p_exact": self.null.exact,
            "null_worlds": self.null.worlds,
            "shown": self.shown,
            "assumed": [{"name": "doubt", "value": self.doubt, "description": DOUBTED}],
            "cross_fitted": crossed,
            "claimed_by_scores": self.claimed,
            "claimed_by_raw_shares": self.claimed_raw,
            "true_gain": self.truth,
            "outcome": self.outcome,
            "synthetic": self.synthetic,
            "score_name": self.score_name,
            "compared_with": self.practice,
            "folds": self.folds,
            "persons_in_the_past": self.persons_past,
            "eligible_persons_placed": self.persons_placed,
            "unit": "share of what practice reaches for the same persons",
            "level": 0.95,
            "calibration": {
                "places": len(self.by_place),
                "inside_95": float(inside.mean()) if len(inside) else None,
                "by_place": self.by_place.to_dict("records"),
            },
        }


def honesty(
    tables: Tables,
    table: OutcomeTable,
    *,
    truth: pd.DataFrame | None = None,
    folds: int = FOLDS,
    worlds: int = WORLDS,
    seed: int = 1,
    by_types: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Honesty:
    """Judge the gain of a plan for a batch by the counts of past persons, with all that has to stand beside it.

    Parameters
    ----------
    truth
        ``place, type, true_share``, where the counts were made up.
    folds
        Parts into which past persons are split.
    worlds
        Worlds of the test; with fewer than 59 it can reject nothing.
    by_types
        Make the judged plans by types instead of whole households: faster, and without the rules of single households.

    Raises
    ------
    DataError
        No overlap: none of the types to be placed was ever counted in a place of the table; or all outcomes
        are alike, or nobody is placed.
    """
    cells = table.cells(places=texts(tables.places, "place"))
    batch = batch_of(tables, table, cells, seed)
    _refuse_no_overlap(cells, batch)
    _refuse_all_alike(cells, table)
    whole = batch.by_types()
    planner = whole if by_types else batch.by_households
    drawn = quick_draws(cells, seed=seed)
    share = np.asarray(drawn.mean(axis=0), dtype=np.float64)
    known = _truth(truth, cells)
    sent = planner(share)
    if sent.sum() <= 0:
        raise DataError("nobody is placed", why="there is no plan to judge", do="look at the unplaced of the plan")
    mean = cells.successes.sum() / cells.persons
    doubting = quick_draws(cells, seed=seed, doubt=DOUBT)
    return Honesty(
        outcome=table.outcome,
        synthetic=table.synthetic,
        score_name=table.score_name,
        gain=doubted(sent, batch.practice, sure=drawn, doubting=doubting),
        crossed=cross_fitted(cells, planner, batch.practice, drawn=drawn, folds=folds, seed=seed),
        null=null_worlds(cells, whole, batch.practice, worlds=worlds, seed=seed, progress=progress),
        claimed=claimed(share, lambda _: sent, batch.practice),
        claimed_raw=claimed(np.where(cells.n > 0, np.nan_to_num(cells.raw()), mean), whole, batch.practice),
        truth=None if known is None else true_gain(share, known, lambda _: sent, batch.practice),
        by_place=calibration.by_place(cells, folds=folds, seed=seed),
        practice=batch.practice_said,
        folds=folds,
        persons_past=cells.persons,
        persons_placed=float(sent.sum()),
    )


def batch_of(tables: Tables, table: OutcomeTable, cells: Cells, seed: int) -> Batch:
    """Return the batch of one's own tables, with today's practice or chance as what a plan is compared with."""
    where = str(tables.paths.get("households", ""))
    type_index(tables.households, cells.types, where)
    scores = score_table(np.zeros(cells.n.shape), cells, tables.households, tables.places, table.score_name)
    problem = placement.problem_of(replace(tables, scores=scores))  # each plan replaces the scores
    order = {name: row for row, name in enumerate(texts(tables.households, "household"))}
    kinds = type_index(tables.households, cells.types, where)
    kind = np.array([kinds[order[name]] for name in problem.household_names], dtype=np.int64)
    at = {name: column for column, name in enumerate(cells.places)}
    town = np.array([at[name] for name in problem.place_names], dtype=np.int64)
    empty = Batch(problem, kind, town, cells.n.shape, np.zeros(cells.n.shape), "")
    if tables.practice is not None and len(tables.practice):
        return replace(empty, practice=empty.sent(*problem.placed(tables.practice)), practice_said=BY_TABLE)
    often = chance(problem, seed=seed)
    usual = np.zeros(cells.n.shape)
    rows = np.broadcast_to(kind[:, None], often.shape), np.broadcast_to(town[None, :], often.shape)
    np.add.at(usual, rows, often * problem.weight[:, None])
    return replace(empty, practice=usual, practice_said=BY_CHANCE)


def _refuse_no_overlap(cells: Cells, batch: Batch) -> None:
    kinds, towns = np.unique(batch.kind), np.unique(batch.town)
    seen = cells.n[np.ix_(kinds, towns)]
    if not seen.any():
        raise DataError(
            "no overlap: no type of these households was ever counted in any of these places",
            why="a gain can be judged only by persons who were placed there before",
            do="bring counts of these places, or look whether both tables name places and types alike",
        )
    if (seen.sum(axis=1) == 0).any():
        lacking = [cells.types[kind] for kind in kinds[seen.sum(axis=1) == 0]]
        raise DataError(
            f"no overlap for some types: {', '.join(lacking)}",
            why="nobody of these types was counted in any of these places",
            do="bring counts, or leave households of these types out of the judgement",
        )


def _refuse_all_alike(cells: Cells, table: OutcomeTable) -> None:
    if 0 < cells.successes.sum() < cells.persons:
        return
    who = "nobody" if cells.successes.sum() == 0 else "everybody"
    raise DataError(
        f"{who} reached “{table.outcome}” in the past: nothing can be concluded about a gain",
        where=str(table.path or ""),
        why="counts that are alike in all places do not say which place is better",
        do="look whether 'successes' is filled in rightly, or choose another outcome or a longer time",
    )


def _truth(truth: pd.DataFrame | None, cells: Cells) -> Floats | None:
    if truth is None:
        return None
    known = truth.groupby(["type", "place"])["true_share"].first()
    pairs = [[known.get((kind, town), np.nan) for town in cells.places] for kind in cells.types]
    table = np.array(pairs, dtype=np.float64)
    return None if np.isnan(table).any() else table
