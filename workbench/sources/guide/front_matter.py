"""What stands at the head of a page? YAML between two lines of ``---``, read as plain texts and lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from workbench.core.errors import DataError, nearest
from workbench.sources.guide.pages import Reference, Step

HEAD = re.compile(r"\A---[ \t]*\n(.*?\n)??---[ \t]*(?:\n|\Z)", re.DOTALL)
REFERENCE = re.compile(r"(.+?)\s*<(https://[^\s<>]+)>")
COMMON = ("title", "summary", "forms")
STRUCTURE = ("topic", "for", "updated", "sources", "check", "steps", "dates", "phone", "web", "email", "address")
TRANSLATION = ("translates", "source_hash", "translated", "reviewed")
STEP = ("id", "after", "when", "place", "documents", "cost", "takes")
EXAMPLE = "begin the file with ---, then lines such as `title: Health care`, then --- again"


def split(path: Path) -> tuple[dict[str, Any], str]:
    """Return a file's front matter and its body.

    Raises
    ------
    DataError
        If the file cannot be read, has no front matter, or one that is not a list of names and values.
    """
    where = str(path)
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("cannot read the page", where=where, why=str(error), do="save it as UTF-8 text") from error
    found = HEAD.match(text)
    if not found:
        raise DataError("the page has no front matter", where=where, why="title and source stand there", do=EXAMPLE)
    try:
        # Every value stays a text: in YAML a bare `no` would be false, and a date would be no text.
        head = yaml.load(found[1] or "", Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise DataError("the front matter cannot be read", where=where, why=said, do=EXAMPLE) from error
    if not isinstance(head, Mapping):
        raise DataError("the front matter is no list of names and values", where=where, do=EXAMPLE)
    return dict(head), text[found.end() :].strip("\n")


def unknown(head: Mapping[str, Any], known: tuple[str, ...], where: str) -> list[DataError]:
    """Return a fault for each name that front matter does not have."""
    return [
        DataError(f"front matter has no '{name}'", where=where, do=nearest(str(name), known))
        for name in head
        if name not in known
    ]


def texts(head: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts; a single text is a list of one."""
    given = head.get(name, ())
    return tuple(map(str, [given] if isinstance(given, str) and given else given or ()))


def day(text: str, name: str, where: str) -> date:
    """Return a day, or refuse it by the name under which it stands."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DataError(f"'{name}' is no day: '{text}'", where=where, do="write it as 2026-11-28") from None


def reference(text: str, where: str) -> Reference:
    """Return a source written as ``Name <https://…>``."""
    found = REFERENCE.fullmatch(text.strip())
    if not found:
        raise DataError(f"no source can be read from '{text}'", where=where, do="write it as: Name <https://address>")
    return Reference(found[1], found[2])


def step(body: object, where: str) -> Step:
    """Return a step of a process."""
    if not isinstance(body, Mapping) or not body.get("id"):
        raise DataError("a step has no id", where=where, do="write steps as `- id: register`, with what belongs to it")
    at = f"{where}: step '{body['id']}'"
    if faults := unknown(body, STEP, at):
        raise faults[0]
    when = body.get("when") or {}
    if not isinstance(when, Mapping):
        raise DataError("'when' names no question", where=at, do="write it as `when: {children: yes}`")
    conditions = {str(question): texts(when, question) for question in when}
    single = {name: str(body.get(name, "")) for name in ("place", "cost", "takes")}
    return Step(str(body["id"]), texts(body, "after"), conditions, documents=texts(body, "documents"), **single)
