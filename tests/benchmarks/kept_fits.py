"""A learner of the contest that keeps its fits: assumptions of a forecast alone change, so no fit is made twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from workbench.models.inflow import InflowFit
from workbench.studies.inflow.contest.origin import Fitted, Learnt, learnt


@dataclass(frozen=True)
class KeptFits:
    """The inflow model, its fits kept by as-of month."""

    folder: str
    fitted: Fitted

    def __call__(self, past: pd.DataFrame, as_of: str, horizon: int, seed: int) -> Learnt:
        """Return the forecast of the kept fit, under the assumptions of the model at hand."""
        where = Path(self.folder) / as_of
        if not where.exists():
            self.fitted.fit(past, as_of, seed).save(where)
        kept = InflowFit.load(where)
        components = self.fitted.model.components
        return learnt(replace(kept, configuration=replace(kept.configuration, components=components)), horizon, seed)
