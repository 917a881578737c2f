"""The log likelihood of the inflow model and its gradient, in one forward and one backward pass, compiled by numba.

Only :mod:`workbench.models.inflow.likelihood` imports this module, when a model is built.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

UNPUBLISHED, POINT, INTERVAL = 0, 1, 2
"""What a cell tells: nothing, a count that stands for itself, or a count that stands for all that round to it."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
"""Quadrature for intervals of little probability; relative errors below 1e-7."""
PANELS = 512
WIDTH = math.pi / PANELS
LOG_COS = np.log(np.maximum(np.cos(np.linspace(-0.5 * math.pi, 0.5 * math.pi, 2 * PANELS + 1)), 1e-300))
"""At the edges and in the middle of the panels of the table."""
compiled = njit(cache=True, error_model="numpy")
"""Division by zero gives infinity or NaN, as in numpy: far out, where a scale underflows, a sampler is to see a point
without a density and turn back, not to end with an error."""
SMALL = 1e-4
"""Integrals below this are not taken from the table, where they are differences of larger numbers.

Above it the table's relative errors are below 2e-4 up to 40 scales from the middle (tested), below 4e-4 anywhere; the
largest are those of all that lies far out on the left, with little more than two degrees of freedom.
"""


@compiled
def digamma(x: float) -> float:
    """Return the derivative of log Γ at ``x`` > 0 (recurrence, then the asymptotic series)."""
    below = 0.0
    while x < 6.0:
        below -= 1.0 / x
        x += 1.0
    f = 1.0 / (x * x)
    return below + math.log(x) - 0.5 / x - f * (1 / 12 - f * (1 / 120 - f * (1 / 252 - f * (1 / 240 - f / 132))))


@compiled
def tabulated(freedom: float) -> Any:
    """Return the integrals of cos^(ν−1) φ and of its product with log cos φ from −π/2, and both integrands.

    All cells of one evaluation share their degrees of freedom: one table spares each of them a quadrature.

    Returns
    -------
    array
        Index edge of a panel (Simpson's rule between them); columns integrals, then integrands times panel width.
    """
    table = np.zeros((PANELS + 1, 4))
    for k in range(PANELS + 1):
        at = LOG_COS[2 * k]
        table[k, 2] = WIDTH * math.exp((freedom - 1.0) * at)
        table[k, 3] = table[k, 2] * at
        if k > 0:
            at = LOG_COS[2 * k - 1]
            middle = WIDTH * math.exp((freedom - 1.0) * at)
            table[k, 0] = table[k - 1, 0] + (table[k - 1, 2] + 4.0 * middle + table[k, 2]) / 6.0
            table[k, 1] = table[k - 1, 1] + (table[k - 1, 3] + 4.0 * middle * at + table[k, 3]) / 6.0
    return table


@compiled
def looked_up(angle: float, table: Any) -> Any:
    """Return both integrals from −π/2 to an angle, by cubic Hermite interpolation."""
    at = (angle + 0.5 * math.pi) / WIDTH
    k = min(max(int(at), 0), PANELS - 1)
    t = at - k
    u = 1.0 - t
    first, last, leaving, coming = u * u * (1.0 + 2.0 * t), t * t * (3.0 - 2.0 * t), t * u * u, -t * t * u
    return (
        first * table[k, 0] + last * table[k + 1, 0] + leaving * table[k, 2] + coming * table[k + 1, 2],
        first * table[k, 1] + last * table[k + 1, 1] + leaving * table[k, 3] + coming * table[k + 1, 3],
    )


@compiled
def integrated(first: float, last: float, freedom: float) -> Any:
    """Return both integrals between two angles, by quadrature."""
    half, middle = 0.5 * (last - first), 0.5 * (last + first)
    mass, slope = 0.0, 0.0
    for j in range(NODES.size):
        cosine = math.log(math.cos(middle + half * NODES[j]))
        piece = WEIGHTS[j] * math.exp((freedom - 1.0) * cosine)
        mass += piece
        slope += piece * cosine
    return mass * half, slope * half


@compiled
def between(low: float, high: float, freedom: float, constant: float, table: Any) -> Any:
    """Return log P(low < T < high) of Student's t, and its derivatives with respect to low, high and freedom.

    With T = √ν tan φ the density is cos^(ν−1) φ up to a constant, smooth on a finite interval even for low = −∞.
    ``constant`` is log Γ((ν+1)/2) − log Γ(ν/2) − ½ log π; its own derivative is left to the caller. ``table`` is that
    of :func:`tabulated`.
    """
    root = math.sqrt(freedom)
    first = -0.5 * math.pi if low == -np.inf else math.atan(low / root)
    last = math.atan(high / root)
    # The density is symmetric; on the left the integrals from −π/2 are small, and so are their errors.
    left, right = (-last, -first) if first > 0 else (first, last)
    to_right, to_left = looked_up(right, table), looked_up(left, table)
    mass, slope = to_right[0] - to_left[0], to_right[1] - to_left[1]
    if mass < SMALL:
        mass, slope = integrated(first, last, freedom)
        mass = max(mass, 1e-300)
    by_low = 0.0
    if low != -np.inf:
        w = 1.0 + low * low / freedom
        edge = w ** (-0.5 * (freedom - 1.0)) / (root * w)
        by_low = -edge
        slope += edge * low / (2.0 * freedom)
    w = 1.0 + high * high / freedom
    by_high = w ** (-0.5 * (freedom - 1.0)) / (root * w)
    slope -= by_high * high / (2.0 * freedom)
    return constant + math.log(mass), by_low / mass, by_high / mass, slope / mass


