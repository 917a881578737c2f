"""Build one report for each municipality: warm workers, what is there is not made again, a failure stops no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from workbench.core.errors import ReportError, WorkbenchError
from workbench.core.runs.provenance import digest, program_fingerprint, versions
from workbench.core.runs.tasks import Task
from workbench.core.storage.files import replacing
from workbench.reporting.build import PRIVATE, build
from workbench.reporting.notebooks.catalogue import report
from workbench.reporting.notebooks.parameters import checked

if TYPE_CHECKING:
    from workbench.core.engine import Engine

EACH = "municipality"
MANIFEST = "manifest.json"
BATCH = 24
"""Reports after which the manifest is written again."""


@dataclass(frozen=True)
class Order:
    """One report to be built: which, for whom, with which parameters, into which folder."""

    report: str
    place: str
    parameters: dict[str, Any]
    out: str


@dataclass(frozen=True)
class Made:
    """What became of one report: its file and fingerprint, how long it took, or why there is none."""

    place: str
    file: str = ""
    sha256: str = ""
    seconds: float = 0.0
    attention: str = ""
    failure: str = ""


@dataclass(frozen=True)
class ManyReports:
    """What became of all of them; ``found`` were there already and whole."""

    manifest: Path
    made: tuple[Made, ...]
    found: int
    seconds: float

    @property
    def failures(self) -> tuple[Made, ...]:
        """Those that could not be built."""
        return tuple(each for each in self.made if each.failure)


def build_many(
    name: str,
    places: Sequence[str],
    parameters: Mapping[str, Any],
    out: Path | str,
    *,
    engine: Engine,
    progress: Callable[[int, int], None] | None = None,
) -> ManyReports:
    """Build the report ``name`` for each place, and write a manifest of all files beside them.

    Parameters
    ----------
    places
        Codes; each is the report's parameter ``municipality``.
    parameters
        Those that all share.

    Notes
    -----
    A report is found again if the manifest names it with the same parameters and the same program, and its PDF is the
    one that was written. An interrupted build takes up where it was: the manifest is written again after each batch.
    """
    chosen = report(name)
    if EACH not in {parameter.name for parameter in chosen.parameters}:
        raise ReportError(
            f"the report '{name}' is not one of a {EACH}",
            why=f"it has no parameter '{EACH}'",
            do="leave --all out, or choose the report 'municipality'",
        )
    shared = checked(name, chosen.parameters, {k: v for k, v in parameters.items() if k != EACH})
    target = Path(out)
    target.mkdir(parents=True, exist_ok=True)
    print_ = _print(name, shared)
    known = _known(target, print_)
    orders = {place: Order(name, place, {**shared, EACH: place}, str(target)) for place in places if place not in known}
    began = monotonic()
    made = dict(known)
    done = 0
    keys = list(orders)
    # The first one alone: what all share, a fit that takes minutes, is then saved before workers would each make it.
    for start, end in pairwise(sorted({0, min(1, len(keys)), *range(1 + BATCH, len(keys), BATCH), len(keys)})):
        some = {key: orders[key] for key in keys[start:end]}
        made |= engine.map(_one, some, seed=1)
        done += len(some)
        _write(target, name, shared, print_, [made[place] for place in places if place in made])
        if progress is not None:
            progress(done, len(keys))
    if not keys:
        _write(target, name, shared, print_, [made[place] for place in places])
    return ManyReports(
        target / MANIFEST, tuple(made[place] for place in places), len(known), monotonic() - began
    )  # fmt: skip


def _one(task: Task) -> Made:
    """Build one report in this worker; a fault in it is reported and stops no other."""
    from workbench.reporting.notebooks.warm import run_here

    order: Order = task.inputs
    began = monotonic()
    try:
        built = build(order.report, order.parameters, order.out, runner=run_here, overwrite=True)
    except WorkbenchError as error:
        return Made(order.place, failure=str(error).splitlines()[0], seconds=round(monotonic() - began, 2))
    except Exception as error:
        told = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
        return Made(order.place, failure=told, seconds=round(monotonic() - began, 2))
    content = sha256(built.pdf.read_bytes()).hexdigest()
    return Made(order.place, built.pdf.name, content, round(monotonic() - began, 2), built.attention)


def _print(name: str, shared: Mapping[str, Any]) -> str:
    public = {key: value for key, value in shared.items() if key not in PRIVATE}
    return digest([name, public, program_fingerprint(), dict(versions())])


def _known(target: Path, print_: str) -> dict[str, Made]:
    """Return the reports that a manifest of the same order names and whose PDFs are still those."""
    try:
        told = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        if told["print"] != print_:
            return {}
        rows = [Made(**row) for row in told["reports"] if not row["failure"]]
        return {row.place: row for row in rows if _same(target / row.file, row.sha256)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _same(path: Path, expected: str) -> bool:
    return path.is_file() and sha256(path.read_bytes()).hexdigest() == expected


def _write(target: Path, name: str, shared: Mapping[str, Any], print_: str, rows: Sequence[Made]) -> None:
    public = {key: value for key, value in shared.items() if key not in PRIVATE}
    body = {
        "report": name,
        "parameters": public,
        "print": print_,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "built": sum(not row.failure for row in rows),
        "failed": sum(bool(row.failure) for row in rows),
        "reports": [asdict(row) for row in rows],
    }
    with replacing(target / MANIFEST) as partial:
        partial.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
