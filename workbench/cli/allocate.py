"""``workbench allocate``: place your own households; ``workbench allocate verify``: recompute the certificate."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.steps import WARNING, Overwrite, step

EXAMPLE = (
    "Example: workbench allocate --households households.csv --places places.csv --out plan.csv --json result.json"
)


VERIFY = "Example: workbench allocate verify result.json"
app = typer.Typer(invoke_without_command=True, epilog=EXAMPLE)


class Objective(StrEnum):
    """What is best: most persons placed and then the score, or the score alone."""

    PLACE_FIRST = "place-first"
    SCORE = "score"


@app.callback()
def run(
    context: typer.Context,
    households: Annotated[Path | None, typer.Option(help="Table of households (CSV or Parquet).")] = None,
    places: Annotated[Path | None, typer.Option(help="Table of places.")] = None,
    scores: Annotated[Path | None, typer.Option(help="Table of scores; without it, needs-and-ties matching.")] = None,
    rules: Annotated[
        Path | None,
        typer.Option(help="Table of rules: pins, bans, links, floors, deadlines, limits; see `workbench data list`."),
    ] = None,
    practice: Annotated[
        Path | None, typer.Option(help="Table of where households would be placed today, for rules measured by it.")
    ] = None,
    locality: Annotated[str, typer.Option(help="Check places against this locality (name or folder).")] = "",
    rule: Annotated[
        list[str] | None, typer.Option(help="Installed rule to keep as well, see `workbench locality list`; repeat it.")
    ] = None,
    count: Annotated[
        list[str] | None,
        typer.Option(
            help="What places of a service (capacity_<service>) count: SERVICE=persons, adults, children, seniors or "
            "households; persons of each household that needs it, if not said; repeat it."
        ),
    ] = None,
    objective: Annotated[Objective, typer.Option(help="What is best.")] = Objective.PLACE_FIRST,
    gap: Annotated[float, typer.Option(min=0, max=1, help="Stop within this share of the best possible.")] = 0.0005,
    time_limit: Annotated[
        float, typer.Option(min=0.1, help="Seconds after which the best plan so far is returned; so does Ctrl-C.")
    ] = 60.0,
    out: Annotated[Path, typer.Option(help="Write the plan here (.csv or .parquet).")] = Path("plan.csv"),
    result: Annotated[Path, typer.Option("--json", help="Write value, bound, gap and the unplaced here.")] = Path(
        "result.json"
    ),
    overwrite: Overwrite = False,
) -> None:
    """Place households so that most persons are placed, then with the best score; says how far from best it may be."""
    if context.invoked_subcommand is not None:
        return
    if households is None or places is None:
        raise typer.BadParameter("give both --households and --places")
    from workbench.core.files import replacing
    from workbench.core.outputs import guard
    from workbench.decisions.allocation.search import compilation
    from workbench.presentation import allocation as shown
    from workbench.presentation.wording import counted
    from workbench.sources import files, localities
    from workbench.studies import allocation as study
    from workbench.studies.allocation import certificate_files as sidecars
    from workbench.studies.allocation import tables as allocation_tables

    counts = allocation_tables.counts_of(count or ())
    given = [path for path in (households, places, scores, rules, practice) if path is not None]
    files.writable(out)
    sidecar = result.with_suffix(".npz")
    guard([out, result, sidecar], reads=given, overwrite=overwrite)
    home = localities.load(locality) if locality else None
    tables = allocation_tables.read_tables(households, places, scores, rules, practice, locality=home, counts=counts)
    weights = study.weights_of(home) or study.norwegian_weights()
    if tables.scores is None:
        where = locality if study.weights_of(home) else "norway, since no other are named"
        typer.echo(f"No scores given: needs-and-ties matching, with the stated weights of {where}.", err=True)
    if unknown := tables.unknown_ties:
        typer.echo(f"Ties to places that are not in the table count for nothing: {', '.join(unknown)}.", err=True)
    if scores is None and (silent := tables.unknown_languages):
        named = ", ".join(f"{code} (did you mean {near}?)" if near else code for code, near in silent.items())
        typer.echo(f"Languages that no place offers count for nothing: {named}.", err=True)
    if taken := tables.services_by_capacity:
        typer.echo(
            f"Taken to offer a service because they have a capacity for it: {'; '.join(taken)}. "
            "An empty capacity of a service sets no limit and offers nothing by itself.",
            err=True,
        )
    if unused := tables.unused:
        listed = "; ".join(f"{name}: {', '.join(columns)}" for name, columns in unused.items())
        typer.echo(f"Columns that are not used: {listed}.", err=True)
    homes, rooms = counted(len(tables.households), "household"), counted(len(tables.places), "place")
    if not compilation.compiled():
        typer.echo("The search is compiled first, once on this machine, which takes up to a minute.", err=True)
    with step(f"Place {homes} in {rooms}"):
        plan = study.allocate(
            tables,
            objective=objective.value,
            gap=gap,
            time_limit=time_limit,
            further=rule or (),
            weights=weights,
            progress=lambda s: typer.echo(f"    {s}", err=True),
        )
    searched = {"objective": objective.value, "gap": gap, "time_limit": time_limit}
    asked = {**searched, "rules": list(rule or ()), "count": counts}
    told_plan = {**plan.to_json_dict(), "by_place": allocation_tables.named(plan.by_place, tables, home)}
    body = {**told_plan, "asked": asked, "rules": tables.stated, "certificate": sidecar.name}
    body |= study.origin(tables, weights)
    with replacing(out) as table, replacing(result) as told, replacing(sidecar) as proof:
        sidecars.write_sidecar(plan, proof, result=result, tables=tables, weights=weights, further=rule or (), out=out)
        files.put(plan.assignment, table)
        told.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for finding in (shown.placed(plan), shown.certificate(plan), shown.worst_off(plan)):
        typer.echo(finding.sentence)
    for row in plan.unplaced.to_dict("records"):
        typer.echo(f"  not placed: {row['household']} ({counted(row['persons'], 'person')}): {row['why']}")
    if plan.ties:
        typer.echo(plan.ties)
    typer.echo(f"Plan: {out}\nResult: {result}")
    if not plan.reaches(gap):
        raise typer.Exit(WARNING)


@app.command("verify", epilog=VERIFY)
def verify(
    result: Annotated[Path, typer.Argument(help="The result.json of a plan; its sidecar and inputs are read again.")],
) -> None:
    """Recompute a plan's value, rules, bound and gap from the files, by code of its own."""
    from workbench.studies.allocation import verification as certificates

    checks = certificates.verify(result)
    for check in checks:
        typer.echo(f"{'ok ' if check.well else 'NOT'} {check.name}: said {check.told}, found {check.found}")
    if not all(check.well for check in checks):
        typer.echo("The result does not hold as it stands.", err=True)
        raise typer.Exit(WARNING)
    typer.echo("The certificate holds.")
