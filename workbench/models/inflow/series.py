"""The checked monthly matrix of arrivals that the inflow model learns from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import month_number, month_range
from workbench.core.errors import DataError, Fault, ModelError, nearest
from workbench.core.runs.provenance import fingerprint
from workbench.models.quality import partial_ends

COLUMNS = ("month", "destination", "persons")
FEWEST_MONTHS = 12
LONGEST_AT_LEAST = 18
"""Published months that one destination must have: within a single year a season cannot be told from a trend."""
LEARNT_ALONE = 36
"""Published months from which on a destination's own season and volatility can be learnt."""
LONGEST_SILENCE = 6
ROUNDINGS = (1000, 100, 10, 5)


@dataclass(frozen=True)
class InflowSeries:
    """Which arrivals were known, by month and destination.

    Parameters
    ----------
    months
        All months without a gap, first to ``as_of``.
    destinations
        In alphabetical order.
    persons
        Index month, columns destination, persons; NaN = not published, or doubtful. Read-only.
    doubtful
        Same axes: what was published of last months far below what their past allows (true falls, or partial), NaN
        elsewhere. None if every figure is taken as final.
    """

    months: tuple[str, ...]
    destinations: tuple[str, ...]
    persons: np.ndarray
    doubtful: np.ndarray | None = None

    @classmethod
    def from_table(
        cls, arrivals: pd.DataFrame, as_of: str, *, lapsed: bool = False, doubt: bool = False
    ) -> InflowSeries:
        """Return the series up to ``as_of``; later rows are dropped before anything else is looked at.

        Parameters
        ----------
        arrivals
            Columns ``month`` ('YYYY-MM'), ``destination``, ``persons`` (NaN = not published); one row per month and
            destination, in any order.
        as_of
            Last month that may be known.
        lapsed
            Whether destinations are taken in whose publication ended more than six months before ``as_of``.
        doubt
            Whether last months far below what their past allows (:func:`workbench.models.quality.partial_ends`) are
            doubtful. The rule sees the table up to ``as_of`` and nothing later, in a backtest as live.

        Raises
        ------
        DataError
            If columns, months or persons are wrong, a row stands twice, or ``as_of`` lies outside the data.
        ModelError
            If a destination has too few months, only zeros, or ends long before ``as_of``.
        """
        rows = _rows_until(arrivals, as_of)
        grid = rows.pivot(index="month", columns="destination", values="persons").sort_index(axis=1)
        known = grid.notna().any(axis=1)
        if not known.any():
            raise DataError(f"no persons are published up to {as_of}", why="there is nothing to learn from")
        months = month_range(str(known.idxmax()), as_of)
        grid = grid.reindex(months)
        _enough_to_learn_from(grid, lapsed=lapsed)
        persons = np.array(grid.to_numpy(dtype=float), order="C")
        doubtful = None
        if doubt and (found := partial_ends(grid)):
            doubtful = np.full(persons.shape, np.nan)
            for remark in found:
                cell = months.index(remark.last), grid.columns.get_loc(remark.series)
                doubtful[cell], persons[cell] = persons[cell], np.nan
            doubtful.flags.writeable = False
        persons.flags.writeable = False
        return cls(tuple(months), tuple(str(name) for name in grid.columns), persons, doubtful)

    @property
    def as_of(self) -> str:
        """The last month."""
        return self.months[-1]

    @cached_property
    def observed(self) -> np.ndarray:
        """Index month, columns destination: whether the cell is published."""
        return np.isfinite(self.persons)

    @cached_property
    def log_persons(self) -> np.ndarray:
        """Index month, columns destination, log(1 + persons); 0 where not published (never used there)."""
        return np.log1p(np.where(self.observed, self.persons, 0.0))

    @cached_property
    def silence(self) -> np.ndarray:
        """Months between the last published one and ``as_of``, per destination."""
        return np.argmax(self.observed[::-1], axis=0)

    @cached_property
    def rounding(self) -> int:
        """To what the published figures are rounded (persons): the largest of 1000, 100, 10 and 5 that divides all."""
        known = self.persons[self.observed]
        return next((unit for unit in ROUNDINGS if not np.any(known % unit)), 1)

    @cached_property
    def first_year(self) -> np.ndarray:
        """Mean of log(1 + persons) over the first twelve published months of each destination."""
        early = self.observed & (self.observed.cumsum(axis=0) <= 12)
        return np.where(early, self.log_persons, 0.0).sum(axis=0) / early.sum(axis=0)

    @cached_property
    def short(self) -> dict[str, int]:
        """Published months of the destinations that lean on the others, because they have fewer than 36."""
        counts = self.observed.sum(axis=0)
        named = zip(self.destinations, counts, strict=True)
        return {name: int(count) for name, count in named if count < LEARNT_ALONE}

    @cached_property
    def lapsed(self) -> dict[str, int]:
        """Months since the last published one, for destinations where these are more than six."""
        named = zip(self.destinations, self.silence, strict=True)
        return {name: int(months) for name, months in named if months > LONGEST_SILENCE}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of exactly the cells that are used; rows after ``as_of`` and the order of rows do not matter."""
        return fingerprint(self.to_table())

    def to_table(self) -> pd.DataFrame:
        """Return the series as a long table: month, destination, persons (NaN = not published), doubtful if any."""
        table = pd.DataFrame(
            {
                "month": np.repeat(np.array(self.months, dtype=object), len(self.destinations)),
                "destination": np.tile(np.array(self.destinations, dtype=object), len(self.months)),
                "persons": self.persons.ravel(),
            }
        )
        return table if self.doubtful is None else table.assign(doubtful=self.doubtful.ravel())


def _rows_until(arrivals: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Return the rows up to ``as_of`` with persons as float, or every fault found in them."""
    faults = [
        Fault("column missing", column=name, allowed=nearest(name, [str(c) for c in arrivals.columns]))
        for name in COLUMNS
        if name not in arrivals.columns
    ]
    faults += [Fault("unknown column", column=str(name)) for name in arrivals.columns if name not in COLUMNS]
    if faults:
        raise DataError(
            "the arrivals have the wrong columns",
            why="each row must be all arrivals of one destination in one month",
            do=f"pass exactly the columns {', '.join(COLUMNS)}, summed over everything else",
            faults=faults,
        )
    limit = month_number(as_of)
    numbers = arrivals["month"].map(month_number) if len(arrivals) else pd.Series(dtype=int)
    if not len(arrivals) or not numbers.min() <= limit <= numbers.max():
        span = f"{arrivals['month'].min()} to {arrivals['month'].max()}" if len(arrivals) else "nothing"
        raise DataError(
            f"as_of {as_of} lies outside the arrivals, which cover {span}",
            why="the forecast starts from the last known month",
            do="choose a month that the data cover",
        )
    rows = arrivals.loc[(numbers <= limit).to_numpy(), list(COLUMNS)].reset_index(drop=True)
    persons = pd.to_numeric(rows["persons"], errors="coerce").astype("Float64").astype(float)
    at = rows["month"].astype(str) + ", " + rows["destination"].astype(str)
    wrong: dict[str, pd.Series] = {
        "not a number": persons.isna() & rows["persons"].notna(),
        "negative": persons < 0,
        "infinite": persons.abs() == np.inf,
        "no destination": rows["destination"].isna(),
        "the same month and destination stand twice": rows.duplicated(["month", "destination"]),
    }
    faults = [
        Fault(f"{at[i]}: {what}", column="persons", value=rows.at[i, "persons"])
        for what, where in wrong.items()
        for i in rows.index[where.to_numpy()]
    ]
    if faults:
        raise DataError(
            "some arrivals cannot be used",
            why="a wrong month moves the level that every forecast starts from",
            do="correct these rows; leave persons empty where nothing was published",
            faults=faults,
        )
    return rows.assign(persons=persons.to_numpy())


