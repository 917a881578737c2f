"""What did others forecast? An agency's or experts' quantiles, entered with a name and a date, never replaced."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.dates.calendar import month_end, month_number
from workbench.core.errors import DataError, Fault
from workbench.core.runs.archive import ENTERED, archive_of
from workbench.core.storage.files import storing
from workbench.core.storage.temporary import NEW, locked_folder

THREE = ("p10", "p50", "p90")
NEEDED = ("origin_month", "location", "target_month", *THREE)


def enter(file: str | Path, *, model: str, by: str, runs: str | Path | None = None) -> Path:
    """Keep a forecast that others made, beside ours; return its place.

    Parameters
    ----------
    file
        CSV with the columns ``origin_month, location, target_month, p10, p50, p90``: persons, months as YYYY-MM.
    model
        Who forecast, e.g. ``agency`` or ``experts``.

    Raises
    ------
    DataError
        With every fault of the table.
    """
    if not model.strip() or not by.strip():
        raise DataError("a forecast of others names who made it and who entered it", do="give --model and --by")
    table = _checked(Path(file))
    root = archive_of(runs).root / ENTERED
    at = datetime.now(UTC).isoformat(timespec="seconds")
    said = {"model": model.strip(), "by": by.strip(), "entered": at, "file": Path(file).name}
    with storing(root):
        root.mkdir(parents=True, exist_ok=True)
        with locked_folder(root) as holder:
            new = holder / NEW
            new.mkdir()
            table.to_csv(new / "forecast.csv", index=False, lineterminator="\n")
            (new / "entry.json").write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            while True:
                number = max((int(p.name) for p in root.iterdir() if p.name.isdigit()), default=0) + 1
                target = root / f"{number:04d}"
                try:
                    os.rename(new, target)
                except OSError:
                    if not target.exists():
                        raise
                    continue
                return target


def entered(*, runs: str | Path | None = None) -> pd.DataFrame:
    """Return all forecasts of others: the needed columns, ``model``, ``horizon``, ``look_back``."""
    found = []
    for folder in sorted((archive_of(runs).root / ENTERED).glob("[0-9]*")):
        said = json.loads((folder / "entry.json").read_text(encoding="utf-8"))
        table = pd.read_csv(folder / "forecast.csv", dtype={"location": str}, keep_default_na=False)
        ahead = table["target_month"].map(month_number) - table["origin_month"].map(month_number)
        late = table["target_month"].map(month_end).astype(str) < str(said["entered"])[:10]
        found.append(table.assign(model=said["model"], horizon=ahead, look_back=late))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _checked(file: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError("cannot read the forecast", where=str(file), why=str(error).splitlines()[0]) from error
    faults = [Fault("column missing", column=name) for name in NEEDED if name not in table]
    if not faults:
        for row, line in enumerate(table.to_dict("records"), 2):
            faults += _row_faults(row, line)
        again = table.duplicated(["origin_month", "location", "target_month"])
        faults += [Fault("the same forecast stands twice", int(row) + 2) for row in table.index[again]]
        faults += [Fault("the table has no rows")] if table.empty else []
    if faults:
        raise DataError(
            "this is no table of forecasts",
            where=str(file),
            why="it is scored by its quantiles, against the month it says it is for",
            do=f"give the columns {', '.join(NEEDED)}; persons, months as YYYY-MM",
            faults=faults,
        )
    return table[list(NEEDED)].astype(dict.fromkeys(THREE, float))


def _row_faults(row: int, line: Mapping[Any, str]) -> list[Fault]:
    faults = []
    months = {}
    for name in ("origin_month", "target_month"):
        try:
            months[name] = month_number(line[name])
        except (ValueError, DataError):
            faults.append(Fault("no month", row, name, line[name], "YYYY-MM"))
    if len(months) == 2 and months["target_month"] <= months["origin_month"]:
        faults.append(Fault("not after the last month known", row, "target_month", line["target_month"]))
    try:
        low, middle, high = (float(line[name]) for name in THREE)
        if not 0 <= low <= middle <= high:
            faults.append(Fault("the quantiles do not rise from zero", row, "p50", line["p50"]))
    except ValueError:
        faults.append(Fault("no number", row, "p50", line["p50"]))
    return faults
