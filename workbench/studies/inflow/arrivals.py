"""Which arrivals is a study about, whose figures are they, and what must be said of them?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from workbench.core.dates.calendar import month_range
from workbench.core.errors import AssumptionError, DataError, TableNotice
from workbench.core.plugins import Plugin
from workbench.core.runs.provenance import Source, Vintage, caveat, fingerprint
from workbench.models.inflow.series import unlearnable
from workbench.models.quality import JOINT, Quality, examine
from workbench.sources import files, localities, registry
from workbench.studies.inflow.adding_up import ABSENT, added_up, completed, gathered

CAVEATS = (
    caveat(
        "The figures are those of today's table, not those known at the as-of month, where the publisher revised them."
    ),
    caveat("The model knows levels, season and the size of past shocks; it foresees no policy change and no war."),
    caveat(
        "Assumed: 15 % of months are in a surge, which lasts and has shocks twice as large everywhere; a fifth of the "
        "ties between destinations is one direction common to all; no month exceeds ten times the last two (less for "
        "large destinations, more for small ones)."
    ),
    caveat(
        "Assumed: where all destinations together have been calmer than usual of late, the shocks to come are smaller "
        "than the past of each alone says."
    ),
)
DOUBTED = caveat(
    "Last months far below what their past allows are doubtful: by assumption 80 % of the simulated futures take such "
    "a month as a true fall (96 % if two come in a row), the others as a partial figure that will still grow."
)
DETECTED = caveat(
    "Detections are crossings that were noticed, not persons: one person can be counted more than once, and more "
    "watching finds more."
)
APPLICATIONS, DETECTIONS = "applications", "detections"
PARTIAL = caveat(
    "The first month ahead is published in part: which share of it is in by now, and how much that varies, is an "
    "assumption of those who made the forecast."
)


@dataclass(frozen=True)
class Arrivals:
    """The observed applications of a study and whose figures they are.

    Attributes
    ----------
    table
        Columns ``month``, ``destination``, ``persons`` (empty = not published), every month there is. With
        ``corridors`` a destination is a corridor, ``destination|origin``.
    names
        Name of the destination by code.
    final
        Whether all figures are final, so that a last month far below its past is a true fall.
    notes
        What was made of the table while it was read, in sentences.
    of
        What is counted: ``applications``, or ``detections`` by route.
    """

    table: pd.DataFrame
    vintage: Vintage
    names: Mapping[str, str]
    plugins: tuple[Plugin | None, ...] = ()
    final: bool = False
    corridors: bool = False
    notes: tuple[str, ...] = ()
    of: str = APPLICATIONS

    @property
    def counted(self) -> dict[str, str]:
        """What a scenario says of what is counted: nothing of applications, the usual case."""
        return {} if self.of == APPLICATIONS else {"of": self.of}

    def known(self, as_of: str) -> pd.DataFrame:
        """Return what was observed up to and including the as-of month."""
        return self.table[self.table["month"] <= as_of].reset_index(drop=True)

    @cached_property
    def quality(self) -> Quality:
        """What is odd about the table."""
        return examine(split(self.table))

    def quality_at(self, as_of: str) -> Quality:
        """Return what is odd about the table up to the as-of month, as it could be told then."""
        return examine(split(self.known(as_of)))

    def caveats(self, as_of: str) -> tuple[str, ...]:
        """Return what must be said beside every forecast made from this table up to the as-of month."""
        doubted = not self.final and any(self.quality_at(as_of).mask)
        counted = [DETECTED] if self.of == DETECTIONS else []
        return (*counted, *CAVEATS, *([DOUBTED] if doubted else []))


def split(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of corridors with destination and origin in columns of their own; another as it is."""
    parts = table["destination"].astype(str).str.partition(JOINT)
    if not len(table) or not parts[1].eq(JOINT).any():
        return table
    return table.assign(destination=parts[0], origin=parts[2])


