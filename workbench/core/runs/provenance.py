"""Where numbers come from and what reruns them: sources, fingerprints, run records and the run store.

A run is content-addressed: its key is made from the study's name, its scenario, the fingerprints of its data, the
parts that other packages brought, the library versions and the source of the program itself. The same input finds the
saved run; any change makes a new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import __version__
from workbench.core.errors import DataError
from workbench.core.storage.files import replacing

if TYPE_CHECKING:
    import pandas as pd

RECORD = "record.json"
NUMERICAL_LIBRARIES = tuple(
    ["numpy", "scipy", "pandas", "xarray", "pymc", "pytensor", "nutpie", "numba", "statsforecast", "cvxpy", "highspy"]
)


@dataclass(frozen=True)
class Source:
    """Who published a table, under which name and terms."""

    publisher: str
    title: str
    licence: str
    note: str = ""

    def line(self) -> str:
        """Return the source as it stands under a figure."""
        return f"{self.publisher}, {self.title} ({self.licence})"


@dataclass(frozen=True)
class Vintage:
    """One table as it was used: its source, its last period and the fingerprint of its content."""

    name: str
    source: Source
    last_period: str
    fingerprint: str


@dataclass(frozen=True)
class Part:
    """A part that another package brought to a run: its group and name, its package, and a fingerprint of its code."""

    group: str
    name: str
    distribution: str
    version: str
    fingerprint: str

    def line(self) -> str:
        """Return the part as it stands in a sentence."""
        return f"{self.group.removeprefix('workbench.')} '{self.name}' of {self.distribution} {self.version}"


@dataclass(frozen=True)
class SkippedPart:
    """A part that was left out, and why."""

    group: str
    name: str
    distribution: str
    version: str
    reason: str

    def line(self) -> str:
        """Return what was left out and why, as one line."""
        kind = self.group.removeprefix("workbench.")
        return f"skipped {kind} '{self.name}' of {self.distribution} {self.version}: {self.reason}"


@dataclass(frozen=True)
class Guests:
    """What other packages had to do with a run: the parts it used, and those it found and left out."""

    used: tuple[Part, ...] = ()
    skipped: tuple[SkippedPart, ...] = ()


NO_GUESTS = Guests()


@dataclass(frozen=True)
class RunRecord:
    """What is needed to say where a result came from and to make it again.

    Nothing personal belongs here: scenario values are parameters, inputs are named by fingerprint.
    """

    study: str
    key: str
    scenario: Mapping[str, Any]
    inputs: tuple[Vintage, ...]
    versions: Mapping[str, str]
    created: str
    seconds: float = 0.0
    caveats: tuple[str, ...] = ()
    results: Mapping[str, Any] = field(default_factory=dict)
    plugins: Guests = NO_GUESTS
    files: Mapping[str, str] = field(default_factory=dict)
    seal: str = ""

    def content(self) -> str:
        """Return a SHA-256 of all that the record says, its seal apart."""
        return digest({name: value for name, value in asdict(self).items() if name != "seal"})

    @property
    def short_key(self) -> str:
        """The first twelve characters of the key, as printed on pages."""
        return self.key[:12]

    def to_json(self) -> str:
        """Return the record as JSON with sorted keys."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> RunRecord:
        """Read a record written by :meth:`to_json`, also one from before plug-ins were recorded."""
        raw = json.loads(text)
        raw["inputs"] = tuple(Vintage(**{**v, "source": Source(**v["source"])}) for v in raw["inputs"])
        raw["caveats"] = tuple(raw["caveats"])
        guests = raw.pop("plugins", {"used": [], "skipped": []})
        raw["plugins"] = Guests(
            tuple(Part(**part) for part in guests["used"]), tuple(SkippedPart(**part) for part in guests["skipped"])
        )
        return cls(**raw)


def fingerprint(table: pd.DataFrame) -> str:
    """Return a SHA-256 over column names and cells; the order of rows and columns does not matter."""
    ordered = table.reindex(sorted(table.columns), axis=1)
    lines = sorted(ordered.to_csv(index=False, header=False, lineterminator="\n").splitlines())
    return digest([list(ordered.columns), lines])


def digest(value: Any) -> str:
    """Return a SHA-256 of a JSON-able value, keys sorted."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of the program, of Python and of the libraries that move numbers."""
    return {
        "migration-workbench": __version__,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in NUMERICAL_LIBRARIES},
    }


