"""What does it take to check a table of two million rows? `python tests/benchmarks/large_table.py`

Months × destinations × origins with figures of a fixed seed, in each form in which a table may be kept.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from string import ascii_uppercase
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

MONTHS, PLACES = 200, 100
"""Months, and both destinations and origins."""


def table() -> pd.DataFrame:
    """Return counts around a level of each corridor; index 0 to 2,000,000."""
    rng = np.random.default_rng(1)
    letters = ["".join(pair) for pair in product(ascii_uppercase, repeat=2)][:PLACES]
    months = [f"{2005 + at // 12}-{at % 12 + 1:02d}" for at in range(MONTHS)]
    columns = {"month": months, "destination": [f"D{x}" for x in letters], "origin": [f"O{x}" for x in letters]}
    rows = pd.MultiIndex.from_product(columns.values(), names=columns.keys()).to_frame(index=False)
    level = np.tile(np.exp(rng.normal(2, 1.5, PLACES**2)), MONTHS)
    return rows.assign(persons=rng.poisson(level))


def forms(folder: Path) -> dict[str, Path]:
    """Write the table in each form and return the files."""
    made, rows = {}, table()
    for name, options in {
        "commas": {},
        "semicolons": {"sep": ";"},
        "every word quoted": {"quoting": csv.QUOTE_NONNUMERIC},
    }.items():
        made[name] = folder / f"{len(made)}.csv"
        rows.to_csv(made[name], index=False, **options)  # type: ignore[call-overload]
    made["Parquet"] = folder / "t.parquet"
    rows.to_parquet(made["Parquet"], index=False)
    return made


def main() -> None:
    """Check each form in a process of its own and print its processor time and largest memory."""
    with TemporaryDirectory() as folder:
        for name, path in forms(Path(folder)).items():
            command = [sys.executable, "-m", "workbench", "data", "check", str(path), "--as", "arrivals"]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as started:
                assert started.stdout is not None
                said = started.stdout.read().decode().splitlines()[0]
                _, status, used = os.wait4(started.pid, 0)
                started.returncode = os.waitstatus_to_exitcode(status)
            assert started.returncode == 0 and "2,000,000 rows" in said, said
            memory = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
            print(f"{name}: {used.ru_utime + used.ru_stime:.1f} s of processor time, {memory:,.0f} MB at most")


if __name__ == "__main__":
    main()
