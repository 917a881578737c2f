"""Work shared out: the same draws on any workers, nothing computed twice, a sentence for whatever goes wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

import dask.config
import pytest

from workbench.core.engine import Engine, session
from workbench.core.engine.connection import START_A_WORKER
from workbench.core.errors import DataError, EngineError
from workbench.core.runs.tasks import TaskStore
from workbench.core.storage.temporary import MARK

KEYS = ("a", "b", "held", "c", "d", "e", "f")
KEPT_IN_MEMORY = {
    setting: value for setting, _, value in (word.partition("=") for word in START_A_WORKER.split()) if value
}
OTHER_VERSION = "import workbench; workbench.__version__ = '0.0.9'; "
NO_WORKBENCH = "import sys; sys.modules['workbench'] = None; "
RUN = "from distributed.cli.dask_worker import main; main()"


@pytest.mark.quick
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:9", "no Dask scheduler answers"),
        ("nowhere.invalid:8786", "no Dask scheduler answers"),
        ("localhost", "not the address of a scheduler"),
        ("http://localhost:8786", "not the address of a scheduler"),
        ("tls://127.0.0.1:9", "no encrypted connection"),
    ],
)
def test_a_scheduler_that_does_not_answer_is_one_message(shared_out: ModuleType, address: str, said: str) -> None:
    with pytest.raises(EngineError, match=said) as caught:
        Engine(address, timeout=0.3).map(shared_out.draw, {"a": 1}, seed=1)
    assert address in str(caught.value) and "do:" in str(caught.value)


@pytest.mark.quick
def test_somebody_who_listens_but_says_nothing_is_no_scheduler(shared_out: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        engine = Engine(f"tcp://127.0.0.1:{mute.getsockname()[1]}", timeout=0.3)
        with pytest.raises(EngineError, match="no Dask scheduler answers"):
            engine.map(shared_out.draw, {"a": 1}, seed=1)


@pytest.mark.quick
def test_the_scheduler_is_the_one_named_or_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_SCHEDULER", raising=False)
    assert Engine().scheduler is None
    monkeypatch.setenv("WORKBENCH_SCHEDULER", "tcp://one:1")
    assert Engine().scheduler == "tcp://one:1" and Engine("tcp://two:2").scheduler == "tcp://two:2"
    assert session("tcp://two:2") is session("tcp://two:2")


@pytest.mark.quick
def test_a_map_of_nothing_or_of_finished_tasks_asks_nobody(shared_out: ModuleType, tmp_path: Path) -> None:
    engine = Engine("tcp://127.0.0.1:9", timeout=0.3)
    assert engine.map(shared_out.draw, {}, seed=1) == {}
    from workbench.core.engine.maps import _task

    store: TaskStore[list[int]] = TaskStore(tmp_path)
    store.save(_task(shared_out.draw, "a", "x", 1, addressed=True), [1, 2], 0.0)
    told: list[tuple[int, int]] = []
    found = engine.map(shared_out.draw, {"a": "x"}, seed=1, kept=store, progress=lambda *now: told.append(now))
    assert found == {"a": [1, 2]} and told == [(1, 1)]
    with pytest.raises(EngineError, match="no Dask scheduler answers"):
        engine.map(shared_out.draw, {"a": "y"}, seed=1, kept=store)


@pytest.fixture(scope="module")
def local() -> Iterator[Engine]:
    with Engine(workers=2) as engine:
        yield engine


@pytest.mark.whole
def test_processes_of_this_machine_stay_warm_are_encrypted_and_never_spill(
    shared_out: ModuleType, tmp_path: Path
) -> None:
    with Engine(workers=2) as engine:
        first = engine.map(shared_out.describe, {"a": (str(tmp_path), 1)}, seed=1)["a"]
        later = engine.map(shared_out.describe, dict.fromkeys("abcdef", (str(tmp_path), 2)), seed=1).values()
        nanny = next(iter(engine._connection.cluster.workers.values()))  # type: ignore[union-attr]
        folder = next(path for path in Path(nanny.local_directory).parents if MARK in path.name)
        assert [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size] == []
    assert first in later and len({pid for pid, *_ in later}) <= 2  # the first worker is still there, no third came
    for pid, spills, address, threads in later:
        assert not spills and threads == 1 and address.startswith("tls://127.0.0.1")
        assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()


@pytest.mark.whole
def test_only_what_is_missing_is_computed_again(shared_out: ModuleType, local: Engine, tmp_path: Path) -> None:
    store: TaskStore[int] = TaskStore(tmp_path / "kept")
    tasks = dict.fromkeys("abc", str(tmp_path))
    (tmp_path / "stop").touch()
    with pytest.raises(DataError, match=r"task 'c': my\.csv: no such month"):
        local.map(shared_out.count, tasks, seed=1, kept=store)
    (tmp_path / "stop").unlink()
    done: list[int] = []
    assert local.map(shared_out.count, tasks, seed=1, kept=store, progress=lambda n, _: done.append(n)) == {
        "a": 1,
        "b": 1,
        "c": 1,
    }
    kept_before = done[0]
    assert done == list(range(kept_before, 4))
    local.map(shared_out.count, tasks, seed=1, kept=store)
    local.map(shared_out.count, tasks, seed=2, kept=store)
    lines = {key: (tmp_path / f"{key}.log").read_text().count("done") for key in tasks}
    # One for each seed; a task that ran when another failed may have been stopped before it was kept.
    assert lines["c"] == 2 and sum(lines.values()) <= 6 + (2 - kept_before)


@pytest.mark.whole
def test_a_failed_task_is_named_with_its_reason(shared_out: ModuleType, local: Engine) -> None:
    with pytest.raises(EngineError, match=r"task 'x' failed\n  why: ValueError: Kari is not a number") as caught:
        local.map(shared_out.fail, {"x": "Kari"}, seed=1)
    assert "shared_out.py" in caught.value.__notes__[0]


@pytest.mark.whole
def test_a_task_that_kills_its_workers_is_named_and_they_are_replaced(shared_out: ModuleType) -> None:
    # As on a busy machine, where a process comes back too late for Dask: it is struck off at once.
    with dask.config.set({"distributed.deploy.lost-worker-timeout": "1 ms"}), Engine(workers=1) as engine:
        with pytest.raises(EngineError, match=r"task 'deadly' failed\n  why: its workers died"):
            engine.map(shared_out.die, {"deadly": None}, seed=1)
        assert engine.map(shared_out.draw, {"a": 1}, seed=1).keys() == {"a"}


@pytest.mark.whole
@pytest.mark.parametrize("how", ["interrupt", "cancel"])
def test_a_stopped_map_keeps_what_had_finished_and_ends_its_processes(
    shared_out: ModuleType, tmp_path: Path, how: str
) -> None:
    store: TaskStore[list[int]] = TaskStore(tmp_path / "kept")
    tasks = dict.fromkeys(("a", "held"), str(tmp_path))  # 'held' would never end by itself
    with Engine(workers=2) as engine:

        def stop(done: int, _: int) -> None:
            if done == 1:
                if how == "interrupt":
                    signal.raise_signal(signal.SIGINT)
                else:
                    threading.Thread(target=engine.cancel).start()

        with pytest.raises(KeyboardInterrupt if how == "interrupt" else EngineError):
            engine.map(shared_out.draw_and_mark, tasks, seed=1, kept=store, progress=stop)
        assert len(list((tmp_path / "kept").rglob("record.json"))) == 1
        begun = [int(path.name.split()[1]) for path in tmp_path.glob("* *")]
        assert not [pid for pid in begun if Path(f"/proc/{pid}").exists()]
        (tmp_path / "go").touch()
        told: list[int] = []
        engine.map(shared_out.draw_and_mark, tasks, seed=1, kept=store, progress=lambda done, _: told.append(done))
        assert told == [1, 2]


@contextmanager
def cluster(
    folder: Path, *workers: str, settings: dict[str, str] = KEPT_IN_MEMORY, threads: int = 1
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and workers by their own commands; yield the address and the workers."""
    python = [sys.executable, "-W", "ignore"]
    env = {**os.environ, **settings}
    with ExitStack() as started:

        def start(name: str, *command: str) -> subprocess.Popen[bytes]:
            log = started.enter_context((folder / f"{name}.log").open("wb"))
            process = subprocess.Popen([*python, *command], env=env, stdout=log, stderr=log, cwd=folder)
            started.callback(process.wait, 20)
            started.callback(process.kill)
            return process

        loopback = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--no-dashboard")
        told = ("--scheduler-file", "scheduler.json")
        start("scheduler", "-m", "distributed.cli.dask_scheduler", *loopback, "--port", "0", *told)
        address = json.loads(wait_for_one(folder, "scheduler.json").read_text())["address"]
        common = (address, *loopback, "--no-nanny", "--nthreads", str(threads), "--local-directory", str(folder))
        running = [start(f"worker {n}", "-c", f"{code}{RUN}", *common) for n, code in enumerate(workers)]
        yield address, running


