"""One door for every table: what a file holds, in whatever container and form, and what is said or refused."""

import csv
import warnings
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.core.errors import DataError, TableNotice
from workbench.sources import containers, files

pytestmark = pytest.mark.quick
HEAD = "month,destination,persons\n"


def write(folder: Path, content: str | bytes, name: str = "my.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, of: str = "arrivals") -> tuple[pd.DataFrame, str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TableNotice)
        table = files.read(path, of)
    return table, " | ".join(str(each.message) for each in caught)


def refused(path: Path, of: str = "arrivals") -> str:
    with pytest.raises(DataError) as caught:
        files.read(path, of)
    answer = CliRunner().invoke(app, ["data", "check", str(path), "--as", of])
    assert answer.exit_code == 2 and isinstance(answer.exception, SystemExit)
    return str(caught.value)


RULES = "rule,household,place,reason\nban,H0,P1,x\n"


def test_a_quote_that_does_not_close_loses_no_row(tmp_path: Path) -> None:
    for tail in ("ban,H1,P2,x\npin,H2,P1,y\n", "ban,H1,P2,x\n" * 20_000):
        said = refused(write(tmp_path, RULES + 'ban,H1,P1,"violent ex\n' + tail), "rules")
        assert "row 3" in said
    said = refused(write(tmp_path, RULES + 'ban,H1,P1,"violent ex\nban,H1,P2,x"\npin,H2,P1,y\n'), "rules")
    assert "row 3 holds whole rows" in said


@pytest.mark.parametrize(
    "rows",
    ['"ban","H1","P1","x"\n', 'ban,"H1","P1, P2",""\n', 'ban,H1,"P""1",x', '"ban",H1,P1,"a\nb"\n', 'ban11",H1, 2,"x'],
)
def test_a_large_file_is_read_as_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str) -> None:
    path = write(tmp_path, RULES + rows)

    def read() -> object:
        try:
            return containers.separated(path).frame.to_dict("list")
        except DataError as error:
            return str(error)

    small = read()
    monkeypatch.setattr(containers, "LARGE", 1)
    assert read() == small


def test_line_breaks_within_cells_are_kept_and_rows_counted_by_line(tmp_path: Path) -> None:
    good = 'rule,household,place,reason\nban,H1,P1,"first\nsecond"\nban,H2,P1,z\n'
    assert files.read(write(tmp_path, good), "rules")["reason"].tolist() == ["first\nsecond", "z"]
    assert "row 4, column 'rule'" in refused(write(tmp_path, good.replace("ban,H2", "bann,H2")), "rules")


@pytest.mark.parametrize("twin", ["NO ", "NO\u00a0", "\u2009NO", "NO\u200b", "\ufeffNO"])
def test_the_same_code_with_blanks_is_the_same_row(tmp_path: Path, twin: str) -> None:
    assert "stands already in row 2" in refused(write(tmp_path, f"{HEAD}2019-01,NO,190\n2019-01,{twin},190\n"))


def test_letters_are_compared_in_composed_form(tmp_path: Path) -> None:
    text = "area,period,persons\nA\u030alesund,2020,3\nÅlesund,2020,4\n"
    assert "stands already in row 2" in refused(write(tmp_path, text), "settled_by_area")


@pytest.mark.parametrize(
    "day", ["today", "now", "2019", "2026/10/01", "2026-10-01T00:00:00Z", "20261001", "2026-10-01 12:00"]
)
def test_a_date_is_only_what_the_contract_says(tmp_path: Path, day: str) -> None:
    text = f"household,adults,children,seniors,arrived\nH1,1,0,0,{day}\n"
    assert "column 'arrived'" in refused(write(tmp_path, text), "households")


@pytest.mark.parametrize("month", ["0000-01", "9999-12", "2031-01", "２０１９-01", "2019-13"])
def test_months_that_cannot_be_are_faults_with_their_row(tmp_path: Path, month: str) -> None:
    assert "row 3, column 'month'" in refused(write(tmp_path, f"{HEAD}2019-01,NO,1\n{month},NO,1\n"))


@pytest.mark.parametrize("count", ["1.000", "True", "1 days", "１", "inf", "nan1", "0x1A", "1_0"])
def test_what_is_no_whole_number_is_refused(tmp_path: Path, count: str) -> None:
    assert "row 2, column 'persons'" in refused(write(tmp_path, f"{HEAD}2019-01,NO,{count}\n"))


