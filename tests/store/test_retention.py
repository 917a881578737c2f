"""What is due is erased, what is open stays, and an extract names nobody."""

from __future__ import annotations

import json
from datetime import date

import pytest
import sqlalchemy as sa

from tests.store.conftest import TODAY
from tests.store.folders import faults, interviewed, rows
from workbench.core.errors import StoreError
from workbench.store import extract, retention
from workbench.store.database import Store
from workbench.store.households import states
from workbench.store.schema import HOUSEHOLD, INTERVIEW, PERSON, STATISTIC


def test_what_is_due_is_erased_and_the_count_stays(store: Store, household: str) -> None:
    interviewed(store, household)
    with store.writing() as c:
        states.move(c, household, "withdraw", who="anna", reason="left")
        c.execute(HOUSEHOLD.update().values(state_since="2026-01-01T00:00:00Z"))
    days = {"names": 10, "interview": 20, "case": 60}

    def due(day: date) -> list[str]:
        return [each.kind for each in retention.erase_due(store, days, day, who="system")]

    assert due(date(2026, 1, 10)) == []
    assert due(date(2026, 1, 11)) == ["names"] and due(date(2026, 1, 11)) == []
    with store.reading() as c:
        assert c.execute(sa.select(PERSON.c.family_name)).scalars().all() == [None] * 3
    assert due(date(2026, 1, 21)) == ["interview"] and rows(store, INTERVIEW) == 0
    assert due(date(2026, 3, 2)) == ["case"] and rows(store, HOUSEHOLD) == rows(store, PERSON) == 0
    with store.reading() as c:
        kept = c.execute(sa.select(STATISTIC.c.persons, STATISTIC.c.outcome)).one()
    assert tuple(kept) == ("3-4", "withdrawn") and faults(store) == ()


def test_an_open_case_is_not_erased(store: Store, household: str) -> None:
    with pytest.raises(StoreError, match="its case is open"):
        retention.erase(store, household, who="anna", why="request")
    assert rows(store, PERSON) == 3


def test_an_extract_names_nobody(store: Store, household: str) -> None:
    with store.writing() as c:
        (row,) = extract.extract(c, b"k" * 32, today=TODAY, who="stat")
    assert tuple(row) == extract.COLUMNS
    assert (row["persons"], row["under_18"], row["from_18_to_66"]) == ("3-4", "1", "2")
    assert household not in json.dumps(row) and row["household"] == extract.fingerprint(b"k" * 32, household)
    assert row["household"] != extract.fingerprint(b"l" * 32, household)
    with pytest.raises(StoreError, match="at least 32"), store.writing() as c:
        extract.extract(c, b"short", today=TODAY, who="stat")
