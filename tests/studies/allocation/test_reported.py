"""The plan that a report prints: of one's own tables, in the case edition alone, and nothing of it is saved."""

import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.presentation import allocation as page
from workbench.presentation.allocation import figures
from workbench.studies.allocation import reported

pytestmark = pytest.mark.quick

HOUSEHOLDS = (
    "household,adults,children,seniors,languages,needs,ties\nSECRET-1,2,2,0,ar,,0301\nSECRET-2,1,0,0,uk,,1103\n"
    "SECRET-3,2,0,0,,,\n"
)
PLACES = "place,capacity,languages\n0301,4,ar\n1103,2,uk\n"
RULES = "rule,household,place,reason\nban,SECRET-2,0301,somebody to be avoided lives there\n"


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path / "runs"))
    written = {}
    for name, text in {"households": HOUSEHOLDS, "places": PLACES, "rules": RULES}.items():
        written[f"own_{name}"] = str(tmp_path / f"{name}.csv")
        (tmp_path / f"{name}.csv").write_text(text)
    return written


def test_own_households_are_reported_as_real_ones(own, tmp_path):
    result = reported.study(**own, own_locality="norway", edition="case")
    assert not result.synthetic and result.plan.persons == 7
    assert dict(result.plan.assignment[["household", "place"]].to_numpy())["SECRET-1"] == "0301"
    assert list(result.places["name"]) == ["Oslo", "Stavanger"]  # from the locality, since the table has no names
    told = "\n".join(
        part.plain()
        for part in (
            page.front(result, "norway", "case"),
            page.key_findings(result),
            page.unplaced(result),
            page.binding_limits(result),
            page.by_group(result),
            page.by_county(result),
            page.by_place(result),
            page.households(result, "case"),
            page.rules(result),
            page.assumptions(result),
            page.how_sure(result),
        )
    )
    assert "ynthetic" not in told
    assert result.plan.persons_placed == 6 and "SECRET" not in page.unplaced(result).plain()  # counted by its reason
    assert "somebody to be avoided lives there" in told and "Oslo" in told
    assert "SECRET-2 skal ikke til Oslo" in page.rules(result, "nb").plain()
    assert figures.plan_on_map(result).plain() == ""  # two places need no map


def test_nothing_of_real_households_is_saved_or_recorded(own, tmp_path):
    result = reported.study(**own, edition="case")
    assert "SECRET" not in result.record.to_json()
    assert not (tmp_path / "runs").exists()


def test_places_without_names_or_counties_are_named_by_their_codes(own):
    result = reported.study(**own, edition="case")
    assert list(result.places["name"]) == ["0301", "1103"]
    assert page.by_county(result).plain() == ""
    assert "County" not in page.by_place(result).plain()


def test_given_scores_are_not_called_matching(own, tmp_path):
    rows = [(h, p, 0.5) for h in ("SECRET-1", "SECRET-2", "SECRET-3") for p in ("0301", "1103")]
    pd.DataFrame(rows, columns=["household", "place", "score"]).to_csv(tmp_path / "scores.csv", index=False)
    result = reported.study(**own, own_scores=str(tmp_path / "scores.csv"), edition="case")
    told = page.how_sure(result).plain() + page.assumptions(result).plain() + page.by_group(result).plain()
    assert "matching" not in told and "0 to 1" not in told


@pytest.mark.parametrize("edition", ["public", "municipal"])
def test_only_the_case_edition_shows_own_households(own, edition):
    with pytest.raises(DataError, match=f"no {edition} edition of your own households"):
        reported.study(**own, edition=edition)


def test_one_table_alone_is_refused(own):
    with pytest.raises(DataError, match="needs both tables"):
        reported.study(own_households=own["own_households"], edition="case")


def test_a_rule_that_names_nobody_is_refused_by_its_row(own, tmp_path):
    (tmp_path / "rules.csv").write_text("rule,household,place,reason\nban,NOBODY,0301,x\n")
    with pytest.raises(DataError, match="NOBODY"):
        reported.study(**own, edition="case")
