"""What a round's report counts: waiting by its textbook, places and answers by hand, and editions that keep apart."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError, StoreError, WorkbenchError
from workbench.presentation.rounds import figures
from workbench.presentation.rounds import report as page
from workbench.store import audit, database, reservation
from workbench.store.database import Store
from workbench.store.households import casework, records, states
from workbench.store.rounds import answers, ledger, proposals
from workbench.studies.rounds import account, waiting

pytestmark = pytest.mark.quick

FIRST = date(2026, 3, 2)
TODAY = date(2026, 3, 20)
PLACES = ("0301", "1103")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """24 households; a round offered 16 of them: Oslo 12 (9 accepted, 2 declined, 1 silent), Stavanger 4 (all yes)."""
    store = database.create(str(tmp_path_factory.mktemp("account") / "r.sqlite"))
    with store.writing() as c:
        keys = [_ready(c, number) for number in range(24)]
        for place, number in zip(PLACES, (60, 30), strict=True):
            reservation.offer(c, place, 2026, 10, number, who="anna")
        reservation.offer(c, "4601", 2026, 10, 7, who="anna")
        reservation.pause_week(c, "4601", 2026, 10, "all", "no_staff", who="anna")
        weeks = {each.place: each for each in proposals.free(c, 2026, 10)}
        at = proposals.begin(
            c, year=2026, week=10, opened=FIRST, deadline=FIRST, deciders=1, households=proposals.ready(c, FIRST),
            places=[(week, {}) for week in weeks.values()], who="anna",
        )  # fmt: skip
        plan = [
            {"household": key, "place": place, "weekly_places": weeks[place].key, "told": {"score": 1.0}}
            for key, place in zip(keys, [PLACES[0]] * 12 + [PLACES[1]] * 4, strict=False)
        ]
        proposals.keep_solution(c, at, {}, plan, {"gap": 0.0}, who="anna")
        answers.send(c, at, who="anna")
        for number, row in enumerate(plan):
            if number == 11:
                continue
            accept = number not in (3, 7)
            told = {"place": row["place"], "today": FIRST, "who": "oslo", "reason": "" if accept else "no_room_left"}
            answers.respond(c, at, row["household"], accept, **told)
            if accept:
                answers.decide(c, at, row["household"], today=FIRST, who="dina")
        ledger.enter(
            c, at, "pin", keys[20], "0301", reason="relatives", who="dina", price={"score": 0.25, "persons": 0}
        )
        answers.close(c, at, today=TODAY, who="anna")
    return store


def _ready(connection: Any, number: int) -> str:
    """Permits lie 10 to 33 days before the first Monday; each third household has six persons."""
    born = [date(1990, 1, 1)] * (6 if number % 3 == 0 else 1)
    members = tuple(records.Member(f"{number}-{at}", day, "Zquuxina", "Zquux") for at, day in enumerate(born))
    permit = FIRST - timedelta(days=10 + number)
    late = TODAY - timedelta(days=1) if number == 23 else date(2026, 8, 1)
    key = records.register(connection, members, who="anna", population="asylum", permit=permit, deadline=late)
    records.consent(connection, key, "settlement", True, day=FIRST, who="anna")
    records.hold(connection, key, day=FIRST, who="anna")
    states.move(connection, key, "interview", who="anna")
    states.move(connection, key, "clear", who="anna")
    return key


def told(store: Store, tmp_path: Path, place: str = "") -> account.Account:
    from workbench.sources import localities

    home = localities.load("norway")
    return account.account(store, home, place, today=TODAY, who="dina", runs=tmp_path / "runs")


def test_the_waiting_curve_is_the_textbooks() -> None:
    # Freireich et al. (1963), remission of leukaemia in weeks, as in Kalbfleisch and Prentice, table 1.1.
    treated = (6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
    placebo = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
    one = waiting.Waits(np.array(treated, float), np.arange(21) < 9)
    other = waiting.Waits(np.array(placebo, float), np.ones(21, bool))
    curve = one.curve().set_index("day")["waiting"]
    assert [round(curve[day], 3) for day in (6, 7, 10, 13, 16, 22, 23)] == [
        0.857,
        0.807,
        0.753,
        0.690,
        0.627,
        0.538,
        0.448,
    ]
    assert one.median() == (23, 13, np.inf) and other.median() == (8, 4, 11)
    assert waiting._log_rank(one, other) == pytest.approx(4.17e-5, rel=0.01)
    nobody = waiting.Waits(np.array([3.0, 4.0]), np.zeros(2, bool))
    assert nobody.median() == (np.inf, np.inf, np.inf) and set(nobody.curve()["waiting"]) == {1.0}


def test_who_withdrew_counts_to_that_day_and_nothing_later_than_the_report_counts() -> None:
    day = pd.Timestamp
    rows = pd.DataFrame(
        {
            "permit": [day("2026-01-01")] * 4,
            "state": ["decided", "withdrawn", "ready", "decided"],
            "since": ["2026-02-01", "2026-01-11", "2026-01-20", "2026-06-01"],
            "decided": [day("2026-01-31"), None, None, day("2026-06-01")],
        }
    )
    found = waiting.waits(rows, date(2026, 3, 2))
    assert found.days.tolist() == [30, 10, 60, 60] and found.ended.tolist() == [True, False, False, False]


def test_places_answers_and_waiting_are_counted(filled: Store, tmp_path: Path) -> None:
    found = told(filled, tmp_path)
    rows = found.by_place().set_index("place")
    assert rows.loc["0301", ["places", "accepted", "declined", "lapsed"]].tolist() == [60, 9, 2, 1]
    assert rows.loc["1103", ["places", "taken", "accepted"]].tolist() == [30, 14, 4] and rows.loc["4601", "paused"] == 7
    assert rows.loc["0301", "taken"] == 9 + 5 * 3  # of nine households three have six persons
    assert found.waiting == 24 and found.reasons().values.tolist() == [["no_room_left", 2]]
    groups = found.fairness.set_index("group")
    assert groups.loc["all", ["households", "decided", "overdue"]].tolist() == [24, 13, 1]
    assert np.isnan(groups.loc["large", "median"])  # eight households
    assert found.longest["days"].is_monotonic_decreasing and found.longest["days"].iloc[0] == 33 + 18
    with filled.reading() as c:
        assert audit.verify(c).faults == ()
        assert c.exec_driver_sql("SELECT count(*) FROM audit WHERE action = 'report.read'").scalar_one() >= 1


@pytest.mark.parametrize("language", ["en", "nb", "sv"])
def test_the_page_says_it_in_each_language(filled: Store, tmp_path: Path, language: str) -> None:
    found = told(filled, tmp_path)
    lead = page.headline(found, language).sentence
    assert all(number in lead for number in ("24", "16", "13"))
    whole = "\n".join(part.plain() for part in _parts(found, language) if part is not None)
    assert "Zquux" not in whole and "Bergen" not in whole and ("Stavanger" in whole) and "97" in whole
    assert page.front(found, language).edition == "case" and not found.synthetic


def test_a_municipality_reads_its_own_alone(filled: Store, tmp_path: Path) -> None:
    found = told(filled, tmp_path, "1103")
    parts = [part for part in _parts(found, "en") if part is not None]
    whole = "\n".join(part.plain() + str(part.extra()) + part.html() for part in parts)
    assert "Stavanger was offered 4 households: 4 accepted" in whole
    others = set(found.offers["household"])
    with filled.reading() as c:
        every = set(c.exec_driver_sql("SELECT id FROM household").scalars())
    assert not [key for key in every - others if key[:9] in whole]
    assert "Oslo" not in whole
    assert page.front(found).edition == "municipal" and found.ledger.empty and found.longest.empty


def _parts(found: account.Account, language: str) -> list[Any]:
    names = ("key_findings", "by_place", "declines", "by_group", "longest", "overrides")
    drawn = ("places_by_week", "waiting_curve", "waiting_by_group")
    return [
        page.front(found, language),
        *(getattr(page, name)(found, language) for name in names),
        *(getattr(figures, name)(found, language) for name in drawn),
        *(page.heading(found, name, language) for name in page.HEADINGS),
        page.method(language),
    ]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"edition": "public"}, "no edition 'public'"),
        ({"edition": "municipal"}, "names its municipality"),
        ({"place": "0301"}, "names its municipality"),
        ({"edition": "municipal", "place": "9999"}, "'9999' is no place"),
        ({"day": "1 March"}, "is no day"),
        ({"round": "R0"}, "no such round"),
    ],
)
def test_a_report_that_cannot_be_is_refused(filled: Store, tmp_path: Path, given: dict[str, str], what: str) -> None:
    with pytest.raises(WorkbenchError, match=what):
        account.study(store=str(filled.engine.url.database), runs=tmp_path, **given)


def test_an_empty_register_has_no_report(tmp_path: Path) -> None:
    database.create(str(tmp_path / "r.sqlite"))
    with pytest.raises(StoreError, match="no round has been opened"):
        account.study(store=str(tmp_path / "r.sqlite"), runs=tmp_path)
    with pytest.raises((StoreError, DataError), match="no register here"):
        account.study(store=str(tmp_path / "none.sqlite"), runs=tmp_path)


def test_an_offer_whose_household_left_is_named_and_in_no_other_count(filled: Store, tmp_path: Path) -> None:
    copy = tmp_path / "r.sqlite"
    with filled.reading() as c, sqlite3.connect(copy) as target:
        c.connection.driver_connection.backup(target)  # type: ignore[union-attr]
        leaver = next(row for row in answers.listed(c, answers.rounds(c)[0]["id"]) if row["state"] == "decided")
    store = database.opened(str(copy))
    with store.writing() as c:
        casework.step(c, leaver["household"], "withdraw", who="anna", reason="own_wish")
    before, after = told(filled, tmp_path / "a"), told(store, tmp_path / "b")
    assert (before.withdrawn, after.withdrawn) == (0, 1) and len(after.own) == len(before.own) - 1
    notes = page.by_place(after).notes
    assert any("the household left or was recalled (1)" in note for note in notes)
    assert not any("recalled" in note for note in page.by_place(before).notes)
