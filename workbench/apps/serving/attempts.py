"""How often may one address try a key? A few wrong keys at once, then one after another, slower and slower."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

FREE = 10
"""Wrong keys that an address may try without waiting."""
LONGEST = 10.0
"""Seconds that a try waits at most; one that would wait longer is refused and its key is not looked at."""
FORGOTTEN_PER_SECOND = 1.0
"""So many wrong keys of an address are forgotten each second, so that nobody is kept out for long."""
REMEMBERED = 10_000
"""Addresses remembered at most."""


class Attempts:
    """The keys tried from each address; a right key costs nothing.

    Parameters
    ----------
    clock
        Seconds that pass; only their differences matter.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._tried: dict[str, tuple[float, float]] = {}

    def wait(self, address: str) -> float | None:
        """Count a try from an address; return the seconds it must wait, or None if there are too many before it."""
        now = self._clock()
        level = self._level(address, now)
        delay = max(0.0, (level + 1 - FREE) / FORGOTTEN_PER_SECOND)
        if delay > LONGEST:
            return None
        self._tried[address] = (level + 1, now)
        if len(self._tried) > REMEMBERED:
            self._forget(now)
        return delay

    def right(self, address: str) -> None:
        """Take a try back: its key was right."""
        now = self._clock()
        self._tried[address] = (max(0.0, self._level(address, now) - 1), now)

    def _level(self, address: str, now: float) -> float:
        level, since = self._tried.get(address, (0.0, now))
        return max(0.0, level - (now - since) * FORGOTTEN_PER_SECOND)

    def _forget(self, now: float) -> None:
        """Keep the addresses that tried most; what is left out had the least to wait."""
        levels = sorted(((self._level(a, now), a) for a in self._tried), reverse=True)[: REMEMBERED // 2]
        self._tried = {address: (level, now) for level, address in levels if level > 0}
