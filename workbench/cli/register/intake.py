"""``workbench intake``: the interview as a phone form, and back from the phones into the register."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.options import Address, AsJson, Who
from workbench.cli.register.named import Household, whole
from workbench.cli.steps import Overwrite

app = typer.Typer(help="The interview: phone form, import, read-back, printed form, fields.", no_args_is_help=True)

Home = Annotated[str, typer.Option("--locality", help="Whose form (name or folder).")]
FormName = Annotated[str, typer.Option("--form", help="Which form of the locality.")]


@app.command("xlsform", epilog="Example: workbench intake xlsform settlement.xlsx")
def xlsform(
    out: Annotated[Path, typer.Argument(help="Workbook to write, for KoBoToolbox or ODK.")],
    locality: Home = "norway",
    form: FormName = "settlement",
    overwrite: Overwrite = False,
) -> None:
    """Write the form as an XLSForm, which runs offline on a phone."""
    from workbench.core.storage.outputs import guard
    from workbench.sources import localities
    from workbench.studies.rounds.interview import form as forms
    from workbench.studies.rounds.interview.xlsform import write_xlsform

    guard([out], overwrite=overwrite)
    asked = forms.load(localities.load(locality, "register"), form)
    write_xlsform(asked, out)
    typer.echo(f"XLSForm: {out} ({len(asked.questions)} questions in {', '.join(asked.languages)})")


@app.command("import", epilog="Example: workbench intake import submissions.csv --who anna")
def import_(
    path: Annotated[Path, typer.Argument(help="Submissions exported by KoBoToolbox or ODK (CSV or JSON).")],
    who: Who,
    store: Address = "",
    locality: Home = "norway",
    form: FormName = "settlement",
    as_json: AsJson = False,
) -> None:
    """Import interviews; every fault is reported by row and question, and then nothing is written."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds.interview import form as forms
    from workbench.studies.rounds.interview import intake

    home = localities.load(locality, "register")
    done = intake.import_file(database.opened(store), path, forms.load(home, form), home, who=who)
    if as_json:
        typer.echo(json.dumps({"new": done.new, "known": done.known, "households": done.households}, indent=2))
        return
    typer.echo(f"Imported: {done.new} new, {done.known} known already.")


@app.command("readback", epilog="Example: workbench intake readback H0456 readback.pdf --language ar --who ingrid")
def readback(
    household: Household,
    out: Annotated[Path, typer.Argument(help="PDF to write; it holds personal data.")],
    language: Annotated[str, typer.Option(help="Language of the paper, one of the form's.")],
    who: Annotated[str, typer.Option("--who", help="Who reads, for the audit.")],
    store: Address = "",
    locality: Home = "norway",
    form: FormName = "settlement",
    overwrite: Overwrite = False,
) -> None:
    """Write what was noted in the newest interview, to be read back to the person and corrected."""
    from workbench.core.storage.outputs import guard
    from workbench.presentation.rounds import interview
    from workbench.reporting.register import paper
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import registers
    from workbench.studies.rounds.interview import form as forms

    guard([out], overwrite=overwrite)
    home = localities.load(locality, "register")
    asked = forms.load(home, form)
    opened = database.opened(store)
    household = whole(opened, household)
    answers, version = registers.own_answers(opened, home, household, asked, who=who)
    paper.write(interview.read_back(asked, answers, language, household, version), out)
    typer.echo(f"Read-back: {out}")


@app.command("print", epilog="Example: workbench intake print form.pdf --language uk")
def print_(
    out: Annotated[Path, typer.Argument(help="PDF to write.")],
    language: Annotated[str, typer.Option(help="Language of the form.")],
    locality: Home = "norway",
    form: FormName = "settlement",
    overwrite: Overwrite = False,
) -> None:
    """Write the form as a PDF, to be filled in by hand."""
    from workbench.core.storage.outputs import guard
    from workbench.presentation.rounds import interview
    from workbench.reporting.register import paper
    from workbench.sources import localities
    from workbench.studies.rounds.interview import form as forms

    guard([out], overwrite=overwrite)
    paper.write(interview.blank(forms.load(localities.load(locality, "register"), form), language), out)
    typer.echo(f"Form: {out}")


@app.command("fields", epilog="Example: workbench intake fields")
def fields(locality: Home = "norway", form: FormName = "settlement") -> None:
    """List every question with its purpose, basis, retention, the column matching reads, and who sees the answer."""
    from workbench.sources import localities
    from workbench.studies.rounds.interview import form as forms

    for q in forms.load(localities.load(locality, "register"), form).questions.values():
        seen = ", ".join(f"{role} from {state}" for role, state in (q.sees or {}).items())
        typer.echo(f"{q.name}: {q.purpose}; {q.basis}; kept as '{q.retention}'; column {q.column or 'none'}; {seen}")
