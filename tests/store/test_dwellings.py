"""Dwellings on a municipality's list: held for who is accepted, changed where more fit so, never held twice."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from tests.store.conftest import TODAY
from workbench.core.errors import StoreError
from workbench.store import audit, database, dwellings, reservation
from workbench.store.database import Store
from workbench.store.dwellings import Dwelling
from workbench.store.households import casework, records, states
from workbench.store.rounds import answers, proposals, settling

PLACE = "0301"


def offered(store: Store, *needs: tuple[int | None, str], week: int = 10) -> tuple[str, list[str]]:
    """Put households of one person, with bedrooms and needs, into a round that is sent to one municipality."""
    homes = []
    with store.writing() as c:
        for at, (bedrooms, need) in enumerate(needs):
            member = records.Member(f"n{week}-{at}", date(1990, 1, 1))
            key = records.register(c, (member,), who="anna", population="asylum", deadline=date(2026, 8, 1))
            records.consent(c, key, "settlement", True, day=TODAY, who="anna")
            records.hold(c, key, day=TODAY, who="anna")
            records.set_list(c, "needs", key, (need,) if need else (), who="anna")
            records.change(c, "household", key, {"bedrooms": bedrooms}, version=1, who="anna", why="interview")
            for move in ("interview", "clear"):
                states.move(c, key, move, who="anna")
            homes.append(key)
        reservation.offer(c, PLACE, 2026, week, 50, who="anna")
        (room,) = proposals.free(c, 2026, week)
        day = {"year": 2026, "week": week, "opened": TODAY, "deadline": TODAY, "deciders": 1, "who": "anna"}
        round_ = proposals.begin(c, **day, households=proposals.ready(c, TODAY), places=[(room, {})])  # type: ignore[arg-type]
        plan = [
            {"household": each, "place": PLACE, "weekly_places": room.key, "told": {"score": 1.0, "reasons": []}}
            for each in homes
        ]
        proposals.keep_solution(c, round_, {}, plan, {}, who="anna")
        answers.send(c, round_, who="anna")
    return round_, homes


def list_(store: Store, *homes: Dwelling) -> None:
    with store.writing() as c:
        for each in homes:
            dwellings.keep(c, PLACE, each, who="oslo")


def accept(store: Store, round_: str, household: str) -> None:
    with store.writing() as c:
        answers.respond(c, round_, household, True, place=PLACE, today=TODAY, who="oslo")


def held(store: Store) -> dict[str, str]:
    with store.reading() as c:
        return {each.household: each.code for each in dwellings.listed(c).get(PLACE, []) if each.household}


def test_a_register_with_rows_gets_its_dwellings(empty: str) -> None:
    old = database._connected(database.location(empty))
    database.migrate(old, "0005")
    with old.writing() as c:
        row = "'H1', 'ready', '2026-01-01', 'asylum', 3"
        c.execute(sa.text(f"INSERT INTO household (id, state, state_since, population, version) VALUES ({row})"))
        audit.append(c, "anna", "household.register", "H1", "registration")
    new = database.create(empty)
    with new.writing() as c:
        assert records.folder(c, "H1", who="anna", why="case")["household"]["bedrooms"] is None
        dwellings.keep(c, PLACE, Dwelling("a", 2), who="oslo")
        assert audit.verify(c).faults == () and dwellings.listed(c)[PLACE][0].step_free is None


def test_dwellings_are_changed_round_so_that_all_fit_and_one_more_is_refused(store: Store) -> None:
    round_, (small, large, extra) = offered(store, (2, ""), (3, ""), (1, ""))
    list_(store, Dwelling("a", 3, False), Dwelling("b", 2, True))
    accept(store, round_, small)
    assert held(store) == {small: "a"}  # the one without steps is left for who needs it
    accept(store, round_, large)
    assert held(store) == {small: "b", large: "a"}
    with pytest.raises(StoreError, match="no dwelling fits the household"):
        accept(store, round_, extra)
    with store.reading() as c:
        assert reservation.taken(c, 2026, 10) == {PLACE: 2}  # nothing of the refused acceptance was kept
        assert audit.verify(c).faults == ()


def test_steps_that_are_not_known_serve_nobody_who_needs_none_and_no_list_asks_nothing(store: Store) -> None:
    round_, (one, other) = offered(store, (None, dwellings.STEP_FREE), (1, dwellings.STEP_FREE))
    accept(store, round_, one)
    assert held(store) == {}
    list_(store, Dwelling("a", 2, None))
    with pytest.raises(StoreError, match="1 bedroom without steps"):
        accept(store, round_, other)


def test_who_leaves_gives_the_dwelling_back_and_who_moved_in_keeps_it(store: Store) -> None:
    round_, (one, other) = offered(store, (1, ""), (1, ""))
    list_(store, Dwelling("a", 1, False), Dwelling("later", 1, False, date(2026, 3, 9)))
    accept(store, round_, one)
    with pytest.raises(StoreError, match="no dwelling fits"):
        accept(store, round_, other)  # the second is free on the Monday after the week
    with pytest.raises(StoreError, match="held for a household"), store.writing() as c:
        dwellings.drop(c, PLACE, "a", who="oslo")
    with store.writing() as c:
        casework.step(c, one, "withdraw", who="anna", reason="own_wish")
    accept(store, round_, other)
    with store.writing() as c:
        answers.decide(c, round_, other, today=TODAY, who="berit")
        settling.settle(c, other, TODAY, place=PLACE, today=TODAY, who="oslo")
        assert [(row["dwelling"], row["state"]) for row in dwellings.stated(dwellings.listed(c))] == [
            ("a", "occupied"),
            ("later", "free"),
        ]
        dwellings.drop(c, PLACE, "a", who="oslo")


def test_nobody_is_moved_into_a_dwelling_that_is_free_only_after_their_own_week(store: Store) -> None:
    round_, (early,) = offered(store, (1, ""))
    list_(store, Dwelling("now", 2, False), Dwelling("later", 1, False, date(2026, 4, 1)))
    accept(store, round_, early)
    later, (other, third) = offered(store, (2, ""), (1, ""), week=20)
    with pytest.raises(StoreError, match="no dwelling fits"):
        accept(store, later, other)
    assert held(store) == {early: "now"}
    accept(store, later, third)
    assert held(store) == {early: "now", third: "later"}
    with pytest.raises(StoreError, match="held for a household"):
        list_(store, Dwelling("now", 3, False))


def test_one_of_a_later_week_waits_for_a_later_dwelling_so_that_one_of_an_earlier_week_fits(store: Store) -> None:
    later, (late,) = offered(store, (1, ""), week=20)
    list_(store, Dwelling("now", 1, False), Dwelling("then", 1, False, date(2026, 4, 1)))
    accept(store, later, late)
    assert held(store) == {late: "now"}
    round_, (early,) = offered(store, (1, ""))
    accept(store, round_, early)
    assert held(store) == {early: "now", late: "then"}


def test_a_dwelling_that_cannot_be_is_refused(store: Store) -> None:
    for code, bedrooms in (("Storgata 12", 1), ("", 1), ("a", 31)):
        with pytest.raises(StoreError, match="such a dwelling cannot be"):
            list_(store, Dwelling(code, bedrooms))
