"""Which method answers for a table, and what stands in where it fails its checks?

Where areas have accepted quotas, the share model is fitted. Without quotas there is little to fit but past shares, and
its fits often fail their checks: simple rules are combined. They also stand in where a fit fails its checks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbench.core.draws import Draws
from workbench.core.errors import DataError
from workbench.models.settlement.combination.combined import CombinedRules
from workbench.models.settlement.fit import SettlementFit
from workbench.models.settlement.panel.panel import SettlementPanel

Fit = SettlementFit | CombinedRules


def by_rules(panel: SettlementPanel) -> bool:
    """Return whether a table is answered by rules alone: it holds no accepted quota."""
    return not bool((np.nan_to_num(panel.accepted) > 0).any())


def opened(folder: Path | str) -> Fit:
    """Read a saved fit of either kind."""
    try:
        return CombinedRules.load(folder)
    except DataError:
        return SettlementFit.load(folder)


def futures(fit: Fit, totals: np.ndarray, seed: int) -> Draws:
    """Return the futures of a fit; those of the rules combined where it failed its checks."""
    return standing_in(fit).simulate(totals, seed)


def standing_in(fit: Fit) -> Fit:
    """Return the fit itself, or the rules combined where it failed its checks."""
    if isinstance(fit, CombinedRules) or fit.diagnostics.ok:
        return fit
    posterior = fit.posterior.sizes
    return CombinedRules(
        fit.panel, fit.accepted, fit.configuration.contest, int(posterior["chain"] * posterior["draw"])
    )
