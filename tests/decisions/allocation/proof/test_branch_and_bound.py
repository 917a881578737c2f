"""A proof by cases: any tree gives a valid bound, the search's own is exact, what is cut off is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError, DecisionError
from workbench.decisions.allocation import Problem, problem_from_tables, solve, standard_rules
from workbench.decisions.allocation.proof.lagrangian_bound import (
    Branches,
    Multipliers,
    certified_bound,
    divided,
    persons_bound,
    whole_case,
)

pytestmark = pytest.mark.quick


def problem_of(made_up, seed):
    tables = made_up.small(seed)
    try:
        problem = problem_from_tables(*tables.args())
    except (DataError, DecisionError):
        return None
    every = [made_up.worth(tables, plan) for plan in made_up.every_plan(tables)]
    return (problem, every) if every and len(problem.columns) else None


def any_tree(problem, draw, at_least):
    """A tree that divides at random, with multipliers at random."""
    rows = {rule.title: rule.rows(problem, problem.columns) for rule in standard_rules(problem)}
    places, dims = len(problem.place_names) + 1, len(problem.dimensions)

    def multipliers():
        price = draw.random((places, dims)) * draw.choice([0.0, 0.3])
        price[:-1, 0] -= draw.random(places - 1) * (problem.minimum > 0) * 0.5
        price[:-1][~np.isfinite(problem.capacity) & (price[:-1] > 0)] = 0
        price[-1, 1:] = 0
        price[-1, 0] = 0.0 if at_least is None else 0.2 * draw.random()
        small = problem.capacity <= draw.choice([150, 3])
        whole = np.vstack([small * draw.integers(0, 2, small.shape), np.zeros((1, dims))]).astype(np.int64)
        apart = {"kept apart": 0.3 * draw.random(len(rows["kept apart"]))}
        return Multipliers(price, 0.5 * draw.normal(size=problem.items), whole, at_least, apart)

    nodes, leaves = [], []

    def grow(case, depth):
        both = np.column_stack([case.allowed, case.idle])
        open_ = np.argwhere(both)
        if depth == 0 or len(open_) == 0 or draw.random() < 0.2:
            nodes.append((-1, -1))
            leaves.append(multipliers())
            return
        item, place = open_[draw.integers(len(open_))]
        nodes.append((int(item), int(place)))
        for part in divided(case, int(item), int(place)):
            grow(part, depth - 1)

    grow(whole_case(problem), 4)
    pairs = np.array(nodes)
    return replace(multipliers(), branches=Branches(pairs[:, 0], pairs[:, 1], tuple(leaves))), rows


def test_any_tree_with_any_multipliers_gives_a_valid_bound(made_up):
    draw, tried = np.random.default_rng(7), 0
    for seed in range(60):
        stated = problem_of(made_up, seed)
        if stated is None:
            continue
        problem, every = stated
        most = max(persons for persons, _ in every)
        for at_least, best in (
            (None, max(value for _, value in every)),
            (most, max(value for persons, value in every if persons == most)),
        ):
            multipliers, rows = any_tree(problem, draw, at_least)
            assert certified_bound(problem, multipliers, rows) >= best - 1e-9, seed
        counted, rows = any_tree(problem, draw, None)
        assert persons_bound(problem, counted, rows) >= most, seed
        tried += 1
    assert tried > 25


def crowded(seed: int = 2, households: int = 14, places: int = 5, room: float = 0.85) -> Problem:
    """Fewer places than persons, with needs: prices alone leave a gap open."""
    draw = np.random.default_rng(seed)
    homes, towns = [f"h{i}" for i in range(households)], [f"p{j}" for j in range(places)]
    table = pd.DataFrame(
        {
            "household": homes,
            "adults": draw.integers(1, 3, households),
            "children": draw.choice([0, 0, 1, 2, 3], households),
            "seniors": draw.choice([0, 0, 0, 1], households),
            "needs": draw.choice(["", "", "", "school", "clinic"], households),
        }
    )
    persons = int(table[["adults", "children", "seniors"]].sum().sum())
    share = draw.dirichlet(np.full(places, 2.0))
    rooms = pd.DataFrame(
        {
            "place": towns,
            "capacity": np.maximum(1, np.round(share * persons * room)).astype(int),
            "services": ["clinic;school", *draw.choice(["clinic;school", "school"], places - 1)],
        }
    )
    scores = pd.DataFrame(
        [(h, p, draw.random()) for h in homes for p in towns], columns=["household", "place", "score"]
    )
    return problem_from_tables(table, rooms, scores)


def test_what_prices_leave_open_cases_prove(road):
    with_cases = 0
    for seed in range(5):
        plan = solve(crowded(seed), gap=0.0)
        assert plan.reaches(0.0) and plan.persons_placed == plan.persons_placed_bound, seed
        assert "certified to within 0\N{NO-BREAK SPACE}%" in plan.status, seed
        assert plan.outcome is not None
        with_cases += plan.outcome.multipliers.branches is not None
    assert with_cases > 2


def test_a_tree_that_leaves_plans_out_is_refused():
    problem = crowded()
    plan = solve(problem, gap=0.0)
    assert plan.outcome is not None
    whole = plan.outcome.multipliers
    branches = whole.branches
    assert branches is not None and len(branches.leaves) > 2
    broken = (
        Branches(branches.item[:-1], branches.place[:-1], branches.leaves),
        Branches(branches.item, branches.place, branches.leaves[1:]),
        Branches(branches.item[1:], branches.place[1:], branches.leaves),
        Branches(np.append(branches.item, -1), np.append(branches.place, -1), branches.leaves),
        Branches(np.where(branches.item == branches.item[0], 99, branches.item), branches.place, branches.leaves),
    )
    for each in broken:
        with pytest.raises(DecisionError, match="do not cover every plan"):
            certified_bound(problem, replace(whole, branches=each), {})


def test_the_time_limit_ends_a_proof_with_what_is_proven():
    problem = crowded(0, 25, 8)
    plan = solve(problem, gap=0.0, time_limit=0.5)
    assert plan.value <= plan.bound and plan.persons_placed <= plan.persons_placed_bound


def test_a_gap_that_is_not_reached_is_said(monkeypatch):
    monkeypatch.setattr("workbench.decisions.allocation.exact.direct.FEW", 0)
    monkeypatch.setattr("workbench.decisions.allocation.proof.branch_and_bound.DIVISIONS", 0)
    plan = solve(crowded(), gap=0.0)
    assert replace(plan, gap=0.0).reaches(0.0)
    assert not replace(plan, gap=0.0, persons_placed_bound=plan.persons_placed + 1).reaches(0.01)
    assert plan.gap > 1e-6 and not plan.reaches(0.0) and "certified only to within" in plan.status


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_scarce_units_of_several_kinds_are_proven_too(seed):
    draw = np.random.default_rng([seed, 40, 8, 5])
    homes, rooms = [f"h{i:02d}" for i in range(40)], [f"p{j}" for j in range(8)]
    services = ["school", "home", "clinic"]
    needs = [";".join(name for name in services if draw.random() < 0.5) for _ in homes]
    households = pd.DataFrame({"household": homes, "adults": draw.integers(1, 3, 40), "seniors": 0, "needs": needs})
    households["children"] = draw.choice([0, 0, 1, 2, 3], 40)
    persons = int(households[["adults", "children"]].to_numpy().sum())
    places = pd.DataFrame(
        {"place": rooms, "capacity": np.maximum(2, np.rint(draw.dirichlet(np.full(8, 3.0)) * persons))}
    )
    places = places.assign(**{f"capacity_{name}": draw.integers(0, 4, 8) for name in services})
    scores = pd.DataFrame(draw.random((40, 8)).round(3), columns=rooms)
    scores.insert(0, "household", homes)
    counts = {name: str(draw.choice(["households", "persons"])) for name in services}
    problem = problem_from_tables(households, places, scores, counts=counts)
    plan = solve(problem, gap=5e-4)
    assert plan.reaches(5e-4) and plan.persons_placed == plan.persons_placed_bound < persons
    assert plan.outcome.multipliers.whole[:-1].all()
