"""Let numba keep compiled models that hold the digamma function, the derivative of log Γ, from one process to the next.

PyTensor reaches SciPy's digamma by the function's address, which differs in every process, and so compiles each model
that needs its gradient (all with counts) again and again. Here the same function is reached by a name.
"""

from __future__ import annotations

from functools import cache
from typing import Any

NAME = "workbench_digamma"


@cache
def register() -> None:
    """Tell PyTensor's numba backend, once for this process, to call digamma by name; its values stay as they are."""
    import llvmlite.binding as llvm
    from numba import types
    from numba.extending import get_cython_function_address
    from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_and_cache_key
    from pytensor.link.numba.dispatch.scalar import scalar_op_cache_key
    from pytensor.scalar.math import Psi

    # The variant for one real number; Cython adds an argument that says whether a subclass may answer instead.
    llvm.add_symbol(NAME, get_cython_function_address("scipy.special.cython_special", "__pyx_fuse_1psi"))
    by_name: Any = types.ExternalFunction(NAME, types.float64(types.float64, types.intc))

    @numba_njit
    def digamma(x: float) -> float:
        return by_name(float(x), 1)

    @register_funcify_and_cache_key(Psi)
    def _numba_digamma(op: Psi, node: Any, **_: Any) -> tuple[Any, str]:
        return digamma, scalar_op_cache_key(op, called=NAME)
