"""Do scenarios, experts and alarms say what they were told, refuse what cannot be, and leave the forecast alone?"""

from __future__ import annotations

from dataclasses import make_dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.models.scores import LEVELS
from workbench.presentation.inflow import judgement as shown
from workbench.studies.inflow import judgement as people
from workbench.studies.inflow.contest.plan import MODEL
from workbench.studies.inflow.contest.scores import ARRIVALS, SAMPLES, WORDS
from workbench.studies.inflow.issue import ahead
from workbench.studies.inflow.judgement.alarm import chance_above
from workbench.studies.inflow.judgement.reweighting import effective, resampled, tilted
from workbench.studies.inflow.judgement.scenarios import If, Path_, Shock, apply, compare, read_scenario

pytestmark = pytest.mark.quick
MONTHS = ["2020-01", "2020-02", "2020-03"]


@pytest.fixture
def result() -> Any:
    rng = np.random.default_rng(1)
    common = rng.normal(0, 0.3, (4000, 1, 3)).cumsum(axis=2)
    own = rng.normal(0, 0.2, (4000, 2, 3)).cumsum(axis=2)
    values = np.rint(np.array([1000, 3000])[:, None] * np.exp(common + own)).astype(int)
    draws = Draws.from_array(values, {"destination": ["NO", "SE"], "month": MONTHS}, "asylum applications")
    later = pd.DataFrame({"month": ["2020-01", "2020-01"], "destination": ["NO", "SE"], "persons": [900.0, 2500.0]})
    record = SimpleNamespace(scenario={"seed": 1}, short_key="0123456789ab")
    names = {"NO": "Norway", "SE": "Sweden"}
    return SimpleNamespace(draws=draws, names=names, later=later, as_of="2019-12", horizon=3, record=record)


def test_a_shock_multiplies_from_its_month_on_and_moves_what_is_lost(result: Any) -> None:
    before = result.draws.values.copy()
    shock = Shock("SE", 0.4, "a closed border", from_month="2020-02", goes_to={"NO": 0.5})
    after = apply(result, If("closed", (shock,))).draws.values
    assert after.sel(month="2020-01").equals(before.sel(month="2020-01"))
    lost = (before - after).sel(destination="SE", month=["2020-02", "2020-03"])
    gained = (after - before).sel(destination="NO", month=["2020-02", "2020-03"])
    assert (lost > 0).all() and (abs(gained - lost / 2) <= 0.5).all()
    assert result.draws.values.equals(before)


