"""``workbench capacity``: how many cases an agency will decide, how many will wait, and looking back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.steps import WARNING, step

app = typer.Typer(help="Cases decided and cases waiting, periods ahead.", no_args_is_help=True)

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help="Your own table (period, [place, stage, case_type], intake, output or outcome_…, stock)."
    ),
]
Locality = Annotated[str, typer.Option(help="Locality whose table to use, if no file is named.")]
Table = Annotated[str, typer.Option(help="Table of the locality.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Last period that may be known, 2019-06 or 2019-Q2.")]
Seed = Annotated[int, typer.Option(help="Same seed, same numbers.")]
NumberOfDraws = Annotated[int, typer.Option(min=50, help="Posterior draws for each of four chains.")]
Contradiction = Annotated[
    float, typer.Option(min=0.0, help="Share beyond which a stock that does not follow from its flows is refused.")
]
Inflow = Annotated[
    str | None, typer.Option(help="Saved inflow forecast whose draws are the intake: 'latest', a key, a folder.")
]
Destination = Annotated[str | None, typer.Option(help="Destination of the inflow forecast.")]
Share = Annotated[float, typer.Option(min=0.0, help="Cases of the agency for each applicant forecast.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@app.command("fit", epilog="Example: workbench capacity fit --as-of 2019-Q4")
def fit(
    as_of: AsOf,
    data: Data = None,
    locality: Locality = "uk",
    table: Table = "case_flow",
    seed: Seed = 1,
    draws: NumberOfDraws = 500,
    contradiction: Contradiction = 0.5,
    as_json: AsJson = False,
) -> None:
    """Fit the model to everything known up to a period; tell what moves intake, output and stock."""
    from workbench.studies.capacity import forecasting
    from workbench.studies.capacity.data import period_of, read

    flow = read(file=data, locality=locality, table=table, contradiction=contradiction)
    as_of = period_of(flow, as_of)
    with step(f"Fit to {as_of}"):
        fitted = forecasting.fit(flow, as_of=as_of, seed=seed, draws=draws)
    weights = forecasting.weights(fitted)
    if as_json:
        body = {
            "as_of": as_of,
            "converged": fitted.ok,
            "diagnostics": {name: told.to_dict() for name, told in fitted.diagnostics.items()},
            "weights": weights.to_dict("records"),
            "notes": list(flow.notes),
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        said = [f"{name}: {told.sentence()}" for name, told in fitted.diagnostics.items()]
        typer.echo("\n".join([weights.round(3).to_string(index=False), *said, *flow.notes]))
    if not fitted.ok:
        raise typer.Exit(WARNING)


@app.command("forecast", epilog="Example: workbench capacity forecast --as-of 2024-Q3 --horizon 8 --out pending.csv")
def forecast(
    as_of: AsOf,
    data: Data = None,
    locality: Locality = "uk",
    table: Table = "case_flow",
    horizon: Annotated[int, typer.Option(min=1, max=24, help="Periods ahead.")] = 4,
    intake: Annotated[
        Path | None,
        typer.Option(help="Intake ahead as a table (period, [place, stage, case_type], intake); else it is forecast."),
    ] = None,
    inflow: Inflow = None,
    destination: Destination = None,
    share: Share = 1.0,
    seed: Seed = 1,
    draws: NumberOfDraws = 500,
    contradiction: Contradiction = 0.5,
    runs: Annotated[Path | None, typer.Option(help="Folder of saved runs.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table here (.csv or .parquet).")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace result files that are there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forecast intake, output and stock with 50, 80 and 95 % intervals; the stock follows from its flows."""
    from workbench.cli.capacity.plan import tied_intake
    from workbench.core.storage.outputs import guard
    from workbench.sources import files
    from workbench.studies.capacity import forecasting
    from workbench.studies.capacity.data import period_of, read

    if out is not None:
        guard([files.writable(out)], reads=[data, intake], overwrite=overwrite)
    flow = read(file=data, locality=locality, table=table, contradiction=contradiction)
    as_of = period_of(flow, as_of)
    given = forecasting.intake_ahead(intake, flow, as_of=as_of, horizon=horizon) if intake is not None else None
    if inflow is not None:
        given = tied_intake(flow, inflow, destination, share, runs, as_of=as_of, horizon=horizon, stated=given)
    with step(f"Forecast {horizon} periods from {as_of}"):
        fitted = forecasting.fit(flow, as_of=as_of, seed=seed, draws=draws, given=given or ())
        futures = fitted.simulate(horizon, seed, intake=given)
    summary = forecasting.summary(futures)
    if out is not None:
        files.write(summary, out)
    if as_json:
        body = {"as_of": as_of, "converged": fitted.ok, "unit": "cases", "notes": [*fitted.caveats(), *flow.notes]}
        typer.echo(json.dumps({**body, "forecast": summary.to_dict("records")}, ensure_ascii=False))
    else:
        typer.echo(
            "\n".join([summary.to_string(index=False), *forecasting.terms(summary), *fitted.caveats(), *flow.notes])
        )
        if out is not None:
            typer.echo(f"Table: {out}")
    if not fitted.ok:
        raise typer.Exit(WARNING)


