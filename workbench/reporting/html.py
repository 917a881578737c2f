"""Write a report as one HTML page without code, with everything inside it: it asks no other host for anything."""

from __future__ import annotations

import base64
import io
from functools import cache

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from nbformat import NotebookNode

from workbench.presentation import markup as m
from workbench.presentation import theme
from workbench.reporting import document

LATIN = "U+0020-024F, U+2010-2026, U+20AC, U+2212"


def page(notebook: NotebookNode) -> str:
    """Return the page of an executed report notebook."""
    facts = document.facts(notebook)
    body = document.converted(document.text(notebook, m.HTML, "html"), "html5")
    version = facts.record.versions.get("migration-workbench", "")
    foot = f"{facts.edition.capitalize()} edition · {facts.vintage} · version {version} · run {facts.record.short_key}"
    return (
        f'<!DOCTYPE html>\n<html lang="{m.html(facts.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{m.html(facts.title)}</title>\n<meta name="description" content="{m.html(facts.description)}">\n'
        f"<style>\n{_faces()}{theme.css()}</style>\n</head>\n<body>\n<main>\n{body}\n"
        f"<footer>{m.html(foot)}</footer>\n</main>\n</body>\n</html>\n"
    )


@cache
def _faces() -> str:
    """Return the main font in two weights, reduced to Latin letters, inside the style sheet."""
    return "".join(_face(style, weight) for style, weight in (("Regular", 400), ("Semibold", 600)))


def _face(style: str, weight: int) -> str:
    font = TTFont(theme.font_file(style), recalcTimestamp=False)
    options = subset.Options(layout_features=["kern", "tnum", "lnum"], notdef_outline=True)
    reduced = subset.Subsetter(options)
    reduced.populate(unicodes=subset.parse_unicodes(LATIN))
    reduced.subset(font)
    font.flavor = "woff"
    held = io.BytesIO()
    font.save(held)
    data = base64.b64encode(held.getvalue()).decode()
    return (
        f'@font-face {{ font-family: "{theme.FONT}"; font-weight: {weight}; '
        f"src: url(data:font/woff;base64,{data}) format('woff'); }}\n"
    )
