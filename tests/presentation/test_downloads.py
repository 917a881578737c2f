import io
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from workbench.presentation import downloads, inflow

pytestmark = pytest.mark.quick


def test_csv_holds_the_exact_figures(inflow_result) -> None:
    table = inflow.by_destination(inflow_result)
    file = downloads.csv(table)
    back = pd.read_csv(io.BytesIO(file.content))
    assert file.name == "inflow-by-destination.csv"
    assert back["median"].tolist() == table.data["median"].tolist()
    assert ".0," not in file.content.decode(), "persons are whole"


@pytest.mark.parametrize(
    ("language", "first", "median"), [("nb", "Måned", "Prognosens"), ("sv", "Månad", "Prognosens")]
)
def test_csv_in_another_language_opens_in_its_spreadsheets(
    inflow_result, language: str, first: str, median: str
) -> None:
    table = inflow.by_month(inflow_result, language=language)
    halves = replace(table, data=table.data.assign(median=table.data["median"] + 0.5))
    content = downloads.csv(halves).content
    back = pd.read_csv(io.BytesIO(content), sep=";", decimal=",")
    assert content.startswith(b"\xef\xbb\xbf"), "by this mark they know the alphabet"
    assert back.columns[0] == first and back.columns[1] == "Prognosens median"
    assert not set(back.columns) & set(table.data.columns), "no column keeps its English name"
    assert back.iloc[:, 1].tolist() == halves.data["median"].tolist() and b",5;" in content


def test_the_workbook_says_what_it_is_and_holds_numbers(inflow_result) -> None:
    tables = [inflow.by_month(inflow_result, language="nb"), inflow.by_destination(inflow_result, language="nb")]
    made = [downloads.workbook("inflow", tables, ["=1+1"], inflow_result.record, "nb") for _ in range(2)]
    assert made[0].content == made[1].content
    book = openpyxl.load_workbook(io.BytesIO(made[0].content))
    assert book.sheetnames == ["Om", "Måned", "Destinasjon"]
    about = {row[0].value: row[1] for row in book["Om"].rows}
    assert about["Funn"].value == "=1+1" and about["Funn"].data_type == "s"
    assert about["Kjøring"].value == inflow_result.record.key
    sheet = book["Måned"]
    assert sheet["B1"].value == "Prognosens median" and sheet["A2"].value == "Oktober 2019"
    assert sheet["B2"].value == tables[0].data["median"].iloc[0]


def test_a_figure_that_is_not_known_is_an_empty_cell(inflow_result, fabricated) -> None:
    result = fabricated.inflow_result()
    result.later = result.later.iloc[:0]
    content = downloads.workbook("inflow", [inflow.by_month(result)], [], result.record).content
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Month"]
    at = [cell.value for cell in sheet[1]].index("Published since")
    assert all(row[at].value is None for row in sheet.iter_rows(min_row=2))
