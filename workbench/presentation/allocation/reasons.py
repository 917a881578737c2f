"""Why here? In the municipality's words and in the newcomer's: from what the tables say of a household and a place.

Neither names another household or another municipality, nor gives a score: both read what concerns them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from workbench.core.errors import DataError, nearest
from workbench.decisions.allocation.problem.input_tables import code_lists, text, texts
from workbench.presentation.findings import Finding
from workbench.presentation.languages import in_words, say, say_many
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import listing, number

KINDS = ("relatives", "language", "needs", "room")
"""Reasons, as the letter of a locality calls them."""


def row_of(table: pd.DataFrame, key: str, name: str) -> dict[Hashable, object]:
    """Return the row of a table that bears a name."""
    return dict(table.iloc[texts(table, key).index(name)].to_dict())


def reasons_of(household: Mapping[Hashable, object], place: Mapping[Hashable, object]) -> tuple[str, ...]:
    """Return which reasons hold for a household (row of ``households``) at a place (row of ``places``)."""
    mine, theirs = pd.DataFrame([household]), pd.DataFrame([place])
    found = []
    if texts(theirs, "place")[0] in code_lists(mine, "ties")[0]:
        found.append("relatives")
    if set(code_lists(mine, "languages")[0]) & set(code_lists(theirs, "languages")[0]):
        found.append("language")
    if code_lists(mine, "needs")[0]:
        found.append("needs")
    return (*found, "room")


def newcomer(
    household: Mapping[Hashable, object],
    place: Mapping[Hashable, object],
    language: str = "en",
    words: Mapping[str, str] | None = None,
) -> Finding:
    """Return the proposal and its reasons as the household reads them.

    Parameters
    ----------
    words
        The reasons in a language that the catalogues do not have, such as a locality's words of its letter.
    """
    persons = _persons(household)
    told = {
        "relatives": say("You told us that you have close relatives there.", language),
        "language": say("A language that you speak is spoken there.", language),
        "needs": say("The municipality has the services that you need.", language),
        "room": say("The municipality has room for your whole household.", language),
    }
    if words is not None:
        told = {kind: words[kind] for kind in KINDS}
    sentence = say_many(
        "It is proposed that you live in {place}. A person will decide; this is not a decision.",
        "It is proposed that your household of {number} lives in {place}. A person will decide; this is not a "
        "decision.",
        persons,
        language,
        number=persons,
        place=_name(place),
    )
    reasons = " ".join(told[kind] for kind in reasons_of(household, place))
    return Finding(
        sentence if words is None else reasons,
        caveats=()
        if words is not None
        else (
            reasons,
            say(
                "Each municipality has room for a limited number of people, so not everybody can live where they would "
                "like most.",
                language,
            ),
            say(
                "You can have what we noted about you read to you and corrected, you can object, and you can talk to a "
                "person.",
                language,
            ),
        ),
        language=language,
    )


def municipality(
    household: Mapping[Hashable, object], place: Mapping[Hashable, object], language: str = "en"
) -> Finding:
    """Return what a municipality reads about one household that is proposed for it."""
    sentence = say(
        "Household {household} is proposed for {place}: {persons}.",
        language,
        household=str(household["household"]),
        place=_name(place),
        persons=_composition(household, language),
    )
    needs = code_lists(pd.DataFrame([household]), "needs")[0]
    caveats = []
    if needs:
        caveats.append(
            say(
                "It needs {needs}; the municipality says that it offers this.",
                language,
                needs=listing([in_words(each, language) for each in needs], language),
            )
        )
    held = reasons_of(household, place)
    if "relatives" in held:
        caveats.append(say("It has close relatives there.", language))
    if "language" in held:
        caveats.append(say("A language that it speaks is spoken there.", language))
    caveats.append(
        say(
            "The municipality can decline with a reason; a named person decides and answers for the decision.", language
        )
    )
    return Finding(sentence, caveats=tuple(caveats), language=language)


def coming_to(
    assignment: pd.DataFrame, households: pd.DataFrame, places: pd.DataFrame, place: str, language: str = "en"
) -> tuple[Finding, Table]:
    """Return who is proposed for one municipality, for its own eyes: composition, needs, latest day.

    Raises
    ------
    DataError
        The place is not among the places.
    """
    known = texts(places, "place")
    if place not in known:
        raise DataError(f"there is no place '{place}'", do=nearest(place, known))
    town = places.iloc[known.index(place)].to_dict()
    here = set(assignment.loc[assignment["place"].astype(str) == place, "household"].astype(str))
    own = households[[name in here for name in texts(households, "household")]].reset_index(drop=True)
    rows = own.to_dict("records")
    persons = sum(_persons(row) for row in rows)
    finding = Finding(
        say_many(
            "{households} household with {persons} persons is proposed for {place}, which has room for {room}.",
            "{households} households with {persons} persons are proposed for {place}, which has room for {room}.",
            len(rows),
            language,
            households=number(len(rows), language=language),
            persons=number(persons, language=language),
            place=_name(town),
            room=number(float(town["capacity"]), language=language),
        ),
        float(persons),
        say("persons", language),
        language=language,
    )
    table = Table(
        name="coming",
        caption=say("Households proposed for {place}", language, place=_name(town)),
        columns=(
            Column(say("Household", language), tuple(texts(own, "household")), right=False),
            Column(say("Who", language), tuple(_composition(row, language) for row in rows), right=False),
            Column(
                say("Needs", language),
                tuple(
                    ", ".join(in_words(need, language) for need in needs) or "–" for needs in code_lists(own, "needs")
                ),
                right=False,
            ),
            Column(say("Latest day", language), tuple(day[:10] or "–" for day in texts(own, "deadline")), right=False),
        ),
        data=own[[name for name in ("household", "adults", "children", "seniors", "needs", "deadline") if name in own]],
        language=language,
    )
    return finding, table


def _composition(household: Mapping[Hashable, object], language: str) -> str:
    adults, children, seniors = (_count(household, name) for name in ("adults", "children", "seniors"))
    parts = [
        say_many("{number} adult", "{number} adults", adults, language, number=adults) if adults else "",
        say_many("{number} child", "{number} children", children, language, number=children) if children else "",
        say("{number} of 67 and over", language, number=seniors) if seniors else "",
    ]
    return listing([part for part in parts if part], language)


def _persons(household: Mapping[Hashable, object]) -> int:
    return sum(_count(household, name) for name in ("adults", "children", "seniors"))


def _count(household: Mapping[Hashable, object], name: str) -> int:
    return int(float(text(household.get(name)) or 0))


def _name(place: Mapping[Hashable, object]) -> str:
    return text(place.get("name")) or text(place["place"])
