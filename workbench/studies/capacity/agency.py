"""Which agency is a study about? Its tables and assumptions, read and checked, and what is uncertain about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import horizon_months, month_end
from workbench.core.errors import AssumptionError, DataError, Fault, nearest
from workbench.core.geography.places import Locality
from workbench.core.parameters import Parameters
from workbench.core.runs.provenance import Source, Vintage, caveat
from workbench.decisions.staffing import Limits, Prices
from workbench.models.agency import Agency, Assumptions, MeanAndSpread, Uncertain, drawn
from workbench.sources import localities

TABLES = ("queues", "teams", "routes", "intake")
LOCALITY = "example_agency"
SYNTHETIC = re.compile("synthetic", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class AgencyData:
    """An agency as its locality states it: structure, assumptions, prices and limits, past work, and sources."""

    agency: Agency
    assumed: Assumptions
    prices: Prices
    limits: Limits
    as_of: str
    worked: np.ndarray | None
    closed: np.ndarray | None
    name: str
    synthetic: bool
    inputs: tuple[Vintage, ...]
    parameters: Parameters
    notes: tuple[str, ...] = field(default=())

    @property
    def sources(self) -> tuple[Source, ...]:
        """Who published the tables, each once."""
        return tuple(dict.fromkeys(v.source for v in self.inputs))

    def months(self, horizon: int) -> list[str]:
        """Return the months ahead."""
        return horizon_months(self.as_of, horizon)

    def drawn(self, *, horizon: int, size: int, seed: int, intake: np.ndarray | None = None) -> Uncertain:
        """Return draws of what is not known."""
        return drawn(
            self.agency,
            self.assumed,
            months=horizon,
            size=size,
            seed=seed,
            worked=self.worked,
            closed=self.closed,
            intake=intake,
        )


def read_agency(locality: str | Path = LOCALITY) -> AgencyData:
    """Return the agency of a locality that has the tables ``queues``, ``teams``, ``routes`` and ``intake``.

    Raises
    ------
    DataError
        If a table is missing, names a stage that no other does, or a stage cannot be left.
    """
    place = localities.load(locality)
    if missing := [name for name in TABLES if name not in place.tables]:
        raise DataError(
            f"the locality '{place.id}' has no table '{missing[0]}'",
            where=str(place.folder),
            why="a plan needs queues, teams, routes and intake",
            do="add it, as data/localities/example_agency shows; `workbench data list` names its columns",
        )
    tables = {name: localities.table(place, name) for name in TABLES}
    past = localities.table(place, "past") if "past" in place.tables else None
    agency = structure(tables, str(place.folder)).checked(str(place.folder), _rows(tables["queues"]))
    told = localities.parameters(place)
    day = _day(told)
    as_of = f"{day.year}-{day.month:02d}"
    worked, closed = _past(agency, past)
    used = {**tables, **({} if past is None else {"past": past})}
    return AgencyData(
        agency,
        assumptions(told, day, agency),
        prices(told, day),
        limits(told, day),
        as_of,
        worked,
        closed,
        place.name,
        any(SYNTHETIC.search(e.source.note or e.source.title) for e in place.tables.values()),
        tuple(_vintage(place, name, table, as_of) for name, table in used.items()),
        told,
        (STATED if worked is None else UPDATED,),
    )


def _vintage(place: Locality, name: str, table: pd.DataFrame, as_of: str) -> Vintage:
    known = localities.vintage(place, name, table)
    return Vintage(known.name, known.source, known.last_period or as_of, known.fingerprint)


def _day(told: Parameters) -> date:
    value = told.entry("last_month").values[-1].value
    if not isinstance(value, Mapping):
        raise AssumptionError("'last_month' is no table of year and month", where=told.where)
    return month_end(f"{int(float(value['year']))}-{int(float(value['month'])):02d}")


def structure(tables: Mapping[str, pd.DataFrame], where: str = "agency") -> Agency:
    """Return the agency that its tables describe; stages and types keep the order of the queues."""
    queues, teams, routes, intake = (tables[name] for name in TABLES)
    units, stages, kinds = (list(dict.fromkeys(queues[name].astype(str))) for name in ("unit", "stage", "case_type"))
    faults = []
    for name, known, column in (
        ("teams", stages, "stage"),
        ("teams", units, "unit"),
        ("routes", stages, "stage"),
        ("routes", kinds, "case_type"),
        ("intake", units, "unit"),
        ("intake", kinds, "case_type"),
    ):
        table = tables[name]
        for at in np.flatnonzero(~table[column].astype(str).isin(known)):
            value = str(table[column].iloc[at])
            told = f"the queues have no {column.replace('_', ' ')} '{value}'"
            faults.append(Fault(told, int(at) + 2, column, value, nearest(value, known), name))
    if faults:
        raise DataError(
            "the tables of the agency do not fit together", where=where, do="mend the rows named", faults=faults
        )
    outcomes = [name for name in dict.fromkeys(routes["next"].astype(str)) if name not in stages]
    ways = np.zeros((len(stages), len(kinds), len(stages) + len(outcomes)))
    to = [*stages, *outcomes]
    for row in routes.to_dict("records"):
        way = (stages.index(row["stage"]), kinds.index(row["case_type"]), to.index(row["next"]))
        ways[way] += float(row["cases"])
    waiting, hours = np.zeros((2, len(units), len(stages), len(kinds)))
    hours[:] = np.nan
    for row in queues.to_dict("records"):
        queue = (units.index(row["unit"]), stages.index(row["stage"]), kinds.index(row["case_type"]))
        waiting[queue], hours[queue] = float(row["waiting"]), float(row["hours"])
    usual = np.nanmean(hours, axis=0, keepdims=True)
    staff, came = np.zeros((len(units), len(stages))), np.zeros((len(units), len(kinds)))
    for row in teams.to_dict("records"):
        staff[units.index(row["unit"]), stages.index(row["stage"])] = float(row["staff"])
    for row in intake.to_dict("records"):
        came[units.index(row["unit"]), kinds.index(row["case_type"])] = float(row["cases"])
    return Agency(
        tuple(units),
        tuple(stages),
        tuple(kinds),
        tuple(outcomes),
        waiting,
        np.where(np.isnan(hours), usual, hours),
        staff,
        ways,
        came,
    )


def _rows(queues: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Return the line of the file where a type of case, or a unit, first stands with a stage."""
    found: dict[tuple[str, str], int] = {}
    for at, row in enumerate(queues.to_dict("records"), start=2):
        for name in ("case_type", "unit"):
            found.setdefault((str(row[name]), str(row["stage"])), at)
    return found


