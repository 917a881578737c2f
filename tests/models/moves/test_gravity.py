"""The model of moves recovers what made a table, and foresees held-out moves better than simple rules."""

from __future__ import annotations

import numpy as np
import pytest

from tests.models.moves.made import TRUE, made_up
from workbench.core.errors import DataError, ModelError
from workbench.models.moves import contest, rivals
from workbench.models.moves.flows import FEATURES, flows, people_between
from workbench.models.moves.gravity import fit

pytestmark = pytest.mark.quick


def test_known_elasticities_are_recovered_within_their_intervals() -> None:
    inside = []
    for seed in range(6):
        found = fit(made_up(seed=seed)[0]).elasticities
        inside += [abs(found[n][0] - TRUE.get(n, 0.0)) < 1.96 * found[n][1] for n in FEATURES]
        assert abs(found["nearness"][0] - 1.5) < 1.0
    assert np.mean(inside) > 0.8


def test_held_out_moves_are_foreseen_better_than_by_rules_and_intervals_hold() -> None:
    rows = contest.contest(made_up(places=30, spread=0.5)[0], folds=3).set_index(["task", "method"])
    for task in contest.TASKS:
        rivals_of = [rows.loc[(task, rule), "deviance"] for rule in rivals.RULES]
        assert rows.loc[(task, contest.MODEL), "deviance"] < min(rivals_of)
        assert 0.7 < rows.loc[(task, contest.MODEL), "in80"] < 0.93


def test_who_lives_between_is_counted_without_both_ends() -> None:
    km = np.abs(np.subtract.outer([0.0, 1.0, 3.0], [0.0, 1.0, 3.0]))
    assert people_between(np.array([10.0, 20.0, 40.0]), km).tolist() == [[0, 0, 20], [0, 0, 10], [20, 0, 0]]


def test_the_sum_that_left_is_kept_where_a_place_is_held_out() -> None:
    made, _ = made_up(places=12)
    known = made.origin != 3
    told = rivals.foresee("radiation", made, known)
    left = np.bincount(made.origin[known], made.persons[known], 12)
    np.testing.assert_allclose(np.bincount(made.origin, told, 12)[np.arange(12) != 3], left[np.arange(12) != 3])


def test_too_little_is_said() -> None:
    made, _ = made_up(places=12)
    with pytest.raises(ModelError, match="too few moves"):
        fit(made, np.zeros(len(made), dtype=bool))
    with pytest.raises(DataError, match="no population for 1"):
        flows(("0", "1", "2"), np.array([1.0, 0.0, 1.0]), np.ones((3, 3)), np.zeros((3, 3)), ("", "", ""))
