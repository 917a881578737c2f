"""The model of moves recovers what made a table, and foresees held-out moves better than simple rules."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.core.errors import DataError, ModelError
from workbench.models.moves import contest, rivals
from workbench.models.moves.flows import FEATURES, Flows, flows, people_between
from workbench.models.moves.gravity import design, fit

pytestmark = pytest.mark.quick
TRUE = {"size_of_origin": 0.9, "size_of_destination": 1.1, "nearness": 1.5, "same_county": 0.4}


def made_up(places: int = 24, seed: int = 1, spread: float = 0.3, size: float = 6.0) -> Flows:
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 300, (places, 2))
    km = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    people = np.exp(rng.normal(9.5, 0.8, places))
    counties = tuple("ABCD"[int(x > 150) + 2 * int(y > 150)] for x, y in at)
    plain = flows(tuple(map(str, range(places))), people, km, np.zeros((places, places)), counties)
    beta = np.array([TRUE.get(name, 0.0) for name in FEATURES])
    theta = np.concatenate([[2.5], beta, rng.normal(0, spread, 4 * places)])
    mean = np.exp(design(plain) @ theta)
    persons = rng.poisson(mean * rng.gamma(size, 1 / size, len(mean)))
    return flows(plain.places, people, km, plain.matrix(persons), counties)


def test_known_elasticities_are_recovered_within_their_intervals() -> None:
    inside = []
    for seed in range(6):
        found = fit(made_up(seed=seed)).elasticities
        inside += [abs(found[n][0] - TRUE.get(n, 0.0)) < 1.96 * found[n][1] for n in FEATURES]
        assert abs(found["nearness"][0] - 1.5) < 1.0
    assert np.mean(inside) > 0.8


def test_held_out_moves_are_foreseen_better_than_by_rules_and_intervals_hold() -> None:
    rows = contest.contest(made_up(places=30, spread=0.5), folds=3).set_index(["task", "method"])
    for task in contest.TASKS:
        rivals_of = [rows.loc[(task, rule), "deviance"] for rule in rivals.RULES]
        assert rows.loc[(task, contest.MODEL), "deviance"] < min(rivals_of)
        assert 0.7 < rows.loc[(task, contest.MODEL), "in80"] < 0.93


def test_who_lives_between_is_counted_without_both_ends() -> None:
    km = np.abs(np.subtract.outer([0.0, 1.0, 3.0], [0.0, 1.0, 3.0]))
    assert people_between(np.array([10.0, 20.0, 40.0]), km).tolist() == [[0, 0, 20], [0, 0, 10], [20, 0, 0]]


def test_the_sum_that_left_is_kept_where_a_place_is_held_out() -> None:
    made = made_up(places=12)
    known = made.origin != 3
    told = rivals.foresee("radiation", made, known)
    left = np.bincount(made.origin[known], made.persons[known], 12)
    np.testing.assert_allclose(np.bincount(made.origin, told, 12)[np.arange(12) != 3], left[np.arange(12) != 3])


def test_too_little_is_said() -> None:
    made = made_up(places=12)
    with pytest.raises(ModelError, match="too few moves"):
        fit(made, np.zeros(len(made), dtype=bool))
    with pytest.raises(DataError, match="no population for 1"):
        flows(("0", "1", "2"), np.array([1.0, 0.0, 1.0]), np.ones((3, 3)), np.zeros((3, 3)), ("", "", ""))
