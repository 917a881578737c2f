"""What a small-area model sees: counts of persons by area and year, and which areas are alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.errors import ModelError
from workbench.core.runs.provenance import digest


@dataclass(frozen=True)
class SmallAreaPanel:
    """Counts by area and year.

    Parameters
    ----------
    areas, years
        Labels; years are whole and follow each other.
    events, persons
        Persons of whom the thing is true, and persons in all; axes (area, year). A cell that is not known holds 0 and
        0 persons, and tells nothing.
    size
        Population or another size by area; its logarithm, standardised, is the one number by which areas are alike.
    groups
        By name (centrality, county …) the group of each area.
    """

    areas: tuple[str, ...]
    years: tuple[int, ...]
    events: np.ndarray
    persons: np.ndarray
    size: np.ndarray
    groups: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        shape = (len(self.areas), len(self.years))
        if self.events.shape != shape or self.persons.shape != shape or self.size.shape != shape[:1]:
            raise ModelError(
                f"counts of the shape {self.events.shape} do not fit {shape[0]} areas and {shape[1]} years"
            )
        if shape[0] < 3:
            raise ModelError(
                f"{shape[0]} areas are too few to learn from each other",
                why="how far areas differ is learnt from the areas",
                do="show the raw rates, or bring at least three areas",
            )
        if list(self.years) != list(range(self.years[0], self.years[-1] + 1)):
            raise ModelError("the years of a small-area panel do not follow each other", do="leave none out")
        if np.any(self.events < 0) or np.any(self.events > self.persons):
            raise ModelError("an area has more events than persons", why="a share cannot exceed one")

    @property
    def fingerprint(self) -> str:
        """A SHA-256 over all that the panel holds."""
        numbers = [np.asarray(values, dtype=float).tolist() for values in (self.events, self.persons, self.size)]
        return digest([self.areas, self.years, numbers, {name: list(g) for name, g in self.groups.items()}])

    @property
    def log_size(self) -> np.ndarray:
        """The logarithm of the size, with mean 0 and standard deviation 1."""
        logged = np.log(np.maximum(self.size, 1.0))
        spread = logged.std()
        standard: np.ndarray = (logged - logged.mean()) / (spread if spread > 0 else 1.0)
        return standard

    def until(self, year: int) -> SmallAreaPanel:
        """Return the panel up to a year; what is later is dropped unseen."""
        keep = [at for at, label in enumerate(self.years) if label <= year]
        if not keep:
            raise ModelError(f"the panel has no year up to {year}", do=f"its first is {self.years[0]}")
        return replace(
            self, years=tuple(self.years[at] for at in keep), events=self.events[:, keep], persons=self.persons[:, keep]
        )

    def raw(self) -> np.ndarray:
        """Return raw rates (area, year); NaN where there are no persons."""
        with np.errstate(invalid="ignore", divide="ignore"):
            rates: np.ndarray = np.where(self.persons > 0, self.events / self.persons, np.nan)
        return rates

    def peers_mean(self, group: str) -> np.ndarray:
        """Return the rate of all persons of an area's group (area, year), the area's own among them."""
        labels = np.array(self.groups[group])
        found = np.full(self.events.shape, np.nan)
        for label in np.unique(labels):
            mine = labels == label
            persons = self.persons[mine].sum(axis=0)
            found[mine] = np.where(persons > 0, self.events[mine].sum(axis=0) / np.maximum(persons, 1), np.nan)
        return found
