"""Which observed counts must not be shown, so that no small one can be read or worked out?

Counts of 1 to 4 are withheld, and further cells with them, so that sums over groups and over all do not give them away.
Forecasts are not observations and are shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

SMALL = range(1, 5)
"""Counts that are withheld (persons)."""
ROOM = 4
"""A group's hidden sum exceeds its hidden cells by this at least, so that any of them could be 5 or more."""


def withheld(persons: pd.Series, groups: Mapping[str, str]) -> pd.Series:
    """Return whether each count must be withheld, when it is shown beside sums over its group and over all.

    Parameters
    ----------
    persons
        Counts by place; NaN = withheld by the publisher already, and not in the sums.
    groups
        The group of each place, e.g. its county; a place without one stands in a group of its own kind.

    Notes
    -----
    In each group the smallest further counts are withheld until at least two are, and until their sum leaves it open
    whether each of them is small. Where a group is too small for that, its own sum is withheld (:func:`sums`).
    Protected are the sums of one table; two tables on different borders or of different dates could still be compared.
    """
    hidden = persons.isna() | persons.round().isin(SMALL)
    named = pd.Series({place: groups.get(place, "") for place in persons.index}, dtype="object")
    for _, places in named.groupby(named).groups.items():
        for place in _completed(persons[places], hidden[places]):
            hidden[place] = True
    return hidden


def _completed(persons: pd.Series, hidden: pd.Series) -> list[str]:
    """Return the further cells of a group that must be hidden."""
    own = persons[hidden & persons.notna()]
    if own.empty:
        return []
    others = persons[~hidden & (persons > 0)].sort_values(kind="stable")
    added: list[str] = []
    total, count = float(own.sum()), len(own)
    for place, value in others.items():
        if count > 1 and total >= count + ROOM:
            break
        added.append(str(place))
        total, count = total + float(value), count + 1
    return added


def sums(persons: pd.Series, groups: Mapping[str, str]) -> pd.Series:
    """Return the sums of the groups that may be shown; NaN where a sum would give a small count away.

    A sum that must be hidden takes another one with it, because the sum over all groups is shown.
    """
    hidden = withheld(persons, groups)
    named = pd.Series({place: groups.get(place, "") for place in persons.index}, dtype="object")
    total = persons.groupby(named).sum()
    unsafe = [
        group
        for group, places in named.groupby(named).groups.items()
        if not _safe(persons[places][hidden[places] & persons[places].notna()])
    ]
    if unsafe:
        rest = total.drop(unsafe).sort_values(kind="stable")
        enough = len(unsafe) > 1 and float(total[total.index.isin(unsafe)].sum()) >= len(unsafe) + ROOM
        further = [] if enough else list(rest.index[:1])
        unsafe = [*unsafe, *further]
    return total.mask(total.index.isin(unsafe))


def _safe(hidden: pd.Series) -> bool:
    return hidden.empty or (len(hidden) > 1 and float(hidden.sum()) >= len(hidden) + ROOM)


def shown(persons: pd.Series, groups: Mapping[str, str]) -> pd.Series:
    """Return the counts that may be shown; NaN where one must be withheld."""
    return persons.astype(float).mask(withheld(persons, groups))
