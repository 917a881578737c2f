"""``workbench places``: what municipalities can take, by week."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Places of municipalities by week: template, import, pause, show.", no_args_is_help=True)

Address = Annotated[str, typer.Option("--store", help="The register; else WORKBENCH_STORE or output/register.sqlite.")]
Home = Annotated[str, typer.Option("--locality", help="Whose places (name or folder).")]
Who = Annotated[str, typer.Option("--who", help="Who does it, for the audit.")]


@app.command("template", epilog="Example: workbench places template places.xlsx")
def template(out: Annotated[Path, typer.Argument(help="Workbook to write.")]) -> None:
    """Write an empty workbook with the columns that `places import` reads."""
    from workbench.studies.rounds import places

    places.write_template(out)
    typer.echo(f"Template: {out}")


@app.command("import", epilog="Example: workbench places import places.xlsx --confirm --who oslo")
def import_(
    path: Annotated[Path, typer.Argument(help="Workbook or CSV: municipality, year, week, kind, places, services.")],
    who: Who,
    confirm: Annotated[bool, typer.Option("--confirm", help="Write it; without, only say what would change.")] = False,
    preview: Annotated[Path | None, typer.Option(help="Copy of the workbook in which bad cells are marked.")] = None,
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Read a municipality's places, show what would change, and write it once confirmed."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import places

    table = places.read_places(path, localities.load(locality, "register"), preview)
    changed = places.keep(database.opened(store), table, who=who, write=confirm)
    typer.echo("\n".join(changed))
    typer.echo(f"{len(changed)} changes {'written' if confirm else 'not written yet; --confirm writes them'}.")


@app.command("show", epilog="Example: workbench places show --json")
def show(
    store: Address = "", as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False
) -> None:
    """List places offered, taken and left by municipality and year."""
    from workbench.store import database, reservation

    with database.opened(store).reading() as connection:
        rows = reservation.by_year(connection)
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['municipality']} {row['year']} {row['kind']:7} {row['places']} offered, {row['taken']} taken")
