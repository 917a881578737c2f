"""What stands on the allocation page, as HTML made from findings and tables; knows no widgets."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbench.apps import links, notices
from workbench.core.errors import WorkbenchError
from workbench.decisions.allocation.trade_offs.near_equal import near_equal
from workbench.presentation import downloads
from workbench.presentation import markup as m
from workbench.presentation.allocation import batch as batch_words
from workbench.presentation.allocation import desk as words
from workbench.presentation.allocation import desk_tables, reasons
from workbench.presentation.allocation import fairness as fair
from workbench.presentation.allocation import honesty as honesty_words
from workbench.presentation.downloads import Download
from workbench.presentation.languages import say
from workbench.presentation.wording import number
from workbench.reporting.sheet import sheet
from workbench.sources.files import unarmed
from workbench.studies.allocation import batches, fairness
from workbench.studies.allocation.honesty import study

if TYPE_CHECKING:
    from workbench.studies.allocation.desk import Change, Desk
    from workbench.studies.allocation.outcomes import OutcomeTable

PDF = "application/pdf"
MOST_FAULTS = 8


def head(batch: str, language: str, brought: Iterable[str] = ()) -> str:
    """Return the title, which batch it is, and what must be read first; ``brought`` names tables of one's own."""
    said = notices.tag("h1", say("Allocation: who goes where", language))
    if batch == batches.EXAMPLE:
        said += notices.notice(
            say("These households are synthetic: a program made them. They are about nobody.", language)
        )
    lead = say("A proposal for a named person to decide. Lock, ban or change what you know better.", language)
    said += notices.subtitle(lead)
    if tables := ", ".join(brought):
        said += notices.subtitle(say("Tables brought and in use: {tables}.", language, tables=tables))
    return said


def working(sentence: str, language: str) -> str:
    """Return what stands in place of a plan while it is sought: the newest line of the search."""
    return notices.tag("p", say("The plan is being made …", language), "mw-wait") + (
        notices.tag("p", sentence, "mw-caveat") if sentence else ""
    )


def heard(html: str) -> str:
    """Return what a piece of the page says, for who hears it.

    >>> heard("<p>Nothing was changed.</p>")
    'Nothing was changed.'
    """
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def refused(error: WorkbenchError, language: str) -> str:
    """Return what is wrong with a change or a table, in words without folders and commands, and that all stays."""
    faults = [replace(fault, where=Path(fault.where).name) for fault in getattr(error, "faults", ())[:MOST_FAULTS]]
    do = say("Correct what is named and try again.", language) if "`" in error.do else error.do
    named = [fault.line() for fault in faults]
    told = [_sentence(part) for part in (error.what, error.why, do) if part]
    return notices.notice(told[0], *named, *told[1:], say("Nothing was changed.", language))


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def shown(desk: Desk, household: str, language: str) -> Mapping[str, str]:
    """Return the parts of the page about a plan: ``headline``, ``moved``, ``household``, ``tables``, ``fairness``."""
    first = words.headline(desk, language).html()
    first += "".join(notices.tag("p", each, "mw-caveat") for each in batch_words.remarks(desk, language))
    change = ""
    if desk.before is not None:
        change = notices.tag("h2", say("What the last change does", language)) + words.moved(desk, language).html()
    who = ""
    if household:
        finding, table = words.household(desk, household, language)
        who = notices.tag("h2", say("Household {household}", language, household=household))
        who += finding.html() + table.html() + _as_others_read_it(desk, household, language)
    tables = notices.tag("h2", say("The plan", language))
    tables += _fold(say("Who goes where", language), desk_tables.plan_table(desk, language).html(), True)
    tables += _fold(say("How full each place is", language), desk_tables.place_table(desk, language).html())
    if len(desk.plan.unplaced):
        tables += _fold(
            say("Who stays without a place", language), desk_tables.unplaced_table(desk, language).html(), True
        )
    tables += files(desk, language)
    group = notices.tag("h2", say("Fairness", language)) + desk_tables.group_table(desk, language).html()
    group += fair.waiting(desk.problem, desk.plan, language).html()
    return {"headline": first, "moved": change, "household": who, "tables": tables, "fairness": group}


def _as_others_read_it(desk: Desk, household: str, language: str) -> str:
    """Return why this place, in the municipality's words and in the newcomer's; '' without a place."""
    goes = desk.plan.assignment.set_index("household")["place"].astype(str)
    if household not in goes:
        return ""
    home = reasons.row_of(desk.tables.households, "household", household)
    place = reasons.row_of(desk.tables.places, "place", str(goes[household]))
    return _fold(
        say("As the municipality reads it", language), reasons.municipality(home, place, language).html()
    ) + _fold(say("As the household reads it", language), reasons.newcomer(home, place, language).html())


def _fold(title: str, inner: str, opened: bool = False) -> str:
    return f"<details{' open' if opened else ''}><summary>{m.html(title)}</summary>{inner}</details>"


def near(desk: Desk, language: str) -> str:
    """Return plans that are nearly as good as this one and differ most: a choice that one best plan hides."""
    found = near_equal(desk.problem, desk.plan)
    return notices.tag("h2", say("Plans nearly as good", language)) + words.near(desk, found, language).html()


def weighed(desk: Desk, wishes: pd.DataFrame | None, language: str) -> str:
    """Return the fairness panel: each group beside its own best, total against the worst-off group, wishes."""
    told = fairness.front_and_wishes(desk.problem, desk.plan, wishes)
    parts = [fair.groups(told, language).html(), fair.front(told, language).html()]
    if "wishes" in told:
        parts.append(fair.wishes(told["wishes"], language).html())
    else:
        parts.append(notices.tag("p", say("The batch holds no table of wishes (household, place, rank).", language)))
    return notices.tag("h3", say("Groups and wishes", language)) + "".join(parts)


