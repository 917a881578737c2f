from pathlib import Path

import pandas as pd
import pytest

from workbench.core.errors import AssumptionError, DataError, DecisionError
from workbench.sources import localities
from workbench.studies import allocation
from workbench.studies.allocation.input import tables as allocation_tables

pytestmark = pytest.mark.quick
NORWAY = localities.load("norway")
PARAMETERS = localities.parameters(NORWAY)


def test_capacity_is_what_was_accepted_less_what_earlier_quarters_used() -> None:
    settlement = localities.table(NORWAY, "settlement")
    accepted = settlement[settlement["year"] == 2021].set_index("municipality")["accepted"]
    first = allocation.accepted_places(NORWAY, PARAMETERS, year=2021, quarter=1).set_index("place")["capacity"]
    last = allocation.accepted_places(NORWAY, PARAMETERS, year=2021, quarter=4).set_index("place")["capacity"]
    assert len(first) == len(last) == 357
    assert (first <= accepted.reindex(first.index)).all() and (accepted.reindex(first.index) - first < 1).all()
    assert (last <= accepted.reindex(last.index) / 4).all() and (accepted.reindex(last.index) / 4 - last < 1).all()


def test_languages_come_from_the_year_before_and_services_from_population() -> None:
    places = allocation.accepted_places(NORWAY, PARAMETERS, year=2021, quarter=4).set_index("place")
    assert "so" in places.loc["0301", "languages"].split(";")
    assert "specialist_health" in places.loc["0301", "services"]
    assert places["services"].isna().any() and places["languages"].isna().any()


def test_a_year_or_quarter_that_is_not_there_is_refused() -> None:
    with pytest.raises(DataError, match="no accepted places for 2030"):
        allocation.accepted_places(NORWAY, PARAMETERS, year=2030, quarter=1)
    with pytest.raises(AssumptionError, match="no quarter 5"):
        allocation.accepted_places(NORWAY, PARAMETERS, year=2021, quarter=5)


def write(folder: Path, **tables: str) -> dict[str, Path]:
    paths = {}
    for name, text in tables.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text, encoding="utf-8")
    return paths


HOUSEHOLDS = (
    "household,adults,children,seniors,languages,needs,ties\nA,2,2,0,ar,school,X\nB,1,0,0,so,,Y\nC,1,0,0,,hospital,\n"
)
PLACES = "place,capacity,services,languages,capacity_hospital\nX,4,school,ar,0\nY,2,school,so,0\n"


def test_own_tables_are_placed_and_who_is_not_is_named_with_the_reason(tmp_path: Path) -> None:
    plan = allocation.allocate(allocation_tables.read_tables(**write(tmp_path, households=HOUSEHOLDS, places=PLACES)))
    assert dict(zip(plan.assignment["household"], plan.assignment["place"], strict=True)) == {"A": "X", "B": "Y"}
    assert plan.unplaced["household"].tolist() == ["C"] and "hospital" in plan.unplaced["why"].item()
    assert plan.score_name == "needs-and-ties matching"


def test_no_capacity_at_all_is_a_plan_with_everybody_named(tmp_path: Path) -> None:
    none = PLACES.replace("X,4", "X,0").replace("Y,2", "Y,0")
    plan = allocation.allocate(allocation_tables.read_tables(**write(tmp_path, households=HOUSEHOLDS, places=none)))
    assert plan.persons_placed == 0 and sorted(plan.unplaced["household"]) == ["A", "B", "C"]
    assert plan.unplaced["why"].str.len().gt(0).all()


def test_wide_and_long_scores_give_the_same_plan(tmp_path: Path) -> None:
    wide = write(tmp_path, scores="household,X,Y\nA,0.2,\nB,0.5,0.9\nC,,\n")["scores"]
    long = tmp_path / "long.csv"
    long.write_text("household,place,score\nA,X,0.2\nB,X,0.5\nB,Y,0.9\n", encoding="utf-8")
    paths = write(tmp_path, households=HOUSEHOLDS, places=PLACES)
    plans = [allocation.allocate(allocation_tables.read_tables(**paths, scores=scores)) for scores in (wide, long)]
    pd.testing.assert_frame_equal(plans[0].assignment, plans[1].assignment)
    assert plans[0].assignment["place"].tolist() == ["X", "Y"]


def test_a_capacity_counts_what_is_stated_and_every_misstatement_is_named(tmp_path: Path) -> None:
    homes = "household,adults,children,seniors,needs\nA,1,2,0,school\n"
    rooms = "place,capacity,capacity_school\nX,4,2\n"
    paths = write(tmp_path, households=homes, places=rooms)
    assert allocation.allocate(allocation_tables.read_tables(**paths)).persons_placed == 0
    counts = allocation_tables.counts_of(["school=children"])
    assert allocation.allocate(allocation_tables.read_tables(**paths, counts=counts)).persons_placed == 3
    with pytest.raises(DataError, match="no place states a capacity of this service") as caught:
        allocation.allocate(allocation_tables.read_tables(**paths, counts={"shcool": "children"}))
    assert "did you mean 'school'" in str(caught.value)
    for stated, said in (
        (["school"], "SERVICE=WHAT"),
        (["=children"], "SERVICE=WHAT"),
        (["school=childern"], "unknown: 'childern'(.|\n)*did you mean 'children'"),
        (["school=children", "school=adults"], "both children and adults"),
    ):
        with pytest.raises(DataError, match=said):
            allocation_tables.counts_of(stated)
    linked = homes.replace("needs", "needs,linked_with").replace("school\n", "school,B\n") + "B,1,0,0,,\n"
    bad = write(tmp_path, households=linked, places=rooms, rules="household,place,rule,reason\nA,Q,pin,kin\n")
    bad["households"].write_text(linked + "C,-1,0,0,,\n", encoding="utf-8")
    with pytest.raises(DataError) as told:
        allocation_tables.read_tables(**bad, counts={"school": "children"})
    assert len(told.value.faults) == 2, "children fit: that the linked ones find no place is no fault"


def test_what_contradicts_itself_is_refused(tmp_path: Path) -> None:
    rules = "household,place,rule,reason\nA,X,pin,kin\nA,X,ban,threat\n"
    tables = allocation_tables.read_tables(**write(tmp_path, households=HOUSEHOLDS, places=PLACES, rules=rules))
    with pytest.raises(DecisionError, match="pinned to X and banned"):
        allocation.allocate(tables)
    bad = write(tmp_path, households=HOUSEHOLDS, places=PLACES, scores="household,place,score\nA,X,1.2\nA,X,0.1\n")
    with pytest.raises(DataError) as caught:
        allocation_tables.read_tables(**bad)
    assert len(caught.value.faults) == 2


def test_a_study_is_saved_and_used_again_and_equal(tmp_path: Path) -> None:
    first = allocation.study(households=12, runs=tmp_path)
    # Every edition of the report carries the record: nobody stands in it.
    assert not any(code in first.record.to_json() for code in first.households["household"])
    again = allocation.study(households=12, runs=tmp_path)
    assert (first.reused, again.reused) == (False, True)
    pd.testing.assert_frame_equal(first.plan.assignment, again.plan.assignment)
    assert first.plan.value == again.plan.value and first.record == again.record
    assert set(first.assumptions["kind"]) == {"assumption"} and first.assumptions["source"].str.len().gt(0).all()
    assert {v.name for v in first.record.inputs} >= {"norway/settlement", "synthetic households"}
