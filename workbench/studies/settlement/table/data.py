"""What is known of settlement: a locality's tables or a file of one's own, with every year and total accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.dates.rhythm import Rhythm, rhythm_of
from workbench.core.errors import DataError, Fault
from workbench.core.geography.places import Locality, Place
from workbench.core.plugins import Plugin
from workbench.core.runs.provenance import Source, Vintage, fingerprint
from workbench.models.settlement.panel.panel import SettlementPanel
from workbench.sources import files, localities
from workbench.studies.settlement.table import areas, checks

WHOLE_UNTIL, CENTRE = "settlement_whole_until", "municipality_centre_population"
CHOSEN = "settlement_model_chosen_before"
PLACES = "municipalities"
NO_SEASON = (
    "Seasons within a year are not modelled: each period's shares are taken to follow from those just before it."
)
UNUSED = (
    "The columns covariate_… are not used: without quotas the forecast combines simple rules of past shares and "
    "population."
)
OLD_CODES = (
    "codes from before a reform are not translated without a list of changes: bring the table to today's "
    "municipalities, or give the statistical office's list (for Norway: Statistics Norway, Klass 131) by `--changes`"
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
    rhythm
        Whether ``year`` counts years, quarters or months; all periods are its numbers.
    own
        Whether the figures are a file of one's own: only there may areas end.
    still
        Areas that are stated to be there, rows or not.
    chosen_before
        The year from which on targets confirm the model, where its structure was chosen on this table; 0: nowhere.
    starts
        The year that a forecast starts from where no settled persons are known at all; 0: they are.
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
    rhythm: Rhythm = field(default_factory=Rhythm)
    own: bool = False
    still: tuple[str, ...] = ()
    chosen_before: int = 0
    starts: int = 0

    @property
    def last_whole(self) -> int:
        """The newest year whose settled persons are complete."""
        settled = self.settlement.dropna(subset=["settled"])
        if self.starts and settled.empty:
            return self.starts
        return int(settled["year"].max())

    def panel(self, as_of: int, ahead: int = 1) -> SettlementPanel:
        """Return the panel as known at the end of a year: covariates of that time, quotas up to ``ahead`` years on."""
        rows = self.settlement[self.settlement["year"] <= as_of + ahead]
        label, named = self.rhythm.label, self.rhythm.name
        if rows.empty or as_of not in set(rows["year"]):
            span = f"{label(self.settlement['year'].min())} to {label(self.last_whole)}"
            raise DataError(
                f"no figures for {label(as_of)}",
                where=self.vintages[0].name,
                why=f"the table covers {span}",
                do=f"choose a {named} of these",
            )
        if as_of in self.part_years:
            raise DataError(
                f"{label(as_of)} is a part {named}",
                where=self.vintages[0].name,
                why=f"the shares of a part of a {named} are not those of the whole",
                do=f"choose {label(self.last_whole)} or earlier, or supply the whole {named}",
            )
        people = self.population
        if people is not None:
            # What is published for later years is not known yet.
            people = people[people["year"] <= max(as_of, int(people["year"].min()))]
        gone = areas.ended(self.settlement, as_of, self.still) if self.own else ()
        return SettlementPanel.from_tables(rows, people, self._covariates(as_of), ended=gone, rhythm=self.rhythm)

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
    as_of: int | str | None = None,
    part_years: Sequence[int | str] = (),
    this_year: int | None = None,
    changes: str | Path | None = None,
    still: Sequence[str] = (),
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
        The running year, by default that of the calendar: nothing can have been settled after it.
    changes
        File of code changes (``old, new[, share]``) that brings a file of one's own to today's areas.
    still
        Areas of one's own file that are there although they have no row any more.
    """
    home = localities.load(locality, "settlement") if locality is not None else None
    if file is None:
        if home is None:
            raise DataError("neither a locality nor a file", do="name one of the two")
        if changes is not None or len(still):
            raise DataError(
                "code changes without a file of one's own",
                why="a locality's own table is in its own areas already",
                do="name the file: --data FILE",
            )
        observed = _from_locality(home)
    else:
        observed = _from_file(Path(file), home, changes)
        strange = sorted(set(still) - set(observed.settlement["municipality"].astype(str)))
        if strange:
            raise DataError(f"the table has no area '{strange[0]}'", do="name with --still an area of the table")
        observed = replace(observed, still=tuple(still))
    count = observed.rhythm.number
    # Of a year that is given, the last period is the running one.
    running = observed.rhythm.holding(datetime.now(UTC) if this_year is None else date(this_year, 12, 31))
    observed = _accounted_for(observed, [count(p) for p in part_years], running)
    if totals is not None:
        table = files.read(totals, "settled_in_all")
        table = table.assign(period=[count(period) for period in table["period"]])
        if as_of is not None:
            table = table[table["period"] <= count(as_of)]
        checks.adding_up(observed.settlement, table, observed.part_years, str(totals), observed.rhythm)
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
    chosen = 0
    if (home.folder / "parameters.toml").exists():
        parameters = localities.parameters(home)
        known = {entry.name for entry in parameters}
        if WHOLE_UNTIL in known:
            whole = parameters.number(WHOLE_UNTIL, date.max)
            part = tuple(int(year) for year in sorted(set(settlement["year"])) if year > whole)
        centre = parameters.number(CENTRE, date.max) if CENTRE in known else None
        chosen = int(parameters.number(CHOSEN, date.max)) if CHOSEN in known else 0
    return Observed(
        settlement=settlement,
        population=population,
        fixed=_distance(home, centre, population),
        stock=stock,
        vintages=tuple(vintages),
        names=home.names(),
        parents=home.parents(),
        positions=positions_of(home),
        part_years=part,
        plugins=(home.plugin,),
        chosen_before=chosen,
    )


