"""Which months of a backtest are scored apart, a surge or a pandemic, and who says so?

A surge in one place is a calm month in another. So months stand with the locality whose figures they are about, in its
``parameters.toml``, or are named by who asks; where nobody names any, all months are scored together and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workbench.core.dates.calendar import month_number
from workbench.core.errors import AssumptionError, DataError
from workbench.sources import localities

SURGE, PANDEMIC = "surge_origins", "pandemic_targets"
"""Parameters of a locality: ``{ first, last }`` and ``{ first }``."""


@dataclass(frozen=True)
class Months:
    """Months scored apart, from the first to the last (empty: and all later ones), and why these."""

    first: str
    last: str
    why: str


@dataclass(frozen=True)
class Periods:
    """The months that a backtest scores apart.

    Attributes
    ----------
    surge
        First and last origin of a surge; all other origins are the calm ones.
    pandemic
        First target month that a pandemic touched; the targets before it are scored once more without the others.
    """

    surge: Months | None = None
    pandemic: Months | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the months as ``scores.json`` tells them; null where none are scored apart."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Periods:
        """Read what :meth:`to_dict` returned."""
        surge, pandemic = (Months(**raw[name]) if raw.get(name) else None for name in ("surge", "pandemic"))
        return cls(surge, pandemic)


def of_locality(name: str | Path) -> Periods:
    """Return the months that a locality states for its figures, the newest value of each; none if it states none."""
    home = localities.load(name, "inflow")
    if not (home.folder / "parameters.toml").exists():
        return Periods()
    parameters = localities.parameters(home)

    def stated(parameter: str, *parts: str) -> Months | None:
        if parameter not in parameters.items:
            return None
        entry = parameters.entry(parameter).at(date.max)
        months = parameters.texts(parameter, date.max)
        if set(months) != set(parts):
            raise AssumptionError(f"'{parameter}' needs exactly {' and '.join(parts)}", where=parameters.where)
        why = f"{home.id}, parameters.toml: {entry.source}"
        return _months(months["first"], months.get("last", ""), why, f"{parameters.where}, {parameter}")

    return Periods(stated(SURGE, "first", "last"), stated(PANDEMIC, "first"))


def named(*, surge: str | None = None, pandemic: str | None = None, otherwise: Periods | None = None) -> Periods:
    """Return the months that somebody names, ``2015-01..2016-06`` and ``2020-02``; otherwise those known before."""
    known = otherwise or Periods()
    if surge:
        first, dots, last = (part.strip() for part in surge.partition(".."))
        if not dots or not last:
            raise DataError(
                f"'{surge}' are no first and last origin", where="--surge", do="write them as 2015-01..2016-06"
            )
        known = Periods(_months(first, last, "named with --surge", "--surge"), known.pandemic)
    if pandemic:
        known = Periods(known.surge, _months(pandemic.strip(), "", "named with --pandemic", "--pandemic"))
    return known


def _months(first: str, last: str, why: str, where: str) -> Months:
    try:
        backwards = bool(last) and month_number(last) < month_number(first)
        month_number(first)
    except DataError as error:
        raise error.within(where) from None
    if backwards:
        raise DataError(f"{last} lies before {first}", where=where, do="name the first month first")
    return Months(first, last, why)
