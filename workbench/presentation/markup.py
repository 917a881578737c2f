"""How text becomes safe HTML, Markdown and Typst, and the bundle in which a notebook carries all three."""

from __future__ import annotations

import html as _html
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

HTML = "text/html"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"
SVG = "image/svg+xml"
TYPST = "text/x-typst"
FRONT = "application/vnd.workbench.front+json"
DATA = "application/vnd.workbench.data+json"

_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$^])")


def html(text: str) -> str:
    """Return text that HTML shows as it stands."""
    return _html.escape(text, quote=True)


def markdown(text: str) -> str:
    """Return text that Markdown shows as it stands, on one line."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(text.split()))


def typst(text: str) -> str:
    """Return text as a Typst string literal: nothing in it can act as markup."""
    cleaned = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "").replace("\t", " ")
    return f'"{cleaned}"'


def prose_html(text: str) -> str:
    """Return a sentence as HTML; what stands between backticks is a command or a name in a program."""
    return _prose(text, html, lambda code: f"<code>{html(code)}</code>")


def prose_markdown(text: str) -> str:
    """Return a sentence as Markdown; what stands between backticks stays code."""
    return _prose(" ".join(text.split()), lambda t: _MARKDOWN_SPECIAL.sub(r"\\\1", t), lambda code: f"`{code}`")


def prose_typst(text: str) -> str:
    """Return a sentence as a Typst expression; what stands between backticks is set as code, without the backticks."""
    if not _CODE.search(text):
        return typst(text)
    return "(" + _prose(text, lambda t: f"{typst(t)} + ", lambda code: f"raw({typst(code)}) + ") + '"")'


def _prose(text: str, plain: Callable[[str], str], code: Callable[[str], str]) -> str:
    parts = _CODE.split(text)  # prose and code in turn
    return "".join(code(part) if at % 2 else plain(part) for at, part in enumerate(parts))


def typst_array(items: Iterable[str]) -> str:
    """Return Typst expressions as an array; one item stays an array too."""
    inner = ", ".join(items)
    return f"({inner},)" if inner else "()"


def typst_call(function: str, *positional: str, **named: str) -> str:
    """Return the call of a template function in markup; arguments are Typst expressions."""
    parts = [*positional, *(f"{key.replace('_', '-')}: {value}" for key, value in named.items())]
    return f"#{function}({', '.join(parts)})\n"


def bundle(parts: Mapping[str, Any], include: Any = None, exclude: Any = None) -> dict[str, Any]:
    """Return the mimetypes that a front end asked for (``include`` and ``exclude`` as IPython passes them)."""
    return {k: v for k, v in parts.items() if (not include or k in include) and (not exclude or k not in exclude)}
