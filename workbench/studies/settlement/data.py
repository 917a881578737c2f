"""What is known of settlement: a locality's tables or a file of one's own, with every year and total accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.errors import DataError
from workbench.core.places import Locality, Place
from workbench.core.plugins import Plugin
from workbench.core.provenance import Source, Vintage, fingerprint
from workbench.models.settlement.panel import SettlementPanel
from workbench.sources import files, localities
from workbench.studies.settlement import checks

WHOLE_UNTIL, CENTRE = "settlement_whole_until", "municipality_centre_population"
OLD_CODES = (
    "a code from before a reform is not translated, because no list of changes ships that could be vouched for: "
    "bring the table to today's municipalities with the statistical office's own list (for Norway: Statistics Norway, "
    "Klass 131), then try again"
)


@dataclass(frozen=True)
class Observed:
    """The tables of a settlement study and whose figures they are.

    Attributes
    ----------
    settlement
        Columns ``municipality, year, requested, accepted, settled, any_withheld``; a part year has its quotas only.
    population
        Columns ``municipality, year, total``; None if there is none.
    fixed
        Index municipality: covariates that do not change; empty without any.
    stock
        Columns ``municipality, year, stock``: persons with refugee background settled five or more years before.
    names, parents
        By municipality: what it is called, and the county it lies in.
    positions
        Columns ``municipality, lon, lat`` (degrees), for a map.
    part_years
        Years that are in the table but not whole; they are neither learnt from nor scored.
    notes
        What was done to the table, in sentences.
    absent
        Columns ``municipality, year``: no row where others have one; they count as nobody settled.
    """

    settlement: pd.DataFrame
    population: pd.DataFrame | None
    fixed: pd.DataFrame
    stock: pd.DataFrame | None
    vintages: tuple[Vintage, ...]
    names: Mapping[str, str]
    parents: Mapping[str, str]
    positions: pd.DataFrame
    part_years: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    plugins: tuple[Plugin | None, ...] = ()
    absent: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def last_whole(self) -> int:
        """The newest year whose settled persons are complete."""
        settled = self.settlement.dropna(subset=["settled"])
        return int(settled["year"].max())

    def panel(self, as_of: int, ahead: int = 1) -> SettlementPanel:
        """Return the panel as known at the end of a year: covariates of that time, quotas up to ``ahead`` years on."""
        rows = self.settlement[self.settlement["year"] <= as_of + ahead]
        if rows.empty or as_of not in set(rows["year"]):
            span = f"{self.settlement['year'].min()} to {self.last_whole}"
            raise DataError(
                f"no figures for {as_of}",
                where=self.vintages[0].name,
                why=f"the table covers {span}",
                do="choose a year of these",
            )
        if as_of in self.part_years:
            raise DataError(
                f"{as_of} is a part year",
                where=self.vintages[0].name,
                why="the shares of a part of a year are not those of the whole",
                do=f"choose {self.last_whole} or earlier, or supply the whole year",
            )
        people = self.population
        if people is not None:
            # What is published for later years is not known yet.
            people = people[people["year"] <= max(as_of, int(people["year"].min()))]
        return SettlementPanel.from_tables(rows, people, self._covariates(as_of))

    def _covariates(self, as_of: int) -> pd.DataFrame | None:
        found = self.fixed.copy()
        if self.population is not None:
            first = self.population.sort_values("year").groupby("municipality").first()
            found = found.reindex(found.index.union(first.index))
            found["population"] = np.log(first["total"].astype(float).clip(lower=1))
            if "age_67_up" in first:
                found["aged_67_and_over"] = first["age_67_up"].astype(float) / first["total"].astype(float).clip(
                    lower=1
                )
            if self.stock is not None and (known := self.stock[self.stock["year"] <= as_of]).size:
                earliest = known[known["year"] == known["year"].min()].set_index("municipality")["stock"].astype(float)
                found["earlier_refugees"] = np.log((earliest.reindex(found.index).fillna(0) + 5) / first["total"])
        return found if len(found.columns) else None


def read_settlement(
    *,
    locality: str | Path | None = "norway",
    file: str | Path | None = None,
    totals: str | Path | None = None,
    as_of: int | None = None,
    part_years: Sequence[int] = (),
    this_year: int | None = None,
) -> Observed:
    """Return the settlement of a locality, or of a file of one's own.

    Parameters
    ----------
    locality
        Its identifier or folder. With a file: the locality whose places the areas must be; None takes any name.
    file
        Columns ``area, period, persons`` and, if there are, ``quota, requested, population, any_withheld,
        covariate_…``.
    totals
        File of national totals (``[draw,] period, persons``) that the areas must add up to.
    as_of
        Last year that is to add up to its total, by default the last: later totals may be what is asked, not known.
    part_years
        Years of the table that are not whole, besides those that the locality names, and the running one.
    this_year
        The running year, by the calendar unless told: nothing can have been settled after it.
    """
    home = localities.load(locality) if locality is not None else None
    if file is None:
        if home is None:
            raise DataError("neither a locality nor a file", do="name one of the two")
        observed = _from_locality(home)
    else:
        observed = _from_file(Path(file), home)
    observed = _accounted_for(observed, part_years, this_year or datetime.now(UTC).year)
    if totals is not None:
        table = files.read(totals, "settled_in_all")
        if as_of is not None:
            table = table[table["period"] <= as_of]
        checks.adding_up(observed.settlement, table, observed.part_years, str(totals))
    return observed


def _from_locality(home: Locality) -> Observed:
    settlement = localities.table(home, "settlement")
    vintages = [localities.vintage(home, "settlement", settlement)]
    population = stock = None
    if "population" in home.tables:
        population = localities.table(home, "population")
        vintages.append(localities.vintage(home, "population", population))
    if "refugee_stock" in home.tables:
        table = localities.table(home, "refugee_stock")
        vintages.append(localities.vintage(home, "refugee_stock", table))
        stock = table.loc[table["residence_time"] == "5+", ["municipality", "year", "stock"]].reset_index(drop=True)
    part: tuple[int, ...] = ()
    centre = None
    if (home.folder / "parameters.toml").exists():
        parameters = localities.parameters(home)
        known = {entry.name for entry in parameters}
        if WHOLE_UNTIL in known:
            whole = parameters.number(WHOLE_UNTIL, date.max)
            part = tuple(int(year) for year in sorted(set(settlement["year"])) if year > whole)
        centre = parameters.number(CENTRE, date.max) if CENTRE in known else None
    return Observed(
        settlement=settlement,
        population=population,
        fixed=_distance(home, centre, population),
        stock=stock,
        vintages=tuple(vintages),
        names=home.names(),
        parents=home.parents(),
        positions=_positions(home),
        part_years=part,
        plugins=(home.plugin,),
    )


def _from_file(path: Path, home: Locality | None) -> Observed:
    try:
        table = files.read(path, "settled_by_area", locality=home)
    except DataError as error:
        if home is not None and any("not a place of" in fault.what for fault in error.faults):
            raise DataError(error.what, where=error.where, why=error.why, do=OLD_CODES, faults=error.faults) from error
        raise
    table = table.astype({"persons": "float64"})
    table = table.rename(columns={"area": "municipality", "period": "year", "persons": "settled", "quota": "accepted"})
    population = None
    if "population" in table:
        population = table[["municipality", "year", "population"]].rename(columns={"population": "total"})
    own = [name for name in table.columns if name.startswith("covariate_")]
    fixed = table.sort_values("year").groupby("municipality")[own].first() if own else pd.DataFrame()
    source = Source("your own file", path.name, "not stated")
    return Observed(
        settlement=table,
        population=population,
        fixed=fixed.rename(columns=lambda name: name.removeprefix("covariate_")),
        stock=None,
        vintages=(Vintage(path.name, source, str(table["year"].max()), fingerprint(table)),),
        names={} if home is None else home.names(),
        parents={} if home is None else home.parents(),
        positions=_positions(home),
        notes=(
            "Every year of your file with settled persons is taken as a whole year; name part years if there are any.",
        ),
        plugins=(home.plugin,) if home is not None else (),
    )


def _accounted_for(observed: Observed, named: Sequence[int], this_year: int) -> Observed:
    """Return the figures without the settled persons of part years, with a sentence for all that is not plain."""
    table, where = observed.settlement, observed.vintages[0].name
    unknown = sorted(set(named) - set(table["year"].astype(int)))
    if unknown:
        raise DataError(f"the table has no year {unknown[0]}", do="name part years that are in the table")
    running = checks.running_years(table, this_year, where)
    part = tuple(sorted({*observed.part_years, *named, *running}))
    hidden = table.assign(settled=table["settled"].mask(table["year"].isin(part)))
    if "any_withheld" in hidden:
        hidden["any_withheld"] = hidden["any_withheld"].mask(hidden["year"].isin(part), False)
    told = [f"{', '.join(map(str, part))} is a part year: its settled persons are not used."] if part else []
    checks.no_area_is_a_total(hidden, where)
    counted = hidden.groupby("year")["settled"].count()
    empty = [int(year) for year in counted.index[counted == 0] if year not in part]
    last = int(hidden.dropna(subset=["settled"])["year"].max()) if hidden["settled"].notna().any() else 0
    early = [year for year in empty if year < last]
    if early or not last:
        raise DataError(
            f"no settled persons in {', '.join(map(str, early)) or 'any whole year'}",
            where=where,
            why="a year without figures cannot be told from a year without newcomers",
            do="supply the year, or start the table after it",
        )
    withheld = (
        table["any_withheld"].fillna(False).astype(bool) if "any_withheld" in table else table["year"].mul(0).eq(1)
    )
    cells = int((hidden["settled"].isna() & withheld & (table["year"] <= last)).sum())
    empties = int((hidden["settled"].isna() & ~withheld & (table["year"] <= last)).sum())
    told += checks.told_hidden(cells, empties)
    absent = checks.absent(table, last, part)
    told += checks.told_absent(absent, observed.names)
    return replace(observed, settlement=hidden, part_years=part, absent=absent, notes=(*told, *observed.notes))


def _positions(home: Locality | None) -> pd.DataFrame:
    rows = [] if home is None else [(place.code, place.lon, place.lat) for place in home.places.values()]
    return pd.DataFrame(rows, columns=["municipality", "lon", "lat"])


def _distance(home: Locality, centre: float | None, population: pd.DataFrame | None) -> pd.DataFrame:
    """Return the log distance to the nearest centre (index municipality; km), if places have positions."""
    places = [p for p in home.places.values() if p.lon is not None and not np.isnan(p.lon)]
    if centre is None or population is None or len(places) < 2:
        return pd.DataFrame()
    newest = population[population["year"] == population["year"].max()].set_index("municipality")["total"]
    centres = [p for p in places if float(newest.get(p.code, 0)) >= centre]
    if not centres:
        return pd.DataFrame()
    km = great_circle(places_array(places), places_array(centres)).min(axis=1)
    return pd.DataFrame({"distance": np.log(km + 10.0)}, index=pd.Index([p.code for p in places], name="municipality"))


def places_array(places: Sequence[Place]) -> np.ndarray:
    """Return longitude and latitude of places, in radians; axes (place, 2)."""
    found: np.ndarray = np.radians(np.array([(place.lon, place.lat) for place in places], dtype=float))
    return found


def great_circle(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return distances between places in km (start, end), on a sphere of radius 6371 km."""
    (lon, lat), (to_lon, to_lat) = start.T[:, :, None], end.T[:, None, :]
    inner = np.sin(lat) * np.sin(to_lat) + np.cos(lat) * np.cos(to_lat) * np.cos(lon - to_lon)
    km: np.ndarray = 6371.0 * np.arccos(np.clip(inner, -1.0, 1.0))
    return km
