"""``workbench places``: what municipalities can take, by week and in which dwellings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.options import Address, AsJson, Who
from workbench.cli.register.letters import request
from workbench.cli.steps import Overwrite

app = typer.Typer(
    help="Places of municipalities by week, and dwellings: template, import, pause, quota, request, show.",
    no_args_is_help=True,
)

Home = Annotated[str, typer.Option("--locality", help="Whose places (name or folder).")]
Municipality = Annotated[str, typer.Argument(help="Code of the municipality.")]
Year = Annotated[int, typer.Argument(min=2000, max=2100, help="Year.")]
Kind = Annotated[str, typer.Option(help="all, or minors (unaccompanied).")]


@app.command("template", epilog="Example: workbench places template places.xlsx")
def template(out: Annotated[Path, typer.Argument(help="Workbook to write.")], overwrite: Overwrite = False) -> None:
    """Write an empty workbook with the sheets that `places import` reads: places by week, and dwellings."""
    from workbench.core.storage.outputs import guard
    from workbench.studies.rounds import places

    guard([out], overwrite=overwrite)
    places.write_template(out)
    typer.echo(f"Template: {out}")


@app.command("import", epilog="Example: workbench places import places.xlsx --confirm --who oslo")
def import_(
    path: Annotated[Path, typer.Argument(help="Workbook (sheets weekly_places, dwellings) or a CSV of one of them.")],
    who: Who,
    confirm: Annotated[bool, typer.Option("--confirm", help="Write it; without, only say what would change.")] = False,
    preview: Annotated[Path | None, typer.Option(help="Copy of the workbook in which bad cells are marked.")] = None,
    store: Address = "",
    locality: Home = "norway",
    overwrite: Overwrite = False,
) -> None:
    """Read a municipality's places and dwellings, show what would change, and write it once confirmed."""
    from workbench.core.storage.outputs import guard
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import places

    guard([preview] if preview else [], reads=[path], overwrite=overwrite)
    told = places.read_places(path, localities.load(locality, "register"), preview)
    changed = places.keep(database.opened(store), told, who=who, write=confirm)
    typer.echo("\n".join(changed))
    typer.echo(f"{len(changed)} changes {'written' if confirm else 'not written yet; --confirm writes them'}.")


@app.command("pause", epilog="Example: workbench places pause 0301 2026 10 --reason no_staff --who oslo")
def pause(
    municipality: Municipality,
    year: Year,
    week: Annotated[int, typer.Argument(help="Week of that year.")],
    who: Who,
    reason: Annotated[str, typer.Option(help="Why, a code such as no_staff or no_dwelling.")] = "",
    open_: Annotated[bool, typer.Option("--open", help="End the pause.")] = False,
    kind: Kind = "all",
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Stop further acceptances in a municipality's week with a reason, or open it again."""
    from workbench.sources import localities
    from workbench.store import database, reservation
    from workbench.studies.rounds.registers import known_place

    if open_ == bool(reason):
        raise typer.BadParameter("give either --reason or --open")
    known_place(localities.load(locality, "register"), municipality)
    with database.opened(store).writing() as connection:
        reservation.pause_week(connection, municipality, year, week, kind, reason, who=who)
    typer.echo("Open again." if open_ else "Paused: no further acceptances; what is accepted stays.")


@app.command("quota", epilog="Example: workbench places quota 0301 2026 --asked 900 --decided 850 --who anna")
def quota(
    municipality: Municipality,
    year: Year,
    who: Who,
    asked: Annotated[int | None, typer.Option(min=0, help="Persons that the directorate asks for.")] = None,
    decided: Annotated[int | None, typer.Option(min=0, help="Persons that the council decided.")] = None,
    kind: Kind = "all",
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Note what a municipality was asked for and what its council decided; never below what is accepted."""
    from workbench.sources import localities
    from workbench.store import database, reservation
    from workbench.studies.rounds.registers import known_place

    if asked is None and decided is None:
        raise typer.BadParameter("give --asked, --decided or both")
    known_place(localities.load(locality, "register"), municipality)
    with database.opened(store).writing() as connection:
        reservation.decide_quota(connection, municipality, year, who=who, asked=asked, decided=decided, kind=kind)
    typer.echo("Noted.")


app.command("request", epilog="Example: workbench places request 2027 --answer-by 2026-12-15 --out asked --who anna")(
    request
)


@app.command("show", epilog="Example: workbench places show --json")
def show(
    dwellings: Annotated[bool, typer.Option("--dwellings", help="List the dwellings instead.")] = False,
    store: Address = "",
    as_json: AsJson = False,
) -> None:
    """List places offered, taken and left by municipality and year, or each dwelling and whether it is free."""
    from workbench.store import database, reservation
    from workbench.store import dwellings as homes

    with database.opened(store).reading() as connection:
        by, rows = homes.listed(connection), reservation.by_year(connection)
    if as_json:
        typer.echo(json.dumps(homes.stated(by) if dwellings else rows, indent=2, default=str))
        return
    if dwellings:
        lines = [f"{place} {each.code}: {each.said}, {each.state}" for place, listed in by.items() for each in listed]
    else:
        lines = [
            f"{row['municipality']} {row['year']} {row['kind']:7} {row['places']} offered, {row['taken']} taken"
            for row in rows
        ]
    for line in lines:
        typer.echo(line)
