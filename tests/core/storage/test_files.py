import errno
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workbench.core.errors import DataError, StorageError
from workbench.core.storage.files import replacing, write_text

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_an_earlier_good_file_survives_a_failed_write(tmp_path: Path, stop: type[BaseException]) -> None:
    target = write_text(tmp_path / "plan.csv", "good")
    with pytest.raises(stop), replacing(target) as partial:
        partial.write_text("half")
        raise stop
    assert target.read_text() == "good" and list(tmp_path.iterdir()) == [target]


def test_folders_are_replaced_whole(tmp_path: Path) -> None:
    for text in ("old", "new"):
        with replacing(tmp_path / "run") as partial:
            partial.mkdir()
            (partial / text).write_text(text)
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["new"] and len(list(tmp_path.iterdir())) == 1


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot write here"):
        write_text(tmp_path / "file" / "inner.csv", "x")


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EFBIG, "File too large"),
        RuntimeError("Can't decrement id ref count (unable to close file, errno = 28)"),
    ],
)
def test_a_full_disk_is_said_and_nothing_of_the_try_stays(tmp_path: Path, fault: Exception) -> None:
    target = tmp_path / "new" / "deep" / "plan.csv"
    with pytest.raises(StorageError, match="no room left") as said, replacing(target) as partial:
        partial.write_text("half")
        raise fault
    assert str(target) in said.value.message() and list(tmp_path.iterdir()) == []


def test_a_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(DataError, match="this is a folder"):
        write_text(tmp_path / "run", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


KILLED = """
import os, shutil, signal, sys, tempfile
from pathlib import Path
from workbench.core.storage import files
from workbench.core.storage import temporary
count = 0
def watch(event, arguments):
    global count
    inside = any(os.fspath(a).startswith(sys.argv[1]) for a in arguments if isinstance(a, (str, os.PathLike)))
    if inside and event.split(".")[0] in ("os", "open", "shutil", "tempfile"):
        count += 1
        if count == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
with files.replacing(Path(sys.argv[1]) / "run") as partial:
    partial.mkdir()
    (partial / "plan.csv").write_text("new")
print(count)
"""


def _killed_and_run_again(folder: Path, event: int) -> bool:
    """Replace a run, killed at a file-system event; return whether it ended before that event."""
    folder.mkdir()
    with replacing(folder / "run") as partial:
        partial.mkdir()
        (partial / "plan.csv").write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(event)], capture_output=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    write_text(folder / "other.csv", "x")  # a later run of anything, in the same folder
    assert sorted(path.name for path in folder.iterdir()) == ["other.csv", "run"]
    assert (folder / "run" / "plan.csv").read_text() in ("old", "new")
    return done.returncode == 0


def test_a_kill_at_any_file_system_event_leaves_nothing_over_and_a_whole_result(tmp_path: Path) -> None:
    ended = [_killed_and_run_again(tmp_path / str(event), event) for event in (1, 2, 4, 6, 8, 10, 12, 100)]
    assert ended[-1] and not ended[0]


def test_a_folder_in_use_is_no_left_over(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.csv") as partial:
        partial.write_text("a")
        write_text(tmp_path / "b.csv", "b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


def test_many_writers_of_one_folder_do_not_fail(tmp_path: Path) -> None:
    def write(number: int) -> None:
        with replacing(tmp_path / "run") as partial:
            partial.mkdir()
            (partial / "plan.csv").write_text(str(number))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(400)))
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), PermissionError(errno.EACCES, "no")])
def test_an_earlier_folder_comes_back_when_the_last_rename_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    with replacing(tmp_path / "run") as partial:
        partial.mkdir()
        (partial / "plan.csv").write_text("old")
    replace, calls = os.replace, []

    def fails(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:  # the first finds the earlier folder there, the second comes once that is moved away
            raise stop
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(type(stop)), replacing(tmp_path / "run") as partial:
        partial.mkdir()
        (partial / "plan.csv").write_text("new")
    assert len(calls) == 2 and [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "plan.csv").read_text() == "old"


def test_the_temporary_files_of_a_killed_command_go_with_the_next_one(tmp_path: Path) -> None:
    def run(code: str) -> int:
        within = f"with own_folder():\n {code}"
        command = f"import tempfile, os, signal\nfrom workbench.core.storage.temporary import own_folder\n{within}"
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        return subprocess.run([sys.executable, "-c", command], env=environment, check=False).returncode

    assert run("tempfile.mkdtemp(); os.kill(os.getpid(), signal.SIGKILL)") == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    assert run("assert os.environ['TMPDIR'] == tempfile.gettempdir()") == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_told_to_end_takes_away_what_it_was_writing(tmp_path: Path, number: int) -> None:
    code = f"""
import os, signal
from workbench.cli.ending import orderly
from workbench.core.storage.files import replacing
signal.signal({int(number)}, signal.SIG_DFL)  # under nohup it is ignored, and stays so
with orderly(), replacing("plan.csv") as partial:
    partial.write_text("half")
    os.kill(os.getpid(), {int(number)})
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.getcwd()}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 128 + number and b"nothing half-written" in done.stderr
    assert list(tmp_path.iterdir()) == []


LIMITED = """
import resource, sys
import numpy as np, xarray as xr
from workbench.core.errors import StorageError
from workbench.models.fit_files import write
from workbench.studies.rounds.places import write_template
numbers = xr.Dataset({f"a{at}": ("x", np.random.default_rng(at).normal(size=40_000)) for at in range(3)})
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
for put in (lambda: write(sys.argv[1] + "/fit", numbers, {}), lambda: write_template(sys.argv[1] + "/t.xlsx")):
    try:
        put()
    except StorageError:
        print("said")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a file's size")
def test_libraries_that_write_archives_neither_crash_nor_speak_on_a_full_disk(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "said\nsaid\n", "") and not [*tmp_path.iterdir()]
