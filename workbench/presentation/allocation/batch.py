"""What a caseworker reads about a batch as it came: its rules, and what in it counts for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.decisions.allocation.problem.needs_and_ties import SCORE_NAME
from workbench.presentation.languages import in_words, marked, say
from workbench.presentation.wording import number

if TYPE_CHECKING:
    from workbench.studies.allocation.desk import Desk

RULES = {
    "pin": marked("{household} goes to {place}"),
    "ban": marked("{household} does not go to {place}"),
    "linked": marked("{household} and {other} share a place, or both have none"),
    "apart": marked("{household} and {other} are in different places"),
    "intake floor": marked("{place} gets at least {limit} persons"),
    "deadlines": marked("households with a deadline are placed"),
    "deadlines by": marked("households with a deadline up to {by} are placed"),
    "group floor": marked("the mean score of all is at least {limit}"),
    "group floor group": marked("the mean score of “{group}” is at least {limit}"),
    "dispersion": marked("no place gets more than {limit} persons"),
    "dispersion group": marked("no place gets more than {limit} persons of “{group}”"),
    "no worse for groups": marked("no group's mean score is below that of today's practice"),
    "no worse for places": marked("in no place is the mean score below that of today's practice"),
}
"""What each kind of rule asks for; a second form where a day or a group is named."""


def rule(row: Mapping[str, Any], called: Mapping[str, str], language: str = "en") -> str:
    """Return what a row of the table of rules asks for, as a short clause.

    Parameters
    ----------
    row
        A row of the contract ``rules``.
    called
        What each place is called, by its code.
    """
    told = {name: "" if pd.isna(cell) else str(cell).strip() for name, cell in row.items()}
    kind = told["rule"]
    if told.get("limit"):
        told["limit"] = number(float(row["limit"]), 2 if kind == "group floor" else 0, language)
    if kind not in RULES:  # one that somebody installed
        return " ".join(filter(None, (told.get(name) for name in ("rule", "household", "other", "place", "limit"))))
    form = next((f"{kind} {name}" for name in ("by", "group") if told.get(name) and f"{kind} {name}" in RULES), kind)
    place = told.get("place", "")
    values = {name: told.get(name, "") for name in ("household", "other", "limit")}
    return say(
        RULES[form],
        language,
        place=called.get(place, place),
        group=in_words(told.get("group", ""), language),
        by=told.get("by", "")[:10],
        **values,
    )


def ruled(desk: Desk, called: Mapping[str, str], language: str = "en") -> list[tuple[str, bool]]:
    """Return the rules of the batch in order: what each asks for and why, and whether it is on."""
    told = []
    for row, on in desk.rules():
        why = "" if pd.isna(row.get("reason")) else str(row["reason"])
        told.append((rule(row, called, language) + (f" ({why})" if why else ""), on))
    return told


def remarks(desk: Desk, language: str = "en") -> list[str]:
    """Return what came with the batch and counts for nothing, or was taken for given, in sentences."""
    tables, told = desk.tables, []
    if desk.plan.score_name == SCORE_NAME:
        silent = [
            say("{code} (did you mean {near}?)", language, code=code, near=near) if near else code
            for code, near in tables.unknown_languages.items()
        ]
        told += [
            (
                marked("Ties to places that are not in the table count for nothing: {names}."),
                ", ".join(tables.unknown_ties),
            ),
            (marked("Languages that no place offers count for nothing: {names}."), ", ".join(silent)),
        ]
    unused = (f"{name}: {', '.join(columns)}" for name, columns in tables.unused.items())
    told += [
        (
            marked("Taken to offer a service because they have a capacity for it: {names}."),
            "; ".join(tables.services_by_capacity),
        ),
        (marked("Columns that are not used: {names}."), "; ".join(unused)),
    ]
    return [say(template, language, names=names) for template, names in told if names]
