r"""How does the chance of an outcome vary by household type and place? A hierarchical logit, each effect shrunk.

.. math::
    s_{tp} \sim \mathrm{Binomial}(n_{tp}, \mathrm{logit}^{-1}(\alpha + a_t + b_p + c_{tp})), \quad
    a_t \sim N(0, \tau_a^2),\; b_p \sim N(0, \tau_b^2),\; c_{tp} \sim N(0, \tau_c^2)

with :math:`\alpha \sim N(0, 1.5^2)` and half-normal(1) scales: a cell with few persons borrows from its type and place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.models.outcomes.cells import Cells
from workbench.models.sampling import without_compiler

if TYPE_CHECKING:
    import pymc as pm

LEVEL = 1.5
"""Standard deviation of the overall level, in logits: 95 % of the prior lies between shares of 5 and 95 %."""
SCALE = 1.0
"""Half-normal scale of the effects' standard deviations, in logits."""


def build(cells: Cells) -> pm.Model:
    """Return the probability model of counts; cells in which nobody was counted have no term, but an effect."""
    with without_compiler():
        import pymc as pm

        kind, place = np.nonzero(cells.n > 0)
        with pm.Model(coords={"type": list(cells.types), "place": list(cells.places)}) as model:
            level = pm.Normal("level", 0.0, LEVEL)
            scale = {name: pm.HalfNormal(f"scale_{name}", SCALE) for name in ("type", "place", "pair")}
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
