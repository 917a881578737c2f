"""A name, a free text and a small count are planted in a study's input; no byte of a public report holds them."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from pypdf import PdfReader

from workbench.presentation import downloads
from workbench.presentation import inflow as page
from workbench.presentation.inflow import figures
from workbench.reporting import contents
from workbench.reporting.build import BuiltReport, build
from workbench.reporting.notebooks.warm import run_here

pytestmark = pytest.mark.whole

FABRICATED = Path(__file__).parent.parent / "presentation" / "fabricated.py"
NAME, TEXT, SMALL = "Zahrawi-Plantet", "insulin twice daily", 3
HEAD = 'locality = "norway"  # locality\narrivals = ""  # own table\nedition = "public"  # edition\nruns = ""  # runs'
CELLS = {
    "arrived": [
        "import planted\nfrom workbench.presentation import inflow as page\n"
        "from workbench.presentation.inflow import figures\nresult = planted.arrived",
        "page.front(result, locality)",
        "page.key_findings(result)",
        "figures.fan_total(result)",
        "page.by_month(result)",
        "page.by_destination(result)",
        "figures.fans_by_destination(result)",
        "page.what_happened(result)",
    ],
    "placed": [
        "import planted\nfrom workbench.presentation import allocation as page\n"
        "from workbench.presentation.allocation import figures\nresult = planted.placed",
        "page.front(result, locality, edition)",
        "page.key_findings(result)",
        "figures.plan_on_map(result)",
        "page.unplaced(result)",
        "page.binding_limits(result)",
        "page.by_group(result)",
        "page.by_place(result)",
        "page.how_sure(result)",
    ],
}


@pytest.fixture(scope="module")
def planted() -> ModuleType:
    """Results with a name and a free text among the households, and small counts among the arrivals."""
    spec = importlib.util.spec_from_file_location("fabricated", FABRICATED)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    held = ModuleType("planted")
    held.placed = made.allocation_result()
    held.placed.plan.unplaced["household"] = NAME
    held.placed.plan.unplaced["why"] = f"{NAME}: {TEXT}; 4 without room in persons"
    held.placed.plan.assignment["household"] = NAME
    table = made.made_up_arrivals(4)
    rare = table["destination"] == sorted(table["destination"].unique())[0]
    table.loc[rare & (table["month"] >= "2018-06"), "persons"] = float(SMALL)
    held.arrived = made.inflow_result(table)
    held.table = table
    sys.modules["planted"] = held
    return held


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted reports")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, cells in CELLS.items():
        parameters = new_code_cell(HEAD, metadata={"tags": ["parameters"]})
        about = {"kernelspec": kernel, "workbench": {"title": name, "reader": "tests"}}
        node = new_notebook(cells=[parameters, *map(new_code_cell, cells)], metadata=about)
        (folder / f"{name}.ipynb").write_text(json.dumps(node), encoding="utf-8")
    return folder


def everything(built: BuiltReport) -> bytes:
    """Return all bytes of a report: files, the streams within the PDF, what is attached, what is read on its pages."""
    reader = PdfReader(built.pdf)
    streams = [o.get_data() for o in map(reader.get_object, reader.xref[0]) if hasattr(o, "get_data")]
    streams += [held for attached in reader.attachments.values() for held in attached]
    streams += [page.extract_text().encode() for page in reader.pages]
    return b"\n".join([*streams, *(path.read_bytes() for path in (built.pdf, built.html, built.notebook))])


def small_counts(built: BuiltReport) -> list[tuple[str, str]]:
    """Return the observed counts of 1 to 4 in the tables that a report carries."""
    found = []
    for name, (held, *_) in PdfReader(built.pdf).attachments.items():
        if name.endswith(".csv"):
            table = pd.read_csv(io.BytesIO(held))
            seen = [c for c in table.columns if c in {"observed", "year_before", "published_since", "persons"}]
            found += [(name, column) for column in seen if table[column].between(1, 4).any()]
    return found


def test_a_planted_name_and_text_are_in_no_public_byte(
    planted: ModuleType, reports: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    built = build("placed", {}, tmp_path, folder=reports, runner=run_here)
    body = everything(built) + "".join(capfd.readouterr()).encode()
    assert b"Synthetic" in body
    for secret in (NAME, TEXT):
        assert secret.encode() not in body


def test_a_small_count_is_in_no_public_table_and_the_table_given_is_not_carried(
    planted: ModuleType, reports: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.csv"
    planted.table.assign(remark=f"{NAME}: {TEXT}").to_csv(own, index=False)
    built = build("arrived", {"arrivals": str(own)}, tmp_path / "out", folder=reports, runner=run_here)
    body = everything(built)
    for secret in (NAME, TEXT):
        assert secret.encode() not in body
    assert small_counts(built) == []
    assert "no public table" in " ".join(built.left_out)
    drawn = figures.fans_by_destination(planted.arrived).data
    month = drawn[(drawn["month"] == "2019-01") & drawn["observed"].notna()]
    assert len(month) == 2  # of four: the small one, and the next, which the month's total would give away
    table = page.by_destination(planted.arrived)
    seen = table.data[["year_before", "published_since"]].to_numpy(float)
    assert not ((seen >= 1) & (seen <= 4)).any()
    book = downloads.workbook("own", [table], ["A finding."], planted.arrived.record)
    inside = zipfile.ZipFile(io.BytesIO(book.content))
    assert not any(NAME.encode() in inside.read(name) for name in inside.namelist())


def test_what_was_planted_is_found_where_it_may_stand(planted: ModuleType, tmp_path: Path) -> None:
    """The search sees what it looks for: the case edition carries the table, and the counts are there before."""
    own = tmp_path / "own.csv"
    planted.table.assign(remark=f"{NAME}: {TEXT}").to_csv(own, index=False)
    (carried,), left_out = contents.inputs({"arrivals": str(own)}, "case")
    assert NAME.encode() in carried.content and left_out == []
    small = tmp_path / "small.csv"
    planted.table.to_csv(small, index=False)
    carried, (left_out,) = contents.inputs({"arrivals": str(small)}, "public")
    assert carried == [] and "counts of 1 to 4" in left_out
    whole = tmp_path / "whole.xlsx"
    planted.table.assign(persons=np.maximum(planted.table["persons"], 5)).to_excel(whole, index=False)
    assert [a.name for a in contents.inputs({"arrivals": str(whole)}, "public")[0]] == ["input-arrivals.xlsx"]
    assert (planted.arrived.arrivals["persons"] == SMALL).any()
