"""Who is this page for? What its kernel was told by the server, looked up in the register at every step."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from workbench.core.errors import AppError
from workbench.store import accounts, database
from workbench.store.accounts import Account
from workbench.store.database import Store

HEADER, UNTIL = "X-Workbench-User", "X-Workbench-Until"
"""Headers by which the server, never a browser, names the one who is signed in, and until when."""
VARIABLES = ("HTTP_X_WORKBENCH_USER", "HTTP_X_WORKBENCH_UNTIL")


@dataclass(frozen=True)
class Desk:
    """The register, and the person who uses it; ``until``: when the sign-in ends."""

    store: Store
    login: str
    until: str

    def account(self, *roles: str) -> Account:
        """Return the account as it stands now, if it may do what these roles do.

        Raises
        ------
        AppError
            If the sign-in has ended, the account was disabled, or its role is another.
        """
        if self.until and datetime.now(UTC).isoformat() > self.until:
            raise AppError("the sign-in has ended", do="load the page again and sign in")
        with self.store.reading() as connection:
            found = accounts.get(connection, self.login)
        if found is None:
            raise AppError("this account may not be used", do="ask the people who run this page")
        if found.role not in roles:
            raise AppError("this page is not for your role", do="ask the people who run this page")
        return found


def desk() -> Desk:
    """Return the register and the one whom the server named.

    Raises
    ------
    AppError
        If nobody is signed in.
    """
    login, until = (os.environ.get(name, "") for name in VARIABLES)
    if not login:
        raise AppError("nobody is signed in", do="serve the page with `workbench app`, and sign in")
    return Desk(database.opened(), login, until)
