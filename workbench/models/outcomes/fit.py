"""What do the counts say of each type and place? Draws of the share by the sampler, with diagnostics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from workbench.models.diagnostics import Diagnostics, diagnose
from workbench.models.outcomes.cells import Cells, Floats
from workbench.models.outcomes.gibbs import posterior
from workbench.models.sampling import Progress, compile_model, sample

EFFECTS = ("type", "place", "pair")
WATCHED = ("level", "scale_type", "scale_place", "scale_pair")
DRAWS, TUNE, CHAINS = 1000, 300, 4
LEVELS = (0.5, 0.8, 0.95)


@dataclass(frozen=True, eq=False)
class OutcomeFit:
    """What the model learnt of one outcome.

    Attributes
    ----------
    cells
        The counts.
    share
        Axes draw, type, place: the chance that a person of the type reaches the outcome in the place.
    scales
        Posterior mean of each scale, in logits: ``type``, ``place``, ``pair``.
    method
        Which sampler made the draws.
    """

    cells: Cells
    share: Floats
    scales: dict[str, float]
    diagnostics: Diagnostics
    seed: int
    method: str

    @property
    def mean(self) -> Floats:
        """Return the expected share of each cell: index type, columns place."""
        return np.asarray(self.share.mean(axis=0), dtype=np.float64)

    @property
    def ok(self) -> bool:
        """Whether the chains passed their checks."""
        return self.diagnostics.ok

    def table(self) -> pd.DataFrame:
        """Return one row for each type and place: what was counted, the raw share, the share with intervals."""
        kind, place = np.indices(self.cells.n.shape).reshape(2, -1)
        columns = {
            "place": np.array(self.cells.places, dtype=object)[place],
            "type": np.array(self.cells.types, dtype=object)[kind],
            "n": self.cells.n.ravel(),
            "successes": self.cells.successes.ravel(),
            "raw_share": self.cells.raw().ravel(),
            "share": self.mean.ravel(),
        }
        for level in LEVELS:
            ends = np.quantile(self.share, [(1 - level) / 2, (1 + level) / 2], axis=0)
            columns[f"low{round(100 * level)}"], columns[f"high{round(100 * level)}"] = ends[0].ravel(), ends[1].ravel()
        return pd.DataFrame(columns).sort_values(["place", "type"]).reset_index(drop=True)


def fit(
    cells: Cells,
    *,
    seed: int = 1,
    draws: int = DRAWS,
    tune: int = TUNE,
    chains: int = CHAINS,
    progress: Progress | None = None,
) -> OutcomeFit:
    """Sample the model of the counts by Gibbs steps, without a compiler: seconds.

    Parameters
    ----------
    draws, tune, chains
        Draws and tuning steps for each chain, and chains.
    """
    drawn = posterior(cells, draws=draws, tune=tune, chains=chains, seed=seed, progress=progress)
    told = xr.Dataset(
        {"share": (("chain", "draw", "type", "place"), drawn.share)}
        | {f"scale_{name}": (("chain", "draw"), drawn.scale[..., at]) for at, name in enumerate(EFFECTS)},
        coords={"type": list(cells.types), "place": list(cells.places)},
    )
    return _fitted(cells, told, 0, seed, "Gibbs")


def quick_draws(cells: Cells, *, seed: int = 1, doubt: float = 0.0) -> Floats:
    """Return draws of the shares (axes draw, type, place) from a short run, where the model is fitted many times.

    Parameters
    ----------
    doubt
        Chance, before any count, that it makes no difference where anybody goes.
    """
    drawn = posterior(cells, draws=50, tune=80, chains=24, seed=seed, doubt=doubt).share
    return drawn.reshape(-1, *cells.n.shape)


def fit_by_nuts(
    cells: Cells,
    *,
    seed: int = 1,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    cores: int | None = None,
    progress: Progress | None = None,
) -> OutcomeFit:
    """Sample the same model as PyMC states it, with nutpie: a second route to the same posterior, some minutes."""
    from workbench.models.outcomes.model import build  # PyMC loads only where it is asked for

    drawn, divergences = sample(
        compile_model(build(cells)),
        draws=draws,
        tune=tune,
        chains=chains,
        seed=seed,
        cores=cores,
        progress=progress,
    )
    effects = [drawn[f"{name}_effect"] * drawn[f"scale_{name}"] for name in EFFECTS]
    logit: xr.DataArray = drawn["level"] + effects[0] + effects[1] + effects[2]
    chance: xr.DataArray = 1 / (1 + np.exp(-logit))  # type: ignore[assignment]
    drawn["share"] = chance.transpose("chain", "draw", "type", "place")
    return _fitted(cells, drawn[[*WATCHED, "share"]], divergences, seed, "NUTS")


def _fitted(cells: Cells, drawn: xr.Dataset, divergences: int, seed: int, method: str) -> OutcomeFit:
    share = drawn["share"].to_numpy()
    return OutcomeFit(
        cells,
        share.reshape(-1, *share.shape[2:]),
        {name: float(drawn[f"scale_{name}"].mean()) for name in EFFECTS},
        diagnose(drawn, divergences),
        seed,
        method,
    )
