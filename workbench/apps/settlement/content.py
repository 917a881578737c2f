"""What stands on the settlement page, as HTML made from findings, tables and figures; knows no widgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from workbench.apps import links, notices, pages
from workbench.apps.settlement.state import SettlementState
from workbench.core.runs.archive import archive_of
from workbench.presentation import downloads
from workbench.presentation import markup as m
from workbench.presentation.display import source_line
from workbench.presentation.languages import day, say
from workbench.presentation.publishing import release
from workbench.presentation.settlement import municipality as words
from workbench.presentation.settlement import municipality_tables, national, noted
from workbench.presentation.settlement.forecast import concentration
from workbench.presentation.settlement.forecast_checked import stands_in
from workbench.presentation.tables import Table
from workbench.presentation.wording import leading, meanings, number
from workbench.studies.settlement.municipality import municipality as study

if TYPE_CHECKING:
    from workbench.studies.settlement import SettlementResult

TERMS = ("about", "likely", "unlikely", "80 % interval", "95 % interval", "median")


def title(language: str) -> str:
    """Return the page's heading."""
    return notices.tag("h1", say("Settlement: where newcomers will live", language))


def head(result: SettlementResult, state: SettlementState) -> str:
    """Return the heading, how old the forecast is, and what speaks against using it."""
    language = state.language
    data = say("data to {year}", language, year=result.label(result.as_of))
    made = say("made {day}", language, day=day(date.fromisoformat(result.record.created[:10]), language))
    archive = archive_of(state.runs or None)
    publication = archive.of_run(result.record.key) or archive.taken(result.record.key)
    standing = release.standing(publication, language)
    said = notices.notice(standing.warning) if standing.warning else ""
    if not result.diagnostics.ok:
        said += notices.notice(stands_in(result, language).strip())
    return title(language) + notices.subtitle(leading(data), leading(made), standing.line) + said


def said_first(result: SettlementResult, state: SettlementState) -> str:
    """Return the headline and what belongs to it: of the country, or of one municipality."""
    language = state.language
    of = study.of_saved(result)
    if not state.municipality:
        lost = words.lost(study.municipality(of, study.codes(of)[0]), language).html()
        first = "".join(part.html() for part in (national.headline(result, language), concentration(result, language)))
        first += _carried(result, language)
        return lost + first if result.verdict.lost else first + lost
    one = study.municipality(of, state.municipality)
    parts = [words.headline(one, language), words.beside_quota(one, language)]
    if state.takes >= 0:
        parts.append(national.if_taken(one, state.takes, language))
    return "".join(part.html() for part in parts) + _carried(result, language)


def _carried(result: SettlementResult, language: str) -> str:
    of = study.of_saved(result)
    told = words.carried_over(study.municipality(of, study.codes(of)[0]), language)
    return notices.notice(*told) if told else ""


def tables(result: SettlementResult, state: SettlementState) -> tuple[str, str]:
    """Return the tables with their downloads, and a status sentence."""
    language = state.language
    all_places = national.by_municipality(result, language)
    shown: list[Table] = []
    if state.municipality:
        one = study.municipality(study.of_saved(result), state.municipality)
        shown.append(municipality_tables.by_year(one, language))
        past = municipality_tables.quotas(one, language)
        body = shown[0].html() + past.html()
        shown += [past] if isinstance(past, Table) else []
        status = say("{place} is shown.", language, place=one.name)
    else:
        shown.append(all_places)
        body = f'<div class="mw-tall" tabindex="0">{all_places.html()}</div>'
        status = say("{n} municipalities are shown.", language, n=number(len(result.names), language=language))
    files = [downloads.csv(table) for table in (*shown, *([all_places] if state.municipality else []))]
    sentences = [national.headline(result, language).sentence]
    # Sheets are called after their first column, and hold figures alone.
    sheets = [replace(all_places, data=all_places.data.drop(columns="name")), *shown[:1]][
        : 1 + bool(state.municipality)
    ]
    files.append(downloads.workbook("settlement", sheets, sentences, result.record, language))
    return notices.tag("h2", say("The figures", language)) + body + links.downloads(
        [(file, _label(file.name, language)) for file in files], language, record=result.record
    ), status


