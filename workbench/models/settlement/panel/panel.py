"""What is known of every municipality and year: persons settled, quotas, population, covariates; all of it dated."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from workbench.core.dates.rhythm import Rhythm
from workbench.core.errors import DataError, Fault, ModelError
from workbench.core.runs.provenance import digest

WITHHELD_LOW, WITHHELD_HIGH = 1, 4
"""A count that is marked as withheld lies between these (persons)."""
STAND_IN = 2.0
"""What stands for a withheld count where one number is needed: the geometric middle of 1 and 4."""
FEWEST_YEARS = 2
SIZES = (
    ("under 3,000", 0, 3_000),
    ("3,000 to 9,999", 3_000, 10_000),
    ("10,000 to 29,999", 10_000, 30_000),
    ("30,000 and over", 30_000, None),
)
"""Size classes of municipalities by population: name, from, below."""


@dataclass(frozen=True)
class SettlementPanel:
    """Persons settled by year and municipality, with what the municipalities were asked and accepted.

    Arrays have the axes year, municipality and are in persons; NaN = not known.

    Attributes
    ----------
    persons
        Persons settled; a withheld count holds :data:`STAND_IN`, an empty one 0.
    low, high
        Between which counts the true one lies: equal where it was published, 1 to 4 where it was marked as withheld,
        0 to 4 where the cell is empty, 0 where the municipality has no row (none asked).
    accepted, requested
        What the municipality accepted and was asked for, final numbers of the year.
    population
        Persons on 1 January; ones where no population is given.
    covariates
        By name, one value for each municipality; known at the panel's last year.
    ended
        Municipalities that are known to be no more: nobody is settled there.
    rhythm
        What a period of ``years`` is.
    """

    municipalities: tuple[str, ...]
    years: tuple[int, ...]
    persons: np.ndarray
    low: np.ndarray
    high: np.ndarray
    accepted: np.ndarray
    requested: np.ndarray
    population: np.ndarray
    covariates: Mapping[str, np.ndarray]
    ended: tuple[str, ...] = ()
    rhythm: Rhythm = field(default_factory=Rhythm)

    @classmethod
    def from_tables(
        cls,
        settlement: pd.DataFrame,
        population: pd.DataFrame | None = None,
        covariates: pd.DataFrame | None = None,
        ended: Collection[str] = (),
        rhythm: Rhythm | None = None,
    ) -> SettlementPanel:
        """Return the panel of checked tables.

        Parameters
        ----------
        settlement
            Columns ``municipality, year, settled`` and, if there are quotas, ``requested, accepted``; ``any_withheld``
            marks rows with small counts withheld by the publisher.
        population
            Columns ``municipality, year, total``; its municipalities are those of the panel.
        covariates
            Index municipality, one column each, standardised here; an empty cell counts as the mean.
        ended
            Municipalities that are no more.
        rhythm
            What a period of ``year`` is; a year by default.

        Raises
        ------
        DataError, ModelError
            If municipalities lack a population, or there are too few years or municipalities to learn from.
        """
        rhythm = rhythm or Rhythm()
        years = tuple(range(int(settlement["year"].min()), int(settlement["year"].max()) + 1))
        places = tuple(sorted(set(settlement["municipality"].astype(str)) | _places(population)))
        if len(places) < 2:
            raise ModelError("one municipality has no shares", do="supply at least two")
        gaps = sorted(set(years) - set(settlement["year"].astype(int)))
        if gaps:
            raise DataError(
                f"no municipality has a row in {', '.join(map(rhythm.label, gaps))}",
                why=f"a {rhythm.name} without rows would count as one in which nobody was settled",
                do=f"supply the {rhythm.name}, or only the {rhythm.name}s after it",
            )
        rows = settlement.assign(municipality=settlement["municipality"].astype(str), there=1.0)

        def wide(column: str) -> np.ndarray:
            if column not in rows:
                return np.full((len(years), len(places)), np.nan)
            cells = rows.pivot(index="year", columns="municipality", values=column)
            found = cells.reindex(index=list(years), columns=list(places))
            return found.astype("Float64").to_numpy(dtype=float, na_value=np.nan)

        settled, there = wide("settled"), np.nan_to_num(wide("there")) > 0
        marked = np.nan_to_num(wide("any_withheld")) > 0
        hidden = np.isnan(settled)
        persons = np.where(hidden, np.where(marked, STAND_IN, 0.0), np.nan_to_num(settled))
        empty = persons.sum(axis=1) <= 0
        empty[-1] = False  # the last year may be still to come, with its quotas
        if empty.any():
            raise DataError(
                f"nobody was settled in {', '.join(rhythm.label(y) for y, e in zip(years, empty, strict=True) if e)}",
                why="shares of nothing say nothing",
                do=f"supply the {rhythm.name}'s figures, or leave the {rhythm.name} and those before it out",
            )
        return cls(
            municipalities=places,
            years=years,
            persons=persons,
            low=np.where(hidden, np.where(marked, WITHHELD_LOW, 0), np.floor(np.nan_to_num(settled))),
            high=np.where(hidden, np.where(there, WITHHELD_HIGH, 0), np.ceil(np.nan_to_num(settled))),
            accepted=wide("accepted"),
            requested=wide("requested"),
            population=_population(population, places, years),
            covariates=_standardised(covariates, places),
            ended=tuple(sorted(set(ended) & set(places))),
            rhythm=rhythm,
        )

    def until(self, year: int) -> SettlementPanel:
        """Return what was settled up to a year; later rows are dropped unseen."""
        label = self.rhythm.label
        if year not in self.years or self.years.index(year) + 1 < FEWEST_YEARS:
            raise ModelError(
                f"cannot learn from the {self.rhythm.name}s up to {label(year)}",
                why=f"the table covers {label(self.years[0])} to {label(self.years[-1])} and at least {FEWEST_YEARS} "
                "are needed",
                do=f"choose a later {self.rhythm.name}, or supply earlier ones",
            )
        return self._first(self.years.index(year) + 1)

    def _first(self, count: int) -> SettlementPanel:
        names = ("persons", "low", "high", "accepted", "requested", "population")
        return replace(self, years=self.years[:count], **{name: getattr(self, name)[:count] for name in names})

    @property
    def totals(self) -> np.ndarray:
        """Persons settled in all municipalities, by year; stand-ins included."""
        return self.persons.sum(axis=1)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything in the panel."""
        arrays = [self.persons, self.low, self.high, self.accepted, self.requested, self.population]
        named = [[name, values.round(9).tolist()] for name, values in sorted(self.covariates.items())]
        held = [self.municipalities, self.years, [np.nan_to_num(a, nan=-1.0).tolist() for a in arrays], named]
        return digest([*held, self.ended] if self.ended else held)

    @property
    def gone(self) -> np.ndarray:
        """Whether each municipality is known to be no more."""
        return np.isin(np.array(self.municipalities), self.ended)


