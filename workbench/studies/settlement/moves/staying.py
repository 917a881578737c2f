"""Which places would a household still live in some years on? Scores for an allocation, by the size of the place.

Off unless somebody turns it on and says why: to place by staying rewards places that are hard to leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.errors import AssumptionError, DataError, Fault
from workbench.core.runs.provenance import Source, caveat
from workbench.models.settlement.moves import HORIZONS
from workbench.models.settlement.panel.panel import SIZES
from workbench.sources import files, localities
from workbench.studies.settlement.moves.moves import anchors_of, beside, learn
from workbench.studies.settlement.table.data import read_settlement

CAVEATS = (
    caveat("Mostly assumed: the published stock tells how many left, not when, and nothing of households."),
    caveat("A place of the same size has the same score, and so has every household: who stays where is not known."),
    caveat("Staying is not the same as faring well: a place that is hard to leave scores high."),
)


@dataclass(frozen=True)
class Staying:
    """Scores for ``workbench allocate --scores``, with what they rest on.

    Attributes
    ----------
    scores
        Columns ``household, place, score``: the chance, from 0 to 1, of still living there after ``years``.
    spread
        One row for each size class of places: median and 80 % interval of that chance.
    anchors
        Staying known from elsewhere beside the model, as a check: see :func:`beside`.
    """

    scores: pd.DataFrame
    spread: pd.DataFrame
    years: int
    as_of: int
    reason: str
    sources: tuple[Source, ...]
    anchors: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Return what the scores rest on, as it is kept beside them."""
        return {
            "outcome": f"still living in the place after {self.years} years",
            "kind": "prior-driven",
            "reason": self.reason,
            "as_of": self.as_of,
            "caveats": list(CAVEATS),
            "sources": [f"{source.publisher}: {source.title}" for source in self.sources],
            "by_size": self.spread.to_dict("records"),
            "checked_against": self.anchors.to_dict("records"),
        }


def staying(
    *,
    households: str | Path,
    places: str | Path,
    reason: str,
    locality: str | Path = "norway",
    as_of: int = 2021,
    years: int = 3,
    seed: int = 1,
) -> Staying:
    """Return the chance that a household still lives in each place after some years.

    Parameters
    ----------
    households, places
        The tables that ``workbench allocate`` reads; places are municipalities of the locality.
    reason
        Why staying is to count; kept with the scores.
    years
        One of 1, 3 and 5.
    """
    if not reason.strip():
        raise AssumptionError(
            "no reason why staying is to count",
            why="to place by staying rewards places that are hard to leave, so it is off unless one answers for it",
            do="say who decided it and why: --reason TEXT",
        )
    if years not in HORIZONS:
        raise AssumptionError(f"staying after {years} years", do=f"choose {', '.join(map(str, HORIZONS))}")
    home = localities.load(locality, "settlement")
    who = files.read(households, "households", locality=home)["household"].astype(str).tolist()
    where = files.read(places, "places", locality=home)["place"].astype(str).tolist()
    known = learn(read_settlement(locality=locality), locality=locality, as_of=as_of, seed=seed)
    lacking = sorted(set(where) - set(known.municipalities))
    if lacking:
        raise DataError(
            "places without settlement",
            where=str(places),
            why="the chance of staying is learnt from municipalities' figures",
            do="use the locality's municipality codes",
            faults=[Fault("no figures", column="place", value=place) for place in lacking],
        )
    stays = known.staying(years)
    chance = dict(zip(known.municipalities, stays.mean(axis=0).round(4).tolist(), strict=True))
    scores = pd.DataFrame({"household": np.repeat(who, len(where)), "place": where * len(who)})
    scores["score"] = scores["place"].map(chance)
    rows = []
    for at, (name, _, _) in enumerate(SIZES):
        if (known.size == at).any():
            low, middle, high = np.quantile(stays[:, known.size == at][:, 0], [0.1, 0.5, 0.9])
            rows.append({"size": name, "median": float(middle), "low80": float(low), "high80": float(high)})
    anchors = beside(anchors_of(home, as_of), known.hazard)
    sources = tuple(dict.fromkeys(v.source for v in known.vintages))
    return Staying(scores, pd.DataFrame(rows), years, as_of, reason.strip(), sources, anchors)
