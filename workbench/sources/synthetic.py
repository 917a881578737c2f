"""Synthetic households of a stated population, with known truth.

Households are not open data. These are drawn from a locality's dated parameters; everything shown from them says
*synthetic*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from workbench.core.contracts.checking import check
from workbench.core.errors import AssumptionError
from workbench.core.parameters import Parameters

LARGE = 5
ADULTS = {"single_adult": 1, "couple": 2, "single_parent": 1, "family": 2, "senior": 0}
WITH_CHILDREN = ("single_parent", "family")


@dataclass(frozen=True)
class SyntheticHouseholds:
    """Drawn households and the truth behind them.

    Attributes
    ----------
    households
        A ``households`` table (see :mod:`workbench.core.contracts`).
    truth
        For each household what the table does not say: its ``type`` and ``origin``.
    stated
        The population they were drawn from: parameter name to value.
    """

    households: pd.DataFrame
    truth: pd.DataFrame
    stated: Mapping[str, object]


def households(
    number: int, *, parameters: Parameters, origin_population: pd.DataFrame, day: date, seed: int
) -> SyntheticHouseholds:
    """Draw households of the population that the parameters state as of a day.

    Parameters
    ----------
    number
        Households to draw.
    parameters
        ``household_type``, ``children``, ``origin``, ``origin_languages``, ``need``, ``need_upper_secondary``, ``tie``
        and ``linked`` (see a locality's ``parameters.toml``).
    origin_population
        Persons by ``municipality``, ``year`` and ``origin``: ties are drawn in proportion to it, from the newest year
        before ``day``. Withheld cells count as none.
    day
        Day as of which parameters hold; households arrive in the 90 days before it.
    seed
        Same seed, same households.
    """
    if number < 1:
        raise AssumptionError(f"{number} households", do="ask for at least one")
    rng = np.random.default_rng([seed, number])
    types = _choose(rng, parameters.shares("household_type", day), number)
    origins = _choose(rng, parameters.shares("origin", day), number)
    if unknown := sorted(set(types) - set(ADULTS)):
        raise AssumptionError(
            f"unknown household type '{unknown[0]}'", do="known: " + ", ".join(ADULTS), where=parameters.where
        )
    parent = np.isin(types, WITH_CHILDREN)
    children = np.where(parent, _choose(rng, parameters.shares("children", day), number).astype(int), 0)
    adults = np.array([ADULTS[t] for t in types])
    needs = _needs(rng, parameters, day, parent)
    ties = _ties(rng, origins, parameters.number("tie", day), origin_population, day)
    names = np.array([f"H{i:0{len(str(number))}d}" for i in range(1, number + 1)])
    seniors = (types == "senior").astype(int)
    table = pd.DataFrame(
        {
            "household": names,
            "adults": adults,
            "children": children,
            "seniors": seniors,
            "languages": _languages(rng, origins, parameters.texts("origin_languages", day)),
            "needs": needs,
            "ties": ties,
            "group": _groups(adults + children + seniors, needs),
            "linked_with": _links(rng, names, parameters.number("linked", day)),
            "population": np.where(np.isin(origins, ("COD", "SDN")), "resettled", "asylum"),
            "arrived": (pd.Timestamp(day) - pd.to_timedelta(rng.integers(0, 90, number), unit="D")).strftime(
                "%Y-%m-%d"
            ),
        }
    )
    truth = pd.DataFrame({"household": names, "type": types, "origin": origins})
    stated = {name: parameters.entry(name).at(day).value for name in STATED}
    return SyntheticHouseholds(check(table, "households", where="synthetic households"), truth, stated)


STATED = ("household_type", "children", "origin", "need", "need_upper_secondary", "tie", "linked")


def _choose(rng: np.random.Generator, shares: Mapping[str, float], number: int) -> np.ndarray:
    names = np.array(list(shares))
    return names[rng.choice(len(names), size=number, p=np.array(list(shares.values())))]


def _needs(rng: np.random.Generator, parameters: Parameters, day: date, parent: np.ndarray) -> np.ndarray:
    drawn = {need: rng.random(len(parent)) < p for need, p in parameters.numbers("need", day).items()}
    secondary = rng.random(len(parent)) < parameters.number("need_upper_secondary", day)
    drawn["upper_secondary"] = secondary & parent
    return np.array([";".join(need for need in drawn if drawn[need][i]) for i in range(len(parent))])


def _ties(
    rng: np.random.Generator, origins: np.ndarray, share: float, population: pd.DataFrame, day: date
) -> np.ndarray:
    years = population.loc[population["year"] < day.year, "year"]
    year = years.max() if len(years) else population["year"].min()
    counts = population[population["year"].eq(year)].pivot_table(
        index="origin", columns="municipality", values="persons", aggfunc="sum", fill_value=0
    )
    ties = np.full(len(origins), "", dtype=object)
    chosen = rng.random(len(origins)) < share
    for origin in np.unique(origins):
        here = np.flatnonzero(chosen & (origins == origin))
        if origin in counts.index and counts.loc[origin].sum() > 0:
            weight = counts.loc[origin].to_numpy(dtype=float)
            ties[here] = rng.choice(counts.columns.to_numpy(), size=len(here), p=weight / weight.sum())
    return ties


def _languages(rng: np.random.Generator, origins: np.ndarray, spoken: Mapping[str, str]) -> list[str]:
    further = rng.random((len(origins), 4)) < 0.25
    result = []
    for origin, extra in zip(origins, further, strict=True):
        first, *rest = spoken.get(origin, "").split(";")
        result.append(";".join([first, *(code for code, has in zip(rest, extra, strict=False) if has)]))
    return result


def _groups(sizes: np.ndarray, needs: np.ndarray) -> np.ndarray:
    care = np.array([any(n in cell for n in ("health", "rehabilitation", "step_free")) for cell in needs])
    by_size = np.select([sizes == 1, sizes >= LARGE], ["one person", "five persons or more"], "two to four persons")
    return np.where(care, "with health or mobility needs", by_size)


def _links(rng: np.random.Generator, names: np.ndarray, share: float) -> np.ndarray:
    linked = rng.random(len(names)) < share
    linked[0] = False
    before = np.roll(names, 1)
    return np.where(linked, before, "")
