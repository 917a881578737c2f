"""What does each edition of the report tell of single households? Nothing, those of one municipality, or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import ReportError
from workbench.core.runs.publication import EDITIONS
from workbench.presentation.allocation.reasons import coming_to, reasons_of
from workbench.presentation.findings import Finding, Several
from workbench.presentation.languages import say
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import number

if TYPE_CHECKING:
    from workbench.studies.allocation import AllocationResult


def households(result: AllocationResult, edition: str, municipality: str = "", language: str = "en") -> Several:
    """Return the part of a report that an edition may show about households.

    Parameters
    ----------
    edition
        ``public``: none. ``municipal``: those proposed for ``municipality``. ``case``: all, with score and reasons.

    Raises
    ------
    ReportError
        There is no such edition, or a municipal one without its municipality.
    """
    if edition not in EDITIONS:
        raise ReportError(f"no edition '{edition}'", do="choose public, municipal or case")
    if edition == "municipal":
        if not municipality:
            raise ReportError(
                "a municipal edition needs its municipality",
                why="a municipality reads about its own households alone",
                do="name its code, such as municipality = 0301",
            )
        return Several(coming_to(result.plan.assignment, result.households, result.places, municipality, language))
    if edition == "case":
        return Several((_all(result, language),))
    said = say(
        "This edition names no single household. The municipal edition shows a municipality who is proposed for it, "
        "the case edition who goes where and why.",
        language,
    )
    return Several((Finding(said, language=language),))


def _all(result: AllocationResult, language: str) -> Table:
    called = {
        "relatives": say("close relatives there", language),
        "language": say("its language is spoken there", language),
        "needs": say("its needs are met", language),
        "room": say("room for all", language),
    }
    homes = {str(row["household"]): row for row in result.households.to_dict("records")}
    towns = {str(row["place"]): row for row in result.places.to_dict("records")}
    table = result.plan.assignment
    rows = table.to_dict("records")
    why = [
        ", ".join(called[each] for each in reasons_of(homes[str(r["household"])], towns[str(r["place"])])) for r in rows
    ]
    name = {code: str(row.get("name") or code) for code, row in towns.items()}
    return Table(
        name="households",
        caption=say("Who goes where, and why", language),
        columns=(
            Column(say("Household", language), tuple(table["household"].astype(str)), right=False),
            Column(say("Place", language), tuple(name[str(r["place"])] for r in rows), right=False),
            Column(say("Score", language), tuple(number(r["score"], 2, language) for r in rows)),
            Column(
                say("Next best place", language),
                tuple(name.get(str(r["runner_up"]), "–") for r in rows),
                right=False,
            ),
            Column(say("Why here", language), tuple(why), right=False),
        ),
        data=table[["household", "place", "score", "runner_up"]],
        language=language,
    )
