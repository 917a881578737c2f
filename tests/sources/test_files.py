from pathlib import Path

import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.sources import files

pytestmark = pytest.mark.quick
GOOD = "month,destination,persons\n2019-01,NO,190\n2019-02,NO,160\n"


def write(folder: Path, content: str | bytes, name: str = "my.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_csv_and_parquet_give_the_same_table(tmp_path: Path) -> None:
    table = files.read(write(tmp_path, "\ufeff" + GOOD), "arrivals")
    again = files.read(files.write(table, tmp_path / "my.parquet"), "arrivals")
    pd.testing.assert_frame_equal(table, again)
    pd.testing.assert_frame_equal(table, files.read(files.write(table, tmp_path / "again.csv"), "arrivals"))


def test_rows_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    path = write(tmp_path, "month,destination,persons\n2019-01,NO,190\n\n,,\n2019-02,NO,-1\n")
    with pytest.raises(DataError) as caught:
        files.read(path, "arrivals")
    assert [fault.row for fault in caught.value.faults] == [5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty or has no header"),
        ("\n\n", "empty or has no header"),
        (b"%PDF-1.7 nonsense", "not a table"),
        (b"PK\x03\x04 a spreadsheet", "not a table"),
        (b"\x00\x01\x02\x03", "not a table"),
        (b"m\x86ned", "not UTF-8"),
        ("month,destination,persons\n2019-01,NO,1,234\n", "row 2 has 4 cells"),
        ("month,destination,persons\n", "no rows"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        files.read(write(tmp_path, content), "arrivals")
    assert "my.csv" in str(caught.value) and "do:" in str(caught.value)


def test_a_missing_file_a_folder_and_a_broken_parquet_are_named(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.csv", "no such file"),
        (tmp_path, "a folder"),
        (write(tmp_path, "no parquet", "x.parquet"), "not a readable Parquet"),
    ):
        with pytest.raises(DataError, match=said):
            files.read(path, "arrivals")


def test_a_household_column_may_be_the_index_of_a_parquet_file(tmp_path: Path) -> None:
    frame = pd.DataFrame({"household": ["H1"], "adults": [1], "children": [0], "seniors": [0]})
    frame.set_index("household").to_parquet(tmp_path / "h.parquet")
    assert files.read(tmp_path / "h.parquet", "households")["household"].tolist() == ["H1"]
