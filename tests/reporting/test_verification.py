"""A changed digit is found and named; figures that moved are told apart from figures of another sample."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader, PdfWriter
from typer.testing import CliRunner

from workbench.cli import app
from workbench.core.errors import ReportError
from workbench.reporting import contents, verification
from workbench.reporting.build import BuiltReport, build
from workbench.reporting.contents import Carried

RUN = CliRunner()


@pytest.fixture(scope="module")
def built(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> BuiltReport:
    return build("tiny", {"count": 3}, tmp_path_factory.mktemp("verified"), folder=folder)


def changed(built: BuiltReport, target: Path, name: str, old: bytes, new: bytes) -> Path:
    """Copy a report with one digit of one attached file changed."""
    writer = PdfWriter(clone_from=PdfReader(built.pdf))
    for held in writer.attachment_list:
        if Path(held.name).name == name:
            assert old in held.content
            held.content = held.content.replace(old, new, 1)
    with target.open("wb") as file:
        writer.write(file)
    return target


@pytest.mark.whole
def test_a_report_verifies_and_one_changed_digit_is_named(built: BuiltReport, tmp_path: Path) -> None:
    verdict = verification.verify(built.pdf)
    assert verdict.ok and verdict.faults == ()
    carried = contents.opened(built.pdf)
    table = carried.files["inflow-by-destination.csv"]
    digit = next(chr(c) for c in reversed(table) if chr(c).isdigit()).encode()
    other = b"1" if digit != b"1" else b"2"
    for name, old, new in (
        ("inflow-by-destination.csv", digit, other),
        ("run-record.json", b'"seed": ', b'"seed": 1'),
        ("report.json", b'"count": 3', b'"count": 4'),
    ):
        spoiled = verification.verify(changed(built, tmp_path / "spoiled.pdf", name, old, new))
        assert not spoiled.ok and any(fault.startswith(name) for fault in spoiled.faults), spoiled.faults
    list_ = changed(built, tmp_path / "list.pdf", "contents.json", b'"files"', b'"Files"')
    assert any("contents.json" in fault for fault in verification.verify(list_).faults)
    done = RUN.invoke(app, ["report", "verify", str(tmp_path / "spoiled.pdf")])
    assert done.exit_code == 1 and "report.json was changed" in done.output


@pytest.mark.whole
def test_a_damaged_report_and_a_stranger_are_a_sentence(built: BuiltReport, tmp_path: Path) -> None:
    half = tmp_path / "half.pdf"
    half.write_bytes(built.pdf.read_bytes()[:3000])
    stranger = tmp_path / "stranger.pdf"
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(stranger)
    text = tmp_path / "text.pdf"
    text.write_text("no pdf")
    for path, said in ((half, "damaged"), (stranger, "no report of this program"), (text, "no PDF")):
        with pytest.raises(ReportError, match=said):
            verification.verify(path)
    with pytest.raises(ReportError, match="no such file"):
        verification.verify(tmp_path / "missing.pdf")


@pytest.mark.quick
def test_what_is_no_pdf_is_said_with_what_to_do_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_text("# notes")
    (tmp_path / "empty.pdf").touch()
    for name, what, do in (
        (".", "this is a folder", "report rerun-all"),
        ("notes.pdf", "this is no PDF", "`workbench report build` wrote"),
        ("empty.pdf", "this file is empty", "`workbench report build` wrote"),
        ("missing.pdf", "there is no such file", "how the file is called"),
    ):
        told = CliRunner().invoke(app, ["report", "verify", str(tmp_path / name), "--rerun"])
        assert told.exit_code == 2 and what in told.output and do in told.output, told.output
    loaded = "import sys; from workbench.reporting import pdf_file; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


def carried(table: pd.DataFrame, draws: int = 500) -> Carried:
    buffer = io.StringIO()
    table.to_csv(buffer, index=False)
    asked = json.dumps({"report": "inflow", "parameters": {"draws": draws, "chains": 4}})
    return Carried(Path("x.pdf"), {"t.csv": buffer.getvalue().encode(), "report.json": asked.encode()}, ("",))


@pytest.mark.quick
def test_a_figure_within_the_samplers_tolerance_has_not_moved_and_one_beyond_has() -> None:
    table = pd.DataFrame({"place": ["NO"], "median": [1000], "low80": [800], "high80": [1200], "published": [990]})
    again = table.assign(median=1008)
    numbers = verification.compared(carried(table), carried(again)).set_index("column")
    assert numbers["within"].all() and numbers.loc["median", "difference"] == 8
    for column, value in (("median", 1100), ("high80", 1400), ("published", 991)):
        moved = verification.compared(carried(table), carried(table.assign(**{column: value})))
        assert list(moved[~moved["within"]]["column"]) == [column]
    few = verification.compared(carried(table, 20), carried(table.assign(median=1100), 20))
    assert few["within"].all()  # a small sample may move by more
    fewer = verification.compared(carried(table), carried(table.iloc[:0]))
    assert not fewer["within"].any()


@pytest.mark.quick
def test_files_given_as_parameters_are_carried_unless_they_list_households(tmp_path: Path) -> None:
    counts, persons = tmp_path / "counts.csv", tmp_path / "persons.csv"
    counts.write_text("month,destination,persons\n2019-01,NO,5\n")
    persons.write_text("household,name\nh1,Secret\n")
    given = {"arrivals": str(counts), "households": str(persons), "horizon": 6, "locality": "norway"}
    public, _ = contents.inputs(given, "public")
    assert [a.name for a in public] == ["input-arrivals.csv"] and public[0].content == counts.read_bytes()
    assert len(contents.inputs(given, "case")[0]) == 2
    listed, seal = contents.listed(public)
    assert hashlib.sha256(listed.content).hexdigest().startswith(seal)
