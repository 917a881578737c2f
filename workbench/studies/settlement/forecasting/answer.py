"""Where in the country will newcomers settle, given how many come?

The fit and the forecast are saved apart, so that another national total needs no new fit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.core.plugins import and_now, guests
from workbench.core.runs.provenance import (
    RunRecord,
    RunStore,
    SavedRun,
    Vintage,
    caveat,
    default_runs,
)
from workbench.core.runs.scenario import Scenario
from workbench.models.diagnostics import Diagnostics
from workbench.models.settlement.combination.combined import combine
from workbench.models.settlement.evidence import BEFORE, CONTESTS, QUOTAS
from workbench.models.settlement.not_fitted import CARRIED, NotFitted, read_diagnostics
from workbench.sources import localities
from workbench.studies.settlement.backtest.verdict import verdict
from workbench.studies.settlement.forecasting import carried, methods, saved_runs
from workbench.studies.settlement.forecasting.question import Question, ask
from workbench.studies.settlement.forecasting.result import SettlementResult
from workbench.studies.settlement.forecasting.saved_runs import FIT, FORECAST, NUMBERS, WORDS
from workbench.studies.settlement.table import checks
from workbench.studies.settlement.table.data import Observed, read_settlement
from workbench.studies.settlement.totals.from_inflow import totals_from_inflow
from workbench.studies.settlement.totals.national import (
    Totals,
    choose_totals,
    given_totals,
    settled_per_applicant,
    totals_from_applications,
    totals_from_table,
    totals_then_known,
)

NO_RECORD = RunRecord("", "", {}, (), {}, "", 0.0, (), {})
"""Stands for the record of a forecast that is still being made."""

CAVEATS = (
    caveat("The figures are those of today's table on today's borders, not those known at the as-of year."),
    caveat("The forecast says where newcomers will live if how many come is right; it does not say where they should."),
)
FINAL_QUOTAS = caveat(
    "The quotas used are the final ones of the year: a forecast made before they are settled knows less."
)


def fit(
    observed: Observed,
    *,
    as_of: int,
    total: float,
    contest: str = BEFORE,
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SavedRun:
    """Fit the share model to what was known at the end of ``as_of``, or combine rules where there are no quotas.

    A saved fit of the same input is used again.

    Parameters
    ----------
    total
        Persons to be settled in the year after, about.
    contest
        ``before``: no quota of the year after is used; ``quotas``: its final quotas are.
    """
    if contest not in CONTESTS:
        raise AssumptionError(f"no contest '{contest}'", do="choose " + " or ".join(CONTESTS))
    panel = observed.panel(as_of, ahead=0 if contest == BEFORE else 1)
    settings: dict[str, Any] = {"contest": contest, "total": float(total), "draws": draws}
    rules_alone = methods.by_rules(panel)
    if rules_alone:  # the total moves nothing that is learnt
        settings = {"method": "rules", "draws": draws * chains}
    else:
        settings |= {"tune": tune, "chains": chains}
    scenario = Scenario("", str(as_of), seed, settings=settings)
    used = (_known(observed, panel.fingerprint, as_of), *observed.vintages[1:])

    def compute(folder: Path) -> dict[str, Any]:
        fitted: methods.Fit
        if rules_alone:
            fitted = combine(panel, as_of=as_of, contest=contest, draws=draws * chains)
        else:
            from workbench.models.settlement.shares import SettlementModel  # PyMC: only when a fit is really made

            fitted = SettlementModel().fit(
                panel,
                as_of=as_of,
                total=total,
                contest=contest,
                seed=seed,
                draws=draws,
                tune=tune,
                chains=chains,
                progress=progress,
            )
        fitted.save(folder / "fit")
        found = fitted.diagnostics.named(observed.names)
        caveats = [] if found.ok else [found.sentence()]
        return {"diagnostics": found.sentence(), "converged": found.ok, "caveats": caveats}

    caveats = CAVEATS if contest == BEFORE else (*CAVEATS, FINAL_QUOTAS)
    return _store(runs).get_or_run(FIT, scenario.to_dict(), used, compute, caveats, guests(*observed.plugins))


def diagnostics(fitted: SavedRun, names: Mapping[str, str]) -> Diagnostics:
    """Return whether a saved fit passed its checks, its worst quantity called by the name of its area."""
    return methods.opened(fitted.folder / "fit").diagnostics.named(names)


def _known(observed: Observed, print_: str, as_of: int) -> Vintage:
    first = observed.vintages[0]
    return Vintage(first.name, first.source, str(as_of), print_)


def forecast(
    observed: Observed,
    fitted: SavedRun,
    totals: Totals,
    *,
    seed: int = 1,
    runs: str | Path | None = None,
) -> SettlementResult:
    """Forecast the years after the fit's as-of year, given their national totals."""
    before = fitted.record
    as_of = int(before.scenario["as_of"])
    horizon = totals.persons.shape[1]
    settings = {"fit": before.key, "totals": totals.fingerprint, "given": totals.given}
    scenario = Scenario("", str(as_of), seed, horizon, settings=settings)

    def compute(folder: Path) -> dict[str, Any]:
        fit = methods.opened(fitted.folder / "fit")
        draws = methods.futures(fit, totals.persons, seed)
        draws.save(folder / NUMBERS)
        contest = _contest(before)
        found = fit.diagnostics.named(observed.names)
        saved_runs.keep(folder, _described(draws, found, observed, contest, totals, as_of, runs))
        return {"converged": before.results["converged"], "given": totals.given, "total": totals.stated}

    caveats = (*before.caveats, *before.results["caveats"], *totals.caveats)
    inputs = (*before.inputs, *totals.inputs)
    run = _store(runs).get_or_run(FORECAST, scenario.to_dict(), inputs, compute, caveats, and_now(before.plugins))
    return _result(run, observed, _contest(before), totals, reused=run.reused and fitted.reused, runs=runs)


