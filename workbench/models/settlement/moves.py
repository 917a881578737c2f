"""Will newcomers stay where they were settled, and where do those go who leave?

A hazard of leaving by years since settlement, with a jump when the introduction period ends, and a gravity model of
where movers go. Plain numpy: the posterior is a weighted sample of the prior, so that one sees what the data changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, ModelError

YOUNG = 5
"""Years since settlement that the duration class "0-4" covers: 0, 1, 2, 3 and 4."""
HORIZONS = (1, 3, 5)
TRIED = 40_000
FEWEST_EFFECTIVE = 400.0
GRAVITY = ("population", "distance", "co_nationals")
PRIOR_MIDDLE = np.array([1.0, 0.5, 0.0])
"""Where the prior of each elasticity is centred, with a standard deviation of 1."""


@dataclass(frozen=True)
class MovePriors:
    """What is assumed about leaving before any data are seen: medians and spreads on the logit scale.

    Attributes
    ----------
    first_year
        Chance of leaving in each year of the introduction period, median.
    jump
        Factor on the odds in the year after the introduction period ends, median.
    fading
        Factor on the odds for every further year, median.
    introduction_years
        Whole years that the introduction period lasts.
    agreement
        How closely a year's published share follows the hazard: that of so many persons who move one by one. Low,
        because neighbouring years share their breaks of definition.
    """

    first_year: float = 0.04
    first_year_spread: float = 0.7
    jump: float = 2.5
    jump_spread: float = 0.4
    fading: float = 0.75
    fading_spread: float = 0.2
    introduction_years: int = 2
    agreement: float = 8.0

    def __post_init__(self) -> None:
        if (
            not 0 < self.first_year < 1
            or min(self.jump, self.fading, self.agreement) <= 0
            or self.introduction_years < 1
        ):
            raise AssumptionError(
                "the assumptions about moves are out of range",
                do="give a chance between 0 and 1, factors above 0, and at least one year of introduction",
            )


@dataclass(frozen=True)
class Hazard:
    """The chance of leaving by year since settlement: draws (draw, year 0 … 9), each as sampled and as assumed before.

    Attributes
    ----------
    effective
        How many independent draws the weighted sample is worth.
    """

    leaving: np.ndarray
    before: np.ndarray
    effective: float
    priors: MovePriors

    def retention(self) -> pd.DataFrame:
        """Return the share still in the first municipality after 1, 3 and 5 years: posterior and prior side by side.

        Columns years, median, low80, high80, low95, high95, prior_median, prior_low80, prior_high80, learnt: by how
        much the data narrowed the 80 % interval (0 not at all).
        """
        rows = []
        for years in HORIZONS:
            stay, assumed = (np.prod(1 - x[:, :years], axis=1) for x in (self.leaving, self.before))
            low80, high80, low95, high95 = np.quantile(stay, [0.1, 0.9, 0.025, 0.975])
            prior_low, prior_high = np.quantile(assumed, [0.1, 0.9])
            rows.append(
                {
                    "years": years,
                    "median": float(np.median(stay)),
                    "low80": low80,
                    "high80": high80,
                    "low95": low95,
                    "high95": high95,
                    "prior_median": float(np.median(assumed)),
                    "prior_low80": prior_low,
                    "prior_high80": prior_high,
                    "learnt": 1 - (high80 - low80) / (prior_high - prior_low),
                }
            )
        return pd.DataFrame(rows)


def draw_hazards(priors: MovePriors, count: int, rng: np.random.Generator, years: int = 10) -> np.ndarray:
    """Return hazards drawn from the prior; axes (draw, year since settlement)."""
    base = np.log(priors.first_year / (1 - priors.first_year)) + priors.first_year_spread * rng.standard_normal(count)
    jump = np.log(priors.jump) + priors.jump_spread * rng.standard_normal(count)
    fading = np.log(priors.fading) + priors.fading_spread * rng.standard_normal(count)
    age = np.arange(years)
    after = np.maximum(age - priors.introduction_years, 0)
    logit = base[:, None] + np.where(age >= priors.introduction_years, jump[:, None] + after * fading[:, None], 0.0)
    return expit(logit)


def moved_share(leaving: np.ndarray, cohorts: np.ndarray) -> np.ndarray:
    """Return which share of the class "0-4" has left its first municipality; axes (draw, stock year).

    Parameters
    ----------
    leaving
        Hazard, axes (draw, year since settlement).
    cohorts
        Persons settled by age of the cohort in whole years, axes (stock year, age 0 … 4). Within its current year a
        cohort is half-way.
    """
    stay = np.cumprod(1 - leaving[:, :YOUNG], axis=1)
    before = np.hstack([np.ones((len(stay), 1)), stay[:, :-1]])
    left = 1 - before * (1 - leaving[:, :YOUNG] / 2)
    return left @ (cohorts / cohorts.sum(axis=1, keepdims=True)).T


def fit_hazard(
    stock: pd.DataFrame, settled: Mapping[int, float], *, seed: int, priors: MovePriors | None = None, draws: int = 1000
) -> Hazard:
    """Return the hazard of leaving given the stock by duration class.

    Parameters
    ----------
    stock
        Columns year, moved_here_later, settled_here: persons of the class "0-4" in all municipalities, on 1 January.
    settled
        Persons settled in all by year.
    draws
        Draws kept.

    Notes
    -----
    The share that moved, of those whose first municipality is known, is beta-binomial about the model's share, with
    an agreement that allows for the breaks of this series. One share a year cannot tell the years since settlement
    apart: how retention at 1, 3 and 5 years differs comes from the prior, and :meth:`Hazard.retention` shows how
    little was learnt.
    """
    chosen = priors or MovePriors()
    rows = stock[[all(int(y) - 1 - a in settled for a in range(YOUNG)) for y in stock["year"]]]
    if rows.empty:
        raise ModelError(
            "no year of the stock has all its cohorts in the settlement table",
            why="the class 0-4 is made of five years of settlement",
            do="supply settlement for the five years before a year of the stock",
        )
    cohorts = np.array([[settled[int(year) - 1 - age] for age in range(YOUNG)] for year in rows["year"]])
    moved, stayed = (rows[name].to_numpy(float) for name in ("moved_here_later", "settled_here"))
    rng = np.random.default_rng(seed)
    tried = draw_hazards(chosen, TRIED, rng)
    share = np.clip(moved_share(tried, cohorts), 1e-6, 1 - 1e-6)
    # Only the agreement counts in the long run, not the thousands of persons, who do not move one by one.
    weight = np.zeros(TRIED)
    scale = chosen.agreement
    fraction = moved / (moved + stayed)
    for at in range(len(fraction)):
        a, b = scale * share[:, at], scale * (1 - share[:, at])
        weight += (a - 1) * np.log(fraction[at]) + (b - 1) * np.log(1 - fraction[at]) - betaln(a, b)
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    effective = float(1 / np.sum(weight**2))
    kept = rng.choice(TRIED, size=draws, p=weight)
    return Hazard(tried[kept], tried[:draws], effective, chosen)


@dataclass(frozen=True)
class Gravity:
    """Where movers go: weights by origin and destination follow from population, distance and co-nationals.

    Attributes
    ----------
    centre, covariance
        Elasticities in the order of :data:`GRAVITY`: estimate, and its covariance by the curvature of the likelihood.
    agreement
        Precision of the Dirichlet-multinomial: how closely destinations follow the model.
    carried
        Whether the elasticity of distance is carried over from elsewhere and not learnt here.
    """

    centre: np.ndarray
    covariance: np.ndarray
    agreement: float
    features: np.ndarray = field(repr=False)
    carried: bool = False

    def weights(self, elasticities: np.ndarray) -> np.ndarray:
        """Return for each origin the shares of the destinations (origin, destination); nobody moves to where one is."""
        return _weights(self.features, elasticities)

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return elasticities drawn from their normal approximation; axes (draw, elasticity)."""
        return rng.multivariate_normal(self.centre, self.covariance, count)


