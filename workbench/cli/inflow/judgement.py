"""``workbench inflow scenario | experts | alarm``: what people add to a saved forecast, kept apart from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.inflow.commands import Arrivals, AsJson, Locality, Runs, Seed
from workbench.cli.steps import Overwrite
from workbench.core.errors import DataError

Run = Annotated[str, typer.Option("--run", help="Saved forecast: first characters of its key, or latest.")]
Out = Annotated[Path | None, typer.Option(help="Write the table here (.csv or .parquet).")]
Calendar = Annotated[
    Path | None, typer.Option(help="Your own table of policy events; by default the locality's.", show_default=False)
]

SCENARIO = """A scenario file (TOML):

    name = "The eastern route closes"
    [[shock]]
    destination = "EL"
    factor = 0.4
    from = "2020-01"
    goes_to = { IT = 0.5 }
    why = "if the agreement of March holds"
    [[path]]
    destination = "DE"
    month = "2019-12"
    persons = 15000
    within = 0.1
    why = "the first half of December"
    [[shock]]
    destination = "SE"
    event = "controls-sweden-2015"

A shock that names an event of the calendar (`workbench inflow events`) takes its factor from what followed it there.

Example: workbench inflow scenario closes.toml --against open.toml --out if.csv"""


def register(app: typer.Typer) -> None:
    """Add the commands to those of the inflow."""
    app.command("scenario", epilog=SCENARIO.replace("\n", "\n\n"))(scenario)
    app.command("experts", epilog="Example: workbench inflow experts judgements.csv --out experts.csv")(experts)
    app.command("events", epilog="Example: workbench inflow events --destination SE --destination DE")(events)
    app.command("alarm", epilog="Example: workbench inflow alarm SE=4000 DE=20000 --backtest contest")(alarm)


def scenario(
    file: Annotated[Path, typer.Argument(help="Scenario file (TOML); an example stands below.")],
    against: Annotated[Path | None, typer.Option(help="Another scenario; by default the forecast itself.")] = None,
    calendar: Calendar = None,
    run: Run = "latest",
    runs: Runs = None,
    seed: Seed = 1,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Say what the forecast would be IF conditions held, and by how much that differs; the forecast stays as it is.

    Sums are over the months of the forecast's own sum: those after its month of issue, where it has one.
    """
    from workbench.core.storage.outputs import guard
    from workbench.presentation.inflow import judgement as shown
    from workbench.sources import files
    from workbench.studies import inflow as study
    from workbench.studies.inflow import judgement as people
    from workbench.studies.inflow import policy
    from workbench.studies.inflow.issue import months_ahead

    if out is not None:
        guard([files.writable(out)], reads=[file, against, calendar], overwrite=overwrite)
    result = study.saved(run, runs=runs)
    events = policy.read_events(file=calendar) if calendar else policy.calendar_of(result)
    one = people.as_after(people.read_scenario(file), result.arrivals, events)
    two = people.as_after(people.read_scenario(against), result.arrivals, events) if against else None
    applied = people.apply(result, one, seed=seed)
    other = people.apply(result, two, seed=seed) if two else None
    table, conditions = people.compare(result, applied, other)
    told = shown.scenario(result, applied, other)
    difference = "median of the differences" if people.paired(applied, other) else "difference of the medians"
    if out is not None:
        files.write(shown.scenario_table(result, applied, seed), out)
    if as_json:
        body = {
            "if": one.name, "against": two.name if two else "the forecast", "sentence": told.sentence,
            "run": result.record.short_key, "months": months_ahead(result),
            "effective_draws": round(applied.effective),
            "conditions": conditions, "difference_is": difference,
            "differences": json.loads(table.to_json(orient="records")),
        }  # fmt: skip
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    typer.echo(told.plain())
    for condition in conditions:
        typer.echo(f"  {condition}")
    months = months_ahead(result)
    typer.echo(f"Medians of the sum over {months[0]} to {months[-1]}; 'difference' is the {difference}:")
    typer.echo(table.to_string(index=False, na_rep="-", float_format=lambda value: f"{value:,.0f}"))
    if out is not None:
        typer.echo(f"Table: {out}")


