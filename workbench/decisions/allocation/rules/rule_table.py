"""Which rules does a table state? One row each, with reason and source; every name looked up, every fault collected.

Pins, bans, links and floors become part of the problem; those that speak of groups, deadlines or current practice are
kept as statements, from which :func:`policy.stated_rules` makes the rules.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from workbench.core.contracts import CONTRACTS
from workbench.core.errors import Fault, nearest
from workbench.decisions.allocation.problem.input_tables import Cell, Names, Ties, numbers, texts

Pairs = tuple[tuple[str, str], ...]
"""A plan as (household, place)."""
PAIRED = ("pin", "ban", "linked", "apart")
OF_PRACTICE = ("no worse for groups", "no worse for places")
NAMING = ("household", "other", "place", "group")
SPEAKS: Mapping[str, tuple[str, ...]] = {
    case.value: tuple(name for name in (*case.needs, *case.may) if name in NAMING) for case in CONTRACTS["rules"].cases
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
    """What a table of rules says: index pairs by kind, floors as (place, persons), statements for all the rest.

    Pairs and floors carry the cell that states them, floors their reason and source as well.
    """

    pairs: dict[str, Ties] = field(default_factory=lambda: {kind: {} for kind in PAIRED})
    floors: list[tuple[int, float, Cell, str]] = field(default_factory=list)
    others: list[Statement] = field(default_factory=list)


def pairs_of(assignment: pd.DataFrame) -> Pairs:
    """Return a plan (``household``, ``place``) as pairs, sorted."""
    return tuple(sorted(zip(texts(assignment, "household"), texts(assignment, "place"), strict=True)))


def reason_of(stated: str) -> str:
    """Return a reason as its row states it; none is made up."""
    return stated or "no reason stated"


def source_of(stated: str) -> str:
    """Return a source as its row states it; none is made up."""
    return stated or "no source stated"


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
        said = {name: column[at] for name, column in columns.items()}
        cell = {name: Cell("rules", at + 1, name) for name in (*every, "limit")}
        wrong = [_unknown(cell[name], said[name], every[name]) for name in SPEAKS.get(kind, ("rule",))]
        wrong.append(_outside(cell["limit"], kind, float(limits[at])))
        if kind in OF_PRACTICE and practice is None:
            wrong.append(cell["rule"].fault("the rule is measured by current practice, which is not given", kind))
        if any(wrong):
            faults += [fault for fault in wrong if fault is not None]
        elif kind in PAIRED:
            left, right = (every[name][said[name]] for name in SPEAKS[kind])
            if kind in ("pin", "ban"):
                found.pairs[kind].setdefault((left, right), cell["place"])
            elif left == right:
                faults.append(cell["other"].fault("a household is named as its own partner", said["other"]))
            else:
                found.pairs[kind].setdefault((min(left, right), max(left, right)), cell["other"])
        elif kind == "intake floor":
            why = f"{reason_of(said['reason'])} ({source_of(said['source'])})"
            found.floors.append((towns[said["place"]], float(limits[at]), cell["limit"], why))
        else:
            by, measured = said["by"][:10], today if kind in OF_PRACTICE else ()
            stated = Statement(kind, said["group"], float(limits[at]), by, said["reason"], said["source"], measured)
            found.others.append(stated)
    return found


def _unknown(cell: Cell, name: str, known: Mapping[str, int]) -> Fault | None:
    if name in known:
        return None
    what = "household" if cell.column == "other" else cell.column
    return cell.fault(f"no such {what} in the rules", name, nearest(name, [each for each in known if each]))


def _outside(cell: Cell, kind: str, limit: float) -> Fault | None:
    if kind not in LIMITED:
        return None
    share = LIMITED[kind] == 1
    if 0 <= limit <= LIMITED[kind] and (share or limit.is_integer()):
        return None
    allowed = "a mean outcome from 0 to 1" if share else "whole persons, at least 0"
    return cell.fault(f"the limit of a rule '{kind}' lies outside its range", limit, allowed)


def _practice(practice: pd.DataFrame, homes: Mapping[str, int], towns: Mapping[str, int], faults: list[Fault]) -> Pairs:
    for label, known in (("household", homes), ("place", towns)):
        given = texts(practice, label)
        for name in sorted(set(given) - set(known)):
            cell = Cell("practice", given.index(name) + 1, label)
            faults.append(cell.fault(f"no such {label} in current practice", name, nearest(name, list(known))))
    return pairs_of(practice)
