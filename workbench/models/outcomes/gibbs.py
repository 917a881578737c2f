r"""The posterior of the same model without a compiler: Gibbs sampling with Pólya-Gamma variables.

With :math:`\omega_{tp} \sim PG(n_{tp}, \eta_{tp})` the binomial likelihood of the logit :math:`\eta_{tp}` becomes a
normal one of the working response :math:`(s_{tp} - n_{tp}/2) / \omega_{tp}` with precision :math:`\omega_{tp}`. Given
these, all effects are jointly normal. The scales are drawn with the effects integrated out, which spares the sampler
the funnel of sparse cells. The chains draw from the posterior itself, but for the last terms of the sum that makes a
Pólya-Gamma variable (:func:`polya_gamma`); :mod:`workbench.models.outcomes.model` states the same in PyMC.

Where a gain is judged, a doubt is added: with a stated chance, beforehand, it makes no difference where anybody goes;
then the scales of places and pairs are half-normal(0.03). Without it, few counts let places differ more than they do,
and a plan that picks the best of them claims a gain where there is none (spike and slab).

References
----------
Mitchell and Beauchamp (1988), Bayesian variable selection in linear regression. JASA 83(404).
Polson, Scott and Windle (2013), Bayesian inference for logistic models using Pólya-Gamma latent variables. JASA
108(504).
Yu and Meng (2011), To center or not to center. Journal of Computational and Graphical Statistics 20(3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.models.outcomes.cells import Cells, Floats
from workbench.models.outcomes.model import LEVEL, SCALE
from workbench.models.sampling import Progress

TERMS = 6
"""Terms of the sum that makes a Pólya-Gamma variable; the rest is one gamma variable of the same mean and variance."""
STEPS, STRETCHES = 6, 3
"""Metropolis steps of the scales for each draw of the effects: given the working response, and given the counts."""
START = (0.5, 0.3, 0.2)
LEAST, MOST = -7.0, 3.0
"""Bounds of the logarithm of a scale: below a thousandth of a logit nothing differs, and matrices stay regular."""
NOTHING = 0.03
"""Half-normal scale of places and pairs if it makes no difference, in logits: shares differ by less than a point."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """Draws of the posterior: ``share`` (axes chain, draw, type, place) and ``scale`` (axes chain, draw, effect)."""

    share: Floats
    scale: Floats


def posterior(
    cells: Cells,
    *,
    draws: int,
    tune: int,
    chains: int,
    seed: int,
    doubt: float = 0.0,
    progress: Progress | None = None,
) -> Sampled:
    """Return draws of the shares and of the scales of types, places and pairs.

    Parameters
    ----------
    draws, tune, chains
        Draws kept and steps before them for each chain; the chains run side by side.
    doubt
        Chance, before any count, that it makes no difference where anybody goes.
    """
    rng = np.random.default_rng([seed, 17])
    kinds, towns = cells.n.shape
    half: Floats = cells.successes - cells.n / 2
    log_scale = np.log(START) + 0.5 * rng.standard_normal((chains, 3))
    raw = np.log((cells.successes + 0.5) / (cells.n - cells.successes + 0.5))
    logit = np.where(cells.n > 0, raw, 0.0) + 0.2 * rng.standard_normal((chains, kinds, towns))
    jump: Floats = 0.5 * np.eye(3)
    share = np.empty((chains, draws, kinds, towns))
    scale = np.empty((chains, draws, 3))
    seen = []
    for step in range(tune + draws):
        omega = polya_gamma(cells.n, logit, rng)
        here = _Normal.given(omega, half, log_scale, doubt)
        for _ in range(STEPS):
            # Now and then a long step: a scale near nought has a flat, far tail in its logarithm.
            wide = np.where(rng.random((chains, 1)) < 0.2, 3.0, 1.0)
            tried = log_scale + wide * (rng.standard_normal((chains, 3)) @ jump.T)
            there = _Normal.given(omega, half, tried, doubt)
            better = np.log(rng.random(chains)) < there.log_density - here.log_density
            log_scale = np.where(better[:, None], tried, log_scale)
            here = here.where(better, there)
        common, place, pair = _effects(here, omega, half, np.exp(log_scale), rng)
        for _ in range(STRETCHES):
            log_scale, place, pair = _rescaled(cells, common, place, pair, log_scale, jump, doubt, rng)
        logit = common[:, :, None] + place[:, None, :] + pair
        if step < tune:
            seen.append(log_scale)
            if step % 20 == 19:  # the shape of a step follows what has been seen; only while tuning
                late = np.concatenate(seen[len(seen) // 2 :])
                jump = np.asarray(1.4 * np.linalg.cholesky(np.cov(late.T) + 1e-4 * np.eye(3)), dtype=np.float64)
        else:
            share[:, step - tune], scale[:, step - tune] = 1 / (1 + np.exp(-logit)), np.exp(log_scale)
        if progress is not None and step % 20 == 19:
            progress((step + 1) * chains, (tune + draws) * chains)
    return Sampled(share, scale)


def polya_gamma(shape: NDArray[np.int64], tilt: Floats, rng: np.random.Generator) -> Floats:
    """Draw Pólya-Gamma variables; 0 where the shape is 0.

    Parameters
    ----------
    shape
        Counts; broadcasts against ``tilt``.
    """
    b = np.broadcast_to(shape, tilt.shape).astype(float)
    c = np.maximum(np.abs(tilt), 1e-2)
    pole = (np.arange(TERMS) + 0.5) ** 2 + (c[..., None] / (2 * np.pi)) ** 2
    weight = 1 / (2 * np.pi**2 * pole)
    drawn = (rng.standard_gamma(np.broadcast_to(b[..., None], weight.shape)) * weight).sum(axis=-1)
    # What is left of the sum, by the mean and the variance of the whole.
    e = np.exp(-c)
    mean = b * ((1 - e) / (1 + e) / (2 * c) - weight.sum(axis=-1))
    variance = b * ((1 - e**2 - 2 * c * e) / (2 * c**3 * (1 + e) ** 2) - (weight**2).sum(axis=-1))
    mean, variance = np.maximum(mean, 1e-300), np.maximum(variance, 1e-300)
    rest = rng.standard_gamma(np.where(b > 0, mean**2 / variance, 1.0)) * variance / mean
    return np.asarray(np.where(b > 0, drawn + rest, 0.0), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Normal:
    """The normal model given the Pólya-Gamma variables and scales, pairs and places integrated out; by chain.

    ``pull`` and ``precision`` are those of the level and type of each cell together, prior included.
    """

    log_density: Floats
    weight: Floats
    response: Floats
    of_place: Floats
    precision: Floats
    pull: Floats

    @classmethod
    def given(cls, omega: Floats, half: Floats, log_scale: Floats, doubt: float) -> _Normal:
        square = np.exp(2 * np.clip(log_scale, LEAST, MOST))
        kinds = omega.shape[1]
        shrunk = 1 / (1 + omega * square[:, 2, None, None])
        weight, response = omega * shrunk, half * shrunk
        # Places: one unknown each, integrated out one by one.
        all_types, its_pull = weight.sum(axis=1), response.sum(axis=1)
        of_place = 1 / (all_types + 1 / square[:, 1, None])
        fit = np.divide(half**2, omega, out=np.zeros_like(omega), where=omega > 0) * shrunk
        told = 0.5 * (its_pull**2 * of_place).sum(axis=1) - 0.5 * fit.sum(axis=(1, 2))
        told += 0.5 * np.log(shrunk).sum(axis=(1, 2)) + 0.5 * np.log(of_place / square[:, 1, None]).sum(axis=1)
        between = (weight * of_place[:, None, :]) @ weight.transpose(0, 2, 1)
        data = np.eye(kinds) * weight.sum(axis=2)[:, :, None] - between
        pull = response.sum(axis=2) - (weight @ (of_place * its_pull)[:, :, None])[..., 0]
        # Level and type together: the prior's inverse by Sherman and Morrison.
        own = 1 / square[:, 0]
        joint = LEVEL**2 / (1 + kinds * LEVEL**2 * own)
        prior = own[:, None, None] * np.eye(kinds) - (own**2 * joint)[:, None, None]
        precision = data + prior
        _, prior_log = np.linalg.slogdet(prior)
        _, posterior_log = np.linalg.slogdet(precision)
        mean = np.linalg.solve(precision, pull[..., None])[..., 0]
        told += 0.5 * (pull * mean).sum(axis=1) + 0.5 * (prior_log - posterior_log)
        told += _prior(log_scale, doubt)
        told = np.where(_within(log_scale), told, -np.inf)
        return cls(told, weight, response, of_place, precision, pull)

    def where(self, better: NDArray[np.bool_], other: _Normal) -> _Normal:
        """Return the other one for the chains named."""
        return _Normal(
            *(
                np.where(better.reshape(-1, *[1] * (mine.ndim - 1)), its, mine)
                for mine, its in ((getattr(self, name), getattr(other, name)) for name in self.__dataclass_fields__)
            )
        )


def _effects(
    model: _Normal, omega: Floats, half: Floats, scale: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Draw level with type (axes chain, type), place (chain, place) and pair (chain, type, place), given the scales."""
    root = np.linalg.cholesky(model.precision)
    noise = rng.standard_normal(model.pull.shape)
    mean = np.linalg.solve(model.precision, model.pull[..., None])
    common: Floats = np.asarray((mean + np.linalg.solve(root.transpose(0, 2, 1), noise[..., None]))[..., 0])
    rest = (model.response - model.weight * common[:, :, None]).sum(axis=1)
    place = model.of_place * rest + np.sqrt(model.of_place) * rng.standard_normal(model.of_place.shape)
    square = scale[:, 2, None, None] ** 2
    shrunk = square / (1 + omega * square)
    known = common[:, :, None] + place[:, None, :]
    pair = shrunk * (half - omega * known) + np.sqrt(shrunk) * rng.standard_normal(omega.shape)
    return common, place, pair


