"""Whose format is a file in? One entry for each, the first that recognises the head of the file reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.core.contracts.columns import Contract
from workbench.core.contracts.normal import headings
from workbench.sources.publishers import eurostat, spreadsheet
from workbench.sources.publishers.cube import ASK, HOME_OFFICE, NORDIC, UNHCR, Cube, Grid
from workbench.sources.publishers.tabular import header_of, headings_of, one_header, tidy
from workbench.sources.publishers.times import split
from workbench.sources.publishers.words import TIME, VALUE, measures, rank, same, time_column


@dataclass(frozen=True)
class Format:
    """A publisher's table: its name, how its header is recognised (any of ``anyof``, all of ``allof``), its marks."""

    name: str
    allof: tuple[str, ...] = ()
    anyof: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    marks: Mapping[str, str] | None = None
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def fits(self, names: Sequence[str], above: str) -> bool:
        """Return whether a header, or a line above it, is this publisher's."""
        have = {same(name) for name in names}
        if any(word in above for word in self.said):
            return True
        asked = bool(self.allof or self.anyof)
        return asked and set(self.allof) <= have and (not self.anyof or bool(set(self.anyof) & have))


ASYLUM = "country / territory of asylum/residence"
BORDERS = ("land", "sea", "air")
FORMATS = (
    Format("UNHCR table", ("origin", ASYLUM), said=("unhcr", "united nations high commissioner"), marks=UNHCR),
    Format("UNHCR table", ("country of origin", "country of asylum"), marks=UNHCR),
    Format(
        "Frontex monthly table",
        ("route",),
        ("bordertype", "border type", "nationalitylong"),
        marks={"-": ASK},
        parts={"bordertype": BORDERS, "border type": BORDERS},
    ),
    Format(
        "Home Office table",
        said=("home office", "immigration statistics", "immigration system statistics", "z = not", "[z] = not"),
        marks=HOME_OFFICE,
    ),
    Format("Home Office table", ("nationality", "quarter"), marks=HOME_OFFICE),
    Format("PxWeb table (CSV)", anyof=("statistikkvariabel", "tabellinnhold", "contents"), marks=NORDIC),
)
OTHER = "table under its publisher's own names"


def recognised(grid: Grid, of: Contract, where: str, choose: Mapping[str, str], header: int = 0) -> Cube | None:
    """Return the observations of a file in a publisher's format; None where it is a table in our columns, or neither.

    Parameters
    ----------
    header
        Line of the file that the user named as header; 0: none named.
    """
    if not grid.rows or not takes(of):
        return None
    head = grid.rows[0][1]
    if eurostat.is_tsv(head):
        return eurostat.from_tsv(grid, where)
    if eurostat.is_sdmx(head):
        return eurostat.from_sdmx(grid, where)
    if (time := spreadsheet.at_time(grid)) is not None and not header:
        return spreadsheet.from_sheet(grid, time, where)
    grid = grid if header else one_header(grid)
    at = header_of(grid, header)
    if at is None or ours(grid.rows[at][1], of):
        return None
    names = [name for name in headings_of(grid.rows[at][1]) if name]
    above = " ".join(cell for _, row in grid.rows[:at] for cell in row if cell).casefold()
    found = next((each for each in FORMATS if each.fits(names, above)), None)
    if found is None and not choose and not _complete(names, of):
        return None
    more: dict[str, Any] = {"comma": grid.separator != ","}
    if found is not None:
        parts = {name: found.parts[same(name)] for name in names if same(name) in found.parts}
        more |= {"format": found.name, "parts": parts}
        more |= {"marks": found.marks} if found.marks is not None else {}
    else:
        more["format"] = "PxWeb table (CSV)" if _pxweb(names) else OTHER
    return tidy(grid, at, where, **more)


def ours(names: Sequence[str], of: Contract) -> bool:
    """Return whether a header has every column that the contract requires, by our names."""
    have, _ = headings([name for name in names if name.strip()], [column.name for column in of.columns])
    return {column.name for column in of.columns if column.required} <= set(have)


def takes(of: Contract) -> bool:
    """Return whether publishers give out tables of this contract: periods and figures."""
    return time_column(of) is not None and bool(measures(of))


def _complete(names: Sequence[str], of: Contract) -> bool:
    """Return whether a time and a figure stand under names that publishers use, and a key that says of what."""
    periods = [name for name in names if split(name)]
    rest = [name for name in names if not split(name)]
    if not periods and not {same(name) for name in rest} & {same(word) for word in TIME}:
        return False
    keys = [c.name for c in of.columns if c.name != time_column(of) and c.kind not in ("count", "number", "flag")]
    known = [key for key in keys if any(rank(name, key) is not None for name in rest)]
    figures = any(rank(name, measure) is not None for name in rest for measure in measures(of))
    named = any(same(name) in VALUE for name in rest)
    if periods:
        return bool(known) or len(periods) > 2
    return (figures and (bool(known) or len(rest) > 2)) or (named and bool(known))


def _pxweb(names: Sequence[str]) -> bool:
    """Return whether headings name a content and a period together, as PxWeb's do."""
    return any(found[0] for name in names if (found := split(name)))


SIGNS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    eurostat.TSV: lambda names: any("\\" in name for name in names),
    eurostat.SDMX: lambda names: bool({"time_period", "obs_value", "obs_flag"} & {name.lower() for name in names}),
    "UNHCR table": lambda names: any("asylum" in same(name) and "country" in same(name) for name in names),
    "Frontex monthly table": lambda names: "bordertype" in {same(name).replace(" ", "") for name in names},
    "PxWeb table (CSV)": lambda names: _pxweb(names) or "statistikkvariabel" in {same(name) for name in names},
    "a table with a column for each period": lambda names: sum(split(name) is not None for name in names) > 1,
}


def looks_like(names: Sequence[str]) -> str:
    """Return which publisher's format a header looks like, empty where none."""
    return next((told for told, sign in SIGNS.items() if sign([str(name) for name in names])), "")
