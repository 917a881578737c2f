"""Among equal households the earlier deadline goes first, then the longer wait, then a lottery; no value is lost."""

import itertools

import numpy as np
import pandas as pd
import pytest

from workbench.decisions.allocation import problem_from_tables, solve

pytestmark = pytest.mark.quick
ROOMS = pd.DataFrame({"place": ["A", "B"], "capacity": [9, 9]})


def households(**columns):
    names = [f"H{index}" for index in range(10, 22)]
    return pd.DataFrame({"household": names, "adults": 2, "children": 1, "seniors": 0}).assign(**columns)


def scores(homes, level=0.5):
    return pd.DataFrame({"household": homes["household"], "A": level, "B": level})


def placed(homes, table=None, further=()):
    problem = problem_from_tables(homes, ROOMS, scores(homes) if table is None else table)
    plan = solve(problem, further=further)
    return set(plan.assignment["household"]), plan


def test_who_waits_longest_goes_first_whatever_the_codes_say():
    came = [f"2026-{12 - index:02}-01" for index in range(12)]  # the largest code came first
    who, plan = placed(households(arrived=came))
    assert who == {f"H{index}" for index in range(16, 22)}
    assert "earlier arrival" in plan.ties and plan.reaches(0.0005)


def test_a_deadline_goes_before_a_long_wait():
    due = ["2026-05-01" if index in (0, 3, 11) else None for index in range(12)]
    who, _ = placed(households(arrived=[f"2026-{12 - index:02}-01" for index in range(12)], deadline=due))
    assert {"H10", "H13", "H21"} <= who and len(who) == 6


def test_the_lottery_does_not_follow_the_codes_and_not_the_rows():
    homes = households()
    who, _ = placed(homes)
    again, _ = placed(homes.sample(frac=1, random_state=3))
    assert who == again and who != {f"H{index}" for index in range(10, 16)}


@pytest.mark.parametrize("seed", range(6))
def test_no_exchange_costs_value_and_none_that_is_left_out_could_take_an_equal_one_s_turn(seed):
    rng = np.random.default_rng(seed)
    homes = households(
        arrived=[f"2026-{month:02}-01" for month in rng.integers(1, 13, 12)], group=rng.choice(["g", "h"], 12)
    )
    table = scores(homes).assign(A=rng.choice([0.2, 0.6], 12))
    who, plan = placed(homes, table)
    assert plan.reaches(0.0005) and plan.bound >= plan.value
    row = homes.assign(A=table["A"]).set_index("household")
    for left, has in itertools.product(set(row.index) - who, who):
        if (row.loc[left, ["A", "group"]] == row.loc[has, ["A", "group"]]).all():
            assert row.loc[has, "arrived"] <= row.loc[left, "arrived"]


def test_nothing_is_said_where_everybody_has_a_place():
    homes = households().head(4)
    _, plan = placed(homes)
    assert plan.ties == "" and plan.unplaced.empty