def assumptions(told: Parameters, day: date, agency: Agency) -> Assumptions:
    """Return what is assumed of staff, work and intake as of a day."""
    absence, attrition = told.numbers("absence", day), told.numbers("attrition", day)
    learning, spread = told.numbers("learning", day), told.numbers("hours_spread", day)
    intake, overtime = told.numbers("intake_spread", day), told.numbers("overtime", day)
    months = told.numbers("limits", day)
    if missing := [stage for stage in agency.stages if stage not in months]:
        raise AssumptionError(
            f"no time limit is stated for the stage '{missing[0]}'", where=told.where, do="add it to [limits]"
        )
    for name, value in (("absence", absence["mean"]), ("attrition", attrition["mean"])):
        if not 0 <= value < 1:
            raise AssumptionError(f"'{name}' is {value:g}", where=told.where, do="state a share from 0 to below 1")
    for stage in agency.stages:
        if months[stage] < 1 or months[stage] % 1:
            raise AssumptionError(
                f"the time limit of '{stage}' is {months[stage]:g} months", where=told.where, do="state whole months"
            )
    return Assumptions(
        told.number("hours_per_month", day),
        MeanAndSpread(absence["mean"], absence["sd"]),
        absence["monthly_sd"],
        MeanAndSpread(attrition["mean"], attrition["sd"]),
        learning["start"],
        learning["months"],
        learning["log_sd"],
        learning["other_stage"],
        learning["other_unit"],
        int(told.number("recruitment", day)),
        spread["unit"],
        spread["month"],
        intake["level"],
        intake["month"],
        overtime["most"],
        overtime["begins"],
        np.array([months[stage] for stage in agency.stages]),
    )


def prices(told: Parameters, day: date) -> Prices:
    """Return what things cost as of a day."""
    costs = told.numbers("costs", day)
    worked = told.number("hours_per_month", day) * (1 - told.numbers("absence", day)["mean"])
    return Prices(
        costs["caseworker_month"],
        costs["caseworker_month"] / worked,
        costs["training"],
        costs["move_stage"],
        costs["move_unit"],
        told.numbers("overtime", day)["price"],
        costs["waiting"],
        costs["late"],
    )


def limits(told: Parameters, day: date) -> Limits:
    """Return what a plan must keep as of a day."""
    stated = told.numbers("planning", day)
    return Limits(
        stated["training_limit"],
        stated["budget"],
        stated["move_share"],
        told.numbers("overtime", day)["most"],
        None,
        stated["tail"],
    )


def _past(agency: Agency, past: pd.DataFrame | None) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return past hours and output by month, unit and stage; None where no table tells both."""
    if past is None or not {"stage", "place", "output", "staff_hours"} <= set(past.columns):
        return None, None
    months = sorted(set(past["period"].astype(str)))
    found = []
    for name in ("staff_hours", "output"):
        cells = past.assign(value=pd.to_numeric(past[name]).astype(float)).pivot_table(
            index="period", columns=["place", "stage"], values="value", aggfunc="sum"
        )
        wanted = pd.MultiIndex.from_product([agency.units, agency.stages])
        grid = cells.reindex(index=months, columns=wanted).to_numpy(float)
        found.append(grid.reshape(len(months), *agency.staff.shape))
    return found[0], found[1]


STATED = caveat("Hours a case are the stated ones with their assumed spread: no past hours and output are given.")
UPDATED = caveat("Hours a case are updated by the hours worked and cases closed of past months.")
