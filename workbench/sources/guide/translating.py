"""Texts out to translators and back: PO files, and the pages that are written from them.

A PO file names in ``Project-Id-Version`` the fingerprint of the guide that it was made from, and of each text the page
and place that it stands in. Weblate, Poedit and gettext's own tools read and write it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from workbench.core.errors import DataError, nearest
from workbench.core.storage.files import write_text
from workbench.sources.guide.pages import FRESH, SOURCE, Guide, Page, Text, fingerprint

MARKUP = re.compile(r"<[/!?a-zA-Z][^>]{0,60}>?|javascript\s*:|\bdata\s*:\s*text/", re.IGNORECASE)
"""What would be markup in a page; between ``<`` and ``>`` only an address (``<https://…>``) is Markdown."""
ADDRESS = re.compile(r"<(https://|mailto:)[^\s<>]+>")
TARGET = re.compile(r"\]\(([^)\s]+)\)|(\{#[a-z0-9-]+\})")


@dataclass(frozen=True)
class Taken:
    """What was taken in from a PO file: pages written, and a sentence for each that was left as it was."""

    written: tuple[Path, ...]
    left: tuple[str, ...]


def markup(text: str) -> str:
    """Return the first markup of a text that must not be there, or nothing."""
    found = MARKUP.search(ADDRESS.sub("", text))
    return found[0] if found else ""


def label_state(guide: Guide, language: str) -> str:
    """Return how the labels of a language stand to their source."""
    from workbench.sources.guide.pages import state

    if language == guide.source_language:
        return SOURCE
    return state(guide.label_texts.get(language), fingerprint(guide.labels[guide.source_language]))


def out(guide: Guide, language: str) -> str:
    """Return every text of a guide as a PO file for a language, with the translations there are.

    A text translated from an earlier source is marked fuzzy: it is to be looked at again.
    """
    _check(guide, language)
    catalogue = Catalog(
        language,
        project=f"guide-{guide.locality}",
        version=guide.version(),
        header_comment=f"# The guide of {guide.locality} in {language}. Do not change Project-Id-Version.",
        fuzzy=False,
        charset="utf-8",
    )
    source = guide.labels[guide.source_language]
    flags = () if label_state(guide, language) != "outdated" else ("fuzzy",)
    have = {} if language == guide.source_language else guide.labels.get(language, {})
    for name, text in source.items():
        catalogue.add(text, have.get(name, ""), context=f"words#{name}", flags=flags if name in have else ())
    for page in guide.pages:
        if page.source_language == language:
            continue
        source_units, told = page.source.units(), page.texts.get(language)
        units = told.units() if told else {}
        old = page.state(language) == "outdated"
        for place, text in source_units.items():
            given = units.get(place, "")
            catalogue.add(text, given, context=f"{page.id}#{place}", flags=("fuzzy",) if old and given else ())
    held = io.BytesIO()
    write_po(held, catalogue, width=0, include_previous=False)
    return held.getvalue().decode()


def take(guide: Guide, path: Path, language: str, today: date, *, unchanged: bool = False) -> Taken:
    """Write the pages that a PO file translates whole; the others stay as they are, each with a sentence.

    Parameters
    ----------
    unchanged
        Take the texts in whose source is still the same, although the file was made from another version.

    Raises
    ------
    DataError
        If the file is none, of another guide, language or version, or if a text holds markup; nothing is written.
    """
    _check(guide, language)
    catalogue = _read(path, guide, language)
    said = {str(m.context): (str(m.id), str(m.string)) for m in catalogue if m.id and m.string and not m.fuzzy}
    asked = {str(m.context): str(m.id) for m in catalogue if m.id}
    changed = sorted(
        place for place, text in guide.source_units().items() if place in asked and asked[place] != text
    ) + sorted(set(asked) - set(guide.source_units()))
    if catalogue.version != guide.version() and not unchanged:
        raise DataError(
            f"the file was made from another version of the guide ({catalogue.version}, now {guide.version()})",
            where=str(path),
            why=f"{len(changed)} of its texts changed since, the first {changed[0]}" if changed else "texts were added",
            do="write the file again and merge the two (msgmerge), or give --unchanged to take in what is the same",
        )
    faults = [f"{place}: markup '{found}'" for place, (_, text) in said.items() if (found := markup(text))]
    faults += [f"{place}: links or names of steps differ" for place, pair in said.items() if _targets(pair)]
    if faults:
        raise DataError(
            "translations hold what they must not: " + "; ".join(faults[:10]),
            where=str(path),
            why="nothing of the file was taken in",
            do="keep links as they are, and write plain text and Markdown",
        )
    written, left = _write_pages(guide, said, language, today)
    return Taken(tuple(written), tuple(left))


def confirm(guide: Guide, name: str, language: str, today: date, *, reviewer: str = "") -> Path:
    """Say that a page's translation was brought up to date with its source, and, with a name, who read it."""
    _check(guide, language)
    page = guide.page(name)
    if page is None:
        raise DataError(f"the guide has no page '{name}'", do=nearest(name, [each.id for each in guide.pages]))
    text = page.texts.get(language)
    if text is None or language == page.source_language:
        raise DataError(
            f"there is no translation of {page.id} into '{language}'", do="translate it first: guide translate --out"
        )
    return write_page(
        replace(
            text,
            translates=page.source_language,
            source_hash=page.source.hash(),
            translated=today.isoformat(),
            reviewed=reviewer,
        )
    )


def write_page(text: Text) -> Path:
    """Write a translation to its file."""
    head = {"title": text.title, "summary": text.summary, "forms": list(text.forms)}
    about = {name: getattr(text, name) for name in ("translates", "source_hash", "translated", "reviewed")}
    head |= {**about, "reviewed": text.reviewed or "no"}
    kept = {name: value for name, value in head.items() if value}
    front = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=10_000)
    return write_text(text.path, f"---\n{front}---\n\n{text.body.strip()}\n" if text.body else f"---\n{front}---\n")


