"""Which arrivals is a study about, whose figures are they, and what must be said of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from workbench.core.errors import DataError
from workbench.core.plugins import Plugin
from workbench.core.provenance import Source, Vintage, caveat, fingerprint
from workbench.models.quality import Quality, examine
from workbench.sources import files, localities, registry

CAVEATS = (
    caveat(
        "The figures are those of today's table, not those known at the as-of month, where the publisher revised them."
    ),
    caveat("The model knows levels, season and the size of past shocks; it foresees no policy change and no war."),
    caveat(
        "Assumed: one month in twenty is a surge, with shocks two and a half times as large everywhere; "
        "the past shows too few to learn from."
    ),
)
WITHHELD = caveat(
    "The last published months of some destinations are partial and were left out: their forecasts start earlier."
)


@dataclass(frozen=True)
class Arrivals:
    """The observed applications of a study and whose figures they are.

    ``table`` has the columns ``month``, ``destination``, ``persons`` (empty = not published), every month there is.
    """

    table: pd.DataFrame
    vintage: Vintage
    names: Mapping[str, str]
    plugins: tuple[Plugin | None, ...] = ()

    def known(self, as_of: str) -> pd.DataFrame:
        """Return what was observed up to and including the as-of month."""
        return self.table[self.table["month"] <= as_of].reset_index(drop=True)

    @cached_property
    def quality(self) -> Quality:
        """What is odd about the table; its partial last months are withheld from learning."""
        return examine(self.table)

    def quality_at(self, as_of: str) -> Quality:
        """Return what is odd about the table up to the as-of month, as it could be told then.

        Which last months are partial is the table's own: a month that others follow is whole.
        """
        partial = [remark for remark in self.quality.of("partial_end") if remark.last <= as_of]
        odd = [remark for remark in examine(self.known(as_of)).remarks if remark.kind != "partial_end"]
        return Quality((*partial, *odd))

    def caveats(self, as_of: str) -> tuple[str, ...]:
        """Return what must be said beside every forecast made from this table up to the as-of month."""
        withheld = any(month <= as_of for month, _ in self.quality.mask)
        return (*CAVEATS, *([WITHHELD] if withheld else []))


def read_arrivals(*, locality: str | Path = "eu", file: str | Path | None = None, source: str = "arrivals") -> Arrivals:
    """Return the arrivals of a locality, or of a file of one's own (columns ``month, destination, persons``).

    ``source`` names the installed source that is asked for the locality's arrivals; by default its own table.
    Rows by origin are added up to destinations; a month is missing for a destination if any of its origins is.
    """
    used: tuple[Plugin | None, ...] = ()
    if file is None:
        place = localities.load(locality)
        reading = registry.read(source, place)
        table, vintage, used = reading.table, reading.vintage, (place.plugin, reading.plugin)
        names = {code: place.place_name(code) for code in map(str, table["destination"].unique())}
    else:
        table = files.read(file, "arrivals")
        own = Source("your own file", Path(file).name, "not stated")
        vintage = Vintage(Path(file).name, own, str(table["month"].max()), fingerprint(table))
        names = {}
    table = table[["month", "destination", "persons"]]
    if table.duplicated(["month", "destination"]).any():
        table = table.groupby(["month", "destination"])["persons"].sum(min_count=1).reset_index()
    return Arrivals(table.sort_values(["destination", "month"], ignore_index=True), vintage, names, used)


def read_table(
    *, locality: str | Path = "eu", file: str | Path | None = None, table: str = "arrivals"
) -> tuple[pd.DataFrame, str]:
    """Return a table of arrivals as it stands, by origin where it says so, and whose figures they are.

    Parameters
    ----------
    table
        Table of the locality, if no file is named: ``arrivals``, ``corridors`` …
    """
    if file is not None:
        found, source = files.read(file, "arrivals"), f"your own file {Path(file).name}"
    else:
        place = localities.load(locality)
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
    found = found[columns].astype({name: str for name in columns[:-1]})
    return found.assign(persons=found["persons"].astype("float64")), source
