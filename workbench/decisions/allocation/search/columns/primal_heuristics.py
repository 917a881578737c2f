"""Which plan do known patterns give, one for each place? Diving on the linear programme, or its best whole choice."""

from __future__ import annotations

from collections.abc import Callable

import highspy
import numpy as np

from workbench.decisions.allocation.problem.input_tables import Ints
from workbench.decisions.allocation.search.columns.column_generation import price_patterns
from workbench.decisions.allocation.search.columns.restricted_master import RestrictedMaster

NEARLY, SURE = 0.999, 0.6
"""Shares from which a pattern is fixed: always, and as long as few are fixed in this round."""
SHARE = 0.25
"""Share of the open places that one round fixes at most, those nearly whole apart."""
PRICED = 3
"""Times that further patterns are looked for after each round."""
NODES = 30
"""Nodes of the search for the best whole choice."""


def dive(master: RestrictedMaster, going: Callable[[], bool]) -> Ints:
    """Return a plan, which may leave items nowhere: what the programme is nearly sure of is fixed, round by round."""
    here, places = master.instance, master.instance.nowhere
    at = np.full(here.items, here.nowhere)
    left, open_ = master.many.copy(), np.ones(places, dtype=bool)
    master.solve()
    while going() and open_.any():
        share = master.shares()
        fixed = 0
        most = max(1, int(SHARE * open_.sum()))
        for k in np.argsort(-share, kind="stable"):
            if share[k] < 1e-6 or (fixed and share[k] < SURE) or (fixed >= most and share[k] < NEARLY):
                break
            place, items = master.known[k]
            kind, times = np.unique(master.kind[items], return_counts=True)
            if not open_[place] or (times > left[kind]).any():
                continue
            master.fix(int(k))
            open_[place] = False
            _put(at, master, kind, times, place)
            left[kind] -= times
            fixed += 1
        if not fixed:
            break
        for _ in range(PRICED):
            own, _ = master.solve()
            if not price_patterns(master, own, taken=at < here.nowhere, open_=open_)[1] or not going():
                break
        master.solve()
    master.release()
    return at


def choose(master: RestrictedMaster, gap: float, seconds: float, going: Callable[[], bool]) -> Ints | None:
    """Return the best plan that one pattern for each place gives, among those known; None where none is found."""
    number = len(master.known)
    columns = np.arange(master.missing, master.before + number, dtype=np.int32)
    master.model.changeColsIntegrality(
        len(columns), columns, np.full(len(columns), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    )
    missing = np.arange(master.missing, dtype=np.int32)
    master.model.changeColsBounds(master.missing, missing, np.zeros(master.missing), np.zeros(master.missing))
    master.model.setOptionValue("mip_rel_gap", gap)
    master.model.setOptionValue("mip_max_nodes", NODES)
    if np.isfinite(seconds):
        master.model.setOptionValue("time_limit", max(0.1, seconds))
    # Called while HiGHS searches: here Ctrl-C is heard, too.
    master.model.cbMipInterrupt += lambda event: event.interrupt(not going())
    master.model.run()
    x = np.array(master.model.getSolution().col_value)
    if len(x) == 0 or not np.isfinite(master.model.getInfo().objective_function_value):
        return None
    at = np.full(master.instance.items, master.instance.nowhere)
    for k in np.flatnonzero(x[master.before :] > 0.5):
        place, items = master.known[k]
        _put(at, master, *np.unique(master.kind[items], return_counts=True), place)
    return at


def _put(at: Ints, master: RestrictedMaster, kinds: Ints, times: Ints, place: int) -> None:
    """Put so many items of each kind that lie nowhere into a place, in the order of the items."""
    for kind, number in zip(kinds, times, strict=True):
        free = np.flatnonzero((master.kind == kind) & (at == master.instance.nowhere))
        at[free[:number]] = place
