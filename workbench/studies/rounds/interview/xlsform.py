"""How does the interview run on a phone, offline? As an XLSForm, which KoBoToolbox and ODK read.

See the XLSForm standard (xlsform.org): sheets ``survey``, ``choices`` and ``settings``, a label column per language.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from workbench.core.storage.files import write_bytes
from workbench.studies.rounds.interview.form import Form
from workbench.studies.rounds.interview.question import Question

NAMES = {"en": "English (en)", "nb": "Norsk bokmål (nb)", "ar": "العربية (ar)", "uk": "Українська (uk)"}


def write_xlsform(form: Form, target: Path) -> Path:
    """Write the workbook, whole or not at all."""
    import xlsxwriter

    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        for name, rows in sheets(form).items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write_string(at, column, cell)
    return write_bytes(target, held.getvalue())


def sheets(form: Form) -> dict[str, list[list[str]]]:
    """Return the rows of each sheet, the heading first."""
    labels = [f"label::{NAMES.get(lg, f'{lg} ({lg})')}" for lg in form.languages]
    empty = ["" for _ in form.languages]
    survey = [["type", "name", *labels, "required", "relevant", "constraint", "calculation"]]
    # The form's own version travels with each submission: KoBoToolbox exports only the name of its deployment.
    survey.append(["calculate", "form_version", *empty, "", "", "", f"'{form.version}'"])
    for section, label in form.sections.items():
        survey.append(["begin group", f"section_{section}", *(label[lg] for lg in form.languages), "", "", "", ""])
        for question in (q for q in form.questions.values() if q.section == section):
            survey.append(
                [
                    f"{question.kind} {question.choices}".strip(),
                    question.name,
                    *(question.label[lg] for lg in form.languages),
                    "true" if question.required else "",
                    _relevant(form, question),
                    _constraint(question),
                    "",
                ]
            )
        survey.append(["end group", "", *empty, "", "", "", ""])
    choices = [["list_name", "name", *labels]]
    for name, each in form.choices.items():
        choices += [[name, choice, *(label[lg] for lg in form.languages)] for choice, label in each.items()]
    first = labels[0].removeprefix("label::")
    settings = [
        ["form_title", "form_id", "version", "default_language"],
        [form.title[form.languages[0]], form.id, form.version, first],
    ]
    return {"survey": survey, "choices": choices, "settings": settings}


def _relevant(form: Form, question: Question) -> str:
    if question.relevant is None:
        return ""
    other, values = question.relevant
    if form.questions[other].kind == "select_multiple":
        return " or ".join(f"selected(${{{other}}}, '{value}')" for value in values)
    return " or ".join(f"${{{other}}} = '{value}'" for value in values)


def _constraint(question: Question) -> str:
    parts = [f". >= {question.low}"] if question.low is not None else []
    parts += [f". <= {question.high}"] if question.high is not None else []
    return " and ".join(parts)
