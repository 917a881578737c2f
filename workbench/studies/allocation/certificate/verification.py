"""Does a saved plan keep its rules, and does its certificate hold? Recomputed from the files alone, in float64.

Beside the result lies a certificate (``.npz``, see `certificate_files`). Verifying reads the inputs again and uses none
of the search's code. What follows in plan and result from inputs, plan and certificate is compared. What only explains
(runners-up, reasons, the sentence on how the search ended), seconds, versions and settings of the search are not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.errors import DataError
from workbench.core.runs.provenance import fingerprint
from workbench.decisions.allocation import Problem, further_rules, standard_rules, stated_rules
from workbench.decisions.allocation.proof.lagrangian_bound import Multipliers, certified_bound, persons_bound
from workbench.sources import files
from workbench.studies.allocation.certificate.files import Sidecar, read_sidecar
from workbench.studies.allocation.input.tables import Tables, named, read_tables
from workbench.studies.allocation.placement import problem_of

TOLERANCE = 1e-9
GROUP = ("households", "persons", "placed_persons", "mean_score")
TEXTS = ("place", "name")
LISTED = ("assignment", "unplaced", "by_place", "by_group", "rules")
STATED = ("value", "bound", "gap", "persons", "persons_placed", "persons_placed_bound", "households_placed")
SAID = (*STATED, "objective", "score_name", "worst_off", "inputs", "matching", "asked", "certificate", *LISTED)
"""What every result says of what is compared."""


@dataclass(frozen=True)
class Check:
    """One thing looked at: what the result says, what was recomputed, whether they agree."""

    name: str
    told: str
    found: str
    well: bool


def verify(result: Path) -> tuple[Check, ...]:
    """Return what was checked of a result: inputs, rules, value, persons, bound, gap, and every table."""
    told = _read_result(result)
    home = result.absolute().parent
    path = home / str(told["certificate"])
    if not path.is_file():
        raise DataError("the result names no certificate that is there", where=str(result), do="run the plan again")
    sidecar = read_sidecar(path)
    paths: dict[str, Any] = {name: home / each for name, each in sidecar.paths.items()}
    tables = read_tables(**paths, counts=sidecar.counts)
    problem = problem_of(tables, sidecar.weights)
    rules = (*standard_rules(problem), *stated_rules(problem), *further_rules(sidecar.further)[0])
    written = files.read_raw(home / sidecar.plan)
    if lacking := [name for name in ("household", "place") if name not in written]:
        raise DataError(
            f"the plan has no column '{lacking[0]}'",
            where=str(home / sidecar.plan),
            why="it says who goes where",
            do="run the plan again",
        )
    plan = pd.DataFrame({name: written[name].astype(str) for name in ("household", "place")})
    checks = [*_origin(told, sidecar, tables)]
    for rule in rules:
        distance = rule.distance(problem, plan)
        found = "kept" if distance <= 1e-6 else f"missed by {distance:g}"
        checks.append(Check(f"rule {rule.title}", "kept", found, found == "kept"))
    priced = sidecar.titles()
    rows = {rule.title: rule.rows(problem, problem.columns) for rule in rules if rule.title in priced}
    multipliers, proof = (sidecar.multipliers(head, problem, rows) for head in ("score", "persons"))
    if multipliers is None or (proof is not None and proof.at_least is not None):
        raise DataError(
            "the certificate proves nothing about " + ("the score" if multipliers is None else "the persons placed"),
            where=str(path),
            do="run the plan again",
        )
    value, persons = _worth(problem, plan)
    bound = certified_bound(problem, multipliers, rows)
    checks += [
        _number("value", told["value"], value),
        _number("bound", told["bound"], bound),
        _number("gap", told["gap"], (bound - value) / max(1.0, abs(bound))),
        _number("persons", told["persons"], int(problem.persons.sum())),
        _number("persons placed", told["persons_placed"], persons),
        _number("persons placed, bound", told["persons_placed_bound"], persons_bound(problem, proof, rows)),
        Check("value within bound", "yes", "yes" if value <= bound else "no", value <= bound),
        _text("what the score is", told["score_name"], _score_name(told, problem)),
    ]
    checks += _tables(told, written, plan, problem, multipliers)
    checks.append(_names(told["by_place"], tables, problem))
    checks.append(_asked_of_every_plan(sidecar.objective, multipliers.at_least, persons))
    return tuple(checks)


def _score_name(told: Mapping[str, Any], problem: Problem) -> str:
    """Return what the scores are: a file of scores does not say that they were fitted on outcomes, the result does."""
    fitted = told.get("outcomes")
    return str(fitted["score_name"]) if isinstance(fitted, dict) and "score_name" in fitted else problem.score_name


def _origin(told: Mapping[str, Any], sidecar: Sidecar, tables: Tables) -> list[Check]:
    """Compare inputs, rules and what was asked with the inputs as they lie there and with the sidecar."""
    read = {name: fingerprint(table) for name, table in tables.given.items()}
    said = told["inputs"] if isinstance(told["inputs"], dict) else {}
    asked = told["asked"] if isinstance(told["asked"], dict) else {}
    checks = []
    for name in dict.fromkeys([*read, *said]):
        each = {str(said.get(name, "none")), str(sidecar.inputs.get(name, "none"))}
        shown = " and ".join(sorted(mark[:12] for mark in each))
        checks.append(Check(f"input {name}", shown, read.get(name, "none")[:12], each == {read.get(name)}))
    weights = None if sidecar.weights is None else asdict(sidecar.weights)
    return [
        *checks,
        _text("objective", told["objective"], sidecar.objective),
        _text("objective asked", asked.get("objective"), sidecar.objective),
        _text("installed rules asked", asked.get("rules"), list(sidecar.further)),
        _text("what capacities of services count", asked.get("count", {}), dict(sidecar.counts)),
        _text("weights of matching", told["matching"], weights),
        _text("rules stated", told["rules"], json.loads(json.dumps(tables.stated))),
    ]


def _asked_of_every_plan(objective: str, at_least: int | None, persons: int) -> Check:
    """Under place-first the bound may speak only of plans with at most as many persons as are placed; else of all."""
    well = at_least is None or (objective == "place-first" and persons >= at_least)
    said = "any number" if at_least is None else f"at least {at_least}"
    return Check("persons in the plans that the bound speaks of", said, f"{persons} placed", well)


def _tables(
    told: Mapping[str, Any], written: pd.DataFrame, plan: pd.DataFrame, problem: Problem, multipliers: Multipliers
) -> list[Check]:
    """Compare the tables of plan and result, row by row, with what follows from the inputs and the multipliers."""
    households, places = problem.placed(plan)
    price = (problem.use[households] * multipliers.price[places]).sum(axis=1)
    own = plan.assign(score=problem.score[households, places], price=price)
    by_place = pd.DataFrame({"place": problem.place_names})
    for d, kind in enumerate(("", *(f"_{name}" for name in problem.dimensions[1:]))):
        room = problem.capacity[:, d]
        by_place[f"capacity{kind}"] = np.where(np.isinf(room), np.nan, room)
        by_place[f"placed{kind}"] = np.bincount(
            places, weights=problem.use[households, d], minlength=len(problem.place_names)
        )
        by_place[f"shadow_price{kind}"] = np.maximum(0.0, multipliers.price[:-1, d])
    everybody = pd.DataFrame({"household": problem.household_names, "persons": problem.persons})
    left = everybody[~np.isin(np.arange(len(everybody)), households)]
    groups = _groups(problem, households, places)
    known = groups.dropna(subset="mean_score").sort_values(["mean_score", "group"])
    listed = {name: pd.DataFrame(told[name]) for name in LISTED}
    return [
        _same("scores and prices of the plan", written, own, "household", ["place", "score", "price"]),
        _same("assignment", listed["assignment"], own, "household", ["place", "score", "price"]),
        _same("unplaced", listed["unplaced"], left, "household", ["persons"]),
        _same("persons by place", listed["by_place"], by_place, "place", list(by_place.columns[1:])),
        _same("groups", listed["by_group"], groups, "group", list(GROUP)),
        _text("group worst off", told["worst_off"], "" if known.empty else str(known["group"].iloc[0])),
        _number("households placed", told["households_placed"], len(households)),
    ]


def _names(by_place: Sequence[Mapping[str, Any]], tables: Tables, problem: Problem) -> Check:
    """Compare the names of places, as far as the table of places gives them; others are the locality's."""
    own = pd.DataFrame(named(pd.DataFrame({"place": problem.place_names}), tables), columns=["place", "name"])
    own = own[own["name"] != ""]
    told = [row for row in by_place if row.get("place") in set(own["place"])]
    return _same("names of places", pd.DataFrame(told), own, "place", ["name"])


