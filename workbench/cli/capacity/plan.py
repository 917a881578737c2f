"""What ``workbench capacity plan`` and ``workbench capacity wait`` do, once their options are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import typer

from workbench.cli.steps import NO_RESULT, step

if TYPE_CHECKING:
    import numpy as np

    from workbench.core.draws import Draws
    from workbench.studies.capacity.data import CaseFlow
    from workbench.studies.capacity.intake import ForecastUsed
    from workbench.studies.inflow import InflowResult


class Limits(TypedDict):
    """Other limits than the stated ones; None keeps the stated one."""

    budget: float | None
    training: float | None
    late: float | None


def _saved(run: str, runs: Path | None) -> InflowResult:
    """Return a saved inflow forecast; one whose fit failed its checks is said to have."""
    from workbench.studies import inflow

    found = inflow.saved(run, runs=runs)
    if not found.diagnostics.ok:
        typer.echo(f"Warning: the intake is an inflow forecast that failed. {found.diagnostics.sentence()}", err=True)
    return found


def intake_of(
    run: str | None, destination: str | None, share: float, runs: Path | None
) -> tuple[Draws | None, ForecastUsed | None]:
    """Return the draws of a saved inflow forecast as an agency's intake, whole cases, and which it is; None if none."""
    if run is None:
        return None, None
    from workbench.studies.capacity.intake import ForecastUsed, cases_of, destination_of

    found = _saved(run, runs)
    place = destination_of(found.draws, destination)
    used = ForecastUsed(place, found.as_of, found.record.key, share, found.diagnostics.ok)
    return cases_of(found.draws.select(destination=[place]), share), used


def tied_intake(
    flow: CaseFlow,
    run: str,
    destination: str | None,
    share: float,
    runs: Path | None,
    *,
    as_of: str,
    horizon: int,
    stated: dict[str, np.ndarray] | None,
) -> dict[str, np.ndarray]:
    """Return the intake ahead of a case flow from a saved inflow forecast, beside what a table states of others."""
    from workbench.core.errors import AssumptionError
    from workbench.studies.capacity.intake import of_periods

    known = flow.panel.series
    series = known[0] if len(known) == 1 else str(destination)
    if series not in known:
        raise AssumptionError(
            f"the case flow has {len(known)} series" + (f", and none is called '{series}'" if destination else ""),
            why="an inflow forecast is the intake of one of them",
            do="name it with --destination: " + ", ".join(known),
        )
    if stated is not None and series in stated:
        raise AssumptionError(f"the intake of {series} is given twice", do="use --intake or --inflow for it, not both")
    draws = _saved(run, runs).draws
    found = of_periods(draws, as_of=as_of, horizon=horizon, series=series, destination=destination, share=share)
    return {**(stated or {}), **found}


def plan(
    locality: str,
    *,
    horizon: int,
    draws: int,
    limits: Limits,
    intake: tuple[Draws | None, ForecastUsed | None],
    seed: int,
    language: str,
    runs: Path | None,
    out: Path | None,
    json_file: Path | None,
    overwrite: bool,
) -> None:
    """Plan, print what was found, write what was asked for."""
    from workbench.core.storage.files import write_text
    from workbench.core.storage.outputs import guard
    from workbench.presentation import capacity as page
    from workbench.presentation.languages import check
    from workbench.sources import files
    from workbench.studies.capacity import study

    check(language)
    guard([*([files.writable(out)] if out else []), *([json_file] if json_file else [])], overwrite=overwrite)
    with step(f"Plan {horizon} months over {draws} draws"):
        result = study.study(
            locality=locality,
            horizon=horizon,
            draws=draws,
            seed=seed,
            intake=intake[0],
            forecast=intake[1],
            runs=runs,
            **limits,
        )
    tables = [f(result, language) for f in (page.by_stage, page.by_unit, page.by_choice, page.by_cause)]
    said = [page.key_findings(result, language), *tables, page.how_sure(result, language)]
    if out is not None:
        files.write(tables[1].data, out)
    if json_file is not None:
        body: dict[str, Any] = {
            "run": result.record.key,
            "as_of": result.data.as_of,
            "months": result.months,
            "synthetic": result.data.synthetic,
            "sentences": [part.plain() for part in page.key_findings(result, language).parts],
            **{table.name: table.data.to_dict("records") for table in tables},
            "intake_forecast": None if result.forecast is None else vars(result.forecast),
            "caveats": list(page.how_sure(result, language).caveats),
        }
        write_text(json_file, json.dumps(body, ensure_ascii=False, indent=2, default=float) + "\n")
    typer.echo("\n\n".join(part.plain() for part in said))
    for path in (out, json_file):
        if path is not None:
            typer.echo(f"Written: {path}")


def wait(
    data: Path | None,
    *,
    locality: str,
    case_type: str | None,
    waited: int,
    as_of: str | None,
    decisions: float,
    planned: bool,
    language: str,
    runs: Path | None,
    seed: int,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Tell how long a decision takes; print the table, or one applicant's sentence.

    A sentence that says there are too few cases ends with the exit code of no result.
    """
    from workbench.core.errors import AssumptionError, DataError
    from workbench.core.storage.outputs import guard
    from workbench.presentation import capacity as page
    from workbench.presentation.languages import check
    from workbench.sources import files
    from workbench.studies.capacity import study
    from workbench.studies.capacity import wait as waits

    check(language)
    if out is not None:
        guard([files.writable(out)], reads=[data], overwrite=overwrite)
    if planned and decisions != 1:
        raise AssumptionError("the decisions ahead are given twice", do="give --plan or --decisions, not both")
    change = None
    if planned:
        newest = study.latest(runs=runs)
        if newest is None:
            raise DataError("no plan is saved here", do="make one with `workbench capacity plan`")
        change = newest.output_change
    frame, sources = waits.read_ages(data, locality)
    ages = tuple(sorted({*waits.WAITED, waited}))
    found = waits.promises(
        frame,
        as_of=as_of,
        decisions=decisions,
        output_change=change,
        waited=ages,
        seed=seed,
        sources=sources,
        planned=planned,
    )
    if out is not None:
        files.write(found.table(), out)
    one = None if case_type is None else waits.promise_of(found, case_type, waited)
    if as_json:
        shown = found.promises if one is None else (one,)
        typer.echo(json.dumps({"as_of": found.as_of, "promises": [vars(p) for p in shown]}, ensure_ascii=False))
    else:
        said = page.waits_table(found, language) if one is None else page.for_applicant(found, one, language)
        typer.echo(said.plain())
        if out is not None:
            typer.echo(f"Written: {out}")
    if one is not None and one.withheld:
        raise typer.Exit(NO_RESULT)
