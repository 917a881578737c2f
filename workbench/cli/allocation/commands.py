"""``workbench allocate``: place your own households; ``workbench allocate verify``: recompute the certificate."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

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
    from workbench.core.storage.files import replacing
    from workbench.core.storage.outputs import guard
    from workbench.presentation import allocation as shown
    from workbench.presentation.wording import counted
    from workbench.sources import files, localities
    from workbench.studies import allocation as study
    from workbench.studies.allocation import outcome_scores, uncertainty
    from workbench.studies.allocation import outcomes as counted_outcomes
    from workbench.studies.allocation.certificate import files as sidecars
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
    result = result or out.with_name("result.json" if out.stem == "plan" else f"{out.stem}-result.json")
    sidecar, expected = result.with_suffix(".npz"), result.with_name(f"{result.stem}-scores.parquet")
    guard([out, result, sidecar, *([expected] if outcomes else [])], reads=given, overwrite=overwrite)
    home = localities.load(locality, "allocation") if locality else None
    table = None
    if outcomes is not None:
        table = counted_outcomes.read(outcomes, outcome=outcome, reason=because, locality=home)
    tables = allocation_tables.read_tables(households, places, scores, rules, practice, locality=home, counts=counts)
    if home is not None:
        attributes.require_listed(tables, home, fitted=table is not None)
    told_outcomes: dict[str, object] | None = None
    fit = None
    if table is not None:
        # Here and below: models load only where they are asked for, so that a first small plan comes at once.
        from workbench.presentation.allocation import outcomes as shown_outcomes
        from workbench.studies.allocation import outcome_scores

        with step("Fit the outcomes") as fitting:
            tables, fit = outcome_scores.scored(tables, table, progress=fitting)
        told_outcomes = outcome_scores.to_dict(table, fit)
        tables = replace(tables, paths={**tables.paths, "scores": expected})
        typer.echo(shown_outcomes.fitted(table, fit).plain(), err=True)
        if silent_places := counted_outcomes.places_without(fit.cells, list(tables.places["place"])):
            typer.echo(
                f"Of {counted(len(silent_places), 'place')} no outcome was counted; there the score is that of an "
                f"average place: {', '.join(silent_places[:10])}{' …' if len(silent_places) > 10 else ''}.",
                err=True,
            )
    weights = study.weights_of(home) or study.norwegian_weights()
    if tables.scores is None:
        where = locality if study.weights_of(home) else "norway, since no other are named"
        typer.echo(f"No scores given: needs-and-ties matching, with the stated weights of {where}.", err=True)
    if unknown := tables.unknown_ties:
        typer.echo(f"Ties to places that are not in the table count for nothing: {', '.join(unknown)}.", err=True)
    if tables.scores is None and (silent := tables.unknown_languages):
        named = ", ".join(f"{code} (did you mean {near}?)" if near else code for code, near in silent.items())
        typer.echo(f"Languages that no place offers count for nothing: {named}.", err=True)
    if taken := tables.services_by_capacity:
        typer.echo(
            f"Taken to offer a service because they have a capacity for it: {'; '.join(taken)}. "
            "An empty capacity of a service sets no limit and offers nothing by itself.",
            err=True,
        )
    if unused := tables.unused:
        listed = "; ".join(f"{name}: {', '.join(columns)}" for name, columns in unused.items())
        typer.echo(f"Columns that are not used: {listed}.", err=True)
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
        from workbench.studies.allocation import uncertainty

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
    searched: dict[str, object] = {"objective": plan.objective, "gap": gap, "time_limit": time_limit}
    if looked is not None:
        searched |= {"draws": looked.draws, "cvar": tail if safest else None}
    asked = {**searched, "rules": list(rule or ()), "count": counts}
    told_plan = {**plan.to_json_dict(), "by_place": allocation_tables.named(plan.by_place, tables, home)}
    body = {**told_plan, "asked": asked, "rules": tables.stated, "certificate": sidecar.name}
    body |= study.origin(tables, weights)
    if told_outcomes is not None and tables.scores is not None:
        body["outcomes"] = told_outcomes
    if looked is not None:
        body["under_draws"] = looked.to_dict()
    with ExitStack() as whole:  # all of them, or none if one cannot be written
        plan_file, told, proof = (whole.enter_context(replacing(path)) for path in (out, result, sidecar))
        if told_outcomes is not None and tables.scores is not None:
            files.put(tables.scores, whole.enter_context(replacing(expected)))
        sidecars.write_sidecar(plan, proof, result=result, tables=tables, weights=weights, further=rule or (), out=out)
        files.put(plan.assignment, plan_file)
        told.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for finding in (shown.placed(plan), shown.certificate(plan), shown.worst_off(plan)):
        typer.echo(finding.sentence)
    for row in plan.unplaced.to_dict("records"):
        typer.echo(f"  not placed: {row['household']} ({counted(row['persons'], 'person')}): {row['why']}")
    if plan.ties:
        typer.echo(plan.ties)
    typer.echo(f"Plan: {out}\nResult: {result}")
    if looked is not None:
        from workbench.presentation.allocation import uncertainty as shown_uncertainty

        typer.echo(shown_uncertainty.under_draws(looked).plain())
    if not (plan.reaches(gap) if looked is None else looked.reaches(gap)):
        raise typer.Exit(WARNING)


HONESTY = (
    "Example: workbench allocate honesty --households h.csv --places p.csv --outcomes cells.csv --json honesty.json"
)


@app.command("honesty", epilog=HONESTY)
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
    worlds: Annotated[int, typer.Option(min=19, max=9999, help="Worlds without any gain, for the test.")] = 99,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same numbers.")] = 1,
    result: Annotated[
        Path, typer.Option("--json", help="Write gain, low, high (95 %), null_p and the rest here.")
    ] = Path("honesty.json"),
    overwrite: Overwrite = False,
) -> None:
    """Judge the gain of plans on past persons that their scores were not made from, beside worlds without any gain."""
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
