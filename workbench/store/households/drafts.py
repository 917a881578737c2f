"""What has somebody written of an interview that is not handed in yet?

A draft is its writer's own until it is handed in: it is kept at each answer, so that a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workbench.store import audit
from workbench.store.database import new_id
from workbench.store.schema import DRAFT


@dataclass(frozen=True)
class Draft:
    """An interview being written; ``submission`` is what it will be called when it is handed in."""

    submission: str
    form_version: str
    at: str
    answers: Mapping[str, Any]


def get(connection: sa.Connection, login: str, form: str) -> Draft | None:
    """Return somebody's draft; None if there is none."""
    row = connection.execute(sa.select(DRAFT).where(_own(login, form))).one_or_none()
    return None if row is None else Draft(row.submission, row.form_version, row.at, dict(row.answers))


def save(connection: sa.Connection, login: str, form: str, form_version: str, answers: Mapping[str, Any]) -> Draft:
    """Keep what is written so far; return the draft."""
    before = get(connection, login, form)
    made = Draft(before.submission if before else new_id("S"), form_version, audit.now(), dict(answers))
    values = {"submission": made.submission, "form_version": form_version, "at": made.at, "answers": made.answers}
    if before is None:
        connection.execute(DRAFT.insert().values(login=login, form=form, **values))
        audit.append(connection, login, "draft.begin", made.submission, "interview")
    else:
        connection.execute(DRAFT.update().where(_own(login, form)).values(values))
    return made


def forget(connection: sa.Connection, login: str, form: str) -> None:
    """Take a draft away: it was handed in, or thrown away."""
    before = get(connection, login, form)
    if before is not None:
        connection.execute(DRAFT.delete().where(_own(login, form)))
        audit.append(connection, login, "draft.end", before.submission, "interview")


def _own(login: str, form: str) -> sa.ColumnElement[bool]:
    return (DRAFT.c.login == login) & (DRAFT.c.form == form)
