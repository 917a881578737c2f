"""How many persons are to be settled in all: a number, a table, draws, or what an inflow forecast implies?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.dates.rhythm import Rhythm
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, Fault
from workbench.core.runs.provenance import Vintage, digest
from workbench.sources import files
from workbench.studies.settlement.table.data import Observed

LONGEST = 5
CONTRACT = "settled_in_all"


KNOWN_SINCE = "what was settled in all, known since"
"""How a total is given that the table holds for a year after the as-of year: looking back."""
GIVEN = "given as a number"


@dataclass(frozen=True)
class Totals:
    """National totals of the years ahead, and where they come from.

    Attributes
    ----------
    persons
        Axes (draw, year); one row if the total is a number.
    given
        In words, after "The national total is".
    numbers
        The number that each draw bore where it was made; empty if the total is no draws.
    inputs, caveats
        Whose figures stand behind it, and what must be said beside every number that follows.
    """

    persons: np.ndarray
    given: str
    numbers: tuple[int, ...] = ()
    inputs: tuple[Vintage, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the totals."""
        return digest([self.persons.tolist(), self.numbers])

    @property
    def stated(self) -> int:
        """The number that was given for the one year ahead; 0 if none was, or several."""
        return int(self.persons[0, 0]) if self.given == GIVEN and self.persons.shape == (1, 1) else 0

    @property
    def first(self) -> float:
        """The middle of the first year's total."""
        return float(np.median(self.persons[:, 0]))


def given_totals(persons: Sequence[int | str]) -> Totals:
    """Return totals that are given as one number for each year ahead."""
    do = "give a whole number of persons, at least 1, such as 9000"
    for told in persons:
        text = str(told).strip()
        if not text.isdecimal() or int(text) < 1:
            raise AssumptionError(
                f"the national total '{text}' is no number of persons to be settled",
                why="municipalities add up to it exactly, person by person",
                do=f"{do}; one for each year ahead" if len(persons) > 1 else do,
            )
    if not 1 <= len(persons) <= LONGEST:
        raise AssumptionError(
            f"national totals for {len(persons)} years", do=f"give 1 to {LONGEST}, one for each year ahead"
        )
    return Totals(np.array([[int(told) for told in persons]], dtype=np.int64), GIVEN)


def totals_from_table(path: str | Path, as_of: int, rhythm: Rhythm | None = None) -> Totals:
    """Return the totals of the years after ``as_of`` that a table (``[draw,] period, persons``) holds.

    Draws keep their order and their numbers; they must be the same ones in every year.
    """
    step = rhythm or Rhythm()
    table = files.read(path, CONTRACT)
    table = table.assign(period=[step.number(period) for period in table["period"]])
    rows = table[table["period"] > as_of]
    if rows.empty:
        raise DataError(
            f"no total for {step.label(as_of + 1)}", where=str(path), do="add the year, or choose another --as-of"
        )
    held = sorted(int(year) for year in rows["period"].unique())
    gaps = sorted(set(range(as_of + 1, held[-1] + 1)) - set(held))
    if gaps:
        raise DataError(
            f"no total for {', '.join(map(step.label, gaps))}, but one for {step.label(held[-1])}",
            where=str(path),
            why=f"each {step.name} ahead starts from where the one before ended",
            do=f"add the {step.name}s that are missing, or leave the later ones out",
        )
    ahead = held[:LONGEST]
    named = f"{Path(path).name}" + (f" (its first {LONGEST} {step.name}s ahead)" if len(held) > LONGEST else "")
    rows = rows[rows["period"].isin(ahead)]
    if "draw" not in rows:
        persons = rows.set_index("period")["persons"].loc[ahead].to_numpy(dtype=np.int64)[None, :]
        found = Totals(persons, f"from {named}")
    else:
        wide = rows.pivot(index="draw", columns="period", values="persons").sort_index()[ahead]
        _same_draws(wide, str(path))
        numbers = tuple(int(number) for number in wide.index)
        found = Totals(wide.to_numpy(dtype=np.int64), f"{len(numbers):,} draws from {named}", numbers)
    if found.first < 1:
        raise DataError(
            f"nobody is to be settled in {step.label(as_of + 1)}",
            where=str(path),
            why="there is nothing to share out",
            do="check the total",
        )
    return found


def _same_draws(wide: pd.DataFrame, where: str) -> None:
    """Refuse draws that are not the same ones in every year, or not numbered without gaps from 0 or 1."""
    first, last = int(wide.index.min()), int(wide.index.max())
    lost = sorted(set(range(min(first, 1), last + 1)) - set(wide.index))
    faults = [
        Fault(f"{int(wide[year].isna().sum())} of {len(wide)} draws have no total for {year}", column="draw")
        for year in wide.columns
        if wide[year].isna().any()
    ]
    if lost:
        some = ", ".join(map(str, lost[:5])) + (" …" if len(lost) > 5 else "")
        faults.append(Fault(f"{len(lost)} of the numbers {min(first, 1)} to {last} are missing: {some}", column="draw"))
    if faults:
        raise DataError(
            "the draws of the total are not whole",
            where=where,
            why="a draw is one future: it needs a total for every year, and lost draws would tilt the intervals",
            do="write every draw for every year, numbered from 0 or 1 without gaps",
            faults=faults,
        )


def totals_then_known(observed: Observed, as_of: int, horizon: int = 1) -> Totals:
    """Return the totals that the table itself holds for the years after ``as_of``: for looking back only."""
    years = list(range(as_of + 1, as_of + 1 + horizon))
    if years[-1] > observed.last_whole:
        raise AssumptionError(
            f"nothing says how many persons are to be settled in {observed.rhythm.label(years[-1])}",
            why=f"the table's whole {observed.rhythm.name}s end with {observed.rhythm.label(observed.last_whole)}, and "
            "shares need a total",
            do=f"give the total: --total PERSONS for each {observed.rhythm.name} ahead, --totals FILE or --from-inflow "
            "latest; for a report -p total=PERSONS",
        )
    panel = observed.panel(years[-1], ahead=0)
    found = [int(np.rint(panel.totals[panel.years.index(year)])) for year in years]
    return Totals(np.array([found], dtype=np.int64), KNOWN_SINCE)


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
    whole = np.maximum(np.rint(persons), 1).astype(np.int64)[:, None]
    return Totals(whole, "drawn from forecast applications", tuple(range(applications.size)))


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
    observed: Observed, as_of: int, total: Sequence[int | str], table: str | Path | None = None, horizon: int = 1
) -> Totals:
    """Return the totals as given, else those of a table, else what the figures themselves hold for these years."""
    if not len(total):
        if table is None:
            return totals_then_known(observed, as_of, horizon)
        return totals_from_table(table, as_of, observed.rhythm)
    if table is not None and max(map(observed.rhythm.number, files.read(table, CONTRACT)["period"])) > as_of:
        raise AssumptionError(
            f"the national total is given twice: as a number and in {Path(table).name}",
            do=f"leave out one; a table that ends with {observed.rhythm.label(as_of)} only checks that the areas add "
            "up",
        )
    return given_totals(total)
