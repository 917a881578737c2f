"""What a settlement forecast is: draws by municipality and year, with what they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from workbench.core.dates.rhythm import Rhythm
from workbench.core.draws import Draws
from workbench.core.runs.provenance import RunRecord, Source
from workbench.models.diagnostics import Diagnostics
from workbench.studies.settlement.backtest.verdict import NEVER_TRIED, Verdict


@dataclass(frozen=True)
class SettlementResult:
    """A forecast with what it was made from.

    Attributes
    ----------
    draws
        Persons, dimensions (draw, municipality, year), the years after ``as_of``.
    observed
        Columns ``municipality, year, settled, …`` up to ``as_of``.
    later
        The same for the years forecast, where they are known by now.
    numbers
        For each draw the number of the draw of the national total that it continues; empty if the total is a number.
    rhythm
        What a period of ``year`` is.
    verdict
        How the model did against simple rules on this table.
    """

    record: RunRecord
    as_of: int
    contest: str
    draws: Draws
    observed: pd.DataFrame
    later: pd.DataFrame
    diagnostics: Diagnostics
    names: Mapping[str, str]
    parents: Mapping[str, str]
    positions: pd.DataFrame
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    given: str
    reused: bool
    numbers: tuple[int, ...] = ()
    rhythm: Rhythm = field(default_factory=Rhythm)
    verdict: Verdict = NEVER_TRIED

    @property
    def years(self) -> list[int]:
        """The periods forecast, first to last, as numbers of their rhythm."""
        return [int(year) for year in self.draws.labels("year")]

    def label(self, year: int) -> str:
        """Return a period as it is written: 2021, 2021-Q1 or 2021-01."""
        return self.rhythm.label(year)
