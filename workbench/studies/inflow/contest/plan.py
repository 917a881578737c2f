"""Which origins, horizons and forecasters is a backtest asked for, and can it be run?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from workbench.core.dates.calendar import add_months, month_number, month_range
from workbench.core.errors import DataError, WorkbenchError, together
from workbench.models import hubverse
from workbench.models.baselines import BASELINES
from workbench.studies.inflow.contest.origin import Learner

MODEL = hubverse.INFLOW
POOLS: Mapping[str, tuple[str, ...]] = {
    "pool-inflow-ETS-ARIMA-Theta": (MODEL, "AutoETS", "AutoARIMA", "OptimizedTheta"),
}
"""Opinion pools by their id; one is made if all its members forecast."""


def chosen(names: str) -> list[str]:
    """Return who forecasts, from names separated by commas; everybody if there are none.

    Raises
    ------
    DataError
        With every name that nobody has.
    """
    everybody = [MODEL, *BASELINES, *POOLS]
    wanted = [name.strip() for name in names.split(",") if name.strip()] or everybody
    unknown = [name for name in wanted if name not in everybody]
    if unknown:
        raise DataError(f"nobody is called {', '.join(unknown)}", where="--models", do="known: " + ", ".join(everybody))
    return wanted


def horizons_in(text: str) -> list[int]:
    """Return the months ahead of a text such as ``3-6`` or ``1,3,6``.

    >>> horizons_in("3-6")
    [3, 4, 5, 6]
    """
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if not (first.isdigit() and (last.isdigit() if dash else True)):
            raise DataError(f"'{text}' are no horizons", do="write them as 3-6, or as 1,3,6")
        if last and int(last) < int(first):
            raise DataError(f"the horizons '{part.strip()}' run backwards", do=f"write them as {last}-{first}")
        found |= set(range(int(first), int(last or first) + 1))
    return sorted(found)


def origins_in(file: Path | str) -> list[str]:
    """Return the months in a text file, one a line; empty lines and what follows a ``#`` do not count."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("cannot read the origins", where=str(file), why=str(error), do="check the path") from error
    months = [month for line in lines if (month := line.partition("#")[0].strip())]
    faults = []
    for month in months:
        try:
            month_number(month)
        except DataError as error:
            faults.append(error)
    if faults:
        raise together("the origins cannot be used", faults, where=str(file))
    if not months:
        raise DataError("no origin stands in the file", where=str(file), do="write one month a line, such as 2015-06")
    return months


def every(first: str, last: str, months: int = 1) -> list[str]:
    """Return the origins from first to last, one in so many months."""
    if months < 1 or month_number(last) < month_number(first):
        raise DataError(
            f"no origins lie between {first} and {last}, one in {months} months", do="let the last follow the first"
        )
    return month_range(first, last)[::months]


def check(
    cells: pd.DataFrame,
    origins: Sequence[str],
    horizons: Sequence[int],
    models: Mapping[str, Learner],
    baselines: Sequence[str],
) -> None:
    """Raise one error with everything that is wrong with what was asked for; ``cells`` has months as its index."""
    faults: list[WorkbenchError] = []
    first, last = str(cells.index[0]), str(cells.index[-1])
    outside = [origin for origin in origins if not first <= origin <= last]
    if not origins:
        faults.append(DataError("no origin is asked for", do="name at least one month"))
    if outside:
        faults.append(
            DataError(
                f"origins outside the data: {', '.join(outside[:5])}",
                why=f"the table covers {first} to {last}",
                do="choose from these",
            )
        )
    elif origins and horizons and add_months(origins[0], min(horizons)) > last:
        faults.append(
            DataError(
                f"no outcome is known for any origin from {origins[0]}",
                why=f"the data end in {last}",
                do="start earlier, or ask for nearer months",
            )
        )
    if not horizons or min(horizons) < 1 or max(horizons) > 24:
        faults.append(DataError("horizons lie between 1 and 24 months", do="ask for example for 3-6"))
    unknown = [name for name in baselines if name not in BASELINES]
    if unknown:
        known = "known: " + ", ".join(BASELINES)
        faults.append(DataError(f"no baseline is called {', '.join(unknown)}", do=known))
    strange = [name for name in models if not name.startswith(hubverse.OURS)]
    if strange:
        faults.append(DataError(f"model ids start with '{hubverse.OURS}': {', '.join(strange)}"))
    if not models and not baselines:
        faults.append(DataError("nobody is asked to forecast", do="name at least one model or baseline"))
    if faults:
        raise together("the backtest cannot be run", faults, where="backtest")