def judged(desk: Desk, table: OutcomeTable | None, language: str) -> str:
    """Return the honesty panel: the gain judged by the counts of past persons."""
    if table is None:
        return honest(desk, language)
    told = study.honesty(desk.tables, table, by_types=True)
    title = notices.tag("h2", say("How honest is the score?", language))
    return title + honesty_words.gain(told, language).html() + honesty_words.by_place(told, language).html()


def honest(desk: Desk, language: str) -> str:
    """Return the honesty panel of a plan whose scores are no outcomes: no gain is claimed at all."""
    title = notices.tag("h2", say("How honest is the score?", language))
    if "fitted on" not in desk.plan.score_name:
        return title + notices.tag(
            "p",
            say(
                "No gain is shown. The score is a choice of values, not an outcome: how people fare was never measured "
                "for it. Bring counts of outcomes (place, type, n, successes) to have a gain judged.",
                language,
            ),
        )
    return title + notices.tag(
        "p",
        say(
            "No gain is shown yet. It is judged by the counts of past persons: press “Judge the gain”.",
            language,
        ),
    )


def map_of(desk: Desk, language: str) -> str:
    """Return a map of persons placed where the batch knows where places lie; the table says the same."""
    places = desk.tables.places
    if not {"lon", "lat", "name"} <= set(places.columns):
        return ""
    told = places[["place", "name", "lon", "lat"]].merge(desk.plan.by_place[["place", "placed"]], on="place")
    told = told.dropna(subset=["lon", "lat"]).reset_index(drop=True)
    if len(told) < 2:
        return ""
    from workbench.presentation.drawing import maps  # matplotlib: only when a map is drawn
    from workbench.presentation.findings import Figure

    figure = Figure(
        name="plan-map",
        drawing=maps.plan_map(told, say("Persons placed", language), language=language),
        caption=say("Where persons are placed; the area of a circle shows how many", language),
        alternative=say("Map of places as circles. The table of places gives every figure.", language),
        source=say("The plan on this page", language) + maps.credit(told, language),
        data=told,
    )
    return figure.html()


def ledger(desk: Desk, language: str) -> str:
    """Return what was changed, in order, with reasons: the override ledger of this draft."""
    told = {
        "pin": say("Lock", language),
        "ban": say("Ban", language),
        "linked": say("Link", language),
        "capacity": say("Room", language),
        "switch": say("Rule on or off", language),
    }
    called, rules = words.names(desk), batch_words.ruled(desk, words.names(desk), language)

    def line(c: Change) -> str:
        if c.kind == "switch" and c.number < len(rules):
            about = rules[c.number][0]
        else:
            about = " · ".join(filter(None, [c.household, c.other, called.get(c.place, c.place)]))
        room = f" → {number(c.number, language=language)}" if c.kind == "capacity" else ""
        return f"<li>{m.html(f'{told[c.kind]}: {about}{room} ({c.reason})')}</li>"

    rows = "".join(map(line, desk.draft.changes))
    title = notices.tag("h2", say("What was changed", language))
    return title + (f"<ol>{rows}</ol>" if rows else notices.tag("p", say("Nothing yet.", language)))


def files(desk: Desk, language: str) -> str:
    """Return links to the plan as CSV and Excel; the PDF is made on demand."""
    table = desk.plan.assignment[["household", "place", "score", "runner_up"]]
    book = io.BytesIO()
    with pd.ExcelWriter(book, engine="xlsxwriter") as writer:
        unarmed(table).to_excel(writer, sheet_name=say("Plan", language)[:31], index=False)
        unarmed(desk.plan.by_place).to_excel(writer, sheet_name=say("Places", language)[:31], index=False)
        left = desk.plan.unplaced
        unarmed(left).to_excel(writer, sheet_name=say("Without a place", language)[:31], index=False)
        changes = pd.DataFrame([vars(c) for c in desk.draft.changes])
        unarmed(changes).to_excel(writer, sheet_name=say("Changes", language)[:31], index=False)
    text = unarmed(table).to_csv(index=False, lineterminator="\n").encode()
    kept = [
        (Download("plan.csv", downloads.CSV, text), say("Who goes where (CSV)", language)),
        (Download("plan.xlsx", downloads.XLSX, book.getvalue()), say("Everything (Excel)", language)),
    ]
    return links.downloads(kept, language)


def pdf(desk: Desk, batch: str, language: str) -> bytes:
    """Return the plan as a PDF of the case edition: it names households and stays in the case system."""
    parts = [words.headline(desk, language)]
    if desk.before is not None:
        parts.append(words.moved(desk, language))
    return sheet(
        say("Allocation: who goes where", language),
        say("Batch {name}, {changes}", language, name=batch, changes=_changes(desk, language)),
        [
            *parts,
            desk_tables.plan_table(desk, language),
            *([desk_tables.unplaced_table(desk, language)] if len(desk.plan.unplaced) else []),
            desk_tables.place_table(desk, language),
            desk_tables.group_table(desk, language),
        ],
        edition="case",
        language=language,
        synthetic=say("synthetic households", language) if batch == batches.EXAMPLE else "",
    )


def _changes(desk: Desk, language: str) -> str:
    count = len(desk.draft.changes)
    return say("changes made: {number}", language, number=number(count, language=language))
