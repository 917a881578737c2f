"""How many of those who settle will still be there after 1, 3 and 5 years, and which places gain and lose?

The shipped stock of persons has two duration classes, so how fast newcomers leave is known in sum and not by year: the
years are told apart by assumption, and every figure says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, nearest
from workbench.core.places import Locality
from workbench.core.provenance import Source, Vintage
from workbench.models.settlement import moves
from workbench.models.settlement.moves import Gravity, Hazard, MovePriors
from workbench.sources import localities
from workbench.studies.settlement import SettlementResult
from workbench.studies.settlement_data import Observed, great_circle, places_array, read_settlement

FIRST_WHOLE = 2016
"""The split of the stock by first municipality is incomplete before (SOURCE.md names 2014; sums show 2015 as well)."""
AHEAD = 5
LEAVING = "leaving"


@dataclass(frozen=True)
class MovesResult:
    """Retention and secondary moves of the persons that a forecast settles.

    Attributes
    ----------
    retention
        See :meth:`workbench.models.settlement.moves.Hazard.retention`.
    net
        Draws of persons by municipality five years on: ``stayed`` and ``came``.
    """

    hazard: Hazard
    gravity: Gravity
    retention: pd.DataFrame
    stayed: Draws
    came: Draws
    settled: Draws
    sources: tuple[Source, ...]
    names: Mapping[str, str]


def learn(
    observed: Observed,
    *,
    locality: str | Path = "norway",
    as_of: int,
    seed: int = 1,
    priors: MovePriors | None = None,
) -> tuple[Hazard, Gravity, tuple[Vintage, ...], tuple[str, ...]]:
    """Return hazard of leaving and destinations of movers, from what was published by the end of ``as_of``."""
    home = localities.load(locality)
    for name in ("refugee_stock", "population"):
        if name not in home.tables:
            raise DataError(
                f"the locality '{home.id}' has no table '{name}'", why="moves are learnt from it", do="add the table"
            )
    table = localities.table(home, "refugee_stock")
    stock = table[(table["residence_time"] == "0-4") & table["year"].between(FIRST_WHOLE, as_of)]
    if stock.empty:
        raise DataError(
            f"no whole stock between {FIRST_WHOLE} and {as_of}", do=f"choose an as-of year from {FIRST_WHOLE}"
        )
    sums = stock.groupby("year")[["moved_here_later", "settled_here"]].sum().astype(float).reset_index()
    panel = observed.panel(as_of, ahead=0)
    assumed = priors or _assumed(home, as_of)
    settled = dict(zip(panel.years, panel.totals.tolist(), strict=True))
    hazard = moves.fit_hazard(sums, settled, seed=seed, priors=assumed)

    places = [home.places[code] for code in panel.municipalities]
    km = great_circle(places_array(places), places_array(places))
    newest = stock[stock["year"] == stock["year"].max()].set_index("municipality")
    arrived = newest["moved_here_later"].astype(float).reindex(panel.municipalities).fillna(0).to_numpy()
    stayed = newest["settled_here"].astype(float).reindex(panel.municipalities).fillna(0).to_numpy()
    # Who left is not published: those settled in the window less those still there, never below a tenth of them.
    window = panel.persons[-moves.YOUNG :].sum(axis=0)
    leavers = np.maximum(window - stayed, 0.1 * window)
    people = panel.population[-1]
    everyone = table[(table["residence_time"] == "all") & (table["year"] == stock["year"].max())].set_index(
        "municipality"
    )
    same = everyone["stock"].astype(float).reindex(panel.municipalities).fillna(0).to_numpy()
    gravity = moves.fit_gravity(moves.gravity_features(people, km, same), leavers, arrived)
    vintages = tuple(
        localities.vintage(home, name, localities.table(home, name)) for name in ("refugee_stock", "population")
    )
    return hazard, gravity, vintages, panel.municipalities


def _assumed(home: Locality, as_of: int) -> MovePriors:
    """Return what the locality assumes about leaving, or the program's own defaults where it states nothing."""
    if not (home.folder / "parameters.toml").exists():
        return MovePriors()
    parameters = localities.parameters(home)
    if LEAVING not in {entry.name for entry in parameters}:
        return MovePriors()
    numbers = parameters.numbers(LEAVING, date(as_of, 12, 31))
    years = int(numbers.pop("introduction_years", MovePriors.introduction_years))
    unknown = sorted(set(numbers) - {entry.name for entry in fields(MovePriors)})
    if unknown:
        known = [entry.name for entry in fields(MovePriors)]
        raise AssumptionError(
            f"parameter '{LEAVING}' has an unknown entry '{unknown[0]}'", do=nearest(unknown[0], known)
        )
    return MovePriors(**numbers, introduction_years=years)


def follow(
    result: SettlementResult, *, locality: str | Path = "norway", seed: int = 1, priors: MovePriors | None = None
) -> MovesResult:
    """Return retention, and who stayed and came five years on, for the first year of a settlement forecast."""
    observed, draws, as_of = read_settlement(locality=locality), result.draws, result.as_of
    hazard, gravity, vintages, places = learn(observed, locality=locality, as_of=as_of, seed=seed, priors=priors)
    first = draws.labels("year")[0]
    settled = draws.select(year=first).select(municipality=list(places))
    stayed, came = moves.move(settled, hazard, gravity, years=AHEAD, seed=seed)
    sources = tuple(dict.fromkeys(v.source for v in vintages))
    return MovesResult(hazard, gravity, hazard.retention(), stayed, came, settled, sources, observed.names)
