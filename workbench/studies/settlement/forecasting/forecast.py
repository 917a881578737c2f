"""Where in the country will newcomers settle, given how many come? Learnt first, then forecast.

The fit and the forecast are saved apart, so that another national total needs no new fit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError
from workbench.core.plugins import and_now, guests
from workbench.core.runs.provenance import RunRecord, RunStore, SavedRun, Vintage, caveat
from workbench.core.runs.scenario import Scenario
from workbench.models.diagnostics import Diagnostics
from workbench.models.settlement.combination.combined import combine
from workbench.models.settlement.evidence import BEFORE, CONTESTS
from workbench.models.settlement.not_fitted import read_diagnostics
from workbench.studies.settlement.backtest.verdict import verdict
from workbench.studies.settlement.forecasting import methods, saved_runs
from workbench.studies.settlement.forecasting.result import SettlementResult
from workbench.studies.settlement.forecasting.saved_runs import FIT, FORECAST, NUMBERS, WORDS
from workbench.studies.settlement.table import checks
from workbench.studies.settlement.table.data import Observed
from workbench.studies.settlement.totals.national import Totals

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
    return RunStore.at(runs).get_or_run(FIT, scenario.to_dict(), used, compute, caveats, guests(*observed.plugins))


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
        saved_runs.keep(folder, described(draws, found, observed, contest, totals, as_of, runs))
        return {"converged": before.results["converged"], "given": totals.given, "total": totals.stated}

    caveats = (*before.caveats, *before.results["caveats"], *totals.caveats)
    inputs = (*before.inputs, *totals.inputs)
    run = RunStore.at(runs).get_or_run(FORECAST, scenario.to_dict(), inputs, compute, caveats, and_now(before.plugins))
    return made_of(run, observed, _contest(before), totals, reused=run.reused and fitted.reused, runs=runs)


def described(
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


def made_of(
    run: SavedRun, observed: Observed, contest: str, totals: Totals, *, reused: bool, runs: str | Path | None
) -> SettlementResult:
    """Return the forecast that a run holds, with its record."""
    draws = Draws.load(run.folder / NUMBERS)
    found = read_diagnostics(json.loads((run.folder / WORDS).read_text(encoding="utf-8"))["diagnostics"])
    as_of = int(run.record.scenario["as_of"])
    result = described(draws, found, observed, contest, totals, as_of, runs)
    return replace(result, record=run.record, reused=reused)


def _contest(record: RunRecord) -> str:
    """Return the contest of a fit; where rules are combined there are no quotas to know."""
    return str(record.scenario.get("contest", BEFORE))
