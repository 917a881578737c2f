"""Nobody sees beyond the field register, whatever role, state and folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import DataError
from workbench.store import visibility
from workbench.store.households.states import STATES
from workbench.store.schema import CONSENT, HOUSEHOLD, INTERVIEW, PERSON

PATH = Path(__file__).parents[2] / "data/localities/norway/register/fields.toml"
REGISTER = visibility.read(PATH)
SECTIONS = {"household": HOUSEHOLD, "person": PERSON, "interview": INTERVIEW, "consent": CONSENT}
LISTS = ("size", "needs", "ties", "languages")

pytestmark = pytest.mark.quick


def folder(members: int = 2) -> dict[str, Any]:
    """A folder in which every value says its own field."""
    rows = {name: {c.name: f"{name}.{c.name}" for c in table.c} for name, table in SECTIONS.items()}
    return {
        "household": rows["household"],
        **{name: [rows[name]] * members for name in ("person", "interview", "consent")},
        **{name: [name] for name in LISTS},
    }


def values(shown: Any) -> set[str]:
    if isinstance(shown, str):
        return {shown}
    return {each for part in (shown.values() if isinstance(shown, dict) else shown) for each in values(part)}


def test_every_field_of_a_folder_is_in_the_register() -> None:
    named = {f"{name}.{c.name}" for name, table in SECTIONS.items() for c in table.c} | set(LISTS)
    assert named == set(REGISTER.fields)


@given(st.sampled_from(visibility.ROLES), st.sampled_from(STATES), st.booleans(), st.integers(0, 3))
def test_exactly_what_the_register_says_is_seen(role: str, state: str, concerned: bool, members: int) -> None:
    shown = visibility.seen(REGISTER, folder(members), role=role, state=state, concerned=concerned)
    may = {name for name, field in REGISTER.fields.items() if field.shown(role, state)}
    if not members:
        may = {name for name in may if name.startswith("household.") or name in LISTS}
    if role in visibility.OWN_ONLY and not concerned:
        may = set()
    assert values(shown) == may


@pytest.mark.parametrize("state", STATES)
def test_what_keeps_somebody_safe_stays_with_the_directorate(state: str) -> None:
    for role in set(visibility.ROLES) - {"directorate"}:
        told = values(visibility.seen(REGISTER, folder(), role=role, state=state, concerned=True))
        assert not told & set(visibility.NEVER_BEYOND_DIRECTORATE)


def test_a_municipality_sees_names_only_after_it_accepted() -> None:
    def names(state: str) -> bool:
        shown = visibility.seen(REGISTER, folder(), role="municipality", state=state, concerned=True)
        return "person.family_name" in values(shown)

    assert [state for state in STATES if names(state)] == ["accepted", "decided", "settled"]


def test_a_field_that_nobody_listed_is_shown_to_nobody() -> None:
    more = folder()
    more["household"]["diagnosis"] = "secret"
    more["notes"] = ["secret"]
    for role in visibility.ROLES:
        assert "secret" not in values(visibility.seen(REGISTER, more, role=role, state="ready", concerned=True))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('directorate = "registered" }', 'directorate = "registered", municipality = "accepted" }', "must stay with"),
        ('municipality = "accepted"', 'municipality = "acepted"', "no state 'acepted'"),
        ('person = "registered"', 'persons = "registered"', "no role 'persons'"),
        ("names = 365", "", "no number for 'names'"),
        ('retention = "case"', 'retention = "ever"', "'ever' is unknown"),
        ("[[field]]", "[[fields]]", "names no field"),
        ("[[field]]", "[[field", "cannot read"),
    ],
)
def test_a_field_register_with_a_fault_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "fields.toml"
    path.write_text(PATH.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=told):
        visibility.read(path)
