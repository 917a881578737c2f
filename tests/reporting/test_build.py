"""Real reports on made-up results: through a kernel to PDF and page."""

import errno
import json
import re
import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from workbench.core.errors import ReportError, StorageError
from workbench.core.storage import shipped
from workbench.reporting.build import BuiltReport, build

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def tiny(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> BuiltReport:
    return build("tiny", {"count": "5"}, tmp_path_factory.mktemp("out put"), folder=folder)


@pytest.fixture(scope="module")
def plan(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> BuiltReport:
    return build("plan", {}, tmp_path_factory.mktemp("out put"), folder=folder)


@pytest.fixture(params=["tiny", "plan"])
def built(request: pytest.FixtureRequest) -> BuiltReport:
    return request.getfixturevalue(request.param)


def structure(node: object, found: list[DictionaryObject]) -> list[DictionaryObject]:
    """Return every element of the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, ArrayObject):
        for kid in node:
            structure(kid, found)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            found.append(node)
        if "/K" in node:
            structure(node["/K"], found)
    return found


def elements(pdf: Path) -> list[DictionaryObject]:
    return structure(PdfReader(pdf).trailer["/Root"]["/StructTreeRoot"], [])


def words(pdf: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())


def test_the_pdf_declares_both_standards_its_language_and_title(built):
    reader = PdfReader(built.pdf)
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfuaid:part\W+1", xmp) and re.search(r"pdfaid:part\W+3", xmp)
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None and reader.metadata.title
    assert "20261120101112" in str(reader.metadata.get("/CreationDate"))


def test_every_figure_has_alternative_text_and_every_table_heads(built):
    tags = elements(built.pdf)
    figures = [e for e in tags if e["/S"] == "/Figure"]
    assert figures and all(str(e.get("/Alt", "")).strip() for e in figures)
    kinds = [str(e["/S"]) for e in tags]
    tables, captions = kinds.count("/Table"), kinds.count("/Caption")
    assert tables and captions >= tables and kinds.count("/TH") >= 2 * tables
    assert "/H1" in kinds and "/Title" in kinds


def test_headings_are_bookmarks(tiny):
    titles = [str(entry.title) for entry in PdfReader(tiny.pdf).outline if not isinstance(entry, list)]
    assert "By destination" in titles and "How we know" in titles


def test_fonts_are_inside_and_are_ours(built):
    for page in PdfReader(built.pdf).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            for part in font.get_object()["/DescendantFonts"]:
                described = part.get_object()["/FontDescriptor"]
                assert {"/FontFile2", "/FontFile3"} & described.keys()
                assert re.search("SourceSansPro|DejaVuSans", str(described["/FontName"]))


def test_drawings_are_vectors(built):
    for page in PdfReader(built.pdf).pages:
        for thing in page["/Resources"].get("/XObject", {}).values():
            assert thing.get_object()["/Subtype"] != "/Image"


def test_no_code_is_printed_and_edition_and_version_stand_on_every_page(built):
    told = words(built.pdf)
    for code in ("import ", "result =", "page.front", "importlib"):
        assert code not in told
        assert code not in built.html.read_text(encoding="utf-8").split("</style>")[1]
    for page in PdfReader(built.pdf).pages:
        assert "Public edition" in page.extract_text() and "version 0.1.0" in page.extract_text()


def test_captions_are_numbered(tiny):
    told = words(tiny.pdf)
    assert "Figure 1." in told and "Figure 2." in told and "Table 1." in told


def test_the_plan_says_synthetic_on_every_page(plan):
    for page in PdfReader(plan.pdf).pages:
        assert "synthetic households" in page.extract_text()


def test_what_reruns_it_is_attached(tiny):
    carried = PdfReader(tiny.pdf).attachments
    names = {Path(name).name: content[0] for name, content in carried.items()}
    assert {
        "run-record.json",
        "report.json",
        "tiny.ipynb",
        "inflow-total.csv",
        "inflow-by-destination.csv",
    } <= names.keys()
    assert json.loads(names["run-record.json"])["study"] == "inflow"
    asked = json.loads(names["report.json"])
    assert asked["report"] == "tiny" and asked["parameters"]["count"] == 5 and "runs" not in asked["parameters"]
    assert names["inflow-by-destination.csv"].startswith(b"destination,median,")


def test_no_household_is_attached(plan):
    for content in PdfReader(plan.pdf).attachments.values():
        assert b"\nh1," not in content[0]


def test_building_again_gives_the_same_bytes(tiny, folder, tmp_path):
    again = build("tiny", {"count": 5}, tmp_path / "elsewhere", folder=folder)
    assert again.pdf.read_bytes() == tiny.pdf.read_bytes()
    assert again.html.read_bytes() == tiny.html.read_bytes()


def test_a_failure_leaves_the_earlier_report_and_says_what_failed(tiny, folder):
    before = {path: path.read_bytes() for path in (tiny.pdf, tiny.html, tiny.notebook)}
    with pytest.raises(ReportError, match="ZeroDivisionError"):
        build("tiny", {"fail": True}, tiny.pdf.parent, folder=folder, overwrite=True)
    assert {path: path.read_bytes() for path in before} == before
    left = {path.name for path in tiny.pdf.parent.iterdir()}
    assert left == {*(path.name for path in before), "tiny-norway.failed.ipynb"}
    (tiny.pdf.parent / "tiny-norway.failed.ipynb").unlink()


def test_a_fit_that_failed_its_checks_is_told_where_the_report_is_built(tiny, folder, tmp_path):
    assert tiny.attention == ""
    warned = build("tiny", {"converged": False}, tmp_path, folder=folder)
    assert warned.attention.startswith("Attention.") and warned.attention in words(warned.pdf)


def test_a_wrong_parameter_is_refused_before_anything_runs(folder, tmp_path):
    with pytest.raises(ReportError, match="did you mean 'count'"):
        build("tiny", {"cuont": 5}, tmp_path / "out", folder=folder)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_said_and_leaves_no_empty_folder(folder, tmp_path):
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageError, match="no room left to write"):
        build("tiny", {}, tmp_path / "reports", folder=folder, runner=no_room)
    assert list(tmp_path.iterdir()) == []


def test_no_folder_of_the_machine_stands_in_a_report_and_what_is_replaced_is_said(folder, tmp_path):
    ours = tmp_path / "ours"
    shutil.copytree(shipped.norway(), ours)
    first = build("tiny", {"locality": str(ours), "count": "4"}, tmp_path / "out", folder=folder)
    reader = PdfReader(first.pdf)
    inside = [o.get_data() for o in map(reader.get_object, reader.xref[0]) if hasattr(o, "get_data")]
    inside += [content for contents in reader.attachments.values() for content in contents]
    for content in (*inside, first.pdf.read_bytes(), first.html.read_bytes(), first.notebook.read_bytes()):
        assert str(tmp_path).encode() not in content
    assert "locality=ours" in words(first.pdf) and first.replaced == ""
    with pytest.raises(ReportError, match="made with other parameters") as refused:
        build("tiny", {"locality": str(ours), "count": "5"}, tmp_path / "out", folder=folder)
    assert "count=4 (now 5)" in str(refused.value) and "--overwrite" in str(refused.value)
    again = build("tiny", {"locality": str(ours), "count": "5"}, tmp_path / "out", folder=folder, overwrite=True)
    assert "count=4 (now 5)" in again.replaced and "locality" not in again.replaced


def test_a_build_clears_what_a_killed_one_left(folder, tmp_path):
    left = tmp_path / ".workbench-unfinished-abcd1234"
    left.mkdir()
    built = build("tiny", {"count": "4"}, tmp_path, folder=folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == [built.html.name, built.notebook.name, built.pdf.name]
