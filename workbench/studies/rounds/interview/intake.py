"""What came back from the phones, is it whole, and what of it is new to the register?

KoBoToolbox and ODK export submissions as CSV (a row each, groups as ``section/question`` or ``section-question``) or
JSON (a list, or KoBo's ``results``, groups nested or as paths). All are read and checked first; if one has a fault,
nothing is written.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError, Fault
from workbench.core.geography.places import Locality
from workbench.store.database import Store
from workbench.store.households import drafts, interviews
from workbench.studies.rounds.interview.form import Form

IDENTIFIERS = ("_uuid", "instanceID", "KEY", "__id")
VERSIONS = ("form_version", "FormVersion", "version", "__version__", "_version_")
KOBO_VERSION = re.compile(r"v[A-Za-z0-9]{20,24}")
"""KoBoToolbox's own name of a deployment, which it exports as the version; it says nothing about ours."""
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
LARGEST = 200_000_000
"""Most bytes of a file of submissions."""


@dataclass(frozen=True)
class Imported:
    """How many submissions were new, and how many stood in the register already."""

    new: int
    known: int
    households: tuple[str, ...]


def import_file(store: Store, path: Path, form: Form, locality: Locality, *, who: str) -> Imported:
    """Read a file of submissions and write what is new; importing it again changes nothing.

    Raises
    ------
    DataError
        With every fault by row and question; the answers themselves are not repeated in it. Nothing is written.
    """
    read = list(submissions(path))
    if not read:
        raise _refused(path, [Fault("there are no submissions")])
    _is_export(path, [raw for _, raw in read], form)
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    new, known, households = 0, 0, []
    with store.writing() as connection:  # a fault ends it, and nothing of it is kept
        for row, raw in read:
            each, wrong = _submission(raw, form, locality)
            faults += [Fault(what, row, question) for question, what in wrong]
            if each is None:
                continue
            if each.submission in seen:
                faults.append(Fault(f"the same submission stands in row {seen[each.submission]}", row))
                continue
            seen[each.submission] = row
            try:
                household, is_new = interviews.keep(connection, each, who=who)
            except interviews.SubmissionError as error:
                faults.append(Fault(error.what, row, error.question))
                continue
            new, known = new + is_new, known + (not is_new)
            households += [household] if is_new else []
        if faults:
            raise _refused(path, faults)
    return Imported(new, known, tuple(households))


def hand_in(store: Store, form: Form, locality: Locality, raw: Mapping[str, Any], *, submission: str, who: str) -> str:
    """Keep an interview that was written on the page, and end its draft; return the household.

    Raises
    ------
    DataError
        With every fault by question; nothing is written, and the draft stays.
    """
    given, wrong = _submission({**raw, IDENTIFIERS[0]: submission, VERSIONS[0]: form.version}, form, locality)
    faults = [Fault(what, None, question) for question, what in wrong]
    if given is None or faults:
        raise DataError("the interview is not whole", faults=faults)
    with store.writing() as connection:
        try:
            household, _ = interviews.keep(connection, given, who=who)
        except interviews.SubmissionError as error:
            raise DataError(
                "the interview does not fit the register", faults=[Fault(error.what, None, error.question)]
            ) from None
        drafts.forget(connection, who, form.id)
    return household


def submissions(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each submission with its row: the line's number in a CSV, the place in a JSON list counted from 1."""
    try:
        if path.stat().st_size > LARGEST:
            raise DataError("the file is too large", where=str(path), why=f"at most {LARGEST:,} bytes are read")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            "cannot read the submissions", where=str(path), why=type(error).__name__, do="export them again as UTF-8"
        ) from None
    if path.suffix.casefold() == ".json":
        yield from _from_json(text, path)
    else:
        yield from _from_csv(text, path)


