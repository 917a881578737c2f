"""When does a search stop, and whom does it tell what it does?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Progress = Callable[[str], None]
"""Receives one sentence per step."""


@dataclass
class Limit:
    """When must a search stop, whatever it has reached? At a time, or when it is interrupted."""

    seconds: float = np.inf
    began: float = field(default_factory=time.perf_counter)
    stopped: bool = False
    whole: Limit | None = None
    """The limit that this one is a part of: it ends with it."""

    def going(self) -> bool:
        """Say whether there is time left."""
        above = self.whole is None or self.whole.going()
        return above and not self.stopped and time.perf_counter() - self.began < self.seconds

    def part(self, share: float) -> Limit:
        """Return a limit at a share of the time left."""
        return Limit(self.left() * share, whole=self)

    def left(self) -> float:
        """Return the seconds left."""
        return max(0.0, self.seconds - (time.perf_counter() - self.began))


def told(worth: float) -> str:
    """Return what a plan is worth, for a line of progress; minus infinity stands for none found yet.

    >>> told(3.14159), told(-np.inf)
    ('3.142', 'none yet')
    """
    return f"{worth:.3f}" if np.isfinite(worth) else "none yet"
