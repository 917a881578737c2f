"""How does an interview enter the register: once, to the right household, with what matching reads from it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from workbench.store import audit
from workbench.store.database import new_id
from workbench.store.households import records, states
from workbench.store.schema import HOUSEHOLD, INTERVIEW, PERSON


@dataclass(frozen=True)
class Submission:
    """An interview as it came in, checked against its form; ``unknown``: questions whose answer is not known yet."""

    submission: str
    form: str
    form_version: str
    case_number: str
    population: str
    held: date
    answers: Mapping[str, Any]
    languages: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    bedrooms: int | None = None
    consents: Mapping[str, bool] | None = None
    unknown: tuple[str, ...] = ()


class SubmissionError(Exception):
    """A submission does not fit the register: the question at fault, and a sentence without its answer."""

    def __init__(self, question: str, what: str) -> None:
        self.question, self.what = question, what
        super().__init__(what)


def keep(connection: sa.Connection, given: Submission, *, who: str) -> tuple[str, bool]:
    """Keep a submission; return its household and whether it was new.

    The household's next interview has the next version, so that of two held on one day the later one is known.
    A household whose interview leaves nothing open and which nothing else blocks is ready at once.

    Raises
    ------
    SubmissionError
        If nobody has its case number, its population is another, the case is past its interview, or the same
        submission was kept with other answers.
    """
    known = connection.execute(sa.select(INTERVIEW).where(INTERVIEW.c.submission == given.submission)).one_or_none()
    if known is not None:
        if known.answers != dict(given.answers):
            raise SubmissionError("_uuid", "the submission was imported earlier with other answers, which stay")
        return str(known.household), False
    row = connection.execute(
        sa.select(HOUSEHOLD.c.id, HOUSEHOLD.c.state, HOUSEHOLD.c.population)
        .join(PERSON, PERSON.c.household == HOUSEHOLD.c.id)
        .where(PERSON.c.case_number == given.case_number)
    ).one_or_none()
    if row is None:
        raise SubmissionError("case_number", "nobody with this number is registered")
    if row.population != given.population:
        raise SubmissionError("population", f"the household is registered as '{row.population}'")
    if row.state not in ("registered", "interviewed"):
        raise SubmissionError("case_number", f"the household is '{row.state}': its interview is closed")
    before = sa.select(sa.func.coalesce(sa.func.max(INTERVIEW.c.version), 0)).where(INTERVIEW.c.household == row.id)
    connection.execute(
        INTERVIEW.insert().values(
            id=new_id("I"),
            version=connection.execute(before).scalar_one() + 1,
            household=row.id,
            submission=given.submission,
            form=given.form,
            form_version=given.form_version,
            held=given.held,
            answers=dict(given.answers),
        )
    )
    audit.append(connection, who, "interview.keep", row.id, "interview", {"questions": len(given.answers)})
    for name in ("languages", "ties", "needs"):
        records.set_list(connection, name, row.id, getattr(given, name), who=who)
    connection.execute(HOUSEHOLD.update().where(HOUSEHOLD.c.id == row.id).values(bedrooms=given.bedrooms))
    for purpose, agreed in (given.consents or {}).items():
        records.consent(connection, row.id, purpose, agreed, day=given.held, who=who)
    if row.state == "registered":
        states.move(connection, row.id, "interview", who=who)
    if not given.unknown and not states.blockers(connection, row.id):
        states.move(connection, row.id, "clear", who=who)
    return str(row.id), True
