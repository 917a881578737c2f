"""What do simple rules say? The forecasts that the share model has to beat, each as draws that add up."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from workbench.core.errors import ModelError
from workbench.models.settlement.combination.simple_rules import KEPT, smoothed
from workbench.models.settlement.evidence import BEFORE, QUOTAS
from workbench.models.settlement.panel.entrants import shares
from workbench.models.settlement.panel.panel import SettlementPanel

SMOOTHED = {f"smoothed_{100 * weight:.0f}": weight for weight in KEPT}
"""Exponential smoothing of shares: the weight of the newest year."""
MEAN = "mean_of_last_shares"
"""Mean of last year's settled, accepted and requested shares, of those that are known."""
SHARES = {
    BEFORE: ("last_settled", "last_accepted", "last_requested", MEAN, *SMOOTHED, "population"),
    QUOTAS: ("accepted", "requested", "last_settled", MEAN, *SMOOTHED, "population"),
}
"""Simple rules by contest: whose share is carried over."""
SPREADS = ("point", "multinomial", "dirichlet")
"""How a rule becomes a distribution: not at all, multinomial, Dirichlet-multinomial with one precision for all."""


def available(panel: SettlementPanel, as_of: int, contest: str) -> dict[str, np.ndarray]:
    """Return the shares of each rule that can be applied to the year after ``as_of``; by municipality, sum 1."""
    at = panel.years.index(as_of)
    own = at + 1 if contest == QUOTAS else at
    source = {
        "last_settled": panel.persons[at],
        "last_accepted": panel.accepted[at],
        "last_requested": panel.requested[at],
        "population": panel.population[at],
        "accepted": panel.accepted[min(own, len(panel.accepted) - 1)],
        "requested": panel.requested[min(own, len(panel.requested) - 1)],
    }
    source |= {name: smoothed(shares(panel.persons[: at + 1]), weight)[-1] for name, weight in SMOOTHED.items()}
    asked = [shares(panel.accepted[at]), shares(panel.requested[at])]
    known = [each for each in asked if each.sum() > 0]
    if known:  # without quotas it is last year's share again
        source[MEAN] = np.mean([shares(panel.persons[at]), *known], axis=0)
    filled = {
        name: np.where(panel.gone, 0.0, np.nan_to_num(source[name])) for name in SHARES[contest] if name in source
    }
    return {name: values / values.sum() for name, values in filled.items() if values.sum() > 0}


def precision(panel: SettlementPanel, as_of: int, contest: str, rule: str) -> float:
    """Return the one Dirichlet precision that makes the rule's forecasts of past years most likely.

    Notes
    -----
    Maximum likelihood on a grid from 1 to 10⁶; shares are mixed with a thousandth of the population's, because a
    Dirichlet cannot give persons to a share of zero.
    """
    grid = np.logspace(0, 6, 61)
    score = np.zeros_like(grid)
    seen = 0
    for year in panel.years[:-1]:
        if year >= as_of:
            break
        said = available(panel, year, contest).get(rule)
        if said is None:
            continue
        seen += 1
        persons = np.rint(panel.persons[panel.years.index(year) + 1])
        mixed = softened(said, panel, year)
        for index, size in enumerate(grid):
            alpha = size * mixed
            score[index] += gammaln(size) - gammaln(size + persons.sum())
            score[index] += float(np.sum(gammaln(alpha + persons) - gammaln(alpha)))
    if not seen:
        raise ModelError(f"no past year shows how well the rule '{rule}' does", do="start from a later year")
    return float(grid[int(score.argmax())])


def softened(share: np.ndarray, panel: SettlementPanel, as_of: int) -> np.ndarray:
    """Return shares without zeros: a thousandth is that of the population."""
    people = panel.population[panel.years.index(as_of)]
    return 0.999 * share + 0.001 * people / people.sum()


def spread_out(
    share: np.ndarray, totals: np.ndarray, spread: str, rng: np.random.Generator, size: float = 0.0
) -> np.ndarray:
    """Return persons by draw and municipality that a rule foresees.

    Parameters
    ----------
    share
        By municipality, sum 1.
    totals
        National total of each draw, whole persons.
    spread
        One of :data:`SPREADS`; a point forecast is the same in every draw and need not be whole.
    size
        Dirichlet precision.
    """
    if spread == "point":
        return share[None, :] * totals[:, None]
    if spread == "multinomial":
        return rng.multinomial(totals, share)
    return rng.multinomial(totals, rng.dirichlet(size * share, len(totals)))
