"""Is a backtest honest? Nothing from the future, stand-ins from the past alone, faults said, scores from the files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.calendar import add_months, month_range
from workbench.core.errors import DataError, ModelError
from workbench.core.runs.tasks import Kept, Task
from workbench.models import hubverse
from workbench.models.baselines import BASELINES
from workbench.studies.inflow.arrivals import read_table
from workbench.studies.inflow.contest import backtest as inflow_backtest
from workbench.studies.inflow.contest import periods as inflow_periods
from workbench.studies.inflow.contest import scores as inflow_scores
from workbench.studies.inflow.contest.backtest import Backtest, series_of
from workbench.studies.inflow.contest.origin import Learnt, keep, kept_before
from workbench.studies.inflow.contest.plan import MODEL, POOLS, chosen, every, horizons_in, origins_in
from workbench.studies.inflow.judgement import rates

pytestmark = pytest.mark.quick
ORIGINS = month_range("2017-01", "2018-12")[::7]


@dataclass(frozen=True)
class Wanderer:
    """A forecaster that is quick: a random walk around each series' last figure; may fail, or break, at will."""

    size: float = 0.2
    fails_at: tuple[str, ...] = ()
    breaks_at: tuple[str, ...] = ()

    def __call__(self, past: pd.DataFrame, as_of: str, horizon: int, seed: int) -> Learnt:
        assert past["month"].max() == as_of
        if as_of in self.breaks_at:
            raise ModelError("the sampler could not run")
        last = past.dropna().sort_values("month").groupby("destination")["persons"].last().sort_index()
        steps = np.random.default_rng(seed).normal(0, self.size, (400, len(last), horizon)).cumsum(axis=2)
        draws = np.rint(last.to_numpy()[:, None] * np.exp(steps)).astype(int)
        return Learnt(draws, "the chains disagree" if as_of in self.fails_at else "", {"max_rhat": 1.0})


class Here:
    """An engine that does the work itself, one task after the other."""

    def map(
        self,
        function: Callable[[Task], Any],
        tasks: Mapping[str, Any],
        *,
        seed: int,
        kept: Kept[Any, Any],
        progress: Callable[[int, int], None] | None = None,
    ) -> dict[str, Any]:
        return {key: function(Task(key, inputs, seed)) for key, inputs in tasks.items()}


def walk(corridors: bool = False, seed: int = 2) -> pd.DataFrame:
    """Return invented arrivals, 2012-01 to 2019-12."""
    months = month_range("2012-01", "2019-12")
    names = [("AA", "SYR"), ("AA", "AFG"), ("BB", "SYR")] if corridors else [("AA",), ("BB",), ("CC",)]
    path = np.exp(6 + np.random.default_rng(seed).normal(0, 0.2, (len(months), len(names))).cumsum(axis=0))
    rows = [(m, *name, float(round(path[i, j]))) for i, m in enumerate(months) for j, name in enumerate(names)]
    return pd.DataFrame(rows, columns=["month", "destination", *(["origin"] if corridors else []), "persons"])


