"""Intake, output and stock of several agencies on one calendar, and what follows from two of the three."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from workbench.core.dates.calendar import known_period, period_months


@dataclass(frozen=True, eq=False)
class CaseFlowPanel:
    """What is known of every series, by period.

    Parameters
    ----------
    periods
        Months or quarters, without a gap.
    series
        Agencies (or their places, stages, case types).
    intake, output, stock
        Axes (period, series), whole cases; NaN = not published. The stock is that at the end of the period.
    outcomes
        For each outcome an array like ``output``.
    """

    periods: tuple[str, ...]
    series: tuple[str, ...]
    intake: np.ndarray
    output: np.ndarray
    stock: np.ndarray
    outcomes: tuple[tuple[str, np.ndarray], ...] = ()

    @property
    def season(self) -> int:
        """Periods of a year."""
        return 12 // period_months(self.periods[0])

    @cached_property
    def closed(self) -> np.ndarray:
        """For each series whether stock and both flows are known, so that they obey one identity."""
        known = np.isfinite(self.intake) & np.isfinite(self.output) & np.isfinite(self.stock)
        return np.asarray(known.any(axis=0))

    @cached_property
    def stock_only(self) -> np.ndarray:
        """For each series whether its stock is all that can be forecast."""
        return np.asarray(np.isfinite(self.stock).any(axis=0) & ~self.closed)

    @cached_property
    def further(self) -> np.ndarray:
        """What the flows do not explain of the stock: stock less stock before, intake in, output out.

        Axes (period, series), signed; NaN where it cannot be told.
        """
        found = np.full_like(self.stock, np.nan)
        found[1:] = np.diff(self.stock, axis=0) - self.intake[1:] + self.output[1:]
        return found

    @cached_property
    def carried(self) -> np.ndarray:
        """The stock, and where none is published, the one before moved by the flows; axes (period, series).

        So a stock published every third month, or later than its flows, starts a forecast from where it stands.
        """
        found = self.stock.copy()
        for now in range(1, len(found)):
            moved = np.maximum(found[now - 1] + self.intake[now] - self.output[now], 0)
            found[now] = np.where(np.isnan(found[now]), moved, found[now])
        return found

    def upto(self, period: str) -> CaseFlowPanel:
        """Return what was known at the end of a period; nothing later is left in it."""
        end = self.periods.index(known_period(period, self.periods)) + 1
        return replace(
            self,
            periods=self.periods[:end],
            intake=self.intake[:end],
            output=self.output[:end],
            stock=self.stock[:end],
            outcomes=tuple((name, values[:end]) for name, values in self.outcomes),
        ).completed()

    def completed(self) -> CaseFlowPanel:
        """Return the panel with the flow of a series that its stock and other flow imply, where all of it is absent.

        A balance below zero is left unknown: it cannot be a count of cases.
        """
        intake, output = self.intake.copy(), self.output.copy()
        change = np.vstack([np.full((1, len(self.series)), np.nan), np.diff(self.stock, axis=0)])
        for flow, other, sign in ((output, self.intake, -1.0), (intake, self.output, 1.0)):
            absent = np.isnan(flow).all(axis=0) & np.isfinite(other).any(axis=0)
            implied = other + sign * change
            flow[:, absent] = np.where(implied >= 0, implied, np.nan)[:, absent]
        return replace(self, intake=intake, output=output)
