r"""How large is the gain of a plan, by the counts under a doubt, and on persons from whom its scores were not made?

**Under a doubt** (:func:`doubted`): the model of outcomes with a chance of one half, beforehand, that it makes no
difference where anybody goes. Its posterior gives the gain of this very plan. Where counts are few it stays near
zero, and the interval is never narrower than the one without the doubt.

**Cross-fitted** (:func:`cross_fitted`), without trust in the model's shape, and so with a far wider interval: persons
are split at random into folds. Scores are fitted without a fold, a plan is made with them, and the plan is judged on
the fold, with today's practice beside it for the same persons placed. With :math:`W_{tp}` the share of persons whom a
plan sends as type t to place p, :math:`\hat\mu` the fitted share, and n, s the persons counted and those who reached
the outcome, fold k of K says

.. math:: V_k = \sum_{tp} W_{tp} \Big[\hat\mu_{tp} + K (s^k_{tp} - n^k_{tp}\hat\mu_{tp}) / n_{tp}\Big],

the doubly robust estimate with the propensity of past placements taken from the counts; where nobody was counted the
model alone speaks.

References
----------
Chernozhukov et al. (2018), Double/debiased machine learning. Econometrics Journal 21(1).
Dudík, Langford and Li (2011), Doubly robust policy evaluation and learning. ICML.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.models.outcomes.cells import Cells, Floats
from workbench.models.outcomes.fit import quick_draws
from workbench.studies.allocation.honesty.batch import Planner

Z95 = 1.959964
FEW = 5
TWICE = 2.0


@dataclass(frozen=True)
class Gain:
    """A gain as a share of what practice reaches for the same persons, with its 95 % interval.

    Attributes
    ----------
    gain, low, high
        Posterior mean under the doubt; the interval holds the posterior's with the doubt and without it.
    moved
        Share of the persons placed whom the plan sends elsewhere than practice does, type by type.
    """

    gain: float
    low: float
    high: float
    moved: float


@dataclass(frozen=True)
class CrossFitted:
    """A gain judged on persons from whom the scores were not made, as a share of what practice reaches.

    Attributes
    ----------
    gain, low, high
        Doubly robust estimate and 95 % interval.
    weighted
        Estimate by inverse probability weights alone (Hájek), without the model.
    no_past
        Share of the plan's persons sent where nobody of their type was counted: the model alone speaks there.
    few_past
        Share sent where fewer than five of their type were counted.
    effective
        Effective number of past persons on which the plan's value rests.
    """

    gain: float
    low: float
    high: float
    weighted: float
    no_past: float
    few_past: float
    effective: float


def doubted(plan: Floats, practice: Floats, *, sure: Floats, doubting: Floats) -> Gain:
    """Return the gain of a plan over practice by draws of the shares.

    Parameters
    ----------
    plan, practice
        Index type, columns place: persons sent there.
    sure, doubting
        Draws of the shares without and with the doubt, axes draw, type, place.
    """
    went, usual = normalised(plan, practice)
    gains = [(draws * went).sum(axis=(1, 2)) / (draws * usual).sum(axis=(1, 2)) - 1 for draws in (sure, doubting)]
    ends = np.quantile(gains, [0.025, 0.975], axis=1)
    return Gain(
        gain=float(gains[1].mean()),
        low=float(ends[0].min()),
        high=float(ends[1].max()),
        moved=float(np.abs(went - usual).sum() / 2),
    )


def cross_fitted(
    cells: Cells, planner: Planner, practice: Floats, *, drawn: Floats, folds: int, seed: int
) -> CrossFitted:
    """Return the gain of plans made with a planner over practice, each judged on persons it was not made from.

    Parameters
    ----------
    cells
        Past persons and outcomes.
    planner
        Makes a plan from shares.
    practice
        Index type, columns place: persons that practice sends there.
    drawn
        Draws of the shares from all persons, axes draw, type, place: how sure the model is where nobody was counted.
    """
    parts = cells.parted(folds, np.random.default_rng([seed, 1]))
    n = np.maximum(1, cells.n)
    values, weighted, sent = [], [], []
    for part in parts:
        share = np.asarray(quick_draws(cells.without(part), seed=seed).mean(axis=0), dtype=np.float64)
        plan, usual = normalised(planner(share), practice)
        rest = folds * (part.successes - part.n * share) / n
        values.append([float((w * (share + rest)).sum()) for w in (plan, usual)])
        weighted.append([_hajek(w, part, cells) for w in (plan, usual)])
        sent.append((plan, usual))
    value, base = np.mean(values, axis=0)
    gain = float(value / base - 1)
    spread = _spread(sent, parts, cells, drawn, gain, float(base))
    above, below = _mean_of_known(weighted)
    plan = np.mean([each[0] for each in sent], axis=0)
    return CrossFitted(
        gain=gain,
        low=gain - Z95 * spread,
        high=gain + Z95 * spread,
        weighted=float(above / below - 1) if below > 0 else float("nan"),
        no_past=float(plan[cells.n == 0].sum()),
        few_past=float(plan[cells.n < FEW].sum()),
        effective=float(plan[cells.n > 0].sum() ** 2 / max(1e-12, (plan**2 / n)[cells.n > 0].sum())),
    )


def normalised(plan: Floats, practice: Floats) -> tuple[Floats, Floats]:
    """Return both as shares of the persons placed by the plan: practice for as many persons of each type."""
    total = max(1e-12, float(plan.sum()))
    went = practice.sum(axis=1, keepdims=True)
    # Whom practice places nowhere stays, in the comparison, where the plan sends them: no gain is made of that.
    usual = np.where(
        went > 0, practice / np.maximum(went, 1e-12), plan / np.maximum(plan.sum(axis=1, keepdims=True), 1e-12)
    )
    return plan / total, usual * plan.sum(axis=1, keepdims=True) / total


def claimed(share: Floats, planner: Planner, practice: Floats) -> float:
    """Return the gain that scores claim of the plan made with them: by their own account."""
    plan, usual = normalised(planner(share), practice)
    return float((plan * share).sum() / (usual * share).sum() - 1)


def true_gain(share: Floats, truth: Floats, planner: Planner, practice: Floats) -> float:
    """Return the gain that a plan made with these shares really has, where the truth is known."""
    plan, usual = normalised(planner(share), practice)
    return float((plan * truth).sum() / (usual * truth).sum() - 1)


def _hajek(weight: Floats, part: Cells, cells: Cells) -> float:
    """Return the mean outcome of a fold's persons, weighted to stand for those whom a plan sends."""
    ratio = weight / np.maximum(1, cells.n)
    counted = float((ratio * part.n).sum())
    return float((ratio * part.successes).sum() / counted) if counted > 0 else np.nan


def _mean_of_known(pairs: list[list[float]]) -> Floats:
    known = [pair for pair in pairs if not np.isnan(pair).any()]
    return np.mean(known, axis=0) if known else np.full(2, np.nan)


def _spread(
    sent: list[tuple[Floats, Floats]],
    parts: tuple[Cells, ...],
    cells: Cells,
    drawn: Floats,
    gain: float,
    base: float,
) -> float:
    """Return the standard error: persons' own chance where some were counted, the model's where nobody was.

    Every plan is made from the persons who judge the other plans, so the folds' errors go together. Where a plan
    follows chance alone, each pair of folds says the same thing twice, which doubles the variance; it is never more.
    """
    p, model = drawn.mean(axis=0), drawn.std(axis=0)
    noise = p * (1 - p)
    variance = 0.0
    for (plan, usual), part in zip(sent, parts, strict=True):
        pull = (plan - (1 + gain) * usual) / base
        variance += float(((pull / np.maximum(1, cells.n)) ** 2 * part.n * noise)[cells.n > 0].sum())
        variance += float((pull**2 * model**2)[cells.n == 0].sum()) / len(parts)
    return float(np.sqrt(TWICE * variance))
