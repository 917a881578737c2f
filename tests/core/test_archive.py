"""Nothing that was published is lost, replaced or hidden, whatever other writers do and however a writer ends."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from workbench.core.errors import DataError, StorageError
from workbench.core.runs.archive import Archive
from workbench.core.runs.provenance import RunStore, SavedRun
from workbench.core.runs.publication import DEMONSTRATION, PUBLICATION

quick = pytest.mark.quick
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_archive import made
from workbench.core.runs.archive import Archive
root, who, first, last = Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
for number in range(first, last):
    print(Archive(root / "published").publish(made(root, f"{who}{number}"), by=who).id, flush=True)
"""


def made(root: Path, name: str, *, converged: bool = True, size: int = 200) -> SavedRun:
    def compute(folder: Path) -> dict[str, Any]:
        (folder / "draws.bin").write_bytes(name.encode() * size)
        return {"converged": converged}

    return RunStore(root / "runs").get_or_run("inflow", {"name": name}, (), compute)


@quick
def test_a_publication_says_who_what_and_when_and_holds_the_run(tmp_path: Path) -> None:
    archive, run = Archive(tmp_path / "published"), made(tmp_path, "a")
    published = archive.publish(run, by=" Kari ", note="November", now=NOW)
    assert (published.id, published.by, published.released) == ("inflow-0001", "Kari", "2026-11-28T12:00:00+00:00")
    shutil.rmtree(run.folder)  # what is published needs the saved run no more
    again = archive.named("inflow-0001")
    assert again.whole() and again.run.record == run.record and archive.shown("inflow") == again


@quick
def test_readers_see_the_newest_that_stands_and_is_due(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "published")
    assert archive.shown("inflow") is None and archive.all() == ()
    for name, embargo in (("a", ""), ("b", ""), ("c", "2026-12-24")):
        archive.publish(made(tmp_path, name), by="Kari", embargo=embargo, now=NOW)
    seen = archive.shown("inflow", today=NOW.date())
    assert seen is not None and seen.id == "inflow-0002"
    due = archive.shown("inflow", today=date(2026, 12, 24))
    assert due is not None and due.id == "inflow-0003"
    archive.withdraw("inflow-0002", by="Ola", reason="wrong table")
    left = archive.shown("inflow", today=NOW.date())
    assert left is not None and left.id == "inflow-0001"
    taken = archive.named("inflow-0002").withdrawal
    assert taken is not None and taken.reason == "wrong table" and len(archive.all()) == 3
    with pytest.raises(DataError, match="was withdrawn before"):
        archive.withdraw("inflow-0002", by="Ola", reason="again")


@quick
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"by": " "}, "nobody is named"),
        ({"embargo": "2026-11-27"}, "has passed already"),
        ({"embargo": "soon"}, "is no date"),
        ({"edition": "publik"}, "did you mean 'public'"),
    ],
)
def test_what_cannot_be_published_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        Archive(tmp_path / "published").publish(made(tmp_path, "a"), now=NOW, **{"by": "Kari", **given})
    assert not (tmp_path / "published").exists()


@quick
def test_a_run_that_failed_its_checks_needs_a_reason(tmp_path: Path) -> None:
    archive, run = Archive(tmp_path / "published"), made(tmp_path, "a", converged=False)
    with pytest.raises(DataError, match="failed its checks"):
        archive.publish(run, by="Kari")
    assert archive.publish(run, by="Kari", reason="the minister asked").reason == "the minister asked"


@quick
def test_what_a_demonstration_showed_can_still_be_decided_on(tmp_path: Path) -> None:
    archive, run = Archive(tmp_path / "published"), made(tmp_path, "a")
    assert archive.publish(run, by=DEMONSTRATION).demonstration
    decided = archive.publish(run, by="Kari")
    assert decided.id == "inflow-0002" and archive.of_run(run.record.key) == decided == archive.shown("inflow")


@quick
def test_a_run_is_published_once_and_a_damaged_one_never(tmp_path: Path) -> None:
    archive, run = Archive(tmp_path / "published"), made(tmp_path, "a")
    archive.publish(run, by="Kari")
    with pytest.raises(DataError, match="published already, as inflow-0001"):
        archive.publish(run, by="Kari")
    with pytest.raises(DataError, match="published already"):
        archive.publish(run, by=DEMONSTRATION)
    other = made(tmp_path, "b")
    (other.folder / "draws.bin").write_bytes(b"x")
    with pytest.raises(DataError, match="damaged"):
        archive.publish(other, by="Kari")


@quick
def test_a_changed_or_removed_publication_is_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "published")
    for name in "abc":
        archive.publish(made(tmp_path, name), by="Kari")
    assert archive.broken() == ()
    path = archive.named("inflow-0003").folder / PUBLICATION
    raw = json.loads(path.read_text())
    path.write_text(json.dumps({**raw, "by": "Ola"}))
    assert archive.broken() == ("inflow-0003: its files are not those that were published.",)
    with pytest.raises(DataError, match="damaged"):
        archive.shown("inflow")
    path.write_text(json.dumps(raw))
    shutil.rmtree(archive.named("inflow-0002").folder)
    assert archive.broken() == ("inflow-0002 is missing.",)


@quick
def test_a_full_disk_keeps_what_was_there_and_leaves_nothing_of_the_try(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "published")
    first, large = archive.publish(made(tmp_path, "a"), by="Kari"), made(tmp_path, "large", size=40_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StorageError, match="no room left"):
            archive.publish(large, by="Kari")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert archive.all() == (first,) and [p.name for p in (archive.root / "inflow").iterdir()] == ["0001"]


def _published_by_two(root: Path, each: int, kills: int) -> list[str]:
    """Publish from two processes at once, killing one now and then; return the names that were reported."""
    told: list[str] = []
    at = {"a": 0, "b": each}
    ends = {"a": each, "b": 2 * each}
    while any(at[who] < ends[who] for who in at):
        running = {
            who: subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    WRITER,
                    str(Path(__file__).parent),
                    str(root),
                    who,
                    str(at[who]),
                    str(ends[who]),
                ],
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ},
            )
            for who in at
            if at[who] < ends[who]
        }
        if kills:
            kills -= 1
            time.sleep(1.0 + 0.37 * (kills % 5))
            next(iter(running.values())).kill()
        for who, process in running.items():
            lines = process.communicate()[0].split()
            told += lines
            done = {p.key for p in Archive(root / "published").all()}
            while at[who] < ends[who] and made(root, f"{who}{at[who]}").record.key in done:
                at[who] += 1
    return told


def _lost(root: Path, each: int, kills: int) -> list[str]:
    """Return what two processes that are killed now and then leave wrong; nothing: each publication once, in order."""
    told = _published_by_two(root, each, kills)
    archive = Archive(root / "published")
    everything = archive.all()
    archive.publish(made(root, "last"), by="Kari")  # and clears what the killed ones left
    held = {
        "each number once": [p.number for p in everything] == list(range(1, 2 * each + 1)),
        "each run once": len({p.key for p in everything}) == 2 * each,
        "nothing broken": archive.broken() == (),
        "what was told is there": set(told) <= {p.id for p in everything},
        "told once": len(told) == len(set(told)),
        "nothing left over": all(path.name.isdigit() for path in (archive.root / "inflow").iterdir()),
    }
    return [what for what, good in held.items() if not good]


@pytest.mark.whole
def test_two_processes_share_no_number_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    assert _lost(tmp_path, 4, 1) == []


@pytest.mark.slow
def test_two_hundred_publications_by_two_processes_and_many_kills(tmp_path: Path) -> None:
    assert _lost(tmp_path, 100, 25) == []