@app.command(
    "backtest", epilog="Example: workbench capacity backtest --first-origin 2015-Q1 --last-origin 2024-Q2 --out contest"
)
def backtest(
    first_origin: Annotated[str, typer.Option(help="First period to forecast from.")],
    last_origin: Annotated[str, typer.Option(help="Last period to forecast from.")],
    out: Annotated[Path, typer.Option(help="Folder for forecasts.parquet and scores.json; a second call resumes.")],
    data: Data = None,
    locality: Locality = "uk",
    table: Table = "case_flow",
    horizons: Annotated[str, typer.Option(help="Periods ahead, 1,2,4 or 1-4.")] = "1,2,4",
    every: Annotated[int, typer.Option(min=1, help="Take one origin in so many periods.")] = 1,
    seed: Seed = 1,
    draws: NumberOfDraws = 400,
    contradiction: Contradiction = 0.5,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes of this machine at most.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace result files that are there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forecast from every origin on its own past, and score the model against simple rules."""
    from workbench.core.engine import Engine  # Dask, for the many origins
    from workbench.core.storage.outputs import guard
    from workbench.sources import files
    from workbench.studies.capacity import backtest as study
    from workbench.studies.capacity.data import read
    from workbench.studies.capacity.scores import lines
    from workbench.studies.inflow.contest.plan import horizons_in

    files.folder(out)
    guard([out / study.FORECASTS, out / study.SCORES], reads=[data], overwrite=overwrite)
    flow = read(file=data, locality=locality, table=table, contradiction=contradiction)
    origins, ahead = study.origins_of(first_origin, last_origin, flow, every), horizons_in(horizons)
    with step(f"Forecast from {len(origins)} origins", "origins") as progress, Engine(workers=workers) as engine:
        told = study.run(
            flow, origins=origins, horizons=ahead, out=out, engine=engine, seed=seed, draws=draws, progress=progress
        )
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else "\n".join([*lines(told), f"Written to {out}"]))
    if told["fits"]["converged"] < told["fits"]["made"]:
        raise typer.Exit(WARNING)


@app.command("plan", epilog="Example: workbench capacity plan --horizon 12 --budget 5000000 --json plan.json")
def plan(
    locality: Annotated[str, typer.Option(help="Locality with the tables queues, teams, routes, intake.")] = (
        "example_agency"
    ),
    horizon: Annotated[int, typer.Option(min=1, max=36, help="Months planned.")] = 12,
    draws: Annotated[int, typer.Option(min=20, help="Draws of what is not known.")] = 200,
    budget: Annotated[float | None, typer.Option(help="Most money for hires, moves and overtime; else as stated.")] = (
        None
    ),
    training: Annotated[float | None, typer.Option(help="New caseworkers that can be trained; else as stated.")] = None,
    late: Annotated[
        float | None,
        typer.Option(help="Most case-months beyond the time limits in the mean of the worst tenth of draws."),
    ] = None,
    inflow: Inflow = None,
    destination: Destination = None,
    share: Share = 1.0,
    seed: Seed = 1,
    language: Annotated[str, typer.Option(help="Language of the sentences: en, nb, sv.")] = "en",
    runs: Annotated[Path | None, typer.Option(help="Folder of saved runs.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write orders and prices by unit here (.csv or .parquet).")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything found here as JSON.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace result files that are there already.")] = False,
) -> None:
    """Plan hires and moves for a year over what may come, beside no orders; tell costs, backlog and prices."""
    from workbench.cli.capacity import plan as capacity_plan

    capacity_plan.plan(
        locality,
        horizon=horizon,
        draws=draws,
        limits={"budget": budget, "training": training, "late": late},
        intake=capacity_plan.intake_of(inflow, destination, share, runs),
        seed=seed,
        language=language,
        runs=runs,
        out=out,
        json_file=json_file,
        overwrite=overwrite,
    )


@app.command("wait", epilog="Example: workbench capacity wait --case-type standard --waited 6 --language nb")
def wait(
    data: Annotated[
        Path | None, typer.Option("--data", help="Your own table (stage, case_type, came, month, waiting, decided).")
    ] = None,
    locality: Annotated[str, typer.Option(help="Locality whose table `ages` to use, if no file is named.")] = (
        "example_agency"
    ),
    case_type: Annotated[str | None, typer.Option(help="Type of case for the applicant's sentence.")] = None,
    waited: Annotated[int, typer.Option(min=0, max=60, help="Whole months waited already; 0 applies now.")] = 0,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Last month that may be known.")] = None,
    decisions: Annotated[
        float, typer.Option(min=0.0, help="Decisions ahead relative to the last six months, 1.2 for a fifth more.")
    ] = 1.0,
    planned: Annotated[bool, typer.Option("--plan", help="Tie the promise to the newest saved plan.")] = False,
    language: Annotated[str, typer.Option(help="Language of the sentences: en, nb, sv.")] = "en",
    runs: Annotated[Path | None, typer.Option(help="Folder of saved runs.")] = None,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(help="Write the table here (.csv or .parquet).")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace result files that are there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell how long a decision takes, for those who apply now and those who wait already."""
    from workbench.cli.capacity import plan as capacity_plan

    capacity_plan.wait(
        data,
        locality=locality,
        case_type=case_type,
        waited=waited,
        as_of=as_of,
        decisions=decisions,
        planned=planned,
        language=language,
        runs=runs,
        seed=seed,
        out=out,
        overwrite=overwrite,
        as_json=as_json,
    )
