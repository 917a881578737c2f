"""Whether a posterior can be trusted: R-hat, effective sample sizes and divergences, against fixed limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

RHAT_BELOW = 1.01
ESS_ABOVE = 400.0
DIVERGENT_SHARE = 0.001


@dataclass(frozen=True)
class Diagnostics:
    """Whether the chains of a fit agree, and have seen enough.

    The limits are those of Vehtari et al. (2021): rank-normalised R-hat below 1.01, bulk and tail effective sample size
    above 400 for every quantity; divergent transitions are tolerated up to one draw in a thousand.

    Parameters
    ----------
    max_rhat
        Largest R-hat of all quantities (none).
    min_bulk_ess, min_tail_ess
        Smallest effective sample size of all quantities (draws).
    divergences
        Divergent transitions after tuning (count).
    draws
        Draws of all chains on which the numbers rest (count).
    worst
        The quantity that is furthest from its limit, as ``name[label]``.

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Rank-normalization, folding, and localization: an improved
    R-hat for assessing convergence of MCMC. Bayesian Analysis 16(2).
    """

    max_rhat: float
    min_bulk_ess: float
    min_tail_ess: float
    divergences: int
    draws: int
    worst: str

    @property
    def failures(self) -> tuple[str, ...]:
        """The limits that are not met, one phrase each; empty if all are."""
        found = []
        # Written as "not within", so that NaN (a chain that never moved) fails.
        if not self.max_rhat < RHAT_BELOW:
            found.append(f"R-hat is {self.max_rhat:.3f} (limit {RHAT_BELOW})")
        if not self.min_bulk_ess > ESS_ABOVE:
            found.append(f"bulk effective sample size is {self.min_bulk_ess:.0f} (limit {ESS_ABOVE:.0f})")
        if not self.min_tail_ess > ESS_ABOVE:
            found.append(f"tail effective sample size is {self.min_tail_ess:.0f} (limit {ESS_ABOVE:.0f})")
        if self.divergences > DIVERGENT_SHARE * self.draws:
            found.append(f"{self.divergences} of {self.draws} draws diverged (limit 1 in {round(1 / DIVERGENT_SHARE)})")
        return tuple(found)

    @property
    def ok(self) -> bool:
        """Whether every limit is met."""
        return not self.failures

    def sentence(self) -> str:
        """Return the verdict in one sentence, as it stands in a report.

        >>> Diagnostics(1.004, 1600.0, 1450.0, 0, 4000, "gain[DE]").sentence()
        'The chains agree: R-hat at most 1.004, effective sample size at least 1,450, 0 divergences in 4,000 draws.'
        """
        if self.ok:
            least = min(self.min_bulk_ess, self.min_tail_ess)
            return (
                f"The chains agree: R-hat at most {self.max_rhat:.3f}, effective sample size at least {least:,.0f}, "
                f"{self.divergences} divergence{'s' * (self.divergences != 1)} in {self.draws:,} draws."
            )
        return f"This fit must not be relied on: {'; '.join(self.failures)}; the worst quantity is {self.worst}."

    def named(self, names: Mapping[str, str]) -> Diagnostics:
        """Return the same with the worst quantity in words, its labels beside their names.

        >>> Diagnostics(1.2, 90.0, 80.0, 0, 4000, "scale[1838]").named({"1838": "Gildeskål"}).worst
        'the scale of 1838 Gildeskål'
        """
        quantity, bracket, rest = self.worst.partition("[")
        if not bracket:
            return self
        labels = rest.removesuffix("]").split(", ")
        told = [f"{label} {names[label]}" if names.get(label, label) != label else label for label in labels]
        return replace(self, worst=f"the {quantity.replace('_', ' ')} of {', '.join(told)}")

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as a JSON-able mapping."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Diagnostics:
        """Read what :meth:`to_dict` returned."""
        return cls(**raw)


def diagnose(posterior: xr.Dataset, divergences: int) -> Diagnostics:
    """Return the diagnostics of all quantities of a posterior.

    Parameters
    ----------
    posterior
        Variables with the leading dimensions chain and draw.
    divergences
        Divergent transitions after tuning.
    """
    import arviz as az  # heavy; only after sampling, when it is loaded anyway

    with np.errstate(all="ignore"):  # a chain that never moved gives 0/0, which fails below as NaN
        tables = [az.rhat(posterior), az.ess(posterior), az.ess(posterior, method="tail")]
    names, columns = _named(posterior), [_flat(table) for table in tables]
    rhat, bulk, tail = columns
    excess = np.nan_to_num(np.maximum((rhat - 1) / (RHAT_BELOW - 1), ESS_ABOVE / np.minimum(bulk, tail)), nan=np.inf)
    return Diagnostics(
        max_rhat=float(rhat.max()),
        min_bulk_ess=float(bulk.min()),
        min_tail_ess=float(tail.min()),
        divergences=int(divergences),
        draws=int(posterior.sizes["chain"] * posterior.sizes["draw"]),
        worst=names[int(excess.argmax())],
    )


def _flat(table: xr.Dataset) -> np.ndarray:
    return np.concatenate([np.atleast_1d(table[name].values).ravel() for name in table.data_vars])


def _named(posterior: xr.Dataset) -> list[str]:
    names: list[str] = []
    for name, values in posterior.data_vars.items():
        dims = [d for d in values.dims if d not in ("chain", "draw")]
        if not dims:
            names.append(str(name))
            continue
        for index in np.ndindex(*(values.sizes[d] for d in dims)):
            labels = [str(values.coords[d].values[i]) for d, i in zip(dims, index, strict=True)]
            names.append(f"{name}[{', '.join(labels)}]")
    return names
