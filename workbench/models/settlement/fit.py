"""A fitted share model: its posterior, what it was made from, and the forecasts that follow. Needs no PyMC."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from workbench.core.draws import Draws
from workbench.core.errors import DataError
from workbench.models import fit_files
from workbench.models.diagnostics import Diagnostics
from workbench.models.settlement.evidence import FEW, USUAL, relative, rule_of_thumb
from workbench.models.settlement.futures import UNIT, paired, whole_persons
from workbench.models.settlement.panel.files import panel_arrays, panel_of, panel_words
from workbench.models.settlement.panel.panel import SettlementPanel
from workbench.models.settlement.priors import SharePriors

FORMAT = "migration-workbench settlement fit 3"
OWN = ("accepted", "log_population", "expected")
ABOVE_THE_PAST = float(np.log(2))
"""How far a share for each inhabitant may go beyond the highest that any municipality has shown, log scale."""


@dataclass(frozen=True)
class SettlementConfiguration:
    """How a fit was made: priors, contest, last known year, total it was told, draws and tuning steps, chains."""

    priors: SharePriors
    contest: str
    as_of: int
    total: float
    draws: int
    tune: int
    chains: int


@dataclass(frozen=True)
class SettlementFit:
    """What the share model learnt, with everything needed to forecast and to defend it.

    Parameters
    ----------
    posterior
        Dimensions chain, draw, municipality …: ``level`` (expected for the year after ``as_of``, before covariates and
        quotas, which ``base`` holds), its ``variance``, ``scale`` and the values common to all; log scale.
    panel
        The years used.
    accepted
        Newest accepted quota known, persons by municipality.
    log_population, expected, part
        Of the year to come: log share of population, persons expected by a rule of thumb, circumstances.
    data_fingerprint
        SHA-256 of the panel used.
    diagnostics
        Whether the chains agree. A fit that fails carries a caveat.
    """

    posterior: xr.Dataset
    panel: SettlementPanel
    accepted: np.ndarray
    log_population: np.ndarray
    expected: np.ndarray
    part: np.ndarray
    configuration: SettlementConfiguration
    data_fingerprint: str
    seed: int
    diagnostics: Diagnostics

    @property
    def caveats(self) -> tuple[str, ...]:
        """What must be said beside every number from this fit; empty if it passed its diagnostics."""
        return () if self.diagnostics.ok else (self.diagnostics.sentence(),)

    def simulate(self, totals: np.ndarray, seed: int) -> Draws:
        """Return possible futures that add up, draw by draw, to the national totals.

        Parameters
        ----------
        totals
            Persons to be settled: one for each year ahead, or (draw, year). Draws of the total and of the shares are
            paired in order, the shorter ones repeated: draw ``k`` continues draw ``k`` of the total, modulo their
            number, and each of these is continued equally often.
        seed
            The same seed gives the same futures.

        Returns
        -------
        Draws
            Persons, dimensions draw, municipality, year (the years after ``as_of``).

        Notes
        -----
        Expected persons become whole ones by systematic rounding: each municipality gets its expectation rounded up or
        down, and the sum is the total exactly. Multinomial sampling would add more noise to small counts than
        municipalities that settle whom they agreed to settle show; what there is stands in ``person_noise``. No
        municipality receives more for each inhabitant than :func:`highest` allows: heavy tails would now and then give
        one of a few hundred inhabitants half of a nation. A year further on, the level drifts, taking part follows the
        simulated year before, and quotas are those last known.
        """
        learnt = self.posterior.sizes["chain"] * self.posterior.sizes["draw"]
        totals = paired(totals, learnt)
        size = len(totals)
        pick = np.arange(size)
        value = {str(name): _flat(self.posterior[name])[:, None] for name in self.posterior.data_vars}
        value = {
            name: (v[:, 0] if v.ndim == 3 else v)[pick % len(v)] for name, v in value.items()
        }  # (draw, 1) for common values, (draw, municipality or circumstance) for the others
        rng = np.random.default_rng(seed)
        limit, freedom = self.configuration.priors.limit, value["degrees_of_freedom"]
        base, level, variance = value["base"], value["level"], value["variance"]
        people, top = np.exp(self.log_population), highest(self.panel)
        quota = self.accepted / max(self.accepted.sum(), 1.0)
        rule, circumstances = (
            np.broadcast_to(self.expected, level.shape),
            np.broadcast_to(self.part, (*level.shape, self.part.shape[1])),
        )
        told = self.configuration.total
        future = np.empty((*level.shape, totals.shape[1]), dtype=np.int64)
        for ahead in range(totals.shape[1]):
            total = totals[:, [ahead]].astype(float)
            if ahead == 0:
                # The evidence was built for one total; where draws differ from it, so do the persons expected.
                rule = np.maximum(rule * total / max(told, 1.0), 0.5)
                circumstances = circumstances.copy()
            else:
                last = future[:, :, ahead - 1] / np.maximum(totals[:, [ahead - 1]], 1)
                rule = np.maximum(rule_of_thumb(last, np.broadcast_to(quota, last.shape), people) * total, 0.5)
                circumstances[:, :, 1] = (last > 0) - USUAL
            circumstances[:, :, 0] = np.log(rule / FEW)
            chance = value["part_base"] + np.einsum("dmk,dk->dm", circumstances, value["part"])
            # What makes a year ask few or many lasts: the further ahead, the further it may have gone.
            year = self.configuration.priors.part_year * np.sqrt(ahead + 1)
            chance = chance + rng.standard_normal((size, 1)) * year
            there = rng.random(level.shape) < 1 / (1 + np.exp(-chance))
            shock = two_sided(np.broadcast_to(freedom, level.shape), value["skew"], rng)
            shock = np.clip(shock, -limit, limit)
            passing = (value["passing"] * value["scale"]) ** 2 + value["person_noise"] / rule
            drawn = np.exp(np.minimum(base + level + np.sqrt(variance + passing) * shock, top)) * people
            drawn = np.where(self.panel.gone, 0.0, drawn)
            weight = np.where(there, drawn, 0.0)
            weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, drawn)
            share = weight / weight.sum(axis=1, keepdims=True)
            future[:, :, ahead] = whole_persons(share * total, rng)
            # The part of the shock that belongs to the level stays, and the level steps on.
            level = value["stay"] * (level + variance / np.sqrt(variance + passing) * shock)
            left = variance * passing / (variance + passing)
            variance = value["stay"] ** 2 * left + (value["step"] * value["scale"]) ** 2
        first = self.configuration.as_of + 1
        years = list(range(first, first + totals.shape[1]))
        return Draws.from_array(future, {"municipality": self.panel.municipalities, "year": years}, UNIT)

    def save(self, folder: Path | str) -> Path:
        """Write the fit into a folder, whole or not at all."""
        numbers = self.posterior.merge(panel_arrays(self.panel))
        for name in OWN:
            numbers[f"own_{name}"] = ("municipality", getattr(self, name))
        numbers["own_part"] = (("municipality", "circumstance"), self.part)
        words = {
            "format": FORMAT,
            "configuration": asdict(self.configuration),
            **panel_words(self.panel),
            "seed": self.seed,
            "diagnostics": self.diagnostics.to_dict(),
        }
        return fit_files.write(folder, numbers, words)

    @classmethod
    def load(cls, folder: Path | str) -> SettlementFit:
        """Read a saved fit; one of another format, or that is not of its own data, is refused."""
        try:
            words, whole = fit_files.read(folder, FORMAT)
            panel = panel_of(words, whole)
            raw = words["configuration"]
            ours = [n for n in whole.data_vars if str(n).split("_")[0] in ("panel", "covariate", "own")]
            return cls(
                posterior=whole.drop_vars([*ours, "year"]),
                panel=panel,
                part=whole["own_part"].to_numpy(),
                configuration=SettlementConfiguration(**{**raw, "priors": SharePriors(**raw["priors"])}),
                data_fingerprint=words["data_fingerprint"],
                seed=int(words["seed"]),
                diagnostics=Diagnostics.from_dict(words["diagnostics"]),
                **{name: whole[f"own_{name}"].to_numpy() for name in OWN},
            )
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError(
                "this folder holds no settlement fit", where=str(folder), why=str(error), do="fit the model again"
            ) from error


def highest(panel: SettlementPanel) -> float:
    """Return the highest log share less log share of the population that a forecast may give to a municipality.

    It is that of the past, of any municipality in any year, and :data:`ABOVE_THE_PAST`.
    """
    population = np.vstack([panel.population[:1], panel.population[:-1]])
    seen = relative(panel.persons, population / population.sum(axis=1, keepdims=True))
    return float(np.nanmax(seen)) + ABOVE_THE_PAST


def two_sided(freedom: np.ndarray, skew: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return Student-t shocks whose scale is ``skew`` above zero and one over it below; shape of ``freedom``."""
    size = np.abs(rng.standard_t(freedom))
    up = rng.random(freedom.shape) < skew**2 / (1 + skew**2)
    return np.where(up, skew * size, -size / skew)


def _flat(values: xr.DataArray) -> np.ndarray:
    """Return the draws of all chains one after another; axes (draw, …)."""
    array = values.to_numpy()
    return array.reshape(-1, *array.shape[2:])
