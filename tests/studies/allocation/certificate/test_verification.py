"""Verifying a saved plan: whatever is edited in result or sidecar is found, whatever is lacking is refused in words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from workbench.cli.allocation import commands as allocate
from workbench.core.errors import DataError
from workbench.studies.allocation.certificate.verification import verify

pytestmark = pytest.mark.quick
TABLES = {
    "households": "household,adults,children,seniors,needs,group\n"
    "a,2,2,0,school,g\nb,1,0,0,,g\nc,2,1,0,school,h\nd,1,0,0,,h\ne,3,0,0,,h\n",
    "places": "place,name,capacity,capacity_school\nX,Xtown,5,3\nY,Ytown,4,4\n",
    "scores": "household,X,Y\na,0.9,0.2\nb,0.8,0.3\nc,0.7,0.4\nd,0.1,0.6\ne,0.5,0.5\n",
    "rules": "rule,household,place,group,limit,reason,source\n"
    "ban,d,X,,,a threat,police\ngroup floor,,,h,0.1,nobody left,\n",
}
SCARCE = {
    "households": "household,adults,children,seniors\np,3,0,0\nq,2,0,0\nr,2,0,0\ns,2,0,0\n",
    "places": "place,name,capacity\nX,Xtown,3\nY,Ytown,3\n",
    "scores": "household,X,Y\np,0.9,0.2\nq,0.8,0.3\nr,0.7,0.4\ns,0.1,0.6\n",
}
"""Six places for whole households of 3, 2, 2 and 2: that only five can be filled needs a proof of its own."""
Body = dict[str, Any]


def made(folder: Path, *options: str, tables: dict[str, str] = TABLES) -> Path:
    """Write the tables and let the command place them; the result's path."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    given = [part for name in tables for part in (f"--{name}", str(folder / f"{name}.csv"))]
    result = folder / "result.json"
    written = ["--out", str(folder / "plan.csv"), "--json", str(result)]
    done = CliRunner().invoke(allocate.app, [*given, *written, *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return result


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("made")).parent


@pytest.fixture
def result(once: Path, tmp_path: Path) -> Path:
    """A result of one's own to spoil: the certificate's paths are relative."""
    return Path(shutil.copytree(once, tmp_path / "copy")) / "result.json"


def wrong(result: Path) -> set[str]:
    return {check.name for check in verify(result) if not check.well}


def edit(result: Path, change: Callable[[Body], object]) -> None:
    body = json.loads(result.read_text(encoding="utf-8"))
    change(body)
    result.write_text(json.dumps(body), encoding="utf-8")


def edit_sidecar(result: Path, change: Callable[[Body], object]) -> None:
    with np.load(result.with_suffix(".npz")) as stored:
        arrays = {name: stored[name] for name in stored.files}
    change(arrays)
    np.savez_compressed(result.with_suffix(".npz"), **arrays)


def first(name: str, column: str, value: object) -> Callable[[Body], object]:
    return lambda body: body[name][0].update({column: value})


@pytest.mark.parametrize("objective", ["place-first", "score"])
def test_what_was_written_verifies(tmp_path: Path, objective: str) -> None:
    result = made(tmp_path, "--objective", objective)
    assert wrong(result) == set()
    assert json.loads(result.read_text(encoding="utf-8"))["unplaced"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda body: body.update(persons=body["persons"] + 1), "persons"),
        (lambda body: body.update(persons="many"), "persons"),
        (lambda body: body.update(value=None), "value"),
        (lambda body: body.update(worst_off="g" if body["worst_off"] == "h" else "h"), "group worst off"),
        (lambda body: body.update(objective="score"), "objective"),
        (lambda body: body["asked"].update(objective="score"), "objective asked"),
        (lambda body: body["asked"].update(rules=["deadlines"]), "installed rules asked"),
        (lambda body: body.update(score_name="outcome in work"), "what the score is"),
        (lambda body: body.update(matching={"ties": 1.0}), "weights of matching"),
        (lambda body: body["inputs"].update(places="0" * 64), "input places"),
        (lambda body: body["inputs"].pop("rules"), "input rules"),
        (lambda body: body["inputs"].update(practice="0" * 64), "input practice"),
        (lambda body: body["rules"].clear(), "rules stated"),
        (lambda body: body["rules"][0].update(reason="a wish"), "rules stated"),
        (first("unplaced", "persons", 9), "unplaced"),
        (lambda body: body["unplaced"][0].update(household=body["assignment"][0]["household"]), "unplaced"),
        (lambda body: body["unplaced"].clear(), "unplaced"),
        (first("by_place", "shadow_price", 7.0), "persons by place"),
        (first("by_place", "name", "Ztown"), "names of places"),
        (first("by_group", "mean_score", "high"), "groups"),
    ],
)
def test_every_edit_of_the_result_is_found(result: Path, change: Callable[[Body], object], named: str) -> None:
    edit(result, change)
    assert named in wrong(result)


