"""Which forecast answers a question? Fitted to the locality's own past, carried over, or published before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError
from workbench.core.plugins import guests
from workbench.core.runs.provenance import RunStore, SavedRun
from workbench.core.runs.scenario import Scenario
from workbench.models.settlement.evidence import BEFORE
from workbench.models.settlement.not_fitted import CARRIED, NotFitted
from workbench.sources import localities
from workbench.studies.settlement.forecasting import carried, saved_runs
from workbench.studies.settlement.forecasting.forecast import CAVEATS, described, fit, forecast, made_of
from workbench.studies.settlement.forecasting.question import Question, ask, home_of
from workbench.studies.settlement.forecasting.result import SettlementResult
from workbench.studies.settlement.forecasting.saved_runs import FORECAST, NUMBERS


def answer(
    question: Question,
    *,
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SettlementResult:
    """Fit and forecast what is asked; what is saved already is used again."""
    if question.carried is not None:
        return _answer_carried(question, seed=seed, runs=runs)
    fitted = learn(question, seed=seed, draws=draws, tune=tune, chains=chains, runs=runs, progress=progress)
    return forecast(question.observed, fitted, question.totals, seed=seed, runs=runs)


def learn(
    question: Question,
    *,
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SavedRun:
    """Fit what a question needs, or combine rules; a saved fit of the same input is used again."""
    return fit(
        question.observed,
        as_of=question.as_of,
        total=question.totals.first,
        contest=question.contest,
        seed=seed,
        draws=draws,
        tune=tune,
        chains=chains,
        runs=runs,
        progress=progress,
    )


def _answer_carried(question: Question, *, seed: int, runs: str | Path | None) -> SettlementResult:
    observed, totals = question.observed, question.totals
    settings = {"carried_from": carried.DONOR, "totals": totals.fingerprint, "given": totals.given}
    scenario = Scenario("", str(question.as_of), seed, totals.persons.shape[1], settings=settings)

    def compute(folder: Path) -> dict[str, Any]:
        draws = carried.simulate(observed, totals.persons, question.as_of, seed=seed)
        draws.save(folder / NUMBERS)
        told = NotFitted.of(CARRIED, draws.size)
        saved_runs.keep(folder, described(draws, told, observed, BEFORE, totals, question.as_of, runs))
        return {"converged": True, "given": totals.given}

    inputs = (*observed.vintages, *totals.inputs)
    caveats = (CAVEATS[1], carried.CAVEAT, *totals.caveats)
    run = RunStore.at(runs).get_or_run(
        FORECAST, scenario.to_dict(), inputs, compute, caveats, guests(*observed.plugins)
    )
    return made_of(run, observed, question.contest, totals, reused=run.reused, runs=runs)


def study(
    *,
    locality: str | Path | None = "norway",
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    run: str = "",
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    **asked: Any,
) -> SettlementResult:
    """Ask and answer in one call: ``asked`` is what :func:`ask` takes, the rest what :func:`answer` does.

    ``run`` names a publication, or is ``published`` for the one that readers see: it is shown as it was frozen.
    """
    if run:
        return _of_locality(saved_runs.named(run, runs=runs), home_of(locality, asked.get("file")))
    question = ask(locality=locality, seed=seed, runs=runs, **asked)
    return answer(question, seed=seed, draws=draws, tune=tune, chains=chains, runs=runs, progress=progress)


def _of_locality(result: SettlementResult, locality: str | Path | None) -> SettlementResult:
    """Return a publication, unless it is of other municipalities than the locality's: moves would not fit it."""
    known = localities.load(locality).places if locality else {}
    if strange := [code for code in result.names if code not in known]:
        raise DataError(
            f"the publication is not of this locality: it has no place '{strange[0]}'",
            where=str(locality),
            why="a report follows newcomers by the locality's own figures on moves",
            do="name the locality that was published: -p locality=NAME",
        )
    return result
