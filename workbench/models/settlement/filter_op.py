"""The level of every municipality followed through the years, as one PyTensor operation with its exact gradient.

Each municipality is one small loop over years, which numba compiles in a second; unrolled into a graph the same loop
takes minutes to compile. Only :mod:`workbench.models.settlement.shares` imports this module, when a model is built.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

# Part of numba's cache key: raise it whenever a kernel below changes, or an old compiled one is used.
KERNEL_VERSION = 2


def _follow(seen: Any, begun: Any, z: Any, noise: Any, walk: Any, look: Any, shared: Any) -> Any:
    """Return level and variance expected before each year; ``shared`` holds look variance, start, stay and freedom."""
    years, areas = z.shape
    levels = np.zeros((years, areas))
    spreads = np.zeros((years, areas))
    v, start, stay, freedom = shared
    for i in range(areas):
        u = 0.0
        p = start
        for t in range(years):
            levels[t, i] = u
            spreads[t, i] = p
            if seen[t, i] % 2.0 > 0.5:
                e = z[t, i] - u
                s = p + noise[t, i]
                k = p / s
                u = u + k * e * (freedom + 1.0) / (freedom + e * e / s)
                p = p * (1.0 - k)
            if seen[t, i] > 1.5:
                a = p / (p + v)
                u = u + a * (look[t, i] - u)
                p = p * (1.0 - a)
            if begun[t] > 0.5:
                u = stay * u
                p = stay * stay * p + walk[i]
    return levels, spreads


def _adjoint(
    seen: Any, begun: Any, z: Any, noise: Any, walk: Any, look: Any, shared: Any, level_slope: Any, spread_slope: Any
) -> Any:
    """Return the slopes of z, noise, walk, look and shared, by the reverse recursion."""
    years, areas = z.shape
    z_slope = np.zeros((years, areas))
    noise_slope = np.zeros((years, areas))
    look_slope = np.zeros((years, areas))
    walk_slope = np.zeros(areas)
    shared_slope = np.zeros(4)
    v, start, stay, freedom = shared
    before_u = np.zeros(years)
    before_p = np.zeros(years)
    for i in range(areas):
        u = 0.0
        p = start
        for t in range(years):
            before_u[t] = u
            before_p[t] = p
            if seen[t, i] % 2.0 > 0.5:
                e = z[t, i] - u
                s = p + noise[t, i]
                k = p / s
                u = u + k * e * (freedom + 1.0) / (freedom + e * e / s)
                p = p * (1.0 - k)
            if seen[t, i] > 1.5:
                a = p / (p + v)
                u = u + a * (look[t, i] - u)
                p = p * (1.0 - a)
            if begun[t] > 0.5:
                u = stay * u
                p = stay * stay * p + walk[i]
        du = 0.0
        dp = 0.0
        for t in range(years - 1, -1, -1):
            u0 = before_u[t]
            p0 = before_p[t]
            e = z[t, i] - u0
            s = p0 + noise[t, i]
            k = p0 / s
            d = freedom + e * e / s
            w = (freedom + 1.0) / d
            observed = seen[t, i] % 2.0 > 0.5
            u1 = u0
            p1 = p0
            if observed:
                u1 = u0 + k * w * e
                p1 = p0 * (1.0 - k)
            looked = seen[t, i] > 1.5
            a = p1 / (p1 + v) if looked else 0.0
            u2 = u1 + a * (look[t, i] - u1)
            p2 = p1 * (1.0 - a)
            if begun[t] > 0.5:
                shared_slope[2] += du * u2 + 2.0 * dp * stay * p2
                walk_slope[i] += dp
                du = du * stay
                dp = dp * stay * stay
            if looked:
                da = du * (look[t, i] - u1) - dp * p1
                look_slope[t, i] = du * a
                shared_slope[0] -= da * p1 / ((p1 + v) * (p1 + v))
                du = du * (1.0 - a)
                dp = dp * (1.0 - a) + da * v / ((p1 + v) * (p1 + v))
            if observed:
                dk = du * w * e - dp * p0
                dw = du * k * e
                de = du * k * w
                dp = dp * (1.0 - k)
                dd = -dw * w / d
                shared_slope[3] += dw / d + dd
                de += dd * 2.0 * e / s
                ds = -dd * e * e / (s * s) - dk * k / s
                dp += dk / s + ds
                noise_slope[t, i] = ds
                z_slope[t, i] = de
                du -= de
            du += level_slope[t, i]
            dp += spread_slope[t, i]
        shared_slope[1] += dp
    return z_slope, noise_slope, walk_slope, look_slope, shared_slope


class FollowLevels(Op):
    """Expected level of each municipality before each year, and its variance.

    Inputs: seen (year, municipality; constant: 1 a share was seen, 2 a second look was had, 3 both), begun (year;
    constant: 0 before the data), z (year, municipality: log share less all that is not the level), noise (same axes:
    variance of z about the level), walk (municipality: variance of a year's step), look (year, municipality: second
    look at the level) and shared (variance of the second look, of the first level, share of the level that stays,
    degrees of freedom). Outputs: level and variance (year, municipality) as expected before the year's share.

    Notes
    -----
    A Kalman filter whose correction is weighted by the Student-t score, (ν + 1)/(ν + e²/S), so that a wild year
    moves the level little.
    """

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """Return the node for these inputs."""
        given = [pt.as_tensor_variable(x, dtype="float64") for x in inputs]
        return Apply(self, given, [pt.dmatrix(), pt.dmatrix()])

    def followed(self, *inputs: Any) -> tuple[Any, Any]:
        """Return the two outputs for these inputs."""
        level, variance = self.make_node(*inputs).outputs
        return level, variance

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        """Compute without numba."""
        for storage, value in zip(output_storage, _follow(*inputs), strict=True):
            storage[0] = value

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Say that no gradient flows to the data."""
        return [[index > 1] * 2 for index in range(7)]

    def L_op(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Any]:
        """Return the gradient with respect to z, noise, walk, look and shared."""
        filled = [
            pt.zeros_like(out) if isinstance(grad.type, DisconnectedType) else grad
            for out, grad in zip(outputs, output_grads, strict=True)
        ]
        slopes = FollowLevelsAdjoint().make_node(*inputs, *filled).outputs
        return [DisconnectedType()(), DisconnectedType()(), *slopes]


class FollowLevelsAdjoint(Op):
    """Gradient of :class:`FollowLevels`, by the reverse recursion."""

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """Return the node for these inputs."""
        given = [pt.as_tensor_variable(x) for x in inputs]
        return Apply(self, given, [pt.dmatrix(), pt.dmatrix(), pt.dvector(), pt.dmatrix(), pt.dvector()])

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        """Compute without numba."""
        for storage, value in zip(output_storage, _adjoint(*inputs), strict=True):
            storage[0] = value


@register_funcify_default_op_cache_key(FollowLevels)
def _numba_follow(op: FollowLevels, node: Apply, **_: Any) -> tuple[Any, int]:
    return numba_njit(_follow), KERNEL_VERSION


@register_funcify_default_op_cache_key(FollowLevelsAdjoint)
def _numba_adjoint(op: FollowLevelsAdjoint, node: Apply, **_: Any) -> tuple[Any, int]:
    return numba_njit(_adjoint), KERNEL_VERSION