def test_a_path_is_what_the_model_expects_elsewhere(result: Any) -> None:
    high = apply(result, If("high", paths=(Path_("SE", "2020-02", 6000, "if it doubles", within=0.15),)))

    def norway(draws: Draws) -> float:
        return float(draws.select(destination="NO", month="2020-02").values.median())

    assert abs(float(high.draws.select(destination="SE", month="2020-02").values.median()) - 6000) < 600
    assert norway(high.draws) > 1.2 * norway(result.draws)
    assert 100 < high.effective < result.draws.size and high.draws.size == result.draws.size
    again = apply(result, If("high", paths=(Path_("SE", "2020-02", 6000, "if it doubles", within=0.15),)))
    assert again.draws == high.draws


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (Shock("DK", 0.5, "x"), "no destination 'DK'"),
        (Shock("SE", 40, "x"), "factor of 40"),
        (Shock("SE", -1, "x"), "factor of -1"),
        (Shock("SE", 0.5, " "), "no reason"),
        (Shock("SE", 0.5, "x", from_month="2021-01"), "no month of the forecast"),
        (Shock("SE", 0.5, "x", from_month="2020-03", to_month="2020-02"), "ends before"),
        (Shock("SE", 0.5, "x", goes_to={"NO": 1.5}), "cannot go elsewhere"),
        (Shock("SE", 2.0, "x", goes_to={"NO": 0.5}), "cannot go elsewhere"),
        (Path_("SE", "2020-01", 10_000_000, "x"), "outside the forecast's range"),
        (Path_("SE", "2020-01", 9000, "x", within=0.001), "effective sample"),
        (Path_("SE", "2020-01", 3000, "x", within=0), "share 'within'"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused(result: Any, condition: Shock | Path_, told: str) -> None:
    if isinstance(condition, Path_) and condition.persons == 9000:
        top = int(result.draws.select(destination="SE", month="2020-01").values.max())
        condition = Path_("SE", "2020-01", top, "x", within=0.001)
    case = If("no", (condition,)) if isinstance(condition, Shock) else If("no", paths=(condition,))
    with pytest.raises(AssumptionError, match=told):
        apply(result, case)


@pytest.mark.parametrize(
    ("written", "told"),
    [('factor = "0.4"', "'factor'"), ("factor = 1\ngoes_to = 0.3", "'goes_to'"), ("factor = 1\nfrom = 3", "'from'")],
)
def test_a_scenario_with_a_value_of_another_kind_is_refused(tmp_path: Path, written: str, told: str) -> None:
    text = f'name = "x"\n[[shock]]\ndestination = "SE"\nwhy = "y"\n{written}\n'
    (tmp_path / "odd.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        read_scenario(tmp_path / "odd.toml")


def test_two_scenarios_are_told_apart_in_a_list(result: Any, tmp_path: Path) -> None:
    half = 'name = "half"\n[[shock]]\ndestination = "SE"\nfactor = 0.5\nfrom = "2020-02"\nwhy = "a law"\n'
    (tmp_path / "half.toml").write_text(half, encoding="utf-8")
    (tmp_path / "third.toml").write_text(half.replace("half", "third").replace("0.5", "0.3"), encoding="utf-8")
    one, two = (apply(result, read_scenario(tmp_path / f"{name}.toml")) for name in ("half", "third"))
    table, told = compare(result, one, two)
    rows = table.set_index("destination")
    assert rows.loc["NO", "difference"] == 0 < rows.loc["SE", "low80"] < rows.loc["SE", "difference"]
    assert told == ["shock SE 2020-02: half: times 0.5 (a law); third: times 0.3 (a law)"]
    assert compare(result, one, one)[1] == []
    assert shown.scenario(result, one).sentence.startswith("IF “half”: ")
    assert set(shown.scenario_table(result, one, 1)["scenario"]) == {"if: half"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name = 3 4",
        'name = "x"',
        '[[shock]]\ndestination = "SE"\nfactor = 1\nwhy = "y"',
        'name = "x"\n[[shock]]\nplace = "SE"',
        'name = "x"\nshocks = 1',
    ],
)
def test_a_file_that_is_no_scenario_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError):
        read_scenario(tmp_path / "odd.toml")


def judgements(**changes: Any) -> pd.DataFrame:
    row = {"expert": "A", "destination": "SE", "month": "2020-02", "p10": 2500.0, "p50": 4000.0, "p90": 6500.0}
    return pd.DataFrame([{**row, **changes}])


def test_experts_get_the_quantiles_they_gave_and_the_forecast_stays(result: Any) -> None:
    found = people.judged(result, judgements())
    drawn = result.draws.select(destination="SE", month="2020-02").values.to_numpy()
    shares = [float(found.weights[drawn <= limit].sum()) for limit in (2500, 4000, 6500)]
    assert shares == pytest.approx([0.1, 0.5, 0.9], abs=0.01)
    assert 100 < found.effective < 4000 and found.of["A"] == pytest.approx(found.effective)
    assert found.draws == people.judged(result, judgements()).draws
    row = found.table.iloc[0]
    assert abs(row["experts_median"] - 4000) < 150 and row["machine_median"] < 3300
    assert "As A judge it" in shown.experts(result, found).sentence


def test_two_experts_are_pooled_and_scored_apart_from_the_machine(result: Any) -> None:
    two = pd.concat(
        [judgements(month="2020-01"), judgements(expert="B", month="2020-01", p10=1500.0, p50=2400.0, p90=3500.0)]
    )
    found = people.judged(result, two.reset_index(drop=True))
    score = found.scores.iloc[0]
    assert score["outcome"] == 2500 and score["machine"] > 0 and score["experts"] > 0
    assert score["machine"] != score["experts"] and len(found.table) == 1
    later = people.judged(result, judgements()).scores
    assert later.empty  # February is not published


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"p50": 9000.0}, "contradicts themself"),
        ({"destination": "DK"}, "no destination of the forecast"),
        ({"month": "2021-01"}, "no month of the forecast"),
        ({"above": 5000.0}, "a chance needs the number"),
        ({"above": 7000.0, "chance": 0.4}, "contradicts themself"),
        ({"above": 2000.0, "chance": 0.2}, "contradicts themself"),
        ({"p10": 90000.0, "p50": 95000.0, "p90": 99000.0}, "no futures of the forecast agree|effective sample"),
        ({"p10": 3000.0, "p50": 3001.0, "p90": 3002.0}, "no futures of the forecast agree|effective sample"),
    ],
)
def test_judgements_that_cannot_be_are_refused(result: Any, changes: dict[str, Any], told: str) -> None:
    with pytest.raises((DataError, AssumptionError), match=told):
        people.judged(result, judgements(**changes))


