"""What keeps a household from being placed, and what may a caseworker do about it: correct, pause, end, clear?"""

from __future__ import annotations

from datetime import date
from typing import Any

from workbench.core.errors import DataError, StoreError, nearest
from workbench.core.geography.places import Locality
from workbench.store.database import Store
from workbench.store.households import casework, records, states
from workbench.studies.rounds.interview import form as forms
from workbench.studies.rounds.interview import versions

DAYS = ("permit", "deadline", "born")
HOUSEHOLDS = ("linked_with", "apart_from")
CORRECTED = {
    "household": ("permit", "deadline", "language", "confidential_address", *HOUSEHOLDS),
    "person": ("born", "given_name", "family_name"),
}
"""Fields that a caseworker corrects; answers are corrected by another interview."""
_AGAIN = "hold or import another interview with the answers"


def blockers(store: Store, locality: Locality, household: str, *, who: str) -> tuple[str, ...]:
    """Return what keeps a household from being ready, a sentence each; the reading is in the audit."""
    with store.writing() as connection:
        casework.record(connection, household)
        return (*casework.blocked(connection, household, who=who), *unknown(connection, locality, household))


def step(store: Store, locality: Locality, household: str, name: str, *, who: str, reason: str = "") -> str:
    """Make a move by hand (see :data:`workbench.store.households.casework.STEPS`); return the new state.

    Raises
    ------
    StoreError
        If the move is not allowed, lacks its reason, or the household is cleared while an answer is not known.
    """
    with store.writing() as connection:
        if name == "clear" and (open_ := unknown(connection, locality, household)):
            raise StoreError("the household is not ready", where=household, why="; ".join(open_), do=_AGAIN)
        return casework.step(connection, household, name, who=who, reason=reason)


def correct(
    store: Store,
    locality: Locality,
    key: str,
    field: str,
    value: str,
    *,
    who: str,
    why: str,
    case_number: str = "",
    version: int | None = None,
) -> tuple[int, str]:
    """Correct a field of a household, or of its member with a case number; return its version and the state.

    A household that waited only for this is ready at once.

    Parameters
    ----------
    value
        As text; '' takes the value away.
    version
        The version that was read; a record that somebody changed since is not overwritten. None: the one that stands.

    Raises
    ------
    DataError, StoreError
        If the household, member or field is unknown, or the value is no day, no household or not yes or no.
    """
    kind = "person" if case_number else "household"
    if field not in CORRECTED[kind]:
        raise DataError(f"'{field}' of a {kind} cannot be corrected here", do=nearest(field, list(CORRECTED[kind])))
    with store.writing() as connection:
        stands = casework.record(connection, key, case_number)
        given = _value(connection, key, field, value.strip())
        days = {**stands, field: given}
        if kind == "household" and days["permit"] and days["deadline"] and days["deadline"] < days["permit"]:
            raise StoreError("the deadline is before the permit", where=key, do="correct one of the two days")
        at = int(stands["version"]) if version is None else version
        now = records.change(connection, kind, stands["id"], {field: given}, version=at, who=who, why=why)
        state = str(casework.record(connection, key)["state"])
        if state == "interviewed" and not (states.blockers(connection, key) or unknown(connection, locality, key)):
            state = states.move(connection, key, "clear", who=who)
        return now, state


def unknown(connection: Any, locality: Locality, household: str) -> tuple[str, ...]:
    """Return a sentence for each answer that matching reads and that the newest interview leaves open."""
    newest = casework.newest_answers(connection, household)
    if newest is None:
        return ()
    name, version, answers = newest
    form = forms.load(locality, name)
    open_ = form.still_unknown(versions.current(form, answers, version))
    return tuple(f"the answer to '{name}' is not known yet" for name in open_)


def _value(connection: Any, household: str, field: str, text: str) -> Any:
    if field == "confidential_address":
        if text not in ("yes", "no"):
            raise DataError(f"'{field}' is yes or no")
        return text == "yes"
    if not text:
        return None
    if field in DAYS:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise DataError(f"'{field}' is no day", do="write YYYY-MM-DD") from None
    if field in HOUSEHOLDS:
        casework.record(connection, text)
        if text == household:
            raise DataError(f"'{field}' names the household itself", do="name the other one")
    if len(text) > 80:
        raise DataError(f"'{field}' is too long", do="at most 80 characters")
    return text
