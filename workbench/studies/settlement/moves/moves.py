"""How many of those who settle will still be there after 1, 3 and 5 years, and which places gain and lose?

The shipped stock of persons has two duration classes, so how fast newcomers leave is known in sum and not by year: the
years are told apart by assumption, and every figure says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, nearest
from workbench.core.geography.places import Locality
from workbench.core.runs.provenance import Source, Vintage
from workbench.models.settlement import leaving_by_size, moves
from workbench.models.settlement.leaving_by_size import LeavingBySize
from workbench.models.settlement.moves import Gravity, Hazard, MovePriors
from workbench.models.settlement.panel.panel import SIZES, SettlementPanel, size_class
from workbench.sources import localities
from workbench.studies.settlement.forecasting.result import SettlementResult
from workbench.studies.settlement.table.data import Observed, great_circle, places_array, read_settlement

FIRST_WHOLE = 2016
"""The split of the stock by first municipality is incomplete before (SOURCE.md names 2014; sums show 2015 as well)."""
LEAVING, DISTANCE, ANCHOR = "leaving", "movers_distance", "anchor_staying"


@dataclass(frozen=True)
class Moves:
    """What is known of leaving and of destinations at the end of a year.

    Attributes
    ----------
    hazard
        Of leaving, all municipalities together.
    by_size
        The same by size class; None where the stock cannot tell.
    gravity
        Where movers go.
    size
        Size class of each of ``municipalities``.
    """

    hazard: Hazard
    by_size: LeavingBySize | None
    gravity: Gravity
    municipalities: tuple[str, ...]
    size: np.ndarray
    vintages: tuple[Vintage, ...]

    def staying(self, years: int) -> np.ndarray:
        """Return the share still there after so many years; axes (draw, municipality)."""
        return _staying(self.hazard, self.by_size, self.size, years)


@dataclass(frozen=True)
class MovesResult:
    """Retention and secondary moves of the persons that a forecast settles.

    Attributes
    ----------
    known
        What was learnt of leaving and of destinations.
    retention
        See :meth:`workbench.models.settlement.moves.Hazard.retention`.
    stayed, living
        Persons by draw, municipality and years since settlement (1, 3, 5): of those ``settled``, who is still there,
        and who lives there at all; the latter add up to the persons settled.
    anchors
        What is known of staying from elsewhere, as a check: columns years, share, source.
    """

    known: Moves
    retention: pd.DataFrame
    stayed: Draws
    living: Draws
    settled: Draws
    sources: tuple[Source, ...]
    names: Mapping[str, str]
    anchors: pd.DataFrame = field(default_factory=pd.DataFrame)

    def anchors_beside(self) -> pd.DataFrame:
        """Return each anchor beside the model: see :func:`beside`."""
        return beside(self.anchors, self.known.hazard)


def beside(anchors: pd.DataFrame, hazard: Hazard) -> pd.DataFrame:
    """Return each anchor beside the model: columns years, share, source, median, low80, high80, inside."""
    rows = []
    for row in anchors.to_dict("records"):
        stay = np.prod(1 - hazard.leaving[:, : int(row["years"])], axis=1)
        low, middle, high = np.quantile(stay, [0.1, 0.5, 0.9])
        told: dict[str, object] = {"median": float(middle), "low80": float(low), "high80": float(high)}
        own: dict[str, object] = {str(name): value for name, value in row.items()}
        rows.append({**own, **told, "inside": bool(low <= row["share"] <= high)})
    return pd.DataFrame(rows)


def learn(
    observed: Observed,
    *,
    locality: str | Path = "norway",
    as_of: int,
    seed: int = 1,
    priors: MovePriors | None = None,
) -> Moves:
    """Return hazard of leaving and destinations of movers, from what was published by the end of ``as_of``."""
    home = localities.load(locality, "settlement")
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
    settled = dict(zip(panel.years, panel.totals.tolist(), strict=True))
    hazard = moves.fit_hazard(sums, settled, seed=seed, priors=priors or _assumed(home, as_of))
    size = size_class(panel.population[-1])
    sized = _by_size(stock, panel, size)
    by_size = leaving_by_size.compare(hazard, sized, seed=seed) if sized is not None else None

    places = [home.places[code] for code in panel.municipalities]
    km = great_circle(places_array(places), places_array(places))
    newest = stock[stock["year"] == stock["year"].max()].set_index("municipality")
    arrived = newest["moved_here_later"].astype(float).reindex(panel.municipalities).fillna(0).to_numpy()
    people = panel.population[-1]
    everyone = table[(table["residence_time"] == "all") & (table["year"] == stock["year"].max())].set_index(
        "municipality"
    )
    same = everyone["stock"].astype(float).reindex(panel.municipalities).fillna(0).to_numpy()
    vintages = tuple(
        localities.vintage(home, name, localities.table(home, name)) for name in ("refugee_stock", "population")
    )
    # Who left is not published: of those settled in the window, the share that has left half-way through it.
    left = 1 - np.median(_staying(hazard, by_size, size, moves.YOUNG // 2), axis=0)
    leavers = panel.persons[-moves.YOUNG :].sum(axis=0) * left
    gravity = moves.fit_gravity(moves.gravity_features(people, km, same), leavers, arrived, _carried(home, as_of))
    return Moves(hazard, by_size, gravity, panel.municipalities, size, vintages)


def _staying(hazard: Hazard, by_size: LeavingBySize | None, size: np.ndarray, years: int) -> np.ndarray:
    if by_size is not None:
        found: np.ndarray = by_size.stay(years)[:, size]
        return found
    kept = np.prod(1 - hazard.leaving[:, :years], axis=1)
    return np.repeat(kept[:, None], len(size), axis=1)


def _by_size(stock: pd.DataFrame, panel: SettlementPanel, size: np.ndarray) -> pd.DataFrame | None:
    """Return the stock by year and size class, beside the persons settled in the same municipalities.

    Only municipalities count whose split of the stock was published that year; None if a class is then empty.
    """
    rows = []
    for year, part in stock.dropna(subset=["settled_here"]).groupby("year"):
        ages = [int(str(year)) - 1 - age for age in range(moves.YOUNG)]
        if not set(ages) <= set(panel.years):
            continue
        here = part.set_index("municipality")["settled_here"].astype(float).reindex(panel.municipalities)
        cohorts = np.array([panel.persons[panel.years.index(age)] for age in ages])
        for at in range(len(SIZES)):
            mine = here.notna().to_numpy() & (size == at)
            rows.append((int(str(year)), at, float(here[mine].sum()), *cohorts[:, mine].sum(axis=1)))
    columns = ["year", "size", "settled_here", *(f"age_{age}" for age in range(moves.YOUNG))]
    found = pd.DataFrame(rows, columns=columns)
    return found if len(found) and bool((found[["settled_here", "age_0", "age_4"]] > 0).all(axis=None)) else None


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
    known = learn(observed, locality=locality, as_of=as_of, seed=seed, priors=priors)
    first = draws.labels("year")[0]
    settled = draws.select(year=first).select(municipality=list(known.municipalities))
    staying = [known.staying(years) for years in moves.HORIZONS]
    stayed, living = moves.follow_cohort(settled, staying, known.gravity, seed=seed)
    sources = tuple(dict.fromkeys(v.source for v in known.vintages))
    home = localities.load(locality, "settlement")
    return MovesResult(
        known, known.hazard.retention(), stayed, living, settled, sources, observed.names, anchors_of(home, as_of)
    )


def of_report(result: SettlementResult, *, locality: str | Path, data: str = "", seed: int = 1) -> MovesResult | None:
    """Return what :func:`follow` finds for a locality's own table; None for one's own, whose moves are not known."""
    return None if data else follow(result, locality=locality, seed=seed)


def anchors_of(home: Locality, as_of: int) -> pd.DataFrame:
    """Return what the locality states of staying elsewhere; empty where it states nothing."""
    rows = []
    if (home.folder / "parameters.toml").exists():
        for entry in localities.parameters(home):
            if entry.name.startswith(ANCHOR):
                at = entry.at(date(as_of, 12, 31))
                rows += [(int(years), float(share), at.source) for years, share in dict(at.value).items()]  # type: ignore[arg-type]
    return pd.DataFrame(rows, columns=["years", "share", "source"])


def _carried(home: Locality, as_of: int) -> tuple[float, float] | None:
    """Return the elasticity of distance that the locality carries over from elsewhere, with its spread, if it does."""
    if not (home.folder / "parameters.toml").exists():
        return None
    parameters = localities.parameters(home)
    if DISTANCE not in {entry.name for entry in parameters}:
        return None
    numbers = parameters.numbers(DISTANCE, date(as_of, 12, 31))
    return numbers["elasticity"], numbers["spread"]