def test_a_surge_probability_is_met_too(result: Any) -> None:
    found = people.judged(result, judgements(above=8000.0, chance=0.05))
    drawn = result.draws.select(destination="SE", month="2020-02").values.to_numpy()
    assert float(found.weights[drawn > 8000].sum()) == pytest.approx(0.05, abs=0.01)


def test_equal_weights_change_nothing_and_weights_are_taken_as_often_as_they_say(result: Any) -> None:
    size = result.draws.size
    assert effective(np.full(size, 1 / size)) == pytest.approx(size)
    assert resampled(result.draws, np.full(size, 1 / size), 3) == result.draws
    first = np.zeros(size)
    first[7] = 1.0
    assert (resampled(result.draws, first, 1).values == result.draws.values[7]).all()
    already = tilted((np.arange(size) % 2 == 0)[:, None].astype(float), np.array([0.5]), "nobody")
    assert np.allclose(already, 1 / size)


def test_the_chance_above_a_threshold_follows_the_quantiles() -> None:
    row = 1000 * np.array(LEVELS)
    chances = [float(chance_above(row[None], limit)[0]) for limit in (5, 500, 775, 999)]
    assert chances == pytest.approx([0.995, 0.5, 0.225, 0.005])
    flat = np.full((1, len(LEVELS)), 40.0)
    assert chance_above(flat, 39)[0] > 0.99 and chance_above(flat, 40)[0] < 0.01


def test_alarms_for_a_sum_rest_on_joint_draws(result: Any, tmp_path: Path) -> None:
    rows = [
        (MODEL, origin, place, 3, [low, low, high, high])
        for origin, low, high in (("2019-01", 100, 900), ("2019-02", 900, 950), ("2019-03", 10, 20))
        for place in ("NO", "SE")
    ]
    columns = ["model_id", "origin_month", "location", "horizon", "samples"]
    pd.DataFrame(rows, columns=columns).to_parquet(tmp_path / SAMPLES)
    came = [("2019-04", 600), ("2019-05", 400), ("2019-06", 600)]
    arrivals = [(month, place, persons) for month, persons in came for place in ("NO", "SE")]
    pd.DataFrame(arrivals, columns=["month", "destination", "persons"]).to_csv(tmp_path / ARRIVALS, index=False)
    (tmp_path / WORDS).write_text('{"origins": ["2019-01", "2019-03"]}')
    found = people.sum_rates(tmp_path, ["NO", "SE"], 1000.0)
    assert (found.false, found.quiet, found.missed, found.passed) == (1, 1, 1, 2)
    one = people.together(result, 5000, None)
    assert one.rates is None and "nobody knows how often" in shown.alarm(result, one).plain()
    total = result.draws.sum("destination").values > 5000
    assert one.any_month == float(total.any("month").mean())
    with pytest.raises(DataError, match="no joint forecasts of DK"):
        people.sum_rates(tmp_path, ["NO", "DK"], 1000.0)
    assert people.kept_backtest(tmp_path) is None


def test_all_months_are_those_ahead_of_the_day_of_issue(result: Any) -> None:
    saved = make_dataclass("Saved", [(name, Any) for name in vars(result)])
    record = SimpleNamespace(scenario={"seed": 1, "as_of": "2019-12", "issued": "2020-01-20"}, short_key="0123456789ab")
    later = saved(**{**vars(result), "record": record})
    assert ahead(result) is result and ahead(ahead(later)).draws == ahead(later).draws
    for one, counted in ((result, MONTHS), (later, MONTHS[1:])):
        applied = apply(one, If("half", (Shock("SE", 0.5, "tried"),)))
        middle = float(np.median(applied.draws.select(month=counted).sum().values))
        assert compare(one, applied)[0].set_index("destination")["one"]["all"] == middle
        assert shown.scenario(one, applied).estimate == pytest.approx(middle, abs=1)
        assert set(shown.scenario_table(one, applied, 1)["month"]) == {*counted, "all"}
        wide = {"p10": 5000.0, "p50": 8000.0, "p90": 13000.0}
        found = people.judged(one, judgements(month="all", **wide))
        drawn = one.draws.select(month=counted, destination=["SE"]).sum().values
        assert found.table["machine_median"].item() == int(np.quantile(drawn, 0.5, method="inverted_cdf"))
        assert set(shown.experts_table(one, found, 1)["month"]) == {*counted, "all"}