def _check(guide: Guide, language: str) -> None:
    if language not in guide.languages:
        raise DataError(
            f"the guide of {guide.locality} has no language '{language}'",
            where=str(guide.folder / "guide.toml"),
            do=nearest(language, guide.languages),
        )


def _read(path: Path, guide: Guide, language: str) -> Catalog:
    where = str(path)
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
    except (OSError, UnicodeDecodeError, PoFileError, ValueError) as error:
        said = " ".join(str(error).split())
        raise DataError("this is no PO file", where=where, why=said, do="write one: guide translate --out") from error
    if catalogue.project != f"guide-{guide.locality}":
        raise DataError(
            f"this PO file belongs to '{catalogue.project}', not to the guide of {guide.locality}",
            where=where,
            do="name the locality that it was written from",
        )
    if str(catalogue.locale or "") != language:
        raise DataError(f"this PO file is in '{catalogue.locale}', not in '{language}'", where=where, do="name its own")
    return catalogue


def _targets(pair: tuple[str, str]) -> bool:
    """Say whether a translation leads elsewhere than its source."""
    source, told = (sorted("".join(found) for found in TARGET.findall(text)) for text in pair)
    return source != told


def _write_pages(
    guide: Guide, said: Mapping[str, tuple[str, str]], language: str, today: date
) -> tuple[list[Path], list[str]]:
    written, left = [], []
    for page in guide.pages:
        if page.source_language == language:
            continue
        units = page.source.units()
        told = {
            place: said[f"{page.id}#{place}"][1]
            for place, text in units.items()
            if said.get(f"{page.id}#{place}", ("",))[0] == text
        }
        if len(told) < len(units):
            if told:
                left.append(f"{page.id}: {len(units) - len(told)} of {len(units)} texts are not translated yet")
            continue
        have = page.texts.get(language)
        if have is not None and page.state(language) in (FRESH, "draft") and have.units() == told:
            continue
        written.append(write_page(_translated(guide, page, told, language, today)))
    source = guide.labels[guide.source_language]
    words = {name: said[f"words#{name}"][1] for name, text in source.items() if _same(said, f"words#{name}", text)}
    if len(words) == len(source) and words != guide.labels.get(language):
        written.append(_write_words(guide, words, language, today))
    elif 0 < len(words) < len(source):
        left.append(f"words: {len(source) - len(words)} of {len(source)} texts are not translated yet")
    return written, left


def _same(said: Mapping[str, tuple[str, str]], place: str, text: str) -> bool:
    return place in said and said[place][0] == text


def _translated(guide: Guide, page: Page, told: Mapping[str, str], language: str, today: date) -> Text:
    blocks = [text for place, text in told.items() if place.startswith("block ")]
    forms = tuple(part.strip() for part in told.get("forms", "").split(";") if part.strip())
    path = guide.folder / language / page.kind / f"{page.name}.md"
    return Text(
        language, told["title"], told.get("summary", ""), "\n\n".join(blocks), path, forms,
        page.source_language, page.source.hash(), today.isoformat(),
    )  # fmt: skip


def _write_words(guide: Guide, words: Mapping[str, str], language: str, today: date) -> Path:
    source = guide.source_language
    head = {
        "translates": source,
        "source_hash": fingerprint(guide.labels[source]),
        "translated": today.isoformat(),
        "reviewed": "no",
    }
    lines = [f"{name} = {_quoted(value)}" for name, value in head.items()]
    return write_text(
        guide.folder / language / "words.toml",
        "\n".join([*lines, *(f"{name} = {_quoted(value)}" for name, value in words.items())]) + "\n",
    )


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML string


def now() -> date:
    """Return today's date in UTC."""
    return datetime.now(UTC).date()
