"""Does the contest say what its scores say, with its interval and its limits, and never more?"""

from __future__ import annotations

from typing import Any

import pytest

from workbench.presentation.inflow import contest as shown
from workbench.presentation.wording import NBSP

pytestmark = pytest.mark.quick
OURS = "workbench-inflow"


def model(log_crps: float) -> dict[str, Any]:
    return {
        "forecasts": 100,
        "log_crps": log_crps,
        "crps": 100 * log_crps,
        "log_crps_high": None,
        "energy": 1.0,
        "coverage": {"50": 0.5, "80": 0.79, "95": 0.96},
        "pit": {"mean": 0.5, "tenths": [0.1] * 10},
    }


def scores(skill: float, low: float | None, high: float | None) -> dict[str, Any]:
    blocks = 9 if low is not None else 2
    told = {"skill": skill, "skill_low": low, "skill_high": high, "forecasts": 100, "independent_blocks": blocks}
    period = {
        "forecasts": 100,
        "origins": 81,
        "models": {OURS: model(0.3 * (1 - skill)), "AutoETS": model(0.3), "RandomWalk": model(0.4)},
        "skill": {"log_crps": {"best_baseline": "AutoETS", "models": {OURS: told}}},
    }
    return {
        "claim": "Nothing is said of an authority's own forecasts.",
        "horizons": [3, 4, 5, 6],
        "origins": {"first": "2013-01", "last": "2019-09", "count": 81},
        "models": [OURS, "AutoETS", "RandomWalk"],
        "bootstrap": {"independent_blocks": 9, "fewest_blocks": 3, "note": "Stretched, as blocks are few."},
        "scored_apart": {
            "surge": {"first": "2015-01", "last": "2016-06", "why": "named"},
            "pandemic": {"first": "2020-02", "last": "", "why": "named"},
        },
        "periods": {
            "overall": period,
            "calm": period,
            "surge": {**period, "origins": 18},
            "without_covid": {"forecasts": 0, "origins": 0, "models": {}, "skill": {}},
        },
        "by_series": {"NO": {OURS: {"log_crps": 0.2}, "AutoETS": {"log_crps": 0.25}}},
        "fallbacks": {
            "share_of_origins": {OURS: 0.01},
            "which": [{"model": OURS, "origin": "2015-07", "used": "AutoETS", "reason": "R-hat up to 1.020."}],
        },
        "baselines_fell_back": {
            "AutoETS": {name: {"origins": 3, "reason": "too short a series"} for name in ("SK", "MT", "CY", "IS")}
        },
        "left_out": {"IS": "12 published months, at least 36 are needed"},
        "not_scored": 4,
        "quality": [{}, {}],
    }


@pytest.mark.parametrize(
    ("skill", "low", "high", "said"),
    [
        (0.06, 0.02, 0.1, "beats the best simple rule, AutoETS: skill +6.0"),
        (-0.06, -0.1, -0.02, "loses to the best simple rule, AutoETS"),
        (0.02, -0.01, 0.05, "cannot be told from the best simple rule, AutoETS"),
        (0.02, None, None, "too few blocks for an interval"),
    ],
)
def test_the_verdict_is_no_stronger_than_its_interval(skill: float, low: float, high: float, said: str) -> None:
    finding = shown.verdict(scores(skill, low, high))
    assert said in finding.sentence and OURS in finding.sentence and finding.estimate == skill
    assert len(finding.intervals) == (low is not None)
    assert ("beats" in finding.sentence) == (low is not None and low > 0)


def test_what_may_not_be_claimed_is_said_with_it() -> None:
    told = shown.verdict(scores(0.06, 0.02, 0.1))
    assert any("authority's own forecasts" in caveat for caveat in told.caveats)
    assert any("9 independent blocks and one surge" in caveat for caveat in told.caveats)


def test_the_table_is_in_the_order_of_the_scores_with_exact_figures_behind() -> None:
    table = shown.verdict(scores(0.06, 0.02, 0.1)).table
    assert table is not None
    assert [row[0] for row in table.rows] == [OURS, "AutoETS", "RandomWalk"]
    assert list(table.data["log_crps"]) == pytest.approx([0.282, 0.3, 0.4])
    assert table.rows[0][-2] == f"79{NBSP}%"


def test_stand_ins_and_what_was_left_out_are_said() -> None:
    told = shown.known(scores(0.06, 0.02, 0.1)).sentence.replace(NBSP, " ")
    for said in (
        "1.0 % of origins had no fit",
        "replaced by AutoETS (2015-07: R-hat up to 1.020).",
        "AutoETS left 4 series to the random walk (SK, MT, CY and 1 more: too short a series).",
        "IS (12 published months",
        "4 forecasts could not",
    ):
        assert said in told


def test_a_period_is_told_only_where_it_differs_from_all() -> None:
    told = shown.findings(scores(0.06, 0.02, 0.1))
    assert [finding.sentence.split(":")[0] for finding in told[1:-1]] == ["Surge (origins 2015-01 to 2016-06)"]
    nothing = scores(0.06, 0.02, 0.1)
    nothing["periods"] = {"overall": nothing["periods"]["overall"]}
    nothing["scored_apart"] = {"surge": None, "pandemic": None}
    assert len(shown.findings(nothing)) == 2
    assert any("no surge was named" in caveat for caveat in shown.verdict(nothing).caveats)


def test_many_reasons_are_shortened_and_counted() -> None:
    many = scores(0.06, 0.02, 0.1)
    many["fallbacks"]["which"] = [
        {"model": OURS, "origin": f"2015-0{n}", "used": "AutoETS", "reason": f"reason {name} " + "and so on " * 30}
        for n, name in enumerate("abcde", 1)
    ]
    told = shown.known(many).sentence
    assert "2015-01: reason a and so on" in told and " …; 2015-02" in told and "; and 2 others)" in told
    assert "reason d" not in told and len(told) < 1200
    for n, fell in enumerate(many["fallbacks"]["which"]):
        fell["reason"] = f"R-hat up to 1.0{n + 2}."
    said = "(2015-01, 2015-02, 2015-03 and 2 more: such as R-hat up to 1.02)"
    assert said in shown.known(many).sentence


def test_a_period_without_an_interval_says_so_and_a_contest_without_us_is_said() -> None:
    few = shown.by_period(scores(0.06, None, None), "surge").sentence.replace(NBSP, " ")
    assert "+6.0 %; too few blocks for an interval" in few
    assert "no forecast was scored" in shown.by_period(scores(0.06, 0.02, 0.1), "without_covid").sentence
    lonely = scores(0.06, 0.02, 0.1)
    lonely["models"] = ["AutoETS", "RandomWalk"]
    assert "No model of ours" in shown.verdict(lonely).sentence


def test_places_are_compared_one_by_one() -> None:
    table = shown.by_series(scores(0.06, 0.02, 0.1), OURS, "AutoETS")
    assert [x.replace(NBSP, " ") for x in table.rows[0]] == ["NO", "0.200", "0.250", "+20.0 %"]
