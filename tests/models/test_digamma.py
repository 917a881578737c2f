"""Digamma under numba: SciPy's values, and a model that needs it may be kept compiled."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import psi

from workbench.models.sampling import without_compiler


@pytest.mark.quick
def test_the_gradient_of_log_gamma_is_scipys_digamma_and_is_kept_compiled() -> None:
    points = np.array([1e-3, 0.5, 1.0, 6.0, 1e6, -1.5])
    with without_compiler():
        import pytensor
        import pytensor.tensor as pt
        from pytensor.link.numba.dispatch.basic import numba_funcify_and_cache_key

        x = pt.dvector("x")
        slope = pytensor.function([x], pt.grad(pt.gammaln(x).sum(), x))
        kept = numba_funcify_and_cache_key(slope.maker.fgraph)[1]
    assert slope(points).tolist() == psi(points).tolist() and kept is not None
