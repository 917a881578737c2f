"""A page's body as HTML: Markdown alone, so that markup in a text is shown as text and never runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

NAMED = re.compile(r"\s*\{#([a-z0-9][a-z0-9-]*)\}\s*\Z")


@dataclass(frozen=True)
class Section:
    """A part of a body under one heading of the second level; the part before the first has no title."""

    id: str
    title: str
    html: str


@dataclass(frozen=True)
class Link:
    """Where a text leads: ``path`` and ``anchor`` of a page of the guide, or an address elsewhere."""

    target: str
    outside: bool
    path: str
    anchor: str


@dataclass(frozen=True)
class Term:
    """A word that the glossary explains: the ways in which it is written, and the page that explains it."""

    page: str
    forms: tuple[str, ...]


@cache
def _parser() -> MarkdownIt:
    # Pictures would be files to load and to describe; the guide has none.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image"])


def sections(body: str, terms: Sequence[Term] = (), *, up: str = "..") -> tuple[Section, ...]:
    """Return a body in parts, with glossary words linked where each occurs first.

    Parameters
    ----------
    terms
        Words to link.
    up
        Path from the page to its language's folder.
    """
    tokens = _tokens(body)
    _lead_to_pages(tokens)
    _link_terms(tokens, terms, up)
    parts: list[tuple[str, str, list[Token]]] = [("", "", [])]
    at = 0
    while at < len(tokens):
        if tokens[at].type == "heading_open" and tokens[at].tag == "h2":
            parts.append((str(tokens[at].attrGet("id") or ""), plain(tokens[at + 1]), []))
            at += 3
            continue
        parts[-1][2].append(tokens[at])
        at += 1
    rendered = [Section(id_, title, _parser().renderer.render(t, _parser().options, {})) for id_, title, t in parts]
    return tuple(part for part in rendered if part.title or part.html.strip())


def links(body: str) -> Iterator[Link]:
    """Yield every link of a body."""
    for token in _inline(_tokens(body)):
        for child in token.children or ():
            if child.type == "link_open":
                target = str(child.attrGet("href") or "")
                parts = urlsplit(target)
                yield Link(target, bool(parts.scheme or parts.netloc), parts.path, parts.fragment)


def anchors(body: str) -> set[str]:
    """Return the names of headings of a body."""
    return {str(token.attrGet("id")) for token in _tokens(body) if token.attrGet("id")}


def paragraphs(body: str) -> Iterator[str]:
    """Yield the plain text of each paragraph, list item, heading and table cell."""
    for token in _inline(_tokens(body)):
        yield plain(token)


def plain(token: Token) -> str:
    """Return an inline token's text without any marking."""
    children = token.children or []
    return "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in children)


def _tokens(body: str) -> list[Token]:
    tokens = _parser().parse(body)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and inline.children:
            last = inline.children[-1]
            if found := NAMED.search(last.content):
                opening.attrSet("id", found[1])
                last.content = NAMED.sub("", last.content)
    return tokens


def _inline(tokens: list[Token]) -> Iterator[Token]:
    return (token for token in tokens if token.type == "inline")


def _lead_to_pages(tokens: list[Token]) -> None:
    """Let links between files lead to the pages made of them, and let links elsewhere take no address along."""
    for token in _inline(tokens):
        for child in token.children or ():
            if child.type != "link_open":
                continue
            target = str(child.attrGet("href") or "")
            parts = urlsplit(target)
            if parts.scheme in ("http", "https"):
                child.attrSet("rel", "noopener noreferrer external")
            elif not parts.scheme and parts.path.endswith(".md"):
                child.attrSet("href", parts._replace(path=parts.path.removesuffix(".md") + ".html").geturl())


def _link_terms(tokens: list[Token], terms: Sequence[Term], up: str) -> None:
    """Link each word of the glossary where it occurs first outside of headings and links."""
    by_form = {form.casefold(): term.page for term in terms for form in term.forms}
    if not by_form:
        return
    longest_first = sorted(by_form, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    linked: set[str] = set()
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type != "inline" or (before is not None and before.type == "heading_open"):
            continue
        token.children = list(_with_terms(token.children or [], pattern, by_form, linked, lambda p: f"{up}/{p}.html"))


def _with_terms(
    children: Sequence[Token],
    pattern: re.Pattern[str],
    by_form: Mapping[str, str],
    linked: set[str],
    address: Callable[[str], str],
) -> Iterator[Token]:
    depth = 0
    for child in children:
        depth += child.nesting if child.type.startswith("link_") else 0
        if child.type != "text" or depth:
            yield child
            continue
        at = 0
        for found in pattern.finditer(child.content):
            page = by_form[found[0].casefold()]
            if page in linked:
                continue
            linked.add(page)
            yield _text(child.content[at : found.start()])
            yield Token("link_open", "a", 1, attrs={"href": address(page), "class": "term"})
            yield _text(found[0])
            yield Token("link_close", "a", -1)
            at = found.end()
        yield _text(child.content[at:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
