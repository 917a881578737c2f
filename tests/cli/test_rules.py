"""Every kind of rule stated in a table of `workbench allocate --rules`: kept and told with its reason, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.core.contracts import CONTRACTS
from workbench.decisions.allocation.rules import rule_table

pytestmark = pytest.mark.whole

HOMES = "household,adults,children,seniors,group,deadline\n" + "".join(
    f"{name},1,0,0,{group},{day}\n"
    for name, group, day in zip("ABCDEF", "ooonnn", ("", "2027-03-01", "", "2026-12-01", "", ""), strict=True)
)
PLACES = "place,capacity\nX,4\nY,4\nZ,4\n"
# Everybody does best in X; without rules it would hold four of them, and Z nobody.
SCORES = "household,X,Y,Z\n" + "".join(f"{name},0.9,0.5,0.1\n" for name in "ABCDEF")
HEAD = "rule,household,other,place,group,limit,by,reason,source\n"
KEPT = {
    "pin,A,,Z,,,,kin there,caseworker 7": lambda at: at["A"] == "Z",
    "ban,B,,X,,,,a threat,police": lambda at: at["B"] != "X",
    "linked,A,B,,,,,siblings,": lambda at: at["A"] == at["B"],
    "apart,C,D,,,,,a conflict,": lambda at: at["C"] != at["D"],
    "intake floor,,,Z,,2,,its school stays open,council": lambda at: list(at.values()).count("Z") >= 2,
    "dispersion,,,,n,1,,agreed,directorate": lambda at: all([at[n] for n in "DEF"].count(p) <= 1 for p in "XYZ"),
    "group floor,,,,n,0.76,,nobody pays,": lambda at: [at[n] for n in "DEF"].count("X") >= 2,
}


def given(folder: Path, rules: str, **tables: str) -> list[str]:
    every = {"households": HOMES, "places": PLACES, "scores": SCORES, "rules": HEAD + rules, **tables}
    for name, text in every.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    options = [f"--{name}={folder / name}.csv" for name in every]
    return ["allocate", *options, "--out", str(folder / "plan.csv"), "--json", str(folder / "result.json")]


def placed(folder: Path) -> dict[str, str]:
    plan = pd.read_csv(folder / "plan.csv")
    return dict(zip(plan["household"], plan["place"], strict=True))


def test_the_reader_knows_what_to_do_with_every_rule_of_the_contract() -> None:
    cases = CONTRACTS["rules"].cases
    assert {case.value for case in cases if "limit" in case.needs} == set(rule_table.LIMITED)
    assert {*rule_table.PAIRED, *rule_table.OF_PRACTICE, *rule_table.LIMITED, "deadlines"} == set(rule_table.KINDS)
    assert rule_table.SPEAKS["linked"] == ("household", "other") and rule_table.SPEAKS["dispersion"] == ("group",)


@pytest.mark.parametrize("row", KEPT)
def test_a_rule_of_the_table_is_kept_and_told_with_its_reason(tmp_path: Path, row: str) -> None:
    done = CliRunner().invoke(app, given(tmp_path, row + "\n"))
    assert done.exit_code == 0, done.output
    assert KEPT[row](placed(tmp_path)), placed(tmp_path)
    (told,) = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["rules"]
    assert told["rule"] == row.split(",")[0] and told["reason"] == row.split(",")[-2]


def test_all_of_them_at_once_hold_and_their_certificate_is_verified(tmp_path: Path) -> None:
    rows = [row for row in KEPT if not row.startswith("group floor")]
    command = given(tmp_path, "\n".join(rows) + "\n")
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert all(KEPT[row](placed(tmp_path)) for row in rows), placed(tmp_path)
    checked = CliRunner().invoke(app, ["allocate", "verify", str(tmp_path / "result.json")])
    assert checked.exit_code == 0 and "rule dispersion of n" in checked.output, checked.output


def test_deadlines_up_to_a_day_come_before_the_score(tmp_path: Path) -> None:
    scores = "household,X\n" + "".join(f"{name},0.{9 - k}\n" for k, name in enumerate("ABCDEF"))
    small = {"places": "place,capacity\nX,1\n", "scores": scores}
    assert CliRunner().invoke(app, given(tmp_path, "deadlines,,,,,,2026-12-31,the law,act 5\n", **small)).exit_code == 0
    assert placed(tmp_path) == {"D": "X"}


@pytest.mark.parametrize(
    ("kind", "title"),
    [("no worse for groups", "no worse for any group"), ("no worse for places", "no worse in any place")],
)
def test_no_worse_than_the_placements_of_today(tmp_path: Path, kind: str, title: str) -> None:
    today = "household,place\nA,Y\nB,Y\nC,Y\nD,X\nE,X\nF,X\n"
    assert CliRunner().invoke(app, given(tmp_path, f"{kind},,,,,,,a promise,\n", practice=today)).exit_code == 0
    at = placed(tmp_path)
    assert kind == "no worse for places" or [at[n] for n in "DEF"] == ["X"] * 3
    checked = CliRunner().invoke(app, ["allocate", "verify", str(tmp_path / "result.json")])
    assert checked.exit_code == 0 and f"rule {title}" in checked.output, checked.output


def test_every_faulty_cell_is_named_with_its_row_and_nothing_is_written(tmp_path: Path) -> None:
    rows = (
        "pin,A,,,,,,kin,\nlinked,A,B,,,3,,kin,\nfloor,,,X,,2,,school,\nintake floor,,,X,,-2,,school,\nban,A,,X,,,,,\n"
    )
    done = CliRunner().invoke(app, given(tmp_path, rows))
    assert done.exit_code == 2 and not (tmp_path / "plan.csv").exists()
    for row, column in ((2, "place"), (3, "limit"), (4, "rule"), (5, "limit"), (6, "reason")):
        assert any(f"row {row}" in line and column in line for line in done.output.splitlines()), done.output


def test_names_and_limits_that_cannot_be_are_named_together(tmp_path: Path) -> None:
    rows = (
        "ban,A,,Q,,,,threat,\napart,A,H9,,,,,threat,\ngroup floor,,,,m,0.5,,fair,\n"
        "group floor,,,,n,5,,fair,\nno worse for groups,,,,,,,fair,\nlinked,A,A,,,,,kin,\n"
    )
    done = CliRunner().invoke(app, given(tmp_path, rows))
    assert done.exit_code == 2 and not (tmp_path / "plan.csv").exists()
    told = " ".join(done.output.split())
    for said in ("no such place", "H9", "no such group", "outside its range", "is not given", "as its own partner"):
        assert said in told, done.output


def test_orders_that_contradict_each_other_are_refused_as_input(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, given(tmp_path, "pin,A,,X,,,,kin,\n\nban,A,,X,,,,threat,\n"))
    assert done.exit_code == 2 and not (tmp_path / "plan.csv").exists()
    assert "rules.csv: row 2, column 'place': A is pinned to X and banned from it" in done.output
