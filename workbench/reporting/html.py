"""Write a report as one HTML page without code, with everything inside it: it asks no other host for anything."""

from __future__ import annotations

from nbformat import NotebookNode

from workbench.presentation import markup as m
from workbench.presentation import theme
from workbench.presentation.fonts import css_faces
from workbench.reporting import document


def page(notebook: NotebookNode, standing: str = "", warned: str = "") -> str:
    """Return the page of an executed report notebook, with how it stands to its readers."""
    facts = document.facts(notebook)
    body = document.converted(document.text(notebook, m.HTML, "html"), "html5")
    warning = f'<p class="mw-synthetic" role="note">{m.html(warned)}</p>\n' if warned else ""
    edition, *rest = document.running_foot(facts)
    foot = " · ".join([edition, *document.running_head(facts), *rest, *([standing] if standing else [])])
    return (
        f'<!DOCTYPE html>\n<html lang="{m.html(facts.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{m.html(facts.title)}</title>\n<meta name="description" content="{m.html(facts.description)}">\n'
        f"<style>\n{css_faces()}{theme.css()}</style>\n</head>\n<body>\n<main>\n{warning}{body}\n"
        f"<footer>{m.html(foot)}</footer>\n</main>\n</body>\n</html>\n"
    )
