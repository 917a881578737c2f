"""What does the interview ask, in which words, why, and what is an answer to it?

A form is data in a locality (``forms/<id>.toml``). The phone form, the import and the field register are made from it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError, nearest
from workbench.core.geography.places import Locality
from workbench.sources import localities
from workbench.store.visibility import Field, FieldRegister
from workbench.studies.rounds.interview import versions
from workbench.studies.rounds.interview.question import BASIS, Question

TYPES = ("text", "integer", "date", "select_one", "select_multiple")
NAME = re.compile(r"[a-z][a-z0-9_]*")
UNKNOWN = "unknown"
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""Signs that no keyboard writes and no database keeps."""
WORDS = (
    "language", "kept", "resumed", "choose", "blocked", "missing", "wrong", "ready", "hand_in", "handed_in", "anew",
    "sure", "readback", "correct", "not_answered", "only_if", "signature",
    "not_asked", "earlier",
)  # fmt: skip
LONGEST = 5_000
"""Most characters of an answer in words."""


@dataclass(frozen=True)
class Form:
    """An interview: its questions by name in their order, sections and choices in every language.

    ``every`` holds the questions of earlier versions too, ``versions`` their names, the newest last.
    """

    id: str
    version: str
    languages: tuple[str, ...]
    title: Mapping[str, str]
    sections: Mapping[str, Mapping[str, str]]
    questions: Mapping[str, Question]
    choices: Mapping[str, Mapping[str, Mapping[str, str]]]
    words: Mapping[str, Mapping[str, str]]
    every: Mapping[str, Question]
    versions: tuple[str, ...]

    def said(self, word: str, language: str, **values: object) -> str:
        """Return what page and paper say around the questions, in a language of the form."""
        return self.words[word][language].format(**values)

    def shown(self, question: Question, answer: Any, language: str) -> str:
        """Return an answer in words; one that was not given is said so."""
        if answer is None:
            return self.said("not_answered", language)
        given = answer if isinstance(answer, list) else [answer]
        known = self.choices.get(question.choices, {})
        return ", ".join(known[each][language] if each in known else str(each) for each in given)

    def read(self, raw: Mapping[str, Any], version: str = "") -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Return the answers as the register keeps them, with what is wrong: question and sentence.

        Those to an earlier version stand under the names of today.

        An answer that was left empty is absent, never 'no'. An answer to a question that was not to be asked is left
        out: without consent nothing about health is kept.
        """
        answers: dict[str, Any] = {}
        faults: list[tuple[str, str]] = []
        version = version or self.version
        raw = versions.current(self, raw, version)
        for name, question in versions.asked_in(self, version).items():
            text = _text(raw.get(name))
            asked = question.asked(answers)
            if not asked:
                continue
            if not text:
                if question.required:
                    faults.append((name, "is not answered"))
                continue
            value, wrong = self._answer(question, text) if not NO_TEXT.search(text) else (None, "is no text")
            if wrong:
                faults.append((name, wrong))
            else:
                answers[name] = value
        return answers, faults

    def still_unknown(self, answers: Mapping[str, Any]) -> list[str]:
        """Return the questions that matching reads and whose answer is not known yet."""
        return [
            name
            for name, question in self.questions.items()
            if question.column and question.required and question.asked(answers)
            and answers.get(name, UNKNOWN) == UNKNOWN
        ]  # fmt: skip

    def fields(self) -> dict[str, Field]:
        """Return the form's part of the field register, by ``interview.answers.<question>``."""
        return {
            f"interview.answers.{q.name}": Field(
                f"interview.answers.{q.name}", q.purpose, q.basis, q.retention, q.sees or {}
            )
            for q in self.every.values()
        }

    def _answer(self, question: Question, text: str) -> tuple[Any, str]:
        if question.kind == "date":
            try:
                return date.fromisoformat(text[:10]).isoformat(), ""
            except ValueError:
                return None, "is no day; write YYYY-MM-DD"
        if question.kind == "integer":
            if not re.fullmatch(r"-?\d{1,9}(\.0+)?", text):
                return None, "is no whole number"
            number = int(float(text))
            low, high = question.low, question.high
            if (low is not None and number < low) or (high is not None and number > high):
                return None, f"is not between {low} and {high}"
            return number, ""
        if question.choices:
            known = self.choices[question.choices]
            chosen = text.split()
            if question.kind == "select_one" and len(chosen) != 1:
                return None, "takes one answer"
            if any(each not in known for each in chosen):
                return None, "has an answer that is none of " + ", ".join(known)
            return (sorted(set(chosen)) if question.kind == "select_multiple" else chosen[0]), ""
        if len(text) > LONGEST:
            return None, f"is longer than {LONGEST} characters"
        return text, ""


