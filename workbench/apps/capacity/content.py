"""What stands on the capacity page, as HTML made from findings, tables and figures; knows no widgets."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from workbench.apps import links, notices
from workbench.apps.capacity.state import CapacityState
from workbench.presentation import capacity as page
from workbench.presentation import downloads
from workbench.presentation import markup as m
from workbench.presentation.display import source_line
from workbench.presentation.languages import day, known, month, say
from workbench.presentation.publishing.release import standing
from workbench.presentation.wording import number, period
from workbench.studies.capacity import study, wait

if TYPE_CHECKING:
    from workbench.core.runs.publication import Publication
    from workbench.studies.capacity.study import CapacityResult


def title(language: str) -> str:
    """Return the title of the page."""
    return notices.tag("h1", say("Capacity: backlog, waiting times and staff", language))


def head(result: CapacityResult, language: str, publication: Publication | None) -> str:
    """Return the title, which agency and months, how old the plan is and how it stands, and what is synthetic."""
    stands = standing(publication, language)
    made = datetime.fromisoformat(result.record.created).date()
    told = period(result.months[0], result.months[-1], language)
    vintage = say("Data to {month}", language, month=month(result.data.as_of, language))
    when = say("made on {day}", language, day=day(made, language))
    facts = " · ".join(filter(None, (known(result.data.name, language), told, vintage, when, stands.line)))
    said = f'<p class="mw-subtitle">{m.html(facts)}</p>\n'
    if stands.warning:
        said += notices.notice(stands.warning)
    if result.data.synthetic:
        said += notices.notice(say("This agency is synthetic: it describes no real agency.", language))
    return title(language) + said


def first(result: CapacityResult, language: str) -> str:
    """Return the sentences that matter."""
    return "".join(part.html() for part in page.key_findings(result, language).parts)


def what_if(result: CapacityResult, state: CapacityState) -> str:
    """Return what the reader's hires and intake would bring; simulates every draw of the plan again."""
    if not state.asks:
        return notices.tag("p", say("Change hires or intake to see what would follow.", state.language), "mw-caveat")
    team = (state.unit or result.data.agency.units[0], state.stage or result.data.agency.stages[0])
    found = study.what_if(result, more_hires={team: state.hires} if state.hires else None, intake=state.intake / 100)
    return page.what_if_words(result, found, state.language).html()


def applicant(result: CapacityResult, state: CapacityState) -> str:
    """Return the applicant's sentence."""
    kind = state.case_type or result.data.agency.case_types[0]
    promise = wait.promise_of(result.waits, kind, state.waited)
    return page.for_applicant(result.waits, promise, state.language).html()


def figures(result: CapacityResult, language: str) -> str:
    """Return the fans; loads matplotlib, so it is called when the page is already up."""
    from workbench.presentation.capacity import figures as drawn

    return drawn.fan_backlog(result, language).html() + drawn.fans_by_stage(result, language).html()


def tables(result: CapacityResult, language: str) -> str:
    """Return the tables with their downloads."""
    shown = [
        page.by_stage(result, language),
        page.by_unit(result, language),
        page.by_choice(result, language),
        page.by_cause(result, language),
        page.waits_table(result.waits, language),
    ]
    labels = [
        say("By stage (CSV)", language),
        say("By unit (CSV)", language),
        say("By choice (CSV)", language),
        say("By cause (CSV)", language),
        say("Waits (CSV)", language),
    ]
    files = zip((downloads.csv(table) for table in shown), labels, strict=True)
    return (
        notices.tag("h2", say("The figures", language))
        + "".join(table.html() for table in shown)
        + links.downloads(files, language, record=result.record)
    )


def code(result: CapacityResult, state: CapacityState, published: bool) -> str:
    """Return the lines of Python that give the same sentences and tables."""
    opened = "result, _ = study.published()" if published else "result = study.latest()"
    lines = [
        "from workbench.presentation import capacity as shown",
        "from workbench.studies.capacity import study",
        "",
        f"{opened}  # run {result.record.short_key}",
        f"print(shown.headline(result, {state.language!r}).sentence)",
        f"print(shown.by_unit(result, {state.language!r}).plain())",
    ]
    if state.asks:
        team = (state.unit or result.data.agency.units[0], state.stage or result.data.agency.stages[0])
        asked = f"more_hires={{{team!r}: {state.hires:g}}}, intake={state.intake / 100:g}"
        lines.append(f"found = study.what_if(result, {asked})")
        lines.append(f"print(shown.what_if_words(result, found, {state.language!r}).sentence)")
    return "\n".join(lines) + "\n"


def foot(result: CapacityResult, state: CapacityState, published: bool = False) -> str:
    """Return how sure it is, the code, the sources and the run."""
    language = state.language
    sure = page.method(language).html() + page.how_sure(result, language).html()
    lead = say("These lines of Python give the same figures and sentences:", language)
    lines = f'<p>{m.html(lead)}</p><pre tabindex="0"><code>{m.html(code(result, state, published))}</code></pre>'
    facts = [
        source_line(result.data.sources, language) + ".",
        say(
            "Run {key} of {draws} possible futures, made with version {version}.",
            language,
            key=result.record.short_key,
            draws=number(result.backlog.size, language=language),
            version=result.record.versions.get("migration-workbench", "?"),
        ),
    ]
    return (
        f"<details data-mw-print><summary>{m.html(say('How sure is this?', language))}</summary>{sure}</details>\n"
        f"<details><summary>{m.html(say('Show the code for this', language))}</summary>{lines}</details>\n"
        f'<div class="mw-foot">{"".join(notices.tag("p", fact) for fact in facts)}</div>'
    )


def missing(language: str) -> str:
    """Return the page when no plan was made yet."""
    return title(language) + notices.notice(
        say("No plan has been published yet.", language),
        say("Ask the people who run this page to publish one, then load it again.", language),
    )


def failed(language: str) -> str:
    """Return the page when the saved plan cannot be shown."""
    return title(language) + notices.failed(say("The saved plan cannot be shown.", language), language)


def broken(language: str) -> str:
    """Return what is said when the page itself failed."""
    return title(language) + notices.broken(language)
