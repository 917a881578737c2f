"""The interview on paper: what was noted, read back in the person's language, and the form to fill in by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.core.errors import DataError
from workbench.presentation.rounds.paper import Paper
from workbench.studies.rounds.interview.form import Form
from workbench.studies.rounds.interview.question import Question
from workbench.studies.rounds.interview.versions import asked_in

BOX = "\N{BALLOT BOX}"
LINE = "_" * 40


def read_back(form: Form, answers: Mapping[str, Any], language: str, reference: str, version: str = "") -> Paper:
    """Return what was noted about a household, question by question, and how to have it corrected.

    Of an interview by an earlier version of the form, what was not asked then, and what is asked no longer, is said.

    Raises
    ------
    DataError
        If the form does not speak the language.
    """
    _spoken(form, language)

    def said(question: Question) -> str:
        if question.name not in then:
            return f"{question.label[language]} {form.said('not_asked', language)}"
        told = f"{question.label[language]} {form.shown(question, answers.get(question.name), language)}"
        return f"{told} ({form.said('earlier', language)})" if question.until else told

    then = asked_in(form, version or form.version)
    asked = [q for name, q in form.every.items() if (name in then or not q.until) and q.asked(answers)]
    parts = [
        (form.sections[name][language], tuple(said(q) for q in asked if q.section == name)) for name in form.sections
    ]
    return Paper(
        language,
        form.said("readback", language),
        (*(part for part in parts if part[1]), ("", (form.said("correct", language), reference))),
    )


def blank(form: Form, language: str) -> Paper:
    """Return the form to be filled in by hand; the answers are written or crossed.

    Raises
    ------
    DataError
        If the form does not speak the language.
    """
    _spoken(form, language)
    parts = [
        (
            label[language],
            tuple(text for q in form.questions.values() if q.section == name for text in _asked(form, q, language)),
        )
        for name, label in form.sections.items()
    ]
    return Paper(language, form.title[language], (*parts, ("", (f"{form.said('signature', language)} {LINE}",))))


def _asked(form: Form, question: Question, language: str) -> Iterator[str]:
    label = question.label[language] + (" *" if question.required else "")
    if question.relevant:
        on = form.questions[question.relevant[0]]
        held = ", ".join(form.shown(on, each, language) for each in question.relevant[1])
        label += f" ({form.said('only_if', language, question=on.label[language], answers=held)})"
    yield label
    choices = form.choices.get(question.choices, {})
    yield "   ".join(f"{BOX}\N{NO-BREAK SPACE}{words[language]}" for words in choices.values()) if choices else LINE


def _spoken(form: Form, language: str) -> None:
    if language not in form.languages:
        raise DataError(f"the form has no language '{language}'", do="one of " + ", ".join(form.languages))