def _groups(problem: Problem, households: np.ndarray, places: np.ndarray) -> pd.DataFrame:
    gained = np.zeros(len(problem.household_names))
    gained[households] = problem.score[households, places] * problem.weight[households]
    there = np.isin(np.arange(len(gained)), households)
    table = pd.DataFrame(
        {
            "group": problem.group,
            "households": 1,
            "persons": problem.persons,
            "placed_persons": problem.persons * there,
            "gained": gained,
            "weight": problem.weight,
        }
    )
    summed = table.groupby("group", as_index=False).sum()
    summed["mean_score"] = summed["gained"] / summed["weight"].where(summed["weight"] > 0)
    return summed


def _same(name: str, told: pd.DataFrame, found: pd.DataFrame, key: str, columns: list[str]) -> Check:
    """Compare two tables by key; an absent number equals an absent one."""
    if not {key, *columns} <= set(told.columns):
        missing = sorted({key, *columns} - set(told.columns))
        empty = not len(told) and not len(found)
        return Check(name, f"{len(told)} rows", "0 rows" if empty else "no column " + ", ".join(missing), empty)
    one, other = (table.assign(**{key: table[key].astype(str)}).set_index(key)[columns] for table in (told, found))
    if sorted(one.index) != sorted(other.index):
        strange = sorted({*one.index} ^ {*other.index})
        at = f"other at {strange[0]}" if strange else "a row stands twice"
        return Check(name, f"{len(one)} rows", f"{len(other)} rows, {at}", False)
    other = other.loc[one.index]
    differs = np.zeros(len(one), dtype=bool)
    for column in columns:
        if column in TEXTS:
            differs |= (one[column].astype(str) != other[column].astype(str)).to_numpy()
        else:
            mine, its = (np.array([_read_number(cell) for cell in table[column]]) for table in (one, other))
            differs |= ~np.isclose(mine, its, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    at = f"other at {one.index[differs][0]}" if differs.any() else f"{len(one)} rows"
    return Check(name, f"{len(one)} rows", at, not differs.any())


def _worth(problem: Problem, plan: pd.DataFrame) -> tuple[float, int]:
    households, places = problem.placed(plan)
    value = float((problem.score[households, places] * problem.weight[households]).sum())
    return value, int(problem.persons[households].sum())


def _number(name: str, told: Any, found: float) -> Check:
    said = _read_number(told)
    return Check(name, f"{said:.10g}", f"{found:.10g}", abs(said - found) <= TOLERANCE * max(1.0, abs(found)))


def _read_number(cell: Any) -> float:
    """Return a cell as a number: NaN where it is absent, infinite where it is none, so that it equals nothing."""
    if cell is None or cell is pd.NA or cell == "":
        return math.nan
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return math.inf


def _text(name: str, told: Any, found: Any) -> Check:
    shown = (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in (told, found))
    one, other = (f"{each[:77]}…" if len(each) > 78 else each for each in shown)
    return Check(name, one, other, told == found)


def _read_result(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError("cannot read the result", where=str(path), why=str(error), do="name a result.json") from error
    if not isinstance(body, dict) or not {"value", "bound", "gap"} <= set(body):
        raise DataError("this is no result of `workbench allocate`", where=str(path), do="name its result.json")
    faults = [f"no '{name}'" for name in SAID if name not in body]
    rows = {name: body[name] for name in LISTED if name in body}
    faults += [
        f"'{name}' is no list of rows"
        for name, each in rows.items()
        if not (isinstance(each, list) and all(isinstance(row, dict) for row in each))
    ]
    if faults:
        raise DataError(
            f"the result is not as it was written: {', '.join(faults)}",
            where=str(path),
            why="what is not said cannot be compared with what was recomputed",
            do="run the plan again",
        )
    return body
