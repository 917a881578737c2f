"""Where is the register, is it of this version, and how is it read and written?

Every write is one transaction, and writers take turns (SQLite's write lock, an advisory lock in PostgreSQL): the audit
is one chain, so that two writers could not append to it side by side anyway.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url

from workbench.core.errors import StoreError

VARIABLE = "WORKBENCH_STORE"
DEFAULT = Path("output/register.sqlite")
WAIT_SECONDS = 60
"""How long a writer waits for its turn before it is refused."""
LONGEST_PAUSE, SHORTEST_PAUSE, PATIENCE = 0.025, 0.001, 1.0
"""Seconds between two tries of a writer of SQLite: at first, and once it has waited for so long."""
_TURN = 726_101
"""Number of the advisory lock that PostgreSQL's writers take in turn; any number, the same for all."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_SAID = {
    "disk is full": ("the disk is full", "nothing was written; free some room and do it again"),
    "no space left": ("the disk is full", "nothing was written; free some room and do it again"),
    "disk i/o error": ("the disk is full or fails", "nothing was written; free some room and do it again"),
    "is locked": ("the register is busy", "nothing was written; do it again in a moment"),
    "lock timeout": ("the register is busy", "nothing was written; do it again in a moment"),
    "readonly": ("the register cannot be written to", "ask for the right to write to the file and its folder"),
    "unable to open": ("the register cannot be opened", "check that the folder exists and that you may read it"),
    "not a database": ("this file is no register", "name the register's file, or restore a backup"),
    "malformed": ("the register's file is damaged", "restore the newest backup: workbench register restore"),
}


@dataclass(frozen=True)
class Store:
    """An open register."""

    engine: sa.Engine

    @property
    def where(self) -> str:
        """The register's address, without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one moment of the register; for what holds no personal data."""
        with self._sentences(), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection whose changes are kept together or not at all; writers take turns."""
        with self._sentences(), self.engine.connect() as plain:
            connection = plain.execution_options(workbench_write=True)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
                yield connection

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.OperationalError, sa.exc.DatabaseError) as error:
            raise self._said(error) from None

    def _said(self, error: sa.exc.DBAPIError) -> StoreError:
        """Return a database's fault as a sentence; its own text may hold what was to be written, and is left out."""
        told = str(error.orig).lower()
        for sign, (what, do) in _SAID.items():
            if sign in told:
                return StoreError(what, where=self.where, do=do)
        if isinstance(error, sa.exc.IntegrityError):
            what, do = "the entry contradicts what stands in the register", "read the folder again and correct it"
        elif isinstance(error, sa.exc.OperationalError):
            what, do = "the database does not answer", "nothing was written; see that its server runs, then try again"
        else:
            what, do = f"the database refused ({type(error.orig).__name__})", "nothing was written; ask who runs it"
        return StoreError(what, where=self.where, do=do)


def location(given: str = "") -> URL:
    """Return the register's address: what was given, else ``WORKBENCH_STORE``, else a file in ``output``.

    A path stands for a SQLite file.
    """
    text = given or os.environ.get(VARIABLE, "") or str(DEFAULT)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except sa.exc.ArgumentError:
        raise StoreError("this is no address of a register", do=_ADDRESSES) from None
    if url.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise StoreError(f"no register can be kept in '{url.drivername}'", do=_ADDRESSES)
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def anywhere(given: str = "") -> str:
    """Return the register's address as a process that works in another folder has to be given it."""
    url = location(given)
    if url.drivername == "sqlite":
        return str(Path(url.database or "").absolute())
    return url.render_as_string(hide_password=False)


_ADDRESSES = "give a file, or postgresql+psycopg://user@host/database"


def create(given: str = "") -> Store:
    """Make a register, or bring an older one to this version; what stands in it is kept."""
    url = location(given)
    if url.drivername == "sqlite" and url.database:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                "the register's folder cannot be made", where=url.database, why=str(error.strerror)
            ) from None
    store = _connected(url)
    migrate(store)
    return store


def opened(given: str = "") -> Store:
    """Open a register of this version; one that is missing or of another version is refused."""
    url = location(given)
    if url.drivername == "sqlite" and not (url.database and Path(url.database).is_file()):
        raise StoreError(
            "there is no register here", where=str(url.database), do="workbench register create, or name another"
        )
    store = _connected(url)
    have, want = revision(store), newest()
    if have != want:
        raise StoreError(
            "there is no register here"
            if have is None
            else f"the register is of version {have}, this program of {want}",
            where=store.where,
            do="workbench register create brings an older one to this version" if have != want else "",
        )
    return store


def unopened(given: str = "") -> Store:
    """Return a register as it is, whatever its version, or an empty one; for a restore."""
    return _connected(location(given))


def migrate(store: Store, to: str = "head") -> None:
    """Bring the register's tables to a version, in one transaction."""
    with store.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
        have = MigrationContext.configure(connection).get_current_revision()
        if have is not None and have not in known:
            raise StoreError(
                f"the register is of version {have}, newer than this program",
                where=store.where,
                do="use the newer program",
            )
        command.upgrade(config, to)


def revision(store: Store) -> str | None:
    """Return which version the register's tables are of; None for an empty database."""
    with store.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the version that this program works with."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return str(ScriptDirectory.from_config(config).get_current_head())


def new_id(kind: str) -> str:
    """Return an identifier that says nothing about whom it names, e.g. ``H`` and twenty hexadecimal digits."""
    return f"{kind}{secrets.token_hex(10)}"


def _connected(url: URL) -> Store:
    # Parameters of a statement are people's data: they never stand in an error's text.
    if url.drivername != "sqlite":
        return Store(sa.create_engine(url, hide_parameters=True, pool_pre_ping=True))
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, with the lock they need
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {setting}")
        os.chmod(str(url.database), 0o600)

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A transaction that reads first and writes later could be refused half-way: a writer takes the lock at once.
        if connection.get_execution_options().get("workbench_write", False):
            _take_turn(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return Store(engine)


def _take_turn(connection: sa.Connection) -> None:
    """Begin a writing transaction of SQLite; who has waited longest asks most often, and so is served first.

    SQLite's own waiting asks less and less often, so that newcomers overtake those who wait: with fifty writers one
    of them waited for half a minute.
    """
    cursor = connection.connection.cursor()
    began = time.monotonic()
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        while (waited := time.monotonic() - began) < WAIT_SECONDS:
            try:
                cursor.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break  # another fault: the statement below meets it again and reports it
            time.sleep(max(SHORTEST_PAUSE, LONGEST_PAUSE * (1 - waited / PATIENCE)))
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {1000 * WAIT_SECONDS}")
        cursor.close()
