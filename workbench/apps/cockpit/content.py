"""What stands on the cockpit page, as HTML made from cards, tables and pictures; knows no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.apps import links, notices, pages
from workbench.apps.cockpit.state import CockpitState
from workbench.core.errors import WorkbenchError
from workbench.presentation import cockpit as shown
from workbench.presentation import downloads
from workbench.presentation import markup as m
from workbench.presentation.cockpit import needs as needed
from workbench.presentation.cockpit import words
from workbench.presentation.languages import day, say, say_many
from workbench.presentation.tables import Table
from workbench.studies.cockpit import AREAS, Cockpit
from workbench.studies.cockpit import needs as study


@dataclass(frozen=True)
class Content:
    """The parts of the page: what is said first, cards, tables with what belongs to them, the foot, and a status."""

    head: str
    cards: str
    tables: str
    foot: str
    status: str


def page(cockpit: Cockpit, state: CockpitState) -> Content:
    """Return what the page says of the place, area and indicator chosen."""
    language, place = state.language, state.place
    made = date.fromisoformat(cockpit.record.created[:10])
    about = say(
        "{locality} · built {day}", language, locality=words.whole(cockpit.name, language), day=day(made, language)
    )
    title = notices.tag("h1", say("Cockpit: {place}", language, place=words.place(cockpit, place, language)))
    cards = shown.cards(cockpit, place, state.area, language)
    inner = "".join(card.html() for card in cards)
    beneath = shown.beneath(cockpit, place, state.area, language).html()
    lacking = [area for area in cockpit.missing() if state.area in ("", area)]
    gone = "".join(notices.tag("p", shown.no_indicator(cockpit, area, language).sentence) for area in lacking)
    if pages.drafts():
        draft = say("Draft: this was not published. Do not pass its figures on.", language)
        title += notices.notice(draft)
    first = shown.headline(cockpit, place, language, state.area).html()
    return Content(
        head=f'{title}<p class="mw-subtitle">{m.html(about)}</p>\n{first}',
        cards=f'<div class="mw-cards">{inner}</div>{beneath}{gone}',
        tables=_tables(cockpit, state),
        foot=_foot(cockpit, state),
        status=say_many(
            "{number} indicator is shown.", "{number} indicators are shown.", len(cards), language, number=len(cards)
        ),
    )


def _tables(cockpit: Cockpit, state: CockpitState) -> str:
    language = state.language
    by_place = shown.by_place(cockpit, state.indicator, language)
    areas = [shown.by_area(cockpit, state.place, area, language) for area in AREAS if state.area in ("", area)]
    tables = [found for found in areas if isinstance(found, Table)]
    files = [downloads.csv(by_place), *(downloads.csv(table) for table in tables)]
    names = [f"{table.caption} (CSV)" for table in (by_place, *tables)]
    return (
        notices.tag("h2", say("All places", language))
        + _fold(by_place.caption, by_place.html(), opened=len(cockpit.groups) <= 30)
        + links.downloads(zip(files, names, strict=True), language)
    )


def figures(cockpit: Cockpit, state: CockpitState) -> str:
    """Return trend, map and funnel; loads matplotlib, so it is called when the page is already up."""
    from workbench.presentation.cockpit import figures as drawn

    head = notices.tag("h2", cockpit.definition(state.indicator).text("label", state.language))
    return head + "".join(
        part.html() for part in drawn.all_three(cockpit, state.indicator, state.place, state.language)
    )


def needs(state: CockpitState) -> str:
    """Return what newcomers will need, if a settlement forecast of the locality is saved; empty without one."""
    try:
        found = study.needs(state.locality, runs=state.runs or None)
        codes = found.persons.labels("municipality")
    except WorkbenchError:
        return ""
    place = state.place if state.place in codes else None
    language = state.language
    return (
        notices.tag("h2", say("What newcomers need", language))
        + needed.headline(found, place, language).html()
        + needed.table(found, place, language).html()
        + _fold(say("What the needs assume", language), needed.assumptions(found, language).html())
    )


def _foot(cockpit: Cockpit, state: CockpitState) -> str:
    language = state.language
    sure = shown.how_sure(cockpit, language).html()
    gone = shown.missing(cockpit, state.area, language).html()
    lead = say("These lines of Python give the same figures and sentences:", language)
    lines = f'<p>{m.html(lead)}</p><pre tabindex="0"><code>{m.html(code(cockpit, state))}</code></pre>'
    run = say("Run {key}.", language, key=cockpit.record.short_key)
    return (
        _fold(say("How sure is this?", language), sure, printed=True)
        + _fold(say("What is missing", language), gone, printed=True)
        + _fold(say("Show the code for this", language), lines)
        + f'<div class="mw-foot">{notices.tag("p", run)}</div>'
    )


def code(cockpit: Cockpit, state: CockpitState) -> str:
    """Return the lines of Python that give the same sentences and tables."""
    runs = f", runs={state.runs!r}" if state.runs else ""
    how = f"language={state.language!r}"
    return "\n".join(
        [
            "from workbench.presentation import cockpit as shown",
            "from workbench.studies import cockpit",
            "",
            f"result = cockpit.study({cockpit.locality!r}{runs}).public()  # run {cockpit.record.short_key}",
            f"for card in shown.cards(result, {state.place!r}, {state.area!r}, {how}):",
            "    print(card.plain())",
            f"print(shown.beneath(result, {state.place!r}, {state.area!r}, {how}).plain())",
            f"print(shown.by_place(result, {state.indicator!r}, {how}).plain())",
            "",
        ]
    )


def _fold(title: str, inner: str, *, printed: bool = False, opened: bool = False) -> str:
    marks = f"{' data-mw-print' if printed else ''}{' open' if opened else ''}"
    return f"<details{marks}><summary>{m.html(title)}</summary>{inner}</details>\n"


def waiting(language: str) -> str:
    """Return what stands in place of a chart that is being drawn."""
    return notices.tag("p", say("Drawing the charts …", language), "mw-wait")


def missing(language: str) -> str:
    """Return the page when no cockpit was built yet."""
    return notices.tag("h1", say("Cockpit", language)) + notices.notice(
        say("No cockpit has been published yet.", language),
        say("Ask the people who run this page to make one, then load it again.", language),
    )


def failed(language: str) -> str:
    """Return the page when a saved cockpit cannot be shown."""
    return notices.tag("h1", say("Cockpit", language)) + notices.failed(
        say("The saved cockpit cannot be shown.", language), language
    )


def broken(language: str) -> str:
    """Return what is said when the page itself failed."""
    return notices.tag("h1", say("Cockpit", language)) + notices.broken(language)


def area_options(language: str) -> list[tuple[str, str]]:
    """Return the areas to choose from, all of them first."""
    return [(say("All topics", language), ""), *((words.area(area, language), area) for area in AREAS)]
