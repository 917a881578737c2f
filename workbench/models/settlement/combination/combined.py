"""A forecast by simple rules combined: weights and past errors of a table, drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from workbench.core.draws import Draws
from workbench.core.errors import DataError
from workbench.models import fit_files
from workbench.models.diagnostics import Diagnostics
from workbench.models.settlement.combination.adding_up import adding_up, drawn, normal_scores
from workbench.models.settlement.combination.errors import odds, past_errors
from workbench.models.settlement.combination.simple_rules import SimpleRules
from workbench.models.settlement.combination.weights import HORIZONS, Past, look_back, weigh
from workbench.models.settlement.evidence import BEFORE, newest_quotas
from workbench.models.settlement.futures import UNIT, paired, whole_persons
from workbench.models.settlement.not_fitted import COMBINED, NotFitted
from workbench.models.settlement.panel.entrants import entry, shares
from workbench.models.settlement.panel.files import panel_arrays, panel_of, panel_words
from workbench.models.settlement.panel.panel import SettlementPanel

FORMAT = "migration-workbench settlement combination 1"


@dataclass(frozen=True)
class CombinedRules:
    """Simple rules on one table, ready to forecast.

    Parameters
    ----------
    panel
        The periods known.
    accepted
        Newest accepted quotas known, persons by area: of the period ahead in the contest ``quotas``; zeros without any.
    contest
        Whether ``accepted`` belongs to the period ahead.
    draws
        How many futures are drawn at least.
    """

    panel: SettlementPanel
    accepted: np.ndarray
    contest: str
    draws: int

    @property
    def diagnostics(self) -> Diagnostics:
        """Nothing was sampled."""
        return NotFitted.of(COMBINED, self.draws)

    @cached_property
    def _rules(self) -> SimpleRules:
        panel = self.panel
        quotas = shares(panel.accepted)
        if self.contest != BEFORE:  # at each period the quotas of the next one are known
            quotas = np.vstack([quotas[1:], shares(self.accepted)])
        found = [quotas] if quotas.any() else []
        if quotas.any() and self.contest == BEFORE:
            asked = shares(panel.requested)
            here = np.stack([shares(panel.persons), quotas, asked])
            known = (here.sum(axis=2, keepdims=True) > 0).sum(axis=0)
            found += [asked, here.sum(axis=0) / np.maximum(known, 1)]
        if not (panel.population == 1).all():
            found.append(shares(panel.population))
        empty = np.zeros((0, *panel.persons.shape))
        return SimpleRules(panel.persons, panel.rhythm.each_year, np.stack(found) if found else empty)

    @cached_property
    def _looked_back(self) -> dict[int, Past | None]:
        return {}

    def _pasts(self, longest: int) -> dict[int, Past]:
        found = self._looked_back
        for ahead in {*HORIZONS, *range(1, longest + 1)} - set(found):
            found[ahead] = look_back(self._rules, ahead)
        return {ahead: past for ahead, past in sorted(found.items()) if past is not None}

    def expected(self, horizon: int) -> np.ndarray:
        """Return each area's share so many periods ahead, by the combination; sum 1."""
        foreseen = self._rules.foreseen(len(self.panel.years) - 1, horizon)
        weight = weigh(self._pasts(horizon), horizon, self._rules.supposed)
        return shares(np.where(self.panel.gone, 0.0, weight @ foreseen))

    def simulate(self, totals: np.ndarray, seed: int) -> Draws:
        """Return possible futures that add up, draw by draw, to the national totals.

        Parameters
        ----------
        totals
            Persons: one for each period ahead, or (draw, period); paired as by the share model.
        seed
            The same seed gives the same futures; a further period leaves those before it alone.

        Returns
        -------
        Draws
            Persons, dimensions draw, municipality, year (the periods after the last of ``panel``).

        Notes
        -----
        The odds of an area's share are those that the rules expect times a ratio drawn from what came over what was
        expected in areas of like size in the past, wider or narrower where the area's own past was. Areas without
        anybody for long enter as often, and as large, as such areas entered before.
        """
        totals = paired(totals, self.draws)
        persons = self.panel.persons
        size = (len(totals), persons.shape[1])
        future = np.empty((*size, totals.shape[1]), dtype=np.int64)
        scores = None
        for step in range(totals.shape[1]):
            horizon = step + 1
            rng = np.random.default_rng([seed, step])
            expected = self.expected(horizon)
            usual = float(np.median(totals[:, step]))
            errors = past_errors(self._pasts(horizon), horizon, self._rules, self.panel.gone)
            scores = normal_scores(size, scores, rng)
            off = drawn(errors.distributions(expected * usual), scores) * odds(expected)
            share = off / (1 + off)
            out, chance, first = entry(persons, horizon)
            out = out & ~self.panel.gone & ~(np.nan_to_num(self.accepted) > 0)
            if out.any():
                enters = rng.random((len(totals), int(out.sum()))) < chance[out]
                share[:, out] = np.where(enters, rng.choice(first, enters.shape), 0.0)
            future[:, :, step] = whole_persons(adding_up(share) * totals[:, [step]], rng)
        years = [self.panel.years[-1] + k for k in range(1, totals.shape[1] + 1)]
        return Draws.from_array(future, {"municipality": self.panel.municipalities, "year": years}, UNIT)

    def save(self, folder: Path | str) -> Path:
        """Write the combination into a folder, whole or not at all."""
        numbers = panel_arrays(self.panel)
        numbers["own_accepted"] = ("municipality", self.accepted)
        words = {"format": FORMAT, "contest": self.contest, "draws": self.draws, **panel_words(self.panel)}
        return fit_files.write(folder, numbers, words)

    @classmethod
    def load(cls, folder: Path | str) -> CombinedRules:
        """Read a saved combination; one of another format, or that is not of its own data, is refused."""
        try:
            words, whole = fit_files.read(folder, FORMAT)
            panel = panel_of(words, whole)
            return cls(panel, whole["own_accepted"].to_numpy(), str(words["contest"]), int(words["draws"]))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError(
                "this folder holds no combination of rules",
                where=str(folder),
                why=str(error),
                do="make the forecast again",
            ) from error


def combine(panel: SettlementPanel, *, as_of: int, contest: str = BEFORE, draws: int = 2000) -> CombinedRules:
    """Return the combination of rules that knows the periods up to ``as_of``; what is later is dropped unseen."""
    return CombinedRules(panel.until(as_of), newest_quotas(panel, as_of, contest), contest, draws)
