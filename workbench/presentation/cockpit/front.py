"""The head of a cockpit report, and its headings in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.presentation import markup as m
from workbench.presentation.display import Shown
from workbench.presentation.languages import say
from workbench.presentation.title_block import Front
from workbench.studies.cockpit.saved import Cockpit


@dataclass(frozen=True)
class Heading(Shown):
    """A heading of a report."""

    text: str

    def plain(self) -> str:
        """Return the heading."""
        return self.text

    def markdown(self) -> str:
        """Return the heading of the second level."""
        return f"## {m.markdown(self.text)}"

    def html(self) -> str:
        """Return the heading of the second level."""
        return f"<h2>{m.html(self.text)}</h2>\n"

    def typst(self) -> str:
        """Return the heading of the first level below the title."""
        return f"#heading(level: 1, {m.typst(self.text)})\n\n"


def heading(name: str, language: str = "en") -> Heading:
    """Return one of the report's headings: ``pictures``, ``missing`` or ``how``."""
    texts = {
        "areas": say("Area by area", language),
        "pictures": say("Trend, map and funnel", language),
        "missing": say("What is missing", language),
        "how": say("How we know", language),
        "needs": say("What newcomers will need", language),
    }
    return Heading(texts[name])


def front(cockpit: Cockpit, place: str, language: str = "en", edition: str = "public") -> Front:
    """Return the head of the report of one place."""
    name = cockpit.names.get(place, place)
    rows = cockpit.figures[cockpit.figures["value"].notna()]
    last = str(rows["period"].str[-4:].max()) if len(rows) else ""
    return Front(
        title=say("Cockpit: {place}", language, place=name),
        subtitle=say("Housing, education, health, labour and arrival · {locality}", language, locality=cockpit.name),
        vintage=say("figures to {period}", language, period=last),
        record=cockpit.record,
        description=say("Indicators of {place} with trend, gaps, peers and rank intervals", language, place=name),
        attention=""
        if all(found.ok for found in cockpit.diagnostics.values())
        else say("Attention: the fit failed its checks; do not decide on these figures.", language),
        edition=edition,
        language=language,
    )
