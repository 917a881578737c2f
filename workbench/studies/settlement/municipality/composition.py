"""How many children and adults, and how many dwellings, for so many newcomers? As draws, mostly from assumptions.

Only national sums of published ages are used, so that no small count of a municipality is behind any figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError
from workbench.core.geography.places import Locality
from workbench.core.runs.provenance import Source
from workbench.models.settlement.futures import whole_persons
from workbench.sources import localities

AGES, AGREEMENT, HOUSEHOLDS = "newcomer_ages", "newcomer_ages_agreement", "newcomer_households"
OLDER = "56+"
TABLE, MINORS = "settled_age_sex", "unaccompanied_minors"
STAGES = {
    "0-5": "kindergarten age (0 to 5)",
    "6-15": "primary and lower secondary school (6 to 15)",
    "16-19": "upper secondary school (16 to 19)",
    "20-55": "adults of 20 to 55: work, language courses",
    OLDER: "persons of 56 and over",
}


@dataclass(frozen=True)
class Composition:
    """Newcomers of one municipality and year by age and household.

    Attributes
    ----------
    ages
        Persons, dimensions draw, age (:data:`STAGES`); adds up to the persons forecast in every draw.
    households
        Households, dimensions draw, persons (of the household).
    older
        Published share of those of 56 and over among all settled, and of how many persons it is the share.
    minors
        Unaccompanied minors settled in the country by year; empty where none are published.
    """

    ages: Draws
    households: Draws
    older: tuple[float, int]
    minors: dict[int, int]
    assumed: tuple[str, ...]
    sources: tuple[Source, ...]


def compose(persons: np.ndarray, *, locality: str | Path, as_of: int, seed: int = 1) -> Composition | None:
    """Return ages and households of so many persons (by draw); None where the locality states no ages.

    Notes
    -----
    Ages ~ Multinomial(persons, p), p ~ Dirichlet(agreement · national shares); the share of those of 56 and over is
    drawn from the published national sums, the rest is shared out as the locality assumes. Households are drawn one by
    one until the persons are housed, the last one as small as is needed.
    """
    home = localities.load(locality, "settlement")
    if not (home.folder / "parameters.toml").exists():
        return None
    parameters = localities.parameters(home)
    if not {AGES, AGREEMENT, HOUSEHOLDS} <= {entry.name for entry in parameters}:
        return None
    day = date(as_of, 12, 31)
    young = dict(parameters.numbers(AGES, day))
    if abs(sum(young.values()) - 1) > 1e-6:
        raise AssumptionError(f"the shares of '{AGES}' add up to {sum(young.values()):g}", do="make them add up to 1")
    old, of = _older(home, as_of)
    rng = np.random.default_rng(seed)
    share = rng.beta(old * of + 1, (1 - old) * of + 1, len(persons)) if of else np.zeros(len(persons))
    centre = np.column_stack([*(value * (1 - share) for value in young.values()), share])
    agreement = parameters.number(AGREEMENT, day)
    gamma = rng.gamma(np.maximum(agreement * centre, 1e-6))
    chance = gamma / gamma.sum(axis=1, keepdims=True)
    ages = rng.multinomial(persons, chance)
    sizes = parameters.numbers(HOUSEHOLDS, day)
    households = _households(persons, {int(k): v for k, v in sizes.items()}, rng)
    labels = [*young, OLDER]
    sources = [localities.vintage(home, TABLE, localities.table(home, TABLE)).source] if TABLE in home.tables else []
    assumed = tuple(f"{parameters.entry(name).at(day).source}." for name in (AGES, AGREEMENT, HOUSEHOLDS))
    return Composition(
        ages=Draws.from_array(ages, {"age": labels}, "persons"),
        households=Draws.from_array(households, {"persons": sorted(int(k) for k in sizes)}, "households"),
        older=(old, of),
        minors=_minors(home, as_of),
        assumed=assumed,
        sources=tuple(sources),
    )


def by_month(persons: np.ndarray, seed: int = 1) -> np.ndarray:
    """Return the persons of a year spread evenly over its months: whole persons, axes (draw, month)."""
    rng = np.random.default_rng(seed)
    return whole_persons(np.repeat(persons[:, None] / 12.0, 12, axis=1), rng)


def _older(home: Locality, as_of: int) -> tuple[float, int]:
    """Return the published share of those of 56 and over, from national sums of all published cells, and their number.

    Cells that are withheld hold 1 to 4 persons each, and are left out of both sums.
    """
    if TABLE not in home.tables:
        return 0.0, 0
    table = localities.table(home, TABLE)
    table = table[table["year"] <= max(as_of, int(table["year"].min()))]
    table = table.assign(persons=table[["from_ukraine", "other"]].astype("Float64").sum(axis=1, min_count=1))
    sums = table.groupby("age_group")["persons"].sum()
    whole = int(sums.sum())
    return (float(sums.get(OLDER, 0)) / whole if whole else 0.0), whole


def _minors(home: Locality, as_of: int) -> dict[int, int]:
    if MINORS not in home.tables:
        return {}
    table = localities.table(home, MINORS)
    known: pd.Series = table[table["year"] <= as_of + 1].groupby("year")["persons"].sum()
    return {int(str(year)): int(persons) for year, persons in known.items()}


def _households(persons: np.ndarray, sizes: dict[int, float], rng: np.random.Generator) -> np.ndarray:
    """Return households by size (draw, size) that house exactly the persons of each draw."""
    order = sorted(sizes)
    chance = np.array([sizes[size] for size in order])
    mean = float(np.dot(order, chance / chance.sum()))
    found = np.zeros((len(persons), len(order)), dtype=np.int64)
    for at, wanted in enumerate(persons):
        count = int(np.ceil(wanted / mean * 1.5)) + 10
        drawn = rng.choice(order, size=count, p=chance / chance.sum())
        running = np.cumsum(drawn)
        full = int(np.searchsorted(running, wanted, side="right"))
        kept = drawn[:full]
        left = int(wanted - (running[full - 1] if full else 0))
        found[at] = np.bincount(np.searchsorted(order, kept), minlength=len(order))
        while left > 0:
            last = max(size for size in order if size <= left)
            found[at, order.index(last)] += 1
            left -= last
    return found
