"""Where a result comes from: the tables it was made of, the run, and the command that makes the report again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

import pandas as pd

from workbench.core.runs.provenance import RunRecord
from workbench.presentation import markup as m
from workbench.presentation.display import Shown
from workbench.presentation.findings import Finding
from workbench.presentation.languages import country, known, marked, say
from workbench.presentation.sourced import source_name
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, listing, sentence
from workbench.sources import localities

SHIPPED = (marked("Nineteen European destinations"), marked("Example agency (synthetic)"))
"""Names of shipped localities that are no country's, so that the catalogues know them."""


def locality_name(locality: str, language: str = "en") -> str:
    """Return a locality's name as readers say it, from its identifier or folder; a country in their language."""
    name = localities.load(locality).name
    return country(known(name, language), language)


def data_used(record: RunRecord, language: str = "en") -> Table:
    """Return the tables a run was made of: publisher, terms, last period and fingerprint."""
    inputs = record.inputs
    return Table(
        name="data-used",
        caption=say("Each table behind these figures can be checked by its fingerprint", language),
        columns=(
            Column(say("Table", language), tuple(v.name for v in inputs), right=False),
            Column(
                say("Publisher and terms", language),
                tuple(source_name(v.source, language) for v in inputs),
                right=False,
            ),
            Column(say("Last period", language), tuple(v.last_period or DASH for v in inputs), right=False),
            Column(say("Fingerprint", language), tuple(v.fingerprint[:12] for v in inputs), right=False),
        ),
        data=pd.DataFrame(
            {
                "table": [v.name for v in inputs],
                "publisher": [v.source.publisher for v in inputs],
                "title": [v.source.title for v in inputs],
                "licence": [v.source.licence for v in inputs],
                "last_period": [v.last_period for v in inputs],
                "fingerprint": [v.fingerprint for v in inputs],
            }
        ),
        notes=tuple(dict.fromkeys(sentence(known(v.source.note, language)) for v in inputs if v.source.note)),
        language=language,
    )


def run_facts(record: RunRecord, language: str = "en") -> Finding:
    """Return which run the figures are from, with the versions that made them and its caveats."""
    named = ("migration-workbench", "python", "numpy", "pymc", "nutpie", "cvxpy", "highspy")
    parts = [f"{name} {record.versions[name]}" for name in named if name in record.versions]
    told = say(
        "All figures come from run {key} of the study “{study}”, made on {day} with {parts}. The complete run record "
        "and the exact tables are attached to the PDF.",
        language,
        key=record.short_key,
        study=record.study,
        day=record.created[:10],
        parts=listing(parts, language),
    )
    caveats = tuple(known(caveat, language) for caveat in record.caveats)
    return Finding(told, caveats=(*caveats, *_guests(record, language)), language=language)


def _guests(record: RunRecord, language: str) -> list[str]:
    """Return what other packages had to do with a run, a sentence each; none for most runs."""
    used = listing([part.line() for part in record.plugins.used], language)
    told = [say("Parts of other packages were used: {parts}.", language, parts=used)] if used else []
    left = [say("Left out: {part}.", language, part=part.line()) for part in record.plugins.skipped]
    return told + left


@dataclass(frozen=True)
class Command(Shown):
    """A command line, with what it does."""

    lead: str
    line: str

    def plain(self) -> str:
        """Return the lead and the indented command."""
        return f"{self.lead}\n    {self.line}"

    def markdown(self) -> str:
        """Return the lead and the command as a code block."""
        return f"{m.markdown(self.lead)}\n\n```\n{self.line}\n```"

    def html(self) -> str:
        """Return the lead and the command as preformatted text."""
        return f"<p>{m.html(self.lead)}</p>\n<pre><code>{m.html(self.line)}</code></pre>\n"

    def typst(self) -> str:
        """Return the call of the template's command block."""
        return m.typst_call("command", m.typst(self.lead), m.typst(self.line))


def how_to_rerun(report: str, **parameters: object) -> Command:
    """Return the exact command that makes a report again with the parameters it was made with."""
    given = {key: value for key, value in parameters.items() if value != ""}
    pairs = " ".join(f"-p {shlex.quote(f'{key}={value}')}" for key, value in given.items())
    language = str(parameters.get("language", "en"))
    return Command(
        say("The same version of the program and the same data give the same figures:", language),
        f"workbench report build {report} {pairs}".strip(),
    )
