"""What the page of one household says of it, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.apps import notices
from workbench.apps.register_view import table
from workbench.core.geography.places import Locality
from workbench.presentation import markup as m
from workbench.presentation.languages import marked, say
from workbench.presentation.rounds.words import needs, override, population, reason, state
from workbench.presentation.wording import DASH, number
from workbench.studies.rounds.households.case import Case
from workbench.studies.rounds.interview.form import Form

LETTERS = {"decision": marked("decision")}
FACTS = {
    "population": marked("Route"),
    "permit": marked("Permit"),
    "deadline": marked("To be settled by"),
    "language": marked("Language of letters"),
    "bedrooms": marked("Bedrooms needed"),
    "state_reason": marked("Reason of the state"),
    "linked_with": marked("To be placed with"),
    "apart_from": marked("To be kept apart from"),
    "confidential_address": marked("Confidential address"),
}
SAID = {"population": population, "state_reason": reason}
"""Facts that are codes, and what says them in words."""
CONSENTS = {"settlement": marked("Agrees to be settled"), "health": marked("Agrees that health is noted")}


def lead(case: Case, locality: Locality, language: str) -> str:
    """Return where the case stands, in a sentence."""
    at = state(case.folder["household"]["state"], language)
    if case.history["held"]:
        held = case.history["held"][0]
        place = locality.place_name(held["municipality"])
        return say("State: {state}. It holds a place in {place}.", language, state=at, place=place)
    return say("State: {state}.", language, state=at)


def everything(case: Case, form: Form, locality: Locality, language: str) -> str:
    """Return all that is known of a household, a heading for each part that holds something."""
    history = case.history
    parts = (
        (marked("What keeps it waiting"), _list(case.blockers)),
        (marked("The case"), _facts(_case(case, locality, language))),
        (marked("Members"), _members(case, language)),
        (marked("The interview"), _interview(case, form, language)),
        (marked("Offers"), _offers(history["offers"], locality, language)),
        (marked("Overrides and declines"), _ledger(history["ledger"], locality, language)),
        (marked("Decisions and letters"), _list(_papers(history, locality, language))),
        (marked("Who read or changed it"), _audit(history["audit"], language)),
    )
    return "".join(f"<h2>{m.html(say(title, language))}</h2>{body}" for title, body in parts if body)


def _case(case: Case, locality: Locality, language: str) -> Iterable[tuple[str, str]]:
    row = case.folder["household"]
    for name, words in FACTS.items():
        value = row.get(name)
        if value in (None, "", False):
            continue
        told = SAID[name](str(value), language) if name in SAID else str(value)
        yield say(words, language), say("yes", language) if value is True else told
    yield say("Needs", language), needs(case.folder.get("needs", ()), language) or say("none stated", language)
    yield say("Languages", language), ", ".join(case.folder.get("languages", ())) or DASH
    ties = [locality.place_name(code) for code in case.folder.get("ties", ()) if code in locality.places]
    yield say("Close relatives in", language), ", ".join(ties) or DASH
    for each in case.folder.get("consent", ()):
        name = str(each.get("purpose", ""))
        words = say(CONSENTS[name], language) if name in CONSENTS else name
        yield words, f"{say('yes' if each.get('given') else 'no', language)} ({each.get('day', '')})"
    for held in case.history["held"]:
        at = say("week {week} of {year}", language, week=held["week"], year=held["year"])
        home = say("dwelling {code}", language, code=held["dwelling"]) if held["dwelling"] else ""
        place = ", ".join(filter(None, (locality.place_name(held["municipality"]), at, home)))
        yield say("Place held", language), place


def _members(case: Case, language: str) -> str:
    heads = [
        say(each, language) for each in (marked("Case number"), marked("Name"), marked("Born"), marked("Moved in"))
    ]
    rows = [
        [
            str(each.get("case_number", "")),
            " ".join(filter(None, (each.get("given_name"), each.get("family_name")))) or DASH,
            str(each.get("born") or DASH),
            str(each.get("settled") or DASH),
        ]
        for each in sorted(case.folder.get("person", ()), key=lambda each: str(each.get("case_number")))
    ]
    return table(heads, rows, say("Members of the household", language)) if rows else ""


def _interview(case: Case, form: Form, language: str) -> str:
    if not case.answers:
        return notices.tag("p", say("No interview by the form has been held.", language))
    spoken = language if language in form.languages else "en"
    rows = []
    for name, value in case.answers.items():
        question = form.every.get(name)
        if question is None:
            rows.append((name, str(value)))
            continue
        told = form.shown(question, value, spoken)
        rows.append((question.label[spoken], f"{told} ({form.said('earlier', spoken)})" if question.until else told))
    version = say("Version {version} of the form.", language, version=case.version)
    return notices.tag("p", version) + _facts(rows)


def _offers(rows: Sequence[Mapping[str, Any]], locality: Locality, language: str) -> str:
    heads = (marked("Week"), marked("Municipality"), marked("State"), marked("Reason"), marked("Score"))
    cells = [
        [
            f"{row['week']}/{row['year']}", locality.place_name(row["place"]), state(row["state"], language),
            reason(row["reason"], language) if row["reason"] else "", number(row["told"]["score"], 2, language),
        ]
        for row in rows
    ]  # fmt: skip
    return table([say(each, language) for each in heads], cells, say("Offers of every round", language)) if rows else ""


def _ledger(rows: Sequence[Mapping[str, Any]], locality: Locality, language: str) -> str:
    heads = (
        marked("When"),
        marked("Override"),
        marked("Municipality"),
        marked("Reason"),
        marked("By"),
        marked("Price, score"),
    )
    cells = [
        [
            _minute(row["at"]), override(row["kind"], language), locality.place_name(row["place"]),
            reason(row["reason"], language), row["who"],
            number(row["price"]["score"], 2, language) if row["price"] else DASH,
        ]
        for row in rows
    ]  # fmt: skip
    caption = say("Overrides, with what each cost the plan", language)
    return table([say(each, language) for each in heads], cells, caption) if rows else ""


def _papers(history: Mapping[str, Sequence[Mapping[str, Any]]], locality: Locality, language: str) -> list[str]:
    decided = [
        say("{when}: {who} decided on {place}.", language, when=_minute(row["at"]), who=row["who"],
            place=locality.place_name(row["place"]))
        for row in history["decisions"]
    ]  # fmt: skip
    sent = [
        say("{day}: letter ({kind}), written by {who}.", language, day=row["day"], who=row["who"],
            kind=say(LETTERS[row["kind"]], language) if row["kind"] in LETTERS else row["kind"])
        for row in history["letters"]
    ]  # fmt: skip
    return decided + sent


def _audit(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    heads = (marked("When"), marked("By"), marked("Action"), marked("Why"))
    cells = [[_minute(row["at"]), row["who"], row["action"], row["why"]] for row in reversed(rows)]
    return table(
        [say(each, language) for each in heads], cells, say("Entries of the audit, the newest first", language)
    )


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    said = "".join(f"<div><dt>{m.html(name)}</dt><dd>{m.html(value)}</dd></div>" for name, value in rows)
    return f'<dl class="mw-facts">{said}</dl>' if said else ""


def _list(lines: Iterable[str]) -> str:
    said = "".join(f"<li>{m.html(each[:1].upper() + each[1:])}</li>" for each in lines)
    return f"<ul>{said}</ul>" if said else ""


def _minute(at: str) -> str:
    return str(at)[:16].replace("T", " ")
