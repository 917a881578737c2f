"""``workbench register``: make a register, check its audit, keep it safe, erase what is due."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import options
from workbench.cli.options import Address, AsJson, Day, Who
from workbench.cli.register import case
from workbench.cli.register.named import Household, whole
from workbench.cli.steps import Overwrite

app = typer.Typer(help="The register of households: create, case, audit, backup, retention.", no_args_is_help=True)
audit_app = typer.Typer(help="Who read or changed what, and has anybody altered that since?", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
app.add_typer(case.app, name="case")

Home = Annotated[str, typer.Option("--locality", help="Whose field register holds (name or folder).")]


@app.command("create", epilog="Example: workbench register create --store register.sqlite")
def create(store: Address = "") -> None:
    """Make a register, or bring an older one to this version; what stands in it is kept."""
    from workbench.store import database

    made = database.create(store)
    typer.echo(f"Register: {made.where} (version {database.newest()})")


@app.command("people", epilog="Example: workbench register people permits.csv --who anna")
def people(
    path: Annotated[
        Path, typer.Argument(help="A row for each person: household, case_number, born, population, permit.")
    ],
    who: Who,
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Register the households of a file; every fault is reported by row and column, and then nothing is written."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds.households import registration

    parameters = localities.parameters(localities.load(locality, "register"))
    number = registration.register_file(database.opened(store), path, parameters, who=who)
    typer.echo(f"Registered: {number:,} households")


@app.command("status", epilog="Example: workbench register status --json")
def status(store: Address = "", as_json: AsJson = False) -> None:
    """Say how many households are in each state."""
    from workbench.store import database, reservation
    from workbench.store.households import states

    opened = database.opened(store)
    with opened.reading() as connection:
        found = reservation.size(connection)
    counted = {state: found.get(state, 0) for state in states.STATES}
    if as_json:
        typer.echo(json.dumps({"store": opened.where, "version": database.newest(), "households": counted}, indent=2))
        return
    typer.echo("\n".join(f"{state:12} {number:8,}" for state, number in counted.items()))


@audit_app.command("verify", epilog="Example: workbench register audit verify --json; exit code 1: it was altered")
def verify(
    store: Address = "",
    expect: Annotated[str, typer.Option(help="Number and hash (NUMBER:HASH) noted at an earlier check.")] = "",
    as_json: AsJson = False,
) -> None:
    """Recompute the audit's chain; note the last hash elsewhere and give it next time with --expect."""
    from workbench.store import audit, database

    opened = database.opened(store)
    with opened.reading() as connection:
        found = audit.verify(connection, expect)
    if as_json:
        body = {"well": not found.faults, "rows": found.rows, "head": found.head, "faults": list(found.faults)}
        typer.echo(json.dumps(body, indent=2))
    elif found.faults:
        typer.echo(f"The audit was altered ({len(found.faults)} faults):")
        typer.echo("\n".join(f"  - {fault}" for fault in found.faults[:20]))
    else:
        typer.echo(f"The audit holds: {found.rows:,} rows. Its last hash: {found.head}")
        typer.echo(
            "Keep the hash where nobody who can write to the register can change it, and give it next time with "
            "--expect: it shows whether rows were taken from the end."
        )
    if found.faults:
        raise typer.Exit(1)