@pytest.mark.parametrize("name", ["unplaced", "by_group", "by_place", "assignment", "rules", "inputs", "persons"])
def test_a_result_that_lacks_a_part_is_refused(result: Path, name: str) -> None:
    edit(result, lambda body: body.pop(name))
    with pytest.raises(DataError, match=f"no '{name}'") as caught:
        verify(result)
    assert caught.value.where and caught.value.why and caught.value.do


def spoilt(name: str, value: float) -> Callable[[Body], object]:
    def change(arrays: Body) -> None:
        arrays[name] = arrays[name].astype(float)
        arrays[name].flat[0] = value

    return change


def restated(**said: object) -> Callable[[Body], object]:
    return lambda arrays: arrays.update(meta=np.array(json.dumps({**json.loads(str(arrays["meta"])), **said})))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda arrays: arrays.pop("meta"), "no 'meta'"),
        (lambda arrays: arrays.update(meta=np.array("{")), "'meta' cannot be read"),
        (lambda arrays: arrays.update(meta=np.array("{}")), "'meta' has no 'objective'"),
        (restated(paths={"households": "households.csv"}), "other tables than"),
        (restated(weights={"kin": 1}), "'meta' cannot be read"),
        (lambda arrays: arrays.pop("score.price"), "no 'score.price'"),
        (lambda arrays: arrays.pop("score.at_least"), "no 'score.at_least'"),
        (lambda arrays: arrays.update({"score.twice": arrays["score.twice"][:, :-1]}), "'score.twice' has the shape"),
        (lambda arrays: arrays.update({"score.rows.kin": np.ones((1, 2))}), "prices 'kin', which is no rule"),
        (lambda arrays: arrays.update({"score.twice": np.array(["a"])}), "'score.twice' holds no numbers"),
        (spoilt("score.price", np.inf), "'score.price' holds a number"),
        (spoilt("score.twice", 1e300), "'score.twice' holds a number"),
        (lambda arrays: [arrays.pop(name) for name in list(arrays) if name.startswith("score.")], "about the score"),
    ],
)
def test_a_sidecar_that_no_search_writes_is_refused_in_words(
    result: Path, change: Callable[[Body], object], said: str
) -> None:
    edit_sidecar(result, change)
    with pytest.raises(DataError, match=said) as caught:
        verify(result)
    assert caught.value.where and caught.value.do


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda arrays: arrays.pop("persons.whole"), "no 'persons.whole'"),
        (spoilt("persons.price", np.nan), "'persons.price' holds a number"),
        (spoilt("persons.twice", np.nan), "'persons.twice' holds a number"),
        (lambda arrays: arrays.update({"persons.at_least": np.array(99)}), "nothing about the persons placed"),
    ],
)
def test_a_spoilt_proof_of_the_persons_placed_is_refused_in_words(
    tmp_path: Path, change: Callable[[Body], object], said: str
) -> None:
    result = made(tmp_path, tables=SCARCE)
    edit_sidecar(result, change)
    with pytest.raises(DataError, match=said) as caught:
        verify(result)
    assert caught.value.where and caught.value.do


def test_a_bound_over_plans_of_many_persons_is_none_over_all_plans(tmp_path: Path) -> None:
    result = made(tmp_path, "--objective", "score")
    edit_sidecar(result, lambda arrays: arrays.update({"score.at_least": np.array(1)}))
    assert "persons in the plans that the bound speaks of" in wrong(result)


def test_a_plan_without_its_households_is_refused(result: Path) -> None:
    plan = result.with_name("plan.csv")
    plan.write_text(plan.read_text(encoding="utf-8").replace("household", "home", 1), encoding="utf-8")
    with pytest.raises(DataError, match="no column 'household'"):
        verify(result)


def test_what_a_capacity_counts_is_kept_and_verified(result: Path, tmp_path: Path) -> None:
    counted = made(tmp_path, "--count", "school=children")
    assert json.loads(counted.read_text(encoding="utf-8"))["asked"]["count"] == {"school": "children"}
    assert wrong(counted) == set()
    value, plain = (json.loads(each.read_text(encoding="utf-8"))["value"] for each in (counted, result))
    assert value > plain, "3 school places take a family with 2 children, but not all 4 persons of it"
    edit(counted, lambda body: body["asked"].pop("count"))
    assert wrong(counted) == {"what capacities of services count"}
    edit_sidecar(counted, restated(counts={}))
    assert any(name.startswith("rule ") for name in wrong(counted)), "all persons of that family find no school place"


def test_a_sidecar_from_before_counts_were_stated_still_verifies(result: Path) -> None:
    def older(arrays: Body) -> None:
        meta = json.loads(str(arrays["meta"]))
        del meta["counts"]
        arrays["meta"] = np.array(json.dumps(meta))

    edit_sidecar(result, older)
    edit(result, lambda body: body["asked"].pop("count"))
    assert wrong(result) == set()
