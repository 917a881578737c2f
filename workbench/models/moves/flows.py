"""Moves between places as pairs with their features: sizes, distance, places in between, same county."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.core.errors import DataError

FEATURES = (
    "size_of_origin",
    "size_of_destination",
    "nearness",
    "beyond_near",
    "beyond_middle",
    "between",
    "same_county",
)
NEAR, MIDDLE = 40.0, 150.0
"""Distances (km) at which the decay with distance may bend."""
OFFSET = 5.0
"""Kilometres added to every distance: moves inside a town are not of no length."""


@dataclass(frozen=True)
class Flows:
    """Persons who moved, by ordered pair of different places.

    Attributes
    ----------
    places
        Codes of the places.
    origin, destination
        Index of the places of each pair.
    persons
        Persons who moved, by pair.
    features
        Axes (pair, :data:`FEATURES`); logarithms, centred.
    nearness
        Minus log distance of each pair, centred: what the slopes of single places multiply.
    population, km, between
        Persons by place; kilometres and persons nearer to the origin than the destination is (place, place).
    """

    places: tuple[str, ...]
    origin: np.ndarray
    destination: np.ndarray
    persons: np.ndarray
    features: np.ndarray
    nearness: np.ndarray
    population: np.ndarray
    km: np.ndarray
    between: np.ndarray

    def __len__(self) -> int:
        return len(self.persons)

    def matrix(self, values: np.ndarray) -> np.ndarray:
        """Return values of pairs as a matrix (origin, destination) with zeros on the diagonal."""
        found = np.zeros((len(self.places), len(self.places)))
        found[self.origin, self.destination] = values
        return found


def flows(
    places: tuple[str, ...], population: np.ndarray, km: np.ndarray, moved: np.ndarray, counties: tuple[str, ...]
) -> Flows:
    """Return all ordered pairs of places with their features.

    Parameters
    ----------
    population
        Persons by place, at least one each.
    km, moved
        Distances, and persons who moved (origin, destination).
    counties
        County of each place; empty where none is known.
    """
    if len(places) < 3:
        raise DataError("moves between fewer than three places", why="there is no choice to learn from")
    if not (population > 0).all():
        lacking = [code for code, persons in zip(places, population, strict=True) if not persons > 0]
        raise DataError(
            f"no population for {', '.join(lacking[:5])}",
            why="moves grow with the size of both places",
            do="add it to the locality's table of places",
        )
    between = people_between(population, km)
    origin, destination = np.nonzero(~np.eye(len(places), dtype=bool))
    distance = np.log(km[origin, destination] + OFFSET)
    size = np.log(population)
    same = np.array([[a == b and a != "" for b in counties] for a in counties], dtype=float)
    columns = np.stack(
        [
            size[origin],
            size[destination],
            -distance,
            -np.maximum(distance - np.log(NEAR + OFFSET), 0.0),
            -np.maximum(distance - np.log(MIDDLE + OFFSET), 0.0),
            -np.log(between[origin, destination] + population[origin] + population[destination]),
            same[origin, destination],
        ],
        axis=1,
    )
    columns = columns - columns.mean(axis=0)
    persons = moved[origin, destination].astype(float)
    return Flows(places, origin, destination, persons, columns, columns[:, 2], population, km, between)


def people_between(population: np.ndarray, km: np.ndarray) -> np.ndarray:
    """Return the persons who live nearer to each origin than each destination does; axes (origin, destination).

    The origin's and the destination's own persons do not count (Simini et al. 2012).
    """
    order = np.argsort(km, axis=1, kind="stable")
    found = np.zeros_like(km, dtype=float)
    for at, row in enumerate(order):
        row = row[row != at]
        passed = np.cumsum(population[row]) - population[row]
        found[at, row] = passed
    return found
