"""``workbench allocate``: place your own households; ``workbench allocate verify``: recompute the certificate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.allocation import honesty, placing
from workbench.cli.steps import WARNING, Overwrite, step

EXAMPLE = (
    "Example: workbench allocate --households households.csv --places places.csv --out plan.csv --json result.json"
)
VERIFY = "Example: workbench allocate verify result.json"
app = typer.Typer(invoke_without_command=True, epilog=EXAMPLE)


class Objective(StrEnum):
    """What is best: most persons placed and then the score, the score alone, or most persons and the worst draws."""

    PLACE_FIRST = "place-first"
    SCORE = "score"
    CVAR = "cvar"


@app.callback()
def run(
    context: typer.Context,
    households: Annotated[Path | None, typer.Option(help="Table of households (CSV or Parquet).")] = None,
    places: Annotated[Path | None, typer.Option(help="Table of places.")] = None,
    scores: Annotated[Path | None, typer.Option(help="Table of scores; without it, needs-and-ties matching.")] = None,
    outcomes: Annotated[
        Path | None,
        typer.Option(
            help="Counts of outcomes (place, type, n, successes): scores are fitted on them; see `workbench outcomes`."
        ),
    ] = None,
    outcome: Annotated[str, typer.Option(help="Which outcome, where the table of outcomes holds several.")] = "",
    because: Annotated[str, typer.Option(help="Why staying is counted as an outcome; else it is refused.")] = "",
    rules: Annotated[
        Path | None,
        typer.Option(help="Table of rules: pins, bans, links, floors, deadlines, limits; see `workbench data list`."),
    ] = None,
    practice: Annotated[
        Path | None, typer.Option(help="Table of where households would be placed today, for rules measured by it.")
    ] = None,
    locality: Annotated[str, typer.Option(help="Check places against this locality (name or folder).")] = "",
    rule: Annotated[
        list[str] | None, typer.Option(help="Installed rule to keep as well, see `workbench locality list`; repeat it.")
    ] = None,
    count: Annotated[
        list[str] | None,
        typer.Option(
            help="What places of a service (capacity_<service>) count: SERVICE=persons, adults, children, seniors or "
            "households; persons of each household that needs it, if not said; repeat it."
        ),
    ] = None,
    objective: Annotated[
        Objective,
        typer.Option(
            help="What is best. cvar: most persons placed, then the mean score in the worst draws (--tail); needs "
            "--outcomes."
        ),
    ] = Objective.PLACE_FIRST,
    draws: Annotated[
        int,
        typer.Option(min=0, max=2000, help="With --outcomes: look at the plan under so many draws of the scores."),
    ] = 0,
    tail: Annotated[float, typer.Option(help="Worst share of the draws that counts for cvar.")] = 0.1,
    gap: Annotated[float, typer.Option(min=0, max=1, help="Stop within this share of the best possible.")] = 0.0005,
    time_limit: Annotated[
        float, typer.Option(min=0.1, help="Seconds after which the best plan so far is returned; so does Ctrl-C.")
    ] = 60.0,
    out: Annotated[Path, typer.Option(help="Write the plan here (.csv or .parquet).")] = Path("plan.csv"),
    result: Annotated[
        Path | None,
        typer.Option(
            "--json",
            help="Write value, bound, gap and the unplaced here, and the certificate beside it (.npz). "
            "[default: beside the plan, result.json or the plan's own name with -result.json]",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Place households so that most persons are placed, then with the best score; says how far from best it may be."""
    if context.invoked_subcommand is not None:
        return
    if households is None or places is None:
        raise typer.BadParameter("give both --households and --places")
    from workbench.core.storage.outputs import guard
    from workbench.presentation.wording import counted
    from workbench.sources import files, localities
    from workbench.studies import allocation as study
    from workbench.studies.allocation import outcome_scores, uncertainty
    from workbench.studies.allocation import outcomes as counted_outcomes
    from workbench.studies.allocation.input import attributes
    from workbench.studies.allocation.input import tables as allocation_tables

    counts = allocation_tables.counts_of(count or ())
    if scores is not None and outcomes is not None:
        raise typer.BadParameter("give either --scores or --outcomes: a household has one score in a place")
    safest = objective is Objective.CVAR
    if outcomes is None and (safest or draws):
        raise typer.BadParameter("draws of the scores come from --outcomes: scores and matching have none")
    if not 0 < tail <= 1:
        raise typer.BadParameter("--tail is a share of the draws, above 0 up to 1")
    given = [path for path in (households, places, scores, outcomes, rules, practice) if path is not None]
    files.writable(out)
    written = placing.Written.of(out, result, fitted=outcomes is not None)
    guard(written.paths, reads=given, overwrite=overwrite)
    home = localities.load(locality, "allocation") if locality else None
    table = None
    if outcomes is not None:
        table = counted_outcomes.read(outcomes, outcome=outcome, reason=because, locality=home)
    tables = allocation_tables.read_tables(households, places, scores, rules, practice, locality=home, counts=counts)
    if home is not None:
        attributes.require_listed(tables, home, fitted=table is not None)
    fit = None
    if table is not None and written.scores is not None:
        tables, fit = placing.fitted(tables, table, written.scores)
    weights = study.weights_of(home) or study.norwegian_weights()
    for sentence in placing.beforehand(tables, locality if study.weights_of(home) else ""):
        typer.echo(sentence, err=True)
    homes, rooms = counted(len(tables.households), "household"), counted(len(tables.places), "place")
    with step(f"Place {homes} in {rooms}"):
        plan = study.allocate(
            tables,
            objective=Objective.PLACE_FIRST.value if safest else objective.value,
            gap=gap,
            time_limit=time_limit,
            further=rule or (),
            weights=weights,
            progress=lambda s: typer.echo(f"    {s}", err=True),
        )
    looked = None
    if fit is not None and (safest or draws):
        with step("Look at the plan under draws of the scores"):
            looked = uncertainty.under_draws(
                tables,
                plan,
                fit,
                tables.households,
                draws=draws or uncertainty.DRAWS,
                safest=safest,
                share=tail,
                gap=gap,
                time_limit=time_limit,
                weights=weights,
                further=tuple(rule or ()),
            )
            plan = looked.plan
    asked: dict[str, object] = {"objective": plan.objective, "gap": gap, "time_limit": time_limit}
    if looked is not None:
        asked |= {"draws": looked.draws, "cvar": tail if safest else None}
    body: dict[str, object] = {
        **plan.to_json_dict(),
        "by_place": allocation_tables.named(plan.by_place, tables, home),
        "asked": {**asked, "rules": list(rule or ()), "count": counts},
        "rules": tables.stated,
        **study.origin(tables, weights),
    }
    if table is not None and fit is not None:
        body["outcomes"] = outcome_scores.to_dict(table, fit)
    if looked is not None:
        body["under_draws"] = looked.to_dict()
    placing.write(plan, written, body, tables=tables, weights=weights, further=rule or ())
    for sentence in placing.afterwards(plan, written, looked):
        typer.echo(sentence)
    if not (plan.reaches(gap) if looked is None else looked.reaches(gap)):
        raise typer.Exit(WARNING)


app.command("honesty", epilog=honesty.EXAMPLE)(honesty.honesty)


@app.command("verify", epilog=VERIFY)
def verify(
    result: Annotated[Path, typer.Argument(help="The result.json of a plan; its sidecar and inputs are read again.")],
) -> None:
    """Recompute a plan's value, rules, bound and gap from the files, by code of its own."""
    from workbench.studies.allocation.certificate import verification as certificates

    checks = certificates.verify(result)
    for check in checks:
        typer.echo(f"{'ok ' if check.well else 'NOT'} {check.name}: said {check.told}, found {check.found}")
    if not all(check.well for check in checks):
        typer.echo("The result does not hold as it stands.", err=True)
        raise typer.Exit(WARNING)
    typer.echo("The certificate holds.")
