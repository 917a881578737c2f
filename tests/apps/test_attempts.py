"""Wrong keys become slow, a right key never stays out."""

from __future__ import annotations

import pytest

from workbench.apps.serving import attempts
from workbench.apps.serving.attempts import FREE, LONGEST, Attempts

pytestmark = pytest.mark.quick


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_two_hundred_wrong_keys_one_after_another_take_minutes() -> None:
    clock = Clock()
    tries = Attempts(clock)
    for _ in range(200):
        delay = tries.wait("a")
        assert delay is not None
        clock.now += delay
    assert clock.now > 180


def test_keys_sent_side_by_side_are_refused_unseen_and_the_address_is_free_again_soon() -> None:
    clock = Clock()
    tries = Attempts(clock)
    seen = [tries.wait("a") for _ in range(200)]
    assert sum(delay is not None for delay in seen) == FREE + LONGEST
    assert tries.wait("b") == 0, "another address does not wait"
    clock.now += 2
    assert tries.wait("a") is not None, "soon the next one is looked at"
    clock.now += 60
    assert tries.wait("a") == 0


def test_a_right_key_costs_nothing() -> None:
    tries = Attempts(Clock())
    for _ in range(1000):
        assert tries.wait("a") == 0
        tries.right("a")


def test_many_addresses_do_not_take_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "REMEMBERED", 100)
    tries = Attempts(Clock())
    for _ in range(FREE + 2):
        tries.wait("hard")
    for number in range(1000):
        tries.wait(f"{number}")
    assert len(tries._tried) <= 100 and (tries.wait("hard") or 0) > 0