def test_typed_truth_values_durations_and_lists_are_no_numbers_or_codes(tmp_path: Path) -> None:
    base = {"month": ["2019-01"], "destination": ["NO"], "persons": [1]}
    odd = {"persons": [True]}, {"persons": [pd.Timedelta(days=1)]}, {"destination": [["NO"]]}
    for each in odd:
        path = tmp_path / "my.parquet"
        pd.DataFrame({**base, **each}).to_parquet(path)
        assert next(iter(each)) in refused(path)


def test_thousands_are_read_only_where_the_whole_column_says_so(tmp_path: Path) -> None:
    table, said = read(write(tmp_path, f"{HEAD}2019-01,NO,1.234\n2019-02,NO,2.000\n"))
    assert table["persons"].tolist() == [1234, 2000] and "thousands" in said
    assert "row 2" in refused(write(tmp_path, f"{HEAD}2019-01,NO,1.234\n2019-02,NO,12345\n"))
    assert read(write(tmp_path, f"{HEAD}2019-01,NO,42.0\n"))[0]["persons"].tolist() == [42]


def test_a_code_that_is_a_formula_is_refused_and_text_is_written_unarmed(tmp_path: Path) -> None:
    text = 'household,adults,children,seniors\n"=HYPERLINK(""x"")",1,0,0\n'
    assert "column 'household'" in refused(write(tmp_path, text), "households")
    path = files.write(pd.DataFrame({"reason": ["=1+1", "fine", "-5"], "n": [1, -2, 3]}), tmp_path / "o.csv")
    assert path.read_text() == "reason,n\n'=1+1,1\nfine,-2\n-5,3\n"


def test_columns_in_other_letters_are_recognised_and_said(tmp_path: Path) -> None:
    text = "Household,ADULTS,Children,Seniors,NEEDS\nH1,1,0,0,school\n"
    table, said = read(write(tmp_path, text), "households")
    assert table["needs"].tolist() == ["school"] and "'NEEDS' is read as 'needs'" in said


def test_a_missing_column_names_ten_columns_once(tmp_path: Path) -> None:
    said = refused(write(tmp_path, ",".join(f"2019M{at:03}" for at in range(150)) + "\n" + ",".join("1" * 150) + "\n"))
    assert said.count("columns found") == 1 and "and 140 more" in said and len(said) < 1500


