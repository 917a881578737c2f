"""A locality checked completely: good ones pass, each damage is named, all at once; examples come out as stated."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.core.errors import DataError, PluginError
from workbench.sources import localities, template
from workbench.studies.localities import checks as locality
from workbench.studies.localities import examples, indicators
from workbench.testing import check_locality

pytestmark = pytest.mark.quick
TOWN = Path(__file__).parents[2] / "plugins" / "eksempelby" / "eksempelby" / "locality"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The invented town's folder, with the example that needs no package of it installed."""
    folder = Path(shutil.copytree(TOWN, tmp_path / "town"))
    path = folder / "examples.toml"
    path.write_text("[[allocation]]".join(path.read_text(encoding="utf-8").split("[[allocation]]")[:2]), "utf-8")
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("name", sorted(localities.available()))
def test_our_own_localities_pass(name: str) -> None:
    check_locality(name)


def test_what_was_checked_is_counted(town: Path) -> None:
    report = locality.check(town)
    assert (report.places, report.tables, report.parameters, report.examples) == (4, 2, 4, 1) and not report.faults
    assert locality.check("norway").examples == 2


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("locality.toml", 'level = "district"', 'level = ""', "names no 'level'"),
        ("locality.toml", 'licence = "CC0"\n', "", "no source with publisher"),
        ("locality.toml", "[tables.settlement]", "[tables.settlements]", "settlements"),
        ("districts.csv", "N,Nordhavn", "N N,Nordhavn", "column 'municipality'"),
        ("settlement.csv", "N,2024,30", "Q,2024,30", "not a place of locality 'eksempelby'"),
        ("settlement.csv", "N,2024,30", "N,2024,-3", "negative value"),
        ("SOURCE.md", "settlement.csv", "other.csv", "SOURCE.md does not say whose figures settlement.csv holds"),
        ("parameters.toml", "from = 2020-01-01", "since = 2020-01-01", "has no 'from'"),
        ("parameters.toml", 'unit = "km"', 'unit = ""', "no unit"),
        ("examples.toml", 'A = "N"', 'A = "S"', "household A is placed in N Nordhavn, expected in S Sørli"),
        ("examples.toml", 'A = "N", ', "", "says nothing of household A"),
        ("examples.toml", 'expected = { A = "N"', 'expected = { Z = "N"', "expects household Z"),
        ("examples.toml", "because =", "why =", "'because' is missing"),
        ("examples.toml", "[[allocation]]", "[[alocation]]", "unknown kind of example 'alocation'"),
        ("examples.toml", "capacity = 5 }", "capacity = -5 }", "negative value"),
        ("examples.toml", '{ place = "N"', '{ place = "Q"', "not a place of locality"),
        ("examples.toml", "as_of = 2026-01-01", "as_of = 1999-01-01", "has no value on 1999-01-01"),
        ("examples.toml", "as_of = ", "as_of == ", "cannot read the examples"),
    ],
)
def test_each_damage_is_named(town: Path, name: str, old: str, new: str, said: str) -> None:
    change(town, name, old, new)
    with pytest.raises(PluginError) as error:
        check_locality(town)
    assert said in error.value.message()


def test_every_fault_is_named_at_once(town: Path) -> None:
    change(town, "settlement.csv", "N,2024,30", "N,2024,-3")
    change(town, "parameters.toml", 'unit = "km"', 'unit = ""')
    change(town, "examples.toml", "because =", "why =")
    (town / "stray.csv").write_text("a\n1\n")
    said = "\n".join(locality.check(town).faults)
    for words in ("negative value", "no unit", "'because' is missing", "stray.csv lies in the folder"):
        assert words in said
    (town / "SOURCE.md").unlink()
    change(town, "locality.toml", 'name = "Eksempelby (invented)"\n', "")
    said = "\n".join(locality.check(town).faults)
    assert "no SOURCE.md" in said and "names no 'name'" in said
    with pytest.raises(DataError, match="2 faults"):
        localities.load(town)


def test_a_new_locality_passes_once_its_marks_are_filled_in(tmp_path: Path) -> None:
    folder = template.start(tmp_path / "new-haven")
    marked = locality.check(folder).faults
    assert len(marked) > 5 and all("still to be filled in" in fault for fault in marked)
    assert set(template.FILES) == {path.name for path in folder.iterdir()}
    for path in folder.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace(template.MARK, "ours"), encoding="utf-8")
    report = locality.check(folder)
    assert report.faults == () and report.examples == 1
    assert localities.load(folder).id == "new-haven"


def test_a_new_locality_never_goes_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(DataError, match="something already"):
        template.start(tmp_path / "there")
    with pytest.raises(DataError, match="cannot be a locality's identifier"):
        template.start(tmp_path / "Æ ø")
    assert [path.name for path in tmp_path.iterdir()] == ["there"] and not list((tmp_path / "there").iterdir())


def test_no_examples_are_no_fault_and_an_unknown_locality_is(tmp_path: Path) -> None:
    assert examples.read(tmp_path) == ()
    with pytest.raises(DataError, match="did you mean 'norway'"):
        locality.check("norwy")
    assert "holds no locality.toml" in locality.check(tmp_path).faults[0]


def test_our_indicator_says_what_the_table_says(town: Path) -> None:
    (found,) = indicators.measure(localities.load(town))
    # 2025 may be a part year: 2024 is shown, 22 + 12 + 17 + 5 of 24 + 12 + 20 + 8.
    assert found.measurement.estimate == 56 / 64 and "2024" in found.measurement.sentence
    assert found.plugin.own and found.sources[0].publisher == "Eksempelby town hall (invented)"
    assert indicators.measure(localities.load("eu")) == ()


def test_an_indicator_that_a_table_does_not_allow_is_not_shown(town: Path) -> None:
    (town / "settlement.csv").write_text("municipality,year,requested,accepted,settled\nN,2024,1,,1\n")
    assert indicators.measure(localities.load(town)) == ()
