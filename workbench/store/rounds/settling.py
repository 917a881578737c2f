"""When did each member of a decided household move in?"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import dwellings
from workbench.store.households import records, states
from workbench.store.schema import PERSON, PROPOSAL


def settle(
    connection: sa.Connection,
    household: str,
    day: date,
    *,
    place: str,
    today: date,
    who: str,
    case_number: str = "",
) -> int:
    """Note the day on which the members moved in, or one of them; return how many have not moved in yet.

    Once all have, the household is settled.

    Parameters
    ----------
    place
        The municipality that says so: the one for which it was decided.
    case_number
        Whose day it is; '' for everybody who has none yet.

    Raises
    ------
    StoreError
        If nothing was decided for this municipality, nobody has that number there, the day is before the decision or
        has not come yet, or somebody's day is noted already.
    """
    found = connection.execute(
        sa.select(PROPOSAL.c.decided).where(
            PROPOSAL.c.household == household, PROPOSAL.c.place == place, PROPOSAL.c.state == "decided"
        )
    ).scalar_one_or_none()
    if found is None:
        raise StoreError(
            "nothing was decided for this household and municipality",
            where=household,
            why="a household settles after the decision, where it was decided",
            do="see `workbench round status`",
        )
    if day > today:
        raise StoreError(f"the day {day} has not come yet", where=household, do="note it once they have moved in")
    members = connection.execute(
        sa.select(PERSON.c.id, PERSON.c.case_number, PERSON.c.settled).where(PERSON.c.household == household)
    ).all()
    meant = [each for each in members if each.case_number == case_number] if case_number else members
    open_ = [each for each in meant if each.settled is None]
    if not open_:
        raise StoreError(
            "nobody of the household has this number" if not meant else f"the day is noted already: {meant[0].settled}",
            where=household,
            do="see `workbench register show`",
        )
    for each in open_:
        records.settle(connection, each.id, day, decided=found, who=who)
    left = sum(each.settled is None for each in members) - len(open_)
    if not left:
        states.move(connection, household, "settle", who=who)
        dwellings.moved_in(connection, household)
    return left
