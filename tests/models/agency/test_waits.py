"""Do promised waits hold? Cohorts made case by case with a known truth, waits counted to the day, after the promise."""

import numpy as np
import pytest

from workbench.core.errors import DataError
from workbench.models.agency import waits

pytestmark = pytest.mark.quick
MONTHS, AHEAD, INTAKE = 30, 40, 400


def truth(age: np.ndarray) -> np.ndarray:
    """Return the monthly chance of a decision by age: low at first, then higher."""
    return 0.04 + 0.12 * (1 - np.exp(-np.asarray(age) / 4.0))


def cohorts(rng: np.random.Generator, faster: float) -> tuple[np.ndarray, ...]:
    """Return waiting, decided, withdrawn (came, month) up to now, and the wait of cases that come now and later.

    From now on the odds of a decision are ``faster`` times what they were: a plan with more staff.
    """
    waiting, decided = np.full((2, MONTHS, MONTHS), np.nan)
    later_output = np.zeros(AHEAD)

    def chance(age: int, month: int) -> float:
        p = float(truth(np.array(age)))
        odds = p / (1 - p) * (faster if month >= MONTHS else 1.0)
        return odds / (1 + odds)

    fresh = []
    for came in range(MONTHS + AHEAD):
        left = int(rng.poisson(INTAKE))
        for month in range(came, MONTHS + AHEAD):
            done = int(rng.binomial(left, chance(month - came, month)))
            if month < MONTHS:
                waiting[came, month], decided[came, month] = left, done
            else:
                later_output[month - MONTHS] += done
                if came == MONTHS:
                    fresh.append(month - came + rng.random(done))
            left -= done
        if came == MONTHS:
            fresh.append(np.full(left, np.inf))
    return waiting, decided, np.where(np.isnan(waiting), np.nan, 0.0), np.concatenate(fresh), later_output


def promised(data: tuple[np.ndarray, ...], output: np.ndarray, share: float, seed: int) -> float:
    table = waits.life_table(*data[:3], window=6, size=200, seed=seed)
    intake = np.full((200, len(output)), float(INTAKE))
    scale = waits.scales(table, intake, np.broadcast_to(output, intake.shape))
    found = waits.promise(waits.still_waiting(table, scale, age=0, months=AHEAD), share)
    assert found is not None
    return found


@pytest.mark.parametrize("faster", [1.0, 1.6])
def test_half_and_four_in_five_are_decided_within_the_promise_and_a_mean_of_the_decided_misses_a_plan(faster):
    rng = np.random.default_rng(11)
    held: dict[float, list[float]] = {0.5: [], 0.8: []}
    naive = []
    for seed in range(25):
        data = cohorts(rng, faster)
        fresh = data[3]
        for share in held:
            held[share].append(float(np.mean(fresh <= promised(data, data[4][:12], share, seed))))
        decided = np.nan_to_num(data[1][:, -6:])
        ages = np.arange(MONTHS - 6, MONTHS) - np.arange(MONTHS)[:, None]
        naive.append(float(np.mean(fresh <= (decided * ages).sum() / decided.sum())))
    for share, found in held.items():
        assert np.mean(found) == pytest.approx(share, abs=0.04)
    print(faster, {share: np.mean(found) for share, found in held.items()}, np.mean(naive))
    if (
        faster > 1
    ):  # the cases decided so far know nothing of more staff; without a change their mean lies near the half
        assert abs(np.mean(naive) - 0.5) > 0.08


def test_more_output_shortens_a_promise_and_the_planned_output_comes():
    data = cohorts(np.random.default_rng(3), 1.0)
    table = waits.life_table(*data[:3], window=6, size=50, seed=1)
    intake = np.full((50, 6), float(INTAKE))
    halves = []
    for output in (300.0, 400.0, 500.0):
        scale = waits.scales(table, intake, np.full((50, 6), output))
        found = waits.promise(waits.still_waiting(table, scale, age=0, months=AHEAD), 0.5)
        assert found is not None
        halves.append(found)
        stock = np.broadcast_to(table.stock, (50, len(table.stock))).copy()
        stock[:, 0] += INTAKE
        np.testing.assert_allclose((stock * waits._scaled(table.decided, scale[:, 0])).sum(axis=1), output, rtol=1e-6)
    assert halves[0] > halves[1] > halves[2]


def test_nothing_is_promised_where_nobody_was_decided():
    waiting = np.triu(np.full((4, 4), 10.0))
    with pytest.raises(DataError, match="nobody was decided"):
        waits.life_table(waiting, np.zeros((4, 4)), np.zeros((4, 4)), window=2, size=10, seed=1)
