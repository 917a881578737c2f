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
Outcomes = Annotated[Path | None, typer.Option(help="Counts of outcomes: scores are fitted on them (approximately).")]
Rules = Annotated[Path | None, typer.Option(help="Table of rules.")]
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
    seed: Seed = 1,
    result: Annotated[Path, typer.Option("--json", help="Write the figures here.")] = Path("fairness.json"),
    overwrite: Overwrite = False,
) -> None:
    """Say how each group fares beside its own best, what raising the worst-off costs, and which plans are as good."""
    from workbench.core.files import replacing
    from workbench.core.outputs import guard
    from workbench.sources import files
    from workbench.studies.allocation import fairness as study

    guard([result], reads=[households, places, scores, outcomes, rules, wishes], overwrite=overwrite)
    problem, fitted = study.problem(households, places, scores, outcomes, rules)
    wanted = None if wishes is None else files.read(wishes, "wishes")
    with step("Compare plans"):
        told = study.compare(problem, fitted=fitted, wishes=wanted, keep=keep, draws=draws, seed=seed)
    with replacing(result) as file:
        file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    typer.echo("\n".join([*study.lines(told), f"Result: {result}"]))


def shadow(
    households: Households,
    places: Places,
    practice: Annotated[Path, typer.Option(help="Where households are placed today (household, place).")],
    scores: Scores = None,
    outcomes: Outcomes = None,
    rules: Rules = None,
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
    from workbench.core.files import replacing
    from workbench.core.outputs import guard
    from workbench.decisions.allocation import solve
    from workbench.sources import files
    from workbench.studies.allocation import comparison
    from workbench.studies.allocation import fairness as study

    given = [households, places, practice, scores, outcomes, rules]
    result = result or out.with_name("shadow.json")
    guard([files.writable(out), result], reads=given, overwrite=overwrite)
    problem, _ = study.problem(households, places, scores, outcomes, rules)
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
    typer.echo(
        f"{told['households_that_differ']} of {len(table)} households would go elsewhere. Practice places "
        f"{told['practice']['persons_placed']} persons with a score of {told['practice']['score']:.2f}, the proposal "
        f"{told['proposal']['persons_placed']} with {told['proposal']['score']:.2f} ({told['score_name']}); no gain in "
        f"how people fare follows from it. {told['practice']['not_allowed']} placements of practice break a rule, "
        f"{told['practice']['places_over_capacity']} places are filled beyond their room."
    )
    if persons:
        typer.echo(
            f"For {len(drawn)} households several places are equally good: lots were drawn and recorded. A year of "
            f"such weeks would show a difference of {100 * least:.0f} points between two halves (power 80 %)."
        )
    typer.echo(f"Table: {out}\nResult: {result}")