def wait_for_one(folder: Path, pattern: str) -> Path:
    deadline = time.monotonic() + 60
    while not (found := [path for path in folder.glob(pattern) if path.suffix != ".json" or path.read_text()]):
        assert time.monotonic() < deadline, f"{pattern} never came"
        time.sleep(0.05)
    return found[0]


@pytest.mark.whole
def test_a_killed_worker_is_replaced_and_draws_are_equal_everywhere(
    shared_out: ModuleType, local: Engine, tmp_path: Path
) -> None:
    tasks = dict.fromkeys(KEYS, str(tmp_path))
    with cluster(tmp_path, "", "") as (address, workers), Engine(address, timeout=30) as engine:
        killed: list[int] = []

        def kill_the_one_that_holds(done: int, _: int) -> None:
            if done == 1:
                killed.append(int(wait_for_one(tmp_path, "held *").name.split()[1]))
                os.kill(killed[0], signal.SIGKILL)
                (tmp_path / "go").touch()

        with_two = engine.map(shared_out.draw_and_mark, tasks, seed=3, progress=kill_the_one_that_holds)
        assert killed[0] in {worker.pid for worker in workers}
        begun = {int(path.name.split()[1]) for path in tmp_path.glob("held *")}
        assert begun == {worker.pid for worker in workers}  # begun by the one, ended by the other
        with_one = engine.map(shared_out.draw_and_mark, tasks, seed=3)
    here = local.map(shared_out.draw_and_mark, dict(reversed(tasks.items())), seed=3)
    assert with_two == with_one == here and list(with_two) == list(KEYS)
    assert len({tuple(draws) for draws in here.values()}) == len(KEYS)