def unlearnable(grid: pd.DataFrame, *, lapsed: bool = False) -> dict[str, str]:
    """Return why some destinations cannot be learnt from; ``grid`` has index month, columns destination, persons.

    With ``lapsed`` it is no reason that publication ended long ago.
    """
    observed = grid.notna()
    found = {}
    for name in grid.columns:
        count = int(observed[name].sum())
        silence = int(np.argmax(observed[name].to_numpy()[::-1])) if count else 0
        if count < FEWEST_MONTHS:
            found[name] = f"{count} published months, at least {FEWEST_MONTHS} are needed"
        elif not grid[name].sum() > 0:
            found[name] = "every published month is zero"
        elif silence > LONGEST_SILENCE and not lapsed:
            last = grid.index[len(grid) - 1 - silence]
            found[name] = f"published until {last}, {silence} months before {grid.index[-1]}"
    return found


def _enough_to_learn_from(grid: pd.DataFrame, *, lapsed: bool) -> None:
    faults = [f"{name}: {reason}" for name, reason in unlearnable(grid, lapsed=lapsed).items()]
    longest = int(grid.notna().sum().max())
    if not faults and longest < LONGEST_AT_LEAST:
        faults = [f"no destination has {LONGEST_AT_LEAST} published months; the longest has {longest}"]
    if faults:
        lines = "\n".join(f"  - {fault}" for fault in faults)
        raise ModelError(
            f"the inflow model cannot learn from some destinations\n{lines}",
            why="one year cannot tell a season from a trend, and a level long out of date is no level",
            do="leave these destinations out, choose another as_of, or supply the missing months",
        )
