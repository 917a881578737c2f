"""Where in the country will newcomers settle, given how many come?

The fit and the forecast are saved apart, so that another national total needs no new fit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.core.plugins import and_now, guests
from workbench.core.provenance import (
    RunRecord,
    RunStore,
    SavedRun,
    Source,
    Vintage,
    caveat,
    default_runs,
    digest,
)
from workbench.core.scenario import Scenario
from workbench.models.diagnostics import Diagnostics
from workbench.models.settlement.evidence import BEFORE, CONTESTS, QUOTAS
from workbench.sources import files
from workbench.studies.settlement_data import Observed, read_settlement

FIT, FORECAST = "settlement-fit", "settlement"
NUMBERS, WORDS = "draws.nc", "forecast.json"
FORMAT = "migration-workbench settlement forecast 1"
LONGEST = 5

CAVEATS = (
    caveat("The figures are those of today's table on today's borders, not those known at the as-of year."),
    caveat("The forecast says where newcomers will live if how many come is right; it does not say where they should."),
)
FINAL_QUOTAS = caveat(
    "The year's quotas are its final ones: whoever forecasts before they are settled knows less than this."
)


@dataclass(frozen=True)
class SettlementResult:
    """A forecast with what it was made from.

    Attributes
    ----------
    draws
        Persons, dimensions (draw, municipality, year), the years after ``as_of``.
    observed
        Columns ``municipality, year, settled, …`` up to ``as_of``.
    later
        The same for the years forecast, where they are known by now.
    """

    record: RunRecord
    as_of: int
    contest: str
    draws: Draws
    observed: pd.DataFrame
    later: pd.DataFrame
    diagnostics: Diagnostics
    names: Mapping[str, str]
    parents: Mapping[str, str]
    positions: pd.DataFrame
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    given: str
    reused: bool

    @property
    def years(self) -> list[int]:
        """The years forecast, first to last."""
        return [int(year) for year in self.draws.labels("year")]


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
    """Fit the share model to what was known at the end of ``as_of``; the saved fit of the same input is used again.

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
    settings = {"contest": contest, "total": float(total), "draws": draws, "tune": tune, "chains": chains}
    scenario = Scenario("", str(as_of), seed, settings=settings)
    used = (_known(observed, panel.fingerprint, as_of), *observed.vintages[1:])

    def compute(folder: Path) -> dict[str, Any]:
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
        ok = fitted.diagnostics.ok
        return {"diagnostics": fitted.diagnostics.sentence(), "converged": ok, "caveats": list(fitted.caveats)}

    caveats = CAVEATS if contest == BEFORE else (*CAVEATS, FINAL_QUOTAS)
    return _store(runs).get_or_run(FIT, scenario.to_dict(), used, compute, caveats, guests(*observed.plugins))


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
    from workbench.models.settlement.fit import SettlementFit

    before = fitted.record
    as_of = int(before.scenario["as_of"])
    horizon = totals.persons.shape[1]
    settings = {"fit": before.key, "totals": totals.fingerprint, "given": totals.given}
    scenario = Scenario("", str(as_of), seed, horizon, settings=settings)

    def compute(folder: Path) -> dict[str, Any]:
        fit = SettlementFit.load(fitted.folder / "fit")
        draws = fit.simulate(totals.persons, seed)
        draws.save(folder / NUMBERS)
        words = {"format": FORMAT, "diagnostics": fit.diagnostics.to_dict()}
        (folder / WORDS).write_text(json.dumps(words, indent=2) + "\n", encoding="utf-8")
        return {"converged": before.results["converged"], "given": totals.given}

    caveats = (*before.caveats, *before.results["caveats"])
    run = _store(runs).get_or_run(
        FORECAST, scenario.to_dict(), before.inputs, compute, caveats, and_now(before.plugins)
    )
    return _result(run, observed, str(before.scenario["contest"]), totals.given, reused=run.reused and fitted.reused)


def _result(run: SavedRun, observed: Observed, contest: str, given: str, *, reused: bool) -> SettlementResult:
    draws = Draws.load(run.folder / NUMBERS)
    as_of = int(run.record.scenario["as_of"])
    table = observed.settlement
    whole = table[~table["year"].isin(observed.part_years)]
    places = draws.labels("municipality")
    return SettlementResult(
        record=run.record,
        as_of=as_of,
        contest=contest,
        draws=draws,
        observed=whole[whole["year"] <= as_of].reset_index(drop=True),
        later=whole[whole["year"].isin(draws.labels("year")) & whole["settled"].notna()].reset_index(drop=True),
        diagnostics=Diagnostics.from_dict(json.loads((run.folder / WORDS).read_text(encoding="utf-8"))["diagnostics"]),
        names={code: observed.names.get(code, code) for code in places},
        parents={code: observed.parents.get(code, "") for code in places},
        positions=observed.positions,
        sources=tuple(dict.fromkeys(v.source for v in observed.vintages)),
        notes=observed.notes,
        given=given,
        reused=reused,
    )


@dataclass(frozen=True)
class Totals:
    """National totals of the years ahead: persons, axes (draw, year), and in words where they come from."""

    persons: np.ndarray
    given: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the totals."""
        return digest(self.persons.tolist())

    @property
    def first(self) -> float:
        """The middle of the first year's total."""
        return float(np.median(self.persons[:, 0]))


