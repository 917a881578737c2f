"""In which steps does a table count time: years, quarters or months? Periods as numbers that can be subtracted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workbench.core.errors import DataError

FORMS = {
    1: re.compile(r"((?:19|20)\d{2})(?:\.0)?"),
    4: re.compile(r"((?:19|20)\d{2})-?[Qq]([1-4])"),
    12: re.compile(r"((?:19|20)\d{2})(?:-|[Mm])(0[1-9]|1[0-2])"),
}
NAMES = {1: "year", 4: "quarter", 12: "month"}
EXAMPLES = {1: "2014", 4: "2014-Q1", 12: "2014-01"}


@dataclass(frozen=True)
class Rhythm:
    """How many periods a year has: 1, 4 or 12.

    A year is its own number; a quarter or month is counted from year 0, so that neighbours differ by one.
    """

    each_year: int = 1

    @property
    def name(self) -> str:
        """What one period is called: year, quarter or month."""
        return NAMES[self.each_year]

    def number(self, period: object) -> int:
        """Return a period as a number.

        >>> Rhythm(4).number("2014Q1") - Rhythm(4).number("2013-Q4")
        1
        """
        found = FORMS[self.each_year].fullmatch(str(period).strip())
        if found is None:
            raise DataError(
                f"'{period}' is no {self.name}",
                why=f"the table counts {self.name}s",
                do=f"write it as {EXAMPLES[self.each_year]}",
            )
        part = int(found[2]) - 1 if self.each_year > 1 else 0
        return int(found[1]) * self.each_year + part

    def label(self, number: int) -> str:
        """Return a period as it is written.

        >>> Rhythm(12).label(Rhythm(12).number("2014-01") + 13)
        '2015-02'
        """
        year, part = divmod(int(number), self.each_year)
        return {1: f"{year}", 4: f"{year}-Q{part + 1}", 12: f"{year}-{part + 1:02d}"}[self.each_year]

    def holding(self, day: date) -> int:
        """Return the number of the period that a day lies in.

        >>> Rhythm(4).label(Rhythm(4).holding(date(2026, 11, 28)))
        '2026-Q4'
        """
        return day.year * self.each_year + (day.month - 1) * self.each_year // 12

    def year(self, number: int) -> int:
        """Return the calendar year of a period."""
        return int(number) // self.each_year


def rhythm_of(periods: Iterable[object], where: str = "") -> Rhythm:
    """Return the one rhythm in which all periods are written; a mixture is refused."""
    texts = list(dict.fromkeys(str(period).strip() for period in periods))
    for each_year, form in FORMS.items():
        if texts and all(form.fullmatch(text) for text in texts):
            return Rhythm(each_year)
    kinds = {NAMES[n]: text for n, form in FORMS.items() for text in texts if form.fullmatch(text)}
    told = " and ".join(f"{name}s ({text})" for name, text in kinds.items()) or "none that is known"
    raise DataError(
        "the periods are not of one kind",
        where=where,
        why=f"the table holds {told}, and a step must be as long as the next",
        do="write all of them as years (2014), quarters (2014-Q1) or months (2014-01)",
    )
