"""``workbench allocate fairness`` and ``workbench shadow``: how groups fare, what wishes cost, practice beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.steps import Overwrite, step

EXAMPLE = "Example: workbench allocate fairness --households h.csv --places p.csv --wishes wishes.csv --json fair.json"
SHADOW_EXAMPLE = "Example: workbench shadow --households h.csv --places p.csv --practice today.csv --out week-48.csv"

Households = Annotated[Path, typer.Option(help="Table of households.")]
Places = Annotated[Path, typer.Option(help="Table of places.")]
Scores = Annotated[Path | None, typer.Option(help="Table of scores; without it and outcomes, needs-and-ties matching.")]
Outcomes = Annotated[Path | None, typer.Option(help="Counts of outcomes: scores are fitted on them.")]
Rules = Annotated[Path | None, typer.Option(help="Table of rules.")]
Where = Annotated[str, typer.Option(help="Check places and attributes against this locality (name or folder).")]
Language = Annotated[str, typer.Option(help="Language of what is printed: en, nb or sv.")]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same lots.")]


def run(
    households: Households,
    places: Places,
    scores: Scores = None,
    outcomes: Outcomes = None,
    rules: Rules = None,
    wishes: Annotated[
        Path | None,
        typer.Option(help="Wishes of households (household, place, rank): how many can be met, at what cost."),
    ] = None,
    keep: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the score that must remain beside wishes.")
    ] = 0.97,
    draws: Annotated[
        int, typer.Option(min=0, max=1000, help="With outcomes: plans made again under so many draws of the scores.")
    ] = 0,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="Plan again without this attribute in the score and say what changes; else the locality's protected "
            "ones; repeat it."
        ),
    ] = None,
    locality: Where = "",
    language: Language = "en",
    seed: Seed = 1,
    result: Annotated[Path, typer.Option("--json", help="Write the figures here.")] = Path("fairness.json"),
    overwrite: Overwrite = False,
) -> None:
    """Say how each group fares beside its own best, what raising the worst-off costs, and which plans are as good."""
    from workbench.core.storage.files import replacing
    from workbench.core.storage.outputs import guard
    from workbench.presentation.allocation import fairness as shown
    from workbench.presentation.languages import check
    from workbench.sources import files, localities
    from workbench.studies.allocation import fairness as study
    from workbench.studies.allocation.input import attributes
    from workbench.studies.allocation.placement import weights_of

    check(language)
    guard([result], reads=[households, places, scores, outcomes, rules, wishes], overwrite=overwrite)
    home = localities.load(locality, "allocation") if locality else None
    problem, fitted, tables = study.problem(households, places, scores, outcomes, rules, home)
    wanted = None if wishes is None else files.read(wishes, "wishes")
    protected = attributes.auditable(home, tables, fitted is not None) if without is None else without
    with step("Compare plans"):
        audit = attributes.audit(tables, protected, fitted=fitted, weights=weights_of(home)) if protected else []
        told = study.compare(problem, fitted=fitted, wishes=wanted, keep=keep, draws=draws, seed=seed)
    told["without"] = [{**vars(each), "groups": each.groups.to_dict("records")} for each in audit]
    with replacing(result) as file:
        file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    typer.echo("\n".join([*shown.lines(told, audit, language), f"Result: {result}"]))


def shadow(
    households: Households,
    places: Places,
    practice: Annotated[Path, typer.Option(help="Where households are placed today (household, place).")],
    scores: Scores = None,
    outcomes: Outcomes = None,
    rules: Rules = None,
    locality: Where = "",
    language: Language = "en",
    seed: Seed = 1,
    out: Annotated[Path, typer.Option(help="Write practice beside proposal, by household (.csv or .parquet).")] = Path(
        "shadow.csv"
    ),
    result: Annotated[
        Path | None,
        typer.Option(
            "--json", help="Write the figures and the lots drawn here. [default: shadow.json in the table's folder]"
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Put today's practice beside the proposal without deciding anything; draw and record lots among equal places."""
    from workbench.core.storage.files import replacing
    from workbench.core.storage.outputs import guard
    from workbench.decisions.allocation import solve
    from workbench.presentation.allocation import fairness as shown
    from workbench.presentation.languages import check
    from workbench.sources import files, localities
    from workbench.studies.allocation import comparison
    from workbench.studies.allocation import fairness as study

    check(language)
    home = localities.load(locality, "allocation") if locality else None
    given = [households, places, practice, scores, outcomes, rules]
    result = result or out.with_name("shadow.json")
    guard([files.writable(out), result], reads=given, overwrite=overwrite)
    problem, _, _ = study.problem(households, places, scores, outcomes, rules, home)
    today = files.read(practice, "practice")
    with step("Make the proposal"):
        plan = solve(problem, time_limit=60.0)
    told, table = comparison.beside(problem, plan, today)
    drawn = comparison.lots(problem, plan, seed=seed)
    persons = float(problem.persons[[problem.household_names.index(h) for h in drawn["household"]]].sum())
    least = comparison.detectable(persons)
    told |= {"lots": drawn.to_dict("records"), "seed": seed, "detectable_in_a_year": None if persons == 0 else least}
    with replacing(out) as rows, replacing(result) as file:
        files.put(table, rows)
        file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    finding = shown.shadow(told, len(table), language)
    typer.echo("\n".join([finding.sentence, *finding.caveats]))
    typer.echo(f"Table: {out}\nResult: {result}")