def _from_csv(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    head = text.split("\n", 1)[0]
    try:
        separator = ";" if head.count(";") > head.count(",") else ","
        table = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
        names = [name.replace("-", "/").rsplit("/", 1)[-1].strip() for name in next(table, [])]
        for cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                what = f"the row has {len(cells)} cells, the heading {len(names)}"
                raise DataError("the submissions cannot be read", where=str(path), faults=[Fault(what, table.line_num)])
            yield table.line_num, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        why = f"row {table.line_num}: {error}"
        raise DataError("the submissions cannot be read", where=str(path), why=why) from None


def _from_json(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError("the file is no JSON", where=str(path), do="export the submissions again") from None
    rows = body.get("results", body.get("value", [body])) if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise DataError("the file holds no list of submissions", where=str(path))
    for at, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise DataError("the submissions cannot be read", where=str(path), faults=[Fault("is no submission", at)])
        yield at, _flat(row)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= _flat(value)
        else:
            flat[str(name).rsplit("/", 1)[-1]] = value
    return flat


def _submission(
    raw: Mapping[str, Any], form: Form, locality: Locality
) -> tuple[interviews.Submission | None, list[tuple[str, str]]]:
    identifier = next((str(raw[name]).strip() for name in IDENTIFIERS if raw.get(name)), "").removeprefix("uuid:")
    stated = (str(raw[name]).strip() for name in VERSIONS if raw.get(name))
    version = next((each for each in stated if not KOBO_VERSION.fullmatch(each)), form.version)
    wrong: list[tuple[str, str]] = []
    if not IDENTIFIER.fullmatch(identifier):
        wrong.append((IDENTIFIERS[0], "the submission has no identifier"))
    if version not in form.versions:
        wrong.append((VERSIONS[0], f"the form's version is unknown; known are {', '.join(form.versions)}"))
        version = form.version
    answers, faults = form.read(raw, version)
    wrong += faults
    if answers.get("held", "") > _tomorrow():
        wrong.append(("held", "has not come yet"))
    ties = str(answers.get("ties", "")).replace(";", " ").replace(",", " ").split()
    wrong += [("ties", "names a municipality that is not known") for each in ties if each not in locality.places][:1]
    if wrong:
        return None, wrong
    columns = {q.column: answers.get(name) for name, q in form.questions.items() if q.column}
    read = interviews.Submission(
        submission=identifier,
        form=form.id,
        form_version=version,
        case_number=answers["case_number"],
        population=answers["population"],
        held=date.fromisoformat(answers["held"]),
        answers=answers,
        languages=tuple(columns.get("languages") or ()),
        ties=tuple(ties),
        needs=tuple(need for need, value in _named(columns, "needs:").items() if value == "yes"),
        bedrooms=columns.get("bedrooms"),
        consents={purpose: value == "yes" for purpose, value in _named(columns, "consent:").items()},
        unknown=tuple(form.still_unknown(answers)),
    )
    return read, []


def _is_export(path: Path, rows: list[dict[str, Any]], form: Form) -> None:
    """Refuse a table in which most of what is always asked has no column: it is something else, not full of faults."""
    there = {name for row in rows for name in row}
    always = [name for name, question in form.questions.items() if question.required and question.asked({})]
    missing = [name for name in always if name not in there]
    if 2 * len(missing) <= len(always):
        return
    lacking = [*([] if there & set(IDENTIFIERS) else [IDENTIFIERS[0]]), *missing]
    raise DataError(
        f"this is no export of the form {form.id}",
        where=str(path),
        why=f"it lacks the columns {', '.join(lacking)}; nothing was written",
        do="give the file that KoBoToolbox or ODK exported of this form, with the names of questions and not their "
        "labels",
    )


def _tomorrow() -> str:
    """Return the day that begins next anywhere: an interview east of here may be a day ahead."""
    return (datetime.now(UTC).date() + timedelta(days=1)).isoformat()


def _named(columns: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {name.removeprefix(kind): value for name, value in columns.items() if name.startswith(kind)}


def _refused(path: Path, faults: list[Fault]) -> DataError:
    return DataError(
        f"the submissions cannot be imported: {len(faults)} fault{'s' if len(faults) > 1 else ''}",
        where=str(path),
        why="nothing was written",
        do="correct the submissions named, or leave them out, and import the file again",
        faults=faults,
    )
