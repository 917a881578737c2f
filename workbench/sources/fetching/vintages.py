"""What did a publisher say of a table, and when was it fetched? Vintages as Parquet files, never overwritten.

Each file holds the table in our columns and, as metadata of its own, who published it, under which code, when it was
fetched and the fingerprints of answer and table. So it stays a vintage wherever it is copied to.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from workbench.core.errors import DataError
from workbench.core.runs.provenance import fingerprint
from workbench.core.storage.files import replacing
from workbench.core.storage.temporary import locked_folder
from workbench.sources import files
from workbench.sources.fetching.download import download
from workbench.sources.fetching.publishers import PUBLISHERS, address_of

KEY = b"workbench-vintage"


@dataclass(frozen=True)
class Fetched:
    """A vintage: where it lies and what it is.

    Attributes
    ----------
    retrieved
        When it was fetched, UTC, to the second.
    last_period
        Last month or year in it.
    answer, fingerprint
        SHA-256 of the publisher's answer, and of the table in our columns.
    new
        False if the publisher's figures were those of the vintage before: nothing was written.
    """

    path: Path
    publisher: str
    code: str
    address: str
    contract: str
    retrieved: str
    last_period: str
    rows: int
    answer: str
    fingerprint: str
    new: bool = True

    def line(self) -> str:
        """Return the vintage as one line."""
        return f"{self.retrieved}  {self.publisher} {self.code}  {self.rows:,} rows to {self.last_period}  {self.path}"


def fetch(
    publisher: str,
    code: str,
    folder: Path | str,
    *,
    contract: str = "arrivals",
    choose: Mapping[str, str] | None = None,
    query: list[str] | None = None,
    address: str = "",
    seconds: float = 300.0,
    now: datetime | None = None,
) -> Fetched:
    """Return a publisher's table, fetched, read as any file of theirs, checked, and kept as a new vintage.

    Raises
    ------
    DataError
        If it cannot be fetched whole, or is no valid table; earlier vintages stay as they are.
    """
    made = address_of(publisher, code, list(query or ()), address)
    folder = files.folder(folder)
    before = [one for one in vintages(folder) if (one.publisher, one.code, one.contract) == (publisher, code, contract)]
    with locked_folder(Path(tempfile.gettempdir()), hidden=False) as held:
        raw = held / f"{_named(code)}{PUBLISHERS[publisher].ending}"
        download(made, raw, seconds=seconds)
        answer = hashlib.sha256(raw.read_bytes()).hexdigest()
        table = files.read(raw, contract, choose=choose)
    period = next((name for name in ("month", "period", "year") if name in table), "")
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    told = Fetched(
        folder / f"{publisher}_{_named(code)}_{moment:%Y-%m-%dT%H%M%SZ}.parquet",
        publisher,
        code,
        made,
        contract,
        moment.isoformat(timespec="seconds"),
        str(table[period].max()) if period else "",
        len(table),
        answer,
        fingerprint(table),
    )
    if before and before[-1].fingerprint == told.fingerprint:
        return Fetched(**{**asdict(before[-1]), "new": False})
    if told.path.exists():
        raise DataError("a vintage of this second is there already", where=str(told.path), do="try again")
    with replacing(told.path) as partial:
        _write(table, partial, told)
    return told


def _write(table: pd.DataFrame, path: Path, told: Fetched) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = pa.Table.from_pandas(table, preserve_index=False)
    facts = {name: value for name, value in asdict(told).items() if name not in ("path", "new")}
    metadata = {**(whole.schema.metadata or {}), KEY: json.dumps(facts, ensure_ascii=False).encode()}
    pq.write_table(whole.replace_schema_metadata(metadata), path)


def vintages(folder: Path | str) -> list[Fetched]:
    """Return the vintages in a folder, the oldest first; other files in it are passed over."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = []
    for path in sorted(Path(folder).glob("*.parquet")):
        try:
            facts = json.loads((pq.read_schema(path).metadata or {})[KEY])
            found.append(Fetched(path=path, **facts))
        except (OSError, KeyError, ValueError, TypeError, pa.ArrowException):
            continue
    return sorted(found, key=lambda one: (one.retrieved, one.path.name))


def known_on(folder: Path | str, day: str, *, publisher: str = "", code: str = "") -> Fetched:
    """Return the newest vintage that was fetched on a day or before it: what was known then.

    Raises
    ------
    DataError
        If the day is none, or nothing had been fetched by then, or tables of several codes had.
    """
    try:
        until = date.fromisoformat(day)
    except ValueError:
        raise DataError(f"'{day}' is no day", do="write it as 2016-06-30") from None
    wanted = [
        one
        for one in vintages(folder)
        if one.retrieved[:10] <= until.isoformat() and publisher in ("", one.publisher) and code in ("", one.code)
    ]
    if not wanted:
        raise DataError(f"nothing here was fetched by {day}", where=str(folder), do="name a later day")
    if len({(one.publisher, one.code) for one in wanted}) > 1:
        raise DataError("tables of several codes lie here", where=str(folder), do="name publisher and code")
    return wanted[-1]


def _named(code: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.+-]", "-", code)
