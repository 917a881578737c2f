"""How much of a forecast change of a stock is kept? Far ahead only a part: the median is drawn to the last stock.

Changes that a model continues are too large on average, and more so the farther ahead. Intervals keep their width
on the log scale, and the flows still explain the stock in every draw: fewer cases come in, or more where it falls.

References
----------
Gardner and McKenzie (1985), Forecasting trends in time series. Management Science 31(10): the damped trend.
"""

from __future__ import annotations

import numpy as np

HALF_AFTER = 2.0
"""Quarters ahead at which half of the damping has come: chosen with the shares below."""
WITH_FLOWS, ALONE = 0.5, 0.7
"""Share of the change that is taken off far ahead, where flows are known and where a stock stands alone.

Chosen on stocks made up from the decisions of 19 destinations and on Sweden's months, where the changes of a stock that
stands alone were the more exaggerated (RESULTS). The UK's stock did not choose them, but was looked at meanwhile.
"""


def shares(horizon: int, months: int, most: float) -> np.ndarray:
    """Return the share of a change that is taken off, by period ahead; ``months`` are those of a period."""
    quarters = np.arange(1, horizon + 1) * months / 3
    return np.asarray(most * quarters / (quarters + HALF_AFTER))


def excess(stock: np.ndarray, last: float, share: np.ndarray) -> np.ndarray:
    """Return the share of a stock that is too much, by period; ``stock`` has axes (draw, period)."""
    change = np.median(np.log1p(stock), axis=0) - np.log1p(last)
    return np.asarray(-np.expm1(-share * change))


def fewer_come(flows: dict[str, np.ndarray], start: int, taken: np.ndarray, unit: int) -> dict[str, np.ndarray]:
    """Return flows whose stock is smaller by a share, as fewer cases come in; whole cases, none negative.

    Output stays: it was forecast worse on left-out series when it had to make up for the change.

    Parameters
    ----------
    flows
        ``intake``, ``output``, ``stock``, ``further_in``, ``further_out``, axes (draw, period).
    start
        The stock before the first period.
    taken
        Share of the stock that is too much, by period; negative where it is too small.
    unit
        What cases are counted in, 1 or 5.
    """
    less = (unit * np.rint(flows["stock"] * taken / unit)).astype(np.int64)
    before = np.zeros(len(less), np.int64)  # what the stock is smaller by, once every flow has its limits
    stock = np.full(len(less), start)
    found: dict[str, list[np.ndarray]] = {"intake": [], "output": [], "stock": [], "further_out": []}
    for step in range(less.shape[1]):
        intake = np.maximum(flows["intake"][:, step] - (less[:, step] - before), 0)
        there = stock + intake + flows["further_in"][:, step]
        out_of = np.minimum(flows["further_out"][:, step], stock)
        output = np.minimum(flows["output"][:, step], there - out_of)
        stock = there - out_of - output
        before = flows["stock"][:, step] - stock
        for name, values in (("intake", intake), ("output", output), ("stock", stock), ("further_out", out_of)):
            found[name].append(values)
    return {**flows, **{name: np.column_stack(values) for name, values in found.items()}}