def _described(
    draws: Draws,
    diagnostics: Diagnostics,
    observed: Observed,
    contest: str,
    totals: Totals,
    as_of: int,
    runs: str | Path | None,
) -> SettlementResult:
    """Return a forecast with all that is said beside it, before it has a record of its own."""
    table = observed.settlement
    whole = table[~table["year"].isin(observed.part_years)]
    places = draws.labels("municipality")
    return SettlementResult(
        record=NO_RECORD,
        as_of=as_of,
        contest=contest,
        draws=draws,
        observed=whole[whole["year"] <= as_of].reset_index(drop=True),
        later=whole[whole["year"].isin(draws.labels("year")) & whole["settled"].notna()].reset_index(drop=True),
        diagnostics=diagnostics,
        names={code: observed.names.get(code, code) for code in places},
        parents={code: observed.parents.get(code, "") for code in places},
        positions=observed.positions,
        sources=tuple(dict.fromkeys(v.source for v in (*observed.vintages, *totals.inputs))),
        notes=(
            *observed.notes,
            *(checks.told_stock(table, as_of, observed.rhythm) if observed.own else ()),
            *(checks.told_first_rows(table, as_of, observed.rhythm) if observed.own else ()),
            *checks.told_after(table, as_of, observed.rhythm),
            *totals.caveats,
            *checks.told_unheard_of(totals.persons, table, as_of, observed.rhythm),
        ),
        given=totals.given,
        reused=False,
        numbers=tuple(totals.numbers[at % len(totals.numbers)] for at in range(draws.size)) if totals.numbers else (),
        rhythm=observed.rhythm,
        verdict=verdict(observed, contest, len(draws.labels("year")), runs=runs),
    )


def _result(
    run: SavedRun, observed: Observed, contest: str, totals: Totals, *, reused: bool, runs: str | Path | None
) -> SettlementResult:
    draws = Draws.load(run.folder / NUMBERS)
    found = read_diagnostics(json.loads((run.folder / WORDS).read_text(encoding="utf-8"))["diagnostics"])
    as_of = int(run.record.scenario["as_of"])
    result = _described(draws, found, observed, contest, totals, as_of, runs)
    return replace(result, record=run.record, reused=reused)


def _contest(record: RunRecord) -> str:
    """Return the contest of a fit; where rules are combined there are no quotas to know."""
    return str(record.scenario.get("contest", BEFORE))


def contest(quotas: bool) -> str:
    """Return the contest's name: with the final quotas of the year ahead, or without."""
    return QUOTAS if quotas else BEFORE


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
    fitted = fit(
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
    return forecast(question.observed, fitted, question.totals, seed=seed, runs=runs)


def _answer_carried(question: Question, *, seed: int, runs: str | Path | None) -> SettlementResult:
    observed, totals = question.observed, question.totals
    settings = {"carried_from": carried.DONOR, "totals": totals.fingerprint, "given": totals.given}
    scenario = Scenario("", str(question.as_of), seed, totals.persons.shape[1], settings=settings)

    def compute(folder: Path) -> dict[str, Any]:
        draws = carried.simulate(observed, totals.persons, question.as_of, seed=seed)
        draws.save(folder / NUMBERS)
        told = NotFitted.of(CARRIED, draws.size)
        saved_runs.keep(folder, _described(draws, told, observed, BEFORE, totals, question.as_of, runs))
        return {"converged": True, "given": totals.given}

    inputs = (*observed.vintages, *totals.inputs)
    caveats = (CAVEATS[1], carried.CAVEAT, *totals.caveats)
    run = _store(runs).get_or_run(FORECAST, scenario.to_dict(), inputs, compute, caveats, guests(*observed.plugins))
    return _result(run, observed, question.contest, totals, reused=run.reused, runs=runs)


ANY = "any"
"""Locality of one's own table whose areas belong to no locality that is installed."""


def study(
    *,
    locality: str | Path | None = "norway",
    file: str | Path | None = None,
    as_of: int | str | None = None,
    total: Sequence[int | str] = (),
    totals: str | Path | None = None,
    from_inflow: str | Path | None = None,
    share: Sequence[float | str] = (),
    destination: str = "",
    contest: str = BEFORE,
    horizon: int = 1,
    part_years: Sequence[int | str] = (),
    changes: str | Path | None = None,
    still: Sequence[str] = (),
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    run: str = "",
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SettlementResult:
    """Ask and answer in one call: see :func:`ask` and :func:`answer`.

    ``run`` names a publication, or is ``published`` for the one that readers see: it is shown as it was frozen.
    """
    locality = None if locality == ANY and file else locality
    if run:
        return _of_locality(saved_runs.named(run, runs=runs), locality)
    question = ask(
        locality=locality,
        file=file,
        as_of=as_of,
        total=total,
        totals=totals,
        from_inflow=from_inflow,
        share=share,
        destination=destination,
        contest=contest,
        horizon=horizon,
        part_years=part_years,
        changes=changes,
        still=still,
        seed=seed,
        runs=runs,
    )
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


def _store(runs: str | Path | None) -> RunStore:
    return RunStore(Path(runs) if runs is not None else default_runs())


__all__ = [
    "BEFORE",
    "CONTESTS",
    "QUOTAS",
    "Observed",
    "Question",
    "SettlementResult",
    "Totals",
    "answer",
    "ask",
    "choose_totals",
    "diagnostics",
    "fit",
    "forecast",
    "given_totals",
    "read_settlement",
    "settled_per_applicant",
    "study",
    "totals_from_applications",
    "totals_from_inflow",
    "totals_from_table",
    "totals_then_known",
]
