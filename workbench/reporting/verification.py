"""Does a report say what its run found, and does a rerun find it again? Number by number, and by how much it moved."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.errors import ReportError, WorkbenchError
from workbench.core.runs.provenance import versions
from workbench.core.storage.temporary import locked_folder
from workbench.presentation.publishing import release
from workbench.presentation.wording import counted
from workbench.reporting import contents
from workbench.reporting.contents import Carried

SPREADS = 3.0
"""A figure of another sample may lie this many Monte Carlo standard errors away before it counts as moved."""
LEAST = 0.02
"""Share of a figure within which two samplers on different processors are taken to agree."""


OF_THE_ARCHIVE = ("scoreboard",)
"""Reports made from the archive of publications and not from one run."""


@dataclass(frozen=True)
class Verdict:
    """What a check of a report found.

    Attributes
    ----------
    faults
        What is not as it was put into the document.
    numbers
        One row per figure: ``table, row, column, printed, again, difference, tolerance, within``; empty without a
        rerun.
    notes
        What else to know: versions that differ, how the documents compare.
    """

    path: Path
    faults: tuple[str, ...]
    numbers: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def moved(self) -> pd.DataFrame:
        """The figures that moved beyond their tolerance."""
        return self.numbers[~self.numbers["within"]] if len(self.numbers) else self.numbers

    @property
    def ok(self) -> bool:
        """Whether nothing was changed and nothing moved beyond its tolerance."""
        return not self.faults and self.moved.empty


def verify(
    path: Path | str,
    *,
    rerun: bool = False,
    runs: str | Path | None = None,
    own: Mapping[str, Path] | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Verdict:
    """Return whether a report's PDF is what was built, and with ``rerun`` whether its figures come out again.

    Parameters
    ----------
    runs
        Folder of saved runs for the rerun; default a new one, so that nothing saved is used again.
    own
        Tables that the report was made from and does not carry, by the parameter that names them.
    """
    carried = contents.opened(Path(path))
    told(f"Comparing what it carries with its fingerprints: {counted(len(carried.files), 'file')}")
    found = contents.faults(carried)
    if not rerun or found:
        return Verdict(carried.path, tuple(found), pd.DataFrame(), ())
    name, parameters = carried.asked
    if name in OF_THE_ARCHIVE and runs is None:
        raise ReportError(
            f"a {name} is made from everything that was published, which no PDF carries",
            where=str(carried.path),
            do="name the folder of saved runs that holds the publications: --runs output/runs",
        )
    told(f"Building the report {name} again from what it carries; it takes as long as the first time")
    with locked_folder(Path(tempfile.gettempdir()), hidden=False) as folder:
        again = contents.opened(_built(carried, name, parameters, folder, runs, own or {}))
    told("Comparing figure by figure")
    numbers = compared(carried, again)
    return Verdict(carried.path, (), numbers, tuple(_notes(carried, again)))


def _built(
    carried: Carried,
    name: str,
    parameters: Mapping[str, Any],
    folder: Path,
    runs: str | Path | None,
    own: Mapping[str, Path],
) -> Path:
    """Build the report again from the notebook and the input that the PDF carries."""
    from workbench.reporting.build import build  # here: a check without a rerun starts no notebook

    notebooks = folder / "reports"
    notebooks.mkdir()
    (notebooks / f"{name}.ipynb").write_bytes(carried.files[f"{name}.ipynb"])
    given = {**parameters, **({"run": ""} if "run" in parameters else {}), "runs": str(runs or folder / "runs")}
    for key, value in parameters.items():
        file = contents.input_name(key, str(value))
        if file in carried.files:
            body = carried.files[file]
        elif key in own:
            body = own[key].read_bytes()
        elif Path(str(value)).suffix.lower() in contents.KINDS:
            raise ReportError(
                f"the report does not carry the table given as {key}",
                where=str(carried.path),
                why="a public edition carries no table with private columns or small counts",
                do=f"name the table with --input {key}=FILE",
            )
        else:
            continue
        table = folder / "inputs" / Path(str(value)).name  # its name belongs to the run, too
        table.parent.mkdir(exist_ok=True)
        table.write_bytes(body)
        given[key] = str(table)
    return build(name, given, folder / "out", folder=notebooks).pdf


def compared(before: Carried, after: Carried) -> pd.DataFrame:
    """Return every figure of every attached table in both documents, and whether it moved beyond its tolerance.

    The tolerance of a figure is what the sampler states: of a median or an end of an interval from the number of
    draws and the width of the interval about it; of any other figure nothing beyond rounding.
    """
    size = _draws(before.asked[1])
    rows: list[tuple[object, ...]] = []
    for name in sorted(n for n in before.files if n.endswith(".csv")):
        one = pd.read_csv(io.BytesIO(before.files[name]), dtype=str, keep_default_na=False)
        if name not in after.files:
            rows.append((name, "", "", "there", "missing", np.nan, 0.0, False))
            continue
        two = pd.read_csv(io.BytesIO(after.files[name]), dtype=str, keep_default_na=False)
        if list(one.columns) != list(two.columns) or len(one) != len(two):
            rows.append((name, "", "", f"{one.shape}", f"{two.shape}", np.nan, 0.0, False))
            continue
        spread = _spread(one)
        for column in one.columns:
            for at, (a, b) in enumerate(zip(one[column], two[column], strict=True)):
                x, y = _number(a), _number(b)
                if np.isnan(x) or np.isnan(y):
                    if a != b:
                        rows.append((name, at + 2, column, a, b, np.nan, 0.0, False))
                    continue
                allowed = _tolerance(column, x, spread[at], size)
                rows.append((name, at + 2, column, a, b, y - x, allowed, abs(y - x) <= allowed))
    columns = ["table", "row", "column", "printed", "again", "difference", "tolerance", "within"]
    return pd.DataFrame(rows, columns=columns).astype({"within": bool})


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _draws(asked: Mapping[str, Any]) -> int:
    """Return how many draws a report's figures come from; many where it names none, so that little may move."""
    return int(asked.get("draws", 2000)) * int(asked.get("chains", 1))


