import pytest

from workbench.core.errors import ReportError
from workbench.reporting.notebooks.catalogue import report, reports
from workbench.reporting.notebooks.parameters import Parameter, checked

pytestmark = pytest.mark.quick

KNOWN = (
    Parameter.read("horizon", "6", "how far ahead [months]"),
    Parameter.read("as_of", '"2019-09"', "last month"),
    Parameter.read("gap", "0.0005", "allowed gap"),
    Parameter.read("draft", "False", ""),
)


def test_a_parameter_is_read_with_meaning_and_unit():
    assert KNOWN[0] == Parameter("horizon", "int", 6, "how far ahead", "months")
    assert KNOWN[1].unit == "" and KNOWN[1].type == "str"
    with pytest.raises(ReportError, match="not a plain value"):
        Parameter.read("x", "some()", "")
    with pytest.raises(ReportError, match="is a list"):
        Parameter.read("x", "[1]", "")


def test_text_from_the_command_line_gets_the_type():
    given = {"horizon": "3", "gap": "1e-3", "draft": "yes", "as_of": "2018-01"}
    assert checked("r", KNOWN, given) == {"horizon": 3, "as_of": "2018-01", "gap": 0.001, "draft": True}
    assert checked("r", KNOWN, {}) == {"horizon": 6, "as_of": "2019-09", "gap": 0.0005, "draft": False}
    assert checked("r", KNOWN, {"gap": 1})["gap"] == 1.0


@pytest.mark.parametrize(
    "given",
    [{"horizon": "soon"}, {"horizon": 2.5}, {"horizon": True}, {"draft": "perhaps"}, {"as_of": 2019}, {"gap": None}],
)
def test_what_does_not_fit_is_refused(given):
    with pytest.raises(ReportError, match="does not fit the parameter"):
        checked("r", KNOWN, given)


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(ReportError, match="did you mean 'horizon'"):
        checked("r", KNOWN, {"horizn": 3})


def test_the_catalogue_reads_the_notebooks(folder):
    plan, tiny = reports(folder)
    assert (plan.name, tiny.name, tiny.title, tiny.reader) == ("plan", "tiny", "A tiny report", "tests")
    assert [p.name for p in tiny.parameters] == ["locality", "count", "fail", "converged", "runs"]
    with pytest.raises(ReportError, match="did you mean 'tiny'"):
        report("tinny", folder)


def test_a_broken_notebook_is_named(tmp_path):
    (tmp_path / "bad.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match="cannot be read"):
        reports(tmp_path)
