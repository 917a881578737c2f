"""What becomes of every case, month by month? Queues worked on by capacity, in order of priority, with ways on.

A month is worked through in quarters of a month, so that a case may pass more than one stage in it. Nothing is lost:
in every draw, month, unit, stage and type, waiting = waiting before + come in − done.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.models.agency.structure import Agency, Assumptions
from workbench.models.agency.uncertainty import Uncertain

STEPS = 4
"""Parts of a month that are worked through one after the other."""


@dataclass(frozen=True, eq=False)
class AgencyPath:
    """Possible years of an agency. Axes: S draw, T month, U unit, K stage, C case type, J stage or outcome.

    Parameters
    ----------
    waiting
        Cases that wait at the end of a month; the first is now, (S, T + 1, U, K, C).
    came, done
        Cases that came to a stage (new or from another one), and that were done with there, (S, T, U, K, C).
    overtime
        Hours of overtime, (S, T, U, K).
    left
        Cases that left the agency by outcome, (S, T, outcome).
    """

    waiting: np.ndarray
    came: np.ndarray
    done: np.ndarray
    overtime: np.ndarray
    left: np.ndarray

    @property
    def backlog(self) -> np.ndarray:
        """All cases waiting at the end of each month, (S, T + 1)."""
        total: np.ndarray = self.waiting.sum(axis=(2, 3, 4))
        return total


def simulate(
    agency: Agency,
    assumed: Assumptions,
    uncertain: Uncertain,
    capacity: np.ndarray,
    *,
    seed: int | None = None,
    frozen: np.ndarray | None = None,
) -> AgencyPath:
    """Return what becomes of the cases.

    Parameters
    ----------
    capacity
        Hours each team can work without overtime, (S, T, U, K).
    seed
        Given: whole cases, each one's way on drawn by chance. None: shares of cases (a fluid), without chance, so that
        two plans differ by nothing but themselves.
    frozen
        Months in which a type of case is not worked on at a stage, e.g. a country whose decisions are suspended:
        True where frozen, (T, K, C).

    Notes
    -----
    Overtime begins when the work waiting at a team exceeds the stated share of what it can do within its limit; it
    knows nothing of the future.
    """
    size, months, units, stages = capacity.shape
    kinds, ways = len(agency.case_types), agency.shares.shape[-1]
    rng = None if seed is None else np.random.default_rng(seed)
    kind = float if rng is None else np.int64
    now = np.broadcast_to(agency.waiting, (size, *agency.waiting.shape)).astype(kind).copy()
    waiting = np.zeros((size, months + 1, units, stages, kinds), dtype=kind)
    waiting[:, 0] = now
    came, done = (np.zeros((size, months, units, stages, kinds), dtype=kind) for _ in range(2))
    overtime, left = np.zeros(capacity.shape), np.zeros((size, months, ways - stages), dtype=kind)
    begins = assumed.overtime_begins * assumed.limits
    carried = np.zeros((size, units, stages))
    share = np.broadcast_to(uncertain.shares[:, None], (size, units, stages, kinds, ways))
    for month in range(months):
        free = capacity[:, month] / STEPS
        for step in range(STEPS):
            new = _part(uncertain.intake[:, month], step, rng is not None)
            now[:, :, 0] += new
            came[:, month, :, 0] += new
            load = (now * uncertain.hours).sum(-1)
            extra = np.clip(load - begins * capacity[:, month], 0.0, assumed.overtime * free)
            closed, rest = _worked(
                now, uncertain.hours, free + extra + carried, rng is not None, None if frozen is None else frozen[month]
            )
            overtime[:, month] += extra
            # Hours too few for one more case are not lost while somebody waits.
            carried = np.where((now - closed).sum(-1) > 0, np.minimum(rest, uncertain.hours.max(-1)), 0.0)
            if rng is None:
                carried = np.zeros_like(carried)
            now -= closed
            done[:, month] += closed
            if rng is None:
                on = np.einsum("sukc,skcj->sujc", closed, uncertain.shares)
            else:
                on = rng.multinomial(closed, share).sum(axis=2).transpose(0, 1, 3, 2)
            now += on[:, :, :stages]
            came[:, month] += on[:, :, :stages]
            left[:, month] += on[:, :, stages:].sum(axis=(1, 3))
        waiting[:, month + 1] = now
    return AgencyPath(waiting, came, done, overtime, left)


def _part(month: np.ndarray, step: int, whole: bool) -> np.ndarray:
    """Return what of a month's intake comes in one of its parts; the parts add up to the month."""
    if not whole:
        return month / STEPS
    return month * (step + 1) // STEPS - month * step // STEPS


def _worked(
    now: np.ndarray, hours: np.ndarray, free: np.ndarray, whole: bool, frozen: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cases done and the hours left, types in order of priority."""
    closed = np.zeros_like(now)
    rest = free.copy()
    for c in range(now.shape[-1]):
        can = np.minimum(now[..., c], rest / hours[..., c])
        if whole:
            can = np.floor(can + 1e-9).astype(np.int64)
        if frozen is not None:
            can = np.where(frozen[:, c], 0, can)
        closed[..., c] = can
        rest = np.maximum(rest - can * hours[..., c], 0.0)
    return closed, rest
