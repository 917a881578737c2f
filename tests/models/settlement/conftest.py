"""Settlement made from known parameters, and a made-up fit to simulate from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from workbench.models.diagnostics import Diagnostics
from workbench.models.settlement.evidence import PART, gather
from workbench.models.settlement.fit import SettlementConfiguration, SettlementFit
from workbench.models.settlement.futures import whole_persons
from workbench.models.settlement.panel.panel import SettlementPanel
from workbench.models.settlement.priors import SharePriors

YEARS = range(2010, 2022)


@dataclass(frozen=True)
class Truth:
    """Parameters of made-up settlement, and the tables they gave."""

    slope: float
    step: float
    passing: float
    stay: float
    look_spread: float
    scale: np.ndarray
    settlement: pd.DataFrame
    population: pd.DataFrame
    covariates: pd.DataFrame

    @property
    def panel(self) -> SettlementPanel:
        return SettlementPanel.from_tables(self.settlement, self.population, self.covariates)


def made_up(places: int, seed: int = 3, total: int = 20_000) -> Truth:
    """Draw shares as the model describes them; every place takes part in every year."""
    rng = np.random.default_rng(seed)
    slope, step, passing, stay, look = 0.4, 0.25, 0.15, 0.9, 0.1
    people = np.rint(np.exp(rng.normal(9.5, 0.8, places)))
    x = rng.standard_normal(places)
    x = (x - x.mean()) / x.std()
    scale = np.exp(0.4 * rng.standard_normal(places))
    level = rng.normal(0, 0.5, places)
    names = [f"M{i:03d}" for i in range(places)]
    rows = []
    for year in YEARS:
        raw = people * np.exp(slope * x + level + passing * scale * rng.standard_normal(places))
        persons = whole_persons((raw / raw.sum() * total)[None, :], rng)[0]
        quota = people * np.exp(slope * x + level + look * rng.standard_normal(places))
        accepted = np.maximum(np.rint(quota / quota.sum() * total), 1)
        rows += list(zip(names, [year] * places, accepted, accepted, persons, strict=True))
        level = stay * level + step * scale * rng.standard_normal(places)
    settlement = pd.DataFrame(rows, columns=["municipality", "year", "requested", "accepted", "settled"])
    population = pd.DataFrame({"municipality": names, "year": YEARS[0], "total": people})
    covariates = pd.DataFrame({"x": x}, index=names)
    return Truth(slope, step, passing, stay, look, scale, settlement, population, covariates)


@pytest.fixture(scope="session")
def make() -> Callable[[int], Truth]:
    """How to make up a country of so many municipalities."""
    return made_up


@pytest.fixture(scope="session")
def small() -> Truth:
    return made_up(12)


@pytest.fixture(scope="session")
def made_up_fit(small: Truth) -> SettlementFit:
    """A fit whose posterior is made up, for what follows from a posterior."""
    rng = np.random.default_rng(5)
    panel, as_of = small.panel, 2020
    evidence = gather(panel, as_of, "before", 20_000)
    places, chains, draws = panel.municipalities, 2, 60

    def common(centre: float) -> tuple[tuple[str, ...], np.ndarray]:
        return ("chain", "draw"), centre * np.exp(0.05 * rng.standard_normal((chains, draws)))

    def each(centre: float, spread: float) -> tuple[tuple[str, ...], np.ndarray]:
        return ("chain", "draw", "municipality"), centre + spread * rng.standard_normal((chains, draws, len(places)))

    part = np.tile([1.0, 1.0, 0.5, 0.0], (chains, draws, 1))
    posterior = xr.Dataset(
        {
            "degrees_of_freedom": common(6.0),
            "skew": common(0.9),
            "passing": common(0.15),
            "step": common(0.25),
            "stay": common(0.9),
            "person_noise": common(0.8),
            "part_base": common(2.0),
            "part": (("chain", "draw", "circumstance"), part),
            "base": each(0.0, 0.1),
            "level": each(0.0, 0.3),
            "variance": (("chain", "draw", "municipality"), np.full((chains, draws, len(places)), 0.04)),
            "scale": (("chain", "draw", "municipality"), np.ones((chains, draws, len(places)))),
        },
        coords={"municipality": list(places), "circumstance": list(PART)},
    )
    known = panel.until(as_of)
    return SettlementFit(
        posterior=posterior,
        panel=known,
        accepted=np.nan_to_num(known.accepted[-1]),
        log_population=evidence.log_population[-1],
        expected=evidence.expected[-1],
        part=evidence.part[-1],
        configuration=SettlementConfiguration(SharePriors(), "before", as_of, 20_000.0, draws, 500, chains),
        data_fingerprint=known.fingerprint,
        seed=1,
        diagnostics=Diagnostics(1.002, 900.0, 800.0, 0, 1200, "step"),
    )