@app.command("show", epilog="Example: workbench register show H0123 --role directorate --who anna --why case")
def show(
    household: Household,
    role: Annotated[str, typer.Option(help="Who looks: directorate, municipality, interviewer, auditor, person.")],
    who: Annotated[str, typer.Option("--who", help="Who reads, for the audit.")],
    why: Annotated[str, typer.Option("--why", help="A code, such as case or matching.")],
    place: Annotated[str, typer.Option(help="Code of the municipality that looks.")] = "",
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Print what a role may see of a household's folder; the reading is in the audit."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import registers

    home = localities.load(locality, "register")
    opened = database.opened(store)
    seen = registers.view(opened, home, whole(opened, household), role=role, place=place, who=who, why=why)
    typer.echo(json.dumps(seen, indent=2, default=str, ensure_ascii=False))


@app.command("demo", epilog="Example: workbench register demo --store demo.sqlite --households 200")
def demo(
    store: Address = "",
    locality: Home = "norway",
    households: Annotated[int, typer.Option(min=1, help="Households to draw.")] = 200,
    year: Annotated[int, typer.Option(help="Year of the quarter.")] = 2026,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same households.")] = 1,
) -> None:
    """Fill an empty register with a synthetic first quarter, with gaps as they occur; nobody in it is real."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import demo as demonstration

    made = database.create(store)
    told = demonstration.fill(made, localities.load(locality, "register"), households=households, year=year, seed=seed)
    typer.echo(f"Synthetic register: {made.where}\n" + "\n".join(f"  {name}: {n:,}" for name, n in told.items()))


@app.command("backup", epilog="Example: workbench register backup register-2026-03-02.zip")
def backup(
    out: Annotated[Path, typer.Argument(help="File to write; it holds personal data.")],
    store: Address = "",
    overwrite: Overwrite = False,
) -> None:
    """Write the whole register, as it stands at one moment, to one file."""
    from workbench.core.storage.outputs import guard
    from workbench.store import backup as backups
    from workbench.store import database

    guard([out], overwrite=overwrite)
    rows = backups.backup(database.opened(store), out)
    typer.echo(f"Backup: {out} ({sum(rows.values()):,} rows in {len(rows)} tables)")


@app.command("restore", epilog="Example: workbench register restore register-2026-03-02.zip --store new.sqlite")
def restore(source: Annotated[Path, typer.Argument(help="A backup.")], store: Address = "") -> None:
    """Fill a new register from a backup; one that is not empty is refused."""
    from workbench.store import backup as backups
    from workbench.store import database

    into = database.unopened(store)
    rows = backups.restore(into, source)
    typer.echo(f"Register: {into.where} ({sum(rows.values()):,} rows in {len(rows)} tables; its audit holds)")


@app.command("fields", epilog="Example: workbench register fields")
def fields(
    locality: Home = "norway",
    out: Annotated[Path | None, typer.Option(help="Write a table (.csv) or a page (.html).")] = None,
    language: Annotated[str, typer.Option(help="Language of the page: en, nb or sv.")] = "en",
    as_json: AsJson = False,
    overwrite: Overwrite = False,
) -> None:
    """List every personal field: its purpose, how long it is kept, and who sees it from which state on."""
    from dataclasses import asdict

    from workbench.core.storage.outputs import guard
    from workbench.sources import localities
    from workbench.studies.rounds import registers
    from workbench.studies.rounds.interview import form

    guard([out] if out else [], overwrite=overwrite)
    home = localities.load(locality, "register")
    register = registers.field_register(home)
    if out is not None:
        from workbench.reporting.register import paper

        paper.fields(form.with_form(register, form.load(home)), out, language)
        typer.echo(f"Field register: {out}")
        return
    if as_json:
        typer.echo(json.dumps({name: asdict(field) for name, field in register.fields.items()}, indent=2))
        return
    for field in register.fields.values():
        seen = ", ".join(f"{role} from {state}" for role, state in field.sees.items())
        typer.echo(f"{field.name}: {field.purpose}; kept {register.days[field.retention]} days after closing; {seen}")


@app.command("retention", epilog="Example: workbench register retention --do --who system")
def retention(
    store: Address = "",
    locality: Home = "norway",
    today: Day = "",
    do: Annotated[bool, typer.Option("--do", help="Erase what is due; without it, only list it.")] = False,
    who: Who = "command_line",
    as_json: AsJson = False,
) -> None:
    """List what must be erased by now, or erase it; statistics of size and outcome stay."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.store import retention as retained
    from workbench.studies.rounds import registers

    days = registers.field_register(localities.load(locality, "register")).days
    opened = database.opened(store)
    if do:
        found = retained.erase_due(opened, days, options.day_or_today(today), who=who)
    else:
        with opened.reading() as connection:
            found = retained.due(connection, days, options.day_or_today(today))
    if as_json:
        rows = [{"household": each.household, "kind": each.kind, "due": each.day.isoformat()} for each in found]
        typer.echo(json.dumps({"erased": do, "due": rows}, indent=2))
        return
    for each in found:
        typer.echo(f"{each.household} {each.kind}: due {each.day}")
    typer.echo(f"{len(found)} {'erased' if do else 'due; --do erases them'}.")


@app.command("erase", epilog="Example: workbench register erase H0123 --why request --who anna")
def erase(
    household: Annotated[str, typer.Argument(help="A closed household.")],
    who: Who,
    why: Annotated[str, typer.Option("--why", help="A code, such as request or court_order.")],
    store: Address = "",
) -> None:
    """Erase a closed household entirely."""
    from workbench.store import database
    from workbench.store import retention as retained

    opened = database.opened(store)
    household = whole(opened, household)
    retained.erase(opened, household, who=who, why=why)
    typer.echo(f"Erased: {household}")


@app.command("extract", epilog="Example: workbench register extract extract.csv --key-file key --who stat")
def extract(
    out: Annotated[Path, typer.Argument(help="CSV to write.")],
    key_file: Annotated[Path, typer.Option(help="File with at least 32 secret bytes; keep it apart.")],
    store: Address = "",
    today: Day = "",
    who: Who = "command_line",
    overwrite: Overwrite = False,
) -> None:
    """Write a row for each household for statisticians: keyed fingerprints, coarse ages, no free text."""
    import csv

    from workbench.core.storage.files import replacing
    from workbench.core.storage.outputs import guard
    from workbench.store import database
    from workbench.store import extract as extracts
    from workbench.studies.rounds import registers

    guard([out], reads=[key_file], overwrite=overwrite)
    key = registers.read_key(key_file)
    number = 0
    opened = database.opened(store)
    # In this order the audit row is kept before the file appears.
    with replacing(out) as partial, opened.writing() as connection, partial.open("w", encoding="utf-8") as file:
        table = csv.DictWriter(file, extracts.COLUMNS, lineterminator="\n")
        table.writeheader()
        for row in extracts.extract(connection, key, today=options.day_or_today(today), who=who):
            table.writerow(row)
            number += 1
    typer.echo(f"Extract: {out} ({number:,} households)")
