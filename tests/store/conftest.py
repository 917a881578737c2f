"""Each test of the register runs on SQLite and on a PostgreSQL that the tests start themselves."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from workbench.store import database
from workbench.store.database import Store
from workbench.store.households import records

PACKAGE = "PostgreSQL is missing: on Debian, apt-get install postgresql"
TODAY = date(2026, 3, 2)


class Cluster:
    """A PostgreSQL of our own in a temporary folder, on a free port, run by a user who is not root."""

    def __init__(self, bin_: Path, folder: Path) -> None:
        self.bin, self.folder, self.data = bin_, folder, folder / "data"
        self.user = next((n for n in ("postgres", "nobody") if _known(n)), "") if os.getuid() == 0 else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if self.user:
            shutil.chown(folder, self.user)
        self.run("initdb", "-D", str(self.data), "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.bin / name), *arguments],
            user=self.user,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=120"
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """End the server as a power cut would, with all its processes."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        others = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False).stdout
        for process in (first, *map(int, others.split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(Path(f"/proc/{process}").exists() for process in (first, *map(int, others.split()))):
            time.sleep(0.01)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://tests@127.0.0.1:{self.port}/{name}"

    def drop(self, name: str) -> None:
        engine = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()

    def fresh(self, template: str = "template0") -> str:
        name = f"r{uuid.uuid4().hex[:12]}"
        engine = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        engine.dispose()
        return name


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _cluster() -> Iterator[Cluster]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    if not found:
        pytest.fail(PACKAGE)
    # A folder that the other user may enter: those of pytest are the owner's alone.
    folder = Path(tempfile.mkdtemp(prefix="register-"))
    made = Cluster(found[-1].parent, folder)
    yield made
    made.stop("immediate")
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    yield from _cluster()


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A server that one file may kill and start again."""
    yield from _cluster()


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "register.sqlite"
    made = database.create(str(path))
    made.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_model(cluster: Cluster) -> str:
    name = cluster.fresh()
    made = database.create(cluster.url(name))
    made.engine.dispose()
    return name


BOTH = [pytest.param("sqlite", marks=pytest.mark.quick), pytest.param("postgresql", marks=pytest.mark.whole)]


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a register without rows, of each kind in turn."""
    if request.param == "sqlite":
        path = tmp_path / "register.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_model"), path)
        return str(path)
    cluster = request.getfixturevalue("cluster")
    return str(cluster.url(cluster.fresh(request.getfixturevalue("postgresql_model"))))


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, of each kind in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "empty.sqlite")
    cluster = request.getfixturevalue("cluster")
    return str(cluster.url(cluster.fresh()))


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    made = database.opened(address)
    yield made
    made.engine.dispose()


@pytest.fixture
def household(store: Store) -> str:
    """A couple with a child, registered."""
    members = tuple(
        records.Member(f"{i}00", date(year, 5, 1), f"Given{i}", "Secretname")
        for i, year in ((1, 1990), (2, 1992), (3, 2019))
    )
    with store.writing() as c:
        return records.register(
            c,
            members,
            who="anna",
            population="asylum",
            permit=date(2026, 1, 5),
            deadline=date(2026, 7, 5),
            language="ar",
        )