def load(locality: Locality, name: str = "settlement") -> Form:
    """Return a locality's form.

    Raises
    ------
    DataError
        With every fault of the file: a question without label in a language, without purpose, of an unknown type.
    """
    folder = locality.folder / "forms"
    path = folder / f"{name}.toml"
    if not path.is_file():
        raise DataError(
            f"locality '{locality.id}' has no form '{name}'",
            where=str(folder),
            do=nearest(name, [each.stem for each in folder.glob("*.toml")]),
        )
    return read_form(path)


def read_form(path: Path) -> Form:
    """Read a form from its file; see :func:`load`.

    A form that says ``extends = "norway"`` has that locality's form of the same name, its own questions after it.
    """
    raw = _read(path)
    if base := raw.get("extends"):
        raw = _extended(raw, _read(localities.load(str(base)).folder / "forms" / path.name))
    missing = [part for part in ("id", "version", "languages", "title", "section") if not raw.get(part)]
    if missing:
        raise DataError(f"the form names no '{missing[0]}'", where=str(path))
    questions = [
        _question({**section, **row}, section["name"]) for section in raw["section"] for row in section["question"]
    ]
    form = Form(
        str(raw["id"]),
        str(raw["version"]),
        tuple(raw["languages"]),
        raw["title"],
        {section["name"]: section["label"] for section in raw["section"]},
        {question.name: question for question in questions if not question.until},
        raw.get("choices", {}),
        raw.get("words", {}),
        {question.name: question for question in questions},
        tuple(str(each) for each in raw.get("versions", (raw["version"],))),
    )
    if faults := _faults(form, questions):
        raise DataError("the form cannot be used: " + "; ".join(faults), where=str(path), do="correct the parts named")
    return form


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError("cannot read the form", where=str(path), why=str(error)) from error


def _extended(own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form with the sections and choices of another before its own; what both name, its own says."""
    return {
        **base,
        **own,
        "choices": {**base.get("choices", {}), **own.get("choices", {})},
        "section": [*base.get("section", ()), *own.get("section", ())],
    }


def with_form(register: FieldRegister, form: Form) -> FieldRegister:
    """Return the field register with a row for each question of a form."""
    return FieldRegister({**register.fields, **form.fields()}, register.days)


def _question(row: Mapping[str, Any], section: str) -> Question:
    kind, _, choices = str(row.get("type", "")).partition(" ")
    relevant = row.get("relevant")
    return Question(
        name=str(row.get("name", "")),
        kind=kind,
        label=row.get("label", {}),
        section=section,
        choices=choices,
        required=bool(row.get("required", False)),
        relevant=(relevant["question"], tuple(relevant["is"])) if relevant else None,
        column=str(row.get("column", "")),
        low=row.get("low"),
        high=row.get("high"),
        purpose=str(row.get("purpose", "")),
        basis=str(row.get("basis", BASIS)),
        retention=str(row.get("retention", "")),
        sees=row.get("sees"),
        since=str(row.get("since", "")),
        until=str(row.get("until", "")),
        was=row.get("was", {}),
        answers_were=row.get("answers_were", {}),
    )


def _faults(form: Form, questions: list[Question]) -> list[str]:
    labels = {f"section '{name}'": label for name, label in form.sections.items()}
    labels |= {f"question '{q.name}'": q.label for q in questions}
    labels |= {f"choice '{c}' of '{of}'": label for of, each in form.choices.items() for c, label in each.items()}
    labels |= {f"word '{word}'": form.words.get(word, {}) for word in WORDS}
    told = [f"{x} has no label in '{lg}'" for x, label in labels.items() for lg in form.languages if not label.get(lg)]
    names = [q.name for q in questions]
    for at, q in enumerate(questions):
        where = f"question '{q.name}'"
        if not NAME.fullmatch(q.name) or names.count(q.name) > 1:
            told.append(f"{where}: its name is no word of its own")
        if q.kind not in TYPES or q.kind.startswith("select") != bool(q.choices):
            told.append(f"{where}: its type is none of {', '.join(TYPES)}")
        if q.choices and q.choices not in form.choices:
            told.append(f"{where}: there are no choices '{q.choices}'")
        if q.relevant and q.relevant[0] not in names[:at]:
            told.append(f"{where}: it depends on a question that does not come before it")
        if not (q.purpose and q.sees and q.retention):
            told.append(f"{where}: purpose, retention or who sees it is not said")
        if q.column == "bedrooms" and q.kind != "integer":
            told.append(f"{where}: bedrooms are counted; its type is integer")
        if q.relevant and not q.until and q.relevant[0] not in form.questions:
            told.append(f"{where}: it depends on a question that is asked no longer")
    return told + versions.faults(form)


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, list | tuple):
        return " ".join(_text(each) for each in value)
    return str(value).strip()