@cache
def program_fingerprint() -> str:
    """Return a SHA-256 of the source that computes (not of the rooms that only show results)."""
    root = Path(__file__).parents[2]
    rooms = ("core", "sources", "models", "decisions", "studies")
    files = sorted(path for room in rooms for path in (root / room).rglob("*.py"))
    return digest([[path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")] for path in files])


def caveat(sentence: str) -> str:
    """Return a caveat as it is; the call marks it for the language catalogues of the pages."""
    return sentence


@dataclass(frozen=True)
class SavedRun:
    """A run found in, or just written to, the store."""

    folder: Path
    record: RunRecord
    reused: bool


def checksums(folder: Path, apart: Collection[str] = (RECORD,)) -> dict[str, str]:
    """Return the SHA-256 of every file of a run but its record, so that a damaged run is seen and made again."""
    left = {folder / name for name in apart}
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path not in left)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def default_runs() -> Path:
    """Return the folder of saved runs: ``WORKBENCH_RUNS``, or ``output/runs`` under the current folder."""
    return Path(os.environ.get("WORKBENCH_RUNS") or Path("output") / "runs")


@dataclass(frozen=True)
class RunStore:
    """Saved runs under one folder, one sub-folder for each study and key."""

    root: Path

    @classmethod
    def at(cls, runs: Path | str | None) -> RunStore:
        """Return the store of a folder; of :func:`default_runs` if none is named."""
        return cls(Path(runs) if runs else default_runs())

    def key(
        self, study: str, scenario: Mapping[str, Any], inputs: tuple[Vintage, ...], used: tuple[Part, ...] = ()
    ) -> str:
        """Return the content address of a run."""
        data = sorted((v.name, v.fingerprint) for v in inputs)
        parts = sorted(astuple(part) for part in used)
        return digest([study, dict(scenario), data, parts, dict(versions()), program_fingerprint()])

    def find(
        self,
        study: str,
        scenario: Mapping[str, Any],
        inputs: tuple[Vintage, ...],
        plugins: Guests = NO_GUESTS,
    ) -> SavedRun | None:
        """Return the saved run of this input, or None; a run with a damaged or missing file counts as none."""
        key = self.key(study, scenario, inputs, plugins.used)
        folder = self._folder(study, key)
        if not (folder / RECORD).exists():
            return None
        try:
            record = self.read(folder)
        except DataError:
            return None
        run = SavedRun(folder, record, reused=True)
        return run if record.key == key and self.whole(run) else None

    def repeats(self, record: RunRecord) -> bool:
        """Return whether this program, with these libraries, would make the run under the same key again."""
        return self.key(record.study, record.scenario, record.inputs, record.plugins.used) == record.key

    def whole(self, run: SavedRun) -> bool:
        """Return whether the files of a run, and what its record says, are those that were saved."""
        return run.record.seal == run.record.content() and run.record.files == checksums(run.folder)

    def get_or_run(
        self,
        study: str,
        scenario: Mapping[str, Any],
        inputs: tuple[Vintage, ...],
        compute: Callable[[Path], Mapping[str, Any]],
        caveats: tuple[str, ...] = (),
        plugins: Guests = NO_GUESTS,
        seconds_before: float = 0.0,
    ) -> SavedRun:
        """Return the saved run of this input; compute and save it if there is none.

        ``compute`` writes its files into the folder it is given and returns a few headline results for the record.
        The folder takes its final name only when everything in it is whole, so an interrupted run leaves nothing.
        ``seconds_before`` is the time that a worker spent before ``compute`` was called.
        """
        if (saved := self.find(study, scenario, inputs, plugins)) is not None:
            return saved
        key = self.key(study, scenario, inputs, plugins.used)
        folder = self._folder(study, key)
        started = datetime.now(UTC)
        with replacing(folder) as partial:
            partial.mkdir()
            results = compute(partial)
            record = RunRecord(
                study=study,
                key=key,
                scenario=dict(scenario),
                inputs=inputs,
                versions=dict(versions()),
                created=started.isoformat(timespec="seconds"),
                seconds=round(seconds_before + (datetime.now(UTC) - started).total_seconds(), 1),
                caveats=caveats,
                results=dict(results),
                plugins=plugins,
                files=checksums(partial),
            )
            record = replace(record, seal=record.content())
            (partial / RECORD).write_text(record.to_json(), encoding="utf-8")
        return SavedRun(folder, record, reused=False)

    def _folder(self, study: str, key: str) -> Path:
        return self.root / study / key[:16]

    def read(self, folder: Path) -> RunRecord:
        """Return the record of a run folder."""
        try:
            return RunRecord.from_json((folder / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError(
                "this folder holds no readable run",
                where=str(folder),
                why=str(error),
                do="delete the folder and run the study again",
            ) from error

    def latest(self, study: str) -> SavedRun | None:
        """Return the newest saved run of a study, or None; an unreadable record does not hide the others."""
        runs = []
        for path in (self.root / study).glob(f"*/{RECORD}"):
            with suppress(DataError):
                runs.append(SavedRun(path.parent, self.read(path.parent), reused=True))
        return max(runs, key=lambda run: run.record.created, default=None)
