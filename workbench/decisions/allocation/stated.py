"""Which rules does a table state? One row each, with reason and source; every name looked up, every fault collected.

Pins, bans, links and floors become part of the problem; those that speak of groups, deadlines or current practice are
kept as statements, from which :func:`policy.stated_rules` makes the rules.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from workbench.core.errors import Fault, nearest
from workbench.decisions.allocation.reading import Names, numbers, texts

Pairs = tuple[tuple[str, str], ...]
"""A plan as (household, place)."""
PAIRED = ("pin", "ban", "linked", "apart")
OF_PRACTICE = ("no worse for groups", "no worse for places")
SPEAKS: Mapping[str, tuple[str, ...]] = {
    "pin": ("household", "place"),
    "ban": ("household", "place"),
    "linked": ("household", "other"),
    "apart": ("household", "other"),
    "intake floor": ("place",),
    "deadlines": (),
    "group floor": ("group",),
    "dispersion": ("group",),
    "no worse for groups": (),
    "no worse for places": (),
}
"""The columns in which each kind of rule names something."""
LIMITED = {"intake floor": math.inf, "group floor": 1.0, "dispersion": math.inf}
"""The kinds with a limit, and the most that it may be."""
KINDS = tuple(SPEAKS)


@dataclass(frozen=True)
class Statement:
    """A rule as a row states it; ``by`` is a day as YYYY-MM-DD, '' for none; ``practice`` only where it measures."""

    kind: str
    group: str
    limit: float
    by: str
    reason: str
    source: str
    practice: Pairs = ()


@dataclass
class Stated:
    """What a table of rules says: index pairs by kind, floors as (place, persons), statements for all the rest."""

    pairs: dict[str, set[tuple[int, int]]] = field(default_factory=lambda: {kind: set() for kind in PAIRED})
    floors: list[tuple[int, float]] = field(default_factory=list)
    others: list[Statement] = field(default_factory=list)


def pairs_of(assignment: pd.DataFrame) -> Pairs:
    """Return a plan (``household``, ``place``) as pairs, sorted."""
    return tuple(sorted(zip(texts(assignment, "household"), texts(assignment, "place"), strict=True)))


def stated_in(
    rules: pd.DataFrame | None,
    practice: pd.DataFrame | None,
    households: Names,
    places: Names,
    groups: Names,
    faults: list[Fault],
) -> Stated:
    """Return what a table of rules states; ``practice`` holds where households would be placed today."""
    found = Stated()
    homes = {name: index for index, name in enumerate(households)}
    towns = {name: index for index, name in enumerate(places)}
    today = () if practice is None else _practice(practice, homes, towns, faults)
    if rules is None or rules.empty:
        return found
    every = {"household": homes, "other": homes, "place": towns, "group": {"": 0, **dict.fromkeys(groups, 0)}}
    every["rule"] = dict.fromkeys(KINDS, 0)
    limits = numbers(rules, "limit", empty=-1.0)
    columns = {name: texts(rules, name) for name in (*every, "by", "reason", "source")}
    for at, kind in enumerate(columns["rule"]):
        cell = {name: column[at] for name, column in columns.items()}
        wrong = [_unknown(name, cell[name], every[name]) for name in SPEAKS.get(kind, ("rule",))]
        wrong.append(_outside(kind, float(limits[at])))
        if kind in OF_PRACTICE and not today:
            wrong.append(Fault("the rule is measured by current practice, which is not given", None, "rule", kind))
        if any(wrong):
            faults += [fault for fault in wrong if fault is not None]
        elif kind in PAIRED:
            left, right = (every[name][cell[name]] for name in SPEAKS[kind])
            if kind in ("pin", "ban"):
                found.pairs[kind].add((left, right))
            elif left == right:
                faults.append(Fault("a household is named as its own partner", None, "other", cell["other"]))
            else:
                found.pairs[kind].add((min(left, right), max(left, right)))
        elif kind == "intake floor":
            found.floors.append((towns[cell["place"]], float(limits[at])))
        else:
            by, measured = cell["by"][:10], today if kind in OF_PRACTICE else ()
            said = Statement(kind, cell["group"], float(limits[at]), by, cell["reason"], cell["source"], measured)
            found.others.append(said)
    return found


def _unknown(column: str, name: str, known: Mapping[str, int]) -> Fault | None:
    if name in known:
        return None
    what = "household" if column == "other" else column
    return Fault(f"no such {what} in the rules", None, column, name, nearest(name, [each for each in known if each]))


def _outside(kind: str, limit: float) -> Fault | None:
    if kind not in LIMITED or 0 <= limit <= LIMITED[kind]:
        return None
    allowed = "a mean outcome from 0 to 1" if LIMITED[kind] == 1 else "persons, at least 0"
    return Fault(f"the limit of a rule '{kind}' lies outside its range", None, "limit", limit, allowed)


def _practice(practice: pd.DataFrame, homes: Mapping[str, int], towns: Mapping[str, int], faults: list[Fault]) -> Pairs:
    for label, known in (("household", homes), ("place", towns)):
        for name in sorted(set(texts(practice, label)) - set(known)):
            hint = nearest(name, list(known))
            faults.append(Fault(f"no such {label} in current practice", None, label, name, hint))
    return pairs_of(practice)
