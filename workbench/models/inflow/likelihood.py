"""The likelihood of the inflow model as one PyTensor operation that returns its value with its exact gradient.

A scan would give the same numbers; this compiles in half the time and is several times faster.
Only :mod:`workbench.models.inflow.model` imports this module, when a model is built.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from workbench.models.inflow import kernel

# Part of numba's cache key: raise it whenever the kernel changes, or an old compiled one is used.
KERNEL_VERSION = 5
DATA = 5
"""So many inputs are data: log persons, lower and upper bounds, kinds of cells, weights."""


def _evaluated(
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
    numbers: Any,
    fade: Any,
) -> Any:
    found = kernel.likelihood(
        y,
        lower,
        upper,
        kind,
        weight,
        season,
        gain,
        start,
        log_scale,
        reversion,
        numbers[0],
        numbers[1],
        numbers[2],
        fade[0],
    )
    total, by_season, by_gain, by_start, by_log_scale, by_reversion, by_reaction, by_persistence, by_freedom = found
    by_numbers = np.array([by_reaction, by_persistence, by_freedom])
    return np.array([total]), by_season, by_gain, by_start, by_log_scale, by_reversion, by_numbers


class InflowLikelihood(Op):
    """Weighted log likelihood of all cells, as a vector of one, and its gradient.

    Inputs: log persons, lower and upper bound of the intervals, kind of each cell and weight (month, destination;
    data); season (month, destination), gain, start, log scale, reversion (destination), and the vectors (reaction,
    persistence, degrees of freedom) and (fade). The outputs after the first are the derivatives with respect to
    season … numbers; only the first is differentiated.
    """

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """Return the node for these inputs."""
        variables = [pt.as_tensor_variable(x) for x in inputs]
        outputs = [pt.dvector(), pt.dmatrix(), pt.dvector(), pt.dvector(), pt.dvector(), pt.dvector(), pt.dvector()]
        return Apply(self, variables, outputs)

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        """Compute outside a compiled graph."""
        for storage, value in zip(output_storage, _evaluated(*inputs), strict=True):
            storage[0] = value

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Say that no gradient flows to the data, to the fade, or from the gradient itself."""
        parameters = range(DATA, len(node.inputs) - 1)
        return [[i in parameters] + [False] * 6 for i in range(len(node.inputs))]

    def L_op(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Any]:
        """Return the gradient with respect to the parameters."""
        nothing = [DisconnectedType()() for _ in range(DATA)]
        return [*nothing, *(output_grads[0][0] * slope for slope in outputs[1:]), DisconnectedType()()]


@register_funcify_default_op_cache_key(InflowLikelihood)
def _numba_likelihood(op: InflowLikelihood, node: Apply, **_: Any) -> tuple[Any, int]:
    return numba_njit(_evaluated), KERNEL_VERSION
