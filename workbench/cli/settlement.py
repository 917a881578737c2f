"""``workbench settlement``: fit the model of where newcomers settle, forecast, and look back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.steps import WARNING, Overwrite, step

PRINTED = 15

app = typer.Typer(help="Where newcomers will live, years ahead.", no_args_is_help=True)

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Your own table (area, period, persons[, quota, requested, population, covariate_…])."),
]
Locality = Annotated[
    str,
    typer.Option(help="Locality whose tables to use; with --data, whose places the areas must be ('any' = no check)."),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="PERIOD",
        help="Last year (quarter, month: as the table counts) whose settled persons the forecast may know. Default: "
        "the "
        "last whole one, or as many before it as are looked back on.",
    ),
]
Total = Annotated[
    list[str],
    typer.Option(
        "--total",
        metavar="PERSONS",
        help="Persons to be settled in all; repeat it for each further year. Default: what the table holds.",
        default_factory=list,
        show_default=False,
    ),
]
TotalsFile = Annotated[
    Path | None,
    typer.Option("--totals", help="Table of national totals ([draw,] period, persons); past years are checked."),
]
FromInflow = Annotated[
    str | None,
    typer.Option(
        "--from-inflow",
        metavar="RUN",
        help="National totals from the draws of a saved inflow forecast: 'latest', a key or a folder. Needs --share.",
    ),
]
Share = Annotated[
    list[str],
    typer.Option(
        "--share",
        metavar="PERSONS",
        help="Assumed persons settled per application of the year before; repeatable, each draw then takes one.",
        default_factory=list,
        show_default=False,
    ),
]
Destination = Annotated[str, typer.Option(help="Whose applications, with --from-inflow (default: the locality's).")]
Quotas = Annotated[bool, typer.Option("--quotas", help="Use the final quotas of the year ahead (default: not).")]
PartYear = Annotated[
    list[str],
    typer.Option(
        help="Year, quarter or month of the table that is not whole; repeatable.",
        default_factory=list,
        show_default=False,
    ),
]
Changes = Annotated[
    Path | None,
    typer.Option("--changes", help="Code changes (old, new[, share]) that bring your table to today's areas."),
]
Still = Annotated[
    list[str],
    typer.Option(
        "--still",
        metavar="AREA",
        help="Area of your table that is still there though it has no row lately; repeatable.",
        default_factory=list,
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option(help="Same seed, same numbers.")]
NumberOfDraws = Annotated[int, typer.Option(min=50, help="Posterior draws for each of four chains.")]
Runs = Annotated[Path | None, typer.Option(help="Folder of saved runs (default: output/runs).")]
Scheduler = Annotated[
    str | None,
    typer.Option(help="Address of a Dask scheduler, tcp://host:port.", envvar="WORKBENCH_SCHEDULER"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


def _place(locality: str, data: Path | None) -> str | None:
    return None if locality == "any" and data is not None else locality


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
    """Fit the share model to what was known at the end of a year and save the fit."""
    from workbench.studies import settlement as study

    asked = study.ask(
        locality=_place(locality, data),
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
        run = study.fit(
            asked.observed,
            as_of=asked.as_of,
            total=asked.totals.first,
            contest=asked.contest,
            seed=seed,
            draws=draws,
            runs=runs,
            progress=progress,
        )
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
    from workbench.core.outputs import guard
    from workbench.presentation import settlement as shown
    from workbench.sources import files
    from workbench.studies import settlement as study
    from workbench.studies.settlement import levels as settlement_levels

    asked = study.ask(
        locality=_place(locality, data),
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
        first = summary[summary["year"] == result.years[0]].sort_values("median", ascending=False, kind="stable")
        rows = summary if everything else first.head(PRINTED)
        typer.echo(headline.sentence)
        typer.echo(settlement_levels.written(rows, result).to_string(index=False))
        if len(rows) < len(summary):
            rest = f"in {written[0]}" if written else "with --all, or --out FILE"
            typer.echo(f"The {len(rows)} largest of the {len(first):,} areas in {years[0]}; the rest {rest}.")
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
    """Refit at every year and score the forecasts against simple rules; an interrupted run takes up where it was."""
    from workbench.core.engine import Engine
    from workbench.core.outputs import guard
    from workbench.presentation.wording import counted
    from workbench.sources import files
    from workbench.studies.settlement import backtest as study
    from workbench.studies.settlement import verdict
    from workbench.studies.settlement.data import read_settlement

    files.folder(out)
    guard([out / name for name in (study.FORECASTS, study.SCORES)], reads=[data], overwrite=True)
    observed = read_settlement(
        locality=_place(locality, data), file=data, part_years=part_year, changes=changes, still=still
    )
    orders = study.origins(observed, contests=contest, years=year, horizon=horizon, seed=seed, draws=draws)
    with step(f"Backtest, {counted(len(orders), 'origin')}") as progress, Engine(scheduler) as engine:
        summary = study.backtest(orders, folder=out, engine=engine, seed=seed, progress=progress)
    verdict.keep(observed, summary["goals"], runs)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        typer.echo("\n".join([*observed.notes, *study.lines(summary), f"Written: {out / study.SCORES}"]))
    if summary["fits"]["converged"] < summary["fits"]["made"]:
        raise typer.Exit(WARNING)


@app.command("staying", epilog="Example: workbench settlement staying --households h.csv --places p.csv --reason WHY")
def staying(
    households: Annotated[Path, typer.Option(help="Table of households, as `workbench allocate` reads it.")],
    places: Annotated[Path, typer.Option(help="Table of places.")],
    reason: Annotated[str, typer.Option(help="Who decided that staying is to count, and why; kept with the scores.")],
    out: Annotated[Path, typer.Option(help="Write the scores here (.csv or .parquet).")] = Path("scores.csv"),
    locality: Locality = "norway",
    as_of: Annotated[int, typer.Option("--as-of", help="Last year that the scores may know.")] = 2021,
    years: Annotated[int, typer.Option(help="Still there after so many years: 1, 3 or 5.")] = 3,
    seed: Seed = 1,
    overwrite: Overwrite = False,
) -> None:
    """Write scores for `workbench allocate --scores`: the chance, mostly assumed, of still living there later."""
    from workbench.core.files import replacing
    from workbench.core.outputs import guard
    from workbench.presentation.wording import counted, percent
    from workbench.sources import files
    from workbench.studies.settlement.staying import CAVEATS
    from workbench.studies.settlement.staying import staying as study

    beside = out.with_suffix(".json")
    guard([files.writable(out), beside], reads=[households, places], overwrite=overwrite)
    found = study(
        households=households, places=places, reason=reason, locality=locality, as_of=as_of, years=years, seed=seed
    )
    with replacing(out) as scores, replacing(beside) as words:
        files.put(found.scores, scores)
        words.write_text(json.dumps(found.to_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    told = [
        f"{row['size']} inhabitants: {percent(row['median'])} (80 % interval {percent(row['low80'])} to "
        f"{percent(row['high80'])}) still there after {counted(years, 'year')}."
        for row in found.spread.to_dict("records")
    ]
    typer.echo("\n".join([*told, *CAVEATS, f"Scores: {out}; what they rest on: {beside}"]))


@app.command("delay", epilog="Example: workbench settlement delay --data permits.csv")
def delay(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="Your own table (route, months, settled, waiting), else synthetic. Months since the permit count from "
            "0: persons settled in that month, or last seen waiting in it; a month without a row counts as nobody.",
        ),
    ] = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Tell how long it takes from permit to settlement, by route; on synthetic figures unless you bring a table."""
    from workbench.presentation.wording import percent
    from workbench.studies.settlement import delay as study

    found = study.permit_delay(file=data, seed=seed)
    rows = study.by_route(found)
    if as_json:
        body = {
            "synthetic": found.synthetic,
            "caveat": found.caveat(),
            "notes": list(found.notes),
            "settled_within": rows.to_dict("records"),
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    shown = rows[["route", "months"]].assign(settled=rows["median"].map(percent))
    shown["80 %"] = [
        f"{percent(low)} to {percent(high)}" for low, high in zip(rows["low80"], rows["high80"], strict=True)
    ]
    typer.echo("\n".join([*filter(None, [found.caveat()]), shown.to_string(index=False), *found.notes]))


@app.command("moves", epilog="Example: workbench settlement moves --locality denmark --age 18-29")
def moves(
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Your own table (period, origin, destination, persons[, age, group, …])."),
    ] = None,
    locality: Annotated[str, typer.Option(help="Locality whose places and moves these are.")] = "denmark",
    age: Annotated[str, typer.Option(help="Only this age group.")] = "",
    group: Annotated[str, typer.Option(help="Only this group of persons.")] = "",
    folds: Annotated[int, typer.Option(min=2, max=20, help="Parts held out, one after the other.")] = 5,
    contest: Annotated[bool, typer.Option("--contest/--no-contest", help="Hold moves out and score them.")] = True,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(help="Write expected moves of every pair here (.csv, .parquet).")] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Learn from a table of moves where movers go, and show it on moves held out, against simple rules."""
    from workbench.core.outputs import guard
    from workbench.presentation.settlement import move_tables as shown
    from workbench.sources import files
    from workbench.studies.settlement import move_tables as study

    if out is not None:
        guard([files.writable(out)], reads=[data], overwrite=overwrite)
    table = study.read_moves(locality=locality, file=data, age=age, group=group)
    with step("Moves"):
        learnt = study.learn_moves(table, folds=folds, seed=seed, held=contest)
    if out is not None:
        files.write(study.expected(learnt), out)
    if as_json:
        body = {
            "headline": shown.headline(learnt).sentence,
            "elasticities": learnt.fit.elasticities,
            "contest": None if learnt.contest is None else learnt.contest.to_dict("records"),
            "notes": list(table.notes),
            "written": [] if out is None else [str(out)],
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    told = [shown.headline(learnt).sentence, shown.what_draws(learnt).plain()]
    told += [shown.contest(learnt).plain()] if learnt.contest is not None else []
    typer.echo("\n\n".join(told))
    typer.echo("\n".join([*table.notes, *([f"Expected moves: {out}"] if out is not None else [])]))
