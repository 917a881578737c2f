"""How long from permit to settlement, and by which route? From an authority's table, or from made-up figures.

No published table holds it, so that without ``file`` everything is synthetic and says so.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbench.models.settlement.delay import Delay, fit_delay, synthetic_delays
from workbench.sources import files

MONTHS = (3, 6, 12, 24)
MADE_UP = 4000
"""Persons of the synthetic table."""


def permit_delay(*, file: str | Path | None = None, seed: int = 1) -> Delay:
    """Return the delay by route: learnt from a table ``route, months, settled, waiting``, or from synthetic figures."""
    table = synthetic_delays(MADE_UP, seed) if file is None else files.read(file, "permit_delay")
    return fit_delay(table, seed=seed, synthetic=file is None)


def by_route(delay: Delay) -> pd.DataFrame:
    """Return the share settled within 3, 6, 12 and 24 months: one row for each route and month.

    Columns route, months, median, low80, high80; months beyond the table are left out.
    """
    months = [month for month in MONTHS if month <= delay.chance.shape[2]] or [delay.chance.shape[2]]
    return pd.concat([delay.settled_within(month) for month in months], ignore_index=True)
