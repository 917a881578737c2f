"""What do readers of the guide answer? Kept without a person, an address or an hour, within stated limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import audit
from workbench.store.database import Store, new_id
from workbench.store.schema import GUIDE_ANSWER, GUIDE_SURVEY

LONGEST_COMMENT = 1000
QUESTIONS = 10
MOST_PER_DAY = 2_000
"""Answers that a locality keeps of one day at most: a flood fills no disk and drowns no earlier answer."""


@dataclass(frozen=True)
class Answer:
    """One reader's "did this help?" on one page."""

    locality: str
    language: str
    page: str
    day: date
    helped: bool
    comment: str = ""

    def __post_init__(self) -> None:
        if len(self.comment) > LONGEST_COMMENT:
            raise StoreError(f"a comment has at most {LONGEST_COMMENT} characters", where=self.page)


@dataclass(frozen=True)
class Survey:
    """One reader's ten answers to the System Usability Scale, each from 1 to 5."""

    locality: str
    language: str
    day: date
    answers: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.answers) != QUESTIONS or not set(self.answers) <= {1, 2, 3, 4, 5}:
            raise StoreError("a survey has ten answers from 1 to 5", where=self.language)


def keep(store: Store, given: Answer | Survey) -> None:
    """Keep one answer or survey.

    Raises
    ------
    StoreError
        If the locality has kept as many of this day as it may.
    """
    table = GUIDE_ANSWER if isinstance(given, Answer) else GUIDE_SURVEY
    row = {name: getattr(given, name) for name in table.c.keys() if name != "id"}  # noqa: SIM118 - columns by name
    if isinstance(given, Answer):
        row["comment"] = given.comment or None
    else:
        row["answers"] = list(given.answers)
    same_day = (table.c.locality == given.locality) & (table.c.day == given.day)
    with store.writing() as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(table).where(same_day)).scalar_one()
        if kept >= MOST_PER_DAY:
            raise StoreError("no more answers are kept today", where=given.locality, do="look whether it is a machine")
        connection.execute(table.insert().values(id=new_id("G"), **row))


def answers(store: Store, locality: str) -> tuple[Answer, ...]:
    """Return a locality's answers, oldest day first, those of a day in no order that tells who answered when."""
    with store.reading() as connection:
        query = sa.select(GUIDE_ANSWER).where(GUIDE_ANSWER.c.locality == locality)
        rows = connection.execute(query.order_by(GUIDE_ANSWER.c.day, GUIDE_ANSWER.c.id)).all()
    return tuple(Answer(r.locality, r.language, r.page, r.day, r.helped, r.comment or "") for r in rows)


def surveys(store: Store, locality: str) -> tuple[Survey, ...]:
    """Return a locality's surveys, oldest day first, those of a day in no order that tells who answered when."""
    with store.reading() as connection:
        query = sa.select(GUIDE_SURVEY).where(GUIDE_SURVEY.c.locality == locality)
        rows: Sequence[sa.Row[tuple[object, ...]]] = connection.execute(
            query.order_by(GUIDE_SURVEY.c.day, GUIDE_SURVEY.c.id)
        ).all()
    return tuple(Survey(r.locality, r.language, r.day, tuple(r.answers)) for r in rows)


def erase_comments(store: Store, locality: str, before: date, *, who: str) -> int:
    """Erase the comments given before a day, no matter who wrote them; the answers stay. Return how many."""
    old = (GUIDE_ANSWER.c.locality == locality) & (GUIDE_ANSWER.c.day < before) & GUIDE_ANSWER.c.comment.is_not(None)
    with store.writing() as connection:
        number = connection.execute(GUIDE_ANSWER.update().where(old).values(comment=None)).rowcount
        audit.append(connection, who, "guide.erase_comments", locality, "retention", {"comments": number})
    return int(number)
