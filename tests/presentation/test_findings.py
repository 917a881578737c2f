import json
import string
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure as Drawing

from workbench.core.errors import ReportError
from workbench.core.runs.provenance import Source
from workbench.presentation import markup as m
from workbench.presentation.findings import Figure, Finding, Interval, Several
from workbench.presentation.tables import Column, Table

pytestmark = pytest.mark.quick

SOURCE = Source("Office & Sons", "Tables <1>", "CC BY 4.0")
TABLE = Table(
    name="some-table",
    caption="More in B than in A",
    columns=(Column("Place", ("A|A", "B"), right=False), Column("Persons", ("1,200", "2,300"))),
    data=pd.DataFrame({"place": ["A|A", "B"], "persons": [1203, 2345]}),
    sources=(SOURCE,),
)


def drawing() -> Drawing:
    made = Drawing(figsize=(2, 1))
    made.add_subplot().plot([1, 2])
    return made


def figure(**changes: object) -> Figure:
    parts = {"caption": "It rises", "alternative": "A line from 1 to 2", "source": "Source: us", "data": TABLE.data}
    return Figure(name="a-line", drawing=drawing(), **{**parts, **changes})


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def test_a_finding_shows_itself_in_every_form():
    finding = Finding("About 2,100.", 2100, "persons", (Interval(0.8, 1700, 2600),), ("A caveat.",), (SOURCE,), TABLE)
    shown = finding._repr_mimebundle_()
    for form in (m.PLAIN, m.HTML, m.MARKDOWN, m.TYPST):
        for words in ("About 2,100.", "A caveat.", "CC BY 4.0", "2,300", "More in B than in A"):
            assert words in shown[form]
    assert shown[m.DATA]["csv"] == "place,persons\nA|A,1203\nB,2345\n"
    assert finding._repr_mimebundle_(include={m.HTML}).keys() == {m.HTML}
    assert m.TYPST not in finding._repr_mimebundle_(exclude={m.TYPST})


def test_intervals_name_their_level():
    assert Interval(0.8, 1651, 2608).words().replace("\u00a0", " ").startswith("80 %: 1,650")
    with pytest.raises(ReportError, match="not an interval"):
        Interval(80, 1, 2)
    with pytest.raises(ReportError, match="not an interval"):
        Interval(0.8, 3, 2)


def test_what_a_reader_needs_cannot_be_left_out():
    with pytest.raises(ReportError, match="sentence"):
        Finding(" ")
    with pytest.raises(ReportError, match="unit"):
        Finding("x", 1.0)
    for part in ("caption", "alternative", "source"):
        with pytest.raises(ReportError, match="the figure 'a-line' has no"):
            figure(**{part: " "})
    with pytest.raises(ReportError, match="no caption"):
        replace(TABLE, caption="")
    with pytest.raises(ReportError, match="differ in length"):
        replace(TABLE, columns=(Column("a", ("1",)), Column("b", ())))
    with pytest.raises(ReportError, match="cannot name a file"):
        replace(TABLE, name="../x")


def test_a_table_has_tagged_heads_and_numbers_to_the_right():
    tags = Tags(TABLE.html())
    assert tags.tags.count("th") == 4 and tags.tags.count("caption") == 1 and tags.tags.count("td") == 2
    assert 'scope="col"' in TABLE.html() and 'scope="row"' in TABLE.html()
    assert "|:---|---:|" in TABLE.markdown() and "A\\|A" in TABLE.markdown()
    assert "right-aligned: (false, true,)" in TABLE.typst()


def test_a_figure_carries_its_words_and_its_figures():
    shown = figure()._repr_mimebundle_()
    assert 'aria-label="A line from 1 to 2"' in shown[m.HTML] and 'role="img"' in shown[m.HTML]
    assert 'alt: "A line from 1 to 2"' in shown[m.TYPST] and '"a-line.svg"' in shown[m.TYPST]
    assert shown[m.SVG].startswith("<svg") and shown[m.DATA]["name"] == "a-line.csv"
    assert "http-equiv" not in shown[m.HTML] and "<script" not in shown[m.HTML]


def test_the_same_drawing_gives_the_same_bytes():
    assert figure().svg == figure().svg


def test_several_carry_one_table_at_most():
    assert Several((Finding("a"), TABLE)).extra().keys() == {m.DATA}
    with pytest.raises(ReportError, match="only one"):
        Several((TABLE, TABLE)).extra()


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_html_shows_any_text_as_it_stands(text):
    tags = Tags(f"<p>{m.html(text)}</p>")
    assert tags.tags == ["p"] and tags.text == text


@given(st.text(string.printable + "«»“”—æøåش#$@*_`\\<>[]{}~", max_size=40))
@settings(max_examples=40, deadline=None)
def test_typst_shows_any_text_as_it_stands(text):
    kept = text.replace("\r", "").replace("\t", " ")
    assert json.loads(typst.eval(b"", m.typst(text))) == kept
