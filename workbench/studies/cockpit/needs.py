"""What will newcomers need in each municipality? Draws of the settlement forecast times stated rates.

Needs add up: in every draw the municipalities' persons of an age are the country's, and a need is persons times a rate,
so that the sum over municipalities is the national forecast times the rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, nearest
from workbench.core.parameters import DatedValue, Parameters
from workbench.core.runs.provenance import RECORD, RunRecord, RunStore
from workbench.sources import files, localities

AGES, OLDER_SHARE, HOUSEHOLDS, RATES = "newcomer_ages", "newcomer_older", "newcomer_households", "newcomer_services"
OLDER = "56+"
SETTLEMENT = "settlement"
DWELLINGS = {"dwelling_1_2": (1, 2), "dwelling_3_4": (3, 4), "dwelling_5_more": (5, 99)}
"""Dwellings by the persons of the household that they are for."""
REPORTED = "service_places"


@dataclass(frozen=True)
class Assumed:
    """What one parameter of the locality states, with the day from which it holds and where it is from."""

    parameter: str
    description: str
    values: Mapping[str, float]
    start: str
    source: str


@dataclass(frozen=True)
class Needs:
    """What newcomers of one year need.

    Attributes
    ----------
    persons
        Newcomers by age: whole persons, dimensions draw, municipality, age.
    values
        Needs (draw, municipality, need): places, lists or dwellings; not rounded.
    labels
        Names of the needs in the order of ``values``.
    rates
        Persons' share that needs it, by need and age.
    reported
        Columns ``municipality, service, places``: what municipalities reported as free; may be empty.
    assumed
        Each assumption with its date and source; the values are taken as certain.
    run
        The settlement forecast that the needs are worked out from.
    given
        How the national total of the year is given, as :class:`~workbench.studies.settlement.SettlementResult` has it.
    """

    persons: Draws
    values: np.ndarray
    labels: tuple[str, ...]
    rates: Mapping[str, Mapping[str, float]]
    reported: pd.DataFrame
    assumed: tuple[Assumed, ...]
    run: RunRecord
    year: int
    names: Mapping[str, str]
    given: str = ""

    def place(self, name: str) -> str:
        """Return the code of a municipality by its code or name; an unknown one is refused with the nearest."""
        codes = self.persons.labels("municipality")
        if name in codes:
            return name
        found = [code for code in codes if self.names.get(code, "").casefold() == name.strip().casefold()]
        if len(found) == 1:
            return str(found[0])
        raise DataError(f"no municipality '{name}'", do=nearest(name, [self.names[code] for code in codes]))

    def summary(self, municipality: str | None = None) -> pd.DataFrame:
        """Return one row per need: median, 80 and 95 % interval and what was reported; of all places by default."""
        codes = self.persons.labels("municipality")
        if municipality is not None and municipality not in codes:
            raise DataError(f"the forecast has no municipality '{municipality}'", do="name one of its places")
        chosen = self.values.sum(axis=1) if municipality is None else self.values[:, codes.index(municipality)]
        ends = np.quantile(chosen, [0.5, 0.1, 0.9, 0.025, 0.975], axis=0)
        heads = ("median", "low80", "high80", "low95", "high95")
        table = pd.DataFrame(dict(zip(heads, ends, strict=True)))
        table.insert(0, "need", list(self.labels))
        free = self.reported
        if municipality is not None:
            free = free[free["municipality"] == municipality]
        table["reported"] = table["need"].map(free.groupby("service")["places"].sum().astype(float))
        return table


def needs(
    locality: str | Path = "norway",
    *,
    runs: str | Path | None = None,
    reported: str | Path | None = None,
    seed: int = 1,
) -> Needs:
    """Return what the newest saved settlement forecast of a locality's municipalities means in places and dwellings.

    Parameters
    ----------
    reported
        Own table (contract ``service_places``) of free places that municipalities reported.

    Raises
    ------
    DataError
        If no settlement forecast is saved, or the table is not valid.
    AssumptionError
        If the locality does not state the rates.
    """
    home = localities.load(locality)
    record, draws = _forecast(runs, set(home.places))
    first = min(draws.labels("year"))
    parameters = localities.parameters(home)
    day = date(first, 1, 1)
    shares, rates, houses, assumed = _assumptions(parameters, day)
    persons = by_age(draws.select(year=first).values.to_numpy(), shares, seed)
    codes = draws.labels("municipality")
    values, labels = _values(persons, list(shares), rates, houses)
    free = (
        files.read(reported, REPORTED, locality=home)
        if reported is not None
        else pd.DataFrame(columns=["municipality", "service", "places"])
    )
    unknown = sorted(set(free["service"]) - set(labels))
    if unknown:
        raise DataError(
            f"nothing is reckoned for the service '{unknown[0]}'", where=str(reported), do="known: " + ", ".join(labels)
        )
    return Needs(
        persons=Draws.from_array(persons, {"municipality": codes, "age": list(shares)}, "persons"),
        values=values,
        labels=labels,
        rates=rates,
        reported=free,
        assumed=assumed,
        run=record,
        year=first,
        names=home.names(),
        given=str(record.results.get("given", "")),
    )


def by_age(persons: np.ndarray, shares: Mapping[str, float], seed: int) -> np.ndarray:
    """Return newcomers by age, whole persons with axes (draw, municipality, age).

    Notes
    -----
    In each draw the country's persons are shared out over the ages by largest remainders, and then over municipalities
    at random without replacement (multivariate hypergeometric), so that both the sum over ages and the sum over
    municipalities hold exactly. Families come together, so a single municipality may differ more than this says.
    """
    rng = np.random.default_rng(seed)
    fractions = np.array(list(shares.values()))
    found = np.zeros((*persons.shape, len(fractions)), dtype=np.int64)
    for at, row in enumerate(persons):
        exact = row.sum() * fractions
        whole = np.floor(exact).astype(np.int64)
        left = int(row.sum() - whole.sum())
        whole[np.argsort(-(exact - whole), kind="stable")[:left]] += 1
        rest = row.astype(np.int64).copy()
        for age, count in enumerate(whole[:-1]):
            drawn = rng.multivariate_hypergeometric(rest, int(count), method="marginals")
            found[at, :, age] = drawn
            rest -= drawn
        found[at, :, -1] = rest
    return found


def _values(
    persons: np.ndarray, ages: list[str], rates: Mapping[str, Mapping[str, float]], houses: Mapping[int, float]
) -> tuple[np.ndarray, tuple[str, ...]]:
    weight = np.array([[rates[need].get(age, 0.0) for age in ages] for need in rates])
    services = persons @ weight.T
    mean = sum(size * share for size, share in houses.items()) / sum(houses.values())
    each = [
        sum(share for size, share in houses.items() if low <= size <= high) / sum(houses.values()) / mean
        for low, high in DWELLINGS.values()
    ]
    dwellings = persons.sum(axis=2)[:, :, None] * np.array(each)
    return np.concatenate([services, dwellings], axis=2), (*rates, *DWELLINGS)


def _assumptions(
    parameters: Parameters, day: date
) -> tuple[dict[str, float], dict[str, dict[str, float]], dict[int, float], tuple[Assumed, ...]]:
    known = {entry.name for entry in parameters}
    lacking = [name for name in (AGES, OLDER_SHARE, HOUSEHOLDS, RATES) if name not in known]
    if lacking:
        raise AssumptionError(
            f"nothing is assumed of '{lacking[0]}'",
            where=parameters.where,
            why="needs are newcomers times rates, and each rate has a date, a unit and a source",
            do="add it as the locality norway has it",
        )
    young, old = parameters.shares(AGES, day), parameters.number(OLDER_SHARE, day)
    if not 0 <= old <= 1:
        raise AssumptionError(f"'{OLDER_SHARE}' is {old:g}, not a share from 0 to 1", where=parameters.where)
    shares = {**{age: share * (1 - old) for age, share in young.items()}, OLDER: old}
    rates: dict[str, dict[str, float]] = {}
    for name, rate in parameters.numbers(RATES, day).items():
        need, _, age = name.partition("/")
        ages = list(shares) if age == "all" else [age]
        if (age != "all" and age not in shares) or not 0 <= rate <= 1:
            raise AssumptionError(
                f"'{RATES}' says {name} = {rate:g}",
                where=parameters.where,
                why="a rate is the share, 0 to 1, of persons of an age who need it",
                do="write need/age, the age one of " + ", ".join([*shares, "all"]),
            )
        rates.setdefault(need, {}).update(dict.fromkeys(ages, rate))
    houses = {int(size): share for size, share in parameters.numbers(HOUSEHOLDS, day).items()}
    told = []
    for name in (AGES, OLDER_SHARE, HOUSEHOLDS, RATES):
        held: DatedValue = parameters.entry(name).at(day)
        values = held.value if isinstance(held.value, Mapping) else {OLDER: held.value}
        stated = {str(key): float(value) for key, value in values.items()}
        told.append(Assumed(name, parameters.entry(name).description, stated, held.start.isoformat(), held.source))
    return shares, rates, houses, tuple(told)


def _forecast(runs: str | Path | None, places: set[str]) -> tuple[RunRecord, Draws]:
    """Return the newest saved settlement forecast whose areas are all places of the locality."""
    store = RunStore.at(runs)
    found = []
    for path in (store.root / SETTLEMENT).glob(f"*/{RECORD}"):
        try:
            found.append((store.read(path.parent), path.parent))
        except DataError:
            continue
    for record, folder in sorted(found, key=lambda pair: pair[0].created, reverse=True):
        try:
            draws = Draws.load(folder / "draws.nc")
        except (DataError, OSError):
            continue
        if set(draws.labels("municipality")) <= places:
            return record, draws
    raise DataError(
        "no settlement forecast is saved for these municipalities",
        where=str(store.root),
        why="needs are made of its draws",
        do="make one: workbench settlement forecast",
    )
