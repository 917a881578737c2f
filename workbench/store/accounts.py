"""Who may sign in, with which role, and when is somebody kept out?

Passwords are kept as Argon2id hashes (RFC 9106). An unknown login costs as much time as a wrong password and is refused
in the same words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from workbench.core.errors import StoreError, nearest
from workbench.store import audit
from workbench.store.database import Store, new_id
from workbench.store.schema import ACCOUNT
from workbench.store.visibility import ROLES

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LOGIN = re.compile(r"[a-z0-9][a-z0-9_.@+-]{1,63}")
SHORTEST, LONGEST = 12, 256
"""Characters of a password."""
FAILURES = 5
"""Wrong passwords in a row after which an account is locked."""
LOCKED = timedelta(minutes=15)
SIGN_IN_ROLES = tuple(role for role in ROLES if role not in ("person", "statistician"))
"""Roles that have pages; a statistician gets an extract, and a person a letter and a read-back."""


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in; ``municipality`` is set for the role of one."""

    login: str
    role: str
    municipality: str
    disabled: bool
    locked_until: str


def add(connection: sa.Connection, login: str, password: str, *, role: str, municipality: str = "", who: str) -> None:
    """Let somebody sign in.

    Raises
    ------
    StoreError
        If the login is taken or no login, the password is too short, or the role and municipality do not fit.
    """
    if not LOGIN.fullmatch(login):
        raise StoreError("this is no login", do="2 to 64 small letters, digits and _ . @ + -")
    _check_role(role, municipality)
    if _row(connection, login) is not None:
        raise StoreError("the login is taken", where=login, do="choose another")
    row = {"id": new_id("U"), "login": login, "role": role, "municipality": municipality or None}
    connection.execute(ACCOUNT.insert().values(**row, password_hash=_hash(password)))
    audit.append(connection, who, "account.add", login, "account", {"role": role, "municipality": municipality})


def set_role(connection: sa.Connection, login: str, role: str, *, municipality: str = "", who: str) -> None:
    """Give somebody another role."""
    _check_role(role, municipality)
    _change(connection, login, {"role": role, "municipality": municipality or None})
    audit.append(connection, who, "account.role", login, "account", {"role": role, "municipality": municipality})


def set_password(connection: sa.Connection, login: str, password: str, *, who: str) -> None:
    """Give somebody another password; a lock ends."""
    _change(connection, login, {"password_hash": _hash(password), "failures": 0, "locked_until": None})
    audit.append(connection, who, "account.password", login, "account")


def disable(connection: sa.Connection, login: str, *, who: str, disabled: bool = True) -> None:
    """Keep somebody out from now on, or let them in again; what they did stays in the audit."""
    _change(connection, login, {"disabled": disabled, "failures": 0, "locked_until": None})
    audit.append(connection, who, "account.disable" if disabled else "account.enable", login, "account")


def listed(connection: sa.Connection) -> list[Account]:
    """Return everybody who has an account, by login."""
    return [_account(row) for row in connection.execute(sa.select(ACCOUNT).order_by(ACCOUNT.c.login))]


def get(connection: sa.Connection, login: str) -> Account | None:
    """Return an account that may be used now; None for an unknown or a disabled one."""
    row = _row(connection, login)
    return None if row is None or row.disabled else _account(row)


def sign_in(store: Store, login: str, password: str, *, now: datetime | None = None) -> Account | None:
    """Return the account if the password is its own; None, for whatever reason, if not.

    After five wrong passwords in a row an account is locked for a quarter of an hour; the audit notes it.
    """
    at = now or datetime.now(UTC)
    with store.reading() as connection:
        row = _row(connection, login)
    # Hashing takes a tenth of a second: outside of any transaction, so that no writer waits for it.
    right = _verify(row.password_hash if row is not None else _nobody(), password)
    if row is None or row.disabled:
        return None
    with store.writing() as connection:
        row = _row(connection, login)
        if row is None or row.disabled or (row.locked_until and row.locked_until > _text(at)):
            return None
        if right:
            _change(connection, login, {"failures": 0, "locked_until": None})
            audit.append(connection, login, "account.sign_in", login, "sign_in")
            return _account(row)
        failures = row.failures + 1
        locked = _text(at + LOCKED) if failures >= FAILURES else None
        _change(connection, login, {"failures": 0 if locked else failures, "locked_until": locked})
        audit.append(connection, "server", "account.lock" if locked else "account.refuse", login, "wrong_password")
    return None


def _check_role(role: str, municipality: str) -> None:
    if role not in SIGN_IN_ROLES:
        raise StoreError(f"nobody signs in as '{role}'", do=nearest(role, list(SIGN_IN_ROLES)))
    if (role == "municipality") != bool(municipality):
        raise StoreError(
            "the role and the municipality do not fit",
            why="who answers for a municipality sees what is offered to it, and nobody else does",
            do="give --municipality with the role 'municipality', and only with it",
        )


def _row(connection: sa.Connection, login: str) -> Any:
    return connection.execute(sa.select(ACCOUNT).where(ACCOUNT.c.login == login)).one_or_none()


def _account(row: Any) -> Account:
    return Account(row.login, row.role, row.municipality or "", bool(row.disabled), row.locked_until or "")


def _change(connection: sa.Connection, login: str, values: dict[str, Any]) -> None:
    new = {**values, "version": ACCOUNT.c.version + 1}
    if connection.execute(ACCOUNT.update().where(ACCOUNT.c.login == login).values(new)).rowcount != 1:
        raise StoreError("there is no such login", where=login, do="see `workbench users list`")


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _hash(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST or password != password.strip() or len(set(password)) < 5:
        raise StoreError(
            "the password cannot be used",
            why=f"it has {SHORTEST} to {LONGEST} characters, 5 of them different, and no space at its ends",
            do="four words in a row are easy to keep in mind",
        )
    return _hasher().hash(password)


def _verify(kept: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(kept, password[: LONGEST + 1])
    except VerificationError:
        return False


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
