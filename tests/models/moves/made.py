"""Made-up moves with known elasticities."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workbench.models.moves.flows import FEATURES, Flows, flows
from workbench.models.moves.gravity import design

TRUE = {"size_of_origin": 0.9, "size_of_destination": 1.1, "nearness": 1.5, "same_county": 0.4}


def made_up(
    places: int = 24, seed: int = 1, spread: float = 0.3, size: float = 6.0, truth: Mapping[str, float] = TRUE
) -> tuple[Flows, np.ndarray]:
    """Return moves and the coefficients, in the order of the design, that made them."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 300, (places, 2))
    km = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    people = np.exp(rng.normal(9.5, 0.8, places))
    counties = tuple("ABCD"[int(x > 150) + 2 * int(y > 150)] for x, y in at)
    plain = flows(tuple(map(str, range(places))), people, km, np.zeros((places, places)), counties)
    beta = np.array([truth.get(name, 0.0) for name in FEATURES])
    theta = np.concatenate([[2.5], beta, rng.normal(0, spread, 4 * places)])
    mean = np.exp(design(plain) @ theta)
    persons = rng.poisson(mean * rng.gamma(size, 1 / size, len(mean)))
    return flows(plain.places, people, km, plain.matrix(persons), counties), theta