@compiled
def likelihood(
    y: Any,
    lower: Any,
    upper: Any,
    kind: Any,
    weight: Any,
    season: Any,
    gain: Any,
    start: Any,
    log_scale: Any,
    reversion: Any,
    reaction: float,
    persistence: float,
    freedom: float,
    fade: float,
) -> Any:
    """Return the weighted log likelihood and its gradient.

    Matrices have the axes (month, destination), vectors the axis destination; ``fade`` is the share by which the
    average that levels revert to takes up a month. The recursion is that of
    :func:`workbench.models.inflow.recursion.following`.

    Returns
    -------
    tuple
        Log likelihood, and its derivatives with respect to season, gain, start, log scale, reversion, reaction,
        persistence and freedom.
    """
    months, places = y.shape
    nu = freedom
    errors, squares, log_scales = np.zeros((months, places)), np.zeros((months, places)), np.zeros((months, places))
    levels, averages, variances = np.zeros((months, places)), np.zeros((months, places)), np.zeros((months, places))
    by_error, by_scale = np.zeros((months, places)), np.zeros((months, places))
    level, average, variance = start.copy(), start.copy(), np.zeros(places)
    constant = math.lgamma(0.5 * (nu + 1)) - math.lgamma(0.5 * nu) - 0.5 * math.log(math.pi)
    by_constant = 0.5 * digamma(0.5 * (nu + 1)) - 0.5 * digamma(0.5 * nu)
    table = tabulated(nu)
    total, by_freedom = 0.0, 0.0
    for t in range(months):
        for i in range(places):
            if kind[t, i] == UNPUBLISHED:
                continue
            levels[t, i], averages[t, i], variances[t, i] = level[i], average[i], variance[i]
            expected = season[t, i] + level[i]
            e = y[t, i] - expected
            ls = log_scale[i] + 0.5 * variance[i]
            s = math.exp(ls)
            z2 = (e / s) ** 2
            errors[t, i], squares[t, i], log_scales[t, i] = e, z2, ls
            w = weight[t, i]
            if kind[t, i] == POINT:
                q = 1.0 + z2 / nu
                total += w * (constant - 0.5 * math.log(nu) - ls - 0.5 * (nu + 1) * math.log(q))
                by_error[t, i] = -w * (nu + 1) / nu * e / (s * s) / q
                by_scale[t, i] = w * ((nu + 1) * z2 / (nu + z2) - 1.0)
                by_freedom += w * (by_constant - 0.5 / nu - 0.5 * math.log(q) + 0.5 * (nu + 1) * z2 / (nu * nu) / q)
            else:
                low = -np.inf if lower[t, i] == -np.inf else (lower[t, i] - expected) / s
                high = (upper[t, i] - expected) / s
                p, by_low, by_high, by_nu = between(low, high, nu, constant, table)
                total += w * p
                by_error[t, i] = w * (by_low + by_high) / s
                by_scale[t, i] = -w * ((0.0 if low == -np.inf else by_low * low) + by_high * high)
                by_freedom += w * (by_constant + by_nu)
            variance[i] = persistence * variance[i] + reaction * ((nu + 1) * z2 / (nu + z2) - 1.0)
            level[i] += gain[i] * e + reversion[i] * (average[i] - level[i])
            average[i] += fade * (y[t, i] - season[t, i] - average[i])

    by_season, by_gain, by_reversion = np.zeros((months, places)), np.zeros(places), np.zeros(places)
    by_log_scale = np.zeros(places)
    by_reaction, by_persistence = 0.0, 0.0
    to_level, to_average, to_variance = np.zeros(places), np.zeros(places), np.zeros(places)
    for t in range(months - 1, -1, -1):
        for i in range(places):
            if kind[t, i] == UNPUBLISHED:
                continue
            e, z2 = errors[t, i], squares[t, i]
            d = nu + z2
            by_reaction += ((nu + 1) * z2 / d - 1.0) * to_variance[i]
            by_persistence += variances[t, i] * to_variance[i]
            by_gain[i] += e * to_level[i]
            by_reversion[i] += (averages[t, i] - levels[t, i]) * to_level[i]
            by_square = reaction * to_variance[i] * (nu + 1) * nu / (d * d)
            by_freedom += reaction * to_variance[i] * z2 * (z2 - 1.0) / (d * d)
            to_error = by_error[t, i] + gain[i] * to_level[i] + by_square * 2.0 * e * math.exp(-2.0 * log_scales[t, i])
            to_scale = by_scale[t, i] - 2.0 * z2 * by_square
            by_log_scale[i] += to_scale
            to_variance[i] = persistence * to_variance[i] + 0.5 * to_scale
            by_season[t, i] = -to_error - fade * to_average[i]
            before = to_level[i]
            to_level[i] = before * (1.0 - reversion[i]) - to_error
            to_average[i] = to_average[i] * (1.0 - fade) + reversion[i] * before
    by_start = to_level + to_average
    return total, by_season, by_gain, by_start, by_log_scale, by_reversion, by_reaction, by_persistence, by_freedom