def gravity_features(population: np.ndarray, km: np.ndarray, co_nationals: np.ndarray) -> np.ndarray:
    """Return the features of every pair of places: axes (origin, destination, :data:`GRAVITY`)."""
    size = np.broadcast_to(np.log(population), km.shape)
    known = np.broadcast_to(np.log((co_nationals + 5) / population), km.shape)
    return np.stack([size - size.mean(), -np.log(km + 10.0), known - known.mean()], axis=2)


def _weights(features: np.ndarray, elasticities: np.ndarray) -> np.ndarray:
    raw = features @ elasticities
    np.fill_diagonal(raw, -np.inf)
    raw = np.exp(raw - raw.max(axis=1, keepdims=True))
    return raw / raw.sum(axis=1, keepdims=True)


def fit_gravity(
    features: np.ndarray, leavers: np.ndarray, arrived: np.ndarray, distance: tuple[float, float] | None = None
) -> Gravity:
    """Return where movers go, from how many left each place and how many had moved to each.

    Parameters
    ----------
    features
        See :func:`gravity_features`.
    leavers
        Persons that left each place, or a measure in proportion to it.
    arrived
        Persons in each place that had been settled elsewhere first.
    distance
        Elasticity of distance and its standard deviation, carried over from a table of moves by origin and destination.

    Notes
    -----
    Only the sums by destination are published, not who came from where. Such sums can tell a wrong elasticity of
    distance, and surely so: from Denmark's they give less than half of what its full table gives. Where one is carried
    over, it is therefore not updated: the others are learnt at its centre, and draws take it from its own normal.

    Elasticities have the prior Normal(1, 1) for population, Normal(0.5, 1) for distance and Normal(0, 1) for
    co-nationals.
    """
    if arrived.sum() <= 0 or leavers.sum() <= 0:
        raise DataError(
            "nobody moved", why="where movers go cannot be learnt from none", do="supply a table with moves"
        )
    away = leavers / leavers.sum()
    persons = np.rint(arrived)

    def loss(at: np.ndarray) -> float:
        if distance is not None:
            at = np.array([at[0], distance[0], at[1], at[2]])
        share = np.maximum(away @ _weights(features, at[:3]), 1e-12)
        size = np.exp(at[3])
        alpha = size * share
        fitted = gammaln(size) - gammaln(size + persons.sum()) + np.sum(gammaln(alpha + persons) - gammaln(alpha))
        return float(-fitted + 0.5 * np.sum((at[:3] - PRIOR_MIDDLE) ** 2) + 0.5 * ((at[3] - np.log(300)) / 2) ** 2)

    start = np.append(PRIOR_MIDDLE, np.log(300.0))
    found = minimize(
        loss,
        start if distance is None else start[[0, 2, 3]],
        method="Nelder-Mead",
        options={"xatol": 1e-3, "fatol": 1e-3},
    )
    if not found.success:
        raise ModelError(
            "where movers go could not be fitted", why=str(found.message), do="look for places with odd counts"
        )
    covariance = np.linalg.inv(_curvature(loss, found.x))
    if distance is not None:
        whole = np.zeros((3, 3))
        whole[np.ix_([0, 2], [0, 2])] = covariance[:2, :2]
        whole[1, 1] = distance[1] ** 2
        centre = np.array([found.x[0], distance[0], found.x[1]])
        return Gravity(centre, whole, float(np.exp(found.x[2])), features, carried=True)
    return Gravity(found.x[:3], covariance[:3, :3], float(np.exp(found.x[3])), features)


