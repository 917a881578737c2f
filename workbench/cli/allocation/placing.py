"""The parts of ``workbench allocate`` in turn: what is said before, fitted, written and said at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from workbench.cli.steps import step

if TYPE_CHECKING:
    from workbench.decisions.allocation import MatchingWeights, Plan
    from workbench.models.outcomes.fit import OutcomeFit
    from workbench.studies.allocation.input.tables import Tables
    from workbench.studies.allocation.outcomes import OutcomeTable
    from workbench.studies.allocation.uncertainty import UnderDraws


@dataclass(frozen=True)
class Written:
    """The files that a plan is written to: the plan, its result, the certificate, and scores if they are fitted."""

    plan: Path
    result: Path
    certificate: Path
    scores: Path | None

    @classmethod
    def of(cls, plan: Path, result: Path | None, *, fitted: bool) -> Written:
        """Name the files beside a plan; without a result of its own name, that follows the plan's."""
        result = result or plan.with_name("result.json" if plan.stem == "plan" else f"{plan.stem}-result.json")
        scores = result.with_name(f"{result.stem}-scores.parquet") if fitted else None
        return cls(plan, result, result.with_suffix(".npz"), scores)

    @property
    def paths(self) -> list[Path]:
        """Return all of them."""
        return [path for path in (self.plan, self.result, self.certificate, self.scores) if path is not None]


def fitted(tables: Tables, table: OutcomeTable, scores: Path) -> tuple[Tables, OutcomeFit]:
    """Fit scores on counts of outcomes and say what came of it; they count as read from the file they will have."""
    # Here and below: models load only where they are asked for, so that a first small plan comes at once.
    from workbench.presentation.allocation import outcomes as shown
    from workbench.presentation.wording import counted
    from workbench.studies.allocation import outcome_scores
    from workbench.studies.allocation.outcomes import places_without

    with step("Fit the outcomes") as fitting:
        tables, fit = outcome_scores.scored(tables, table, progress=fitting)
    typer.echo(shown.fitted(table, fit).plain(), err=True)
    if silent := places_without(fit.cells, list(tables.places["place"])):
        typer.echo(
            f"Of {counted(len(silent), 'place')} no outcome was counted; there the score is that of an "
            f"average place: {', '.join(silent[:10])}{' …' if len(silent) > 10 else ''}.",
            err=True,
        )
    return replace(tables, paths={**tables.paths, "scores": scores}), fit


def beforehand(tables: Tables, whose: str) -> Iterator[str]:
    """Yield what is to be known of the tables before a search; ``whose`` locality's weights are used, if any is named.

    Each sentence is about something that was given and does not count, or that was taken for given.
    """
    if tables.scores is None:
        where = whose or "norway, since no other are named"
        yield f"No scores given: needs-and-ties matching, with the stated weights of {where}."
    if unknown := tables.unknown_ties:
        yield f"Ties to places that are not in the table count for nothing: {', '.join(unknown)}."
    if tables.scores is None and (silent := tables.unknown_languages):
        named = ", ".join(f"{code} (did you mean {near}?)" if near else code for code, near in silent.items())
        yield f"Languages that no place offers count for nothing: {named}."
    if taken := tables.services_by_capacity:
        yield (
            f"Taken to offer a service because they have a capacity for it: {'; '.join(taken)}. "
            "An empty capacity of a service sets no limit and offers nothing by itself."
        )
    if unused := tables.unused:
        listed = "; ".join(f"{name}: {', '.join(columns)}" for name, columns in unused.items())
        yield f"Columns that are not used: {listed}."


def write(
    plan: Plan,
    written: Written,
    body: Mapping[str, Any],
    *,
    tables: Tables,
    weights: MatchingWeights,
    further: Sequence[str],
) -> None:
    """Write plan, result and certificate, and fitted scores: all of them, or none if one cannot be written."""
    from workbench.core.storage.files import replacing
    from workbench.sources import files
    from workbench.studies.allocation.certificate.files import write_sidecar

    body = {**body, "certificate": written.certificate.name}
    with ExitStack() as whole:
        out, told, proof = (
            whole.enter_context(replacing(path)) for path in (written.plan, written.result, written.certificate)
        )
        if written.scores is not None and tables.scores is not None:
            files.put(tables.scores, whole.enter_context(replacing(written.scores)))
        write_sidecar(
            plan, proof, result=written.result, tables=tables, weights=weights, further=further, out=written.plan
        )
        files.put(plan.assignment, out)
        told.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def afterwards(plan: Plan, written: Written, looked: UnderDraws | None) -> Iterator[str]:
    """Yield what the plan is worth, who has no place and why, where it lies, and how it fares under draws."""
    from workbench.presentation import allocation as shown
    from workbench.presentation.wording import counted

    for finding in (shown.placed(plan), shown.certificate(plan), shown.worst_off(plan)):
        yield finding.sentence
    for row in plan.unplaced.to_dict("records"):
        yield f"  not placed: {row['household']} ({counted(row['persons'], 'person')}): {row['why']}"
    if plan.ties:
        yield plan.ties
    yield f"Plan: {written.plan}\nResult: {written.result}"
    if looked is not None:
        from workbench.presentation.allocation import uncertainty

        yield uncertainty.under_draws(looked).plain()
