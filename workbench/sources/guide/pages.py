"""What is a page of a guide made of, and in which state is each of its translations?

A guide is a folder ``guide`` in a locality: ``guide.toml`` and one folder for each language, in it ``words.toml`` and
one folder for each kind of page. What does not depend on the language (topic, sources, steps and what they depend on)
stands in the page of the source language alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

KINDS = ("information", "processes", "events", "glossary", "places")
SOURCE, FRESH, DRAFT, OUTDATED, MISSING = "source", "fresh", "draft", "outdated", "missing"
STATES = (SOURCE, FRESH, DRAFT, OUTDATED, MISSING)
"""Of a text in a language: as written, translated and read by a second person, translated and not yet read, translated
from an earlier text, not translated."""


@dataclass(frozen=True)
class Reference:
    """Whose public text a page uses."""

    name: str
    url: str


@dataclass(frozen=True)
class Step:
    """One step of a process.

    Attributes
    ----------
    id
        Its name; the heading ``## Title {#id}`` of the page holds its text.
    after
        Steps to take before it, where they concern the reader at all.
    when
        Answers for which the step concerns the reader, by question; any one of them for each question.
    place
        The page of whom to turn to.
    documents
        What to bring, by names of ``[documents]`` in ``words.toml``.
    cost, takes
        Names of ``[cost]`` and ``[takes]`` in the guide's words; empty if nothing is known.
    """

    id: str
    after: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    place: str = ""
    documents: tuple[str, ...] = ()
    cost: str = ""
    takes: str = ""

    def concerns(self, answers: Mapping[str, str]) -> bool:
        """Say whether the step concerns a reader who gave these answers."""
        return all(answers.get(question) in wanted for question, wanted in self.when.items())


@dataclass(frozen=True)
class Text:
    """A page's text in one language: what a translator works on."""

    language: str
    title: str
    summary: str
    body: str
    path: Path
    forms: tuple[str, ...] = ()
    translates: str = ""
    source_hash: str = ""
    translated: str = ""
    reviewed: str = ""

    def units(self) -> dict[str, str]:
        """Return the texts that a translator is given, by their place in the page."""
        parts = {"title": self.title, "summary": self.summary, "forms": "; ".join(self.forms)}
        blocks = [block for block in self.body.split("\n\n") if block.strip()]
        parts |= {f"block {number}": block.strip("\n") for number, block in enumerate(blocks, start=1)}
        return {place: text for place, text in parts.items() if text}

    def hash(self) -> str:
        """Return the fingerprint of the text, as its translations keep it."""
        return fingerprint(self.units())


@dataclass(frozen=True)
class Page:
    """A page in all its languages, with what holds in every one of them."""

    kind: str
    name: str
    texts: Mapping[str, Text]
    source_language: str
    topic: str = ""
    audiences: tuple[str, ...] = ()
    updated: date | None = None
    sources: tuple[Reference, ...] = ()
    check: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    dates: tuple[date, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Kind and name, e.g. ``information/health``."""
        return f"{self.kind}/{self.name}"

    @property
    def source(self) -> Text:
        """The text that the others translate."""
        return self.texts[self.source_language]

    def state(self, language: str) -> str:
        """Return one of `STATES`: how the text in a language stands to its source."""
        return state(self.texts.get(language), self.source.hash())

    def told(self, language: str, chain: tuple[str, ...]) -> Text:
        """Return the text that a reader of a language is shown: its own, else the first of the chain that is there."""
        known = [self.texts[each] for each in (language, *chain) if each in self.texts]
        return known[0] if known else self.source


def state(text: Text | None, source_hash: str) -> str:
    """Return one of `STATES` of a text whose source has the given fingerprint; None is a text that is missing."""
    if text is None:
        return MISSING
    if not text.translates:
        return SOURCE
    if text.source_hash != source_hash:
        return OUTDATED
    return FRESH if text.reviewed else DRAFT


def fingerprint(units: Mapping[str, str]) -> str:
    """Return twelve hexadecimal digits that change with any of the texts."""
    said = json.dumps(units, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Question:
    """A question of "my plan", with the names of its answers in their order."""

    id: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Guide:
    """A locality's guide.

    Attributes
    ----------
    languages
        In the order in which they are offered.
    source_language
        The language of a page that names no other.
    fallback
        What a reader of a language is shown where a text is missing, in order.
    longest
        Most words of a sentence, by language.
    labels
        By language: title, topics, questions, answers and documents, as ``words.toml`` has them.
    label_texts
        The same as texts to translate, with their state.
    """

    locality: str
    folder: Path
    languages: tuple[str, ...]
    source_language: str
    fallback: Mapping[str, tuple[str, ...]]
    topics: tuple[str, ...]
    questions: tuple[Question, ...]
    documents: tuple[str, ...]
    longest: Mapping[str, int]
    labels: Mapping[str, Mapping[str, str]]
    label_texts: Mapping[str, Text]
    pages: tuple[Page, ...]

    def page(self, name: str) -> Page | None:
        """Return a page by its name, or by kind and name."""
        return next((page for page in self.pages if name in (page.name, page.id)), None)

    def of_kind(self, kind: str) -> tuple[Page, ...]:
        """Return the pages of a kind, by name."""
        return tuple(page for page in self.pages if page.kind == kind)

    def chain(self, language: str) -> tuple[str, ...]:
        """Return the languages that stand in for a text that is missing."""
        return (*self.fallback.get(language, ()), self.source_language)

    def label(self, name: str, language: str) -> str:
        """Return a label in a language, or in the first of its stand-ins that has it."""
        for each in (language, *self.chain(language)):
            if found := self.labels.get(each, {}).get(name):
                return found
        return name

    def version(self) -> str:
        """Return the fingerprint of all that is to be translated."""
        return fingerprint(self.source_units())

    def source_units(self) -> dict[str, str]:
        """Return every text to translate, by page and place in it."""
        found = {f"{page.id}#{place}": text for page in self.pages for place, text in page.source.units().items()}
        labels = self.labels.get(self.source_language, {})
        return {**{f"words#{name}": text for name, text in labels.items()}, **found}
