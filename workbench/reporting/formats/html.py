"""Write a report as one HTML page without code, with everything inside it: it asks no other host for anything."""

from __future__ import annotations

from nbformat import NotebookNode

from workbench.presentation import markup as m
from workbench.presentation.drawing import theme
from workbench.presentation.drawing.fonts import css_faces
from workbench.presentation.tables import Table
from workbench.reporting.formats import document


def page(notebook: NotebookNode, standing: str = "", warned: str = "") -> str:
    """Return the page of an executed report notebook, with how it stands to its readers."""
    facts = document.facts(notebook)
    body = document.converted(document.text(notebook, m.HTML, "html"), "html5")
    warning = f'<p class="mw-synthetic" role="note">{m.html(warned)}</p>\n' if warned else ""
    edition, *rest = document.running_foot(facts)
    foot = " · ".join([edition, *document.running_head(facts), *rest, *([standing] if standing else [])])
    return _page(facts.title, facts.description, f"{warning}{body}\n<footer>{m.html(foot)}</footer>", facts.language)


def alone(table: Table) -> str:
    """Return a page that holds one table."""
    return _page(table.caption, table.caption, f"<h1>{m.html(table.caption)}</h1>\n{table.html()}", table.language)


def _page(title: str, description: str, body: str, language: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{m.html(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{m.html(title)}</title>\n<meta name="description" content="{m.html(description)}">\n'
        f"<style>\n{css_faces()}{theme.css()}</style>\n</head>\n<body>\n<main>\n{body}\n"
        f"</main>\n</body>\n</html>\n"
    )
