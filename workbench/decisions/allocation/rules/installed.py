"""Which rules may a plan keep beyond the standard ones? Those installed, named singly, each tried on a small case."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from workbench.core import plugins
from workbench.core.errors import DecisionError
from workbench.core.parts import AllocationRule, lacks, refuse
from workbench.core.plugins import Plugin
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.problem.problem import Columns, Problem
from workbench.decisions.allocation.problem.stating import problem_from_tables
from workbench.decisions.allocation.rules.standard import Rows

LARGEST_CASE = 12
"""Pairs of a problem up to which every choice of pairs is tried."""


def available() -> Mapping[str, Plugin]:
    """Return the installed rules by name, the standard ones among them."""
    return plugins.load(plugins.RULES, _check)


def further_rules(names: Sequence[str]) -> tuple[tuple[AllocationRule, ...], tuple[Plugin, ...]]:
    """Return the rules of these names, and the plug-ins that brought them; an unknown name is refused."""
    found = tuple(plugins.get(plugins.RULES, name, _check) for name in dict.fromkeys(names))
    return tuple(_AtWork(plugin.value(), plugin) for plugin in found), found


@dataclass(frozen=True)
class _AtWork:
    """A rule while it is used: what goes wrong in it names the package that brought it."""

    rule: AllocationRule
    plugin: Plugin

    @property
    def title(self) -> str:
        return self.rule.title

    @property
    def reason(self) -> str:
        return self.rule.reason

    @property
    def source(self) -> str:
        return self.rule.source

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        with self.plugin.at_work():
            rows: Rows = self.rule.rows(problem, columns)
            refuse(f"the rule '{self.title}'", _shape_faults(rows, columns))
            return rows

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        with self.plugin.at_work():
            return self.rule.distance(problem, assignment)

    def holds(self, problem: Problem, assignment: pd.DataFrame) -> bool:
        with self.plugin.at_work():
            return self.rule.holds(problem, assignment)


def check_rule(rule: AllocationRule, problem: Problem | None = None) -> None:
    """Raise one error with every fault of a rule.

    Parameters
    ----------
    rule
        The rule.
    problem
        A case on which the rule binds; by default three households and two places, which a town's own rule may not
        concern. Up to `LARGEST_CASE` pairs are allowed in it.

    Notes
    -----
    For every choice of pairs, the rows (``matrix @ x <= limit``) and the truth test (``distance``) must agree: one
    binds the solver, the other judges its plan.
    """
    faults = lacks(rule, AllocationRule)
    if not faults:
        faults = _faults(rule, problem or small_case())
    refuse(f"the rule {type(rule).__name__}", faults)


@cache
def small_case() -> Problem:
    """Return three households and two places in which every household may go everywhere."""
    homes = pd.DataFrame(
        {"household": ["a", "b", "c"], "adults": [1, 2, 2], "children": [0, 1, 3], "seniors": [1, 0, 0]}
    )
    rooms = pd.DataFrame({"place": ["x", "y"], "capacity": [9, 9], "county": ["north", "south"]})
    return problem_from_tables(homes, rooms, pd.DataFrame({"household": ["a", "b", "c"], "x": 0.5, "y": 0.25}))


def _faults(rule: AllocationRule, problem: Problem) -> list[str]:
    columns = problem.columns
    if len(columns) > LARGEST_CASE:
        raise DecisionError(
            f"the case has {len(columns)} pairs", do=f"check the rule on a case with at most {LARGEST_CASE} pairs"
        )
    rows = rule.rows(problem, columns)
    if wrong := _shape_faults(rows, columns):
        return wrong
    for bits in itertools.product((0.0, 1.0), repeat=len(columns)):
        plan = _plan(problem, columns, np.array(bits))
        if plan is None:
            continue
        distance = rule.distance(problem, plan)
        kept = bool((rows.matrix @ np.array(bits) <= rows.limit + 1e-9).all())
        pairs = zip(plan["household"], plan["place"], strict=True)
        said = ", ".join(f"{household} to {place}" for household, place in pairs) or "nobody placed"
        if not (np.isfinite(distance) and distance >= 0):
            return [f"its distance is {distance} for the plan: {said}"]
        if rule.holds(problem, plan) != (distance <= 1e-6):
            return [f"'holds' and 'distance' disagree about the plan: {said}"]
        if kept != (distance <= 1e-6):
            one, other = ("keep", "distance says broken") if kept else ("forbid", "distance says kept")
            return [f"its rows {one} the plan ({said}), its {other}"]
        if rule.distance(problem, plan.iloc[::-1]) != distance:
            return [f"its distance depends on the order of the plan's rows: {said}"]
    return []


def _shape_faults(rows: object, columns: Columns) -> list[str]:
    if not isinstance(rows, Rows):
        return [f"its rows are {type(rows).__name__}, not workbench.decisions.allocation.rules.standard.Rows"]
    shape = (len(rows.limit), len(columns))
    if rows.matrix.shape != shape or len(rows.key) != len(rows.limit):
        return [f"its rows have the shape {rows.matrix.shape} and {len(rows.key)} keys, not {shape} and {shape[0]}"]
    if not (np.isfinite(rows.matrix.data).all() and np.isfinite(rows.limit).all()):
        return ["its rows hold numbers that are not finite"]
    return []


def _plan(problem: Problem, columns: Columns, x: Floats) -> pd.DataFrame | None:
    """Return a choice of pairs as a plan; None where an item stands in two places."""
    chosen = np.flatnonzero(x)
    if len(np.unique(columns.item[chosen])) < len(chosen):
        return None
    rows = [
        (problem.household_names[row], problem.place_names[int(columns.place[pair])])
        for pair in chosen
        for row in problem.members[int(columns.item[pair])]
    ]
    return pd.DataFrame(rows, columns=["household", "place"])


def _check(_name: str, maker: type[AllocationRule]) -> None:
    check_rule(maker())
