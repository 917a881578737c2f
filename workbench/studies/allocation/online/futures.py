"""How many households may still come this year? Futures from a forecast of arrivals, or from an expected number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError
from workbench.studies.inflow import saved_runs

WEEKS_A_MONTH = 52 / 12


@dataclass(frozen=True, eq=False)
class Futures:
    """Households expected in each week, by draw: index draw, columns week, not whole."""

    weekly: NDArray[np.float64]

    @classmethod
    def of_forecast(cls, draws: Draws, destination: str, *, households: float) -> Futures:
        """Return weekly households that follow a forecast of arrivals by month.

        Parameters
        ----------
        draws
            Persons, dimensions (draw, destination, month).
        households
            Expected households over the whole horizon, in the mean of the draws: what share of those who arrive will
            need a place, and when, is not in the forecast and is an assumption of the caller.
        """
        persons = draws.select(destination=destination).values.to_numpy().astype(np.float64).reshape(draws.size, -1)
        mean = float(persons.sum(axis=1).mean())
        if mean <= 0:
            raise AssumptionError(f"the forecast expects nobody in '{destination}'", do="choose another destination")
        weeks = round(persons.shape[1] * WEEKS_A_MONTH)
        month = np.minimum((np.arange(weeks) / WEEKS_A_MONTH).astype(int), persons.shape[1] - 1)
        weekly = persons[:, month] / np.bincount(month)[month]
        return cls(weekly * households / mean)

    @classmethod
    def expected(cls, households: float, weeks: int) -> Futures:
        """Return one future of even weeks, where no forecast is at hand; the numbers still vary by chance."""
        return cls(np.full((1, weeks), households / max(1, weeks)))

    @property
    def weeks(self) -> int:
        """Return how many weeks there are."""
        return int(self.weekly.shape[1])

    def still_to_come(self, week: int, seen: float, number: int, rng: np.random.Generator) -> list[int]:
        """Return households that come after a week, in so many futures that agree best with what has come so far.

        Parameters
        ----------
        week
            Weeks that have passed, this one included.
        seen
            Households that came in them.
        """
        so_far = self.weekly[:, :week].sum(axis=1)
        like = np.argsort(np.abs(so_far - seen), kind="stable")[: max(number, len(so_far) // 5)]
        chosen = rng.choice(like, size=number, replace=len(like) < number)
        rest = self.weekly[chosen, week:].sum(axis=1)
        if week and seen > 0 and len(self.weekly) == 1:
            rest = rest * (seen + 1) / (so_far[chosen] + 1)
        drawn: list[int] = rng.poisson(np.maximum(0.0, rest)).tolist()
        return drawn


def of_number(households: float, *, number: int, seed: int) -> list[int]:
    """Return households still to come in so many futures, where only their expected number is known (Poisson)."""
    return [int(each) for each in np.random.default_rng(seed).poisson(households, number)]


def of_run(run: str, destination: str, *, share: float, households: pd.DataFrame, number: int, seed: int) -> list[int]:
    """Return households still to come in so many draws of a saved forecast of arrivals.

    Parameters
    ----------
    run
        Which saved forecast: ``latest``, the first characters of its key, or its folder.
    share
        Persons who need a place here for each who arrives: an assumption, the forecast does not say it.
    households
        Past households, whose mean size turns persons into households.
    """
    draws = saved_runs.saved(run).draws
    persons = draws.select(destination=destination).values.to_numpy().reshape(draws.size, -1).sum(axis=1)
    size = float(households[["adults", "children", "seniors"]].fillna(0).sum(axis=1).mean())
    rng = np.random.default_rng(seed)
    return [int(each) for each in rng.poisson(rng.choice(persons, number) * share / max(1.0, size))]
