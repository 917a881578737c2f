"""What stands on the outlook page, as HTML made from findings, tables and figures; knows no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from workbench.apps import links, notices
from workbench.apps.outlook.state import OutlookState
from workbench.core.errors import DataError
from workbench.presentation import downloads, inflow
from workbench.presentation import markup as m
from workbench.presentation.display import source_line
from workbench.presentation.findings import Finding
from workbench.presentation.inflow.series import months
from workbench.presentation.languages import say, say_many
from workbench.presentation.publishing import release
from workbench.presentation.publishing.freshness import freshness
from workbench.presentation.wording import leading, meanings, number
from workbench.studies.inflow.saved_runs import OlderRunError

if TYPE_CHECKING:
    from workbench.core.runs.publication import Publication
    from workbench.studies.inflow.saved_runs import InflowResult

TERMS = (
    "about",
    "likely",
    "may",
    "less likely than not",
    "unlikely",
    "80 % interval",
    "95 % interval",
    "median",
    "applicant",
)
CHARTS = 9
"""Destinations drawn one by one; the others stand in the table."""


@dataclass(frozen=True)
class Content:
    """The parts of the page: what is said first, the tables with what belongs to them, the foot, and a status."""

    headline: str
    tables: str
    foot: str
    status: str


def head(
    result: InflowResult,
    state: OutlookState,
    today: date,
    repeatable: bool,
    passed: tuple[DataError, ...] = (),
    publication: Publication | None = None,
) -> str:
    """Return the title, how old the forecast is, and what speaks against using it; ``passed`` are newer ones unfit."""
    language = state.language
    age = freshness(
        result.record,
        as_of=result.as_of,
        last=months(result)[-1],
        today=today,
        repeatable=repeatable,
        language=language,
    )
    said = ""
    if passed:
        here = say("This page shows the one before it.", language)
        said += notices.notice(f"{_unfit(passed[0], language)} {here}")
    if age.stale:
        why = say("Out of date: {reasons}.", language, reasons="; ".join(age.stale))
        do = say("Ask the people who run this page for a new one.", language)
        said += notices.notice(f"{why} {do}")
    if not result.diagnostics.ok:
        said += notices.notice(
            say("Attention: the fit failed its checks; do not decide on these figures.", language),
        )
    standing = release.standing(publication, language)
    said = (notices.notice(standing.warning) if standing.warning else "") + said
    return _title(language) + notices.subtitle(age.data_to, age.made, standing.line) + said


def _title(language: str) -> str:
    return notices.tag("h1", say("Asylum applications: the next months", language))


def shown(result: InflowResult, state: OutlookState, *, by: str = "latest") -> Content:
    """Return what the page says about a result, already reduced to the destinations chosen."""
    language, levels = state.language, (state.level,)
    first = inflow.headline(result, levels, language)
    beside = [inflow.against_last_year(result, language)]
    if len(result.names) > 1:
        beside.append(inflow.largest(result, language=language))
    tables = [inflow.by_month(result, levels, language)]
    if len(result.names) > 1:
        tables.append(inflow.by_destination(result, levels, language))
    since = inflow.what_happened(result, language)
    files = [downloads.csv(table) for table in tables]
    told = [f.sentence for f in (first, *beside, since)]
    files.append(downloads.workbook("inflow", tables, told, result.record, language))
    below = notices.tag("h2", say("What happened since", language)) + since.html() if len(result.later) else ""
    status = say_many(
        "{number} destination is shown.",
        "{number} destinations are shown.",
        len(result.names),
        language,
        number=len(result.names),
    )
    return Content(
        headline="".join(finding.html() for finding in (first, *beside)),
        tables=notices.tag("h2", say("The figures", language))
        + "".join(table.html() for table in tables)
        + links.downloads([(file, _label(file.name, language)) for file in files], language, record=result.record)
        + below,
        foot=_sure(result, language) + _words(language) + _show_code(result, state, by) + _foot(result, language),
        status=status,
    )


def figures(result: InflowResult, state: OutlookState) -> str:
    """Return the fan charts; loads matplotlib, so it is called when the page is already up."""
    from workbench.presentation.inflow import figures as inflow_figures

    parts = [inflow_figures.fan_total(result, state.language)]
    several = len(result.names)
    left = ""
    if several > 1:
        each = inflow_figures.fans_by_destination(result, 1, CHARTS, state.language)
        if not isinstance(each, Finding):
            parts.append(each)
    if several > CHARTS:
        rest = say_many(
            "{number} further destination is in the table; choose it alone to see its chart.",
            "{number} further destinations are in the table; choose fewer to see their charts.",
            several - CHARTS,
            state.language,
            number=several - CHARTS,
        )
        left = notices.tag("p", rest, "mw-caveat")
    return "".join(part.html() for part in parts) + left


def waiting(language: str) -> str:
    """Return what stands in place of a chart that is being drawn."""
    return notices.tag("p", say("Drawing the charts …", language), "mw-wait")


def missing(language: str) -> str:
    """Return the page when no forecast was made yet."""
    return _title(language) + notices.notice(
        say("No forecast has been published yet.", language),
        say("Ask the people who run this page to publish one, then load it again.", language),
    )


def unfit(error: DataError, language: str) -> str:
    """Return the page when no saved forecast can be shown: whether the newest is damaged or older."""
    return _title(language) + notices.failed(_unfit(error, language), language)


def _unfit(error: DataError, language: str) -> str:
    if isinstance(error, OlderRunError):
        return say(
            "The newest saved forecast was made by an older version of the program and cannot be shown.", language
        )
    return say("The newest saved forecast is damaged and cannot be shown.", language)


def failed(language: str) -> str:
    """Return the page when the saved forecast cannot be shown for another reason."""
    return _title(language) + notices.failed(say("The saved forecast cannot be shown.", language), language)


def broken(language: str) -> str:
    """Return what is said when the page itself failed."""
    return _title(language) + notices.broken(language)


def _label(file: str, language: str) -> str:
    return {
        "inflow-by-month.csv": say("By month (CSV)", language),
        "inflow-by-destination.csv": say("By destination (CSV)", language),
        "inflow.xlsx": say("Everything (Excel)", language),
    }[file]


def _fold(title: str, inner: str, *, printed: bool = False) -> str:
    return f"<details{' data-mw-print' if printed else ''}><summary>{m.html(title)}</summary>{inner}</details>\n"


def _sure(result: InflowResult, language: str) -> str:
    caveats = [say(caveat, language) for caveat in result.record.caveats]
    inner = inflow.how_sure(result, language).html() + "".join(notices.tag("p", c, "mw-caveat") for c in caveats)
    return _fold(say("How sure is this?", language), inner, printed=True)


def _words(language: str) -> str:
    pairs = "".join(
        f"<dt>{m.html(leading(t))}</dt><dd>{m.html(leading(w))}.</dd>" for t, w in meanings(TERMS, language)
    )
    return _fold(say("What the words mean", language), f"<dl>{pairs}</dl>", printed=True)


def code(result: InflowResult, state: OutlookState, *, by: str = "latest") -> str:
    """Return the lines of Python that give the same sentences and tables.

    ``by`` says how the forecast is opened: ``published``, ``latest``, or ``saved`` where a newer one is unfit.
    """
    runs = f"runs={state.runs!r}" if state.runs else ""
    opened = {
        "published": f"published({runs}).result",
        "latest": f"latest({runs})",
        "saved": f"saved({', '.join(filter(None, [repr(result.record.short_key), runs]))})",
    }[by]
    how = f"levels=[{state.level:g}], language={state.language!r}"
    lines = [
        "from workbench.presentation import inflow as shown",
        "from workbench.studies import inflow",
        "",
        f"result = inflow.{opened}  # run {result.record.short_key}",
    ]
    if state.destinations is not None:
        lines.append(f"result = inflow.only(result, {list(state.destinations)!r})")
    lines.append(f"print(shown.headline(result, {how}).sentence)")
    lines.append(f"print(shown.by_month(result, {how}).plain())")
    if len(result.names) > 1:
        lines.append(f"print(shown.by_destination(result, {how}).plain())")
    return "\n".join(lines) + "\n"


def _show_code(result: InflowResult, state: OutlookState, by: str) -> str:
    lead = say("These lines of Python give the same figures and sentences:", state.language)
    inner = f'<p>{m.html(lead)}</p><pre tabindex="0"><code>{m.html(code(result, state, by=by))}</code></pre>'
    return _fold(say("Show the code for this", state.language), inner)


def _foot(result: InflowResult, language: str) -> str:
    record = result.record
    used = [f"{v.name} ({v.last_period}, {v.fingerprint[:12]})" for v in record.inputs]
    facts = [
        source_line(result.sources, language) + ".",
        say("Tables used, with last month and fingerprint: {tables}.", language, tables="; ".join(used)),
        say(
            "Run {key} of {draws} draws, made with version {version}.",
            language,
            key=record.short_key,
            draws=number(result.draws.size, language=language),
            version=record.versions.get("migration-workbench", "?"),
        ),
    ]
    inner = "".join(notices.tag("p", fact) for fact in facts)
    return f'<div class="mw-foot">{inner}</div>'
