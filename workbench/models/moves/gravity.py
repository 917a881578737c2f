"""How many move from each place to each other? A hierarchical gravity model: places differ in pull, push and reach.

A generalised linear mixed model, fitted by penalised quasi-likelihood with variances by expectation and maximisation;
its posterior is the normal one of that approximation.

References
----------
Breslow and Clayton (1993), Approximate inference in generalized linear mixed models. Journal of the American
Statistical Association 88(421).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from workbench.core.errors import ModelError
from workbench.models.moves.flows import FEATURES, Flows

GROUPS = ("push", "pull", "reach_of_origin", "reach_of_destination")
"""What places may differ in: how many leave, how many come, and how far those go, or come from."""
WIDE = 10.0
"""Prior standard deviation of an elasticity: the table decides."""
LEAST = 0.02
"""Smallest standard deviation of places: none at all would be a claim that a table cannot make."""
PARTS = 4
ROUNDS, CLOSE = 60, 1e-4
LARGEST = 25.0


@dataclass(frozen=True)
class GravityFit:
    """A fitted model of moves.

    Attributes
    ----------
    centre, covariance
        Normal posterior of the intercept, the elasticities of :data:`FEATURES`, and the effects of places by group.
    spread
        Standard deviation of places by group (:data:`GROUPS`).
    size
        Size of the negative binomial: how closely pairs follow the model.
    mutual
        How much of what a pair has beyond the model its reverse has too (0 none, 1 all).
    rounds
        Steps until it stood still.
    """

    flows: Flows
    centre: np.ndarray
    covariance: np.ndarray
    spread: np.ndarray
    size: float
    mutual: float
    known: np.ndarray
    rounds: int

    @property
    def elasticities(self) -> dict[str, tuple[float, float]]:
        """Estimate and standard error by feature."""
        found = slice(1, 1 + len(FEATURES))
        error = np.sqrt(np.diag(self.covariance)[found])
        return {name: (float(c), float(e)) for name, c, e in zip(FEATURES, self.centre[found], error, strict=True)}

    def expected(self) -> np.ndarray:
        """Return expected persons for every pair, known or not, with what the reverse of a pair tells."""
        plain = np.exp(np.clip(design(self.flows) @ self.centre, -LARGEST, LARGEST))
        return plain * mutual_factor(self.flows, plain, self.size, self.mutual, self.known)

    def draw(self, count: int, rng: np.random.Generator, rows: np.ndarray | None = None) -> np.ndarray:
        """Return persons who might move; axes (draw, pair), of the pairs named (all by default)."""
        rows = np.arange(len(self.flows)) if rows is None else rows
        root = np.linalg.cholesky(self.covariance + 1e-10 * np.eye(len(self.centre)))
        theta = self.centre + rng.standard_normal((count, len(self.centre))) @ root.T
        plain = np.exp(np.clip(design(self.flows)[rows] @ self.centre, -LARGEST, LARGEST))
        factor = (self.expected()[rows] / plain)[None, :]
        mean = np.exp(np.clip(theta @ design(self.flows)[rows].T, -LARGEST, LARGEST)) * factor
        return rng.poisson(mean * rng.gamma(self.size, 1 / self.size, mean.shape))


def design(flows: Flows) -> np.ndarray:
    """Return the design matrix: intercept, features, and an effect of each place in each group."""
    places = np.eye(len(flows.places))
    away, there = places[flows.origin], places[flows.destination]
    near = flows.nearness[:, None]
    return np.hstack([np.ones((len(flows), 1)), flows.features, away, there, away * near, there * near])


def fit(flows: Flows, known: np.ndarray | None = None) -> GravityFit:
    """Return the gravity model of the pairs that are known (a mask; all by default).

    Notes
    -----
    persons_ij ~ NegativeBinomial(mean μ_ij, size φ); log μ_ij = intercept + features_ij′β + push_i + pull_j +
    (reach_i + reach′_j) · nearness_ij, each group of places ~ Normal(0, τ). A pair's own surplus is shared with its
    reverse: μ_ij is multiplied by ((φ + n_ji) / (φ + μ_ji))^ρ.
    """
    here = np.ones(len(flows), dtype=bool) if known is None else known
    if here.sum() < 20 or flows.persons[here].sum() < 20:
        raise ModelError(
            "too few moves to learn from",
            why="a model of pairs needs at least 20 pairs and 20 persons",
            do="supply more places or years",
        )
    x, y = design(flows)[here], flows.persons[here]
    places, fixed = len(flows.places), 1 + len(FEATURES)
    tau, size = np.full(PARTS, 0.3), 2.0
    theta = np.zeros(x.shape[1])
    theta[0] = np.log(y.mean())
    covariance = np.eye(len(theta))
    rounds = 0
    while rounds < ROUNDS:
        rounds += 1
        penalty = np.concatenate([np.full(fixed, WIDE**-2.0), np.repeat(tau**-2.0, places)])
        before = theta
        for _ in range(2):  # the variances move too: no need to arrive before they do
            eta = np.clip(x @ theta, -LARGEST, LARGEST)
            mean = np.exp(eta)
            weight = mean / (1 + mean / size)
            working = eta + np.clip((y - mean) / mean, -5, 5)
            hessian = (x * weight[:, None]).T @ x + np.diag(penalty)
            new = np.linalg.solve(hessian, x.T @ (weight * working))
            step, theta = float(np.abs(new - theta).max()), new
            if step < CLOSE:
                break
        covariance = np.linalg.inv(hessian)
        own = np.diag(covariance)
        for group in range(PARTS):
            at = slice(fixed + group * places, fixed + (group + 1) * places)
            tau[group] = max(float(np.sqrt(np.mean(theta[at] ** 2 + own[at]))), LEAST)
        mean = np.exp(np.clip(x @ theta, -LARGEST, LARGEST))
        # The means follow the pairs they were fitted to, so that pairs lie nearer to them than others would.
        learnt = float(np.trace(covariance @ (hessian - np.diag(penalty))))
        size = best_size(y, mean) * (1 - learnt / len(y))
        if np.abs(theta - before).max() < 10 * CLOSE:
            break
    plain = np.exp(np.clip(design(flows) @ theta, -LARGEST, LARGEST))
    return GravityFit(flows, theta, covariance, tau.copy(), size, best_mutual(flows, plain, size, here), here, rounds)


def best_size(persons: np.ndarray, mean: np.ndarray) -> float:
    """Return the size of the negative binomial that makes the persons most likely, given their means."""

    def loss(log_size: float) -> float:
        return -float(log_likelihood(persons, mean, np.exp(log_size)).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 8.0), method="bounded").x))


def log_likelihood(persons: np.ndarray, mean: np.ndarray, size: float) -> np.ndarray:
    """Return the log probability of persons under a negative binomial of given mean and size."""
    found: np.ndarray = (
        gammaln(persons + size) - gammaln(size) - gammaln(persons + 1)
        + size * np.log(size / (size + mean)) + persons * np.log(mean / (size + mean))
    )  # fmt: skip
    return found


def mutual_factor(flows: Flows, mean: np.ndarray, size: float, mutual: float, known: np.ndarray) -> np.ndarray:
    """Return the factor on each pair's mean by what its reverse has beyond the model; one where that is unknown."""
    expected, persons = flows.matrix(mean), flows.matrix(flows.persons)
    there = flows.matrix(known.astype(float)) > 0
    back = (flows.destination, flows.origin)
    ratio = (size + persons[back]) / (size + expected[back])
    found: np.ndarray = np.where(there[back], ratio**mutual, 1.0)
    return found


def best_mutual(flows: Flows, mean: np.ndarray, size: float, known: np.ndarray) -> float:
    """Return how much of a pair's surplus its reverse shares, by the likelihood of the known pairs."""

    def loss(mutual: float) -> float:
        at = (mean * mutual_factor(flows, mean, size, mutual, known))[known]
        return -float(log_likelihood(flows.persons[known], at, size).sum())

    return float(minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded").x)