def _rescaled(
    cells: Cells,
    common: Floats,
    place: Floats,
    pair: Floats,
    log_scale: Floats,
    jump: Floats,
    doubt: float,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Try another scale of places and pairs with all their effects stretched alike, judged by the counts themselves.

    The other half of an interweaving: it moves far where the step given the effects moves little.
    """
    tried = log_scale + np.array([0.0, 1.0, 1.0]) * (rng.standard_normal(log_scale.shape) @ jump.T)
    stretch = np.exp(tried - log_scale)
    places, pairs = place * stretch[:, 1, None], pair * stretch[:, 2, None, None]
    density = [
        _log_likelihood(cells, common[:, :, None] + b[:, None, :] + c) + _prior(log, doubt)
        for b, c, log in ((place, pair, log_scale), (places, pairs, tried))
    ]
    better = (np.log(rng.random(len(tried))) < density[1] - density[0]) & _within(tried)
    return (
        np.where(better[:, None], tried, log_scale),
        np.where(better[:, None], places, place),
        np.where(better[:, None, None], pairs, pair),
    )


def _prior(log_scale: Floats, doubt: float) -> Floats:
    """Return the log density of the scales, on their logarithm, up to a constant."""
    scale = np.exp(np.clip(log_scale, LEAST, MOST))
    density = (log_scale - scale**2 / (2 * SCALE**2)).sum(axis=1)
    if doubt:  # the ratio of both densities of places and pairs: narrow against wide
        odds = np.log(doubt / (1 - doubt)) + 2 * np.log(SCALE / NOTHING)
        square = (scale[:, 1:] ** 2).sum(axis=1)
        density += np.logaddexp(0.0, odds - square * (1 / NOTHING**2 - 1 / SCALE**2) / 2)
    return np.asarray(density, dtype=np.float64)


def _within(log_scale: Floats) -> NDArray[np.bool_]:
    return np.asarray(((log_scale >= LEAST) & (log_scale <= MOST)).all(axis=1))


def _log_likelihood(cells: Cells, logit: Floats) -> Floats:
    return np.asarray((cells.successes * logit - cells.n * np.logaddexp(0.0, logit)).sum(axis=(1, 2)), dtype=np.float64)
