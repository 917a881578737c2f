"""Is each publisher's file read as the same figures as our own table, cell by cell, and what is ambiguous asked?"""

import gzip
import warnings
from pathlib import Path

import pandas as pd
import pytest

from tests.sources import publishers_files as made
from tests.sources.publishers_cases import READ, REFUSED
from workbench.core.contracts.checking import contract
from workbench.core.errors import DataError, TableNotice
from workbench.sources import files
from workbench.sources.publishers.times import kind, period, split

pytestmark = pytest.mark.quick


def read(path: Path, of: str, **more: object) -> tuple[pd.DataFrame, str]:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        table = files.read(path, of, **more)
    return table, "\n".join(str(each.message) for each in said)


def differences(found: pd.DataFrame, wanted: pd.DataFrame, of: str) -> list[str]:
    """Return the columns in which a table, its rows in any order, differs from the wanted one; "rows" if in number."""
    keys = [name for name in contract(of).key if name in wanted]
    if absent := [str(name) for name in wanted if name not in found]:
        return absent
    if len(found) != len(wanted):
        return ["rows"]
    one, other = (each.sort_values(keys, ignore_index=True) for each in (found, wanted))

    def cells(table: pd.DataFrame, name: str) -> list[object]:
        return [None if pd.isna(value) else value for value in table[name].tolist()]

    return [str(name) for name in wanted if cells(one, name) != cells(other, name)]


@pytest.mark.parametrize("name", list(made.FORMS))
def test_a_publishers_file_gives_the_same_figures(tmp_path: Path, name: str) -> None:
    _, of, _, wanted = made.FORMS[name]
    table, said = read(made.put(tmp_path, name), of)
    assert "recognised as" in said
    assert differences(table, wanted(), of) == []


def test_a_packed_file_and_a_workbook_say_the_same(tmp_path: Path) -> None:
    packed = tmp_path / "t.tsv.gz"
    packed.write_bytes(gzip.compress(made.tsv().encode()))
    assert differences(read(packed, "arrivals")[0], made.arrivals(), "arrivals") == []
    rows = [line.split(",") for line in made.frontex().splitlines()]
    book = tmp_path / "t.xlsx"
    sheets = {
        "About": pd.DataFrame([["Monthly detections", ""], ["Frontex", ""]]),
        "Detections of IBC": pd.DataFrame(rows),
    }
    with pd.ExcelWriter(book) as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, header=False, index=False)
    with pytest.raises(DataError, match="which sheet"):
        files.read(book, "detections")
    for path, more in ((book, {"sheet": "Detections of IBC"}), (Path(f"{book}#Detections of IBC"), {})):
        assert differences(read(path, "detections", **more)[0], made.detections(), "detections") == []
    with pd.ExcelWriter(book) as writer:
        pd.DataFrame([["x", "y"], ["made", "up"], *rows]).to_excel(writer, sheet_name="T", header=False, index=False)
    assert differences(read(Path(f"{book}#header=3"), "detections")[0], made.detections(), "detections") == []
    with pd.ExcelWriter(book) as writer:
        table = made.arrivals().rename(columns=str)
        table.to_excel(writer, sheet_name="T", startrow=4, index=False)
        writer.sheets["T"].write(0, 0, "Our own table")
    assert differences(read(book, "arrivals")[0], made.arrivals(), "arrivals") == []


