"""Who may sign in: passwords, locks, roles and the audit of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workbench.core.errors import StoreError
from workbench.store import accounts, audit
from workbench.store.database import Store
from workbench.store.households import drafts

PASSWORD = "four words in a row"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def kari(store: Store) -> Store:
    with store.writing() as c:
        accounts.add(c, "kari", PASSWORD, role="municipality", municipality="0301", who="anna")
    return store


def test_only_the_right_password_signs_in_and_it_is_kept_as_a_hash(kari: Store) -> None:
    found = accounts.sign_in(kari, "kari", PASSWORD)
    assert found is not None and (found.role, found.municipality) == ("municipality", "0301")
    assert accounts.sign_in(kari, "kari", PASSWORD + "x") is None and accounts.sign_in(kari, "nobody", PASSWORD) is None
    with kari.reading() as c:
        kept = c.exec_driver_sql("SELECT password_hash FROM account").scalar_one()
        assert kept.startswith("$argon2id$") and PASSWORD not in kept
        assert PASSWORD not in str(c.exec_driver_sql("SELECT * FROM audit").all())
        assert audit.verify(c).faults == ()


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(kari: Store) -> None:
    for _ in range(accounts.FAILURES):
        assert accounts.sign_in(kari, "kari", "wrong", now=NOW) is None
    assert accounts.sign_in(kari, "kari", PASSWORD, now=NOW + timedelta(minutes=14)) is None
    assert accounts.sign_in(kari, "kari", PASSWORD, now=NOW + timedelta(minutes=16)) is not None
    with kari.reading() as c:
        told = c.exec_driver_sql("SELECT action FROM audit").scalars().all()
    assert told.count("account.refuse") == accounts.FAILURES - 1 and told.count("account.lock") == 1


def test_who_is_disabled_stays_out_until_enabled(kari: Store) -> None:
    with kari.writing() as c:
        accounts.disable(c, "kari", who="anna")
        assert accounts.get(c, "kari") is None
    assert accounts.sign_in(kari, "kari", PASSWORD) is None
    with kari.writing() as c:
        accounts.disable(c, "kari", who="anna", disabled=False)
        accounts.set_role(c, "kari", "directorate", who="anna")
    found = accounts.sign_in(kari, "kari", PASSWORD)
    assert found is not None and (found.role, found.municipality) == ("directorate", "")


@pytest.mark.parametrize(
    ("login", "password", "role", "municipality", "told"),
    [
        ("kari", PASSWORD, "directorate", "", "is taken"),
        ("Kari Nordmann", PASSWORD, "directorate", "", "no login"),
        ("ola", "short", "directorate", "", "cannot be used"),
        ("ola", "aaaaaaaaaaaaaaaa", "directorate", "", "cannot be used"),
        ("ola", PASSWORD, "king", "", "nobody signs in as 'king'"),
        ("ola", PASSWORD, "municipality", "", "do not fit"),
        ("ola", PASSWORD, "directorate", "0301", "do not fit"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    kari: Store, login: str, password: str, role: str, municipality: str, told: str
) -> None:
    with pytest.raises(StoreError, match=told), kari.writing() as c:
        accounts.add(c, login, password, role=role, municipality=municipality, who="anna")
    with kari.reading() as c:
        assert [each.login for each in accounts.listed(c)] == ["kari"]


def test_a_draft_is_its_writers_own_and_keeps_its_name_until_it_ends(store: Store) -> None:
    with store.writing() as c:
        first = drafts.save(c, "ingrid", "settlement", "1", {"wishes": "море"})
        again = drafts.save(c, "ingrid", "settlement", "1", {"wishes": "بحر"})
        drafts.save(c, "other", "settlement", "1", {"wishes": "x"})
    with store.reading() as c:
        kept = drafts.get(c, "ingrid", "settlement")
        told = str(c.exec_driver_sql("SELECT * FROM audit").all())
    assert kept == again and kept.submission == first.submission and "بحر" not in told
    with store.writing() as c:
        drafts.forget(c, "ingrid", "settlement")
        assert drafts.get(c, "ingrid", "settlement") is None and drafts.get(c, "other", "settlement") is not None
