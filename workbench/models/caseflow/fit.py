"""A fitted case flow model and the futures that follow: whole cases, none negative, the stock exact in every draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.core.dates.calendar import add_periods, last_month, month_number, period_months
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError
from workbench.models.caseflow import damping
from workbench.models.caseflow import equations as eq
from workbench.models.caseflow.panel import CaseFlowPanel
from workbench.models.diagnostics import Diagnostics

SURGE_CHANCE, SURGE_SCALE = 0.1, 3.0
"""Some periods have larger shocks than the past lets expect; chosen on quarters before 2019, for coverage."""
CEILING = 20.0
"""No flow grows beyond so many times the highest one of its past: a guard against tails without a mean."""
FEWEST_FURTHER = 8
"""Periods below which nothing is said of what goes with the output."""


@dataclass(frozen=True, eq=False)
class FlowDraws:
    """Possible futures: ``intake``, ``output``, ``stock``, and what enters or leaves the stock besides.

    Each is :class:`~workbench.core.draws.Draws` of cases by series and period, None where it is not forecast. For every
    draw, series of ``stock`` with flows, and period: stock = stock before + intake + further in − output − further out.
    """

    start: Mapping[str, int]
    intake: Draws | None
    output: Draws | None
    stock: Draws | None
    further_in: Draws | None
    further_out: Draws | None
    outcomes: Draws | None = None


@dataclass(frozen=True, eq=False)
class CaseFlowFit:
    """What the model learnt: draws of each equation, the panel, diagnostics by equation, the sampler's seed."""

    panel: CaseFlowPanel
    posterior: Mapping[str, Mapping[str, np.ndarray]]
    diagnostics: Mapping[str, Diagnostics]
    seed: int

    @property
    def ok(self) -> bool:
        """Whether every equation passed its diagnostics."""
        return all(told.ok for told in self.diagnostics.values())

    def caveats(self) -> list[str]:
        """Return what must be said beside every number of this fit; empty if it passed its diagnostics."""
        return [f"{name}: {told.sentence()}" for name, told in self.diagnostics.items() if not told.ok]

    def simulate(self, horizon: int, seed: int, intake: Mapping[str, np.ndarray] | None = None) -> FlowDraws:
        """Return possible futures, one for each posterior draw.

        Parameters
        ----------
        horizon
            Periods after the panel's last one.
        intake
            Intake of the periods ahead by series, whole cases, axes (draw, period); draws are used in turn. A series
            without it has its intake forecast.
        """
        if horizon < 1:
            raise AssumptionError(f"a horizon of {horizon} periods", do="forecast at least one period")
        ahead = [add_periods(self.panel.periods[-1], step) for step in range(1, horizon + 1)]
        parts: dict[str, dict[str, np.ndarray]] = {}
        for column, name in enumerate(self.panel.series):
            given = None if intake is None or name not in intake else _checked(intake[name], horizon, name)
            for what, values in self._damped(column, horizon, seed, given).items():
                parts.setdefault(what, {})[name] = values

        def draws(what: str) -> Draws | None:
            found = parts.get(what)
            if not found:
                return None
            together = np.stack(list(found.values()), axis=1)
            return Draws.from_array(together, {"series": list(found), "period": ahead}, "cases")

        last = {name: int(self._last_stock(self.panel.series.index(name))) for name in parts.get("stock", {})}
        return FlowDraws(last, *(draws(what) for what in ("intake", "output", "stock", "further_in", "further_out")))

    def _last_stock(self, column: int) -> float:
        return float(eq.forward_filled(self.panel.carried[:, column])[-1])

    def _damped(self, column: int, horizon: int, seed: int, given: np.ndarray | None) -> dict[str, np.ndarray]:
        """Return one series' futures, axes (draw, period), the median of their stock drawn to the last one known.

        A stated intake is left as it is, and then nothing is damped.
        """
        found = self._series(column, horizon, np.random.default_rng([seed, column]), given)
        if "stock" not in found or given is not None:
            return found
        last, months = self._last_stock(column), period_months(self.panel.periods[0])
        if "intake" in found:
            taken = damping.excess(found["stock"], last, damping.shares(horizon, months, damping.WITH_FLOWS))
            return damping.fewer_come(found, int(last), taken, _unit(self.panel.intake[:, column]))
        taken = damping.excess(found["stock"], last, damping.shares(horizon, months, damping.ALONE))
        unit = _unit(self.panel.stock[:, column])
        return {**found, "stock": found["stock"] - (unit * np.rint(found["stock"] * taken / unit)).astype(np.int64)}

    def _series(
        self, column: int, horizon: int, rng: np.random.Generator, given: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """Return one series' futures, axes (draw, period)."""
        panel = self.panel
        size = len(next(iter(self.posterior.values()))["degrees_of_freedom"])
        alone: dict[str, np.ndarray] = {}
        if panel.stock_only[column] and "stock" in self.posterior:
            path = _paths(panel.stock[:, column], size)
            for _ in range(horizon):
                path = self._grown("stock", column, path, None, None, rng, _surges(rng, size))
            alone["stock"] = _whole(path[:, -horizon:], panel.stock[:, column])
        if "output" not in self.posterior or not np.isfinite(panel.output[:, column]).any():
            return alone
        y = _paths(panel.output[:, column], size)
        has_intake = np.isfinite(panel.intake[:, column]).any() and (given is not None or "intake" in self.posterior)
        closed = bool(panel.closed[column]) and has_intake  # with too little intake to learn from, no stock follows
        x = _paths(panel.intake[:, column], size) if has_intake else None
        s = _paths(panel.carried[:, column], size) if closed else None
        further = _further(panel, column)
        found: dict[str, list[np.ndarray]] = {}
        stock = np.full(size, int(self._last_stock(column))) if closed else None
        for step in range(horizon):
            # One period's surge is a surge of intake and of output: both are larger than usual, each in its direction.
            surge = _surges(rng, size)
            y_next = self._grown("output", column, y, x, s, rng, surge)
            output = _whole(y_next[:, -1], panel.output[:, column])
            if x is not None:
                if given is None:
                    x = self._grown("intake", column, x, None, None, rng, surge)
                    received = _whole(x[:, -1], panel.intake[:, column])
                else:
                    received = np.resize(given[:, step], size)
                x = np.column_stack([x[:, : y.shape[1]], np.log1p(received)])
                found.setdefault("intake", []).append(received)
            if stock is not None and s is not None:
                besides = further.drawn(stock, output, rng)
                into, out_of = np.maximum(besides, 0), np.minimum(np.maximum(-besides, 0), stock)
                # Nobody can be decided on who is not there.
                output = np.minimum(output, stock + received + into - out_of)
                stock = stock + received + into - out_of - output
                s = np.column_stack([s, np.log1p(stock)])
                for what, values in (("stock", stock), ("further_in", into), ("further_out", out_of)):
                    found.setdefault(what, []).append(values)
            y = np.column_stack([y, np.log1p(output)])
            found.setdefault("output", []).append(output)
        return {**alone, **{what: np.column_stack(values) for what, values in found.items()}}

    def _grown(
        self,
        name: str,
        column: int,
        y: np.ndarray,
        x: np.ndarray | None,
        s: np.ndarray | None,
        rng: np.random.Generator,
        surge: np.ndarray,
    ) -> np.ndarray:
        """Return paths (draw, period) with one more period, log scale."""
        post, season = self.posterior[name], self.panel.season
        first = self.panel.periods[0]
        now = (month_number(last_month(first)) % 12 // period_months(first) + y.shape[1]) % season
        given = eq.terms(name, y, x, s, bool(self.panel.closed[column]))
        own = post["season"][:, column]
        expected = (given * post["weight"]).sum(axis=1) + own[:, now] - own[:, (now - 1) % season]
        size = post["scale"][:, column] * np.exp(post["unrest"] * eq.unrest(y)) * surge
        shock = size * rng.standard_t(post["degrees_of_freedom"])
        highest = np.log1p(
            CEILING
            * np.expm1(y[:, : len(self.panel.periods)]).max(
                axis=1, where=np.isfinite(y[:, : len(self.panel.periods)]), initial=1.0
            )
        )
        return np.column_stack([y, np.clip(y[:, -1] + expected + shock, 0.0, highest)])


def _surges(rng: np.random.Generator, size: int) -> np.ndarray:
    return np.where(rng.random(size) < SURGE_CHANCE, SURGE_SCALE, 1.0)


def _paths(values: np.ndarray, size: int) -> np.ndarray:
    return np.repeat(eq.forward_filled(np.log1p(values))[None], size, axis=0)


def _whole(logs: np.ndarray, past: np.ndarray) -> np.ndarray:
    """Return whole cases, in the publisher's unit."""
    unit = _unit(past)
    return (unit * np.rint(np.expm1(logs) / unit)).astype(np.int64)


def _unit(past: np.ndarray) -> int:
    """Return what cases are counted in: 5 where everything published is a multiple of five."""
    known = past[np.isfinite(past)]
    return 5 if len(known) > 8 and not np.any(known % 5) else 1


@dataclass(frozen=True, eq=False)
class _Further:
    """What enters or leaves the stock besides its flows: so much for each case of output, and shares of the stock."""

    per_output: float
    shares: np.ndarray

    def drawn(self, stock: np.ndarray, output: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return whole cases, signed, one for each draw."""
        besides = self.per_output * output + stock * rng.choice(self.shares, len(stock))
        return np.rint(besides).astype(np.int64)


def _further(panel: CaseFlowPanel, column: int) -> _Further:
    """Return what the past says of flows that are not published; nothing besides where it cannot be told.

    Where persons are counted in the stock and cases in the output, or refused cases wait on as appeals, the unexplained
    part goes with the output: a least squares slope, which counts as far as it explains more than half.
    """
    before = np.maximum(np.r_[np.nan, panel.stock[:-1, column]], 1.0)
    share, output = panel.further[:, column] / before, panel.output[:, column] / before
    known = np.isfinite(share)
    share, output = share[known], output[known]
    if not len(share):
        return _Further(0.0, np.zeros(1))
    slope, spread = 0.0, float(((output - output.mean()) ** 2).sum())
    if len(share) >= FEWEST_FURTHER and spread > 0 and np.ptp(share) > 0:
        slope = float(((output - output.mean()) * share).sum() / spread)
        rest = share - share.mean() - slope * (output - output.mean())
        slope *= max(0.0, 1 - float((rest**2).sum()) / (slope**2 * spread))
    return _Further(slope, share - slope * output)


def _checked(intake: np.ndarray, horizon: int, series: str) -> np.ndarray:
    values = np.atleast_2d(np.asarray(intake, float))
    if values.shape[1] < horizon or not np.all(np.isfinite(values)) or (values < 0).any() or (values % 1).any():
        raise AssumptionError(
            f"the intake given for {series} cannot be used",
            why=f"it must be whole cases, none negative, for {horizon} periods",
            do="give a number for each period ahead",
        )
    return values.astype(np.int64)
