"""Which localities are there, and what does one bring? Read from a folder: ``locality.toml``, tables, ``SOURCE.md``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core import plugins
from workbench.core.contracts.checking import contract
from workbench.core.errors import DataError, PluginError, nearest, together
from workbench.core.geography.places import MODULES, Locality, Place, TableEntry
from workbench.core.parameters import Parameters
from workbench.core.parts import LocalityFolder
from workbench.core.plugins import Plugin
from workbench.core.runs.provenance import Source, Vintage, fingerprint
from workbench.sources.files import read

DO = "write a locality.toml as the shipped localities have it"


def available() -> dict[str, Path]:
    """Return the folders of the installed localities by identifier: ours, and those that other packages bring."""
    return {name: Path(plugin.value()) for name, plugin in sorted(installed().items())}


def installed() -> Mapping[str, Plugin]:
    """Return the plug-ins behind the installed localities, by identifier."""
    return plugins.load(plugins.LOCALITIES, _check)


def load(name: str | Path, room: str = "") -> Locality:
    """Return a locality by its identifier if it is installed, or from a folder.

    Parameters
    ----------
    room
        One of `MODULES` that is to be worked in: refused where the locality turned it off.

    Raises
    ------
    DataError
        If it is unknown, or with every fault of its ``locality.toml``.
    PluginError
        If the package that brings it was left out, with the reason.
    """
    found = _found(name)
    if room:
        found.require(room)
    return found


def _found(name: str | Path) -> Locality:
    known = installed()
    if str(name) in known:
        plugin = known[str(name)]
        return replace(_load(Path(plugin.value()).resolve()), plugin=plugin)
    if not Path(name).is_dir():
        plugins.refuse_skipped(plugins.LOCALITIES, str(name))
        raise DataError(
            f"no locality '{name}'", do=f"{nearest(str(name), list(known))}; or name the folder of your own"
        )
    return _load(Path(name).resolve())


def _check(name: str, folder: Callable[[], Path]) -> None:
    """Refuse a guest whose folder cannot be loaded, or that calls itself otherwise than its entry point."""
    if not isinstance(folder, LocalityFolder):
        raise PluginError("the entry point does not name a function that returns the locality's folder")
    found = _load(Path(folder()).resolve())
    if found.id != name:
        raise PluginError(f"its locality.toml says id = '{found.id}', its entry point says '{name}'")


@cache
def _load(folder: Path) -> Locality:
    locality, faults = read_folder(folder)
    if locality is None or faults:
        raise together("the locality cannot be used", faults, where=str(folder))
    return locality


def read_folder(folder: Path) -> tuple[Locality | None, list[DataError]]:
    """Return the locality of a folder with every fault of its ``locality.toml``; None where too much is missing."""
    try:
        raw = _toml(folder)
    except DataError as error:
        return None, [error]
    where = str(folder / "locality.toml")
    faults = [
        DataError(f"the locality names no '{part}'", where=where, do=DO)
        for part in ("id", "name", "level", "languages", "places")
        if not raw.get(part)
    ]
    if not (folder / "SOURCE.md").exists():
        faults.append(
            DataError(
                "the locality has no SOURCE.md",
                where=str(folder),
                why="nothing is used without a source",
                do="say whose figures these are",
            )
        )
    tables: dict[str, TableEntry] = {}
    for name, body in raw.get("tables", {}).items():
        try:
            tables[name] = _entry(name, body, raw.get("sources", {}), folder)
        except DataError as error:
            faults.append(error)
    places: dict[str, Place] = {}
    spec = raw.get("places", {})
    if not raw.get("tables", {}).get(spec.get("table", "")):
        faults.append(
            DataError(f"the table of places '{spec.get('table')}' is not among the tables", where=where, do=DO)
        )
    elif spec["table"] in tables:
        try:
            places = _places(tables[spec["table"]])
        except DataError as error:
            faults.append(error)
    if any(not raw.get(part) for part in ("id", "name", "level", "languages")) or not places:
        return None, faults
    identity = (raw["id"], raw["name"], raw.get("code", ""), raw["level"], tuple(raw["languages"]))
    around = {str(code): str(name) for code, name in raw.get("around", {}).items()}
    modules = raw.get("modules", {})
    off = frozenset(name for name, on in modules.items() if on is False)
    listed = raw.get("allocation", {})
    attributes = frozenset(listed["attributes"]) if isinstance(listed.get("attributes"), list) else None
    return Locality(
        *identity,
        folder,
        places,
        tables,
        off=off,
        around=around,
        attributes=attributes,
        protected=tuple(listed.get("protected", ())),
        basis=str(listed.get("basis", "")),
        contact=str(raw.get("release", {}).get("contact", "")),
        next_release=str(raw.get("release", {}).get("next", "")),
    ), [
        *faults,
        *_module_faults(modules, where),
        *_attribute_faults(listed, where),
        *_release_faults(raw.get("release", {}), where),
    ]


def _release_faults(release: Mapping[str, Any], where: str) -> list[DataError]:
    """Return what is wrong with what a locality says of its releases."""
    faults = [
        DataError(f"[release] has no '{name}'", where=where, do=nearest(name, ["contact", "next"]))
        for name in release
        if name not in ("contact", "next")
    ]
    try:
        date.fromisoformat(str(release.get("next") or "2000-01-01"))
    except ValueError:
        faults.append(DataError(f"'{release['next']}' is no date", where=where, do="write next as YYYY-MM-DD"))
    return faults


def _attribute_faults(listed: Mapping[str, Any], where: str) -> list[DataError]:
    """Return what is wrong with the list of attributes that a placement may use."""
    if not listed:
        return []
    known = [column.name for column in contract("households").columns if column.name != "household"]
    faults = []
    for part in ("attributes", "protected"):
        names = listed.get(part, [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            faults.append(DataError(f"'{part}' of [allocation] is no list of names", where=where, do=DO))
            continue
        faults += [
            DataError(f"a table of households has no attribute '{name}'", where=where, do=nearest(name, known))
            for name in names
            if name not in known
        ]
    if "attributes" in listed and not str(listed.get("basis", "")).strip():
        why = "a reader may ask on what ground an attribute is refused"
        faults.append(DataError("the list of attributes has no basis", where=where, why=why, do='add basis = "…"'))
    return faults


def _module_faults(modules: Mapping[str, Any], where: str) -> list[DataError]:
    strange = [
        DataError(f"there is no module '{n}'", where=where, do=nearest(n, MODULES)) for n in modules if n not in MODULES
    ]
    return strange + [
        DataError(f"module '{name}' is neither on nor off", where=where, do=f"write {name} = true or {name} = false")
        for name, on in modules.items()
        if not isinstance(on, bool)
    ]


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


def _places(entry: TableEntry) -> dict[str, Place]:
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