def figures(result: SettlementResult, state: SettlementState) -> str:
    """Return the map or the chart; loads matplotlib, so it is called when the page is already up."""
    from workbench.presentation.settlement import figures as drawn

    if state.municipality:
        one = study.municipality(study.of_saved(result), state.municipality)
        return drawn.fan(one, state.language).html()
    return drawn.on_map(result, state.language).html()


def waiting(language: str) -> str:
    """Return what stands in place of a chart that is being drawn."""
    return notices.tag("p", say("Drawing the charts …", language), "mw-wait")


def missing(language: str) -> str:
    """Return the page when no forecast was published yet."""
    return title(language) + notices.notice(
        say("No forecast has been published yet.", language),
        say("Ask the people who run this page to publish one, then load it again.", language),
    )


def failed(language: str) -> str:
    """Return the page when the saved forecast cannot be shown."""
    return title(language) + notices.failed(say("The saved forecast cannot be shown.", language), language)


def broken(language: str) -> str:
    """Return what is said when the page itself failed."""
    return title(language) + notices.broken(language)


def foot(result: SettlementResult, state: SettlementState) -> str:
    """Return how sure this is, what the words mean, the code and the sources."""
    language = state.language
    notes = "".join(
        notices.tag("p", noted.told(note, language), "mw-caveat") for note in (*result.record.caveats, *result.notes)
    )
    sure = national.how_sure(result, language).html() + notes
    pairs = "".join(
        f"<dt>{m.html(leading(t))}</dt><dd>{m.html(leading(w))}.</dd>" for t, w in meanings(TERMS, language)
    )
    lead = say("These lines of Python give the same figures and sentences:", language)
    lines = f'<p>{m.html(lead)}</p><pre tabindex="0"><code>{m.html(code(result, state))}</code></pre>'
    facts = [
        source_line(result.sources, language) + ".",
        say(
            "Run {key} of {draws} draws, made with version {version}.",
            language,
            key=result.record.short_key,
            draws=number(result.draws.size, language=language),
            version=result.record.versions.get("migration-workbench", "?"),
        ),
    ]
    end = "".join(notices.tag("p", fact) for fact in facts)
    return (
        _fold(say("How sure is this?", language), sure, printed=True)
        + _fold(say("What the words mean", language), f"<dl>{pairs}</dl>", printed=True)
        + _fold(say("Show the code for this", language), lines)
        + f'<div class="mw-foot">{end}</div>'
    )


def code(result: SettlementResult, state: SettlementState) -> str:
    """Return the lines of Python that give the same sentences and tables."""
    runs = f"runs={state.runs!r}" if state.runs else ""
    lines = [
        "from workbench.presentation.settlement import municipality as words, municipality_tables, national",
        "from workbench.studies.settlement.forecasting import saved_runs",
        "from workbench.studies.settlement.municipality import municipality",
        "",
        f"result = saved_runs.{'latest' if pages.drafts() else 'published'}({runs})  # run {result.record.short_key}",
    ]
    if state.total:
        lines.append(f"result = saved_runs.with_total(result, {state.total}{', ' + runs if runs else ''})")
    if state.municipality:
        lines.append(f"m = municipality.municipality(municipality.of_saved(result), {state.municipality!r})")
        lines.append(f"print(words.headline(m, {state.language!r}).sentence)")
        lines.append(f"print(municipality_tables.by_year(m, {state.language!r}).plain())")
        if state.takes >= 0:
            lines.append(f"print(national.if_taken(m, {state.takes}, {state.language!r}).sentence)")
    else:
        lines.append(f"print(national.headline(result, {state.language!r}).sentence)")
        lines.append(f"print(national.by_municipality(result, {state.language!r}).plain())")
    return "\n".join(lines) + "\n"


def _label(file: str, language: str) -> str:
    return {
        "settlement-all-municipalities.csv": say("All municipalities (CSV)", language),
        "municipality-forecast.csv": say("This municipality, years ahead (CSV)", language),
        "municipality-quotas.csv": say("This municipality, earlier years (CSV)", language),
        "settlement.xlsx": say("Everything (Excel)", language),
    }[file]


def _fold(heading: str, inner: str, *, printed: bool = False) -> str:
    return f"<details{' data-mw-print' if printed else ''}><summary>{m.html(heading)}</summary>{inner}</details>\n"
