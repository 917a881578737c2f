"""A fitted small-area model: rates, ranks and the next published rates that follow from it. Needs no PyMC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from workbench.core.errors import DataError
from workbench.models import fit_files
from workbench.models.diagnostics import Diagnostics
from workbench.models.smallarea.panel import SmallAreaPanel
from workbench.models.smallarea.ranks import ranks

FORMAT = "migration-workbench small-area fit 1"


@dataclass(frozen=True)
class SmallAreaConfiguration:
    """How a fit was made: priors, draws and tuning steps per chain, chains."""

    priors: Mapping[str, Any]
    draws: int
    tune: int
    chains: int


@dataclass(frozen=True)
class SmallAreaFit:
    """What the model learnt, with everything needed to rank, to forecast and to defend it.

    Parameters
    ----------
    posterior
        Dimensions chain, draw and area: ``logit`` of the mean and ``precision`` (persons) of the rate once the last
        year is seen, ``like`` (what areas alike have in common), ``level`` by year and the values common to all.
    diagnostics
        Whether the chains agree. A fit that fails carries a caveat.
    """

    posterior: xr.Dataset
    panel: SmallAreaPanel
    configuration: SmallAreaConfiguration
    data_fingerprint: str
    seed: int
    diagnostics: Diagnostics

    def rates(self) -> np.ndarray:
        """Return draws of the true rate of each area in the last year; axes (draw, area)."""
        rng = np.random.default_rng([self.seed, 1])
        return _beta(_flat(self.posterior["logit"]), _flat(self.posterior["precision"]), rng)

    def ranked(self, *, highest_first: bool = True, among: np.ndarray | None = None) -> np.ndarray:
        """Return draws of ranks in the last year (draw, area), among all areas or those of a mask."""
        rates = self.rates()
        return ranks(rates if among is None else rates[:, among], highest_first=highest_first)

    def save(self, folder: Path | str) -> Path:
        """Write the fit into a folder, whole or not at all."""
        panel = self.panel
        numbers = self.posterior.astype("float32")
        numbers["panel_events"] = (("area", "year"), panel.events)
        numbers["panel_persons"] = (("area", "year"), panel.persons)
        numbers["panel_size"] = ("area", panel.size)
        words = {
            "format": FORMAT,
            "configuration": asdict(self.configuration),
            "groups": {name: list(labels) for name, labels in panel.groups.items()},
            "data_fingerprint": self.data_fingerprint,
            "seed": self.seed,
            "diagnostics": self.diagnostics.to_dict(),
        }
        return fit_files.write(folder, numbers, words)

    @classmethod
    def load(cls, folder: Path | str) -> SmallAreaFit:
        """Read a saved fit; one of another format, or that is not of its own data, is refused."""
        try:
            words, whole = fit_files.read(folder, FORMAT)
            panel = SmallAreaPanel(
                areas=tuple(map(str, whole["area"].values)),
                years=tuple(map(int, whole["year"].values)),
                events=whole["panel_events"].to_numpy(),
                persons=whole["panel_persons"].to_numpy(),
                size=whole["panel_size"].to_numpy(),
                groups={name: tuple(labels) for name, labels in words["groups"].items()},
            )
            if panel.fingerprint != words["data_fingerprint"]:
                raise ValueError("it was not made from the figures saved with it")
            return cls(
                posterior=whole.drop_vars(["panel_events", "panel_persons", "panel_size"]),
                panel=panel,
                configuration=SmallAreaConfiguration(**words["configuration"]),
                data_fingerprint=words["data_fingerprint"],
                seed=int(words["seed"]),
                diagnostics=Diagnostics.from_dict(words["diagnostics"]),
            )
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError(
                "this folder holds no small-area fit", where=str(folder), why=str(error), do="fit the model again"
            ) from error


def summary(draws: np.ndarray, areas: tuple[str, ...], name: str) -> pd.DataFrame:
    """Return median and 80 and 95 % intervals of draws (draw, area), one row per area."""
    ends = np.quantile(draws, [0.5, 0.1, 0.9, 0.025, 0.975], axis=0, method="inverted_cdf")
    heads = [name, *(f"{name}_{end}" for end in ("low80", "high80", "low95", "high95"))]
    return pd.DataFrame(dict(zip(heads, ends, strict=True)), index=pd.Index(areas, name="place"))


def _beta(logit: np.ndarray, precision: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return draws of rates with a mean, as logit, and a precision in persons."""
    mean = 1 / (1 + np.exp(-logit))
    # A beta variable whose shape is all but 0 may come out as NaN; its mass then lies at the ends.
    rates: np.ndarray = rng.beta(np.maximum(mean * precision, 1e-9), np.maximum((1 - mean) * precision, 1e-9))
    return rates


def _flat(values: xr.DataArray) -> np.ndarray:
    """Return the draws of all chains one after another; axes (draw, …)."""
    array = values.transpose("chain", "draw", ...).to_numpy()
    return array.reshape(-1, *array.shape[2:])