def test_a_total_beside_its_parts_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(made.sdmx(origins=True))
    with pytest.raises(DataError, match=r"citizen.* beside 3 others") as caught:
        files.read(path, "arrivals")
    assert "--choose citizen=TOTAL" in caught.value.do and "citizen=each" in caught.value.do
    assert differences(read(path, "arrivals", choose={"citizen": "TOTAL"})[0], made.arrivals(), "arrivals") == []
    assert differences(read(Path(f"{path}#citizen=TOTAL"), "arrivals")[0], made.arrivals(), "arrivals") == []
    assert differences(read(path, "arrivals", choose={"citizen": "each"})[0], made.corridors(), "arrivals") == []
    syria = made.corridors().query("origin == 'SYR'")
    assert differences(read(path, "arrivals", choose={"citizen": "SY"})[0], syria, "arrivals") == []
    for wrong, said in (({"citizen": "XX"}, "no value 'XX'"), ({"colour": "T"}, "nothing is called 'colour'")):
        with pytest.raises(DataError, match=said):
            files.read(path, "arrivals", choose={"citizen": "TOTAL", **wrong})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",T,", ",M,", "sex=M"),
        (",T,", ",{MF},", "'sex' has 2 values"),
        ("FRST", "OTHER", "applicant=ASY_APP is read"),
        ("2016-03", "2016-Q1", "figures by quarter"),
        ("2016-03", "2016 third", "no period"),
        (",p,", ",q,", "flag 'q'"),
    ],
)
def test_what_is_changed_in_a_file_is_said_or_asked(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = made.sdmx()
    if "{MF}" in new:
        lines = text.splitlines()
        text = (
            "\n".join([lines[0], *(line.replace(",T,", f",{'MF'[at % 2]},") for at, line in enumerate(lines[1:]))])
            + "\n"
        )
    else:
        text = text.replace(old, new)
    (tmp_path / "t.csv").write_text(text)
    try:
        _, told = read(tmp_path / "t.csv", "arrivals")
    except DataError as error:
        told = error.message()
    assert said in told


def test_first_time_applicants_alone_are_not_taken_for_all(tmp_path: Path) -> None:
    head, *rows = made.sdmx().splitlines()
    (tmp_path / "t.csv").write_text("\n".join([head, *(row for row in rows if "FRST" in row)]) + "\n")
    with pytest.raises(DataError, match="only applicant=FRST"):
        files.read(tmp_path / "t.csv", "arrivals")
    table, said = read(tmp_path / "t.csv", "arrivals", choose={"applicant": "FRST"})
    wanted = made.arrivals()[["month", "destination", "first_time"]].rename(columns={"first_time": "persons"})
    assert differences(table, wanted, "arrivals") == []
    assert "applicant=FRST, as chosen" in said


def test_a_mark_with_two_meanings_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(made.unhcr().replace('"*"', '"-"'))
    with pytest.raises(DataError, match="'-' stands in 3 cell"):
        files.read(path, "arrivals")
    table, _ = read(path, "arrivals", choose={"-": "0"})
    assert table.loc[table["month"].eq("2016-05") & table["destination"].eq("NO"), "persons"].tolist() == [0, 0, 0]
    assert differences(read(path, "arrivals", choose={"-": "missing"})[0], made.corridors(), "arrivals") == []


def test_sums_and_part_years_are_left_out_and_said(tmp_path: Path) -> None:
    text = made.pxweb().replace('"Bosatte 2021"', '"Bosatte 2021","Bosatte 2022 (jan-jun)"')
    text = "\n".join(line + (",5" if at > 2 else "") for at, line in enumerate(text.splitlines())) + "\n"
    (tmp_path / "t.csv").write_text(text)
    table, said = read(tmp_path / "t.csv", "settled_by_area")
    assert differences(table, made.settled_by_area(), "settled_by_area") == []
    for part in (
        "part year",
        "0 Hele landet",
        "left out (03",
        "kjønn=Begge kjønn",
        "':' is read as withheld",
    ):
        assert part in said, said


def test_a_missing_column_names_the_format(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(made.sdmx().replace(",geo,", ",where,"))
    with pytest.raises(DataError, match=r"Eurostat SDMX-CSV.*'destination'") as caught:
        files.read(tmp_path / "t.csv", "arrivals")
    assert "--choose destination=" in caught.value.do
    (tmp_path / "t.csv").write_text("geo,OBS_VALUE\nSE,4\nNO,5\n")
    with pytest.raises(DataError, match="looks like Eurostat SDMX-CSV"):
        files.read(tmp_path / "t.csv", "arrivals")


def test_a_cut_download_is_refused_or_said(tmp_path: Path) -> None:
    packed = gzip.compress(made.tsv().encode())
    (tmp_path / "t.tsv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError, match="cannot read"):
        files.read(tmp_path / "t.tsv.gz", "arrivals")
    (tmp_path / "t.tsv").write_text(made.tsv()[:-30])
    with pytest.raises(DataError, match="cut off"):
        files.read(tmp_path / "t.tsv", "arrivals")
    (tmp_path / "t.json").write_text(made.jsonstat()[:-30])
    with pytest.raises(DataError, match="does not end"):
        files.read(tmp_path / "t.json", "arrivals")
    (tmp_path / "t.csv").write_text(made.sdmx().rstrip("\n"))
    assert "cut off" in read(tmp_path / "t.csv", "arrivals")[1]


@pytest.mark.parametrize(
    "text",
    [
        '"region";"år";"Kommunmottagna"\n"0114 Upplands Väsby";"2019";12\n"0115 Vallentuna";"2019";7\n',
        '"region","kön","Mottagna 2019"\n"0114 Upplands Väsby","totalt",12\n"0115 Vallentuna","totalt",7\n',
        "OMRÅDE;TID;INDHOLD\n0114 Albertslund;2019;12\n0115 Ballerup;2019;7\n",
        '"Alue","Vuosi","Lukumäärä"\n"0114 Akaa","2019",12\n"0115 Alajärvi","2019",7\n',
    ],
    ids=["sweden long", "sweden wide", "denmark", "finland"],
)
def test_each_nordic_office_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    table, _ = read(tmp_path / "t.csv", "settled_by_area")
    wanted = pd.DataFrame({"area": ["0114", "0115"], "period": [2019, 2019], "persons": [12, 7]})
    assert differences(table, wanted, "settled_by_area") == []


def test_a_county_whose_municipality_is_absent_is_no_municipality(tmp_path: Path) -> None:
    text = "".join(line for line in made.pxweb().splitlines(keepends=True) if "0301" not in line)
    (tmp_path / "t.csv").write_text(text)
    wanted = made.settled_by_area().query("area != '0301'")
    assert differences(read(tmp_path / "t.csv", "settled_by_area")[0], wanted, "settled_by_area") == []


@pytest.mark.quick
def test_spellings_that_differ_in_case_alone_are_one_and_a_negative_part_is_no_part(tmp_path: Path) -> None:
    file, of, make, wanted = made.FORMS["frontex"]
    lines = make().split("\n")
    lines[3] = lines[3].upper()
    (tmp_path / file).write_text("\n".join(lines))
    with pytest.warns(TableNotice, match="spelling"):
        found = files.read(tmp_path / file, of)
    assert set(found["route"]) == set(wanted()["route"]) and found["detections"].sum() == wanted()["detections"].sum()
    lines[1] = lines[1].replace(lines[1].split(",")[4], "-" + lines[1].split(",")[4])
    (tmp_path / file).write_text("\n".join(lines))
    with pytest.raises(DataError, match="below zero"):
        files.read(tmp_path / file, of)


@pytest.mark.parametrize("name", list(READ))
def test_further_forms_give_the_same_figures(tmp_path: Path, name: str) -> None:
    case = READ[name]
    table, _ = read(case.put(tmp_path), case.of, choose=case.choose)
    assert differences(table, case.wanted(), case.of) == []
    assert set(table) - {"suppressed_cells"} == set(case.wanted())


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_can_be_read_in_two_ways_or_none_is_refused_in_words(tmp_path: Path, name: str) -> None:
    case = REFUSED[name]
    with pytest.raises(DataError, match=case.said) as caught:
        read(case.put(tmp_path), case.of, choose=case.choose)
    assert caught.value.do and len(caught.value.message()) < 3000


@pytest.mark.parametrize(
    ("heading", "read_as"),
    [
        ("Claims Q1 2010", "quarter"),
        ("1. kvartal 2024", "quarter"),
        ("Asylsøkere 1. kvartal 2024", "quarter"),
        ("April to June 2024", "quarter"),
        ("2024H1", "half-year"),
        ("1. halvår 2023", "half-year"),
        ("2024-W05", "week"),
        ("Year ending June 2023", "sums of several months"),
        ("Hittil 2024M05", "sums of several months"),
        ("Jan-Aug 2022", "sums of several months"),
        ("Asylsökande 1:a halvåret 2023", "sums of several months"),
        ("Claims April 2024 to May 2024", "sums of several months"),
        ("July 2023-June 2024", "sums of several months"),
        ("2024-04 to 2024-06", "sums of several months"),
        ("Claims April 2024 – June 2024", "quarter"),
        ("Jan-Dec 2022", "year"),
        ("Bosatte 2020", "year"),
        ("Dez. 22", "month"),
        ("2024MM01", "month"),
        ("29.02.2024", "month"),
    ],
)
def test_headings_that_name_a_part_of_a_year_are_never_the_year(heading: str, read_as: str) -> None:
    found = split(heading)
    assert found is not None and kind(found[1]) == read_as and period(found[1]) == found[1]
