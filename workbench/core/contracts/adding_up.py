"""Which parts of a table are sums of others in every period, although no name or code says so?

Figures are whole, so a sum agrees exactly or not at all. The figures of all periods are folded into one number, so that
very many sums can be compared; what agrees is then compared period by period.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST_PARTS_COMPARED = 2_000
"""Parts up to which every run of neighbours is compared: time grows with the square."""
LARGEST_COMPARED = 36
"""Largest parts of which every subset is compared with the rest: work doubles with every second one."""
BY_CHANCE = 1e-4
"""Agreements by chance that are expected in one table, at most."""


def runs_that_add_up(wide: pd.DataFrame) -> list[tuple[str, str, str, int]]:
    """Return each part that is, in every period, exactly the sum of two others, or of more that stand together.

    A county stands beside its municipalities under a name that does not say so. Each comes with the first and the last
    of its parts, and how many there are.
    """
    if len(wide.columns) > MOST_PARTS_COMPARED or (value := _whole(wide)) is None:
        return []
    names, mark = [str(name) for name in wide.columns], _marks(value)
    sums = np.concatenate([[0], np.cumsum(mark)])
    likely = np.flatnonzero(_surprise(value, _step(value)) > np.log(len(names) ** 3 / BY_CHANCE))
    found = _pairs(names, value, mark, likely)
    for first in range(len(names) - 2):
        runs = sums[first + 3 :] - sums[first]
        for at in np.flatnonzero(np.isin(runs, mark[likely])).tolist():
            last = first + 3 + at
            for code in likely[mark[likely] == runs[at]].tolist():
                apart = not first <= code < last
                if apart and (value[first:last].sum(axis=0) == value[code]).all():
                    found.setdefault(names[code], (names[code], names[first], names[last - 1], last - first))
    return list(found.values())


def _pairs(
    names: list[str], value: NDArray[np.int64], mark: NDArray[np.int64], likely: NDArray[np.intp]
) -> dict[str, tuple[str, str, str, int]]:
    """Return each part that is the sum of two others, wherever they stand; two equal parts are no sum."""
    found: dict[str, tuple[str, str, str, int]] = {}
    filled = np.flatnonzero(value.any(axis=1))
    for first in filled.tolist():
        others = filled[filled > first]
        sums = mark[first] + mark[others]
        for at in np.flatnonzero(np.isin(sums, mark[likely])).tolist():
            second = int(others[at])
            for code in likely[mark[likely] == sums[at]].tolist():
                if code not in (first, second) and (value[first] + value[second] == value[code]).all():
                    found.setdefault(names[code], (names[code], names[first], names[second], 2))
    return found


def parts_that_repeat_the_rest(wide: pd.DataFrame) -> list[str]:
    """Return the parts, among the largest, that are together exactly half of each period (with a total: two thirds).

    Counties stand anywhere among all their municipalities. Every subset of the largest parts is looked at, by sums of
    subsets of each half of them.
    """
    if len(wide.columns) < 2 * 3 or (value := _whole(wide)) is None:
        return []
    total, mark = value.sum(axis=0), _marks(value)
    largest = np.argsort(-value.sum(axis=1), kind="stable")[: min(LARGEST_COMPARED, len(value) * 2 // 3)]
    if _surprise(total, _step(value)) < len(largest) * np.log(2) - np.log(BY_CHANCE):
        return []
    half = len(largest) // 2
    left, right = (_sums_of_subsets(mark[each]) for each in (largest[:half], largest[half:]))
    for share in (2, 3):
        if (total % share).any():
            continue
        wanted = total // share * (share - 1)
        missing = _marks(wanted[None]) - left
        for at in np.flatnonzero(np.isin(missing, right)).tolist():
            other = int(np.flatnonzero(right == missing[at])[0])
            bits = [at >> k & 1 for k in range(half)] + [other >> k & 1 for k in range(len(largest) - half)]
            chosen = largest[np.array(bits, dtype=bool)]
            if 1 < len(chosen) < len(value) / 2 and (value[chosen].sum(axis=0) == wanted).all():
                return [str(wide.columns[at]) for at in np.sort(chosen)]
    return []


def _whole(wide: pd.DataFrame) -> NDArray[np.int64] | None:
    """Return figures as whole numbers, index part, columns period; None where they are none."""
    value = wide.fillna(0).to_numpy(dtype=float).T
    return None if (value % 1 != 0).any() or (np.abs(value) > 1e9).any() else value.astype(np.int64)


def _marks(value: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number for the figures of all periods; the mark of a sum is the sum of marks, as both wrap around."""
    weight = np.random.default_rng(0).integers(1, 2**62, value.shape[1], dtype=np.int64)
    marks: NDArray[np.int64] = (value * weight).sum(axis=1)
    return marks


def _step(value: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each period the largest number that divides all its figures: 5 where a publisher rounds to five."""
    step: NDArray[np.int64] = np.maximum(np.gcd.reduce(value, axis=0), 1)
    return step


def _surprise(value: NDArray[np.int64], step: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return about minus the log of the chance that some sum has just these figures: small ones agree by chance.

    A figure that stays as it was in the period before, as quotas do, counts once.
    """
    changed = np.diff(value, axis=-1, prepend=value[..., :1] - 1) != 0
    return np.asarray((np.log1p(np.abs(value) / step) * changed).sum(axis=-1), dtype=np.float64)


def _sums_of_subsets(marks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum of every subset; bit k of an index says whether mark k is in it."""
    sums = np.zeros(1, dtype=np.int64)
    for mark in marks:
        sums = np.concatenate([sums, sums + mark])
    return sums
