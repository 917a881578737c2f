"""Do a locality's parameters lead to what its people expect? Its example situations, each with the outcome it states.

``examples.toml`` holds ``[[allocation]]`` tables: households, places, the day whose parameters hold, and who is
expected where (an empty text: in no place). Names, counties and positions of places come from the locality.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.contracts.checking import check
from workbench.core.errors import DataError, WorkbenchError
from workbench.core.geography.places import Locality
from workbench.sources import localities
from workbench.studies import allocation
from workbench.studies.allocation.input import tables as allocation_tables

FILE = "examples.toml"
PARTS = {"name": str, "because": str, "as_of": date, "households": list, "places": list, "expected": dict}


@dataclass(frozen=True)
class Example:
    """One situation and its outcome: ``expected`` says the place of each household, '' for none.

    ``further`` names installed rules that the plan keeps beyond the standard ones.
    """

    name: str
    because: str
    as_of: date
    households: tuple[Mapping[str, Any], ...]
    places: tuple[Mapping[str, Any], ...]
    expected: Mapping[str, str]
    further: tuple[str, ...] = ()


def read(folder: Path) -> tuple[Example, ...]:
    """Return a locality's examples, none if it has no file of them; every fault in the file is named at once."""
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError("cannot read the examples", where=str(path), why=str(error), do="mend the file") from error
    faults = [f"unknown kind of example '{kind}'; known: allocation" for kind in raw if kind != "allocation"]
    bodies = raw.get("allocation", [])
    for number, body in enumerate(bodies, start=1):
        name = body.get("name", f"number {number}")
        faults += [
            f"example '{name}': '{part}' is missing or no {kind.__name__}"
            for part, kind in PARTS.items()
            if not isinstance(body.get(part), kind) or not body[part]
        ]
        faults += [f"example '{name}': unknown part '{part}'" for part in body if part not in (*PARTS, "further")]
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults)
        raise DataError(f"the examples are not whole:{lines}", where=str(path), do="mend what is named")
    for body in bodies:
        body |= {part: tuple(body.get(part, ())) for part in ("households", "places", "further")}
    return tuple(Example(**body) for body in bodies)


def differs(example: Example, locality: Locality) -> list[str]:
    """Return how the outcome differs from the one stated, a sentence each; empty where it comes out as stated."""
    where = f"example '{example.name}'"
    try:
        placed = _outcome(example, locality)
    except WorkbenchError as error:
        return [f"{where}: {error.message()}"]
    known = {str(row["household"]) for row in example.households}
    faults = [f"{where}: expects household {name}, which it does not have" for name in set(example.expected) - known]
    for name in sorted(known):
        if name not in example.expected:
            faults.append(f"{where}: says nothing of household {name}")
        elif placed.get(name, "") != example.expected[name]:
            got, wanted = (_placed(locality, code) for code in (placed.get(name, ""), example.expected[name]))
            faults.append(f"{where}: household {name} is placed {got}, expected {wanted}: {example.because}")
    return faults


def _outcome(example: Example, locality: Locality) -> dict[str, str]:
    """Return the place of each household that the plan places."""
    places = pd.DataFrame(list(example.places))
    codes: list[str] = list(places["place"].astype(str)) if "place" in places else []
    for name, of in (("name", "name"), ("county", "parent"), ("lon", "lon"), ("lat", "lat")):
        known = [getattr(locality.places.get(code), of, None) for code in codes]
        if name not in places and not any(value is None or pd.isna(value) for value in known):
            places[name] = known
    tables = allocation_tables.Tables(
        check(pd.DataFrame(list(example.households)), "households", where="its households", locality=locality),
        check(places, "places", where="its places", locality=locality),
    )
    weights = allocation.matching_weights(localities.parameters(locality), example.as_of)
    plan = allocation.allocate(tables, gap=0.0, weights=weights, further=example.further)
    return dict(zip(plan.assignment["household"], plan.assignment["place"], strict=True))


def _placed(locality: Locality, code: str) -> str:
    return f"in {code} {locality.place_name(code)}" if code else "nowhere"
