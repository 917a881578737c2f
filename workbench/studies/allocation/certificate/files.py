"""What proves a plan, as a file beside its result? Multipliers, and where and in which state every input lies.

Whatever a sidecar lacks, or holds that no search writes, is refused in words before anything is computed from it.
"""

from __future__ import annotations

import json
import os.path
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile

from workbench.core.errors import DataError
from workbench.core.runs.provenance import fingerprint
from workbench.decisions.allocation import MatchingWeights, Plan, Problem
from workbench.decisions.allocation.proof.lagrangian_bound import Branches, Multipliers
from workbench.decisions.allocation.rules.standard import Rows
from workbench.studies.allocation.input.faults import TABLES
from workbench.studies.allocation.input.tables import Tables

LARGEST = 1e15
"""No search writes a larger multiplier; larger ones could overflow."""
STORED: Mapping[str, type] = {"objective": str, "further": list, "paths": dict, "inputs": dict, "plan": str}


@dataclass(frozen=True, eq=False)
class Sidecar:
    """What a sidecar says: its arrays by name, and from what the plan was made.

    Attributes
    ----------
    further
        Names of the installed rules that the plan keeps as well.
    counts
        What a service's own capacity counts, where that was stated.
    paths, plan
        Inputs and plan, relative to the result.
    inputs
        Fingerprints of the inputs by name.
    """

    path: Path
    arrays: Mapping[str, Any]
    objective: str
    further: tuple[str, ...]
    counts: Mapping[str, str]
    paths: Mapping[str, str]
    inputs: Mapping[str, str]
    weights: MatchingWeights | None
    plan: str

    def titles(self) -> set[str]:
        """Return the titles of the rules that have prices."""
        return {name.split("rows.", 1)[1] for name in self.arrays if "rows." in name}

    def multipliers(self, head: str, problem: Problem, rows: Mapping[str, Rows]) -> Multipliers | None:
        """Return the multipliers stored as ``score`` or ``persons``, fit for this problem; None where there are none.

        Raises
        ------
        DataError
            Some are lacking, no numbers, infinite, of another shape than the problem, or about a rule it does not have.
        """
        if not any(name.startswith(f"{head}.") for name in self.arrays):
            return None
        least = self._array(f"{head}.at_least", (), whole=True)
        (top,) = self._several(f"{head}.", problem, rows, count=1)
        top = replace(top, at_least=None if least < 0 else int(least))
        inner = f"{head}.branches."
        if not any(name.startswith(inner) for name in self.arrays):
            return top
        item = self._array(f"{inner}item", (None,), whole=True)
        place = self._array(f"{inner}place", item.shape, whole=True)
        return replace(top, branches=Branches(item, place, tuple(self._several(inner, problem, rows))))

    def _several(
        self, head: str, problem: Problem, rows: Mapping[str, Rows], count: int | None = None
    ) -> list[Multipliers]:
        places, dimensions = problem.capacity.shape
        price = self._array(f"{head}price", (count, places + 1, dimensions))
        item_price = self._array(f"{head}twice", (len(price), problem.items))
        whole = self._array(f"{head}whole", price.shape, whole=True)
        start = f"{head}rows."
        named = [name.removeprefix(start) for name in self.arrays if name.startswith(start)]
        if strange := sorted(set(named) - set(rows)):
            raise self._refused(f"it prices '{strange[0]}', which is no rule of this plan")
        prices = {title: self._array(f"{start}{title}", (len(price), len(rows[title]))) for title in named}
        return [
            Multipliers(price[k], item_price[k], whole[k], rows={title: y[k] for title, y in prices.items()})
            for k in range(len(price))
        ]

    def _array(self, name: str, shape: tuple[int | None, ...], *, whole: bool = False) -> Any:
        """Return a stored array of this shape (None: any length), of usual numbers only."""
        if name not in self.arrays:
            raise self._refused(f"it has no '{name}'")
        array = self.arrays[name]
        if not np.issubdtype(array.dtype, np.integer if whole else np.number):
            raise self._refused(f"'{name}' holds no {'whole ' if whole else ''}numbers")
        fits = array.ndim == len(shape) and all(n in (None, m) for n, m in zip(shape, array.shape, strict=True))
        if not fits:
            asked = " × ".join("any" if n is None else str(n) for n in shape) or "one number"
            raise self._refused(f"'{name}' has the shape {array.shape}, where tables and rules ask for {asked}")
        if not (np.isfinite(array) & (np.abs(array) < LARGEST)).all():
            raise self._refused(f"'{name}' holds a number that is none, infinite or beyond {LARGEST:g}")
        return array

    def _refused(self, what: str) -> DataError:
        return _refused(self.path, what)


