from pathlib import Path

import pytest

from workbench.core.errors import DataError
from workbench.sources import files

pytestmark = pytest.mark.quick


def test_a_folder_for_results_need_not_exist_and_is_not_made(tmp_path: Path) -> None:
    asked = tmp_path / "new" / "deeper"
    assert files.folder(asked) == asked and not (tmp_path / "new").exists()
    assert files.folder(tmp_path) == tmp_path


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    for asked in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(DataError, match="cannot write results") as caught:
            files.folder(asked)
        assert "taken is a file" in caught.value.why
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


def test_a_spreadsheet_is_named_as_one(tmp_path: Path) -> None:
    (tmp_path / "mine.xlsx").write_text("month,destination,persons\n", encoding="utf-8")
    with pytest.raises(DataError, match="not a readable workbook"):
        files.read_raw(tmp_path / "mine.xlsx")