@pytest.mark.parametrize("alphabet", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_semicolons_and_decimal_commas_in_any_alphabet_are_read_and_said(tmp_path: Path, alphabet: str) -> None:
    text = "place;capacity;lon;services\nÅlesund;12;6,15;\nBodø;10;14,4;\n"
    table, said = read(write(tmp_path, text.encode(alphabet)), "places")
    assert table["place"].tolist() == ["Ålesund", "Bodø"] and table["lon"].tolist() == [6.15, 14.4]
    assert "semicolons" in said


def test_a_sheet_is_read_by_its_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a note"])
    for name, persons in (("Arrivals", 190), ("other", 5)):
        sheet = book.create_sheet(name)
        sheet.append(["month", "destination", "persons"])
        sheet.append(["2019-01", "NO", persons])
    path = tmp_path / "book.xlsx"
    book.save(path)
    table, said = read(path)
    assert table["persons"].tolist() == [190] and "sheet 'Arrivals'" in said
    assert read(tmp_path / "book.xlsx#other")[0]["persons"].tolist() == [5]
    answer = CliRunner().invoke(app, ["data", "check", str(path), "--as", "arrivals", "--sheet", "none"])
    assert answer.exit_code == 2 and "no sheet is called 'none'" in answer.output


def test_a_web_page_is_called_one(tmp_path: Path) -> None:
    assert "web page" in refused(write(tmp_path, "<!DOCTYPE html>\n<html><head></head></html>"))


def test_source_lines_and_empty_cells_beside_a_table_are_left_out_and_said(tmp_path: Path) -> None:
    below = '"Source: agency, extracted 2019-01-15"\n"Figures are rounded to 5"\n'
    table, said = read(write(tmp_path, f"{HEAD}2019-01,NO,1\n{below}"))
    assert len(table) == 1 and "Figures are rounded to 5" in said
    table, said = read(write(tmp_path, "month,destination,persons,,\n2019-01,NO,1,,\n,,,,\n"))
    assert len(table) == 1 and "2 empty column" in said
    assert "row 3 has 1 cells" in refused(write(tmp_path, f"{HEAD}2019-01,NO,1\n2019-0\n"))


@pytest.mark.parametrize("cell", ["42370", "Jan-16", "jan. 2016", "2016M01", "201601", "01/2016", "2016-01-01"])
def test_one_form_of_months_is_read_and_said_once(tmp_path: Path, cell: str) -> None:
    table, said = read(write(tmp_path, f"{HEAD}{cell},NO,1\n{cell},SE,1\n"))
    assert table["month"].tolist() == ["2016-01"] * 2 and said.count("column 'month'") == 1


def test_one_wrong_form_is_one_fault(tmp_path: Path) -> None:
    rows = "".join(f"2016-Q{1 + at % 4},D{at},1\n" for at in range(40))
    assert "1 fault\n" in refused(write(tmp_path, HEAD + rows))


def test_a_year_and_a_month_apart_are_read_together(tmp_path: Path) -> None:
    table, said = read(write(tmp_path, "year,month,destination,persons\n2016,1,NO,1\n2016,12,NO,1\n"))
    assert table["month"].tolist() == ["2016-01", "2016-12"] and "read together" in said


def test_parts_above_totals_and_deadlines_before_arrivals_are_faults(tmp_path: Path) -> None:
    assert "row 2" in refused(write(tmp_path, "month,destination,persons,first_time\n2019-01,NO,5,6\n"))
    text = "household,adults,children,seniors,arrived,deadline\nA,1,0,0,2026-10-01,2026-09-01\n"
    assert "lies before 'arrived'" in refused(write(tmp_path, text), "households")


def test_limits_are_checked_before_work(tmp_path: Path) -> None:
    assert "2,000,000 columns" in refused(write(tmp_path, "a," * 1_999_999 + "b\n"))
    text = "route,months,settled,waiting\nasylum,0,1,0\nasylum,201906,1,0\n"
    assert "row 3, column 'months'" in refused(write(tmp_path, text), "permit_delay")
    assert "row 2" in refused(write(tmp_path, "draw,period,persons\n100000000,2025,9\n"), "settled_in_all")
    assert "row 2" in refused(write(tmp_path, "household,adults,children,seniors,weight\nH,1,0,0,1e20\n"), "households")


def test_names_of_places_are_read_as_codes_where_one_place_bears_them(tmp_path: Path) -> None:
    text = "area,period,persons\n{},2020,3\n"
    for name in ("Bamble", "4012 Bamble", "Bamble (4012)", "K-4012"):
        path = write(tmp_path, text.format(name))
        answer = CliRunner().invoke(
            app, ["data", "check", str(path), "--as", "settled_by_area", "--locality", "norway"]
        )
        assert answer.exit_code == 0 and "as 4012" in answer.output, (name, answer.output)
    path = write(tmp_path, text.format("Herøy"))
    answer = CliRunner().invoke(app, ["data", "check", str(path), "--as", "settled_by_area", "--locality", "norway"])
    assert answer.exit_code == 2


def test_a_large_plain_file_is_read_as_a_small_one(tmp_path: Path) -> None:
    rows = [f"{2000 + at % 20}-{1 + at % 12:02},D{at // 240:04}, {at}" for at in range(0, 240 * 240)]
    text = HEAD + "\n".join(rows) + "\n"
    assert len(text) > 1_000_000
    every = "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()) + "\n"
    needed = text.replace("D0000", '"D0000, east"')  # such a cell is read row by row, as in a small file
    for written, expected in ((every, text), (needed, needed)):
        found = files.opened(write(tmp_path, written)).frame
        rows_of = list(csv.reader(expected.splitlines()))
        by_row = pd.DataFrame(rows_of[1:], columns=rows_of[0], dtype="string").map(str.strip)
        pd.testing.assert_frame_equal(found.map(str.strip), by_row, check_dtype=False, check_index_type=False)
    with pytest.raises(DataError, match="row 57602 has 1 cells"):
        files.opened(write(tmp_path, text + "2019-0\n"))
