"""Each fault of one's own tables is named once, where it stands; none is reported that follows from another."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from workbench.core.errors import DataError, DecisionError
from workbench.sources import localities
from workbench.studies import allocation
from workbench.studies.allocation.input.tables import Tables, read_tables

pytestmark = pytest.mark.quick

GOOD = {
    "households": "household,adults,children,seniors,needs,linked_with\nA,2,0,0,school,\nB,1,0,0,,\nC,1,0,0,,\n",
    "places": "place,capacity,services\nX,4,school\nY,2,\n",
    "scores": "household,X,Y\nA,0.2,0.5\nB,0.3,0.5\nC,0.1,0.9\n",
    "rules": "rule,household,place,limit,reason\npin,B,Y,,kin\nintake floor,,X,1,agreed\n",
}


def read(folder: Path, **changed: str) -> Tables:
    paths = {}
    for name, text in {**GOOD, **changed}.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text, encoding="utf-8")
    return read_tables(**paths)


def named(folder: Path, **changed: str) -> list[tuple[str, int | None, str | None]]:
    """The faults of tables, as file, row and column."""
    with pytest.raises((DataError, DecisionError)) as caught:
        allocation.problem_of(read(folder, **changed))
    return [(Path(fault.where).stem, fault.row, fault.column) for fault in caught.value.faults]


def test_good_tables_have_none(tmp_path: Path) -> None:
    assert allocation.problem_of(read(tmp_path)).items == 3


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        # A capacity that cannot be read, or has the wrong sign, is no reason to refuse the pin or the floor besides.
        ({"places": "place,capacity,services\nX,4,school\nY,-2,\n"}, [("places", 3, "capacity")]),
        ({"places": "place,capacity,services\nX,few,school\nY,2,\n"}, [("places", 2, "capacity")]),
        # Nor is a household whose persons cannot be read one without persons.
        (
            {"households": "household,adults,children,seniors\nA,x,0,0\nB,1,0,0\nC,-1,0,0\n"},
            [("households", 2, "adults"), ("households", 4, "adults")],
        ),
        # A service is not unknown where what places offer is misread.
        ({"places": "place,capacity,services\nX,4,the school\nY,2,\n"}, [("places", 2, "services")]),
        ({"places": "place,capacity,service\nX,4,school\nY,2,\n"}, [("places", None, "service")]),
        # A pair whose score is misread has one.
        ({"scores": "household,X,Z\nA,0.2,0.5\nB,0.3,0.5\nC,0.1,0.9\n"}, [("scores", None, "Z")]),
        ({"scores": "household,X,Y\nA,0.2,0.5\nB,0.3,half\nC,0.1,1.9\n"}, [("scores", 3, "Y"), ("scores", 4, "Y")]),
        (
            {"scores": "household,place,score\nA,X,1.2\nB,Y,0.5\nB,Y,0.5\n"},
            [("scores", 2, "score"), ("scores", 4, None)],
        ),
        # A column that is no place is one fault, whatever its cells hold.
        ({"scores": "household,name,X,Y\nA,ann,0.2,0.5\nB,bo,0.3,0.5\nC,c,0.1,0.9\n"}, [("scores", None, "name")]),
        # One fault in each of three files, and three between them.
        (
            {
                "households": "household,adults,children,seniors,linked_with\nA,2,0,0,Q\nB,1,0,0,\nB,1,0,0,\n",
                "places": "place,capacity,services\nX,4.5,school\nY,2,\n",
                "rules": "rule,household,place,limit,reason\npin,D,Y,,\n",
            },
            [
                ("households", 2, "linked_with"),
                ("households", 4, None),
                ("places", 2, "capacity"),
                ("scores", 4, "household"),
                ("rules", 2, "reason"),
                ("rules", 2, "household"),
            ],
        ),
        # A blank line is a row of the file.
        ({"rules": "rule,household,place,limit,reason\n\npin,A,Y,,kin\n"}, [("rules", 3, "place")]),
        ({"rules": "rule,household,place,limit,reason\nintake floor,,Y,3,agreed\n"}, [("rules", 2, "limit")]),
        ({"rules": "rule,household,place,limit,reason\ndispersion,,,2.5,agreed\n"}, [("rules", 2, "limit")]),
    ],
)
def test_each_fault_is_named_once_and_where_it_stands(tmp_path: Path, changed: dict[str, str], faults: object) -> None:
    assert named(tmp_path, **changed) == faults


def test_a_file_that_cannot_be_read_hides_no_fault_of_the_others(tmp_path: Path) -> None:
    found = named(tmp_path, scores="household;X;Y\n", places="place,capacity,services\nX,-4,school\nY,2,\n")
    assert found == [("places", 2, "capacity"), ("scores", None, None)]
    none = named(tmp_path, places="nothing here\n", rules="rule,household,place,reason\npin,A,X,kin\npin,Q,X,kin\n")
    assert none == [("places", None, "capacity"), ("places", None, "place"), ("rules", 3, "household")]
    rules = "rule,household,place,group,limit,reason\nban,Q,X,,,kin\nban,A,Z,,,kin\ngroup floor,,,g,0.5,fair\n"
    none = named(tmp_path, households="nothing here\n", rules=rules)
    assert none[-1] == ("rules", 3, "place") and {file for file, _, _ in none[:-1]} == {"households"}
    with pytest.raises(DataError, match="the file is empty or has no header"):
        read(tmp_path, scores="\n")


def test_rows_of_a_parquet_file_are_counted_from_one_wide_scores_among_them(tmp_path: Path) -> None:
    tables = {name: tmp_path / f"{name}.parquet" for name in ("households", "places", "scores")}
    pd.DataFrame({"household": ["A", "B"], "adults": [1, 0], "children": 0, "seniors": 0}).to_parquet(
        tables["households"]
    )
    pd.DataFrame({"place": ["X"], "capacity": [3]}).to_parquet(tables["places"])
    pd.DataFrame({"household": ["A", "B"], "X": [0.5, 0.5]}).to_parquet(tables["scores"])
    with pytest.raises(DataError) as caught:
        allocation.problem_of(read_tables(**tables))
    assert [(Path(fault.where).stem, fault.row) for fault in caught.value.faults] == [("households", 2)]
    pd.DataFrame({"household": ["A", "B"], "X": [0.5, 1.5]}).to_parquet(tables["scores"])
    with pytest.raises(DataError) as caught:
        read_tables(**tables)
    found = [(Path(fault.where).stem, fault.row, fault.column) for fault in caught.value.faults]
    assert found == [("households", 2, "adults"), ("scores", 2, "X")]


def test_columns_of_a_wide_table_are_places_of_the_locality(tmp_path: Path) -> None:
    texts = {"households": "household,adults,children,seniors\nA,1,0,0\n", "places": "place,capacity\n0301,3\n"}
    paths = {name: tmp_path / f"{name}.csv" for name in (*texts, "scores")}
    for name, text in {**texts, "scores": "household,0301,301\nA,0.5,0.5\n"}.items():
        paths[name].write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_tables(**paths, locality=localities.load("norway"))
    (fault,) = caught.value.faults
    assert fault.column == "301" and "leading zero was lost" in fault.what


def test_columns_of_ones_own_are_told(tmp_path: Path) -> None:
    places = "place,capacity,services,capacity_school,note\nX,4,school,4,nice\nY,2,,2,\n"
    assert read(tmp_path, places=places).unused == {"places": ["note"]} and not read(tmp_path).unused