def given_totals(persons: Sequence[int]) -> Totals:
    """Return totals that are given as one number for each year ahead."""
    if not 1 <= len(persons) <= LONGEST or any(p < 1 for p in persons):
        raise AssumptionError(
            f"national totals {list(persons)}", do=f"give 1 to {LONGEST} whole numbers of persons, at least 1 each"
        )
    return Totals(np.array([list(persons)], dtype=np.int64), "given as a number")


def totals_from_table(path: str | Path, as_of: int) -> Totals:
    """Return the totals of the years after ``as_of`` that a table (``period, persons``) holds."""
    table = files.read(path, "settled_in_all").set_index("period")["persons"]
    ahead = []
    for year in range(as_of + 1, as_of + 1 + LONGEST):
        if year not in table.index:
            break
        ahead.append(int(table[year]))
    if not ahead:
        raise DataError(f"no total for {as_of + 1}", where=str(path), do="add the year, or choose another --as-of")
    return Totals(np.array([ahead], dtype=np.int64), f"from {Path(path).name}")


def totals_then_known(observed: Observed, as_of: int, horizon: int = 1) -> Totals:
    """Return the totals that the table itself holds for the years after ``as_of``: for looking back only."""
    years = list(range(as_of + 1, as_of + 1 + horizon))
    if years[-1] > observed.last_whole:
        raise AssumptionError(
            f"nothing says how many persons are to be settled in {years[-1]}",
            why=f"the table's whole years end with {observed.last_whole}, and shares need a total",
            do="give the total: --total PERSONS for each year ahead, or --totals FILE",
        )
    panel = observed.panel(years[-1], ahead=0)
    found = [int(np.rint(panel.totals[panel.years.index(year)])) for year in years]
    return Totals(np.array([found], dtype=np.int64), "what was settled in all, known since")


def totals_from_applications(applications: Draws, ratios: Sequence[float], seed: int) -> Totals:
    """Return totals of one year from forecast applications: draws of the inflow model flow in.

    Parameters
    ----------
    applications
        Applicants by draw; all other dimensions (destination, month) are added up.
    ratios
        Persons settled per applicant the year before, one for each past year; each draw takes one of them by chance,
        so that the spread of past years is in the totals.
    """
    if not len(ratios) or min(ratios) < 0:
        raise AssumptionError("no past ratio of persons settled to applicants", do="give at least one, not negative")
    rng = np.random.default_rng(seed)
    persons = applications.sum().values.to_numpy() * rng.choice(np.asarray(ratios, dtype=float), applications.size)
    return Totals(np.maximum(np.rint(persons), 1).astype(np.int64)[:, None], "from forecast applications")


def settled_per_applicant(observed: Observed, arrivals: pd.DataFrame) -> dict[int, float]:
    """Return persons settled in a year per applicant of the year before; whole years only.

    ``arrivals`` has the columns ``month`` and ``persons``, of the country alone.
    """
    monthly = arrivals.assign(year=arrivals["month"].str[:4].astype(int)).groupby("year")["persons"]
    applicants = monthly.sum()[monthly.count() == 12].astype(float)
    panel = observed.panel(observed.last_whole, ahead=0)
    settled = dict(zip(panel.years, panel.totals, strict=True))
    return {year: settled[year] / applicants[year - 1] for year in panel.years if year - 1 in applicants.index}


def choose_totals(
    observed: Observed, as_of: int, total: Sequence[int], table: str | Path | None = None, horizon: int = 1
) -> Totals:
    """Return the totals as given, else those of a table, else what the figures themselves hold for these years."""
    if len(total):
        return given_totals(total)
    return totals_from_table(table, as_of) if table is not None else totals_then_known(observed, as_of, horizon)


def contest(quotas: bool) -> str:
    """Return the contest's name: with the final quotas of the year ahead, or without."""
    return QUOTAS if quotas else BEFORE


def study(
    *,
    locality: str | Path | None = "norway",
    file: str | Path | None = None,
    as_of: int = 2021,
    total: Sequence[int] = (),
    totals: str | Path | None = None,
    contest: str = BEFORE,
    horizon: int = 1,
    part_years: Sequence[int] = (),
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SettlementResult:
    """Fit and forecast in one call; what is saved already is used again.

    Without ``total`` or ``totals`` the national totals are those that the table holds for the years ahead, which is
    looking back and not forecasting; the result says so.
    """
    observed = read_settlement(locality=locality, file=file, totals=totals, part_years=part_years)
    ahead = choose_totals(observed, as_of, total, totals, horizon)
    if contest != BEFORE and ahead.persons.shape[1] > 1:
        raise AssumptionError(
            "quotas are known for one year ahead only", do=f"give one total, or forecast with the contest '{BEFORE}'"
        )
    fitted = fit(
        observed,
        as_of=as_of,
        total=ahead.first,
        contest=contest,
        seed=seed,
        draws=draws,
        tune=tune,
        chains=chains,
        runs=runs,
        progress=progress,
    )
    return forecast(observed, fitted, ahead, seed=seed, runs=runs)


def _store(runs: str | Path | None) -> RunStore:
    return RunStore(Path(runs) if runs is not None else default_runs())


__all__ = [
    "BEFORE",
    "CONTESTS",
    "QUOTAS",
    "Observed",
    "SettlementResult",
    "Totals",
    "fit",
    "forecast",
    "read_settlement",
    "study",
]