def write_sidecar(
    plan: Plan,
    target: Path,
    *,
    result: Path,
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
        "counts": dict(tables.counts),
        "paths": {name: _relative(path, home) for name, path in tables.paths.items()},
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


def read_sidecar(path: Path) -> Sidecar:
    """Read a sidecar; one that is cut off, or lacks what :func:`write_sidecar` writes, is refused."""
    try:
        with np.load(path) as stored:
            if not isinstance(stored, NpzFile):
                raise _refused(path, "it is a single array")
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, TypeError, AttributeError, BadZipFile, zlib.error) as error:
        raise _refused(path, str(error)) from error
    if "meta" not in arrays:
        raise _refused(path, "it has no 'meta', which names the inputs")
    try:
        meta = json.loads(str(arrays.pop("meta")))
        for name, kind in STORED.items():
            if not isinstance(meta[name], kind):
                raise TypeError(f"'{name}' of its 'meta' is no {kind.__name__}")
        weights = None if meta["weights"] is None else MatchingWeights(**meta["weights"])
        counts = dict(meta.get("counts", {}))
        paths, inputs = ({name: str(each) for name, each in meta[part].items()} for part in ("paths", "inputs"))
    except KeyError as error:
        raise _refused(path, f"its 'meta' has no {error}") from error
    except (TypeError, ValueError) as error:
        raise _refused(path, f"its 'meta' cannot be read: {error}") from error
    named = set(meta["paths"])
    if not {"households", "places"} <= named <= set(TABLES) or named != set(meta["inputs"]):
        raise _refused(path, "it names other tables than a plan is made from")
    further = tuple(str(name) for name in meta["further"])
    return Sidecar(path, arrays, meta["objective"], further, counts, paths, inputs, weights, meta["plan"])


def _refused(path: Path, what: str) -> DataError:
    return DataError(
        f"cannot read the certificate: {what}",
        where=str(path),
        why="without its multipliers and inputs as they were written no bound is proven",
        do="run the plan again",
    )


def _relative(path: Path, home: Path) -> str:
    return os.path.relpath(path.absolute(), home)  # Path.relative_to climbs only from Python 3.12 on


def _arrays(multipliers: Multipliers) -> dict[str, Any]:
    """Return multipliers as arrays by name; those of the cases of a proof are stacked."""
    least = -1 if multipliers.at_least is None else multipliers.at_least
    arrays = {"at_least": np.array(least), **_stacked([multipliers])}
    if (branches := multipliers.branches) is not None:
        arrays |= {"branches.item": branches.item, "branches.place": branches.place}
        arrays |= {f"branches.{name}": array for name, array in _stacked(branches.leaves).items()}
    return arrays


def _stacked(several: Sequence[Multipliers]) -> dict[str, Any]:
    """Return multipliers as arrays, index first the one of them; a rule without prices has zeros."""
    size = {title: len(y) for each in several for title, y in each.rows.items()}
    # The file keeps the name that earlier certificates have for it.
    names = {"price": "price", "twice": "item_price", "whole": "whole"}
    arrays = {key: np.stack([getattr(each, name) for each in several]) for key, name in names.items()}
    rows = {title: np.stack([each.rows.get(title, np.zeros(n)) for each in several]) for title, n in size.items()}
    return arrays | {f"rows.{title}": y for title, y in rows.items()}
