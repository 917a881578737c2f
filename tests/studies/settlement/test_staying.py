"""Moves of Norway by size of municipality, scores of staying, and the delay from permit: from tables to numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.core.errors import AssumptionError, DataError
from workbench.models.settlement.delay import synthetic_delays
from workbench.studies.settlement import delay as settlement_delay
from workbench.studies.settlement.moves.moves import Moves, learn
from workbench.studies.settlement.moves.staying import staying
from workbench.studies.settlement.table.data import read_settlement

pytestmark = pytest.mark.quick
PLACES = ("0301", "1103", "5636")  # Oslo, Stavanger, and a municipality of under 1,000


@pytest.fixture(scope="module")
def known() -> Moves:
    return learn(read_settlement(), as_of=2021)


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    households, places = tmp_path / "h.csv", tmp_path / "p.csv"
    households.write_text("household,adults,children,seniors\nH1,2,1,0\nH2,1,0,0\nH3,0,1,1\n", encoding="utf-8")
    places.write_text("place,capacity\n" + "".join(f"{place},3\n" for place in PLACES), encoding="utf-8")
    return households, places


def test_more_stay_in_larger_municipalities_and_it_says_by_how_much(known: Moves) -> None:
    assert known.by_size is not None and len(known.by_size.relative) >= 5
    for _, rows in known.by_size.retention().groupby("years"):
        assert (np.diff(rows["median"]) > 0).all()
        assert (rows["low95"] < rows["low80"]).all() and (rows["high80"] < rows["high95"]).all()
    stays = known.staying(3)
    assert stays.shape == (len(known.hazard.leaving), 357) and ((stays > 0) & (stays < 1)).all()


def test_nothing_of_later_years_is_in_what_was_known(known: Moves) -> None:
    earlier = learn(read_settlement(), as_of=2019)
    assert earlier.by_size is not None and known.by_size is not None
    assert earlier.by_size.relative.index.max() == 2019
    same = known.by_size.relative.loc[:2019]  # but for municipalities that have grown into another class
    assert np.allclose(earlier.by_size.relative, same, atol=0.02)


def test_scores_of_staying_are_read_by_allocate_and_are_called_assumed(
    tables: tuple[Path, Path], tmp_path: Path
) -> None:
    households, places = tables
    given = ["--households", str(households), "--places", str(places)]
    out = tmp_path / "scores.csv"
    command = ["settlement", "staying", *given, "--reason", "decided by the council", "--out", str(out)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "Mostly assumed" in done.output
    beside = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert "A figure from elsewhere says that 67 % still live there after 7 years" in " ".join(done.output.split())
    assert any(not row["inside"] for row in beside["checked_against"])
    assert beside["kind"] == "prior-driven" and beside["reason"] == "decided by the council"
    scores = pd.read_csv(out, dtype={"place": str})
    assert len(scores) == 9 and scores["score"].between(0, 1).all()
    first = scores.groupby("place")["score"].first()
    assert first["0301"] == first["1103"] > first["5636"]
    plan, result = tmp_path / "plan.csv", tmp_path / "result.json"
    placed = CliRunner().invoke(
        app, ["allocate", *given, "--scores", str(out), "--out", str(plan), "--json", str(result)]
    )
    assert placed.exit_code == 0, placed.output
    assert set(pd.read_csv(plan, dtype=str)["place"].dropna()) == {"0301", "1103"}  # six persons, the better places


def test_staying_is_off_without_a_reason_and_refuses_what_it_cannot_know(tables: tuple[Path, Path]) -> None:
    households, places = tables
    with pytest.raises(AssumptionError, match="no reason") as caught:
        staying(households=households, places=places, reason=" ")
    assert "hard to leave" in caught.value.why
    with pytest.raises(AssumptionError, match="after 2 years"):
        staying(households=households, places=places, reason="asked for", years=2)
    places.write_text("place,capacity\n0104,3\n", encoding="utf-8")
    with pytest.raises(DataError, match="0104"):
        staying(households=households, places=places, reason="asked for")


def test_the_delay_from_permit_says_synthetic_until_there_is_a_table(tmp_path: Path) -> None:
    made_up = json.loads(CliRunner().invoke(app, ["settlement", "delay", "--json"]).output)
    assert made_up["synthetic"] and "Synthetic" in made_up["caveat"]
    own = tmp_path / "permits.csv"
    synthetic_delays(2000, 1, months=12).to_csv(own, index=False)
    found = settlement_delay.permit_delay(file=own)
    assert not found.synthetic and found.caveat() == ""
    rows = settlement_delay.by_route(found)
    assert set(rows["months"]) == {3, 6, 12} and set(rows["route"]) == set(found.routes)
    assert "Synthetic" in CliRunner().invoke(app, ["settlement", "delay"]).output
    assert not found.notes
    own.write_text("route,months,settled,waiting\na,1,4,1\na,4,9,0\nb,1,3,0\n", encoding="utf-8")
    notes = settlement_delay.permit_delay(file=own).notes
    assert notes[0].startswith("a: no row for months 0, 2, 3;") and notes[1].startswith("b: no row for month 0;")
    assert (
        "counted from 1" in notes[2]
        and notes[2] in CliRunner().invoke(app, ["settlement", "delay", "--data", str(own)]).output
    )
    own.write_text("route,months,settled,waiting\nassigned,0,4,-1\n", encoding="utf-8")
    with pytest.raises(DataError, match="negative"):
        settlement_delay.permit_delay(file=own)


def test_a_route_of_which_nobody_was_settled_says_so_and_its_interval_is_wide(tmp_path: Path) -> None:
    own = tmp_path / "delay.csv"
    own.write_text("route,months,settled,waiting\n" + "".join(f"asylum,{m},0,{int(m > 2)}\n" for m in range(8)))
    found = settlement_delay.permit_delay(file=own)
    assert any("nobody has been settled yet, 5 wait" in note for note in found.notes)
    (row,) = found.settled_within(6).to_dict("records")
    assert row["low80"] < 0.03 and row["high80"] > 0.12


@pytest.mark.parametrize("months", [range(0, 571, 30), range(0, 91, 30), (0, 1, 130)])
def test_months_that_are_days_are_asked_about(tmp_path: Path, months: range) -> None:
    own = tmp_path / "delay.csv"
    own.write_text("route,months,settled,waiting\n" + "".join(f"asylum,{m},9,0\n" for m in months))
    with pytest.raises(DataError, match="are these days"):
        settlement_delay.permit_delay(file=own)


def test_many_months_without_a_row_are_not_listed_one_by_one(tmp_path: Path) -> None:
    own = tmp_path / "delay.csv"
    own.write_text("route,months,settled,waiting\nasylum,0,9,0\nasylum,70,9,0\n")
    (note,) = settlement_delay.permit_delay(file=own).notes
    assert "months 1, 2, 3, 4, 5 and 64 more" in note
