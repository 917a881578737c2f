"""A household on its way to a place, and what the register then holds."""

from __future__ import annotations

import sqlalchemy as sa

from tests.store.conftest import TODAY
from workbench.store import audit
from workbench.store.database import Store
from workbench.store.households import records, states
from workbench.store.schema import INTERVIEW


def interviewed(store: Store, household: str) -> None:
    with store.writing() as c:
        c.execute(
            INTERVIEW.insert().values(
                id="I1",
                household=household,
                submission="s1",
                form="settlement",
                form_version="1",
                answers={"q": "ünï ب"},
            )
        )
        records.consent(c, household, "settlement", True, day=TODAY, who="anna")
        states.move(c, household, "interview", who="anna")


def ready(store: Store, household: str) -> None:
    interviewed(store, household)
    with store.writing() as c:
        states.move(c, household, "clear", who="anna")


def rows(store: Store, table: sa.Table) -> int:
    with store.reading() as c:
        return int(c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def faults(store: Store, expected: str = "") -> tuple[str, ...]:
    with store.reading() as c:
        return audit.verify(c, expected).faults
