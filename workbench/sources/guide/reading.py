"""Read a locality's guide from its folder, with every fault of its files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from workbench.core.errors import DataError, together
from workbench.core.geography.places import Locality
from workbench.sources.guide import front_matter as fm
from workbench.sources.guide.pages import KINDS, Guide, Page, Question, Reference, Step, Text

NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
LONGEST_SENTENCE = 25
"""Words of a sentence at most, where a guide says no other number for the language."""
Given = TypeVar("Given")
Taken = TypeVar("Taken")
DO = "write one as the shipped localities have it"


def has(locality: Locality) -> bool:
    """Say whether a locality brings a guide."""
    return (locality.folder / "guide" / "guide.toml").is_file()


def load(locality: Locality) -> Guide:
    """Return a locality's guide.

    Raises
    ------
    DataError
        If it brings none, or with every file that cannot be read.
    """
    guide, faults = read(locality)
    if guide is None or faults:
        raise together("the guide cannot be read", faults, where=str(locality.folder / "guide"))
    return guide


def read(locality: Locality) -> tuple[Guide | None, list[DataError]]:
    """Return a locality's guide with every fault of its files; None where ``guide.toml`` itself cannot be used."""
    folder = locality.folder / "guide"
    try:
        raw = _toml(folder / "guide.toml")
        languages, source = _languages(raw, folder)
    except DataError as error:
        return None, [error]
    faults: list[DataError] = []
    labels, label_texts = _words(folder, languages, source, faults)
    guide = Guide(
        locality.id,
        folder,
        languages,
        source,
        {language: tuple(chain) for language, chain in raw.get("fallback", {}).items()},
        tuple(raw.get("topics", ())),
        tuple(Question(name, tuple(answers)) for name, answers in raw.get("questions", {}).items()),
        tuple(raw.get("documents", ())),
        {language: int(raw.get("longest_sentence", {}).get(language, LONGEST_SENTENCE)) for language in languages},
        labels,
        label_texts,
        _pages(folder, languages, source, faults),
    )
    return guide, faults


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError("the file is missing", where=str(path), why="the guide needs it", do=DO) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError("the file cannot be read", where=str(path), why=str(error), do=DO) from error


def _languages(raw: Mapping[str, Any], folder: Path) -> tuple[tuple[str, ...], str]:
    languages, where = tuple(raw.get("languages", ())), str(folder / "guide.toml")
    source = str(raw.get("source_language", ""))
    if not languages or source not in languages:
        raise DataError("the guide names no languages, or none of them as source_language", where=where, do=DO)
    return languages, source


def _words(
    folder: Path, languages: tuple[str, ...], source: str, faults: list[DataError]
) -> tuple[dict[str, dict[str, str]], dict[str, Text]]:
    """Return the labels of each language, flat (``topics.health``), and the same as texts to translate."""
    labels: dict[str, dict[str, str]] = {}
    label_texts: dict[str, Text] = {}
    for language in languages:
        path = folder / language / "words.toml"
        if language != source and not path.exists():
            continue  # a language that is only begun: its readers see the labels of another
        try:
            raw = _toml(path)
        except DataError as error:
            faults.append(error)
            continue
        about = {name: str(raw.pop(name, "")) for name in fm.TRANSLATION}
        labels[language] = _flat(raw)
        if language != source and not about["translates"]:
            faults.append(DataError("the words do not say what they translate", where=str(path), do=DO))
        label_texts[language] = Text(language, "", "", "", path, (), **about)
    return labels, label_texts