def _curvature(loss: object, at: np.ndarray, step: float = 0.02) -> np.ndarray:
    """Return the matrix of second differences of a function."""
    size = len(at)
    found = np.zeros((size, size))
    unit = step * np.eye(size)
    for i in range(size):
        for j in range(i, size):
            corners = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
            values = [a * b * loss(at + a * unit[i] + b * unit[j]) for a, b in corners]  # type: ignore[operator]
            found[i, j] = found[j, i] = sum(values) / (4 * step**2)
    return found


DISTINCT = 200
"""Elasticities drawn; further draws take them again, in order."""


def follow_cohort(settled: Draws, staying: Sequence[np.ndarray], gravity: Gravity, *, seed: int) -> tuple[Draws, Draws]:
    """Return who still lives where they were settled, and who lives in each place, at some times after.

    Parameters
    ----------
    settled
        Persons of one year, dimensions draw, municipality.
    staying
        Share still there at each of :data:`HORIZONS`, axes (draw, municipality); draws are repeated in order.

    Returns
    -------
    stayed, living
        Persons, dimensions draw, municipality, years (:data:`HORIZONS`). At each time ``living`` adds up to the persons
        settled, draw by draw. Movers move once.
    """
    rng = np.random.default_rng(seed)
    persons = settled.values.to_numpy()
    pick = np.arange(len(persons)) % len(staying[0])
    weights = [gravity.weights(one) for one in gravity.draw(min(DISTINCT, len(persons)), rng)]
    left, came = persons.copy(), np.zeros_like(persons)
    stayed, living = [], []
    before = np.ones_like(staying[0])
    for share in staying:
        # Of those who were still there, so many leave by now: shares only fall.
        go = 1 - np.clip(share / np.maximum(before, 1e-12), 0, 1)
        before = share
        gone = rng.binomial(left, go[pick])
        left = left - gone
        for at, row in enumerate(gone):
            total = int(row.sum())
            if total:  # the movers of all origins together: shares of destinations are those of the origins' movers
                mixed = row @ weights[at % len(weights)]
                came[at] += rng.multinomial(total, mixed / mixed.sum())
        stayed.append(left.copy())
        living.append(left + came)
    labels = {"municipality": settled.labels("municipality"), "years": list(HORIZONS)}
    return tuple(Draws.from_array(np.stack(x, axis=2), labels, settled.unit) for x in (stayed, living))  # type: ignore[return-value]
