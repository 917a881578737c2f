import os
from pathlib import Path

import pytest

from workbench.core.errors import DataError
from workbench.core.storage.outputs import guard

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("way", ["itself", "dots", "symlink", "hard link", "linked folder"])
def test_no_result_takes_the_place_of_an_input_even_when_overwriting(tmp_path: Path, way: str) -> None:
    source = tmp_path / "h.csv"
    source.write_text("household")
    (tmp_path / "inner").mkdir()
    out = {"itself": source, "dots": tmp_path / "inner" / ".." / "h.csv"}.get(way, tmp_path / "out.csv")
    if way == "symlink":
        out.symlink_to(source)
    elif way == "hard link":
        os.link(source, out)
    elif way == "linked folder":
        (tmp_path / "again").symlink_to(tmp_path)
        out = tmp_path / "again" / "h.csv"
    with pytest.raises(DataError, match="one of the inputs"):
        guard([out], reads=[None, source], overwrite=True)


def test_an_earlier_result_is_replaced_only_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "plan.csv"
    guard([out])
    out.write_text("earlier")
    with pytest.raises(DataError, match="--overwrite"):
        guard([out])
    guard([out], overwrite=True)
    guard([out], mine=[out])


def test_two_results_of_one_name_a_folder_and_the_files_of_a_saved_run_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="two results"):
        guard([tmp_path / "a.json", tmp_path / "A.json"])
    with pytest.raises(DataError, match="this is a folder"):
        guard([tmp_path], overwrite=True)
    for name in ("record.json", "draws.nc"):
        (tmp_path / name).write_text("x")
    with pytest.raises(DataError, match="saved run"):
        guard([tmp_path / "draws.nc"], overwrite=True)
    assert list(tmp_path.glob(".*")) == []
