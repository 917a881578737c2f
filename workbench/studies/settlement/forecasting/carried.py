"""Where will newcomers live in a country that publishes no settled persons? Carried over from another one, and said so.

Each municipality takes after a municipality of like size in the other country: what that one received there, as a
multiple of its share of the population, year by year. Nothing else is known without a table.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import DataError, ModelError
from workbench.core.geography.places import Locality
from workbench.core.runs.provenance import caveat
from workbench.models.settlement.futures import UNIT, whole_persons
from workbench.sources import localities
from workbench.studies.settlement.table.data import Observed, positions_of, read_settlement

DONOR = "norway"
YEAR = "municipality_population_year"
PLACES = "municipalities"
DRAWS = 2000
BAND = 0.25
"""Municipalities of like size: standard deviation on the log scale of population."""
CAVEAT = caveat(
    "Carried over, not learnt: the country's own table of settled persons is not in the data. Give one and the "
    "forecast "
    "is the country's own."
)
LIST = (
    "Estimated from the country's own figures: nothing but the population of its municipalities.",
    "Carried over from Norway, 2012 to its last whole year: by how much municipalities of like size receive more or "
    "less "
    "than their share of the population, how that changes from year to year, and how often they receive nobody.",
    "Assumed: municipalities of this country differ as those of like size in Norway do, which are asked by the state "
    "and "
    "decide themselves; own housing, labour market and agreements of this country play no part; a municipality's own "
    "past "
    "is not known, so every municipality of a size has the same expectation per inhabitant.",
)


def observe(home: Locality) -> Observed:
    """Return what is known of a locality without settled persons: its municipalities and their population."""
    table = localities.table(home, PLACES) if PLACES in home.tables else pd.DataFrame()
    if "population" not in table:
        raise DataError(
            f"the locality '{home.id}' has neither settled persons nor a population of its municipalities",
            why="without the one, the other is all that a forecast can start from",
            do="add a table 'settlement', or the column 'population' to its municipalities",
        )
    parameters = localities.parameters(home)
    year = int(parameters.number(YEAR, date.max)) if YEAR in {p.name for p in parameters} else date.today().year - 1
    population = table[["municipality", "population"]].rename(columns={"population": "total"}).assign(year=year)
    donor = read_settlement(locality=DONOR)
    empty = pd.DataFrame(
        {
            "municipality": table["municipality"].astype(str),
            "year": year,
            "settled": np.nan,
            "requested": np.nan,
            "accepted": np.nan,
        }
    )
    return Observed(
        settlement=empty,
        population=population,
        fixed=pd.DataFrame(),
        stock=None,
        vintages=(localities.vintage(home, PLACES, table), *donor.vintages[:2]),
        names=home.names(),
        parents=home.parents(),
        positions=positions_of(home),
        notes=LIST,
        plugins=(home.plugin,),
        starts=year,
    )


def simulate(observed: Observed, totals: np.ndarray, as_of: int, *, seed: int, draws: int = DRAWS) -> Draws:
    """Return persons by municipality and year that add up to the totals, draw by draw.

    Parameters
    ----------
    totals
        Axes (draw, year), repeated in order.

    Notes
    -----
    Each draw takes a run of successive years of the other country. Each municipality takes one of like size there (by
    chance, with normal weights on log population) and its multiples in these years; further years start over.
    """
    if observed.population is None:
        raise ModelError("no population to start from", do="add it to the locality's municipalities")
    donor = read_settlement(locality=DONOR)
    panel = donor.panel(donor.last_whole, ahead=0)
    multiple = (panel.persons / panel.totals[:, None]) / (
        panel.population / panel.population.sum(axis=1, keepdims=True)
    )
    people = observed.population.set_index("municipality")["total"].astype(float)
    codes = sorted(map(str, people.index))
    size = people.reindex(codes).to_numpy()
    away = (np.log(size)[:, None] - np.log(panel.population[-1])[None, :]) / BAND
    # A place larger than every one there takes after the largest, one smaller than every one after the smallest.
    weight = np.exp(-0.5 * (away**2 - (away**2).min(axis=1, keepdims=True)))
    running = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    count = -(-max(draws, len(totals)) // len(totals)) * len(totals)
    rng = np.random.default_rng(seed)
    future = np.empty((count, len(codes), totals.shape[1]), dtype=np.int64)
    like = np.stack([np.searchsorted(row, rng.random(count)) for row in running], axis=1).clip(0, len(running[0]) - 1)
    start = rng.integers(0, len(multiple), count)
    for ahead in range(totals.shape[1]):
        drawn = multiple[(start + ahead) % len(multiple)][np.arange(count)[:, None], like] * size
        empty = drawn.sum(axis=1) <= 0
        drawn[empty] = size
        share = drawn / drawn.sum(axis=1, keepdims=True)
        future[:, :, ahead] = whole_persons(share * totals[np.arange(count) % len(totals), ahead, None], rng)
    years = list(range(as_of + 1, as_of + 1 + totals.shape[1]))
    return Draws.from_array(future, {"municipality": codes, "year": years}, UNIT)
