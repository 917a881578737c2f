"""Why will more or fewer cases wait? The change told as causes that add up: intake, output, staff and routing.

The Shapley value: each cause is the mean, over all orders, of what changes when it is put in; so the sum is exact and
no order is preferred (Shapley 1953; used for decompositions by Shorrocks 2013, Journal of Economic Inequality 11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial


def shapley(causes: Sequence[str], value: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """Return each cause's part of value(all) − value(none); ``value`` is asked once for every set of causes.

    >>> shapley(["a", "b"], lambda put: 1.0 * ("a" in put) + 2.0 * ("b" in put) + 4.0 * (len(put) == 2))
    {'a': 3.0, 'b': 4.0}
    """
    n = len(causes)
    known = {frozenset(put): value(frozenset(put)) for size in range(n + 1) for put in combinations(causes, size)}
    found = {}
    for cause in causes:
        others = [name for name in causes if name != cause]
        parts = [
            factorial(size)
            * factorial(n - size - 1)
            / factorial(n)
            * (known[frozenset({*put, cause})] - known[frozenset(put)])
            for size in range(n)
            for put in combinations(others, size)
        ]
        found[cause] = float(sum(parts))
    return found
