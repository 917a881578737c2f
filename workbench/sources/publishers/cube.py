"""What does a publisher's file say, before anything is left out? One row for each observation, in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

WITHHELD, MISSING, ZERO, ASK = "withheld", "not published", "zero", "ask"
EUROSTAT = {":": MISSING}
NORDIC = {":": WITHHELD, ".": MISSING, "..": MISSING, "...": WITHHELD, "-": ZERO, "–": ZERO}
UNHCR = {"*": WITHHELD, "-": ASK}
HOME_OFFICE = {
    **{"z": MISSING, "x": MISSING, "c": WITHHELD, ":": MISSING, "-": ASK, "*": WITHHELD},
    **{"[z]": MISSING, "[x]": MISSING, "[c]": WITHHELD, "[low]": ASK},
}
PLAIN = {**HOME_OFFICE, **NORDIC, "-": ASK, "–": ASK, "*": WITHHELD, "<5": WITHHELD, "n/a": MISSING}


@dataclass(frozen=True, eq=False)
class Cube:
    """The observations of a file.

    Attributes
    ----------
    format
        What the file was recognised as, e.g. ``Eurostat TSV``.
    frame
        All text. Its index is the line of the file; several observations may stand on one line.
    measures
        Columns that hold figures; all others say of what.
    titles
        Names of dimensions where the columns are codes.
    labels
        For a dimension, the name of each code.
    marks
        What stands in place of a figure, and what it means.
    comma
        Whether decimals are written with a comma.
    parts
        Dimensions whose values are parts of one whole by the publisher's own definition, so that they are added up,
        and these values.
    """

    format: str
    frame: pd.DataFrame
    measures: tuple[str, ...]
    titles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=lambda: PLAIN)
    comma: bool = False
    notes: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def dimensions(self) -> list[str]:
        """The columns that say of what a figure speaks."""
        return [str(name) for name in self.frame.columns if name not in self.measures]


@dataclass(frozen=True, eq=False)
class Grid:
    """The rows of a file with their line numbers, before any of them is known to be the header.

    ``separator`` is the sign between columns; ``whole`` says whether the last line ends as lines do.
    """

    rows: list[tuple[int, list[str]]]
    separator: str = ","
    notes: tuple[str, ...] = ()
    whole: bool = True
