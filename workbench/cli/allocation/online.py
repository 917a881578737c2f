"""``workbench allocate online``: this week's households placed with those still to come in mind."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.steps import Overwrite, step

EXAMPLE = (
    "Example: workbench allocate online --households week.csv --places left.csv --past past.csv --to-come 900 "
    "--out plan.csv"
)


def run(
    households: Annotated[Path, typer.Option(help="Table of this week's households.")],
    places: Annotated[Path, typer.Option(help="Table of places; their capacity is what is left for the whole period.")],
    past: Annotated[Path, typer.Option(help="Table of past households: those to come are drawn from them.")],
    to_come: Annotated[
        float | None,
        typer.Option(min=0, help="Households expected until the period ends, where no forecast is named."),
    ] = None,
    forecast: Annotated[
        str,
        typer.Option("--run", help="A saved forecast of arrivals (latest, key, folder): futures are its draws."),
    ] = "",
    destination: Annotated[str, typer.Option(help="With --run: whose arrivals.")] = "",
    share: Annotated[
        float | None,
        typer.Option(min=0, max=10, help="With --run: persons who need a place for each who arrives."),
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(help="Table of scores, of the past households as well; else needs-and-ties.")
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="Table of rules for this week's households.")] = None,
    agreed: Annotated[
        Path | None, typer.Option(help="Table of places with their room for the whole period, for an even pace.")
    ] = None,
    elapsed: Annotated[float, typer.Option(min=0, max=1, help="With --agreed: share of the period passed.")] = 0.0,
    balance: Annotated[
        float,
        typer.Option(min=0, help="With --agreed: how much less a person counts for each person a place is ahead."),
    ] = 0.02,
    futures: Annotated[int, typer.Option(min=1, max=500, help="Futures drawn.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same numbers.")] = 1,
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds for each of both plans.")] = 60.0,
    out: Annotated[Path, typer.Option(help="Write the plan here (.csv or .parquet).")] = Path("plan.csv"),
    result: Annotated[Path, typer.Option("--json", help="Write potentials and figures here.")] = Path("online.json"),
    overwrite: Overwrite = False,
) -> None:
    """Place this week's households so that room needed more by later ones is kept: potentials from drawn futures."""
    if (to_come is None) == (not forecast):
        raise typer.BadParameter("give either --to-come or --run: how many households are still to come?")
    if forecast and (not destination or share is None):
        raise typer.BadParameter("with --run give --destination and --share: who of those who arrive needs a place?")
    from workbench.core.storage.files import replacing
    from workbench.core.storage.outputs import guard
    from workbench.presentation.allocation import online as shown
    from workbench.sources import files
    from workbench.studies.allocation.input import tables as allocation_tables
    from workbench.studies.allocation.online import futures as drawn
    from workbench.studies.allocation.online.week import week

    given = [path for path in (households, places, past, scores, rules, agreed) if path is not None]
    guard([files.writable(out), result], reads=given, overwrite=overwrite)
    tables = allocation_tables.read_tables(households, places, None, rules)
    earlier = files.read(past, "households")
    if scores is not None:
        tables = replace(tables, scores=files.read(scores, "scores"))
    numbers = (
        drawn.of_run(forecast, destination, share=share or 0.0, households=earlier, number=futures, seed=seed)
        if forecast
        else drawn.of_number(to_come or 0.0, number=futures, seed=seed)
    )
    year = None if agreed is None else files.read(agreed, "places")
    with step("Price the room and place the week"):
        told = week(
            tables,
            earlier,
            numbers,
            agreed=year,
            elapsed=elapsed,
            balance=balance if agreed is not None else 0.0,
            seed=seed,
            time_limit=time_limit,
        )
    files.write(told.assignment(), out)
    with replacing(result) as file:
        file.write_text(json.dumps(told.to_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    finding = shown.week(told)
    typer.echo("\n".join([finding.sentence, *finding.caveats]))
    for row in told.placed.plan.unplaced.to_dict("records"):
        typer.echo(f"  not placed: {row['household']}: {row['why']}")
    typer.echo(f"Plan: {out}\nResult: {result}")
