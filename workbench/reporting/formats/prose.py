"""The prose of report notebooks in other languages: each paragraph of a text cell is said by the catalogue.

The paragraphs stand in the notebooks, in English; :data:`PARAGRAPHS` repeats them for the catalogues. A test keeps both
equal, so that no text of a report that takes a language is left in English.
"""

from __future__ import annotations

import re

from nbformat import NotebookNode

from workbench.presentation.languages import marked, say
from workbench.presentation.publishing.scoreboard import COUNTED

PARAGRAPHS = (
    marked("Month by month"),
    marked("By destination"),
    marked("What then happened"),
    marked(
        "A forecast is only as good as what becomes of it. Where the data used hold figures for the months "
        "forecast, they stand here; the forecast did not know them."
    ),
    marked("Who they are"),
    marked(
        "A second set of figures gives the shares; the totals stay those of the forecast. Where there are no "
        "recent shares, the forecast is not divided."
    ),
    marked("Changes of policy"),
    marked("What was seen around changes of visas, borders and law. It is for reading the chart; no model uses it."),
    marked("About this issue"),
    marked("How we know"),
    marked(
        "**Method.** A Bayesian model follows the level of each destination from month to month, learns the "
        "season of the year and the size of past shocks from all destinations together, and expects larger "
        "shocks for a while after a large one. Older months count less. Months of surge, in which all shocks "
        "are larger, and smaller shocks after calm months are assumptions. It is fitted to what was published up "
        "to the as-of month and then "
        "simulated forward; each simulated future is one draw, in whole persons."
    ),
    marked(
        "**Words.** *About* means rounded to two digits. *Likely* means a chance of 80 % or more, *may* "
        "one from 50 % to 80 %, *less likely than not* one from 20 % to 50 %, *unlikely* one of 20 % or less. An 80 % "
        "interval holds, by the model, four outcomes in five; a 95 % interval nineteen in twenty."
    ),
    COUNTED,
    marked("Who stays without a place, and why"),
    marked("Which limits bind"),
    marked("How each group fares"),
    marked("Where they go"),
    marked("Single households"),
    marked("What is assumed"),
    marked(
        "**Method.** First as many persons as possible are placed; among such plans, the one with the highest "
        "score is sought. Households are never split, no place takes more persons than its capacity, and a "
        "household goes only where its needs can be met. A bound computed apart says how far any other plan "
        "could be ahead."
    ),
    marked("By county"),
    marked(
        "A forecast is only as good as what becomes of it. Where the data used hold whole figures for the "
        "year forecast, they stand here; the forecast did not know them."
    ),
    marked("Who stays, who moves on"),
    marked(
        "Newcomers may move once they are settled. The chance of leaving is taken to jump when the "
        "introduction period ends. What draws movers, and what of it is learnt here or carried over from "
        "elsewhere, stands below the tables."
    ),
    marked("Annex: all municipalities"),
    marked(
        "**Words.** *About* means rounded to two digits. *Likely* means a chance of 80 % or more. An 80 % "
        "interval holds, by the model, four outcomes in five; a 95 % interval nineteen in twenty."
    ),
)
HEADING = re.compile(r"(#+ )(.*)", re.S)


def paragraphs(cell: str) -> list[str]:
    """Return the paragraphs of a text cell, headings without their marks."""
    return [HEADING.sub(r"\2", part.strip()) for part in cell.split("\n\n") if part.strip()]


def in_language(notebook: NotebookNode, language: str) -> NotebookNode:
    """Return a report notebook with its prose in a language; what the catalogue lacks stays as it is."""
    if language == "en":
        return notebook
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts = [part.strip() for part in cell.source.split("\n\n")]
            cell.source = "\n\n".join(_said(part, language) for part in parts if part)
    return notebook


def _said(part: str, language: str) -> str:
    found = HEADING.fullmatch(part)
    if found:
        return found[1] + say(found[2].replace("{", "{{").replace("}", "}}"), language)
    return say(part.replace("{", "{{").replace("}", "}}"), language)
