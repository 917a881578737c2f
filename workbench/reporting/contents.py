"""Is what a PDF carries what was put into it? A list of its contents with their fingerprints, sealed on its last page.

``contents.json`` names the SHA-256 of each attached file; the first characters of its own stand on the last page, in
the text. So a changed table, record, input or list is found without a rerun. Who changes all of it, and the printed
text as well, made another document, which a rerun tells.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from workbench.core.contracts import CONTRACTS
from workbench.core.errors import ReportError, WorkbenchError
from workbench.core.runs.provenance import RunRecord
from workbench.reporting import pdf_file
from workbench.reporting.formats.document import HOUSEHOLD, Attachment
from workbench.sources import files
from workbench.studies.disclosure import SMALL

CONTENTS, RECORD, ASKED = "contents.json", "run-record.json", "report.json"
SEAL = re.compile(r"\bcontents ([0-9a-f]{16})\b")
FORMAT = "migration-workbench report contents 1"
KINDS = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Carried:
    """What a report's PDF carries: its files by name, its text page by page."""

    path: Path
    files: Mapping[str, bytes]
    pages: tuple[str, ...]

    @property
    def record(self) -> RunRecord:
        """The record of the run whose figures it prints."""
        return RunRecord.from_json(self.files[RECORD].decode())

    @property
    def asked(self) -> tuple[str, dict[str, object]]:
        """The report's name and its parameters."""
        raw = json.loads(self.files[ASKED])
        return str(raw["report"]), dict(raw["parameters"])


def input_name(parameter: str, value: str) -> str:
    """Return under which name a report carries a file that was named as a parameter."""
    return f"input-{parameter}{Path(value).suffix.lower()}"


def inputs(parameters: Mapping[str, object], edition: str) -> tuple[list[Attachment], list[str]]:
    """Return the files that were named as parameters and may be carried, and why each of the others may not.

    Notes
    -----
    A public edition carries a table only if all of its columns stand in one contract of public tables and none of its
    counts is small; the file itself is carried, so that a rerun reads what was read.
    """
    carried, left_out = [], []
    for parameter, value in parameters.items():
        path = Path(value) if isinstance(value, str) and value else None
        if path is None or path.suffix.lower() not in KINDS or not path.is_file():
            continue
        if reason := _private(path) if edition == "public" else "":
            left_out.append(f"{parameter}: {reason}")
            continue
        name, kind = input_name(parameter, str(value)), KINDS[path.suffix.lower()]
        carried.append(Attachment(name, f"The table given as {parameter}", kind, path.read_bytes()))
    return carried, left_out


def _private(path: Path) -> str:
    """Return why a table must not be carried by a public edition; '' if it may be."""
    try:
        table = files.read_raw(path)
    except WorkbenchError:
        return "it cannot be read as a table"
    contracts = [{column.name: column for column in contract.columns} for contract in CONTRACTS.values()]
    fitting = [columns for columns in contracts if HOUSEHOLD not in columns and {*table.columns} <= columns.keys()]
    if not fitting:
        return "it has a column that stands in no public table"  # which one is not said: a heading may be a name
    for name in table.columns:
        if fitting[0][name].kind == "count" or fitting[0][name].unit == "persons":
            persons = pd.to_numeric(table[name], errors="coerce")
            if persons.between(SMALL.start, SMALL.stop - 1).any():
                return f"its column {name} holds counts of {SMALL.start} to {SMALL.stop - 1}"
    return ""


def listed(carried: Sequence[Attachment]) -> tuple[Attachment, str]:
    """Return the list of what a document carries, and the seal that is printed."""
    files = {a.name: hashlib.sha256(a.content).hexdigest() for a in carried}
    body = json.dumps({"format": FORMAT, "files": files}, indent=2, sort_keys=True) + "\n"
    listed_ = Attachment(CONTENTS, "Fingerprints of the files attached", "application/json", body.encode())
    return listed_, hashlib.sha256(body.encode()).hexdigest()[:16]


def opened(path: Path) -> Carried:
    """Return what a PDF carries.

    Raises
    ------
    ReportError
        If it is no PDF, is damaged, or is no report of this program.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a file is said once, below
    content = pdf_file.checked(path).read_bytes()
    try:
        reader = PdfReader(io.BytesIO(content))
        files = {Path(name).name: bytes(held[0]) for name, held in reader.attachments.items()}
        pages = tuple(page.extract_text() for page in reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ReportError(
            "this PDF is damaged",
            where=str(path),
            why=f"a part of it is missing or cannot be read ({error})" if str(error) else "a part of it cannot be read",
            do="copy or fetch the file again; if that does not help, ask the sender for another copy",
        ) from error
    missing = [name for name in (RECORD, ASKED) if name not in files]
    if missing:
        raise ReportError(
            "this PDF is no report of this program",
            where=str(path),
            why=f"it does not carry {' and '.join(missing)}",
            do="name a PDF that `workbench report build` wrote",
        )
    return Carried(path, files, pages)


def faults(carried: Carried) -> list[str]:
    """Return in sentences, each with a file's name, what is not as it was put in; empty if all is."""
    found: list[str] = []
    if CONTENTS not in carried.files:
        return [f"{CONTENTS} is missing: the files cannot be checked (an older version may have built this report)."]
    body = carried.files[CONTENTS]
    printed = SEAL.search(" ".join(" ".join(carried.pages).split()))
    if printed is None:
        found.append(f"{CONTENTS}: its fingerprint is not printed in the document.")
    elif printed[1] != hashlib.sha256(body).hexdigest()[:16]:
        found.append(f"{CONTENTS} was changed: its fingerprint is not the one printed.")
    try:
        listed_ = dict(json.loads(body)["files"])
    except (ValueError, KeyError, TypeError):
        return [*found, f"{CONTENTS} cannot be read."]
    for name, told in listed_.items():
        if name not in carried.files:
            found.append(f"{name} is missing.")
        elif hashlib.sha256(carried.files[name]).hexdigest() != told:
            found.append(f"{name} was changed.")
    found += [f"{name} was added." for name in carried.files if name not in listed_ and name != CONTENTS]
    try:
        record = carried.record
        if record.seal and record.seal != record.content():
            found.append(f"{RECORD}: what it says is not what was sealed when the run was saved.")
    except (ValueError, KeyError, TypeError):
        found.append(f"{RECORD} cannot be read.")
    return found
