"""``workbench outcomes``: what share of persons reaches an outcome, by place and type, from counts of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.steps import WARNING, Overwrite, step

app = typer.Typer(help="Outcomes by place and type, from your own counts.", no_args_is_help=True)

Data = Annotated[
    Path,
    typer.Option(
        "--data",
        help="Counts (place, type, n, successes[, period, outcome]) or a row for each person (person, place, type, "
        "reached).",
    ),
]
Which = Annotated[str, typer.Option("--outcome", help="Which outcome, where the table holds several.")]
Because = Annotated[str, typer.Option(help="Why staying is counted as an outcome; without a reason it is refused.")]
Locality = Annotated[str, typer.Option(help="Check places against this locality (name or folder).")]
Nuts = Annotated[
    bool,
    typer.Option("--nuts", help="Sample with PyMC and nutpie: a second route to the same posterior, slower."),
]


@app.command("check", epilog="Example: workbench outcomes check --data cells.csv")
def check(
    data: Data,
    outcome: Which = "",
    because: Because = "",
    locality: Locality = "",
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Check counts, and test the model on persons left out: against raw shares and the overall mean."""
    from workbench.presentation.allocation import outcomes as shown
    from workbench.sources import localities
    from workbench.studies.allocation import outcome_check, outcomes

    home = localities.load(locality) if locality else None
    table = outcomes.read(data, outcome=outcome, reason=because, locality=home)
    with step("Forecast persons left out"):
        told = outcome_check.check(table, seed=seed)
    typer.echo(json.dumps(told.to_dict(), ensure_ascii=False) if as_json else shown.checked(told).plain())


@app.command("fit", epilog="Example: workbench outcomes fit --data cells.csv --out shares.csv")
def fit(
    data: Data,
    out: Annotated[Path, typer.Option(help="Write shares with intervals here (.csv or .parquet).")] = Path(
        "shares.csv"
    ),
    outcome: Which = "",
    because: Because = "",
    locality: Locality = "",
    nuts: Nuts = False,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    draws: Annotated[int, typer.Option(min=100, help="Posterior draws for each chain.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
    overwrite: Overwrite = False,
) -> None:
    """Fit the hierarchical model: the share of each type in each place, shrunk where few were counted."""
    from workbench.core.storage.outputs import guard
    from workbench.models.outcomes import fit as outcome_fit
    from workbench.presentation.allocation import outcomes as shown
    from workbench.sources import files, localities
    from workbench.studies.allocation import outcome_scores, outcomes

    guard([files.writable(out)], reads=[data], overwrite=overwrite)
    home = localities.load(locality) if locality else None
    table = outcomes.read(data, outcome=outcome, reason=because, locality=home)
    with step("Fit the outcomes") as progress:
        fitted = (outcome_fit.fit_by_nuts if nuts else outcome_fit.fit)(
            table.cells(), seed=seed, draws=draws, progress=progress
        )
    files.write(fitted.table(), out)
    if as_json:
        typer.echo(json.dumps(outcome_scores.to_dict(table, fitted), ensure_ascii=False))
    else:
        typer.echo(shown.fitted(table, fitted).plain())
        typer.echo(f"Table: {out}")
    if not fitted.ok:
        raise typer.Exit(WARNING)


@app.command("example", epilog="Example: workbench outcomes example --places places.csv --out cells.csv")
def example(
    out: Annotated[Path, typer.Option(help="Write the counts here (.csv or .parquet).")] = Path("cells.csv"),
    places: Annotated[
        Path | None, typer.Option(help="Table of places; without it, a locality's municipalities.")
    ] = None,
    households: Annotated[
        Path | None, typer.Option(help="Table of households whose types are to be counted; else the usual types.")
    ] = None,
    locality: Annotated[str, typer.Option(help="Locality whose municipalities, if no places are named.")] = "norway",
    persons: Annotated[float, typer.Option(min=1, help="Persons counted in a place on average.")] = 60.0,
    seed: Annotated[int, typer.Option(help="Same seed, same counts.")] = 1,
    overwrite: Overwrite = False,
) -> None:
    """Write SYNTHETIC counts with their truth beside, to try things out: no such counts are published."""
    from workbench.core.storage.outputs import guard
    from workbench.sources import files
    from workbench.studies.allocation import outcome_scores

    guard([files.writable(out)], reads=[places, households], overwrite=overwrite)
    table = outcome_scores.example(places, households, locality=locality, persons=persons, seed=seed)
    files.write(table, out)
    typer.echo(
        f"Synthetic counts of {int(table['n'].sum())} persons who do not exist, in {table['place'].nunique()} places: "
        f"{out}. Column 'true_share' holds the chance they were drawn with."
    )
