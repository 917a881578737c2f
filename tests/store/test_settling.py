"""When members moved in is noted after the decision alone, by the municipality where it was decided."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from workbench.core.errors import StoreError
from workbench.store import audit, reservation
from workbench.store.database import Store
from workbench.store.households import records, states
from workbench.store.rounds import answers, offered, proposals, settling

DECIDED = date(2026, 3, 6)


def decided(store: Store) -> str:
    """A couple, accepted by Oslo and decided on 6 March; the round is closed."""
    with store.writing() as c:
        members = (records.Member("100", date(1990, 1, 1)), records.Member("200", date(1991, 1, 1)))
        key = records.register(c, members, who="anna", population="asylum", deadline=date(2026, 8, 1))
        records.consent(c, key, "settlement", True, day=DECIDED, who="anna")
        records.hold(c, key, day=DECIDED, who="anna")
        states.move(c, key, "interview", who="anna")
        states.move(c, key, "clear", who="anna")
        reservation.offer(c, "0301", 2026, 10, 5, who="anna")
        (free,) = proposals.free(c, 2026, 10)
        days = {"opened": DECIDED, "deadline": DECIDED}
        ready = proposals.ready(c, DECIDED)
        at = proposals.begin(
            c, year=2026, week=10, **days, deciders=1, households=ready, places=[(free, {})], who="anna"
        )
        row = {"household": key, "place": "0301", "weekly_places": free.key, "told": {"score": 1.0}}
        proposals.keep_solution(c, at, {}, [row], {}, who="anna")
        answers.send(c, at, who="anna")
        answers.respond(c, at, key, True, place="0301", today=DECIDED, who="oslo")
        answers.decide(c, at, key, today=DECIDED, who="dina")
        answers.close(c, at, today=DECIDED, who="anna")
    return key


def test_each_member_has_a_day_and_the_last_one_settles_the_household(store: Store) -> None:
    key, moved = decided(store), DECIDED + timedelta(days=20)
    with store.writing() as c:
        assert [row["household"] for row in offered.to(c, "0301", who="oslo")] == [key]  # after the round is closed too
        given = {"place": "0301", "today": moved + timedelta(days=9), "who": "oslo"}
        assert settling.settle(c, key, moved, **given, case_number="200") == 1
        assert records.folder(c, key, who="anna", why="case")["household"]["state"] == "decided"
        assert settling.settle(c, key, moved + timedelta(days=9), **given) == 0
        held = records.folder(c, key, who="anna", why="case")
        assert held["household"]["state"] == "settled"
        days = {row["case_number"]: row["settled"] for row in held["person"]}
        assert days == {"200": moved, "100": moved + timedelta(days=9)}
        assert audit.verify(c).faults == () and offered.to(c, "0301", who="oslo") == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"day": DECIDED - timedelta(days=1)}, "before the decision"),
        ({"day": DECIDED + timedelta(days=30)}, "has not come yet"),
        ({"place": "1103"}, "nothing was decided for this household and municipality"),
        ({"case_number": "300"}, "nobody of the household has this number"),
        ({"household": "H0"}, "nothing was decided"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_nothing_is_noted(
    store: Store, change: dict[str, object], told: str
) -> None:
    key = decided(store)
    given = {"household": key, "day": DECIDED, "place": "0301", "today": DECIDED, "who": "oslo", **change}
    with pytest.raises(StoreError, match=told), store.writing() as c:
        settling.settle(c, given.pop("household"), given.pop("day"), **given)  # type: ignore[arg-type]
    with store.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM person WHERE settled IS NOT NULL").scalar_one() == 0
    with store.writing() as c:
        assert settling.settle(c, key, DECIDED, place="0301", today=DECIDED, who="oslo") == 0
    with pytest.raises(StoreError, match="noted already"), store.writing() as c:
        settling.settle(c, key, DECIDED, place="0301", today=DECIDED, who="oslo")
