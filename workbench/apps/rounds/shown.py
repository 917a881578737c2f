"""What the page of the rounds says of one of them: its gap, its proposals and offers, and its ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.apps import notices
from workbench.apps.register_view import table
from workbench.core.geography.places import Locality
from workbench.presentation.languages import marked, say
from workbench.presentation.rounds.words import override, shortened, state
from workbench.presentation.wording import DASH, number

AGES = ("adults", "children", "seniors")
HEADS = (
    marked("Household"),
    marked("Persons"),
    marked("Near-equal alternative"),
    marked("Proposed"),
    marked("Score"),
    marked("State"),
)
LEDGER = (
    marked("No."),
    marked("Override"),
    marked("Household"),
    marked("Municipality"),
    marked("Reason"),
    marked("By"),
    marked("When"),
    marked("Price, score"),
    marked("Price, persons"),
)


def lead(waiting: int, rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """Return how many households wait, are offered, and wait for a decision."""
    return say(
        "{waiting} households wait, {offers} are proposed or offered, {accepted} accepted wait for a decision.",
        language,
        waiting=waiting,
        offers=sum(row["state"] in ("draft", "sent") for row in rows),
        accepted=sum(row["state"] == "accepted" for row in rows),
    )


def gap(solved: Mapping[str, Any] | None, language: str) -> str:
    """Return how near the newest proposal is to the best possible; nothing before the first."""
    if solved is None:
        return ""
    text = say(
        "The newest proposal is within {gap} % of the best score possible for the scores supplied.",
        language,
        gap=number(100 * solved["told"]["gap"], 3, language),
    )
    return notices.tag("p", text)


def offers(
    rows: Sequence[Mapping[str, Any]],
    held: Mapping[str, Mapping[str, Any]],
    locality: Locality,
    language: str,
    *,
    search: str = "",
) -> str:
    """Return the proposals and offers as a table, the near-equal alternative before the one proposed.

    ``search``: only those whose household begins so, or whose municipality (code or name) or state is meant.
    """
    named = shortened(row["household"] for row in rows)
    found = [row for row in rows if _meant(row, search.strip().casefold(), locality, language)]
    cells = [
        [
            named[row["household"]],
            str(sum(held[row["household"]][age] for age in AGES)) if row["household"] in held else "",
            called(row["told"].get("runner_up") or "", locality),
            called(row["place"], locality),
            number(row["told"]["score"], 2, language),
            state(row["state"], language),
        ]
        for row in found
    ]
    caption = say("Proposals and offers of the round", language)
    if not rows:
        return ""
    if len(found) < len(rows):
        caption += ": " + say("{number} of {all}", language, number=len(found), all=len(rows))
    why = say("The near-equal alternative stands first, so that it is read before the proposal is followed.", language)
    return table([say(each, language) for each in HEADS], cells, caption) + notices.tag("p", why, "mw-caveat")


def _meant(row: Mapping[str, Any], search: str, locality: Locality, language: str) -> bool:
    """Say whether a search finds an offer."""
    words = (called(row["place"], locality), state(row["state"], language))
    return (
        row["household"].casefold().startswith(search)
        or row["place"].casefold() == search
        or any(search in each.casefold() for each in words)
    )


def ledger(rows: Sequence[Mapping[str, Any]], locality: Locality, language: str) -> str:
    """Return the overrides as a table, with who, when, why and at what price."""
    named = shortened(row["household"] for row in rows)
    cells = [
        [
            str(row["number"]), override(row["kind"], language), named[row["household"]],
            called(row["place"], locality), row["reason"], row["who"], row["at"][:16].replace("T", " "),
            number(row["price"]["score"], 2, language) if row["price"] else DASH,
            number(row["price"]["persons"], 0, language) if row["price"] else DASH,
        ]
        for row in rows
    ]  # fmt: skip
    heads = [say(each, language) for each in LEDGER]
    return table(heads, cells, say("Overrides, with what each cost the plan", language)) if cells else ""


def called(place: str, locality: Locality) -> str:
    """Return a municipality's name; a dash for none."""
    return locality.place_name(place) if place in locality.places else place or DASH


def named(row: Mapping[str, Any], language: str) -> str:
    """Return what a round is called in the list of rounds."""
    said = say("Week {week} of {year}", language, week=row["week"], year=row["year"])
    return f"{said}: {state(row['state'], language)}"
