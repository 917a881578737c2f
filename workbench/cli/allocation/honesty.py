"""``workbench allocate honesty``: is the gain of plans real, judged on past persons?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.steps import Overwrite, step

EXAMPLE = (
    "Example: workbench allocate honesty --households h.csv --places p.csv --outcomes cells.csv --json honesty.json"
)


def honesty(
    households: Annotated[Path, typer.Option(help="Table of households.")],
    places: Annotated[Path, typer.Option(help="Table of places.")],
    outcomes: Annotated[Path, typer.Option(help="Counts of outcomes (place, type, n, successes) of past placements.")],
    rules: Annotated[Path | None, typer.Option(help="Table of rules.")] = None,
    practice: Annotated[
        Path | None, typer.Option(help="Where households would be placed today; else chance is compared with.")
    ] = None,
    outcome: Annotated[str, typer.Option(help="Which outcome, where the table holds several.")] = "",
    because: Annotated[str, typer.Option(help="Why staying is counted as an outcome; else it is refused.")] = "",
    locality: Annotated[str, typer.Option(help="Check places against this locality (name or folder).")] = "",
    by_types: Annotated[
        bool, typer.Option("--by-types", help="Make the judged plans by types, not whole households: faster.")
    ] = False,
    folds: Annotated[int, typer.Option(min=2, max=20, help="Parts into which past persons are split.")] = 5,
    worlds: Annotated[int, typer.Option(min=99, max=9999, help="Worlds without any gain, for the test.")] = 199,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same numbers.")] = 1,
    result: Annotated[
        Path, typer.Option("--json", help="Write gain, low, high (95 %), null_p and the rest here.")
    ] = Path("honesty.json"),
    overwrite: Overwrite = False,
) -> None:
    """Judge the gain of a plan by past persons, under a doubt that places matter; test it against worlds of none."""
    from workbench.core.storage.files import replacing
    from workbench.core.storage.outputs import guard
    from workbench.presentation.allocation import honesty as shown
    from workbench.sources import localities
    from workbench.studies.allocation import outcomes as counted_outcomes
    from workbench.studies.allocation.honesty import study
    from workbench.studies.allocation.input import tables as allocation_tables

    guard([result], reads=[households, places, outcomes, rules, practice], overwrite=overwrite)
    home = localities.load(locality, "allocation") if locality else None
    table = counted_outcomes.read(outcomes, outcome=outcome, reason=because, locality=home)
    tables = allocation_tables.read_tables(households, places, None, rules, practice, locality=home)
    with step("Judge the gain", "worlds") as progress:
        told = study.honesty(
            tables,
            table,
            truth=counted_outcomes.truth_of(table),
            folds=folds,
            worlds=worlds,
            seed=seed,
            by_types=by_types,
            progress=progress,
        )
    with replacing(result) as file:
        file.write_text(json.dumps(told.to_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    typer.echo(shown.gain(told).plain())
    typer.echo(shown.by_place(told).plain())
    typer.echo(f"Result: {result}")
