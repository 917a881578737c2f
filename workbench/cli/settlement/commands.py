"""``workbench settlement``: learn where newcomers settle, forecast, and look back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.settlement.options import (
    AsJson,
    AsOf,
    Changes,
    Data,
    Destination,
    FromInflow,
    Locality,
    NumberOfDraws,
    PartYear,
    Quotas,
    Runs,
    Scheduler,
    Seed,
    Share,
    Still,
    Total,
    TotalsFile,
)
from workbench.cli.steps import WARNING, Overwrite, step

PRINTED = 15

app = typer.Typer(help="Where newcomers will live, years ahead.", no_args_is_help=True)


@app.command("fit", epilog="Example: workbench settlement fit --as-of 2021 --total 31253")
def fit(
    total: Total,
    share: Share,
    part_year: PartYear,
    still: Still,
    data: Data = None,
    locality: Locality = "norway",
    as_of: AsOf = None,
    changes: Changes = None,
    totals: TotalsFile = None,
    from_inflow: FromInflow = None,
    destination: Destination = "",
    quotas: Quotas = False,
    seed: Seed = 1,
    draws: NumberOfDraws = 500,
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """Fit the share model to what was known at the end of a year, or combine rules without quotas, and save it."""
    from workbench.studies import settlement as study

    asked = study.ask(
        locality=locality,
        file=data,
        as_of=as_of,
        total=total,
        totals=totals,
        from_inflow=from_inflow,
        share=share,
        destination=destination,
        contest=study.contest(quotas),
        part_years=part_year,
        changes=changes,
        still=still,
        seed=seed,
        runs=runs,
    )
    with step(f"Fit to {asked.observed.rhythm.label(asked.as_of)}") as progress:
        run = study.learn(asked, seed=seed, draws=draws, runs=runs, progress=progress)
    results = run.record.results
    if as_json:
        found = study.diagnostics(run, asked.observed.names)
        body = {
            "folder": str(run.folder),
            "run": run.record.key,
            "reused": run.reused,
            "converged": results["converged"],
            "diagnostics": {"sentence": found.sentence(), **found.to_dict()},
            "notes": list(asked.observed.notes),
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        again = " (the saved fit of the same input was used again)" if run.reused else ""
        typer.echo("\n".join([*asked.observed.notes, str(results["diagnostics"]), f"Saved in {run.folder}{again}"]))
    if not results["converged"]:
        raise typer.Exit(WARNING)


@app.command("forecast", epilog="Example: workbench settlement forecast --as-of 2022 --total 20000 --out where.csv")
def forecast(
    total: Total,
    share: Share,
    part_year: PartYear,
    still: Still,
    data: Data = None,
    locality: Locality = "norway",
    as_of: AsOf = None,
    changes: Changes = None,
    horizon: Annotated[int, typer.Option(min=1, max=5, help="Years ahead, where the totals come from the table.")] = 1,
    totals: TotalsFile = None,
    from_inflow: FromInflow = None,
    destination: Destination = "",
    quotas: Quotas = False,
    seed: Seed = 1,
    draws: NumberOfDraws = 500,
    runs: Runs = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write municipalities, counties and nation here (.csv, .parquet), all draws beside it; a folder that "
            "is not there is made."
        ),
    ] = None,
    overwrite: Overwrite = False,
    everything: Annotated[bool, typer.Option("--all", help="Print all municipalities, not only the largest.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forecast persons by municipality and year, with 50, 80 and 95 % intervals; fits first if needed."""
    from workbench.core.storage.outputs import guard
    from workbench.presentation import settlement as shown
    from workbench.sources import files
    from workbench.studies import settlement as study
    from workbench.studies.settlement.forecasting import levels as settlement_levels
    from workbench.studies.settlement.totals.national import KNOWN_SINCE

    asked = study.ask(
        locality=locality,
        file=data,
        as_of=as_of,
        total=total,
        totals=totals,
        from_inflow=from_inflow,
        share=share,
        destination=destination,
        contest=study.contest(quotas),
        horizon=horizon,
        part_years=part_year,
        changes=changes,
        still=still,
        seed=seed,
        runs=runs,
    )
    made = out is not None and not out.parent.exists()
    if out is not None:
        writes = [files.writable(out), settlement_levels.beside(out)]
        guard(writes, reads=[data, totals], overwrite=overwrite)
    with step(f"Forecast from {asked.observed.rhythm.label(asked.as_of)}") as progress:
        result = study.answer(asked, seed=seed, draws=draws, runs=runs, progress=progress)
    summary = result.draws.summary()
    summary.insert(1, "name", summary["municipality"].map(result.names))
    years = [result.label(year) for year in result.years]
    headline = shown.headline(result)
    levels = {level: rows.drop(columns="level") for level, rows in settlement_levels.table(result).groupby("level")}
    written = settlement_levels.write(result, out) if out is not None else ()
    if as_json:
        body = {
            "headline": headline.sentence,
            "as_of": result.as_of if result.rhythm.each_year == 1 else result.label(result.as_of),
            "contest": result.contest,
            "total": result.given,
            "converged": result.diagnostics.ok,
            "reused": result.reused,
            "run": result.record.key,
            "unit": "persons",
            "notes": list(result.notes),
            "without_row": asked.observed.absent.to_dict("records"),
            "written": [str(path) for path in written],
            "forecast": settlement_levels.written(summary, result).to_dict("records"),
            "counties": levels[settlement_levels.COUNTY].to_dict("records")
            if settlement_levels.COUNTY in levels
            else [],
            "nation": levels[settlement_levels.NATION].to_dict("records"),
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        typer.echo(headline.sentence)
        areas = len(result.names)
        for year in result.years if everything else result.years[:1]:
            typer.echo(shown.by_municipality(result, last=None if everything else PRINTED, year=year).plain())
        if not everything and (areas > PRINTED or len(years) > 1):
            rest = f"in {written[0]}" if written else "with --all, or --out FILE"
            largest = f"The {PRINTED} largest of" if areas > PRINTED else "All"
            typer.echo(f"{largest} the {areas:,} areas in {years[0]}; the rest {rest}.")
        if as_of is None and result.given == KNOWN_SINCE:
            typer.echo(
                f"As of {result.label(result.as_of)}, because no total was given: the table holds the totals of "
                f"{years[0]}{f' to {years[-1]}' if len(years) > 1 else ''}, the newest that are whole. This looks "
                "back; a forecast of years to come needs --total, --totals or --from-inflow."
            )
        typer.echo("\n".join([f"National total: {result.given}.", *result.notes, result.diagnostics.sentence()]))
        if made and out is not None:
            typer.echo(f"Folder made: {out.parent}")
        if written:
            typer.echo(f"Municipalities, counties, nation: {written[0]}\nAll draws, which add up: {written[1]}")
    if not result.diagnostics.ok:
        raise typer.Exit(WARNING)


@app.command("backtest", epilog="Example: workbench settlement backtest --out output/settlement-backtest")
def backtest(
    part_year: PartYear,
    still: Still,
    year: Annotated[
        list[str],
        typer.Option(
            help="As-of year (quarter, month); repeatable. Default: the newest 12 with two before them.",
            default_factory=list,
            show_default=False,
        ),
    ],
    contest: Annotated[
        list[str],
        typer.Option(
            help="'before' (the year's quotas unknown) or 'quotas' (final quotas known); default: those that the table "
            "allows.",
            default_factory=list,
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for forecasts.parquet and scores.json.")] = Path(
        "output/settlement-backtest"
    ),
    data: Data = None,
    locality: Locality = "norway",
    horizon: Annotated[int, typer.Option(min=1, max=5, help="Years ahead (contest 'before').")] = 3,
    seed: Seed = 1,
    draws: NumberOfDraws = 500,
    changes: Changes = None,
    runs: Runs = None,
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    """Forecast from past years and score that against simple rules; an interrupted run takes up where it was."""
    from workbench.core.engine import Engine
    from workbench.core.storage.outputs import guard
    from workbench.presentation.wording import counted
    from workbench.sources import files
    from workbench.studies.settlement.backtest import backtest as study
    from workbench.studies.settlement.backtest import verdict
    from workbench.studies.settlement.forecasting.question import home_of
    from workbench.studies.settlement.table.data import read_settlement

    files.folder(out)
    guard([out / name for name in (study.FORECASTS, study.SCORES)], reads=[data], overwrite=True)
    observed = read_settlement(
        locality=home_of(locality, data), file=data, part_years=part_year, changes=changes, still=still
    )
    orders = study.origins(observed, contests=contest, years=year, horizon=horizon, seed=seed, draws=draws)
    with step(f"Backtest, {counted(len(orders), 'origin')}") as progress, Engine(scheduler) as engine:
        summary = study.backtest(orders, folder=out, engine=engine, seed=seed, progress=progress)
    verdict.keep(observed, summary["goals"], runs)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        typer.echo(
            "\n".join([*observed.notes, *study.lines(summary, observed.rhythm.name), f"Written: {out / study.SCORES}"])
        )
    if summary["fits"]["converged"] < summary["fits"]["made"]:
        raise typer.Exit(WARNING)
