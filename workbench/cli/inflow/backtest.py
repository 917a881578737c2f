"""``workbench inflow backtest``: would the model have beaten simple rules? And ``score``: its scores once more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.inflow.commands import Absent, AsJson, Final, Locality, NumberOfDraws, Scheduler, Seed
from workbench.cli.steps import WARNING, Overwrite, step

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLE = "Example: workbench inflow backtest --first-origin 2013-01 --last-origin 2019-09 --out output/contest"
SCORE_EXAMPLE = "Example: workbench inflow score output/contest"
Surge = Annotated[
    str | None,
    typer.Option(help="Origins of a surge, 2015-01..2016-06, scored apart; by default those the locality states."),
]
Pandemic = Annotated[
    str | None,
    typer.Option(help="First target month of a pandemic: scored once more without it and later ones; as --surge."),
]


def run(
    out: Annotated[Path, typer.Option(help="Folder for forecasts.parquet and scores.json; a second call resumes.")],
    arrivals: Annotated[
        Path | None, typer.Option("--arrivals", help="Your own table (month, destination, [origin], persons).")
    ] = None,
    locality: Locality = "eu",
    table: Annotated[str, typer.Option(help="Table of the locality, e.g. corridors.")] = "arrivals",
    first_origin: Annotated[str, typer.Option(help="First month to forecast from, YYYY-MM.")] = "2013-01",
    last_origin: Annotated[str, typer.Option(help="Last month to forecast from, YYYY-MM.")] = "2019-09",
    every: Annotated[int, typer.Option(min=1, help="Take one origin in so many months.")] = 1,
    origins_file: Annotated[Path | None, typer.Option(help="Text file of origins instead, one month a line.")] = None,
    horizons: Annotated[str, typer.Option(help="Months ahead: 3-6, or 1,3,6.")] = "3-6",
    models: Annotated[
        str, typer.Option(help="Who forecasts, separated by commas; by default the model, all baselines and the pool.")
    ] = "",
    seed: Seed = 1,
    draws: NumberOfDraws = 250,
    tune: Annotated[int, typer.Option(min=10, help="Warm-up steps for each chain.")] = 400,
    chains: Annotated[int, typer.Option(min=2, help="Chains of each fit.")] = 4,
    scheduler: Scheduler = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes of this machine at most.")] = None,
    surge: Surge = None,
    pandemic: Pandemic = None,
    stand_in: Annotated[
        bool, typer.Option(help="Let the best baseline so far speak for a fit that fails its diagnostics.")
    ] = True,
    keep_last_months: Final = False,
    absent: Absent = "",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Forecast from every origin on its own past, and score the model against simple rules."""
    from workbench.core.engine import Engine  # Dask, for the many origins
    from workbench.core.storage.outputs import guard
    from workbench.models.baselines import BASELINES
    from workbench.presentation.wording import counted
    from workbench.sources import files
    from workbench.studies.inflow.arrivals import read_table
    from workbench.studies.inflow.contest import periods as inflow_periods
    from workbench.studies.inflow.contest import plan, scores
    from workbench.studies.inflow.contest.backtest import run as backtest
    from workbench.studies.inflow.contest.origin import Fitted

    files.folder(out)
    parts = (scores.FORECASTS, scores.SAMPLES, scores.ARRIVALS, scores.WORDS, scores.SCORES)
    guard([out / name for name in parts], reads=[arrivals, origins_file], overwrite=True)
    found, source = read_table(locality=locality, file=arrivals, table=table, absent=absent)
    stated = inflow_periods.Periods() if arrivals else inflow_periods.of_locality(locality)
    periods = inflow_periods.named(surge=surge, pandemic=pandemic, otherwise=stated)
    chosen, ahead = plan.chosen(models), plan.horizons_in(horizons)
    months = plan.origins_in(origins_file) if origins_file else plan.every(first_origin, last_origin, every)
    fitted = Fitted(draws=draws, tune=tune, chains=chains, doubt=not keep_last_months)
    if plan.MODEL in chosen:
        typer.echo("The model is compiled first, which takes about a minute.", err=True)
    title = f"Forecast from {counted(len(months), 'origin')}"
    with step(title, "origins") as progress, Engine(scheduler, workers=workers) as engine:
        done = backtest(
            found,
            origins=months,
            horizons=ahead,
            out=out,
            engine=engine,
            seed=seed,
            learners={plan.MODEL: fitted} if plan.MODEL in chosen else {},
            baselines=[name for name in chosen if name in BASELINES],
            pools={name: members for name, members in plan.POOLS.items() if name in chosen},
            stand_in=stand_in,
            final=keep_last_months,
            source=source,
            overwrite=overwrite,
            periods=periods,
            progress=progress,
        )
    _tell(done.scores, out, as_json)


def score(
    folder: Annotated[Path, typer.Argument(help="Folder of a backtest.")],
    surge: Surge = None,
    pandemic: Pandemic = None,
    as_json: AsJson = False,
) -> None:
    """Score the forecasts of a backtest once more, from the files in its folder alone."""
    from workbench.studies.inflow.contest import scores as inflow_scores

    with step("Score"):
        told = inflow_scores.score(folder, surge=surge, pandemic=pandemic)
    _tell(told, folder, as_json)


def _tell(scores: Mapping[str, Any], folder: Path, as_json: bool) -> None:
    from workbench.presentation.inflow import contest as shown

    if as_json:
        typer.echo(json.dumps(scores, ensure_ascii=False))
    else:
        typer.echo("\n\n".join([*(finding.plain() for finding in shown.findings(scores)), f"Written to {folder}"]))
    if scores["fallbacks"]["which"]:
        raise typer.Exit(WARNING)
