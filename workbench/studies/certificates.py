"""Does a saved plan keep its rules, and does its certificate hold? Recomputed from the files alone, in float64.

Beside the result lies a sidecar (``.npz``) with the multipliers that prove the bound, and with path and fingerprint of
every input. Verifying reads the inputs anew and uses none of the search's code.
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from workbench.core.errors import DataError
from workbench.core.provenance import fingerprint
from workbench.decisions.allocation import MatchingWeights, Plan, Problem, further_rules, standard_rules, stated_rules
from workbench.decisions.allocation.certificate import Branches, Multipliers, certified_bound, persons_bound
from workbench.sources import files
from workbench.studies.allocation import problem_of
from workbench.studies.allocation_tables import Tables, read_tables

TOLERANCE = 1e-9
GROUP = ("households", "persons", "placed_persons", "mean_score")


@dataclass(frozen=True)
class Check:
    """One thing looked at: what the result says, what was recomputed, whether they agree."""

    name: str
    told: str
    found: str
    well: bool


def write_sidecar(
    plan: Plan,
    target: Path,
    *,
    result: Path,
    paths: Mapping[str, Path | None],
    tables: Tables,
    weights: MatchingWeights,
    further: Sequence[str],
    out: Path,
) -> None:
    """Write the multipliers of a plan with what is needed to verify it; paths are kept relative to the result."""
    if plan.outcome is None:
        raise DataError("this plan carries no multipliers", do="verify the files that its own run has written")
    home = result.absolute().parent
    meta = {
        "objective": plan.objective,
        "further": list(further),
        "paths": {name: _relative(path, home) for name, path in paths.items() if path is not None},
        "inputs": {name: fingerprint(table) for name, table in tables.given.items()},
        "weights": asdict(weights) if tables.scores is None else None,
        "plan": _relative(out, home),
    }
    arrays: dict[str, Any] = {"meta": np.array(json.dumps(meta))}
    for head, each in (("score", plan.outcome.multipliers), ("persons", plan.outcome.persons)):
        if each is None:
            continue
        arrays |= {f"{head}.{name}": array for name, array in _arrays(each).items()}
    with target.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def verify(result: Path) -> tuple[Check, ...]:
    """Return what was checked of a result: inputs, rules, value, persons, bound, gap."""
    told = _read_json(result)
    home = result.absolute().parent
    sidecar = home / str(told.get("certificate", ""))
    if not told.get("certificate") or not sidecar.exists():
        raise DataError("the result names no certificate that is there", where=str(result), do="run the plan again")
    stored = _read_sidecar(sidecar)
    meta = json.loads(str(stored.pop("meta")))
    paths = {name: home / path for name, path in meta["paths"].items()}
    tables = read_tables(**paths)
    read = {name: fingerprint(table) for name, table in tables.given.items()}
    checks = [
        Check(f"input {name}", told_[:12], read.get(name, "")[:12], told_ == read.get(name))
        for name, told_ in meta["inputs"].items()
    ]
    weights = None if meta["weights"] is None else MatchingWeights(**meta["weights"])
    problem = problem_of(tables, weights)
    rules = (*standard_rules(problem), *stated_rules(problem), *further_rules(meta["further"])[0])
    written = files.read_raw(home / meta["plan"])
    plan = pd.DataFrame({name: written[name].astype(str) for name in ("household", "place")})
    for rule in rules:
        distance = rule.distance(problem, plan)
        found = "kept" if distance <= 1e-6 else f"missed by {distance:g}"
        checks.append(Check(f"rule {rule.title}", "kept", found, found == "kept"))
    value, persons = _worth(problem, plan)
    multipliers = _multipliers(stored, "score")
    proof = _multipliers(stored, "persons") if "persons.price" in stored else None
    titles = {title for each in (multipliers, proof) if each is not None for title in _titles(each)}
    priced = [rule for rule in rules if rule.title in titles]
    rows = {rule.title: rule.rows(problem, problem.columns) for rule in priced}
    bound = certified_bound(problem, multipliers, rows)
    checks += [
        _number("value", told["value"], value),
        _number("bound", told["bound"], bound),
        _number("gap", told["gap"], (bound - value) / max(1.0, abs(bound))),
        _number("persons placed", told["persons_placed"], persons),
        _number("persons placed, bound", told["persons_placed_bound"], persons_bound(problem, proof, rows)),
        Check("value within bound", "yes", "yes" if value <= bound else "no", value <= bound),
    ]
    checks += _tables(told, written, plan, problem, multipliers)
    if meta["objective"] == "place-first" and multipliers.at_least is not None:
        enough = persons >= multipliers.at_least
        checks.append(Check("persons asked of every plan", str(multipliers.at_least), str(persons), enough))
    return tuple(checks)


def _read_sidecar(path: Path) -> dict[str, Any]:
    try:
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise DataError(
            "cannot read the certificate", where=str(path), why=str(error), do="run the plan again"
        ) from error


def _tables(
    told: Mapping[str, Any], written: pd.DataFrame, plan: pd.DataFrame, problem: Problem, multipliers: Multipliers
) -> list[Check]:
    """Compare the tables of plan and result, row by row, with what follows from the inputs and the multipliers.

    Only what explains is left: runners-up, shadow prices, reasons and the sentence on how the search ended.
    """
    households, places = problem.placed(plan)
    price = (problem.use[households] * multipliers.price[places]).sum(axis=1)
    own = plan.assign(score=problem.score[households, places], price=price)
    load = np.bincount(places, weights=problem.persons[households], minlength=len(problem.place_names))
    return [
        _same("scores and prices of the plan", written, own, "household", ["place", "score", "price"]),
        _same("assignment", pd.DataFrame(told["assignment"]), own, "household", ["place", "score", "price"]),
        _same(
            "persons by place",
            pd.DataFrame(told["by_place"]),
            pd.DataFrame({"place": problem.place_names, "capacity": problem.capacity[:, 0], "placed": load}),
            "place",
            ["capacity", "placed"],
        ),
        _same("groups", pd.DataFrame(told["by_group"]), _groups(problem, households, places), "group", list(GROUP)),
        _number("households placed", told["households_placed"], len(households)),
        _number("households unplaced", len(told["unplaced"]), len(problem.household_names) - len(households)),
    ]


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
        return Check(name, "", "no column " + ", ".join(missing), not len(told) and not len(found))
    one, other = (table.assign(**{key: table[key].astype(str)}).set_index(key)[columns] for table in (told, found))
    if sorted(one.index) != sorted(other.index):
        return Check(name, f"{len(one)} rows", f"other rows, {len(other)}", False)
    other = other.loc[one.index]
    differs = np.zeros(len(one), dtype=bool)
    for column in columns:
        if column == "place":
            differs |= (one[column].astype(str) != other[column].astype(str)).to_numpy()
        else:
            mine, its = (pd.to_numeric(table[column], errors="coerce").to_numpy(float) for table in (one, other))
            differs |= ~np.isclose(mine, its, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    at = f"other at {one.index[differs][0]}" if differs.any() else f"{len(one)} rows"
    return Check(name, f"{len(one)} rows", at, not differs.any())


def _worth(problem: Problem, plan: pd.DataFrame) -> tuple[float, int]:
    households, places = problem.placed(plan)
    value = float((problem.score[households, places] * problem.weight[households]).sum())
    return value, int(problem.persons[households].sum())


def _arrays(multipliers: Multipliers) -> dict[str, Any]:
    """Return multipliers as arrays by name; those of the cases of a proof are stacked."""
    least = -1 if multipliers.at_least is None else multipliers.at_least
    arrays = {"at_least": np.array(least), **_stacked([multipliers])}
    if (branches := multipliers.branches) is not None:
        arrays |= {"branches.item": branches.item, "branches.place": branches.place}
        arrays |= {f"branches.{name}": array for name, array in _stacked(branches.leaves).items()}
    return arrays


def _stacked(several: Sequence[Multipliers]) -> dict[str, Any]:
    """Return multipliers as arrays, index first the one of them; a rule without prices has those of nought."""
    size = {title: len(y) for each in several for title, y in each.rows.items()}
    arrays = {name: np.stack([getattr(each, name) for each in several]) for name in ("price", "twice", "whole")}
    rows = {title: np.stack([each.rows.get(title, np.zeros(n)) for each in several]) for title, n in size.items()}
    return arrays | {f"rows.{title}": y for title, y in rows.items()}


def _multipliers(stored: Mapping[str, Any], head: str) -> Multipliers:
    least = int(stored[f"{head}.at_least"])
    (whole,) = _unstacked(stored, f"{head}.")
    whole = replace(whole, at_least=None if least < 0 else least)
    if f"{head}.branches.item" not in stored:
        return whole
    inner = f"{head}.branches."
    return replace(
        whole, branches=Branches(stored[f"{inner}item"], stored[f"{inner}place"], tuple(_unstacked(stored, inner)))
    )


def _unstacked(stored: Mapping[str, Any], head: str) -> list[Multipliers]:
    rows = {name.removeprefix(f"{head}rows."): y for name, y in stored.items() if name.startswith(f"{head}rows.")}
    arrays = zip(*(stored[f"{head}{name}"] for name in ("price", "twice", "whole")), strict=True)
    return [
        Multipliers(price, twice, whole, rows={title: y[k] for title, y in rows.items()})
        for k, (price, twice, whole) in enumerate(arrays)
    ]


def _titles(multipliers: Multipliers) -> set[str]:
    leaves = () if multipliers.branches is None else multipliers.branches.leaves
    return {title for each in (multipliers, *leaves) for title in each.rows}


def _number(name: str, told: float, found: float) -> Check:
    return Check(name, f"{told:.10g}", f"{found:.10g}", abs(told - found) <= TOLERANCE * max(1.0, abs(told)))


def _relative(path: Path, home: Path) -> str:
    return os.path.relpath(path.absolute(), home)  # Path.relative_to climbs only from Python 3.12 on


def _read_json(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError("cannot read the result", where=str(path), why=str(error), do="name a result.json") from error
    if not isinstance(body, dict) or not {"value", "bound", "gap"} <= set(body):
        raise DataError("this is no result of `workbench allocate`", where=str(path), do="name its result.json")
    return body