def backtest(table: pd.DataFrame, out: Path, **changes: Any) -> Backtest:
    settings: dict[str, Any] = {
        "origins": ORIGINS,
        "horizons": [3, 4],
        "learners": {MODEL: Wanderer()},
        "baselines": ["LocalLevelT"],
        "pools": {"pool-both": (MODEL, "LocalLevelT")},
    }
    return inflow_backtest.run(table, out=out, engine=Here(), seed=1, **(settings | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    return backtest(walk(), tmp_path_factory.mktemp("backtest") / "out")


def test_every_forecaster_forecasts_every_series_from_every_origin(done: Backtest) -> None:
    forecasts = hubverse.read(done.folder / "forecasts.parquet")
    assert set(forecasts["model_id"]) == {MODEL, "LocalLevelT", "pool-both"}
    assert (forecasts.groupby("model_id").size() == len(ORIGINS) * 3 * 2).all()
    overall = done.scores["periods"]["overall"]
    assert overall["forecasts"] == len(ORIGINS) * 6 and overall["skill"]["log_crps"]["best_baseline"] == "LocalLevelT"
    assert set(overall["skill"]["log_crps"]["models"]) == {MODEL, "pool-both"}
    assert done.scores["fallbacks"]["which"] == []
    # Nobody named a surge; four origins seven months apart are four blocks, enough for an interval.
    assert set(done.scores["periods"]) == {"overall"} and done.scores["scored_apart"]["surge"] is None
    found = overall["skill"]["log_crps"]["models"][MODEL]
    assert found["independent_blocks"] == 4 and found["skill_low"] <= found["skill"] <= found["skill_high"]


def test_changing_the_future_leaves_the_forecasts_of_the_past_as_they_were(done: Backtest, tmp_path: Path) -> None:
    table, at = walk(), "2018-01"
    later = table["month"] > at
    table.loc[later, "persons"] = (table.loc[later, "persons"] * 7).round() + 3
    changed = backtest(table, tmp_path)
    one, other = (hubverse.read(folder / "forecasts.parquet") for folder in (done.folder, changed.folder))
    before = one["origin_month"] <= at
    pd.testing.assert_frame_equal(one[before], other[other["origin_month"] <= at])
    assert not one[~before].equals(other[other["origin_month"] > at])


def test_the_threshold_of_a_high_outcome_knows_nothing_later(done: Backtest, tmp_path: Path) -> None:
    table = walk()
    table.loc[table["month"] > "2018-08", "persons"] *= 50
    changed = inflow_scores.read(backtest(table, tmp_path).folder).forecasts
    before = inflow_scores.read(done.folder).forecasts
    known = before["target_month"] <= "2018-08"
    pd.testing.assert_frame_equal(before[known], changed[changed["target_month"] <= "2018-08"])


def test_scores_come_from_the_folder_alone_and_again_the_same(done: Backtest) -> None:
    path = done.folder / "scores.json"
    first = path.read_bytes()
    path.unlink()
    assert inflow_scores.score(done.folder) == json.loads(first) == done.scores
    assert path.read_bytes() == first


def test_months_that_somebody_names_are_scored_apart_and_said(done: Backtest, tmp_path: Path) -> None:
    known = inflow_periods.named(surge="2017-01..2017-08", pandemic="2018-09")
    asked = backtest(walk(), tmp_path, periods=known).scores
    assert asked["scored_apart"]["surge"] == {"first": "2017-01", "last": "2017-08", "why": "named with --surge"}
    forecasts = {name: told["forecasts"] for name, told in asked["periods"].items()}
    assert forecasts == {"overall": 24, "calm": 12, "surge": 12, "without_covid": 18}
    before = asked["periods"]["overall"]
    later = inflow_scores.score(tmp_path, surge="2018-01..2018-12")
    assert later["periods"]["overall"] == before == done.scores["periods"]["overall"]
    assert later["scored_apart"]["surge"]["first"] == "2018-01" and later["periods"]["surge"]["origins"] == 2
    assert later["scored_apart"]["pandemic"]["first"] == "2018-09"
    assert inflow_scores.score(tmp_path) == asked


def test_a_folder_without_a_backtest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no backtest") as empty:
        inflow_scores.score(tmp_path)
    assert "is not there" in empty.value.message() and "Errno" not in empty.value.message()
    with pytest.raises(DataError, match="holds no backtest") as absent:
        inflow_scores.score(tmp_path / "nowhere")
    assert "no such folder" in absent.value.message()
    with pytest.raises(DataError, match="2015-13"):  # before any file is read
        inflow_scores.score(tmp_path / "nowhere", pandemic="2015-13")


def test_files_of_two_runs_are_not_scored_as_one(done: Backtest, tmp_path: Path) -> None:
    other = backtest(walk().assign(persons=lambda t: t["persons"] + 7), tmp_path / "other").folder
    for name in ("forecasts.parquet", "samples.parquet", "arrivals.csv"):
        mixed = Path(shutil.copytree(done.folder, tmp_path / name))
        shutil.copy(other / name, mixed / name)
        before = (mixed / "scores.json").read_bytes()
        with pytest.raises(DataError, match="not those of one run") as caught:
            inflow_scores.score(mixed)
        assert name in caught.value.message() and (mixed / "scores.json").read_bytes() == before


@pytest.mark.parametrize("said", ["", "{", "[]", "{}", '{"seed": 1}', "null"])
def test_a_damaged_note_of_a_backtest_is_refused_in_words(done: Backtest, tmp_path: Path, said: str) -> None:
    folder = Path(shutil.copytree(done.folder, tmp_path / "copy"))
    (folder / "backtest.json").write_text(said, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        inflow_scores.score(folder)
    assert "backtest" in caught.value.what and caught.value.do


def test_a_failed_fit_is_marked_and_replaced_by_who_was_best_until_then(tmp_path: Path) -> None:
    learners = {MODEL: Wanderer(fails_at=("2017-01",), breaks_at=("2018-10",))}
    baselines = ["LocalLevelT", "SeasonalNaive"]
    table = walk()
    month = table["month"].str[5:].astype(int)
    table["persons"] = (200 + 150 * (month % 4)).astype(float)  # a season and nothing else
    told = backtest(table, tmp_path, learners=learners, baselines=baselines, pools={})
    used = {f["origin"]: f["used"] for f in told.scores["fallbacks"]["which"]}
    assert used == {"2017-01": "LocalLevelT", "2018-10": "SeasonalNaive"}
    assert told.scores["fallbacks"]["share_of_origins"][MODEL] == pytest.approx(2 / 4)
    forecasts = hubverse.read(tmp_path / "forecasts.parquet").set_index(["model_id", "origin_month"])
    pd.testing.assert_frame_equal(
        forecasts.loc[(MODEL, "2018-10")].reset_index(drop=True),
        forecasts.loc[("SeasonalNaive", "2018-10")].reset_index(drop=True),
    )


def test_a_failed_fit_may_speak_for_itself_and_stays_marked(tmp_path: Path) -> None:
    told = backtest(walk(), tmp_path, learners={MODEL: Wanderer(fails_at=("2017-01",))}, stand_in=False)
    assert told.scores["fallbacks"]["which"][0]["used"] == "its own forecast"


def test_corridors_are_told_apart_by_origin(tmp_path: Path) -> None:
    told = backtest(walk(corridors=True), tmp_path)
    assert told.scores["series"] == ["AA|AFG", "AA|SYR", "BB|SYR"]
    table = pd.read_parquet(tmp_path / "forecasts.parquet")
    assert set(zip(table["location"], table["origin"], strict=True)) == {("AA", "SYR"), ("AA", "AFG"), ("BB", "SYR")}


def test_joint_draws_are_kept_and_score_by_energy(done: Backtest) -> None:
    samples = pd.read_parquet(done.folder / "samples.parquet")
    assert len(samples) == len(ORIGINS) * 6 and len(samples["samples"].iloc[0]) == 300
    energy = done.scores["periods"]["overall"]["models"][MODEL]["energy"]
    assert energy > 0 and "energy" in done.scores["periods"]["overall"]["skill"]


def test_a_series_that_is_short_empty_or_late_is_left_out_with_the_reason(tmp_path: Path) -> None:
    table = walk()
    short = table[table["destination"] == "AA"].assign(destination="SS")
    late = table[(table["destination"] == "AA") & (table["month"] > "2018-06")].assign(destination="LL")
    zero = table[table["destination"] == "AA"].assign(destination="ZZ", persons=0.0)
    whole = pd.concat([table, short[short["month"] > "2016-07"], late, zero]).sample(frac=1, random_state=1)
    told = backtest(whole, tmp_path)
    assert told.scores["series"] == ["AA", "BB", "CC"] and set(told.scores["left_out"]) == {"SS", "LL", "ZZ"}
    assert "6 published months" in told.scores["left_out"]["SS"] and "zero" in told.scores["left_out"]["ZZ"]


def test_rows_in_another_order_give_the_same_scores(done: Backtest, tmp_path: Path) -> None:
    assert backtest(walk().sample(frac=1, random_state=5), tmp_path).scores == done.scores


def test_a_gap_is_said_and_not_filled_for_the_model(tmp_path: Path) -> None:
    table = walk()
    gap = (table["destination"] == "BB") & table["month"].between("2015-03", "2015-05")
    told = backtest(table.assign(persons=table["persons"].mask(gap)), tmp_path)
    assert any(r["kind"] == "gap" and r["series"] == "BB" and r["months"] == 3 for r in told.scores["quality"])


def test_a_series_that_cannot_be_learnt_from_at_all_is_a_clear_message(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="AA: 6 published months"):
        backtest(walk(), tmp_path, origins=["2012-06"])


def test_everything_wrong_with_what_was_asked_for_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(DataError) as fault:
        backtest(
            walk(), tmp_path, origins=["2031-01"], horizons=[0], baselines=["Prophet"], learners={"mine": Wanderer()}
        )
    for said in ("outside the data: 2031-01", "between 1 and 24", "Prophet", "start with 'workbench-'", "4 faults"):
        assert said in str(fault.value)
    assert not (tmp_path / "scores.json").exists()


def test_an_origin_without_any_outcome_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no outcome is known"):
        backtest(walk(), tmp_path, origins=["2019-11"])


def test_what_was_foreseen_is_kept_and_read_back(tmp_path: Path) -> None:
    from workbench.models.quality import grid
    from workbench.studies.inflow.contest.backtest import _task
    from workbench.studies.inflow.contest.origin import forecast_origin

    origin = _task(grid(walk()), "2018-03", 4, {MODEL: Wanderer()}, ["LocalLevelT"])
    seen = forecast_origin(Task("2018-03", origin, 1))
    keep(seen, tmp_path / "one")
    again = kept_before(tmp_path / "one")
    for name, values in seen.quantiles.items():
        np.testing.assert_array_equal(again.quantiles[name], values)
    np.testing.assert_array_equal(again.draws[MODEL], seen.draws[MODEL])
    assert again.notes == seen.notes and origin.persons.shape[0] == len(month_range("2012-01", "2018-03"))


def test_who_takes_part_is_decided_at_the_first_origin() -> None:
    from workbench.models.quality import grid

    cells = grid(walk())
    changed = cells.copy()
    changed.loc["2017-02":, "AA"] = np.nan
    assert series_of(cells, "2017-01") == series_of(changed, "2017-01") == (["AA", "BB", "CC"], {})


@pytest.mark.parametrize(("text", "steps"), [("3-6", [3, 4, 5, 6]), ("1,3", [1, 3]), ("6", [6]), ("1-2, 6", [1, 2, 6])])
def test_horizons_are_read(text: str, steps: list[int]) -> None:
    assert horizons_in(text) == steps


@pytest.mark.parametrize("text", ["", "a", "3-", "-2", "1;2"])
def test_what_are_no_horizons_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="no horizons"):
        horizons_in(text)


def test_origins_are_counted_or_read_from_a_file(tmp_path: Path) -> None:
    assert every("2013-01", "2013-12", 6) == ["2013-01", "2013-07"]
    with pytest.raises(DataError, match="no origins lie"):
        every("2014-01", "2013-01")
    (tmp_path / "origins.txt").write_text("2013-01  # the first\n\n2014-06\n")
    assert origins_in(tmp_path / "origins.txt") == ["2013-01", "2014-06"]
    (tmp_path / "bad.txt").write_text("2013-13\nJune\n")
    with pytest.raises(DataError, match="2 faults"):
        origins_in(tmp_path / "bad.txt")
    with pytest.raises(DataError, match="cannot read"):
        origins_in(tmp_path / "absent.txt")


def test_forecasters_are_named() -> None:
    assert chosen("") == [MODEL, *BASELINES, *POOLS] and chosen("AutoETS, RandomWalk") == ["AutoETS", "RandomWalk"]
    with pytest.raises(DataError, match="nobody is called Prophet"):
        chosen("Prophet,AutoETS")


def test_shipped_tables_are_read_as_they_stand() -> None:
    assert set(read_table(locality="sweden")[0]["destination"]) == {"SE"}
    table, source = read_table(table="corridors")
    assert list(table.columns) == ["month", "destination", "origin", "persons"] and "UNHCR" in source
    with pytest.raises(DataError, match="no table of arrivals"):
        read_table(table="detections")


def test_the_sum_over_series_is_scored_from_joint_draws(tmp_path: Path) -> None:
    told = backtest(walk(), tmp_path).scores["totals"]
    assert set(told) == {MODEL}
    months, period = told[MODEL]["months"], told[MODEL]["period"]
    assert months["forecasts"] == 2 * period["forecasts"] == 2 * len(ORIGINS)
    scored = inflow_scores.read(tmp_path).sums
    samples = pd.read_parquet(tmp_path / inflow_scores.SAMPLES)
    first = samples[(samples["origin_month"] == ORIGINS[0]) & (samples["horizon"] == 3)]
    drawn = np.stack(first["samples"].to_list()).sum(axis=0)
    truth = walk().groupby("month")["persons"].sum()[add_months(ORIGINS[0], 3)]
    low, high = np.quantile(drawn, [0.1, 0.9], method="inverted_cdf")
    row = scored[(scored["origin_month"] == ORIGINS[0]) & (scored["horizon"] == 3)].iloc[0]
    assert row["covered80"] == (low <= truth <= high)


def test_a_fall_at_the_end_of_each_past_reaches_the_model_as_it_was_published(tmp_path: Path) -> None:
    """The rule on doubtful months is the learner's own, so that it sees at each origin what a live user's sees."""
    table = walk()
    fall = (table["month"] == ORIGINS[1]) & (table["destination"] == "AA")
    table.loc[fall, "persons"] = 1.0
    seen: dict[str, float] = {}

    class Looker(Wanderer):
        def __call__(self, past: pd.DataFrame, as_of: str, horizon: int, seed: int) -> Learnt:
            seen[as_of] = float(past[(past["month"] == as_of) & (past["destination"] == "AA")]["persons"].iloc[0])
            return super().__call__(past, as_of, horizon, seed)

    backtest(table, tmp_path, learners={MODEL: Looker()})
    assert seen[ORIGINS[1]] == 1.0 and not any(np.isnan(list(seen.values())))


def test_another_backtest_s_folder_is_not_overwritten_in_silence(tmp_path: Path) -> None:
    backtest(walk(), tmp_path, overwrite=False)
    backtest(walk(), tmp_path, overwrite=False)  # the same input is taken up again
    before = (tmp_path / inflow_scores.SCORES).read_bytes()
    with pytest.raises(DataError, match="another input"):
        backtest(walk(seed=3), tmp_path, overwrite=False)
    with pytest.raises(DataError, match="another input"):
        backtest(walk(), tmp_path, overwrite=False, horizons=[3])
    assert (tmp_path / inflow_scores.SCORES).read_bytes() == before
    backtest(walk(seed=3), tmp_path, overwrite=True)


def test_an_alarm_has_the_rates_of_the_backtest_beside_it(tmp_path: Path) -> None:
    table = walk()
    backtest(table, tmp_path)
    limit = float(table[(table["destination"] == "AA") & (table["month"] > "2017-03")]["persons"].median())
    found = rates(tmp_path, "AA", limit)
    outcomes = table[table["destination"] == "AA"].set_index("month")["persons"]
    above = sum(outcomes[add_months(origin, step)] > limit for origin in ORIGINS for step in (3, 4))
    assert found.passed == above and found.quiet == 2 * len(ORIGINS) - above
    assert 0 <= found.missed <= above and f"of {found.quiet} months below it" in found.line()
    never = rates(tmp_path, "AA", 1e9)
    assert (never.false, never.missed, never.passed) == (0, 0, 0) and "miss rate is unknown" in never.line()
    with pytest.raises(DataError, match="no forecasts of ZZ"):
        rates(tmp_path, "ZZ", limit)
