"""``workbench demo``: from published figures to a forecast, a plan and two PDFs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.steps import WARNING, step

EXAMPLE = "Example: workbench demo --as-of 2019-09 --households 400"


def run(
    out: Annotated[Path, typer.Option(help="Folder for saved runs and reports.")] = Path("output"),
    as_of: Annotated[str, typer.Option("--as-of", help="Last month the forecast may know, YYYY-MM.")] = "2019-09",
    horizon: Annotated[int, typer.Option(help="Months ahead.")] = 6,
    year: Annotated[int, typer.Option(help="Year whose accepted places are filled.")] = 2021,
    households: Annotated[int, typer.Option(min=1, help="Synthetic households to place.")] = 400,
    draws: Annotated[int, typer.Option(min=50, help="Posterior draws for each of four chains.")] = 500,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Do the main job end to end: forecast arrivals, place a quarter's households, print two PDFs."""
    from workbench.core.runs.archive import archive_of
    from workbench.core.runs.publication import DEMONSTRATION
    from workbench.presentation import allocation as plan_shown
    from workbench.presentation import inflow as forecast_shown
    from workbench.studies import inflow

    runs = (out / "runs").absolute()
    with step(f"1/4 Inflow: fit 19 destinations to {as_of}, forecast {horizon} months") as progress:
        forecast = inflow.study(as_of=as_of, horizon=horizon, seed=seed, draws=draws, runs=runs, progress=progress)
    from workbench.studies import allocation  # after the fit: the solvers are heavy, too

    with step(f"2/4 Allocation: place {households} synthetic households in Norway"):
        plan = allocation.study(
            year=year,
            households=households,
            seed=seed,
            runs=runs,
            progress=lambda sentence: typer.echo(f"    {sentence}", err=True),
        )
    from workbench.reporting.build import build
    from workbench.studies import publishing

    for run in (forecast.record, plan.record):
        if archive_of(runs).of_run(run.key) is None:
            failed = "" if run.results.get("converged", True) else "only a demonstration"
            made = publishing.publish(run.key, by=DEMONSTRATION, note="a demonstration", reason=failed, runs=runs)
            typer.echo(
                f"    Published as {made.id}, so that pages show it: a demonstration, nobody's decision.", err=True
            )

    common = {"seed": seed, "runs": str(runs)}
    with step("3/4 Report: inflow"):
        first = build(
            "inflow", {"as_of": as_of, "horizon": horizon, "draws": draws, **common}, out / "reports", overwrite=True
        )
    with step("4/4 Report: allocation"):
        second = build(
            "allocation", {"year": year, "households": households, **common}, out / "reports", overwrite=True
        )

    sentences = [
        forecast_shown.headline(forecast).sentence,
        plan_shown.headline(plan).sentence,
        plan_shown.certificate(plan.plan).sentence,
        plan_shown.worst_off(plan.plan).sentence,
    ]
    reused = [name for name, result in (("inflow", forecast), ("allocation", plan)) if result.reused]
    if as_json:
        body = {
            "sentences": sentences,
            "reports": [str(first.pdf), str(second.pdf)],
            "runs": {"inflow": forecast.record.key, "allocation": plan.record.key},
            "reused": reused,
            "converged": forecast.diagnostics.ok,
        }
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
    else:
        typer.echo("\n" + "\n".join(sentences))
        if reused:
            typer.echo(f"Saved runs of the same input were used again: {', '.join(reused)}.")
        typer.echo(f"PDFs: {first.pdf}\n      {second.pdf}")
    if not forecast.diagnostics.ok:
        typer.echo(f"Warning: {forecast.diagnostics.sentence()}", err=True)
        raise typer.Exit(WARNING)
