"""The head of a cockpit report, and its headings in the reader's language."""

from __future__ import annotations

from workbench.presentation import origin
from workbench.presentation.cockpit import words
from workbench.presentation.languages import say
from workbench.presentation.origin import Command
from workbench.presentation.tables import Table
from workbench.presentation.title_block import Front, Heading
from workbench.studies.cockpit.saved import Cockpit


def heading(name: str, language: str = "en") -> Heading:
    """Return one of the report's headings, e.g. ``pictures``, ``missing``, ``about`` or ``how``."""
    texts = {
        "areas": say("Area by area", language),
        "pictures": say("Trend, map and funnel", language),
        "missing": say("What is missing", language),
        "about": say("About this issue", language),
        "how": say("How we know", language),
        "needs": say("What newcomers need", language),
    }
    return Heading(texts[name])


def front(cockpit: Cockpit, place: str, language: str = "en", edition: str = "public") -> Front:
    """Return the head of the report of one place."""
    name = words.place(cockpit, place, language)
    rows = cockpit.figures[cockpit.figures["value"].notna()]
    last = str(rows["period"].str[:4].max()) if len(rows) else ""
    return Front(
        title=say("Cockpit: {place}", language, place=name),
        subtitle=say(
            "Housing, education, health, labour and arrival · {locality}",
            language,
            locality=words.whole(cockpit.name, language),
        ),
        vintage=say("figures to {period}", language, period=last),
        record=cockpit.record,
        description=say("Indicators of {place} with trend, gaps, peers and rank intervals", language, place=name),
        attention=""
        if all(found.ok for found in cockpit.diagnostics.values())
        else say("Attention: the fit failed its checks; do not decide on these figures.", language),
        edition=edition,
        language=language,
    )


def sources(cockpit: Cockpit, language: str = "en") -> Table:
    """Return the tables that the cockpit was made of: publisher and terms, last period, fingerprint, and notes."""
    return origin.data_used(cockpit.record, language)


def how_to_rerun(report: str, *, language: str, **parameters: object) -> Command:
    """Return the exact command that makes the report again, introduced in the reader's language."""
    made = origin.how_to_rerun(report, **parameters, language=language)
    return Command(say("The same version of the program and the same data give the same figures:", language), made.line)
