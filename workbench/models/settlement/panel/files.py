"""The figures that a fit was made from, beside it on disk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from workbench.core.dates.rhythm import Rhythm
from workbench.models.settlement.panel.panel import SettlementPanel

ARRAYS = ("persons", "low", "high", "accepted", "requested", "population")


def panel_arrays(panel: SettlementPanel) -> xr.Dataset:
    """Return the arrays of a panel, dimensions year and municipality."""
    found = xr.Dataset(coords={"year": list(panel.years), "municipality": list(panel.municipalities)})
    for name in ARRAYS:
        found[f"panel_{name}"] = (("year", "municipality"), np.asarray(getattr(panel, name), dtype=float))
    for name, values in panel.covariates.items():
        found[f"covariate_{name}"] = ("municipality", values)
    return found


def panel_words(panel: SettlementPanel) -> dict[str, Any]:
    """Return what is not a number of a panel, for JSON."""
    return {
        "covariates": list(panel.covariates),
        "ended": list(panel.ended),
        "each_year": panel.rhythm.each_year,
        "data_fingerprint": panel.fingerprint,
    }


def panel_of(words: Mapping[str, Any], whole: xr.Dataset) -> SettlementPanel:
    """Return the panel saved with a fit; one that is not the fit's own is refused with a ValueError."""
    panel = SettlementPanel(
        municipalities=tuple(map(str, whole["municipality"].values)),
        years=tuple(map(int, whole["year"].values)),
        covariates={name: whole[f"covariate_{name}"].to_numpy() for name in words["covariates"]},
        ended=tuple(words["ended"]),
        rhythm=Rhythm(int(words.get("each_year", 1))),
        **{name: whole[f"panel_{name}"].to_numpy() for name in ARRAYS},
    )
    if panel.fingerprint != words["data_fingerprint"]:
        raise ValueError("it was not made from the figures saved with it")
    return panel
