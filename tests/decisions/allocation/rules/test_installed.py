"""Rules beyond the standard ones: what the check must catch, and plans that keep them, by a second route too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from workbench.core.errors import DecisionError, PluginError
from workbench.decisions.allocation import Rule, problem_from_tables, solve
from workbench.decisions.allocation.rules.installed import available, check_rule, further_rules, small_case
from workbench.decisions.allocation.rules.standard import Capacity, Rows, standard_rules

pytestmark = pytest.mark.quick


@dataclass(frozen=True)
class Most(Rule):
    """No place holds more than so many households."""

    most: int = 1
    name = "few households"
    reason = "Each place has few caseworkers."

    def rows(self, problem, columns):
        places = len(problem.place_names)
        matrix = sp.csr_matrix(
            (np.ones(len(columns)), (columns.place, np.arange(len(columns)))), shape=(places, len(columns))
        )
        return Rows(matrix, np.full(places, float(self.most)), np.arange(places))

    def distance(self, problem, assignment):
        count = assignment["place"].value_counts()
        return float((count - self.most).clip(lower=0).sum())


@dataclass(frozen=True)
class Least(Most):
    """Every place holds at least so many households."""

    name = "some households"

    def rows(self, problem, columns):
        rows = super().rows(problem, columns)
        return Rows(-rows.matrix, -rows.limit, rows.key)

    def distance(self, problem, assignment):
        count = assignment["place"].value_counts().reindex(list(problem.place_names), fill_value=0)
        return float((self.most - count).clip(lower=0).sum())


@pytest.mark.parametrize("rule", [Most(), Most(2), Least(), *(p.value() for p in available().values())], ids=str)
def test_a_good_rule_passes_and_so_do_our_own(rule):
    check_rule(rule)


def test_the_rules_every_plan_keeps_are_all_among_the_installed_ones():
    installed = {plugin.value for plugin in available().values() if plugin.own}
    assert {type(rule) for rule in standard_rules(small_case())} <= installed


class Tolerant(Most):
    def distance(self, problem, assignment):
        return 0.0


class Blind(Most):
    def rows(self, problem, columns):
        return Rule.rows(self, problem, columns)


class Narrow(Most):
    def rows(self, problem, columns):
        rows = super().rows(problem, columns)
        return Rows(rows.matrix[:, 1:], rows.limit, rows.key)


class Endless(Most):
    def rows(self, problem, columns):
        rows = super().rows(problem, columns)
        return Rows(rows.matrix, rows.limit * np.inf, rows.key)


class Loose(Most):
    def rows(self, problem, columns):
        return [1, 2]


class Negative(Most):
    def distance(self, problem, assignment):
        return float(len(assignment)) - 1


class Ordered(Most):
    def distance(self, problem, assignment):
        missed = super().distance(problem, assignment)
        return missed and missed + (assignment["household"].iloc[0] == "a")


class Generous(Most):
    def holds(self, problem, assignment):
        return True


class Unreasoned(Most):
    reason = ""


class Empty:
    title = "nothing"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Tolerant(), "its rows forbid the plan"),
        (Blind(), "its rows keep the plan"),
        (Narrow(), "its rows have the shape"),
        (Endless(), "not finite"),
        (Loose(), "its rows are list"),
        (Negative(), "its distance is -1"),
        (Ordered(), "depends on the order"),
        (Generous(), "'holds' and 'distance' disagree"),
        (Unreasoned(), "its 'reason' is empty"),
        (Empty(), "it has no 'distance'"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_check_catches_what_would_mislead_a_plan(rule, said):
    with pytest.raises(PluginError, match=said):
        check_rule(rule)


def test_a_case_that_is_too_large_to_try_is_refused():
    homes = pd.DataFrame({"household": list("abcdefg"), "adults": 1, "children": 0, "seniors": 0})
    rooms = pd.DataFrame({"place": ["x", "y"], "capacity": 9})
    problem = problem_from_tables(homes, rooms, pd.DataFrame({"household": list("abcdefg"), "x": 0.5, "y": 0.5}))
    with pytest.raises(DecisionError, match="at most 12 pairs"):
        check_rule(Most(), problem)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5, 6])  # tables that do not contradict each other
def test_a_plan_under_a_further_rule_is_the_best_of_all_that_keep_it(made_up, road, seed):
    tables = made_up.small(seed, floors=False)
    problem = problem_from_tables(*tables.args())
    rule = Most(1)
    fits = [
        plan
        for plan in made_up.every_plan(tables)
        if rule.holds(problem, pd.DataFrame([(h, p) for h, p in plan.items() if p], columns=["household", "place"]))
    ]
    pinned_alike = not fits
    if pinned_alike:
        with pytest.raises(DecisionError, match="the rule 'few households' cannot be kept"):
            solve(problem, gap=0.0, further=[rule])
        return
    persons, value = max(made_up.worth(tables, plan) for plan in fits)
    plan = solve(problem, gap=0.0, further=[rule])
    assert (plan.persons_placed, round(plan.value, 6)) == (persons, round(value, 6)) and plan.bound >= value - 1e-9
    assert rule.holds(problem, plan.assignment) and "also keeps: few households" in plan.status


def test_a_rule_that_cannot_be_kept_names_the_smallest_easing():
    with pytest.raises(DecisionError, match="'some households' cannot be kept") as error:
        solve(small_case(), further=[Least(2)])
    assert "'some households' from 2 to 1" in error.value.message()
    assert solve(small_case(), further=[Least(1)]).households_placed == 3


def test_a_rule_that_stands_already_or_is_unknown_is_refused():
    with pytest.raises(DecisionError, match="'capacity in persons' stands twice"):
        solve(small_case(), further=[Capacity()])
    with pytest.raises(PluginError, match="did you mean 'capacity'"):
        further_rules(["capcity"])
