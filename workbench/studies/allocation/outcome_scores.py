"""What is each household worth in each place, by the outcomes counted? Fits, scores and made-up counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.decisions.allocation import Problem
from workbench.decisions.allocation.problem.input_tables import texts
from workbench.decisions.allocation.uncertainty.cvar import ScoreDraws
from workbench.sources import files, localities, synthetic_outcomes
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.allocation.outcomes import OutcomeTable, score_table, type_index, types_of

if TYPE_CHECKING:
    from workbench.models.outcomes.fit import OutcomeFit
    from workbench.models.sampling import Progress

USUAL_TYPES = ("couple", "family", "senior", "single_adult", "single_parent")


def scored(
    tables: Tables, table: OutcomeTable, *, seed: int = 1, progress: Progress | None = None
) -> tuple[Tables, OutcomeFit]:
    """Return tables whose scores are the expected shares of the outcome, and the fit they come from.

    Raises
    ------
    DataError
        A household is of a type that was never counted.
    """
    from workbench.models.outcomes.fit import fit  # xarray: only where scores come from counts

    cells = table.cells(places=texts(tables.places, "place"))
    type_index(tables.households, cells.types, str(tables.paths.get("households", "")))  # before the long fit
    fitted = fit(cells, seed=seed, progress=progress)
    scores = score_table(fitted.mean, cells, tables.households, tables.places, table.score_name)
    return replace(tables, scores=scores), fitted


def draws_of(stated: Problem, fitted: OutcomeFit, households: pd.DataFrame, number: int) -> ScoreDraws:
    """Return draws of the scores of a problem, as many as asked or as there are, spread over the chains."""
    kinds = dict(zip(texts(households, "household"), types_of(households), strict=True))
    kind = np.array([fitted.cells.types.index(kinds[name]) for name in stated.household_names], dtype=np.int64)
    town = np.array([fitted.cells.places.index(name) for name in stated.place_names], dtype=np.int64)
    step = max(1, len(fitted.share) // max(1, number))
    return ScoreDraws(fitted.share[::step][:number][:, :, town], kind)


def to_dict(table: OutcomeTable, fitted: OutcomeFit) -> dict[str, Any]:
    """Return what a program wants to know of a fit."""
    return {
        "outcome": table.outcome,
        "synthetic": table.synthetic,
        "reason": table.reason,
        "score_name": table.score_name,
        "persons": fitted.cells.persons,
        "types": list(fitted.cells.types),
        "places": len(fitted.cells.places),
        "cells_without_persons": int((fitted.cells.n == 0).sum()),
        "scales": fitted.scales,
        "method": fitted.method,
        "converged": fitted.ok,
        "diagnostics": fitted.diagnostics.to_dict(),
    }


def example(places: Path | None, households: Path | None, *, locality: str, persons: float, seed: int) -> pd.DataFrame:
    """Return made-up counts for places of one's own or a locality's municipalities, and for the types of households."""
    if places is not None:
        towns, share = texts(files.read(places, "places"), "place"), None
    else:
        listed = localities.table(localities.load(locality), "municipalities")
        towns = texts(listed, "municipality")
        share = listed["population"].fillna(0).to_numpy(float) if "population" in listed else None
    kinds = USUAL_TYPES if households is None else sorted(set(types_of(files.read(households, "households"))))
    if share is None or share.sum() == 0:
        share = np.ones(len(towns))
    mean = dict(zip(towns, persons * len(towns) * share / share.sum(), strict=True))
    return synthetic_outcomes.outcome_cells(kinds, towns, persons=mean, seed=seed)
