"""Read a locality from its folder: ``locality.toml``, tables, ``parameters.toml`` and ``SOURCE.md``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core import shipped
from workbench.core.errors import DataError, nearest
from workbench.core.parameters import Parameters
from workbench.core.places import Locality, Place, TableEntry
from workbench.core.provenance import Source, Vintage, fingerprint
from workbench.core.tables import contract
from workbench.sources.files import read

DO = "write a locality.toml as the shipped localities have it"


def available() -> dict[str, Path]:
    """Return the folders of the shipped localities by identifier."""
    base = shipped.path("data") / "localities"
    return {folder.name: folder for folder in sorted(base.iterdir()) if (folder / "locality.toml").exists()}


def load(name: str | Path) -> Locality:
    """Return a locality by its shipped identifier, or from a folder.

    Raises
    ------
    DataError
        If it is unknown, or names a table without a source.
    """
    folder = Path(name)
    known = available()
    if str(name) in known:
        folder = known[str(name)]
    elif not folder.is_dir():
        raise DataError(
            f"no locality '{name}'", do=f"{nearest(str(name), list(known))}; or name the folder of your own"
        )
    return _load(folder.resolve())


@cache
def _load(folder: Path) -> Locality:
    raw = _toml(folder)
    where = str(folder / "locality.toml")
    for part in ("id", "name", "level", "languages", "places"):
        if not raw.get(part):
            raise DataError(f"the locality names no '{part}'", where=where, do=DO)
    if not (folder / "SOURCE.md").exists():
        raise DataError(
            "the locality has no SOURCE.md",
            where=str(folder),
            why="nothing is used without a source",
            do="say whose figures these are",
        )
    tables = {name: _entry(name, body, raw.get("sources", {}), folder) for name, body in raw.get("tables", {}).items()}
    places = _places(raw["places"], tables, where)
    return Locality(
        raw["id"], raw["name"], raw.get("code", ""), raw["level"], tuple(raw["languages"]), folder, places, tables
    )


def _toml(folder: Path) -> dict[str, Any]:
    path = folder / "locality.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError("the folder holds no locality.toml", where=str(folder), do=DO) from None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError("cannot read the locality", where=str(path), why=str(error), do=DO) from error


def _entry(name: str, body: Mapping[str, str], sources: Mapping[str, Any], folder: Path) -> TableEntry:
    where = str(folder / "locality.toml")
    source = sources.get(body.get("source", ""))
    if not source or not all(source.get(part) for part in ("publisher", "title", "licence")):
        raise DataError(
            f"table '{name}' has no source with publisher, title and licence",
            where=where,
            why="nothing is used without a source",
            do=f"add [sources.…] and name it in [tables.{name}]",
        )
    path = folder / body.get("file", f"{name}.csv")
    if not path.exists():
        raise DataError(
            f"table '{name}' is missing", where=str(path), do="add the file or take the table out of locality.toml"
        )
    kind = contract(body.get("contract", name)).name
    known = {part: str(source[part]) for part in ("publisher", "title", "licence", "note") if part in source}
    return TableEntry(name, path, kind, Source(**known), body.get("description", ""))


def _places(spec: Mapping[str, str], tables: Mapping[str, TableEntry], where: str) -> dict[str, Place]:
    if spec.get("table") not in tables:
        raise DataError(f"the table of places '{spec.get('table')}' is not among the tables", where=where, do=DO)
    entry = tables[spec["table"]]
    frame = read(entry.path, entry.contract)
    code = contract(entry.contract).key[0]
    position = [frame[name] if name in frame else [None] * len(frame) for name in ("lon", "lat")]
    parent = frame["county"] if "county" in frame else [""] * len(frame)
    rows = zip(frame[code], frame["name"], parent, *position, strict=True)
    return {str(c): Place(str(c), str(n), str(p), x, y) for c, n, p, x, y in rows}


def table(locality: Locality, name: str) -> pd.DataFrame:
    """Return a locality's table, checked against its contract and its places."""
    entry = locality.table(name)
    return read(entry.path, entry.contract, locality=locality)


def vintage(locality: Locality, name: str, frame: pd.DataFrame) -> Vintage:
    """Return what a run record keeps of a table as it was used: source, last period, fingerprint."""
    period = next((c for c in ("month", "year") if c in frame), None)
    last = str(frame[period].max()) if period else ""
    return Vintage(f"{locality.id}/{name}", locality.table(name).source, last, fingerprint(frame))


def parameters(locality: Locality) -> Parameters:
    """Return a locality's dated and sourced parameters."""
    return Parameters.read(locality.folder / "parameters.toml")
