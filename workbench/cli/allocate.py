"""``workbench allocate``: place your own households."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.steps import WARNING, step

EXAMPLE = (
    "Example: workbench allocate --households households.csv --places places.csv --out plan.csv --json result.json"
)


class Objective(StrEnum):
    """What is best: most persons placed and then the score, or the score alone."""

    PLACE_FIRST = "place-first"
    SCORE = "score"


def run(
    households: Annotated[Path, typer.Option(help="Table of households (CSV or Parquet).")],
    places: Annotated[Path, typer.Option(help="Table of places.")],
    scores: Annotated[Path | None, typer.Option(help="Table of scores; without it, needs-and-ties matching.")] = None,
    rules: Annotated[Path | None, typer.Option(help="Table of pins and bans.")] = None,
    locality: Annotated[str, typer.Option(help="Check places against this locality (name or folder).")] = "",
    rule: Annotated[
        list[str] | None, typer.Option(help="Installed rule to keep as well, see `workbench locality list`; repeat it.")
    ] = None,
    objective: Annotated[Objective, typer.Option(help="What is best.")] = Objective.PLACE_FIRST,
    gap: Annotated[float, typer.Option(min=0, max=1, help="Stop within this share of the best possible.")] = 0.0005,
    out: Annotated[Path, typer.Option(help="Write the plan here (.csv or .parquet).")] = Path("plan.csv"),
    result: Annotated[Path, typer.Option("--json", help="Write value, bound, gap and the unplaced here.")] = Path(
        "result.json"
    ),
) -> None:
    """Place households so that most persons are placed, then with the best score; says how far from best it may be."""
    from workbench.core.files import replacing
    from workbench.presentation import allocation as shown
    from workbench.presentation.wording import counted
    from workbench.sources import files, localities
    from workbench.studies import allocation as study

    given = [path for path in (households, places, scores, rules) if path is not None]
    files.writable(out, inputs=given)
    files.untouched(result, inputs=[*given, out])
    home = localities.load(locality) if locality else None
    tables = study.read_tables(households, places, scores, rules, locality=home)
    weights = study.weights_of(home) or study.norwegian_weights()
    if tables.scores is None:
        where = locality if study.weights_of(home) else "norway, since no other are named"
        typer.echo(f"No scores given: needs-and-ties matching, with the stated weights of {where}.", err=True)
    if unknown := tables.unknown_ties:
        typer.echo(f"Ties to places that are not in the table count for nothing: {', '.join(unknown)}.", err=True)
    homes, rooms = counted(len(tables.households), "household"), counted(len(tables.places), "place")
    with step(f"Place {homes} in {rooms}"):
        plan = study.allocate(
            tables,
            objective=objective.value,
            gap=gap,
            further=rule or (),
            weights=weights,
            progress=lambda s: typer.echo(f"    {s}", err=True),
        )
    body = {**plan.to_json_dict(), "asked": {"objective": objective.value, "gap": gap}, **study.origin(tables, weights)}
    with replacing(out) as table, replacing(result) as told:
        files.put(plan.assignment, table)
        told.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for finding in (shown.placed(plan), shown.certificate(plan), shown.worst_off(plan)):
        typer.echo(finding.sentence)
    for row in plan.unplaced.to_dict("records"):
        typer.echo(f"  not placed: {row['household']} ({counted(row['persons'], 'person')}): {row['why']}")
    typer.echo(f"Plan: {out}\nResult: {result}")
    if plan.gap > gap:
        raise typer.Exit(WARNING)
