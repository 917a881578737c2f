"""Which scores follow from outcomes that were counted? Tables of outcomes, types of households, expected shares.

A score may be called an outcome only where it was fitted on real outcomes; what is fitted on synthetic ones says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.errors import AssumptionError, DataError, Fault, nearest
from workbench.core.geography.places import Locality
from workbench.decisions.allocation.problem.input_tables import Floats, texts
from workbench.models.outcomes.cells import Cells
from workbench.sources import files

STAYING = "staying"
USUAL = "work"
TRUTH = "true_share"
"""Column of made-up counts: the chance they were drawn with."""


@dataclass(frozen=True, eq=False)
class OutcomeTable:
    """Counts of one outcome, and what they may be called.

    Attributes
    ----------
    table
        Columns ``place, type, n, successes`` (contract ``outcomes``), of one outcome; ``period`` where it is known.
    outcome
        What was reached.
    synthetic
        Whether a program made the counts.
    reason
        Why a locality counts staying, where it does.
    """

    table: pd.DataFrame
    outcome: str
    synthetic: bool
    reason: str = ""
    path: Path | None = None

    @property
    def score_name(self) -> str:
        """What scores fitted on these counts are called, everywhere."""
        kind = "synthetic outcomes" if self.synthetic else "outcomes"
        return f"expected share of persons who reach “{self.outcome}”, fitted on {kind}"

    def cells(self, places: Sequence[str] = ()) -> Cells:
        """Return the counts by type and place; further places may be named that never took anybody."""
        return Cells.from_table(self.table, places=places)


def read(path: Path, *, outcome: str = "", reason: str = "", locality: Locality | None = None) -> OutcomeTable:
    """Read counts (contract ``outcomes``) or one row for each person (``outcome_persons``).

    Parameters
    ----------
    outcome
        Which outcome, where the table holds several; by default work.
    reason
        Why staying is counted; without one it is refused, because it rewards places that people cannot leave.
    """
    heads = {str(name).strip().casefold() for name in files.opened(path).frame.columns}
    persons = "successes" not in heads and "reached" in heads
    table = files.read(path, "outcome_persons" if persons else "outcomes", locality=locality)
    if persons:
        table = table.assign(n=1, successes=table["reached"].astype("int64"))
    named = pd.Series(texts(table, "outcome"), index=table.index).replace("", USUAL)
    known = sorted(set(named))
    wanted = outcome or (USUAL if USUAL in known or len(known) != 1 else known[0])
    if wanted not in known:
        raise DataError(
            f"the table has no outcome '{wanted}'",
            where=str(path),
            do=f"{nearest(wanted, known)}; it has: {', '.join(known)}; choose with --outcome",
        )
    if wanted.casefold() == STAYING and not reason.strip():
        raise AssumptionError(
            "staying is not used as an outcome unless a reason is given",
            where=str(path),
            why="it rewards places that people cannot leave, which may not be what is good for them",
            do='choose another outcome, or give --because "why this locality counts staying"',
        )
    rows = table[named == wanted].reset_index(drop=True)
    if int(rows["n"].sum()) == 0:
        raise DataError("nobody was counted", where=str(path), why="there is nothing to learn from", do="add counts")
    made = bool(rows["synthetic"].fillna(False).any()) if "synthetic" in rows else False
    over = rows.index[rows["successes"] > rows["n"]]
    if len(over):
        raise DataError(
            "more persons reached the outcome than were counted",
            where=str(path),
            why="a share of persons lies between 0 and 1",
            do="correct the counts named",
            faults=[
                Fault(
                    f"{row['successes']} of {row['n']} persons at {row['place']}, type '{row['type']}'",
                    column="successes",
                )
                for row in rows.loc[over].to_dict("records")
            ],
        )
    keep = [name for name in ("place", "type", "n", "successes", "period", TRUTH) if name in rows]
    return OutcomeTable(rows[keep], wanted, made, reason.strip(), path)


def truth_of(table: OutcomeTable) -> pd.DataFrame | None:
    """Return the true shares of made-up counts (``place, type, true_share``), where they carry them."""
    if not table.synthetic or TRUTH not in table.table:
        return None
    return table.table[["place", "type", TRUTH]].assign(true_share=lambda t: pd.to_numeric(t[TRUTH], errors="coerce"))


def types_of(households: pd.DataFrame) -> list[str]:
    """Return the type of each household: as its column ``type`` says, else by who belongs to it.

    >>> types_of(pd.DataFrame({"adults": [1, 2, 1], "children": [0, 0, 3], "seniors": [0, 0, 0]}))
    ['single_adult', 'couple', 'single_parent']
    """
    said = texts(households, "type")
    people = [households[name].fillna(0).astype(int) for name in ("adults", "children", "seniors")]
    return [own or by_size(*counts) for own, counts in zip(said, zip(*people, strict=True), strict=True)]


def by_size(adults: int, children: int, seniors: int) -> str:
    """Return the type of a household by the number of its adults, children and seniors."""
    if adults == 0:
        return "senior" if seniors else "minor"
    if children:
        return "family" if adults > 1 else "single_parent"
    return "couple" if adults > 1 else "single_adult"


def type_index(households: pd.DataFrame, types: Sequence[str], where: str = "") -> np.ndarray:
    """Return the type of each household as an index into the types counted.

    Raises
    ------
    DataError
        Households of a type that was never counted, every such type once.
    """
    kinds = types_of(households)
    column = "type" if "type" in households else "adults"
    strange = {kind: kinds.index(kind) for kind in kinds if kind not in types}
    if strange:
        raise DataError(
            "some households are of a type that the outcomes do not count",
            where=where,
            why="nothing is known of how such households fare",
            do="give each household a 'type' that the table of outcomes has, or add counts of its type",
            faults=[
                Fault("no outcomes of this type", row + 2, column, kind, nearest(kind, list(types)), "households")
                for kind, row in strange.items()
            ],
        )
    place = {kind: at for at, kind in enumerate(types)}
    return np.array([place[kind] for kind in kinds], dtype=np.int64)


def places_without(cells: Cells, places: Sequence[str]) -> list[str]:
    """Return the places of which no outcome was counted."""
    counted = {name for name, n in zip(cells.places, cells.n.sum(axis=0), strict=True) if n > 0}
    return [name for name in places if name not in counted]


def score_table(share: Floats, cells: Cells, households: pd.DataFrame, places: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return scores (contract ``scores``, wide): the expected share of each household's type in each place.

    Parameters
    ----------
    share
        Index type, columns place, as ``cells`` names them.
    """
    kind = type_index(households, cells.types)
    at = {town: column for column, town in enumerate(cells.places)}
    towns = texts(places, "place")
    columns = np.array([at[town] for town in towns], dtype=np.int64)
    table = pd.DataFrame(share[np.ix_(kind, columns)], columns=towns)
    table.insert(0, "household", texts(households, "household"))
    table.attrs["score_name"] = name
    return table
