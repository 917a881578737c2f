"""How long from permit to settlement, and by which route? From an authority's table, or from made-up figures.

No published table holds it, so that without ``file`` everything is synthetic and says so.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from workbench.core.errors import DataError
from workbench.models.settlement.delay import Delay, fit_delay, synthetic_delays
from workbench.sources import files

MONTHS = (3, 6, 12, 24)
MADE_UP = 4000
"""Persons of the synthetic table."""
LONGEST = 120
"""Months since the permit beyond which a table is taken to hold days."""
NAMED = 5
"""Months without a row that are named one by one."""


def permit_delay(*, file: str | Path | None = None, seed: int = 1) -> Delay:
    """Return the delay by route: learnt from a table ``route, months, settled, waiting``, or from synthetic figures."""
    table = synthetic_delays(MADE_UP, seed) if file is None else files.read(file, "permit_delay")
    if file is not None:
        _months_or_days(table, str(file))
    notes = (*_absent(table), *_nobody(table))
    return replace(fit_delay(table, seed=seed, synthetic=file is None), notes=notes)


def _months_or_days(table: pd.DataFrame, where: str) -> None:
    """Refuse a table whose months can only be days: they reach beyond ten years, or all are whole months of days."""
    months = sorted({int(month) for month in table["months"]} - {0})
    if not months or (months[-1] <= LONGEST and not (len(months) > 2 and all(month % 30 == 0 for month in months))):
        return
    raise DataError(
        f"the column 'months' reaches {months[-1]}, which is {months[-1] / 12:.0f} years: are these days?",
        where=where,
        why="each number is taken as months since the permit",
        do="give whole months (days divided by 30.4, rounded down), at most " + str(LONGEST),
    )


def _nobody(table: pd.DataFrame) -> list[str]:
    """Return for each route of which nobody has been settled that its figures are mostly the assumption."""
    sums = table.assign(route=table["route"].astype(str)).groupby("route")[["settled", "waiting"]].sum()
    return [
        f"{route}: nobody has been settled yet, {int(row['waiting'])} wait; the figures are mostly an assumption, as "
        "if half a person had been settled, and the interval shows how little is known."
        for route, row in sums[sums["settled"] == 0].iterrows()
    ]


def _absent(table: pd.DataFrame) -> list[str]:
    """Return which months have no row though later ones have, by route, as sentences."""
    found = []
    for route, months in table.groupby("route")["months"]:
        lacking = sorted(set(range(int(months.max()))) - set(months.astype(int)))
        if lacking:
            more = f" and {len(lacking) - NAMED} more" if len(lacking) > NAMED else ""
            which = f"month{'s' * (len(lacking) > 1)} {', '.join(map(str, lacking[:NAMED]))}{more}"
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
