"""What did a search find? A plan, the multipliers that prove how good it is, and where a like problem may start."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.proof.lagrangian_bound import Multipliers


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found.

    Attributes
    ----------
    at
        Index item, the place it goes to.
    value, bound
        What the plan is worth, and what no plan can exceed; −∞ where the plan found breaks a limit.
    price
        Index place, columns dimension: value of a unit of room.
    item_price
        Index item: λ, the price of *one place per household*.
    whole
        Index place, columns dimension: whether the bound fills that room with whole households.
    best
        Index item: what its best place is worth at these prices; tells later what has changed for whom.
    """

    at: Ints
    value: float
    bound: float
    price: Floats
    item_price: Floats
    whole: Ints
    best: Floats

    @property
    def gap(self) -> float:
        """Return how far below the bound the plan lies, relative."""
        return (self.bound - self.value) / max(1.0, abs(self.bound))


@dataclass(frozen=True, eq=False)
class Outcome:
    """A plan (index item, the place it goes to, -1 for none) and the multipliers that prove how good it is.

    ``persons`` proves how many persons can be placed, where neither all room nor all households do; ``found`` is the
    search's own state, from which a problem much like this one may start.
    """

    place_of: Ints
    bound: float
    persons_bound: int
    multipliers: Multipliers
    persons: Multipliers | None = None
    found: Found | None = None
