"""What could be true of an agency, and come to it? Draws of its parameters: priors, updated where there is data.

Notes
-----
Hours a case are log-normal around the stated ones, a factor for each team (unit × stage). A month of past work says
log(hours worked / cases closed) = log(stated mean) + log factor + e, so the factor's posterior is normal and exact.
Ways on are Dirichlet: counts seen plus one half of the ways that are possible (Jeffreys).
Absence, attrition, the learning curve and the intake keep their priors: nothing shipped says more of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.core.errors import AssumptionError
from workbench.models.agency.structure import Agency, Assumptions


@dataclass(frozen=True, eq=False)
class Uncertain:
    """Draws of what is not known. Axes: S draw, T month, U unit, K stage, C case type, J stage or outcome.

    Parameters
    ----------
    hours
        Hours a case takes, (S, U, K, C).
    shares
        Shares of the ways on, (S, K, C, J).
    presence
        Share of paid hours worked on cases, (S, T).
    attrition
        Share of caseworkers who leave in a month, (S,).
    learning
        Months until most of a newcomer's gap has closed, (S,).
    intake
        New cases, whole, (S, T, U, C).
    """

    hours: np.ndarray
    shares: np.ndarray
    presence: np.ndarray
    attrition: np.ndarray
    learning: np.ndarray
    intake: np.ndarray

    @property
    def size(self) -> int:
        """The number of draws."""
        return len(self.attrition)

    @property
    def months(self) -> int:
        """The number of months ahead."""
        return self.presence.shape[1]

    def only(self, chosen: np.ndarray) -> Uncertain:
        """Return the chosen draws, in that order."""
        return Uncertain(**{name: values[chosen] for name, values in vars(self).items()})

    def mean(self) -> Uncertain:
        """Return one draw in which everything has its mean: what a deterministic plan believes."""
        return Uncertain(**{name: values.mean(axis=0, keepdims=True) for name, values in vars(self).items()})


def factors(agency: Agency, assumed: Assumptions, worked: np.ndarray, closed: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return mean and standard deviation of the log factor of each team's hours, axes (U, K).

    Parameters
    ----------
    worked, closed
        Hours worked and cases closed in past months, axes (month, U, K); NaN or zero = not known.
    """
    mix = flows(agency.shares, agency.intake, len(agency.stages))
    stated = (mix * agency.hours).sum(-1) / np.maximum(mix.sum(-1), 1e-12)
    known = (worked > 0) & (closed > 0)
    ratio = np.log(np.where(known, worked, 1.0)) - np.log(np.where(known, closed, 1.0))
    excess = np.where(known, ratio - np.log(np.maximum(stated, 1e-12)), 0.0)
    months = known.sum(axis=0)
    prior, noise = assumed.hours_unit_sd**-2, max(assumed.hours_month_sd, 1e-6) ** -2
    precision = prior + noise * months
    return noise * excess.sum(axis=0) / precision, precision**-0.5


def flows(shares: np.ndarray, intake: np.ndarray, stages: int) -> np.ndarray:
    """Return cases a month that pass each stage if nothing piles up, axes (U, K, C): what makes up a team's mix.

    Parameters
    ----------
    shares
        Ways on, axes (K, C, J).
    intake
        New cases a month, axes (U, C).
    """
    found = np.zeros((intake.shape[0], stages, intake.shape[1]))
    for c in range(intake.shape[1]):
        start = np.zeros((stages, intake.shape[0]))
        start[0] = intake[:, c]
        found[:, :, c] = np.linalg.solve(np.eye(stages) - shares[:, c, :stages].T, start).T
    return found


def drawn(
    agency: Agency,
    assumed: Assumptions,
    *,
    months: int,
    size: int,
    seed: int,
    worked: np.ndarray | None = None,
    closed: np.ndarray | None = None,
    intake: np.ndarray | None = None,
) -> Uncertain:
    """Return draws of everything that is not known.

    Parameters
    ----------
    months, size
        Months ahead and number of draws.
    worked, closed
        Past hours and output of each team, axes (month, U, K), if there are any.
    intake
        Whole agency's new cases ahead, whole, axes (draw, month), e.g. of an inflow forecast: draw by draw the same
        ones, in turn. None: the stated intake with its assumed spread.
    """
    if months < 1 or size < 1:
        raise AssumptionError(f"{size} draws of {months} months", do="ask for at least one of each")
    streams = [np.random.default_rng([seed, part]) for part in range(6)]
    nothing = np.full((1, *agency.staff.shape), np.nan)
    mean, sd = factors(agency, assumed, nothing if worked is None else worked, nothing if closed is None else closed)
    factor = np.exp(mean + sd * streams[0].standard_normal((size, *agency.staff.shape)))
    shape = np.where(agency.ways > 0, agency.ways + 0.5, 0.0)
    gamma = streams[1].standard_gamma(shape, (size, *shape.shape))
    gamma = np.where(shape > 0, np.maximum(gamma, 1e-12), 0.0)
    total = gamma.sum(-1, keepdims=True)
    absent = assumed.absence.mean + assumed.absence.sd * streams[2].standard_normal((size, 1))
    absent = absent + assumed.absence_month_sd * streams[2].standard_normal((size, months))
    leave = assumed.attrition.mean + assumed.attrition.sd * streams[3].standard_normal(size)
    learning = assumed.learning_months * np.exp(assumed.learning_log_sd * streams[4].standard_normal(size))
    return Uncertain(
        agency.hours * factor[..., None],
        np.divide(gamma, total, out=np.zeros_like(gamma), where=total > 0),
        1 - np.clip(absent, 0.0, 0.95),
        np.clip(leave, 0.0, 0.5),
        learning,
        _intake(agency, assumed, months, size, streams[5], intake),
    )


def _intake(
    agency: Agency, assumed: Assumptions, months: int, size: int, rng: np.random.Generator, given: np.ndarray | None
) -> np.ndarray:
    if given is None:
        level = assumed.intake_level_sd * rng.standard_normal((size, 1))
        month = assumed.intake_month_sd * rng.standard_normal((size, months))
        # A log-normal's mean lies above its median; the stated intake is a mean.
        middle = -(assumed.intake_level_sd**2 + assumed.intake_month_sd**2) / 2
        total = rng.poisson(agency.intake.sum() * np.exp(middle + level + month))
    else:
        values = np.atleast_2d(np.asarray(given, float))
        if values.shape[1] < months or not np.isfinite(values).all() or (values < 0).any() or (values % 1).any():
            raise AssumptionError(
                "the intake given cannot be used",
                why=f"it must be whole cases, none negative, for each of {months} months",
                do="forecast as many months as are planned, or plan fewer",
            )
        total = values[np.arange(size) % len(values), :months].astype(np.int64)
    share = agency.intake / agency.intake.sum() if agency.intake.sum() else np.full(agency.intake.shape, 1.0)
    share = share / share.sum()
    return rng.multinomial(total, share.ravel()).reshape(size, months, *agency.intake.shape)