def size_class(population: np.ndarray) -> np.ndarray:
    """Return the number of the size class of each municipality; -1 for all where no population is known."""
    if (population == 1).all():
        return np.full(len(population), -1)
    return np.digitize(population, [low for _, low, _ in SIZES[1:]])


def _places(population: pd.DataFrame | None) -> set[str]:
    return set() if population is None else set(population["municipality"].astype(str))


def _population(table: pd.DataFrame | None, places: tuple[str, ...], years: tuple[int, ...]) -> np.ndarray:
    """Return persons on 1 January (year, municipality); the newest known year stands for later ones."""
    if table is None:
        return np.ones((len(years), len(places)))
    wide = table.pivot(index="year", columns="municipality", values="total").reindex(columns=list(places)).astype(float)
    found = wide.reindex(range(min(int(wide.index.min()), years[0]), years[-1] + 1)).ffill().bfill().loc[list(years)]
    lacking = [place for place in places if not (found[place] > 0).all()]
    if lacking:
        raise DataError(
            f"{len(lacking)} municipalities of the settlement table have no population",
            why="shares are compared with shares of the population",
            do="add them to the table of population, or take them out",
            faults=[Fault("no population", column="municipality", value=place) for place in lacking],
        )
    return found.to_numpy()


def _standardised(table: pd.DataFrame | None, places: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return covariates with mean 0 and standard deviation 1; a constant one says nothing and is left out."""
    if table is None:
        return {}
    aligned = table.astype(float).reindex(list(places))
    found = {}
    for name in aligned.columns:
        values = aligned[name]
        if values.notna().sum() > 1 and float(values.std(ddof=0)) > 0:
            found[str(name)] = ((values - values.mean()) / values.std(ddof=0)).fillna(0.0).to_numpy()
    return found
