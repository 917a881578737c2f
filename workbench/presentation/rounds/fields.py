"""Who may see which field of a folder, as a table for people who must answer for it."""

from __future__ import annotations

import pandas as pd

from workbench.presentation.languages import marked, say
from workbench.presentation.rounds import words
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, number
from workbench.store.visibility import ROLES, FieldRegister

NAMES = {
    "interviewer": marked("Interviewer"),
    "directorate": marked("Directorate"),
    "municipality": marked("Municipality"),
    "statistician": marked("Statistician"),
    "auditor": marked("Auditor"),
    "person": marked("The person"),
}


def table(register: FieldRegister, language: str = "en") -> Table:
    """Return a row for each personal field: purpose, basis, days kept, and the state from which each role sees it."""
    fields = list(register.fields.values())
    rows = pd.DataFrame(
        [
            {
                "field": field.name,
                "purpose": field.purpose,
                "basis": field.basis,
                "days_kept": register.days[field.retention],
                **{role: field.sees.get(role, "") for role in ROLES},
            }
            for field in fields
        ]
    )
    seen = (
        Column(
            say(NAMES[role], language),
            tuple(words.state(field.sees[role], language) if role in field.sees else DASH for field in fields),
            False,
        )
        for role in ROLES
    )
    return Table(
        name="field-register",
        caption=say("What the register keeps about a person, and from which state on each role sees it", language),
        columns=(
            Column(say("Field", language), tuple(field.name for field in fields), False),
            Column(say("Purpose", language), tuple(field.purpose for field in fields), False),
            Column(say("Basis", language), tuple(field.basis for field in fields), False),
            Column(
                say("Days kept after closing", language),
                tuple(number(register.days[field.retention], language=language) for field in fields),
            ),
            *seen,
        ),
        data=rows,
        notes=(say("A field that is not listed is shown to nobody. A dash: never seen by this role.", language),),
        language=language,
    )