def _flat(raw: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in raw.items():
        found |= _flat(value, f"{before}{name}.") if isinstance(value, Mapping) else {f"{before}{name}": str(value)}
    return found


def _pages(folder: Path, languages: tuple[str, ...], source: str, faults: list[DataError]) -> tuple[Page, ...]:
    texts: dict[str, dict[str, Text]] = {}
    heads: dict[str, dict[str, dict[str, Any]]] = {}
    for language in languages:
        for path in sorted((folder / language).glob("*/*.md")):
            kind, name = path.parent.name, path.stem
            try:
                _check_name(kind, name, path)
                head, body = fm.split(path)
                text = _text(language, head, body, path)
            except DataError as error:
                faults.append(error)
                continue
            texts.setdefault(f"{kind}/{name}", {})[language] = text
            heads.setdefault(f"{kind}/{name}", {})[language] = head
    found = []
    for page, by_language in sorted(texts.items()):
        try:
            found.append(_page(page, by_language, heads[page], source, faults))
        except DataError as error:
            faults.append(error)
    return tuple(found)


def _check_name(kind: str, name: str, path: Path) -> None:
    if kind not in KINDS:
        raise DataError(f"'{kind}' is no kind of page", where=str(path), do=f"kinds: {', '.join(KINDS)}")
    if not NAME.fullmatch(name):
        raise DataError(
            f"'{name}' cannot be a page's name",
            where=str(path),
            why="it becomes part of an address",
            do="use small letters a to z, digits and hyphens",
        )


def _text(language: str, head: Mapping[str, Any], body: str, path: Path) -> Text:
    title = str(head.get("title", "")).strip()
    if not title:
        raise DataError("the page has no title", where=str(path), do=fm.EXAMPLE)
    about = {name: str(head.get(name, "")) for name in fm.TRANSLATION}
    about["reviewed"] = "" if about["reviewed"].lower() in ("no", "false") else about["reviewed"]
    return Text(language, title, str(head.get("summary", "")).strip(), body, path, fm.texts(head, "forms"), **about)


def _page(
    page: str, texts: dict[str, Text], heads: dict[str, dict[str, Any]], source: str, faults: list[DataError]
) -> Page:
    """Return a page whose structure stands in its source language; what a translation must not say is a fault."""
    originals = [language for language, text in texts.items() if not text.translates]
    if len(originals) != 1:
        where = str(next(iter(texts.values())).path)
        if not originals:
            raise DataError("every text of the page is a translation", where=where, do="write the one they translate")
        raise DataError(
            f"the page is written in {' and '.join(originals)}, and neither says that it translates the other",
            where=where,
            do=f"add `translates: {source}` to the translation, then `workbench guide translate --confirm`",
        )
    original = originals[0]
    kind, _, name = page.partition("/")
    for language, head in heads.items():
        known = (*fm.COMMON, *(fm.STRUCTURE if language == original else fm.TRANSLATION))
        faults += fm.unknown(head, known, str(texts[language].path))
    head, where = heads[original], str(texts[original].path)
    updated, sources, steps, dates = _dated(head, where, faults)
    contact = {name: str(head[name]) for name in ("phone", "web", "email", "address") if head.get(name)}
    return Page(
        kind, name, texts, original, str(head.get("topic", "")), fm.texts(head, "for"), updated, sources,
        fm.texts(head, "check"), steps, dates, contact,
    )  # fmt: skip


def _dated(
    head: Mapping[str, Any], where: str, faults: list[DataError]
) -> tuple[date | None, tuple[Reference, ...], tuple[Step, ...], tuple[date, ...]]:
    updated = None
    try:
        updated = fm.day(str(head["updated"]), "updated", where) if head.get("updated") else None
    except DataError as error:
        faults.append(error)
    sources = _each(fm.texts(head, "sources"), lambda text: fm.reference(text, where), faults)
    steps = _each(head.get("steps") or (), lambda body: fm.step(body, where), faults)
    dates = _each(fm.texts(head, "dates"), lambda text: fm.day(text, "dates", where), faults)
    return updated, sources, steps, tuple(sorted(dates))


def _each(given: Iterable[Given], take: Callable[[Given], Taken], faults: list[DataError]) -> tuple[Taken, ...]:
    """Return what can be taken of a list; what cannot is a fault."""
    found = []
    for each in given:
        try:
            found.append(take(each))
        except DataError as error:
            faults.append(error)
    return tuple(found)
