"""What does a JSON-stat file say? Eurostat's and every PxWeb office's (Norway, Sweden, Denmark, Finland).

References
----------
X. Badosa, "JSON-stat format", versions 1 and 2.0, json-stat.org. The readers on PyPI lose the status of a cell, which
says whether a figure was withheld; the format is small, so it is read here.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.errors import DataError
from workbench.sources.publishers.cube import EUROSTAT, NORDIC, WITHHELD, Cube
from workbench.sources.publishers.eurostat import FLAGS

NAME = "JSON-stat"


def is_jsonstat(text: str) -> bool:
    """Return whether a text begins like a JSON-stat dataset."""
    if not text[:200_000].lstrip().startswith("{"):
        return False
    return ('"dimension"' in text and '"size"' in text) or re.search('"class"\\s*:\\s*"collection"', text) is not None


def from_jsonstat(text: str, where: str) -> Cube:
    """Return the observations of a JSON-stat dataset; a null is not published, its status may say why."""
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise _refused("the JSON does not end as it should", where, f"line {error.lineno}: {error.msg}") from error
    data = _dataset(raw, where)
    dimension = data["dimension"]
    names = data.get("id") or dimension.get("id")
    sizes = data.get("size") or dimension.get("size")
    if not isinstance(names, list) or not isinstance(sizes, list) or len(names) != len(sizes):
        raise _refused("the dimensions and their sizes do not belong together", where, f"{names} and {sizes}")
    codes, labels, titles = [], {}, {}
    for name, size in zip(names, sizes, strict=True):
        told = dimension.get(name)
        if not isinstance(told, dict) or not isinstance(told.get("category"), dict):
            raise _refused(f"dimension '{name}' is not described", where, "it has no categories")
        found = _codes(told["category"])
        if len(found) != size:
            raise _refused(f"dimension '{name}' has {len(found)} categories", where, f"its size is {size}")
        codes.append(found)
        titles[name] = str(told.get("label") or name)
        labels[name] = {str(k): str(v) for k, v in (told["category"].get("label") or {}).items()}
    total = math.prod(sizes)
    values = _spread(data.get("value"), total, where)
    status = _spread(data.get("status") or {}, total, where)
    eurostat = "urostat" in str(data.get("source", "")) + str(data.get("extension", ""))
    cells, notes = _cells(values, status, where)
    index = np.indices(sizes).reshape(len(sizes), -1)
    frame = pd.DataFrame(
        {name: pd.array(np.array(codes[at], dtype=object)[index[at]], dtype="string") for at, name in enumerate(names)}
    )
    role = data.get("role") or dimension.get("role") or {}
    for name in role.get("time", []) if isinstance(role, dict) else []:
        titles[name] = "time"
    measure = "value" if "value" not in names else "obs_value"
    frame[measure] = pd.array(cells, dtype="string")
    marks = {**(EUROSTAT if eurostat else NORDIC), ": c": WITHHELD}
    title = str(data.get("label") or "")
    notes += [f"table '{title[:120]}'"] if title else []
    return Cube(NAME, frame, (measure,), titles, labels, marks, notes=tuple(notes))


def _dataset(raw: Any, where: str) -> dict[str, Any]:
    data = raw.get("dataset", raw) if isinstance(raw, dict) else raw
    if isinstance(data, dict) and "dimension" not in data:
        data = _only_one(data, where)
    if not isinstance(data, dict) or not isinstance(data.get("dimension"), dict) or "value" not in data:
        raise _refused("this JSON is no JSON-stat dataset", where, "it has no 'dimension' and 'value'")
    return data


def _only_one(data: dict[str, Any], where: str) -> Any:
    """Return the one dataset of a collection or bundle; several, or mere links, are refused."""
    link = data.get("link")
    items = link.get("item", []) if isinstance(link, dict) else []
    held = {str(one.get("label", at)): one for at, one in enumerate(items, start=1) if isinstance(one, dict)}
    held = held or {str(name): one for name, one in data.items() if isinstance(one, dict)}
    full = {name: one for name, one in held.items() if "dimension" in one and "value" in one}
    if len(full) == 1:
        return next(iter(full.values()))
    if full:
        raise _refused(f"this JSON-stat holds {len(full)} tables", where, f"one is read: {', '.join(full)[:200]}")
    if items:
        raise _refused(
            "this is a collection of links to tables", where, f"it holds no figures: {', '.join(held)[:200]}"
        )
    return data


def _codes(category: dict[str, Any]) -> list[str]:
    index = category.get("index")
    if isinstance(index, list):
        return [str(code) for code in index]
    if isinstance(index, dict):
        return [str(code) for code, _ in sorted(index.items(), key=lambda each: each[1])]
    return [str(code) for code in category.get("label", {})]


def _spread(values: Any, total: int, where: str) -> list[Any]:
    """Return one entry for each cell, whether the file lists all or names only the filled ones."""
    if isinstance(values, str):
        return [values] * total
    if isinstance(values, list):
        if len(values) != total:
            raise _refused(f"{len(values)} cells stand for {total}", where, "figures would slip to other places")
        return values
    if not isinstance(values, dict):
        raise _refused("the figures are no list", where, type(values).__name__)
    spread: list[Any] = [None] * total
    for at, value in values.items():
        if not str(at).isdigit() or int(at) >= total:
            raise _refused(f"a figure stands at '{at}' of {total} cells", where, "it belongs nowhere")
        spread[int(at)] = value
    return spread


def _cells(values: list[Any], status: list[Any], where: str) -> tuple[list[str], list[str]]:
    """Return each cell as text; where there is no figure, the mark that its status gives."""
    cells: list[str] = []
    told: dict[str, int] = {}
    for value, state in zip(values, status, strict=True):
        mark = str(state).strip() if state is not None else ""
        if value is None or value == "":
            cells.append(": c" if "c" in mark and mark.isalpha() else mark if mark and not mark.isalpha() else "")
        elif isinstance(value, bool) or not isinstance(value, int | float | str):
            raise _refused(f"a figure is {value!r}", where, "a figure is a number")
        else:
            whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
            cells.append(str(int(value)) if whole else str(value))
            if mark:
                told[mark] = told.get(mark, 0) + 1
    said = ", ".join(f"{many:,} {FLAGS.get(mark, 'marked')} ({mark})" for mark, many in told.items())
    return cells, [f"flags beside the figures are left out: {said}"] if said else []


def _refused(what: str, where: str, why: str) -> DataError:
    return DataError(what, where=where, why=why, do="download the file again, as JSON-stat or CSV")