def _from_file(path: Path, home: Locality | None, changes: str | Path | None = None) -> Observed:
    try:
        # Old codes are no places of today: they are checked once the changes are made.
        table = files.read(path, "settled_by_area", locality=home if changes is None else None)
    except DataError as error:
        if home is not None and any("not a place of" in fault.what for fault in error.faults):
            do = f"for areas that are not places of {home.name}, add `--locality any`; {OLD_CODES}"
            raise DataError(error.what, where=error.where, why=error.why, do=do, faults=error.faults) from error
        raise
    table = table.astype({"persons": "float64"})
    table = table.rename(columns={"area": "municipality", "period": "year", "persons": "settled", "quota": "accepted"})
    rhythm = rhythm_of(table["year"], str(path))
    table = table.assign(year=[rhythm.number(period) for period in table["year"]])
    told: list[str] = []
    if changes is not None:
        table, told = areas.changed(table.rename(columns={"population": "total"}), changes)
        table = table.rename(columns={"total": "population"})
        _places_only(table, home, str(path))
    population, people = _people(table, home, rhythm)
    told += people
    own = [name for name in table.columns if name.startswith("covariate_")]
    fixed = table.sort_values("year").groupby("municipality")[own].first() if own else pd.DataFrame()
    source = Source("your own file", path.name, "not stated")
    return Observed(
        settlement=table,
        population=population,
        fixed=fixed.rename(columns=lambda name: name.removeprefix("covariate_")),
        stock=None,
        vintages=(Vintage(path.name, source, rhythm.label(table["year"].max()), fingerprint(table)),),
        names={} if home is None else home.names(),
        parents={} if home is None else home.parents(),
        positions=positions_of(home),
        notes=(
            *told,
            *([UNUSED] if own and not with_quotas(table) else []),
            f"Every {rhythm.name} of your file with settled persons is taken as a whole {rhythm.name}; name part "
            f"{rhythm.name}s if there are any.",
            *([NO_SEASON] if rhythm.each_year > 1 and with_quotas(table) else []),
        ),
        plugins=(home.plugin,) if home is not None else (),
        rhythm=rhythm,
        own=True,
    )


def with_quotas(table: pd.DataFrame) -> bool:
    """Return whether any area of a table has an accepted quota."""
    return "accepted" in table and bool((table["accepted"].fillna(0) > 0).any())


