"""Everything about one household in one place, for the directorate; the reading is in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.core.errors import DataError
from workbench.core.geography.places import Locality
from workbench.store import visibility
from workbench.store.database import Store
from workbench.store.households import casework, records, states
from workbench.store.rounds import history
from workbench.studies.rounds.households.casework import unknown
from workbench.studies.rounds.interview import versions
from workbench.studies.rounds.interview.form import Form, with_form
from workbench.studies.rounds.interview.form import load as load_form
from workbench.studies.rounds.registers import field_register


@dataclass(frozen=True)
class Case:
    """A household as the directorate sees it.

    Attributes
    ----------
    folder
        What the field register lets the directorate see, section by section.
    answers
        Of the newest interview, under the question names of today; ``version``: of its form.
    blockers
        What keeps the household from being placed, a sentence each.
    moves
        What a caseworker may do with it now.
    history
        Offers, ledger, decisions, letters, place held and audit; see :func:`workbench.store.rounds.history.of`.
    """

    household: str
    folder: dict[str, Any]
    answers: dict[str, Any]
    version: str
    blockers: tuple[str, ...]
    moves: tuple[str, ...]
    history: dict[str, list[dict[str, Any]]]


def read(store: Store, locality: Locality, text: str, *, who: str, why: str) -> Case:
    """Return the case with a code, the beginning of one, or a member's case number.

    Parameters
    ----------
    why
        A code: for what the folder is opened.

    Raises
    ------
    StoreError
        If there is no such household, or the reason is no code; nothing is shown then.
    """
    form = load_form(locality)
    register = with_form(field_register(locality), form)
    with store.writing() as connection:
        household = history.find(connection, text.strip())
        held = records.folder(connection, household, who=who, why=why)
        state = held["household"]["state"]
        told = (*states.blockers(connection, household), *_open(connection, locality, household))
        happened = history.of(connection, household)
    seen = visibility.seen(register, held, role="directorate", state=state, concerned=True)
    by_form = [each for each in seen.get("interview", ()) if each.get("form") == form.id]
    newest = by_form[-1] if by_form else {}
    return Case(
        household,
        seen,
        _answers(form, newest),
        str(newest.get("form_version", "")),
        told if state in ("registered", "interviewed") else (),
        tuple(move for move in states.allowed(state) if move in casework.STEPS),
        happened,
    )


def _open(connection: Any, locality: Locality, household: str) -> tuple[str, ...]:
    try:
        return unknown(connection, locality, household)
    except DataError as error:  # an interview by a version that is not known any more: its folder opens all the same
        return (error.what,)


def _answers(form: Form, interview: dict[str, Any]) -> dict[str, Any]:
    answers = dict(interview.get("answers", {}))
    try:
        return versions.current(form, answers, str(interview.get("form_version") or form.version))
    except DataError:
        return answers
