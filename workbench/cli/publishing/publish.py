"""``workbench publish`` and ``workbench published``: what readers are shown is a decision with a name under it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.steps import step

EXAMPLE = 'Example: workbench publish inflow --by "Kari Nordmann" --note "November issue"'

app = typer.Typer(help="What was published, by whom and when; nothing is ever overwritten.", no_args_is_help=True)

Runs = Annotated[Path | None, typer.Option(help="Folder of saved runs (default: output/runs).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="Name of a publication, see `workbench published list`.")]


def publish(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="First characters of a run's key, its folder, or a study: its newest.")
    ],
    by: Annotated[str, typer.Option(help="Who decides it.")],
    note: Annotated[str, typer.Option(help="What for; stands in the list.")] = "",
    embargo: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="No page shows it before this day.")] = "",
    edition: Annotated[str, typer.Option(help="For whom: public, municipal or case.")] = "public",
    reason: Annotated[str, typer.Option(help="Why it is published although its checks failed; stands on it.")] = "",
    with_report: Annotated[
        bool, typer.Option("--report", help="Build its report in each language as well; the page then offers the PDF.")
    ] = False,
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """Freeze a saved run: from now on pages and reports show it, until another one is published."""
    from workbench.studies import publishing

    if with_report:
        from workbench.reporting import issues

        issues.check(publishing.saved_run(run, runs=runs).record.study)
    made = publishing.publish(run, by=by, note=note, embargo=embargo, edition=edition, reason=reason, runs=runs)
    if as_json:
        typer.echo(json.dumps(_told(made), ensure_ascii=False))
        return
    typer.echo(f"Published as {made.id}, run {made.key[:12]}, by {made.by}. It lies in {made.folder}")
    if with_report:
        with step("Build its report") as progress:
            for path in issues.build_all(made, runs=runs, progress=progress):
                typer.echo(f"Report: {path}")
    if made.embargo:
        typer.echo(f"No page shows it before {made.embargo}.")
    if made.reason:
        typer.echo(f"It failed its checks; its reason stands on it: {made.reason}")


@app.command("list", epilog="Example: workbench published list")
def list_(
    study: Annotated[str, typer.Argument(help="Only those of one study.")] = "",
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """List every publication, those that were withdrawn too."""
    from workbench.core.errors import DataError, nearest
    from workbench.core.runs.archive import archive_of

    archive = archive_of(runs)
    every = archive.all()
    if study and study not in {p.study for p in every}:
        raise DataError(f"nothing of '{study}' is published", do=nearest(study, sorted({p.study for p in every})))
    chosen = [p for p in every if study in ("", p.study)]
    if as_json:
        typer.echo(json.dumps([_told(p) for p in chosen], indent=2, ensure_ascii=False))
    elif not chosen:
        typer.echo(f"Nothing is published in {archive.root}. Publish a run: workbench publish RUN --by NAME")
    else:
        for publication in chosen:
            typer.echo(_line(publication))
    for fault in archive.broken():
        typer.echo(f"Warning: {fault}", err=True)


@app.command("show", epilog="Example: workbench published show inflow-0001")
def show(name: Id, runs: Runs = None, as_json: AsJson = False) -> None:
    """Show one publication: who released what, when, what for, and whether its files are those of that day."""
    from workbench.core.runs.archive import archive_of

    publication = archive_of(runs).named(name)
    if as_json:
        typer.echo(json.dumps(_told(publication), indent=2, ensure_ascii=False))
        return
    record = publication.run.record
    told = {
        "Run": f"{record.key[:12]} of the study {record.study}, made {record.created}",
        "Released": f"{publication.released} by {publication.by}, {publication.edition} edition",
        "Note": publication.note,
        "Embargo": publication.embargo and f"until {publication.embargo}",
        "Published in spite of failed checks": publication.reason,
        "Data": "; ".join(f"{v.name} to {v.last_period}, {v.fingerprint[:12]}" for v in record.inputs),
        "Program": f"version {record.versions.get('migration-workbench', '?')}",
        "Files": "as published" if publication.whole() else "NOT those that were published",
        "Folder": str(publication.folder),
    }
    typer.echo(publication.id)
    for head, text in told.items():
        if text:
            typer.echo(f"  {head}: {text}")
    if (taken := publication.withdrawal) is not None:
        typer.echo(f"  WITHDRAWN {taken.at} by {taken.by}: {taken.reason}")


@app.command("withdraw", epilog='Example: workbench published withdraw inflow-0001 --by NAME --reason "wrong table"')
def withdraw(
    name: Id,
    by: Annotated[str, typer.Option(help="Who decides it.")],
    reason: Annotated[str, typer.Option(help="Why; it stays visible.")],
    runs: Runs = None,
) -> None:
    """Take a publication back: pages show the one before it; the archive keeps it with the reason."""
    from workbench.core.runs.archive import archive_of

    archive = archive_of(runs)
    taken = archive.withdraw(name, by=by, reason=reason)
    typer.echo(f"{taken.id} is withdrawn. It stays in the archive with its reason.")
    now = archive.shown(taken.study)
    typer.echo(f"Readers now see {now.id}." if now else "Readers now see that nothing is published.")


scores = typer.Typer(
    help="Every published forecast against what came, simple rules and others' forecasts.", invoke_without_command=True
)


@scores.callback(epilog="Example: workbench scores")
def scored(
    context: typer.Context,
    locality: Annotated[str, typer.Option(help="Locality whose arrivals tell what came.")] = "eu",
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """Score every published forecast; lower scores are better."""
    if context.invoked_subcommand:
        return
    from workbench.presentation.publishing import scoreboard as shown
    from workbench.studies.publishing import scores as board

    found = board.study(locality=locality, runs=runs)
    if as_json:
        typer.echo(json.dumps(board.facts(found), indent=2, ensure_ascii=False))
        return
    typer.echo(shown.headline(found).plain())
    typer.echo(shown.by_forecaster(found).plain())
    typer.echo(shown.not_concluded(found).plain())


@scores.command("add", epilog="Example: workbench scores add agency.csv --model agency --by NAME")
def add(
    file: Annotated[Path, typer.Argument(help="CSV: origin_month, location, target_month, p10, p50, p90.")],
    model: Annotated[str, typer.Option(help="Who forecast: an agency, experts.")],
    by: Annotated[str, typer.Option(help="Who enters it.")],
    runs: Runs = None,
) -> None:
    """Enter a forecast that others made; it is scored beside ours on the same months."""
    from workbench.studies.publishing.entered import enter

    typer.echo(f"Entered as {enter(file, model=model, by=by, runs=runs)}. Nothing entered is ever replaced.")


def _told(publication: Any) -> dict[str, Any]:
    taken = publication.withdrawal
    said = {name: value for name, value in asdict(publication).items() if name not in ("files", "format")}
    return {
        "id": publication.id,
        **said,
        "folder": str(publication.folder),
        "whole": publication.whole(),
        "withdrawn": asdict(taken) if taken else None,
    }


def _line(publication: Any) -> str:
    taken = publication.withdrawal
    marks = [
        f"WITHDRAWN {taken.at[:10]} by {taken.by}: {taken.reason}" if taken else "",
        f"embargo until {publication.embargo}" if publication.embargo else "",
        f"in spite of failed checks: {publication.reason}" if publication.reason else "",
        publication.note,
    ]
    head = f"{publication.id}  {publication.released[:16]}  run {publication.key[:12]}  by {publication.by}"
    return "  ".join([head, *filter(None, marks)])
