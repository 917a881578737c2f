from pathlib import Path

import pytest

from workbench.core.errors import DataError
from workbench.core.files import replacing, write_text

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_an_earlier_good_file_survives_a_failed_write(tmp_path: Path, stop: type[BaseException]) -> None:
    target = write_text(tmp_path / "plan.csv", "good")
    with pytest.raises(stop), replacing(target) as partial:
        partial.write_text("half")
        raise stop
    assert target.read_text() == "good" and list(tmp_path.iterdir()) == [target]


def test_folders_are_replaced_whole(tmp_path: Path) -> None:
    for text in ("old", "new"):
        with replacing(tmp_path / "run") as partial:
            partial.mkdir()
            (partial / text).write_text(text)
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["new"] and len(list(tmp_path.iterdir())) == 1


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot write here"):
        write_text(tmp_path / "file" / "inner.csv", "x")