@pytest.mark.whole
def test_results_that_died_with_their_worker_are_made_again(shared_out: ModuleType, tmp_path: Path) -> None:
    """All had finished, one was taken, the others died with those who held them."""
    keys = ("a", "b", "c", "d")
    with cluster(tmp_path, "", "") as (address, _), Engine(address, timeout=30) as engine:

        def kill_one_when_all_have_finished(done: int, _: int) -> None:
            if done == 1:
                for key in keys:
                    wait_for_one(tmp_path, f"{key} *")
                time.sleep(1)  # for word of the results to reach us
                ran = Counter(int(path.name.split()[1]) for path in tmp_path.glob("? *"))
                os.kill(ran.most_common(1)[0][0], signal.SIGKILL)
                time.sleep(1)  # for word of the loss

        tasks = dict.fromkeys(keys, str(tmp_path))
        drawn = engine.map(shared_out.draw_slowly_again, tasks, seed=3, progress=kill_one_when_all_have_finished)
    made = sorted(path.name.split()[0] for path in tmp_path.glob("? *"))
    assert len(made) > len(keys)  # something was made twice, by two processes
    assert list(drawn) == list(keys) and len({tuple(draws) for draws in drawn.values()}) == len(keys)


@pytest.mark.whole
def test_what_a_failing_task_held_stands_in_no_file_of_the_cluster(shared_out: ModuleType, tmp_path: Path) -> None:
    tasks = {"Ola from Bodø": "KariNordmann"}
    with (
        cluster(tmp_path, "") as (address, _),
        Engine(address, timeout=30) as engine,
        pytest.raises(EngineError, match="KariNordmann is not"),
    ):
        engine.map(shared_out.fail, tasks, seed=1)
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert written and not [text for text in written if b"Kari" in text or b"Ola" in text]


@pytest.mark.whole
@pytest.mark.parametrize(
    ("worker", "settings", "threads", "said"),
    [
        (None, {}, 1, "the scheduler has no worker"),
        (OTHER_VERSION, KEPT_IN_MEMORY, 1, r"migration-workbench 0\.0\.9, here"),
        (NO_WORKBENCH, KEPT_IN_MEMORY, 1, "a worker has no Migration Workbench"),
        ("", {}, 1, "may write what it holds to disk"),
        ("", KEPT_IN_MEMORY, 2, "more than one thread"),
    ],
    ids=["no worker", "other version", "not installed", "spills", "threads"],
)
def test_workers_that_would_not_do_the_same_are_refused_in_a_sentence(
    shared_out: ModuleType, tmp_path: Path, worker: str | None, settings: dict[str, str], threads: int, said: str
) -> None:
    workers = [] if worker is None else [worker]
    with cluster(tmp_path, *workers, settings=settings, threads=threads) as (address, _):
        with pytest.raises(EngineError, match=said) as caught:
            Engine(address, timeout=30 if workers else 0.5).map(shared_out.draw, {"a": 1}, seed=1)
        assert "do:" in str(caught.value)
