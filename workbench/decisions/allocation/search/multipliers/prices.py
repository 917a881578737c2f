"""What is room worth at each place? Prices by soft assignment with falling temperature, sharpened by Newton steps.

Any prices give a valid bound; these are made to give a tight one. They minimise

    ``Σ_jd max(c_jd q_jd, m_jd q_jd) + Σ_i T log Σ_j exp((v_ij − Σ_d q_jd s_id) / T)``

which for T → 0 is the dual of the linear relaxation: c what a place has room for, m what it must at least take.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from workbench.decisions.allocation.problem.arrays import NO_LIMIT, Instance
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.search.multipliers.soft_assignment import best_at, candidates, choose_softly

HOT = (0.3, 0.15, 0.08, 0.04, 0.02)
"""Temperatures of the first rounds, in units of a typical value; a sample of the items is enough for them."""
COLD = (0.01, 0.005, 0.0025, 0.001, 0.0004, 0.00015)
SAMPLE = 4000
ROUNDS = 12
WIDTHS = ((0.05, 160), (0.01, 80), (0.0, 40))
STEPS = 12
SMOOTH = 1e-9


def linear_bound(instance: Instance, price: Floats) -> float:
    """Return what no plan can exceed at these prices, priced over every pair."""
    best, _, _ = best_at(instance.value, instance.size, price)
    return worth(instance, price) + float(best.sum())


def worth(instance: Instance, price: Floats) -> float:
    """Return what all room is worth at the prices: Σ max(c q, m q)."""
    upper = np.where(instance.upper >= NO_LIMIT, 0, instance.upper)
    return float(np.where(price > 0, upper * price, instance.lower * price).sum())


def typical(instance: Instance) -> float:
    """Return a typical value of an item at its best place: the unit of temperature."""
    best = instance.value[:, :-1].max(axis=1, initial=-np.inf)
    best = best[np.isfinite(best) & (best > 0)]
    return float(np.median(best)) if len(best) else 1.0


def find(instance: Instance, start: Floats | None = None, going: Callable[[], bool] = lambda: True) -> Floats:
    """Return prices that nearly solve the dual of the linear relaxation: index place, columns dimension."""
    unit = typical(instance)
    price = np.zeros(instance.upper.shape) if start is None else start.copy()
    sample = _sample(instance)
    if start is None:
        for heat in HOT:
            if not going():
                return price
            price = _balance(sample, price, heat * unit)
    for heat in COLD if start is None else COLD[2:]:
        if not going():
            return price
        price = _newton(sample if heat > 0.002 else instance, price, heat * unit)
    return price


def _sample(instance: Instance) -> Instance:
    """Return every k-th item, each standing for k: room and prices stay what they are."""
    every = max(1, instance.items // SAMPLE)
    return instance if every == 1 else instance.part(np.arange(0, instance.items, every), float(every))


def _near(instance: Instance, price: Floats, heat: float) -> Ints:
    width = next(width for least, width in WIDTHS if heat >= least * typical(instance))
    return candidates(instance.value, instance.size, price, min(width, instance.value.shape[1]))


def _balance(instance: Instance, price: Floats, heat: float) -> Floats:
    """Return prices after rounds of ``q += T log(load / room)``: cheap, and far from balance the right way to go."""
    unit = instance.size.max(axis=0).clip(1) ** 0.5
    near = _near(instance, price, heat)
    upper, lower = np.maximum(instance.upper, 1e-3), np.maximum(instance.lower, 1e-3)
    for round_ in range(ROUNDS):
        if round_ == ROUNDS // 2:
            near = _near(instance, price, heat)
        _, load, _ = choose_softly(instance.value, instance.size, price, near, instance.copies, heat, False)
        load = np.maximum(load, 1e-6)
        up, down = np.log(load / upper), np.log(load / lower)
        step = np.where(up > 0, up, np.where(down < 0, down, 0.0))
        step = np.where((up <= 0) & (price > 0), up, step)
        step = np.where((down >= 0) & (price < 0), down, step)
        moved = price + heat * np.clip(step, -3, 3) / unit
        # A limit that does not bind has the price 0: no step crosses it.
        price = np.where(price * moved < 0, 0.0, moved)
        price = np.where((instance.lower <= 0) & (price < 0), 0.0, price)
        price = np.where((instance.upper >= NO_LIMIT) & (price > 0), 0.0, price)
    return price


def _newton(instance: Instance, price: Floats, heat: float) -> Floats:
    """Return prices after Newton steps on those that bind; a step that does not lower the dual is shortened."""
    near = _near(instance, price, heat)

    def dual(at: Floats, curved: bool) -> tuple[float, Floats, Floats]:
        gain, load, curve = choose_softly(instance.value, instance.size, at, near, instance.copies, heat, curved)
        return worth(instance, at) + gain, load, curve

    total = float((instance.copies[:, None] * instance.size).sum())
    for step in range(STEPS):
        if step and step % 4 == 0:
            near = _near(instance, price, heat)
        now, load, curve = dual(price, True)
        slope = np.where(
            price > 0,
            instance.upper - load,
            np.where(
                price < 0,
                instance.lower - load,
                np.minimum(0.0, instance.upper - load) + np.maximum(0.0, instance.lower - load),
            ),
        )
        free = slope != 0
        if np.abs(slope[free]).sum() < 1e-4 * total:
            break
        at = np.flatnonzero(free.ravel())
        bent = curve[np.ix_(at, at)]
        bent[np.diag_indices(len(at))] += SMOOTH * max(1.0, bent.diagonal().max()) + 1e-3 * bent.diagonal().mean()
        try:
            move = -cho_solve(cho_factor(bent, lower=True), slope.ravel()[at])
        except LinAlgError:
            break
        full = np.zeros(price.shape)
        full.ravel()[at] = np.clip(move, -30 * heat, 30 * heat)
        length, better = 1.0, False
        while length > 0.02:
            trial = price + length * full
            trial = np.where((price * trial < 0) | (trial < 0) & (instance.lower <= 0), 0.0, trial)
            then, _, _ = dual(trial, False)
            if then < now - 1e-4 * length * abs(float((slope * full).sum())):
                better = True
                break
            length /= 2.5
        if not better:
            break
        gained, price = now - then, trial
        if gained < 1e-7 * abs(now):
            break
    return price
