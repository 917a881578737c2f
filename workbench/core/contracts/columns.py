"""What a table may hold: columns with unit, range and options, and contracts made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.core.contracts.cells import KINDS, numbers, texts


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    ``low`` and ``high`` bound numbers; ``required`` says whether the table may lack the column, ``empty`` whether a
    cell may be empty; ``options`` lists the only values allowed; ``place`` marks codes of places of the locality,
    ``whole`` that the locality itself may stand there too (a country among its own municipalities). ``mend`` says what
    to do about a cell that is not allowed, where that is not plain.
    """

    name: str
    kind: str
    description: str
    unit: str = ""
    required: bool = True
    empty: bool = False
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    place: bool = False
    whole: bool = False
    mend: str = ""
    past: bool = False

    @property
    def allowed(self) -> str:
        """What a cell may hold, in words."""
        if self.options:
            return "one of " + ", ".join(self.options)
        bounds = {
            (True, False): f", at least {self.low:g}" if self.low is not None else "",
            (False, True): f", at most {self.high:g}" if self.high is not None else "",
            (True, True): f" from {self.low:g} to {self.high:g}" if None not in (self.low, self.high) else "",
        }
        return KINDS[self.kind].allowed + bounds.get((self.low is not None, self.high is not None), "")

    def valid(self, cells: pd.Series) -> pd.Series:
        """Return for each cell whether it keeps this column's kind, range and options."""
        if len(cells) > MANY and pd.api.types.is_string_dtype(cells):
            at, distinct = pd.factorize(cells)
            good = self.valid(pd.Series(distinct, dtype="string")) if len(distinct) < len(cells) / 2 else None
            if good is not None:
                return pd.Series(np.append(good.to_numpy(bool), False)[at], index=cells.index)
        good = KINDS[self.kind].valid(cells)
        if self.low is not None:
            good &= numbers(cells).ge(self.low)
        if self.high is not None:
            good &= numbers(cells).le(self.high)
        if self.options:
            good &= texts(cells).isin(self.options)
        return good


@dataclass(frozen=True)
class Case:
    """Which cells a row must fill, and which it may, where one column says of what kind the row is.

    Any other cell that some case of the table speaks of stays empty: it would be thought to count, and would not.
    """

    value: str
    meaning: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """A named table: its columns, its key, and what one row is.

    ``prefixed`` holds columns that may stand several times with an ending of their own, e.g. ``capacity_school``;
    ``kind`` names the column whose value decides by ``cases`` which other cells a row fills; ``parts`` names pairs of a
    part and its total, ``order`` pairs of an earlier and a later day; ``wide`` says that
    its columns are places.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    prefixed: tuple[Column, ...] = ()
    kind: str = ""
    cases: tuple[Case, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    wide: bool = False

    def column(self, name: str) -> Column | None:
        """Return the contract's column of that name, None for a column the contract does not speak of."""
        for column in self.columns:
            if column.name == name:
                return column
        for column in self.prefixed:
            if name.startswith(column.name) and name != column.name:
                return column
        return None


MANY = 10_000
"""In a column with more cells each distinct one is tested once."""