def _places_only(table: pd.DataFrame, home: Locality | None, where: str) -> None:
    strange = [] if home is None else sorted(set(table["municipality"]) - set(home.places))
    if strange and home is not None:
        raise DataError(
            f"after the code changes {len(strange)} areas are not places of the locality '{home.id}'",
            where=where,
            do="complete the table of code changes",
            faults=[Fault("not a place", column="area", value=code) for code in strange],
        )


def _people(table: pd.DataFrame, home: Locality | None, rhythm: Rhythm) -> tuple[pd.DataFrame | None, list[str]]:
    """Return the population of a file's areas: its own column, else the locality's table, else its list of places."""
    columns = ["municipality", "year", "total"]
    if "population" in table:
        return table.rename(columns={"population": "total"})[columns], []
    none = ["No population is known: areas stand in no size class."]
    if home is None:
        return None, none
    if "population" in home.tables:
        found = localities.table(home, "population")[columns].copy()
        found["year"] = found["year"].astype(int) * rhythm.each_year  # 1 January is the year's first period
    else:
        known = localities.table(home, PLACES) if PLACES in home.tables else pd.DataFrame()
        if "population" not in known:
            return None, none
        newest = known[["municipality", "population"]].rename(columns={"population": "total"})
        found = newest.assign(year=int(table["year"].min()))[columns]
    there = set(table["municipality"].astype(str))
    without = len(set(home.places) - there)
    found = found[found["municipality"].astype(str).isin(there)].reset_index(drop=True)
    said = [f"Population is that of the locality '{home.id}'."]
    if without:
        said.append(
            f"{checks.counted(without, 'place')} of the locality without any row in your file can receive nobody; give "
            "a row with 0 persons to those that might."
        )
    return found, said


def _accounted_for(observed: Observed, named: Sequence[int], running: int) -> Observed:
    """Return the figures without the settled persons of part years, with a sentence for all that is not plain."""
    table, where = observed.settlement, observed.vintages[0].name
    label, step = observed.rhythm.label, observed.rhythm.name
    unknown = sorted(set(named) - set(table["year"].astype(int)))
    if unknown:
        raise DataError(f"the table has no {step} {label(unknown[0])}", do=f"name part {step}s that are in the table")
    now = checks.running_years(table, running, where, observed.rhythm)
    part = tuple(sorted({*observed.part_years, *named, *now}))
    hidden = table.assign(settled=table["settled"].mask(table["year"].isin(part)))
    if "any_withheld" in hidden:
        hidden["any_withheld"] = hidden["any_withheld"].mask(hidden["year"].isin(part), False)
    told = [f"{', '.join(map(label, part))} is a part {step}: its settled persons are not used."] if part else []
    checks.no_area_is_a_total(hidden, where)
    counted = hidden.groupby("year")["settled"].count()
    empty = [int(year) for year in counted.index[counted == 0] if year not in part]
    last = int(hidden.dropna(subset=["settled"])["year"].max()) if hidden["settled"].notna().any() else 0
    early = [year for year in empty if year < last]
    if early or not last:
        raise DataError(
            f"no settled persons in {', '.join(map(label, early)) or f'any whole {step}'}",
            where=where,
            why=f"a {step} without figures cannot be told from a {step} without newcomers",
            do=f"supply the {step}, or start the table after it",
        )
    withheld = (
        table["any_withheld"].fillna(False).astype(bool) if "any_withheld" in table else table["year"].mul(0).eq(1)
    )
    cells = int((hidden["settled"].isna() & withheld & (table["year"] <= last)).sum())
    empties = int((hidden["settled"].isna() & ~withheld & (table["year"] <= last)).sum())
    told += checks.told_hidden(cells, empties)
    absent = checks.absent(table, last, part)
    gone = areas.ended(hidden, last, observed.still) if observed.own else ()
    told += areas.told(hidden, gone, observed.rhythm, observed.names) if observed.own else []
    told += checks.told_absent(absent[~absent["municipality"].isin(gone)], observed.names, observed.rhythm)
    return replace(observed, settlement=hidden, part_years=part, absent=absent, notes=(*told, *observed.notes))


def positions_of(home: Locality | None) -> pd.DataFrame:
    """Return the centroids of a locality's places: columns municipality, lon, lat (degrees)."""
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
