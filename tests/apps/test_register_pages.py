"""The pages of the register by setting and reading traits; who sees them, and what a step does."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workbench.apps import register_view
from workbench.apps.folder.view import FolderView
from workbench.apps.identity import Desk
from workbench.apps.intake.view import IntakeView
from workbench.apps.offers.view import OffersView
from workbench.apps.places.view import PlacesView
from workbench.apps.register_view import RegisterView
from workbench.apps.rounds import shown
from workbench.apps.rounds.view import RoundsView
from workbench.apps.serving.signin import Sessions
from workbench.sources import localities
from workbench.store import accounts, audit, database, reservation
from workbench.store.database import Store
from workbench.store.households import records

pytestmark = pytest.mark.quick
PASSWORD = "four words in a row"
STAFF = (
    ("ingrid", "interviewer", ""),
    ("dina", "directorate", ""),
    ("dag", "directorate", ""),
    ("kari", "municipality", "0301"),
    ("per", "municipality", "1103"),
    ("aud", "auditor", ""),
)
PAGES: dict[str, type[RegisterView]] = {
    "intake": IntakeView,
    "offers": OffersView,
    "rounds": RoundsView,
    "places": PlacesView,
    "folder": FolderView,
}
MAY = {
    "ingrid": {"intake"},
    "dina": {"intake", "rounds", "places", "folder"},
    "kari": {"offers", "places"},
    "aud": set(),
}
ANSWERS = {
    "case_number": "c1",
    "population": "asylum",
    "held": "2026-02-03",
    "consent_settlement": "yes",
    "consent_health": "no",
    "languages": ["ar"],
    "upper_secondary": "no",
    "step_free": "no",
    "wishes": "Zquux بحر",
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "register.sqlite"
    made = database.create(str(path))
    day = datetime.now(UTC).date()
    with made.writing() as c:
        for login, role, place in STAFF:
            accounts.add(c, login, PASSWORD, role=role, municipality=place, who="anna")
        records.register(
            c,
            (records.Member("c1", day.replace(year=day.year - 30, day=1), "Zquuxina", "Zquux"),),
            who="anna",
            population="asylum",
            permit=day,
            deadline=day + timedelta(days=180),
        )
    made.engine.dispose()
    return path


@pytest.fixture
def store(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    path = tmp_path / "r.sqlite"
    shutil.copyfile(model, path)
    home = localities.load("norway")
    monkeypatch.setattr(register_view.localities, "load", lambda _: home)
    return database.opened(str(path))


def interview(store: Store, language: str = "en") -> IntakeView:
    page = IntakeView(Desk(store, "ingrid", ""), language)
    for name, value in ANSWERS.items():
        field = page.fields[name]
        if isinstance(value, list):
            for code in value:
                field.ticks[code].value = True
        elif name == "held":
            field.widget.value = datetime(2026, 2, 3, tzinfo=UTC).date()
        else:
            field.widget.value = value
    return page


@pytest.mark.parametrize("login", MAY)
def test_each_page_opens_for_its_roles_alone(store: Store, login: str) -> None:
    for name, view in PAGES.items():
        page = view(Desk(store, login, ""))
        assert ("not for your role" in page.head.value) == (name not in MAY[login]), name


def test_nobody_and_the_disabled_and_the_late_see_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nobody is signed in" in IntakeView().head.value
    page = PlacesView(Desk(store, "kari", ""))
    assert "Oslo" in page.head.value
    with store.writing() as c:
        accounts.disable(c, "kari", who="anna")
    page.save.click()
    assert "may not be used" in page.notice.value
    late = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    assert "sign-in has ended" in PlacesView(Desk(store, "dina", late)).head.value


@pytest.mark.parametrize("language", ["en", "nb", "ar", "uk"])
def test_an_interview_survives_a_crash_and_is_handed_in_once(store: Store, language: str) -> None:
    first = interview(store, language)
    assert first.hand_in.disabled is False
    again = IntakeView(Desk(store, "ingrid", ""), language)  # the first page is gone, as after a crash
    assert again.state.raw == first.state.raw and again.form.said("resumed", language) in again.notice.value
    assert again.fields["languages"].ticks["ar"].value is True
    again.hand_in.click()
    assert again.state.raw == {} and again.hand_in.disabled is True
    with store.reading() as c:
        assert c.exec_driver_sql("SELECT state FROM household").scalar_one() == "ready"
        assert c.exec_driver_sql("SELECT count(*) FROM draft").scalar_one() == 0
        assert audit.verify(c).faults == () and "Zquux" not in str(c.exec_driver_sql("SELECT * FROM audit").all())
    first.hand_in.click()  # the old page, still open elsewhere
    with store.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM interview").scalar_one() == 1


def test_what_is_missing_is_said_by_its_question_and_an_unknown_number_is_refused(store: Store) -> None:
    page = IntakeView(Desk(store, "ingrid", ""), "nb")
    assert page.hand_in.disabled and page.blocked.value.count("<li>") == 8
    assert "«Dato for intervjuet» er ikke besvart." in page.blocked.value
    page.fields["work_years"].widget.value = "many"
    assert page.blocked.value.count("<li>") == 9 and "svaret passer ikke" in page.blocked.value
    page = interview(store)
    page.fields["work_years"].widget.value = ""
    page.fields["case_number"].widget.value = "nobody has this"
    page.hand_in.click()
    assert "does not fit" in page.blocked.value and page.hand_in.disabled and page.state.raw["wishes"] == "Zquux بحر"


def test_a_question_is_asked_only_where_it_applies(store: Store) -> None:
    page = interview(store)
    assert page.fields["language_other"].box.layout.display == "none"
    page.fields["languages"].ticks["other"].value = True
    assert page.fields["language_other"].box.layout.display is None


def test_from_the_interview_to_the_decision_by_the_pages_alone(store: Store) -> None:
    interview(store).hand_in.click()
    week = datetime.now(UTC).date() + timedelta(days=7)
    places = PlacesView(Desk(store, "kari", ""))
    places.year.value, places.week.value, places.number.value = *week.isocalendar()[:2], 3
    places.save.click()

    assert "3 places in" in places.head.value and "<td>3</td>" in places.told.value
    rounds = RoundsView(Desk(store, "dina", ""), "sv")
    rounds.entries.year.value, rounds.entries.week.value = week.isocalendar()[:2]
    rounds.entries.deadline.value, rounds.entries.deciders.value = "2026-13-01", 2
    rounds.entries.begin.click()
    assert "är inget datum" in rounds.notice.value
    rounds.entries.deadline.value = week.isoformat()
    assert rounds.entries.propose.disabled  # no round is open yet
    rounds.entries.begin.click()
    rounds.entries.propose.click()
    assert "1 av 1 personer" in rounds.notice.value and "Oslo" in rounds.told.value
    assert OffersView(Desk(store, "kari", "")).rows == []  # a draft is nobody's business yet
    rounds.entries.hand_out.click()
    assert OffersView(Desk(store, "per", "")).rows == []
    offers = OffersView(Desk(store, "kari", ""))
    assert "1 of 1 offers wait" in offers.head.value and "Zquux" not in str([w.children for w in offers.list.children])
    offers._answer(offers.rows[0], False, "")
    assert "Not done" in offers.notice.value and offers.rows[0].state == "sent"
    offers._answer(offers.rows[0], True, "")
    offers._open(offers.rows[0])
    assert "Zquuxina" in offers.folder.value and "noted" in offers.folder.value
    rounds.update()
    rounds.entries.waits.value = offers.rows[0].household
    rounds.entries.decide.click()
    assert "en annan person" in rounds.notice.value
    rounds.entries.waits.value = offers.rows[0].household
    rounds.entries.decide.click()
    assert "second decider is the first" in rounds.notice.value
    other = RoundsView(Desk(store, "dag", ""))
    other.entries.waits.value = offers.rows[0].household
    other.entries.decide.click()
    assert "Decided." in other.notice.value
    with store.reading() as c:
        assert audit.verify(c).faults == ()
        assert c.exec_driver_sql("SELECT state FROM household").scalar_one() == "decided"


def test_another_municipality_comes_with_its_own_services(store: Store) -> None:
    page = PlacesView(Desk(store, "dina", ""))
    assert "Name a municipality" in page.head.value and page.notice.value == ""
    page.place.value = "0301"
    page.services.value = "school"
    page.keep.click()
    page.place.value = "1103"
    assert page.services.value == "" and "Stavanger" in page.head.value
    page.place.value = "0301"
    assert page.services.value == "school"


def test_nothing_is_said_of_a_household_that_was_declined(store: Store) -> None:
    interview(store).hand_in.click()
    rounds = RoundsView(Desk(store, "dina", ""))
    week = datetime.now(UTC).date() + timedelta(days=7)
    with store.writing() as c:
        reservation.offer(c, "0301", *week.isocalendar()[:2], 3, who="anna")
    rounds.entries.year.value, rounds.entries.week.value = week.isocalendar()[:2]
    rounds.entries.deadline.value = week.isoformat()
    for press in (rounds.entries.begin, rounds.entries.propose, rounds.entries.hand_out):
        press.click()
    offers = OffersView(Desk(store, "kari", ""))
    card = offers.list.children[0].children[0]
    assert "none stated" in card.value and "Persons" in card.value
    offers._answer(offers.rows[0], False, "no_room_left")
    card = offers.list.children[0].children[0]
    assert "declined" in card.value and "none stated" not in card.value and "Persons" not in card.value


def test_a_session_ends_by_idleness_by_age_and_by_signing_out() -> None:
    now = [datetime(2026, 3, 2, 8, tzinfo=UTC)]
    sessions = Sessions(lambda: now[0])
    one, other = sessions.begin("kari"), sessions.begin("kari")
    assert one != other and sessions.get(one) is not None and sessions.get("guess") is None
    sessions.end(other)
    assert sessions.get(other) is None
    for _ in range(70):
        now[0] += timedelta(minutes=10)
        held = sessions.get(one)
        if held is None:
            break
    assert now[0] - datetime(2026, 3, 2, 8, tzinfo=UTC) == timedelta(hours=10, minutes=10)
    two = sessions.begin("kari")
    now[0] += timedelta(minutes=16)
    assert sessions.get(two) is None


def test_everything_about_a_household_is_in_one_place_and_each_reading_is_noted(store: Store) -> None:
    page = FolderView(Desk(store, "dina", ""))
    assert "Name a household" in page.head.value and page.told.value == ""
    page.code.value = "c-unknown"
    page.open.click()
    assert "no household has this code" in page.notice.value.casefold() and page.told.value == ""
    page.code.value, page.why.value = "c1", "complaint"
    page.open.click()
    for part in ("Zquuxina", "The interview has not been held", "folder.read", "complaint", "Members of the household"):
        assert part in page.told.value, part
    page.language.value = "nb"  # another language of the same reading
    assert "Medlemmer" in page.told.value
    with store.reading() as c:
        read = c.exec_driver_sql("SELECT who, why FROM audit WHERE action = 'folder.read'").all()
    assert [tuple(row) for row in read] == [("dina", "complaint")]
    page.step.value, page.reason.value = "pause", "ill ness"
    page.take.click()
    assert "pause" in page.head.value.casefold()
    page.code.value = "c-unknown"
    page.open.click()
    assert "Zquuxina" not in page.told.value


def test_the_list_of_a_round_is_searched_by_household_municipality_and_state() -> None:
    told = {"told": {"score": 0.5, "runner_up": ""}, "state": "sent"}
    rows = [{**told, "household": "H0123456aa", "place": "0301"}, {**told, "household": "H0123456bb", "place": "1103"}]
    for search, number in (("", 2), ("h0123456a", 1), ("oslo", 1), ("1103", 1), ("waits", 2), ("nobody", 0)):
        page = shown.offers(rows, {}, localities.load("norway"), "en", search=search)
        assert page.count("<tr>") == number + 1, search
        assert ("H0123456a<" in page) == (number == 2 or search in ("h0123456a", "oslo"))
    assert "0 of 2" in page