def read_arrivals(
    *,
    locality: str | Path = "eu",
    file: str | Path | None = None,
    source: str = "arrivals",
    table: str = "",
    final: bool = False,
    corridors: bool = False,
    absent: str = "",
    as_of: str = "",
) -> Arrivals:
    """Return the arrivals of a locality, or of a file of one's own (columns ``month, destination, persons``).

    ``source`` names the installed source that is asked for the locality's arrivals; by default its own table. ``table``
    names another table of the locality that keeps the contract of arrivals.

    Parameters
    ----------
    final
        Whether all figures are final: a last month far below its past is then a true fall.
    corridors
        Whether each origin of a destination is a series of its own. Origins with too few months are one series, the
        others, so that corridors add up to their destination.
    absent
        What an absent row means: ``zero``, ``missing``, or by default missing for a destination or corridor, and none
        in a sum over origins. A cell that is there and blank is always missing, and so is a sum that it belongs to.
    as_of
        Last month that decides which corridors have enough months to stand alone; by default the table's last.
    """
    if absent not in ABSENT:
        raise AssumptionError(f"absent rows cannot be '{absent}'", do="choose zero or missing")
    used: tuple[Plugin | None, ...] = ()
    with _heard(file) as heard:
        if file is None:
            place = localities.load(locality, "inflow")
            if table:
                found, _ = read_table(locality=locality, table=table)
                vintage = Vintage(f"{place.id}/{table}", place.table(table).source, _last(found), fingerprint(found))
                used = (place.plugin,)
            else:
                reading = registry.read(source, place)
                found, vintage, used = reading.table, reading.vintage, (place.plugin, reading.plugin)
            names = {code: place.place_name(code) for code in map(str, found["destination"].unique())}
        else:
            found = files.read(file, "arrivals")
            own = Source("your own file", Path(file).name, "not stated")
            vintage = Vintage(Path(file).name, own, _last(found), fingerprint(found))
            names = {}
        by_origin = "origin" in found
        found = found[["month", "destination", *(["origin"] if by_origin else []), "persons"]]
        if corridors and not by_origin:
            raise DataError(
                "this table has no origins",
                where=vintage.name,
                why="a corridor is a destination and an origin",
                do="add a column 'origin', or forecast destinations",
            )
        told: list[str] = []
        if corridors:
            found, told = gathered(completed(found, absent), as_of)
            of = {code: code.partition(JOINT)[0] for code in map(str, found["destination"].unique())}
            names = {code: names.get(place_, place_) for code, place_ in of.items()}
        elif by_origin:
            found, told = added_up(found, absent)
        else:
            found = completed(found, absent)
        files.tell(vintage.name, told)
    table_ = found.sort_values(["destination", "month"], ignore_index=True)
    return Arrivals(table_, vintage, names, used, final, corridors, tuple(heard))


def read_detections(*, locality: str | Path = "eu", file: str | Path | None = None, final: bool = False) -> Arrivals:
    """Return border detections by route, over all nationalities, to be forecast like arrivals.

    A route without a row in a month has none: publishers leave those rows out. Routes that cannot be learnt from are
    left out and named.
    """
    with _heard(file) as heard:
        if file is None:
            home = localities.load(locality, "inflow")
            found, source = localities.table(home, DETECTIONS), home.table(DETECTIONS).source
            called = f"{home.id}/{DETECTIONS}"
        else:
            found, called = files.read(Path(file), DETECTIONS), Path(file).name
            source = Source("your own file", called, "not stated")
        vintage = Vintage(called, source, _last(found), fingerprint(found))
        wide = found.pivot_table(index="month", columns="route", values="detections", aggfunc="sum")
        months = month_range(str(wide.index.min()), str(wide.index.max()))
        wide = wide.reindex(months).fillna(0.0)
        few = unlearnable(wide)
        if few:
            files.tell(called, [f"left out: {', '.join(f'{name} ({why})' for name, why in few.items())}"])
        wide = wide.drop(columns=list(few))
    rows = wide.rename_axis(index="month").melt(ignore_index=False, var_name="destination", value_name="persons")
    table = rows.reset_index().sort_values(["destination", "month"], ignore_index=True)
    names = {code: code for code in map(str, wide.columns)}
    return Arrivals(table, vintage, names, (), final, notes=tuple(heard), of=DETECTIONS)


@contextmanager
def _heard(file: str | Path | None) -> Iterator[list[str]]:
    """Gather what is said of a table while it is read, and say it all the same; no folder of the machine is kept."""
    said: list[str] = []
    caught: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", TableNotice)
            yield said
    finally:
        for one in caught:
            if issubclass(one.category, TableNotice):
                said.append(str(one.message).replace(str(file), Path(str(file)).name))
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)


def _last(table: pd.DataFrame) -> str:
    return str(table["month"].max())


def read_table(
    *, locality: str | Path = "eu", file: str | Path | None = None, table: str = "arrivals", absent: str = ""
) -> tuple[pd.DataFrame, str]:
    """Return a table of arrivals as it stands, by origin where it says so, and whose figures they are.

    Parameters
    ----------
    table
        Table of the locality, if no file is named: ``arrivals``, ``corridors`` …
    absent
        ``zero`` if the publisher leaves out rows of none.
    """
    if absent not in ABSENT:
        raise AssumptionError(f"absent rows cannot be '{absent}'", do="choose zero or missing")
    if file is not None:
        found, source = files.read(file, "arrivals"), f"your own file {Path(file).name}"
    else:
        place = localities.load(locality, "inflow")
        table = "inflow" if table == "arrivals" and "arrivals" not in place.tables else table
        entry = place.table(table)
        if entry.contract != "arrivals":
            raise DataError(
                f"table '{table}' of locality '{place.id}' is no table of arrivals",
                why=f"it keeps the contract '{entry.contract}'",
                do="name a table of month, destination, [origin] and persons",
            )
        found, source = localities.table(place, table), entry.source.line()
    columns = ["month", "destination", *(["origin"] if "origin" in found else []), "persons"]
    found = completed(found[columns].astype({name: str for name in columns[:-1]}), absent)
    return found.assign(persons=found["persons"].astype("float64")), source
