"""What do answers to an earlier version of a form say to its questions of today?

A form names its earlier versions (``versions``, the oldest first). A question says since when it is asked (``since``),
until which version it was (``until``), what it was called (``was``) and what its answers were (``answers_were``), by
version. So answers of then are read under the names of today; what was not asked then is not known, never "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from workbench.core.errors import DataError
from workbench.studies.rounds.interview.question import Question


class Form(Protocol):
    """What of a form says something about versions."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> str: ...  # noqa: D102
    @property
    def versions(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def every(self) -> Mapping[str, Question]: ...  # noqa: D102
    @property
    def choices(self) -> Mapping[str, Mapping[str, Mapping[str, str]]]: ...  # noqa: D102


def asked_in(form: Form, version: str) -> dict[str, Question]:
    """Return the questions of a version, in their order and under the names of today.

    Raises
    ------
    DataError
        If the form does not know the version.
    """
    if version not in form.versions:
        raise DataError(
            f"version '{version}' of the form '{form.id}' is unknown",
            why="what its questions meant is not known",
            do=f"known are {', '.join(form.versions)}; name an earlier one in the form's 'versions'",
        )
    at = form.versions.index(version)
    return {
        name: question
        for name, question in form.every.items()
        if (not question.since or form.versions.index(question.since) <= at)
        and (not question.until or form.versions.index(question.until) >= at)
    }


def current(form: Form, answers: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Return answers to a version under the names of today; those to questions no longer asked stand with them.

    Answers that stand under the names of today already stay as they are.
    """
    told: dict[str, Any] = {}
    for name, question in asked_in(form, version).items():
        before = question.was.get(version, name)
        given = answers.get(before, answers.get(name))
        if given is None:
            continue
        renamed = question.answers_were.get(version, {})
        told[name] = _renamed(given, renamed)
    return told


def faults(form: Form) -> list[str]:
    """Return what is wrong with what the questions say of versions."""
    if form.versions[-1] != form.version or len(set(form.versions)) < len(form.versions):
        return [f"'versions' has to end with '{form.version}', each once"]
    told = []
    for q in form.every.values():
        named = {q.since, q.until, *q.was, *q.answers_were} - {""}
        told += [f"question '{q.name}': version '{each}' is unknown" for each in sorted(named - set(form.versions))]
        if q.until == form.version:
            told.append(f"question '{q.name}': 'until' names the version of today")
        known = set(form.choices.get(q.choices, {}))
        now = {new for by in q.answers_were.values() for new in by.values()}
        told += [f"question '{q.name}': there is no answer '{each}' today" for each in sorted(now - known)]
    return told


def _renamed(given: Any, by: Mapping[str, str]) -> Any:
    if not by:
        return given
    if isinstance(given, list | tuple):
        return [by.get(str(each), each) for each in given]
    return " ".join(by.get(each, each) for each in str(given).split())
