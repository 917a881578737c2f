"""``workbench users``: who may sign in to the pages with personal data."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.options import Address, AsJson, Who

app = typer.Typer(help="Who may sign in, and as what: add, role, password, disable, list.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="The login.")]
Role = Annotated[str, typer.Option("--role", help="interviewer, directorate, municipality or auditor.")]
Place = Annotated[str, typer.Option("--municipality", help="Its code, with the role 'municipality'.")]
Home = Annotated[str, typer.Option("--locality", help="Whose municipalities (name or folder).")]
FromFile = Annotated[
    Path | None, typer.Option("--password-file", help="File with the password; without, it is asked for, unseen.")
]


@app.command("add", epilog="Example: workbench users add kari --role municipality --municipality 0301 --who anna")
def add(
    login: Login,
    role: Role,
    who: Who,
    municipality: Place = "",
    password_file: FromFile = None,
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Let somebody sign in."""
    from workbench.store import accounts, database

    _known(municipality, locality)
    # The password is asked for before the transaction: a slow typist holds nobody up.
    opened, given = database.opened(store), _password(password_file)
    with opened.writing() as c:
        accounts.add(c, login, given, role=role, municipality=municipality, who=who)
    typer.echo(f"Added: {login} ({role}{' of ' + municipality if municipality else ''})")


@app.command("role", epilog="Example: workbench users role kari --role directorate --who anna")
def role(
    login: Login, role: Role, who: Who, municipality: Place = "", store: Address = "", locality: Home = "norway"
) -> None:
    """Give somebody another role; it holds from the next thing they do."""
    from workbench.store import accounts, database

    _known(municipality, locality)
    with database.opened(store).writing() as c:
        accounts.set_role(c, login, role, municipality=municipality, who=who)
    typer.echo(f"Changed: {login} ({role})")


@app.command("password", epilog="Example: workbench users password kari --who anna")
def password(login: Login, who: Who, password_file: FromFile = None, store: Address = "") -> None:
    """Give somebody another password; a lock ends."""
    from workbench.store import accounts, database

    opened, given = database.opened(store), _password(password_file)
    with opened.writing() as c:
        accounts.set_password(c, login, given, who=who)
    typer.echo(f"Changed: {login}")


@app.command("disable", epilog="Example: workbench users disable kari --who anna")
def disable(
    login: Login,
    who: Who,
    undo: Annotated[bool, typer.Option("--undo", help="Let them in again.")] = False,
    store: Address = "",
) -> None:
    """Keep somebody out from the next thing they do; what they did stays in the audit."""
    from workbench.store import accounts, database

    with database.opened(store).writing() as c:
        accounts.disable(c, login, who=who, disabled=not undo)
    typer.echo(f"{'Enabled' if undo else 'Disabled'}: {login}")


@app.command("list", epilog="Example: workbench users list --json")
def list_(store: Address = "", as_json: AsJson = False) -> None:
    """List everybody who has an account."""
    from dataclasses import asdict

    from workbench.store import accounts, database

    with database.opened(store).reading() as c:
        found = accounts.listed(c)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        state = "disabled" if each.disabled else f"locked until {each.locked_until}" if each.locked_until else "active"
        typer.echo(f"{each.login:20} {each.role:12} {each.municipality:6} {state}")


def _known(municipality: str, locality: str) -> None:
    """Refuse a municipality that the locality does not have: nobody could be offered anything there."""
    if municipality:
        from workbench.sources import localities
        from workbench.studies.rounds.registers import known_place

        known_place(localities.load(locality, "register"), municipality)


def _password(path: Path | None) -> str:
    from workbench.core.errors import DataError

    if path is None:
        if not sys.stdin.isatty():
            raise DataError(
                "no password is given",
                why="it can be asked for on a terminal only",
                do="put it into a file that only you can read, and name that with --password-file",
            )
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("cannot read the password", where=str(path), why=type(error).__name__) from error
