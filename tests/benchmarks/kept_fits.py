"""A learner of the contest that keeps its fits: assumptions of a forecast alone change, so no fit is made twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from workbench.models.inflow import InflowFit, InflowModel
from workbench.studies.inflow.origin import Learnt


@dataclass(frozen=True)
class KeptFits:
    """The inflow model, its fits kept by as-of month; a fit that fails its diagnostics is made once more, longer."""

    folder: str
    model: InflowModel
    draws: int
    tune: int
    chains: int
    doubt: bool = True

    def __call__(self, past: pd.DataFrame, as_of: str, horizon: int, seed: int) -> Learnt:
        """Return the forecast of the kept fit, under the assumptions of the model at hand."""
        where = Path(self.folder) / as_of
        if not where.exists():
            for effort in (1, 2):
                fit = self.model.fit(
                    past,
                    as_of=as_of,
                    seed=seed,
                    draws=self.draws * effort,
                    tune=self.tune * effort,
                    chains=self.chains,
                    cores=1,
                    lapsed=True,
                    doubt=self.doubt,
                )
                if fit.diagnostics.ok:
                    break
            fit.save(where)
        kept = InflowFit.load(where)
        fit = replace(kept, configuration=replace(kept.configuration, components=self.model.components))
        draws = fit.simulate(horizon, seed).values.transpose("draw", "destination", "month")
        failure = "" if fit.diagnostics.ok else fit.diagnostics.sentence()
        return Learnt(draws.to_numpy(), failure, fit.diagnostics.to_dict())
