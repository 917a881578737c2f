"""A municipality's workbook: what is wrong is marked in a copy, and only what was confirmed is written."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from workbench.core.errors import DataError
from workbench.sources import localities
from workbench.store import database, dwellings
from workbench.studies.rounds import places

pytestmark = pytest.mark.quick

NORWAY = localities.load("norway")
COLUMNS = places.SHEETS["weekly_places"]


def workbook(path: Path, *rows: tuple[object, ...], above: int = 0) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "weekly_places"
    for at in range(above):
        sheet.append([f"Note {at + 1} of the municipality"])
        sheet.merge_cells(start_row=at + 1, start_column=1, end_row=at + 1, end_column=5)
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


GOOD = ("0301", 2026, 10, "all", 6, "school")


def test_the_template_is_read_back_once_filled_in(tmp_path: Path) -> None:
    path = places.write_template(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(path)
    book.worksheets[0].append(list(GOOD))
    book.save(path)
    assert places.read_places(path, NORWAY).weeks.to_dict("records")[0]["places"] == 6


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("9999", 2026, 10, "all", 6, ""), "municipality"),
        (("0301", 2026, 60, "all", 6, ""), "week"),
        (("0301", 2026, 10, "some", 6, ""), "kind"),
        (("0301", 2026, 11, "all", -1, ""), "places"),
        (("0301", 2026, 11, "all", "six", ""), "places"),
    ],
)
def test_a_bad_cell_is_marked_in_a_copy(tmp_path: Path, row: tuple[object, ...], column: str) -> None:
    path, preview = workbook(tmp_path / "p.xlsx", GOOD, row), tmp_path / "preview.xlsx"
    before = path.read_bytes()
    with pytest.raises(DataError, match=f"row 3, column '{column}'"):
        places.read_places(path, NORWAY, preview)
    sheet = openpyxl.load_workbook(preview)["weekly_places"]
    marked = [cell.coordinate for line in sheet.iter_rows() for cell in line if cell.comment]
    assert marked == [f"{'ABCDEF'[COLUMNS.index(column)]}3"] and path.read_bytes() == before


def test_notes_and_merged_cells_above_the_heading_are_left_out(tmp_path: Path) -> None:
    path = workbook(tmp_path / "p.xlsx", GOOD, above=2)
    assert places.read_places(path, NORWAY).weeks["places"].tolist() == [6]


@pytest.mark.parametrize(("span", "column"), [("A4:A5", "municipality"), ("D4:D5", "kind"), ("E4:E5", "places")])
def test_a_merged_cell_is_asked_for_and_marked(tmp_path: Path, span: str, column: str) -> None:
    path, preview = workbook(tmp_path / "p.xlsx", GOOD, ("0301", 2026, 11, "all", 4, ""), above=2), tmp_path / "m.xlsx"
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells(span)
    book.save(path)
    told = f"row 5, column '{column}': the cell is merged with {span[:2]}; write the value in each row"
    with pytest.raises(DataError, match=told) as error:
        places.read_places(path, NORWAY, preview)
    assert len(error.value.faults) == 1
    sheet = openpyxl.load_workbook(preview)["weekly_places"]
    assert [cell.coordinate for line in sheet.iter_rows(min_row=4) for cell in line if cell.comment] == [span[:2]]


def test_dwellings_are_read_from_their_sheet_and_what_is_wrong_is_marked_in_both(tmp_path: Path) -> None:
    path, preview = places.write_template(tmp_path / "t.xlsx"), tmp_path / "m.xlsx"
    book = openpyxl.load_workbook(path)
    book["dwellings"].append(["0301", "A-1", 3, "yes", "2026-03-01"])
    book["dwellings"].append(["0301", "A-2", 1, None, None])
    book.save(path)
    told = places.read_places(path, NORWAY)
    assert told.weeks is None and told.dwellings is not None
    store = database.create(str(tmp_path / "r.sqlite"))
    assert len(places.keep(store, told, who="oslo", write=True)) == 2
    assert places.keep(store, told, who="oslo", write=True) == []
    with store.reading() as c:
        first, second = dwellings.listed(c)["0301"]
    assert (first.bedrooms, first.step_free, second.step_free) == (3, True, None)
    less = places.Told(None, told.dwellings[:1])
    assert places.keep(store, less, who="oslo", write=True) == ["0301, dwelling A-2: leaves the list"]
    book["dwellings"].append(["0301", "A-3", "x", "perhaps", None])
    book["weekly_places"].append(["0301", 2026, 70, "all", 5, None])
    book.save(path)
    with pytest.raises(DataError, match="3 faults"):
        places.read_places(path, NORWAY, preview)
    marked = openpyxl.load_workbook(preview)
    cells = [
        c.coordinate for name in places.SHEETS for line in marked[name].iter_rows(min_row=2) for c in line if c.comment
    ]
    assert cells == ["C2", "C4", "D4"]
