"""Do the priors alone expect histories like those that were published? Drawn before any data are learnt from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from workbench.core.errors import AssumptionError
from workbench.models.inflow.components import InflowComponents
from workbench.models.inflow.fit import dynamics_of, season_terms_of
from workbench.models.inflow.model import InflowModel
from workbench.models.inflow.recursion import beginning, following, scale_now
from workbench.models.inflow.series import InflowSeries

YEAR = 12
HIGHEST = 50.0
"""Multiple of the highest known month that no drawn month exceeds: a level must not follow what cannot be."""
PARAMETERS = ("gain", "start", "scale", "season", "degrees_of_freedom", "reaction", "persistence", "reversion")
TRAITS = {
    "typical change": "median change from month to month, either way",
    "largest change": "largest change from month to month, either way",
    "spread of years": "standard deviation of the means of twelve months",
    "spread of seasons": "standard deviation of the twelve calendar months' means, each year's mean taken off",
}
"""What a history is described by: all on the scale log(1 + persons), where .1 is about 10 %."""


def prior_check(model: InflowModel, series: InflowSeries, *, seed: int, draws: int = 400) -> pd.DataFrame:
    """Return how histories drawn from the priors compare with the published ones.

    Parameters
    ----------
    model
        Whose priors are drawn from.
    series
        Lends its months, its gaps and the mean of each first year, around which levels start.
    seed
        The same seed gives the same histories.
    draws
        Histories of every destination, at least 50.

    Returns
    -------
    pandas.DataFrame
        One row per trait: ``trait, prior_low, prior_median, prior_high`` (90 % of drawn histories lie between),
        ``published_low, published_median, published_high`` (over destinations), ``inside`` (share of destinations
        within the 90 %), ``meaning``. A share far below .9 says that the priors do not expect such figures; much wider
        limits than the published ones say that they expect little.

    Notes
    -----
    *Forgetting* weighs evidence and *surges* concern forecasts: neither is part of a drawn history.
    """
    if draws < 50:
        raise AssumptionError(f"{draws} histories", why="their outer twentieths are asked for", do="draw 50 or more")
    parameters = draw_parameters(model, series, draws=draws, seed=seed)
    drawn = traits(draw_histories(parameters, series, model.components, seed=seed), series.observed)
    published = traits(series.log_persons[None], series.observed)
    rows = []
    for trait, meaning in TRAITS.items():
        low, middle, high = np.nanquantile(drawn[trait], (0.05, 0.5, 0.95))
        own = published[trait][~np.isnan(published[trait])]
        ends = (own.min(), np.median(own), own.max()) if own.size else (np.nan,) * 3
        inside = float(((own >= low) & (own <= high)).mean()) if own.size else np.nan
        rows.append((trait, low, middle, high, *ends, inside, meaning))
    limits = [f"{whose}_{end}" for whose in ("prior", "published") for end in ("low", "median", "high")]
    return pd.DataFrame(rows, columns=["trait", *limits, "inside", "meaning"])


def draw_parameters(model: InflowModel, series: InflowSeries, *, draws: int, seed: int) -> xr.Dataset:
    """Return parameters drawn from the priors, laid out as a posterior is: chain (one), draw, destination, term."""
    from workbench.models.sampling import without_compiler

    with without_compiler():
        import pymc as pm

        built = model.build(series)
        names = [name for name in PARAMETERS if name in built.named_vars]
        values = pm.draw([built[name] for name in names], draws=draws, random_seed=seed, mode="FAST_COMPILE")
        dims = {name: built.named_vars_to_dims.get(name, ()) for name in names}
    coords = {"destination": list(series.destinations)}
    arrays = {
        name: (("chain", "draw", *map(str, dims[name])), np.asarray(value)[None])
        for name, value in zip(names, values, strict=True)
    }
    return xr.Dataset(arrays, coords=coords)


def draw_histories(
    parameters: xr.Dataset, series: InflowSeries, components: InflowComponents, *, seed: int
) -> np.ndarray:
    """Return histories that follow from parameters; axes (draw, month, destination), log(1 + persons), at least 0.

    Destinations are drawn apart from each other, and every month happens, published or not.
    """
    dynamics = dynamics_of(parameters, components)
    state, rng = beginning(dynamics), np.random.default_rng(seed)
    highest = np.log1p(HIGHEST * np.nanmax(series.persons, axis=0))  # a whole history, not what follows a last month
    everywhere = np.ones(len(series.destinations), dtype=bool)
    months = []
    for term in season_terms_of(series, components):
        expected = state.level + dynamics.season @ term
        shock = scale_now(dynamics, state) * rng.standard_t(dynamics.freedom, state.level.shape)
        y = np.clip(expected + shock, 0.0, highest)
        state = following(dynamics, state, y - expected, everywhere)
        months.append(y)
    return np.stack(months, axis=1)


def traits(histories: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
    """Return the :data:`TRAITS` of histories where they are observed.

    Parameters
    ----------
    histories
        Axes (draw, month, destination), log scale.
    observed
        Axes (month, destination).

    Returns
    -------
    dict of numpy.ndarray
        By trait, axes (draw, destination); NaN without two months on end or two whole years.
    """
    y = np.where(observed, histories, np.nan)
    change = abs(np.diff(y, axis=1))
    whole = y[:, : y.shape[1] // YEAR * YEAR].reshape(len(y), -1, YEAR, y.shape[2])
    year = whole.mean(axis=2)  # NaN unless all twelve are there
    season = _mean(whole - year[:, :, None], axis=1)
    return {
        "typical change": _median(change, axis=1),
        "largest change": np.where(np.isnan(change).all(axis=1), np.nan, np.nan_to_num(change, nan=-1).max(axis=1)),
        "spread of years": _spread(year, axis=1),
        "spread of seasons": _spread(season, axis=1),
    }


def _median(values: np.ndarray, axis: int) -> np.ndarray:
    ordered = np.ma.median(np.ma.masked_invalid(values), axis=axis)
    return np.ma.filled(ordered.astype(float), np.nan)


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    return np.ma.filled(np.ma.masked_invalid(values).mean(axis=axis), np.nan)


def _spread(values: np.ndarray, axis: int) -> np.ndarray:
    known = np.ma.masked_invalid(values)
    return np.where(known.count(axis=axis) > 1, np.ma.filled(known.std(axis=axis), np.nan), np.nan)
