"""Does the model of outcomes forecast persons it has not seen better than raw shares and the overall mean?

The newest period is left out where the table names periods, else a random fifth of the persons of each cell.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.errors import DataError
from workbench.models.outcomes.cells import Cells, Floats
from workbench.models.outcomes.fit import fit
from workbench.studies.allocation.outcomes import OutcomeTable

FOLDS = 5


@dataclass(frozen=True)
class Checked:
    """How the model did on persons left out.

    Attributes
    ----------
    left_out
        What was left out, in words; ``persons`` of them were scored, ``new_cells`` in cells never seen before.
    model, raw, mean
        Log score of each person left out, averaged (higher is better): the model, raw shares of the cell (half a person
        added on either side; the overall mean where nobody was counted), the overall mean.
    coverage95
        Share of cells whose count left out lies in the 95 % predictive interval.
    """

    outcome: str
    synthetic: bool
    persons_seen: int
    left_out: str
    persons: int
    cells: int
    new_cells: int
    model: float
    raw: float
    mean: float
    coverage95: float
    scales: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return asdict(self)


def check(table: OutcomeTable, *, seed: int = 1) -> Checked:
    """Return how the model forecasts counts it has not seen, beside two simple rules.

    Raises
    ------
    DataError
        Too few persons to leave any out.
    """
    seen, new, words = _parted(table, seed)
    if new.persons < 1 or seen.persons < 2:
        raise DataError(
            "there are too few persons to leave any out",
            where=str(table.path or ""),
            why="a model is judged by persons it has not seen",
            do="add counts of further places, types or periods",
        )
    fitted = fit(seen, seed=seed)
    at = np.nonzero(new.n > 0)
    mean = (seen.successes.sum() + 0.5) / (seen.persons + 1)
    raw = np.where(seen.n > 0, (seen.successes + 0.5) / (seen.n + 1), mean)
    return Checked(
        outcome=table.outcome,
        synthetic=table.synthetic,
        persons_seen=seen.persons,
        left_out=words,
        persons=new.persons,
        cells=len(at[0]),
        new_cells=int(((new.n > 0) & (seen.n == 0)).sum()),
        model=_log_score(fitted.mean, new),
        raw=_log_score(raw, new),
        mean=_log_score(np.full(new.n.shape, mean), new),
        coverage95=_coverage(fitted.share[:, at[0], at[1]], new.n[at], new.successes[at], seed),
        scales=fitted.scales,
    )


def _parted(table: OutcomeTable, seed: int) -> tuple[Cells, Cells, str]:
    periods = sorted(table.table["period"].dropna().astype(str).unique()) if "period" in table.table else []
    if len(periods) > 1:
        newest = table.table["period"].astype(str) == periods[-1]
        names = {"types": sorted(set(table.table["type"].astype(str))), "places": sorted(set(table.table["place"]))}
        seen, new = (Cells.from_table(pd.DataFrame(table.table[at]), **names) for at in (~newest, newest))
        return seen, new, f"the newest period, {periods[-1]}"
    cells = table.cells()
    new = cells.parted(FOLDS, np.random.default_rng(seed))[0]
    return cells.without(new), new, "a random fifth of the persons in each cell"


def _log_score(share: Floats, new: Cells) -> float:
    """Return the mean log score of persons (Bernoulli): binomial coefficients are the same for every rule."""
    p = np.clip(share, 1e-6, 1 - 1e-6)
    return float((new.successes * np.log(p) + (new.n - new.successes) * np.log(1 - p)).sum() / new.persons)


def _coverage(share: Floats, n: np.ndarray, successes: np.ndarray, seed: int) -> float:
    """Return the share of cells whose count lies between the 2.5 and 97.5 % quantiles of what was to be expected.

    Counts of small cells are few whole numbers, so an end of the interval counts for the part that it holds: the
    randomised probability integral transform (Czado, Gneiting and Held 2009).
    """
    rng = np.random.default_rng([seed, 1])
    drawn = rng.binomial(n, share)
    below, upto = (drawn < successes).mean(axis=0), (drawn <= successes).mean(axis=0)
    pit = below + rng.random(len(n)) * (upto - below)
    return float(((pit > 0.025) & (pit < 0.975)).mean())
