"""What goes out to municipalities and comes back: a list for each with its offers, and its answers in it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from workbench.core.errors import Fault, StoreError
from workbench.core.storage.files import replacing
from workbench.core.storage.outputs import empty_folder
from workbench.store import visibility
from workbench.store.database import Store
from workbench.store.households import records
from workbench.store.rounds import answers, facts, proposals
from workbench.store.visibility import FieldRegister
from workbench.studies.rounds.offers import hand_out

COLUMNS = ("household", "population", "place_by", "size", "needs", "answer_by", "answer", "reason")
MADE_UP = "synthetic"
"""A further column where the households are made up."""


def send(store: Store, key: str, folder: Path, register: FieldRegister, *, who: str) -> list[Path]:
    """Freeze a round's drafts and write a list for each municipality: only what it may see before it accepts.

    Raises
    ------
    StoreError
        If an override was made, or places changed, since the drafts were solved.
    DataError
        If the folder holds something.
    """
    empty_folder(folder)
    with replacing(folder) as partial:  # the lists appear once the register has kept that they were sent
        partial.mkdir(mode=0o700)
        with store.writing() as connection:
            places = _write_lists(connection, hand_out(connection, key, who=who), partial, register, who)
    return [folder / f"{place}.csv" for place in places]


def lists(store: Store, key: str, folder: Path, register: FieldRegister, *, who: str) -> list[Path]:
    """Write the lists of a round that was sent once more, with the offers that wait for their answer.

    Raises
    ------
    StoreError
        If no offer of the round waits for an answer.
    DataError
        If the folder holds something, such as lists with answers in them.
    """
    empty_folder(folder)
    with replacing(folder) as partial:
        partial.mkdir(mode=0o700)
        with store.writing() as connection:
            proposals.get(connection, key, "sent")
            waiting = answers.listed(connection, key, "sent")
            if not waiting:
                raise StoreError("no offer waits for an answer", where=key, do="see `workbench round status`")
            places = _write_lists(connection, waiting, partial, register, who)
    return [folder / f"{place}.csv" for place in places]


def _write_lists(
    connection: Any, offers: list[dict[str, Any]], folder: Path, register: FieldRegister, who: str
) -> list[str]:
    """Write the list of each municipality that has an offer; return the municipalities."""
    by_place: dict[str, list[dict[str, str]]] = {}
    made_up = {MADE_UP: "yes"} if facts.synthetic(connection) else {}
    for each in offers:
        row = {**_row(connection, each["household"], register, who), **made_up}
        row["answer_by"] = proposals.get(connection, each["round"]).deadline.isoformat()
        by_place.setdefault(each["place"], []).append(row)
    for place, rows in by_place.items():
        _write(folder / f"{place}.csv", rows)
    return list(by_place)


def read_answers(path: Path) -> list[tuple[int, str, bool, str]]:
    """Return the answers of a list that came back: row, household, whether accepted, and the reason.

    Raises
    ------
    StoreError
        If an answer is neither 'accept' nor 'decline'.
    """
    from workbench.studies.rounds.interview.intake import submissions

    read = []
    for row, raw in submissions(path):
        answer = str(raw.get("answer") or "").strip().casefold()
        if not answer:
            continue  # silence is not acceptance, nor a refusal
        if answer not in ("accept", "decline"):
            raise StoreError("an answer is 'accept' or 'decline'", where=f"{path}, row {row}, column 'answer'")
        read.append(
            (row, str(raw.get("household") or "").strip(), answer == "accept", str(raw.get("reason") or "").strip())
        )
    return read


def note_answers(store: Store, key: str, path: Path, *, place: str, today: date, who: str) -> tuple[int, list[Fault]]:
    """Note the answers of a list that came back, each by itself; return how many are noted and what is not, by row.

    Raises
    ------
    StoreError
        If no row has an answer, nothing of the round was offered to this municipality, or the deadline is past.
    """
    given = read_answers(path)
    if not given:
        raise StoreError(
            "no row has an answer yet", where=f"{path}, column 'answer'", do="write accept or decline in each row"
        )
    with store.reading() as connection:
        deadline = proposals.get(connection, key, "sent").deadline
        asked = {each["place"] for each in answers.listed(connection, key) if each["state"] != "draft"}
    if place not in asked:
        raise StoreError(
            f"nothing of this round was offered to '{place}'",
            where=key,
            do=f"give the code of the municipality, which names its list: {', '.join(sorted(asked)[:5])} …",
        )
    if today > deadline:
        raise StoreError(
            f"the answers come after the deadline, {deadline}",
            where=str(path),
            why="silence is not acceptance: the households are offered again in the next round",
            do="if they came in time, name the day they came with --today",
        )
    faults = []
    for row, household, accept, reason in given:
        try:
            with store.writing() as connection:
                answers.respond(connection, key, household, accept, place=place, today=today, who=who, reason=reason)
        except StoreError as error:
            faults.append(Fault(": ".join(filter(None, (error.what, error.why))), row))
    return len(given) - len(faults), faults


def _row(connection: Any, household: str, register: FieldRegister, who: str) -> dict[str, str]:
    held: Mapping[str, Any] = records.folder(connection, household, who=who, why="list")
    shown = visibility.seen(register, held, role="municipality", state="proposed", concerned=True)
    known = shown.get("household", {})
    return {
        "household": household,
        "population": str(known.get("population", "")),
        "place_by": str(known.get("deadline") or ""),
        "size": " ".join(shown.get("size", [])),
        "needs": " ".join(shown.get("needs", [])),
    }


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        columns = (*COLUMNS, MADE_UP) if MADE_UP in rows[0] else COLUMNS
        table = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
