"""What is asked of a settlement forecast: figures and national totals, read and checked before anything is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.core.errors import AssumptionError
from workbench.core.geography.places import Locality
from workbench.models.settlement.evidence import BEFORE, CONTESTS, QUOTAS
from workbench.sources import localities
from workbench.studies.inflow import saved_runs as inflow_saved
from workbench.studies.settlement.forecasting import carried
from workbench.studies.settlement.table.data import Observed, read_settlement
from workbench.studies.settlement.totals.from_inflow import totals_from_inflow
from workbench.studies.settlement.totals.national import Totals, choose_totals, given_totals, totals_from_table

SETTLEMENT = "settlement"
ANY = "any"
"""Locality of one's own table whose areas belong to no locality that is installed."""


@dataclass(frozen=True)
class Question:
    """A forecast that is asked for and can be answered: figures and totals are read, checked and fit together.

    ``carried`` is the locality whose answer is carried over from another one, because it ships no settled persons.
    """

    observed: Observed
    totals: Totals
    as_of: int
    contest: str
    carried: Locality | None = None


def contest(quotas: bool) -> str:
    """Return the contest's name: with the final quotas of the year ahead, or without."""
    return QUOTAS if quotas else BEFORE


def home_of(locality: str | Path | None, file: Path | str | None) -> str | Path | None:
    """Return the locality of a table; None where a file of one's own is said to belong to none."""
    return None if locality == ANY and file is not None else locality


def ask(
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
    runs: str | Path | None = None,
) -> Question:
    """Return what is asked, or refuse it before anything is fitted.

    Parameters
    ----------
    locality
        Whose areas these are; :data:`ANY` or None with a file of one's own.
    as_of
        Last period whose settled persons the forecast may know; None: the table's last whole one, or where the totals
        come from the table itself, the one ``horizon`` before it.
    total, totals, from_inflow
        National totals: numbers, a table, or a saved inflow forecast; without any, those that the table of settled
        persons holds for the years ahead, which is looking back and not forecasting. The result says so.
    share, destination
        With ``from_inflow``: assumed persons settled per application of the year before, and whose applications (the
        locality's by default).
    """
    if contest not in CONTESTS:
        raise AssumptionError(f"no contest '{contest}'", do="choose " + " or ".join(CONTESTS))
    locality = home_of(locality, file)
    home = localities.load(locality, "settlement") if locality is not None and file is None else None
    if home is not None and SETTLEMENT not in home.tables:
        return _carried(home, as_of, total, totals, from_inflow, share, destination, contest, seed, runs)
    observed = read_settlement(
        locality=locality, file=file, totals=totals, as_of=as_of, part_years=part_years, changes=changes, still=still
    )
    given = len(total) or totals is not None or from_inflow is not None
    last = observed.last_whole - (0 if given else horizon)
    as_of = last if as_of is None else observed.rhythm.number(as_of)
    observed.panel(as_of, ahead=0 if contest == BEFORE else 1).until(as_of)
    if from_inflow is not None:
        if len(total) or totals is not None:
            raise AssumptionError(
                "the national total is given twice", do="give --from-inflow, or --total, or --totals, and not two"
            )
        ahead = totals_from_inflow(
            inflow_saved.saved(from_inflow, runs=runs),
            observed,
            destination=_whose(destination, locality),
            as_of=as_of,
            shares=share,
            seed=seed,
        )
    elif len(share) or destination:
        raise AssumptionError(
            "a share of applications, and no applications", do="name the inflow forecast: --from-inflow latest"
        )
    else:
        ahead = choose_totals(observed, as_of, total, totals, horizon)
    if contest != BEFORE and ahead.persons.shape[1] > 1:
        raise AssumptionError(
            "quotas are known for one year ahead only", do=f"give one total, or forecast with the contest '{BEFORE}'"
        )
    return Question(observed, ahead, as_of, contest)


def _carried(
    home: Locality,
    as_of: int | str | None,
    total: Sequence[int | str],
    totals: str | Path | None,
    from_inflow: str | Path | None,
    share: Sequence[float | str],
    destination: str,
    contest: str,
    seed: int,
    runs: str | Path | None,
) -> Question:
    """Return the question to a locality that ships no table of settled persons: answered from another's."""
    if contest != BEFORE:
        raise AssumptionError(
            f"the locality '{home.id}' ships no quotas", do="forecast without them, or give your own table: --data FILE"
        )
    observed = carried.observe(home)
    known = observed.last_whole if as_of is None else observed.rhythm.number(as_of)
    if from_inflow is not None:
        ahead = totals_from_inflow(
            inflow_saved.saved(from_inflow, runs=runs),
            observed,
            destination=destination or home.code,
            as_of=known,
            shares=share,
            seed=seed,
        )
    elif len(total):
        ahead = given_totals(total)
    elif totals is not None:
        ahead = totals_from_table(totals, known)
    else:
        raise AssumptionError(
            f"nothing says how many persons are to be settled in {home.name} in {known + 1}",
            why="no table of settled persons ships for it",
            do="give the total: --total PERSONS, --totals FILE, or --from-inflow latest with --share; or give your own "
            "table of municipal reception: --data FILE; for a report -p total=PERSONS",
        )
    return Question(observed, ahead, known, contest, carried=home)


def _whose(destination: str, locality: str | Path | None) -> str:
    if destination:
        return destination
    code = "" if locality is None else localities.load(locality).code
    if not code:
        raise AssumptionError("nothing says whose applications are meant", do="name them: --destination CODE")
    return code