def _spread(table: pd.DataFrame) -> np.ndarray:
    """Return for each row the standard deviation that its 80 % interval tells; 0 where it has none."""
    if {"low80", "high80"} <= set(table.columns):
        width = table["high80"].map(_number) - table["low80"].map(_number)
        return np.asarray(width.fillna(0.0) / 2.563, float)
    return np.zeros(len(table))


def _tolerance(column: str, value: float, spread: float, size: int) -> float:
    """Return by how much a figure of another sample of as many draws may differ."""
    error = {
        "median": 1.25,
        "low50": 1.36,
        "high50": 1.36,
        "low80": 1.71,
        "high80": 1.71,
        "low95": 2.67,
        "high95": 2.67,
    }
    if column not in error or not spread:
        return 1e-9 * max(1.0, abs(value))
    # Draws of a chain depend on each other: a quarter of them count as independent.
    return float(max(SPREADS * 2**0.5 * error[column] * spread / max(size / 4, 1) ** 0.5, LEAST * abs(value), 1.0))


def _notes(before: Carried, after: Carried) -> list[str]:
    said = []
    then, now = before.record.versions, versions()
    differ = [f"{name} {then[name]} (now {now.get(name, 'missing')})" for name in then if now.get(name) != then[name]]
    if differ:
        said.append(f"Versions differ: {', '.join(differ)}.")
    if [(v.name, v.fingerprint) for v in before.record.inputs] != [
        (v.name, v.fingerprint) for v in after.record.inputs
    ]:
        said.append("The data are not those of the report: the fingerprints of its inputs differ.")
    one, two = _read(before), _read(after)
    differ_at = [at + 1 for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b]
    if one == two:
        apart = "the run's name, day and seal, and whether it was published, apart"
        said.append(f"All {len(one)} pages read the same, word by word; {apart}.")
    elif len(one) != len(two):
        said.append(f"The report has {len(two)} pages; it had {len(one)}.")
    else:
        said.append(f"{len(one) - len(differ_at)} of {len(one)} pages read the same, word by word.")
        was, now_ = _difference(one[differ_at[0] - 1], two[differ_at[0] - 1])
        said.append(f"Page {differ_at[0]} read “{was}” and reads “{now_}”.")
    return said


def _read(carried: Carried) -> tuple[str, ...]:
    """Return the words of each page without what names the run: its key, its day, its seal, whether it is published."""
    record, language = carried.record, str(carried.asked[1].get("language", "en"))
    named = [re.escape(each) for each in (record.key[:12], record.created[:10]) if each]
    own = re.compile("|".join([contents.SEAL.pattern, release.feet(language).pattern, *named]))
    return tuple(own.sub("·", " ".join(page.split())) for page in carried.pages)


def _difference(one: str, two: str) -> tuple[str, str]:
    """Return the words from the first one that differs, in both texts."""
    was, now_ = one.split(), two.split()
    at = next((k for k, (a, b) in enumerate(zip(was, now_, strict=False)) if a != b), min(len(was), len(now_)))
    start = max(0, at - 3)
    return " ".join(was[start : at + 5]), " ".join(now_[start : at + 5])


def every(
    folder: Path,
    *,
    rerun: bool = True,
    runs: str | Path | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> list[tuple[Path, Verdict | WorkbenchError]]:
    """Return a verdict on each PDF of a folder; where one cannot be checked, its fault is the verdict."""
    found: list[tuple[Path, Verdict | WorkbenchError]] = []
    for path in sorted(folder.rglob("*.pdf")):
        try:
            found.append((path, verify(path, rerun=rerun, runs=runs, told=told)))
        except WorkbenchError as error:
            found.append((path, error))
    return found
