"""The honesty panel: no gain where there is none, intervals that hold the truth, claims of raw shares beside."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.core.errors import AssumptionError, DataError
from workbench.decisions.allocation.transport import Transport
from workbench.models.outcomes.cells import Cells
from workbench.models.outcomes.fit import quick_draws
from workbench.sources.synthetic_outcomes import outcome_cells
from workbench.studies.allocation import outcomes
from workbench.studies.allocation.honesty import estimates
from workbench.studies.allocation.honesty.null_worlds import null_worlds
from workbench.studies.allocation.honesty.study import DOUBT

PLACES = [f"p{i}" for i in range(10)]
TYPES = ("couple", "family", "single_adult", "single_parent")


def world(seed: int, *, differ: float, persons: float = 120) -> tuple[Cells, np.ndarray, Transport, np.ndarray]:
    table = outcome_cells(
        TYPES, PLACES, persons=dict.fromkeys(PLACES, persons), seed=seed,
        scales={"type": 0.6, "place": differ, "pair": 1.2 * differ},
    )  # fmt: skip
    cells = Cells.from_table(table)
    truth = table.pivot(index="type", columns="place", values="true_share").to_numpy()
    batch = Transport(np.full(4, 50.0), np.full(10, 20.0), np.ones((4, 10), dtype=bool))
    return cells, truth, batch, np.full((4, 10), 5.0)


@pytest.mark.quick
def test_most_persons_are_placed_first_and_then_the_best_places_are_taken() -> None:
    moved = Transport(np.array([2.0, 1.0]), np.array([1.0, 2.0]), np.array([[1, 1], [1, 0]], bool)).plan(
        np.array([[0.9, 0.1], [0.2, 0.9]])
    )
    assert moved.sum() == pytest.approx(3.0) and moved[1, 0] == pytest.approx(1.0)


@pytest.mark.quick
def test_a_world_without_differences_is_seldom_rejected_and_one_with_them_is() -> None:
    rejected = {}
    for differ in (0.0, 0.6):
        p = [null_worlds(*_given(seed, differ), worlds=19, seed=seed).exact for seed in range(8)]
        rejected[differ] = sum(each <= 0.05 for each in p)
    assert rejected[0.0] <= 2 and rejected[0.6] >= 7  # at a size of 5 % more than 2 of 8 come up in .6 % of cases


def _given(seed: int, differ: float) -> tuple:
    cells, _, batch, practice = world(seed, differ=differ)
    return cells, batch.plan, practice


@pytest.mark.quick
def test_the_interval_holds_the_truth_and_shrunk_claims_are_nearer_to_it_than_raw_ones() -> None:
    held, shrunk, raw = [], [], []
    for seed in range(4):
        cells, truth, batch, practice = world(seed, differ=0.35)
        drawn = quick_draws(cells, seed=seed)
        share = drawn.mean(axis=0)
        true = estimates.true_gain(share, truth, batch.plan, practice)
        found = estimates.cross_fitted(cells, batch.plan, practice, drawn=drawn, folds=3, seed=seed)
        gain = estimates.doubted(batch.plan(share), practice, sure=drawn, doubting=_doubting(cells))
        held.append(found.low <= true <= found.high and gain.low <= true <= gain.high)
        shrunk.append(estimates.claimed(share, batch.plan, practice) - true)
        raw_share = np.nan_to_num(cells.raw(), nan=0.4)
        raw.append(
            estimates.claimed(raw_share, batch.plan, practice)
            - estimates.true_gain(raw_share, truth, batch.plan, practice)
        )
    assert np.mean(held) >= 0.75
    assert abs(np.mean(shrunk)) < 0.04 < np.mean(raw)


def _doubting(cells: Cells) -> np.ndarray:
    return quick_draws(cells, doubt=DOUBT)


@pytest.mark.quick
def test_where_no_place_matters_the_gain_is_near_nought_though_the_scores_claim_one() -> None:
    gains, claims = [], []
    for seed in range(4):
        cells, _, batch, practice = world(seed, differ=0.0, persons=20)
        drawn = quick_draws(cells, seed=seed)
        plan = batch.plan(drawn.mean(axis=0))
        gains.append(estimates.doubted(plan, practice, sure=drawn, doubting=_doubting(cells)))
        claims.append(estimates.claimed(drawn.mean(axis=0), batch.plan, practice))
    assert all(gain.low <= 0 <= gain.high for gain in gains)
    assert np.mean([gain.gain for gain in gains]) < 0.02 < np.mean(claims)


@pytest.mark.quick
def test_a_place_is_not_better_for_having_taken_its_people_in_better_years() -> None:
    rng = np.random.default_rng(1)
    rows = [
        (f"p{place}", "a", year, 60, rng.binomial(60, share))
        for place in range(12)
        for year, share in ((2020, 0.2), (2021, 0.7))
        if (place < 6) == (year == 2021)
    ]
    table = pd.DataFrame(rows, columns=["place", "type", "period", "n", "successes"])
    batch, practice = Transport(np.array([60.0]), np.full(12, 10.0), np.ones((1, 12), bool)), np.full((1, 12), 5.0)
    p = [
        null_worlds(Cells.from_table(t), batch.plan, practice, worlds=59, seed=1).p
        for t in (table, table.drop(columns="period"))
    ]
    assert p[1] <= 0.05 < p[0]


@pytest.mark.quick
def test_a_gain_is_of_the_place_not_of_whom_a_plan_places() -> None:
    plan, usual = estimates.normalised(np.array([[4.0, 0.0], [0.0, 0.0]]), np.array([[1.0, 1.0], [1.0, 1.0]]))
    assert plan.sum() == pytest.approx(1) and usual.tolist() == [[0.5, 0.5], [0.0, 0.0]]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    rng = np.random.default_rng(1)
    adults = rng.integers(1, 3, 40)
    homes = pd.DataFrame(
        {
            "household": [f"H{i:02d}" for i in range(40)],
            "adults": adults,
            "children": rng.integers(0, 2, 40),
            "seniors": 0,
        }
    )
    made = {name: tmp_path / f"{name}.csv" for name in ("households", "places", "cells")}
    homes.to_csv(made["households"], index=False)
    pd.DataFrame({"place": PLACES, "capacity": 10}).to_csv(made["places"], index=False)
    outcome_cells(TYPES, PLACES, persons=dict.fromkeys(PLACES, 80), seed=2).to_csv(made["cells"], index=False)
    return made


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    return done.exit_code, done.output


@pytest.mark.quick
def test_the_command_writes_gain_interval_and_test_and_says_what_is_synthetic(files: dict[str, Path]) -> None:
    target = files["cells"].with_name("out.json")
    code, said = run("allocate", "honesty", "--households", files["households"], "--places", files["places"],
                     "--outcomes", files["cells"], "--json", target, "--by-types", "--worlds", 99)  # fmt: skip
    told = json.loads(target.read_text())
    assert code == 0 and told["low"] <= told["gain"] <= told["high"] and 0.01 <= told["null_p"] <= 1
    assert told["synthetic"] and told["true_gain"] is not None and "made up" in said
    assert told["assumed"][0]["value"] == DOUBT and "That is an assumption" in said
    again = run("allocate", "honesty", "--households", files["households"], "--places", files["places"],
                "--outcomes", files["cells"], "--json", target, "--worlds", 99)  # fmt: skip
    assert again[0] == 2  # an earlier result is not replaced


@pytest.mark.quick
def test_a_plan_by_outcomes_says_what_its_score_is_and_verifies(files: dict[str, Path]) -> None:
    home = files["cells"].parent
    code, said = run("allocate", "--households", files["households"], "--places", files["places"], "--gap", 0.03,
                     "--outcomes", files["cells"], "--out", home / "plan.csv",
                     "--json", home / "r.json")  # fmt: skip
    assert code == 0 and "synthetic outcomes" in said
    assert run("allocate", "verify", home / "r.json")[0] == 0


@pytest.mark.quick
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.assign(successes=t["n"] + 1), "above it"),
        (lambda t: t.assign(n=5, successes=10), "more persons reached"),
        (lambda t: t.assign(n=0, successes=0), "nobody was counted"),
        (lambda t: t.assign(successes=0), "nobody reached"),
        (lambda t: t.assign(successes=t["n"]), "everybody reached"),
        (lambda t: t.assign(place="x" + t["place"]), "no overlap"),
        (lambda t: t.assign(type="x" + t["type"]), "of a type that the outcomes do not count"),
        (lambda t: t.assign(outcome="staying"), "staying is not used"),
        (lambda t: t.drop(columns="n"), "required column is missing"),
    ],
)
def test_bad_counts_are_refused_in_a_sentence(files: dict[str, Path], change, said: str) -> None:
    table = pd.read_csv(files["cells"]).drop(columns="true_share")
    change(table).to_csv(files["cells"], index=False)
    target = files["cells"].with_name("out.json")
    code, output = run("allocate", "honesty", "--households", files["households"], "--places", files["places"],
                       "--outcomes", files["cells"], "--json", target, "--by-types")  # fmt: skip
    assert code == 2 and said in output and not target.exists(), output


@pytest.mark.quick
def test_one_row_for_each_person_is_read_and_an_outcome_is_chosen(tmp_path: Path) -> None:
    rows = {"person": ["1", "2", "3"], "place": ["a", "a", "b"], "type": "couple", "reached": [True, False, True]}
    pd.DataFrame({**rows, "outcome": ["work", "work", "education"]}).to_csv(tmp_path / "p.csv", index=False)
    table = outcomes.read(tmp_path / "p.csv")
    assert table.outcome == "work" and table.cells().n.tolist() == [[2]] and not table.synthetic
    with pytest.raises(DataError, match="no outcome"):
        outcomes.read(tmp_path / "p.csv", outcome="wrk")
    with pytest.raises(AssumptionError, match="staying"):
        pd.DataFrame({**rows, "outcome": "staying"}).to_csv(tmp_path / "s.csv", index=False)
        outcomes.read(tmp_path / "s.csv", outcome="staying")
    assert outcomes.read(tmp_path / "s.csv", outcome="staying", reason="asked for by the council").reason
