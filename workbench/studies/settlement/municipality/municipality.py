"""One municipality in depth: what it was asked, whom it can expect, who stays, and what like municipalities expect."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, nearest
from workbench.sources import localities
from workbench.studies import disclosure
from workbench.studies.settlement.forecasting import answer
from workbench.studies.settlement.forecasting.result import SettlementResult
from workbench.studies.settlement.moves.moves import MovesResult, follow
from workbench.studies.settlement.municipality import composition
from workbench.studies.settlement.municipality.composition import Composition
from workbench.studies.settlement.table.data import read_settlement

PEERS = 6
GROUPS = "municipality_groups"
PAST = 8
"""Years of the past that are shown."""


@dataclass(frozen=True)
class Country:
    """The forecast of all municipalities and what single ones are compared by; made once for all of them.

    Attributes
    ----------
    moved
        Who stays and moves; None where the locality has no figures to learn it from.
    shown
        Index (year, municipality): settled persons that may be shown, requested and accepted.
    population
        Newest population by municipality.
    groups
        Group of comparable municipalities; empty where none is published.
    """

    result: SettlementResult
    locality: str
    moved: MovesResult | None
    shown: pd.DataFrame
    population: pd.Series
    groups: pd.Series
    seed: int


@dataclass(frozen=True)
class MunicipalityResult:
    """What one municipality can expect.

    Attributes
    ----------
    expected
        Persons, dimensions draw, year.
    by_month
        Persons of the first year by month, axes (draw, month): spread evenly, which is an assumption.
    peers
        One row for each municipality that it is compared with, itself first: code, name, population, accepted (newest),
        median, low80, high80, per_1000.
    compared_by
        How they were chosen: ``group`` or ``size``.
    """

    country: Country
    code: str
    name: str
    expected: Draws
    by_month: np.ndarray
    composition: Composition | None
    peers: pd.DataFrame
    compared_by: str

    @property
    def result(self) -> SettlementResult:
        """The forecast of all municipalities."""
        return self.country.result


@lru_cache(maxsize=4)
def country(
    *,
    locality: str = "norway",
    as_of: int = 0,
    total: tuple[int, ...] = (),
    horizon: int = 1,
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    runs: str = "",
    moves: bool = True,
) -> Country:
    """Return the forecast that municipalities are read from; kept in memory, so that many of them cost one.

    Parameters
    ----------
    as_of
        Last year known; 0: the default of :func:`workbench.studies.settlement.ask`.
    total
        National totals of the years ahead; empty: what the table holds, which is looking back.
    """
    result = answer.study(
        locality=locality,
        as_of=as_of or None,
        total=total,
        horizon=horizon,
        seed=seed,
        draws=draws,
        tune=tune,
        chains=chains,
        runs=runs or None,
    )
    home = localities.load(locality)
    learnt = follow(result, locality=locality, seed=seed) if moves and "refugee_stock" in home.tables else None
    groups = pd.Series(dtype=object)
    if GROUPS in home.tables:
        groups = localities.table(home, GROUPS).set_index("municipality")["kostra_group"].astype(str)
    return Country(result, locality, learnt, _shown(result), _population(locality), groups, seed)


def of_saved(result: SettlementResult) -> Country:
    """Return what a saved forecast alone tells: no moves, no peers, no ages; it opens at once."""
    return Country(result, "", None, _shown(result), pd.Series(dtype=float), pd.Series(dtype=object), 1)


def _shown(result: SettlementResult) -> pd.DataFrame:
    """Return what may be shown of the past; index (year, municipality)."""
    counties = {code: result.parents.get(code) or "" for code in result.draws.labels("municipality")}
    table = result.observed[result.observed["year"] > result.as_of - PAST]
    parts = []
    for year, rows in table.groupby("year"):
        own = rows.set_index("municipality").reindex(columns=["requested", "accepted", "settled"]).astype(float)
        parts.append(own.assign(settled=disclosure.shown(own["settled"], counties), year=year))
    return pd.concat(parts).reset_index().set_index(["year", "municipality"]) if parts else pd.DataFrame()


def totals(text: str) -> tuple[int, ...]:
    """Return national totals written one after the other, ``20000, 15000``; none where there is no text."""
    found = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        if not part.isdecimal() or int(part) < 1:
            raise AssumptionError(
                f"the national total '{part}' is no number of persons",
                do="give whole persons, one number for each year ahead, such as 20000,15000",
            )
        found.append(int(part))
    return tuple(found)


def _population(locality: str) -> pd.Series:
    home = localities.load(locality)
    if "population" in home.tables:
        known = localities.table(home, "population")
        newest = known[known["year"] == known["year"].max()]
        found: pd.Series = newest.set_index("municipality")["total"].astype(float)
        return found
    found = localities.table(home, "municipalities").set_index("municipality")["population"].astype(float)
    return found


def municipality(of: Country, code: str) -> MunicipalityResult:
    """Return one municipality's part of the forecast, by its code or its name."""
    known = of.result.names
    if code not in known:
        by_name = {name.casefold(): each for each, name in known.items()}
        found = by_name.get(code.casefold()) or next((c for c in known if c.lstrip("0") == code.lstrip("0")), "")
        if not found:
            raise DataError(
                f"no municipality '{code}' in the locality '{of.locality}'",
                do=nearest(code, [*known, *known.values()]),
            )
        code = found
    expected = of.result.draws.select(municipality=code)
    first = of.result.years[0]
    persons = expected.select(year=first).values.to_numpy()
    peers, how = _peers(of, code) if len(of.population) else (pd.DataFrame(), "")
    own_seed = of.seed + int.from_bytes(code.encode(), "big") % 1_000_003
    return MunicipalityResult(
        country=of,
        code=code,
        name=known[code],
        expected=expected,
        by_month=composition.by_month(persons, own_seed),
        composition=composition.compose(persons, locality=of.locality, as_of=of.result.as_of, seed=own_seed)
        if of.locality
        else None,
        peers=peers,
        compared_by=how,
    )


