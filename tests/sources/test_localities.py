import shutil
from pathlib import Path

import pytest

from workbench.core.errors import DataError, TableNotice
from workbench.sources import files, localities

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("name", sorted(localities.available()))
def test_every_shipped_table_keeps_its_contract_and_names_its_source(name: str) -> None:
    place = localities.load(name)
    about = (place.folder / "SOURCE.md").read_text(encoding="utf-8")
    for table in place.tables:
        frame = localities.table(place, table)
        entry = place.table(table)
        assert len(frame) > 0 and entry.source.publisher.split(" / ")[0] in about
        assert entry.path.name in about
        assert len(localities.vintage(place, table, frame).fingerprint) == 64
    shipped = {p.name for p in place.folder.glob("*.csv")}
    assert shipped == {entry.path.name for entry in place.tables.values()}


def test_the_shipped_localities_are_what_the_readme_says() -> None:
    sizes = {name: len(localities.load(name).places) for name in localities.available()}
    assert sizes == {
        "denmark": 99,
        "eu": 19,
        "example_agency": 10,
        "norway": 357,
        "sweden": 290,
        "telemark": 17,
        "uk": 1,
    }


def test_known_published_totals_stand() -> None:
    settlement = localities.table(localities.load("norway"), "settlement")
    accepted = settlement.groupby("year")["accepted"].sum()
    assert round(accepted[2021]) == 4973 and round(accepted[2022]) == 35355


def test_an_unknown_place_of_a_named_locality_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("month,destination,persons\n2019-01,UK,5\n", encoding="utf-8")
    with pytest.raises(DataError, match="not a place of locality 'eu'"):
        files.read(path, "arrivals", locality=localities.load("eu"))
    assert len(files.read(path, "arrivals")) == 1
    path.write_text("municipality,year,requested,accepted,settled\n301,2021,1,1,1\n", encoding="utf-8")
    with pytest.warns(TableNotice, match="without their leading zero.*'301' as 0301"):
        table = files.read(path, "settlement", locality=localities.load("norway"))
    assert table["municipality"].tolist() == ["0301"]
    path.write_text("municipality,year,requested,accepted,settled\n1201,2021,1,1,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="none of its 357 places has this code today"):
        files.read(path, "settlement", locality=localities.load("norway"))
    path.write_text("municipality,year,requested,accepted,settled\nOsloo,2021,1,1,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="did you mean 0301 Oslo"):
        files.read(path, "settlement", locality=localities.load("norway"))


def test_places_of_the_same_name_are_told_apart_by_their_county() -> None:
    names = localities.load("norway").names()
    assert names["1818"] == "Herøy (Nordland)" and names["3419"] == "Våler (Innlandet)" and names["0301"] == "Oslo"
    assert len(set(names.values())) == len(names)


def test_nothing_is_guessed_from_the_digits_of_a_code_of_another_year() -> None:
    norway = localities.load("norway")
    for code in ("0219", "3024", "0104"):
        assert norway.hint(code) == "none of its 357 places has this code today"
    assert norway.hint("301").startswith("did you mean 0301 Oslo?")


def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(localities.available()["sweden"], tmp_path / "town"))


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda f: (f / "SOURCE.md").unlink(), "no SOURCE.md"),
        (lambda f: (f / "locality.toml").unlink(), "no locality.toml"),
        (lambda f: (f / "case_flow.csv").unlink(), "table 'case_flow' is missing"),
        (lambda f: replace(f, 'licence = "CC0"\n', ""), "no source with publisher"),
        (lambda f: replace(f, 'source = "scb"\n', ""), "no source with publisher"),
        (lambda f: replace(f, 'table = "municipalities"', 'table = "towns"'), "not among the tables"),
        (lambda f: replace(f, 'level = "municipality"\n', ""), "names no 'level'"),
        (lambda f: replace(f, "id =", "id"), "cannot read the locality"),
    ],
)
def test_a_locality_without_what_it_needs_is_refused(tmp_path: Path, break_it: object, said: str) -> None:
    folder = copy(tmp_path)
    assert len(localities.load(folder).places) == 290
    localities._load.cache_clear()
    break_it(folder)  # type: ignore[operator]
    with pytest.raises(DataError, match=said):
        localities.load(folder)


def replace(folder: Path, old: str, new: str) -> None:
    path = folder / "locality.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_unknown_locality_is_refused_with_the_nearest() -> None:
    with pytest.raises(DataError, match="did you mean 'norway'"):
        localities.load("norwy")
