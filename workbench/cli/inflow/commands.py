"""``workbench inflow``: fit the model of asylum applications and forecast."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.steps import WARNING, Overwrite, step
from workbench.core.errors import AssumptionError

if TYPE_CHECKING:
    from workbench.studies.inflow.issue import Issue

app = typer.Typer(help="Asylum applications, months ahead.", no_args_is_help=True)

Arrivals = Annotated[
    Path | None, typer.Option("--arrivals", help="Your own table (month, destination, [origin], persons).")
]
Locality = Annotated[str, typer.Option(help="Locality whose arrivals to use, if no file is named.")]
Source = Annotated[str, typer.Option(help="Installed source to ask for the locality's arrivals, if no file is named.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Last month the forecast may know, YYYY-MM.")]
Seed = Annotated[int, typer.Option(help="Same seed, same numbers.")]
NumberOfDraws = Annotated[int, typer.Option(min=50, help="Posterior draws for each of four chains.")]
Runs = Annotated[Path | None, typer.Option(help="Folder of saved runs (default: output/runs).")]
Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Address of a Dask scheduler, tcp://host:port, whose workers do the work; by default this machine does.",
        envvar="WORKBENCH_SCHEDULER",
    ),
]
Final = Annotated[
    bool,
    typer.Option(
        "--keep-last-months/--doubt-last-months",
        help="Take a last month far below its past as a true fall; by default it may be one, or partial.",
    ),
]
Absent = Annotated[
    str, typer.Option(help="What an absent row means: zero (the publisher omits them) or missing (not published).")
]
By = Annotated[str, typer.Option(help="What is forecast: destination, or corridor (destination and origin).")]
Of = Annotated[
    str, typer.Option(help="What is counted: applications, or detections (border crossings by route; --arrivals FILE).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@app.command("fit", epilog="Example: workbench inflow fit --as-of 2019-06 --as-of 2019-09")
def fit(
    as_of: Annotated[
        list[str],
        typer.Option(
            help="Last month the fit may know, YYYY-MM; repeat it for one fit each, side by side.",
            default_factory=lambda: ["2019-09"],
            show_default="2019-09",
        ),
    ],
    arrivals: Arrivals = None,
    locality: Locality = "eu",
    source: Source = "arrivals",
    seed: Seed = 1,
    draws: NumberOfDraws = 500,
    keep_last_months: Final = False,
    by: By = "destination",
    absent: Absent = "",
    runs: Runs = None,
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    """Fit the model to everything observed up to a month and save the fit; --json prints one line for each month."""
    from workbench.studies import inflow as study

    table = study.read_arrivals(
        locality=locality,
        file=arrivals,
        source=source,
        final=keep_last_months,
        corridors=corridors_of(by),
        absent=absent,
        as_of=min(as_of),
    )
    months = list(dict.fromkeys(as_of))
    with step(f"Fit to {', '.join(months)}") as progress:
        if len(months) == 1 and not scheduler:
            alone = study.fit(table, as_of=months[0], seed=seed, draws=draws, runs=runs, progress=progress)
            saved = {months[0]: alone}
        else:
            from workbench.core.engine import Engine  # Dask: only when work is shared out

            with Engine(scheduler) as engine:
                saved = study.fits(
                    table, as_of=months, seed=seed, engine=engine, draws=draws, runs=runs, progress=progress
                )
    for month, run in saved.items():
        results = run.record.results
        if as_json:
            body = {"as_of": month, "folder": str(run.folder), "reused": run.reused, **results}
            typer.echo(json.dumps(body, ensure_ascii=False))
        else:
            head = f"{month}: " if len(saved) > 1 else ""
            again = " (the saved fit of the same input was used again)" if run.reused else ""
            typer.echo(f"{head}{results['diagnostics']}\nSaved in {run.folder}{again}")
    if not all(run.record.results["converged"] for run in saved.values()):
        raise typer.Exit(WARNING)


@app.command("forecast", epilog="Example: workbench inflow forecast --as-of 2019-09 --horizon 6 --out forecast.csv")
def forecast(
    context: typer.Context,
    arrivals: Arrivals = None,
    locality: Locality = "eu",
    source: Source = "arrivals",
    as_of: AsOf = "2019-09",
    horizon: Annotated[int, typer.Option(help="Months ahead, 1 to 24.")] = 6,
    issued: Annotated[str, typer.Option(help="Day of issue, YYYY-MM-DD: months are counted from there.")] = "",
    late: Annotated[
        int | None, typer.Option(help="With --issued, in place of --as-of: months after its end that a month is out.")
    ] = None,
    partial: Annotated[
        float | None, typer.Option(help="With --issued: share of its applications that the month after --as-of holds.")
    ] = None,
    spread: Annotated[float, typer.Option(help="How much that share varies (0.2: some 20 %).")] = 0.2,
    seed: Seed = 1,
    draws: NumberOfDraws = 500,
    keep_last_months: Final = False,
    by: By = "destination",
    absent: Absent = "",
    of: Of = "applications",
    runs: Runs = None,
    out: Annotated[Path | None, typer.Option(help="Write the table here (.csv or .parquet).")] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Forecast applications by destination and month, with 50, 80 and 95 % intervals; fits first if needed."""
    from workbench.core.storage.outputs import guard
    from workbench.presentation import inflow as shown
    from workbench.presentation import quality as remarks
    from workbench.presentation.inflow.forecast import doubtful
    from workbench.presentation.inflow.series import name
    from workbench.sources import files
    from workbench.studies import inflow as study
    from workbench.studies.inflow import issue as issues
    from workbench.studies.inflow.tabled import made_from, tabled, totals

    if out is not None:
        guard([files.writable(out)], reads=[arrivals], overwrite=overwrite)
    issue = _issue(context, issued, as_of, late, partial, spread)
    as_of = issue.as_of if issue else as_of
    with step(f"Forecast {horizon} months from {as_of}") as progress:
        result = study.study(
            file=arrivals,
            locality=locality,
            source=source,
            as_of=as_of,
            horizon=horizon,
            seed=seed,
            draws=draws,
            final=keep_last_months,
            corridors=corridors_of(by),
            absent=absent,
            issue=issue,
            of=counted_of(of, by),
            runs=runs,
            progress=progress,
        )
    table = issues.issued_table(result, issue) if issue else tabled(result)
    summary = table.drop(columns=[*made_from(result), *(["issued"] if issue else [])])
    told = issues.from_issue(result, issue) if issue else result
    headline = shown.headline(told)
    if out is not None:
        files.write(table, out)
    if as_json:
        body = {
            "headline": headline.sentence,
            **made_from(result),
            **({"issued": issue.day.isoformat(), "months_between": issue.between} if issue else {}),
            **totals(told),
            "converged": result.diagnostics.ok,
            "reused": result.reused,
            "key": result.record.key,
            "final": keep_last_months,
            "remarks": result.quality.table().to_dict("records"),
            "unit": "persons" if of == "applications" else of,
            "forecast": summary.to_dict("records"),
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        typer.echo(headline.sentence)
        if issue:
            typer.echo(
                f"Issued {issue.day}, figures to {result.as_of}: {issue.between} month(s) lie between, forecast too."
            )
        typer.echo(summary.to_string(index=False))
        typer.echo(result.diagnostics.sentence())
        for said in remarks.sentences(result.quality, {code: name(result, code) for code in result.names}):
            typer.echo(f"Remark: {said.plain()}")
        if doubted := doubtful(result):
            typer.echo(f"{doubted} --keep-last-months or --doubt-last-months chooses.")
        if out is not None:
            typer.echo(f"Table: {out}")
    if not result.diagnostics.ok:
        raise typer.Exit(WARNING)


def _issue(
    context: typer.Context, day: str, as_of: str, late: int | None, partial: float | None, spread: float
) -> Issue | None:
    """Return the day of issue; what is said of one without it is refused, and so are two ways to the as-of month."""
    from workbench.studies.inflow.issue import issued

    if not day:
        if late is not None or partial is not None:
            raise AssumptionError("--late and --partial count from a day of issue", do="give it: --issued 2019-11-20")
        return None
    named = str(getattr(context.get_parameter_source("as_of"), "name", "")) != "DEFAULT"
    if named and late is not None:
        raise AssumptionError("--as-of and --late both say what is known", do="give one of them")
    return issued(
        day, as_of="" if late is not None else as_of if named else "", late=late, share=partial, spread=spread
    )


def counted_of(of: str, by: str) -> str:
    """Return what is counted; anything but the two names is refused, and so are detections by corridor."""
    if of not in ("applications", "detections"):
        raise AssumptionError(f"nothing is forecast of '{of}'", where="--of", do="choose applications or detections")
    if of == "detections" and by != "destination":
        raise AssumptionError("detections are forecast by route", where="--by", do="leave --by out")
    return of


def corridors_of(by: str) -> bool:
    """Return whether corridors are asked for; anything but the two names is refused."""
    if by not in ("destination", "corridor"):
        raise AssumptionError(f"nothing is forecast by '{by}'", where="--by", do="choose destination or corridor")
    return by == "corridor"
