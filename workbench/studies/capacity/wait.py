"""How long does it take, for somebody who applies now and somebody who waits already? Tied to the output planned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.contracts.checking import check
from workbench.core.dates.calendar import known_period, month_number
from workbench.core.errors import DataError, Fault, nearest
from workbench.core.runs.provenance import Source
from workbench.models.agency import waits
from workbench.models.agency.waits import LifeTable
from workbench.sources import files, localities
from workbench.studies.capacity.agency import LOCALITY

FEWEST = 100
"""Cases that a promise needs at least; of fewer nothing is said."""
AHEAD = 48
SHARES = (0.5, 0.8)
WAITED = (0, 3, 6, 12)
WINDOW = 6
LAST_MONTHS = 6


@dataclass(frozen=True)
class Promise:
    """One promise: months until half, and until four in five, of cases like this will have been decided.

    ``cases`` is what it rests on; ``months50`` and ``months80`` are None where withheld or beyond what is foreseen.
    """

    stage: str
    case_type: str
    waited: int
    months50: float | None
    months80: float | None
    cases: int
    withheld: bool


@dataclass(frozen=True, eq=False)
class Waits:
    """Promises by type, stage and months waited, and what they rest on.

    ``decisions``: those of the months ahead relative to the last six months', where no plan tells them.
    """

    promises: tuple[Promise, ...]
    naive: dict[tuple[str, str], float]
    as_of: str
    sources: tuple[Source, ...]
    planned: bool
    decisions: float = 1.0

    def table(self) -> pd.DataFrame:
        """Return one row per promise."""
        return pd.DataFrame([vars(promise) for promise in self.promises])


def read_ages(
    file: Path | str | None = None, locality: str | Path = LOCALITY
) -> tuple[pd.DataFrame, tuple[Source, ...]]:
    """Return a checked table of cases by month they came and month counted, and its source."""
    if file is None:
        entry = localities.load(locality).table("ages")
        where, source = entry.path, (entry.source,)
    else:
        where, source = Path(file), (Source(str(file), "own table", "own"),)
    raw, first_row = files.numbered(where, "case_ages")
    frame = check(raw, "case_ages", where=str(where), first_row=first_row)
    gone = frame.get("withdrawn", 0)
    early = frame["month"] < frame["came"]
    more = frame["decided"] + gone > frame["waiting"]
    faults = [
        Fault("counted before it came", int(raw.index[int(at)]) + first_row, "month", str(frame["month"].iloc[int(at)]))
        for at in np.flatnonzero(early)
    ]
    faults += [
        Fault(
            "more cases were closed than waited",
            int(raw.index[int(at)]) + first_row,
            "decided",
            int(frame["decided"].iloc[int(at)]),
        )
        for at in np.flatnonzero(more)
    ]
    if faults:
        raise DataError("this table of cases by age does not hold together", where=str(where), faults=faults)
    return frame, source


def grids(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return waiting, decided and withdrawn of one group by month came and month counted, on one calendar."""
    first = month_number(str(frame["came"].min()))
    size = month_number(str(frame["month"].max())) - first + 1
    found = np.full((3, size, size), np.nan)
    rows = frame["came"].map(month_number).to_numpy() - first
    columns = frame["month"].map(month_number).to_numpy() - first
    for at, name in enumerate(("waiting", "decided", "withdrawn")):
        found[at, rows, columns] = pd.to_numeric(frame[name]).to_numpy(float) if name in frame else 0.0
    return found[0], found[1], found[2]


def promises(
    frame: pd.DataFrame,
    *,
    as_of: str | None = None,
    decisions: float = 1.0,
    output_change: np.ndarray | None = None,
    intake_change: np.ndarray | None = None,
    waited: tuple[int, ...] = WAITED,
    size: int = 400,
    seed: int = 1,
    sources: tuple[Source, ...] = (),
    planned: bool = False,
) -> Waits:
    """Return how long cases will wait, by type and stage.

    Parameters
    ----------
    as_of
        Last month that may be known; the table's last one by default.
    decisions
        Decisions of the months ahead relative to the last six months', where ``output_change`` does not tell them.
    output_change, intake_change
        Decisions and new cases of the months ahead relative to the last six months', (draw, month), e.g. under a
        staffing plan. None: both go on as in those months, decisions times ``decisions``.
    waited
        Whole months waited already; 0 is somebody who applies now.
    planned
        Whether the change of output is that of a staffing plan.
    """
    if output_change is None:
        output_change = np.full((1, 12), decisions)
    counted = sorted(map(str, frame["month"].unique()))
    last = counted[-1] if as_of is None else known_period(as_of, counted)
    known = frame[frame["month"] <= last]
    found, naive = [], {}
    for (stage, kind), own in known.groupby(["stage", "case_type"], sort=False):
        waiting, decided, withdrawn = grids(own)
        recent = slice(max(waiting.shape[1] - LAST_MONTHS, 0), None)
        naive[str(stage), str(kind)] = _mean_of_decided(decided[:, recent], recent.start)
        if np.nansum(decided) < FEWEST:
            found += [Promise(str(stage), str(kind), age, None, None, 0, True) for age in waited]
            continue
        table = waits.life_table(waiting, decided, withdrawn, window=WINDOW, size=size, seed=seed)
        came = np.diag(waiting)[recent].mean()
        closed = np.nansum(decided[:, recent], axis=0).mean()
        scale = _scale(table, came, closed, output_change, intake_change, size)
        for age in waited:
            near = table.at_risk[min(age, len(table.at_risk) - 1)]
            if near < FEWEST:
                found.append(Promise(str(stage), str(kind), age, None, None, int(near), True))
                continue
            left = waits.still_waiting(table, scale, age=age, months=AHEAD)
            half, most = (waits.promise(left, share) for share in SHARES)
            found.append(Promise(str(stage), str(kind), age, half, most, int(near), False))
    return Waits(tuple(found), naive, last, sources, planned, decisions)


def _scale(
    table: LifeTable,
    came: float,
    closed: float,
    output_change: np.ndarray,
    intake_change: np.ndarray | None,
    size: int,
) -> np.ndarray:
    change = np.atleast_2d(output_change)
    more = np.ones(change.shape) if intake_change is None else np.atleast_2d(intake_change)
    rows = np.arange(size)
    return waits.scales(table, came * more[rows % len(more)], closed * change[rows % len(change)])


def _mean_of_decided(decided: np.ndarray, first: int) -> float:
    """Return the mean wait of cases decided in some months: what is often published, and biased."""
    came, month = np.indices(decided.shape)
    weight = np.nan_to_num(decided)
    return float((weight * (month + first - came)).sum() / max(weight.sum(), 1.0))


def promise_of(waits_: Waits, case_type: str, waited: int = 0, stage: str | None = None) -> Promise:
    """Return one promise.

    Raises
    ------
    DataError
        If there is none of this type; the nearest name is given.
    """
    kinds = list(dict.fromkeys(p.case_type for p in waits_.promises))
    for promise in waits_.promises:
        if promise.case_type == case_type and promise.waited == waited and stage in (None, promise.stage):
            return promise
    raise DataError(f"no promise for cases of type '{case_type}'", do=nearest(case_type, kinds))
