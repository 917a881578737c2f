"""How long from permit to settlement, and by which route? From an authority's table, or from made-up figures.

No published table holds it, so that without ``file`` everything is synthetic and says so.
"""

from __future__ import annotations

from dataclasses import replace
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
    return replace(fit_delay(table, seed=seed, synthetic=file is None), notes=tuple(_absent(table)))


def _absent(table: pd.DataFrame) -> list[str]:
    """Return which months have no row though later ones have, by route, as sentences."""
    found = []
    for route, months in table.groupby("route")["months"]:
        lacking = sorted(set(range(int(months.max()))) - set(months.astype(int)))
        if lacking:
            which = f"month{'s' * (len(lacking) > 1)} {', '.join(map(str, lacking))}"
            found.append(f"{route}: no row for {which}; taken as nobody settled, and nobody last seen waiting, then.")
    if int(table["months"].min()) > 0:
        found.append(
            "No route has a row for month 0, that of the permit: where months were counted from 1, take off 1."
        )
    return found


def by_route(delay: Delay) -> pd.DataFrame:
    """Return the share settled within 3, 6, 12 and 24 months: one row for each route and month.

    Columns route, months, median, low80, high80; months beyond the table are left out.
    """
    months = [month for month in MONTHS if month <= delay.chance.shape[2]] or [delay.chance.shape[2]]
    return pd.concat([delay.settled_within(month) for month in months], ignore_index=True)
