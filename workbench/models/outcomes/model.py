r"""How does the chance of an outcome vary by household type and place? A hierarchical logit, each effect shrunk.

.. math::
    s_{tp} \sim \mathrm{Binomial}(n_{tp}, \mathrm{logit}^{-1}(\alpha + a_t + b_p + c_{tp})), \quad
    a_t \sim N(0, \tau_a^2),\; b_p \sim N(0, \tau_b^2),\; c_{tp} \sim N(0, \tau_c^2)

with :math:`\alpha \sim N(0, 1.5^2)` and half-normal(1) scales: a cell with few persons borrows from its type and place.

Where a gain is judged, a doubt is added: with a stated chance, beforehand, it makes no difference where anybody goes;
then :math:`\tau_b` and :math:`\tau_c` are half-normal(0.03). Without it, few counts let places differ more than they
do, and a plan that picks the best of them claims a gain where there is none (spike and slab; Mitchell and Beauchamp
1988, JASA 83(404)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.models.outcomes.cells import Cells
from workbench.models.sampling import without_compiler

if TYPE_CHECKING:
    import pymc as pm

LEVEL = 1.5
"""Standard deviation of the overall level, in logits: 95 % of the prior lies between shares of 5 and 95 %."""
SCALE = 1.0
"""Half-normal scale of the effects' standard deviations, in logits."""
NOTHING = 0.03
"""Half-normal scale of the effects of places and pairs then, in logits: shares differ by less than a point."""


def build(cells: Cells, *, doubt: float = 0.0) -> pm.Model:
    """Return the probability model of counts; cells in which nobody was counted have no term, but an effect.

    Parameters
    ----------
    doubt
        Chance, before any count, that it makes no difference where anybody goes.
    """
    with without_compiler():
        import pymc as pm

        kind, place = np.nonzero(cells.n > 0)
        with pm.Model(coords={"type": list(cells.types), "place": list(cells.places)}) as model:
            level = pm.Normal("level", 0.0, LEVEL)
            scale = {name: pm.HalfNormal(f"scale_{name}", SCALE) for name in ("type", "place", "pair")}
            if doubt:
                pm.Potential("doubt", doubted(scale["place"], scale["pair"], doubt, pm.math))
            # Standard normal effects times their scale: sparse cells give the sampler no funnel to fall into.
            of_type = pm.Normal("type_effect", dims="type") * scale["type"]
            of_place = pm.Normal("place_effect", dims="place") * scale["place"]
            of_pair = pm.Normal("pair_effect", dims=("type", "place")) * scale["pair"]
            logit = level + of_type[:, None] + of_place[None, :] + of_pair
            pm.Binomial(
                "counted",
                n=cells.n[kind, place],
                logit_p=logit[kind, place],
                observed=cells.successes[kind, place],
            )
    return model


def doubted(place: Any, pair: Any, doubt: float, library: Any) -> Any:
    """Return what a doubt adds to the log density of the scales of places and pairs under half-normal(1) priors.

    Parameters
    ----------
    doubt
        Chance, before any count, that it makes no difference where anybody goes; above 0.
    library
        What computes: NumPy for arrays, PyMC's ``math`` for its variables.
    """
    odds = np.log(doubt / (1 - doubt)) + 2 * np.log(SCALE / NOTHING)
    return np.log(1 - doubt) + library.log1p(
        library.exp(odds - (place**2 + pair**2) * (1 / NOTHING**2 - 1 / SCALE**2) / 2)
    )