def events(
    destination: Annotated[
        list[str] | None, typer.Option(help="Destination by code, repeatable; by default those an event concerns.")
    ] = None,
    months: Annotated[int, typer.Option(help="Months before and after that are compared.")] = 3,
    calendar: Calendar = None,
    arrivals: Arrivals = None,
    locality: Locality = "eu",
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """List the changes of policy in the calendar, each with its source and what was seen around it."""
    from workbench.core.storage.outputs import guard
    from workbench.presentation.wording import counted
    from workbench.sources import files
    from workbench.studies.inflow import policy
    from workbench.studies.inflow.arrivals import read_arrivals

    if out is not None:
        guard([files.writable(out)], reads=[calendar, arrivals], overwrite=overwrite)
    listed = policy.read_events(locality, calendar)
    if not listed:
        raise DataError(f"locality '{locality}' has no calendar", do="name your own: --calendar FILE")
    read = read_arrivals(locality=locality, file=arrivals)
    table = policy.seen_around(read.table, listed, destination or (), months)
    if out is not None:
        files.write(table, out)
    if as_json:
        told = [
            {"event": one.code, "date": one.day.isoformat(), "name": one.name(), "source": one.source} for one in listed
        ]
        typer.echo(
            json.dumps({"events": told, "seen": json.loads(table.to_json(orient="records"))}, ensure_ascii=False)
        )
        return
    for one in listed:
        where = ", ".join(one.destinations) or "all"
        typer.echo(f"{one.day}  {one.code} ({where}): {one.name()}. {one.source}")
    around = counted(months, "month")
    typer.echo(f"\nMean applications a month, {around} before and after (what followed an event is not its effect):")
    seen = table.assign(**{name: table[name].map(lambda v: f"{100 * v:+.0f} %") for name in ("change", "year_before")})
    typer.echo(seen.replace("+nan %", "-").to_string(index=False, na_rep="-", float_format=lambda v: f"{v:,.0f}"))
    if out is not None:
        typer.echo(f"Table: {out}")


def experts(
    file: Annotated[Path, typer.Argument(help="Table: expert, destination, month, p10, p50, p90, [above, chance].")],
    run: Run = "latest",
    runs: Runs = None,
    seed: Seed = 1,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Weigh the forecast's draws by experts' P10, P50 and P90; both forecasts stay apart, and are scored apart.

    Sums are over the months of the forecast's own sum: those after its month of issue, where it has one.
    """
    from workbench.core.storage.outputs import guard
    from workbench.presentation.inflow import judgement as shown
    from workbench.sources import files
    from workbench.studies import inflow as study
    from workbench.studies.inflow import judgement as people
    from workbench.studies.inflow.issue import months_ahead

    if out is not None:
        guard([files.writable(out)], reads=[file], overwrite=overwrite)
    judgements = files.read(file, "expert_judgements")
    result = study.saved(run, runs=runs)
    found = people.judged(result, judgements, seed=seed)
    told = shown.experts(result, found)
    if out is not None:
        files.write(shown.experts_table(result, found, seed), out)
    if as_json:
        body: dict[str, Any] = {
            "sentence": told.sentence, "run": result.record.short_key, "months": months_ahead(result),
            "effective_draws": round(found.effective),
            "effective_by_expert": {name: round(size) for name, size in found.of.items()},
            "judged": found.table.to_dict("records"), "scores": found.scores.to_dict("records"),
        }  # fmt: skip
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    typer.echo(told.plain())
    typer.echo(found.table.to_string(index=False))
    if len(found.scores):
        typer.echo("Log-CRPS where the outcome is published, lower is better:")
        typer.echo(found.scores.to_string(index=False))
    if out is not None:
        typer.echo(f"Table: {out}")


def alarm(
    thresholds: Annotated[
        list[str], typer.Argument(help="Persons a month, DESTINATION=NUMBER; all=NUMBER for their sum.")
    ],
    backtest: Annotated[Path, typer.Option(help="Folder of a backtest: says how often such alarms were wrong.")],
    at: Annotated[float, typer.Option(help="Probability from which on it is an alarm.")] = 0.5,
    run: Run = "latest",
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """Say how likely a threshold is passed in each month, with the false-alarm and miss rates of a backtest."""
    from workbench.presentation.inflow import judgement as shown
    from workbench.studies import inflow as study
    from workbench.studies.inflow import judgement as people
    from workbench.studies.inflow.issue import ahead

    wanted: dict[str, float] = {}
    for text in thresholds:
        place, mark, number = text.partition("=")
        try:
            wanted[place.strip()] = float(number)
        except ValueError:
            mark = ""
        if not mark:
            raise DataError(f"'{text}' is no threshold", do="write it as DESTINATION=NUMBER, e.g. SE=4000")
    result = ahead(study.saved(run, runs=runs))
    found = people.alarms(result, wanted, backtest, at=at)
    if as_json:
        told = [
            {
                "destination": one.destination, "threshold": one.threshold, "alarm_at": one.at, "chances": one.chances,
                "any_month": one.any_month, "alarm_months": one.months, "false_alarms": wrong.false,
                "quiet_months": wrong.quiet, "misses": wrong.missed, "months_passed": wrong.passed,
            }
            for one in found
            if (wrong := one.rates) is not None
        ]  # fmt: skip
        typer.echo(json.dumps({"run": result.record.short_key, "alarms": told}, ensure_ascii=False))
        return
    for one in found:
        typer.echo(shown.alarm(result, one).plain())
        for month, chance in one.chances.items():
            typer.echo(f"  {month}  {100 * chance:3.0f} %{'  ALARM' if chance >= one.at else ''}")