def study(
    *,
    code: str,
    locality: str = "norway",
    as_of: int = 0,
    total: str = "",
    horizon: int = 1,
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    runs: str = "",
) -> MunicipalityResult:
    """Return one municipality of a forecast that is made, or found, for all of them; see :func:`country`.

    ``total`` holds the national totals as a report writes them, ``20000,15000``.
    """
    whole = country(
        locality=locality,
        as_of=as_of,
        total=totals(total),
        horizon=horizon,
        seed=seed,
        draws=draws,
        tune=tune,
        chains=chains,
        runs=runs,
    )
    return municipality(whole, code)


def codes(of: Country) -> list[str]:
    """Return the codes of all municipalities of a forecast."""
    return [str(code) for code in of.result.draws.labels("municipality")]


def if_taken(of: MunicipalityResult, number: int) -> tuple[float, float, float]:
    """Return the chance that fewer than so many come, and the median and the end of the 80 % interval of those above.

    What if the municipality takes another number: how far its own number lies from what the past says.
    """
    if number < 0:
        raise AssumptionError("a municipality cannot take fewer than nobody", do="give 0 or more persons")
    persons = of.expected.select(year=of.result.years[0]).values.to_numpy()
    return float((persons < number).mean()), float(np.median(persons)), float(np.quantile(persons, 0.9))


def _peers(of: Country, code: str) -> tuple[pd.DataFrame, str]:
    """Return the municipality and those nearest in size among its group, or among all where there is no group."""
    people = of.population.reindex(codes(of))
    group = of.groups.get(code, "")
    same = [c for c in people.index if c != code and (not group or of.groups.get(c, "") == group)]
    if len(same) < 2:
        same, group = [c for c in people.index if c != code], ""
    away = (np.log(people[same]) - np.log(people[code])).abs()
    chosen = [code, *away.sort_values(kind="stable").index[:PEERS]]
    first = of.result.years[0]
    rows = []
    last = of.shown.index.get_level_values("year").max() if len(of.shown) else None
    for each in chosen:
        draws = of.result.draws.select(municipality=each, year=first).values.to_numpy()
        low, median, high = np.quantile(draws, [0.1, 0.5, 0.9], method="inverted_cdf")
        accepted = of.shown["accepted"].get((last, each), np.nan) if last is not None else np.nan
        rows.append(
            {
                "municipality": each,
                "name": of.result.names[each],
                "population": float(people[each]),
                "accepted": float(accepted),
                "median": float(median),
                "low80": float(low),
                "high80": float(high),
                "per_1000": 1000 * float(draws.mean()) / float(people[each]),
            }
        )
    return pd.DataFrame(rows), "group" if group else "size"


def names(locality: str | Path) -> dict[str, str]:
    """Return the municipalities of a locality by code, without a forecast."""
    return (
        dict(read_settlement(locality=locality).names) if _ships(locality) else dict(localities.load(locality).names())
    )


def _ships(locality: str | Path) -> bool:
    return "settlement" in localities.load(locality).tables
