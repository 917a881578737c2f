"""Case flows as people bring them: what is refused, what is said, and what a backtest writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, ModelError
from workbench.core.runs.tasks import Task
from workbench.models import hubverse
from workbench.studies.capacity import backtest, forecasting
from workbench.studies.capacity.data import read
from workbench.studies.capacity.intake import of_periods

TODAY = date(2026, 11, 1)


def table(periods: int = 24) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    intake, granted, refused = (rng.poisson(level, periods) for level in (500, 200, 290))
    return pd.DataFrame(
        {
            "period": [f"{2018 + t // 4}-Q{t % 4 + 1}" for t in range(periods)],
            "intake": intake,
            "output": granted + refused,
            "outcome_granted": granted,
            "outcome_refused": refused,
            "stock": 2000 + np.cumsum(intake - granted - refused),
        }
    )


def written(frame: pd.DataFrame, folder: Path) -> Path:
    path = folder / "flow.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.quick
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t.assign(stock=t["stock"].where(t.index != 3, -5)), "row 5, column 'stock': negative value (found"),
        (lambda t: t.assign(period=t["period"].where(t.index != 4, "2019-01")), "row 6, column 'period': months and"),
        (lambda t: t.assign(period=t["period"].where(t.index != 23, "2026-Q4")), "row 25, column 'period': the period"),
        (lambda t: t.drop(columns=["output", "outcome_granted", "outcome_refused"]).assign(staff=9), "staff without"),
        (lambda t: t.assign(stock=t["stock"].where(t.index != 7, 90_000)), "row 9, column 'stock': the stock contra"),
        (lambda t: t.assign(output=t["output"] + (t.index == 2)), "row 4, column 'output': the outcomes add up to"),
        (lambda t: t[["period"]].assign(stock=None), "nothing to forecast"),
        (lambda t: pd.concat([t, t.iloc[[1]]]), "stands already in row 3"),
    ],
)
def test_a_case_flow_that_does_not_hold_together_is_refused_with_row_and_value(
    tmp_path: Path, spoil: Callable[[pd.DataFrame], pd.DataFrame], said: str
) -> None:
    path = written(table(), tmp_path)
    assert read(file=path, today=TODAY).panel.closed.all()
    with pytest.raises(DataError) as refused:
        read(file=written(spoil(table()), tmp_path), today=TODAY)
    assert said in refused.value.message()


@pytest.mark.quick
def test_outcomes_add_up_to_the_output_and_gaps_are_said(tmp_path: Path) -> None:
    frame = table().drop(columns="output").drop(index=[10, 11])
    found = read(file=written(frame, tmp_path), today=TODAY)
    assert len(found.panel.periods) == 24 and np.isnan(found.panel.output[10:12]).all()
    assert found.panel.output[0, 0] == frame["outcome_granted"][0] + frame["outcome_refused"][0]
    assert any("2 periods in between are not published" in note for note in found.notes)


@pytest.mark.quick
def test_a_table_of_the_last_months_of_quarters_is_one_of_quarters(tmp_path: Path) -> None:
    ends = {"Q1": "03", "Q2": "06", "Q3": "09", "Q4": "12"}
    frame = table().assign(period=[f"{p[:5]}{ends[p[5:]]}" for p in table()["period"]])
    found = read(file=written(frame, tmp_path), today=TODAY)
    assert found.panel.periods == tuple(table()["period"]) and "read as quarters" in found.notes[0]
    assert backtest.origins_of("2022-06", "2023-06", found, every=2) == ["2022-Q2", "2022-Q4", "2023-Q2"]
    monthly = pd.concat([frame, pd.DataFrame({"period": ["2018-02"], "stock": [2000]})])
    assert read(file=written(monthly, tmp_path), today=TODAY, contradiction=9).panel.season == 12


@pytest.mark.quick
def test_a_stock_that_is_carried_on_by_its_flows_is_said_to_be(tmp_path: Path) -> None:
    frame = table().assign(stock=table()["stock"].where(table().index < 20))
    notes = read(file=written(frame, tmp_path), today=TODAY).notes
    assert any("the stock of 4 periods is not published" in note for note in notes)


@pytest.mark.quick
def test_the_shipped_case_flows_are_read_and_the_unexplained_part_of_a_stock_is_said() -> None:
    uk = read()
    assert len(uk.panel.periods) == 58 and uk.panel.season == 4 and uk.panel.closed.all()
    assert any("differs from its flows by -139 cases" in note and "5,094" in note for note in uk.notes)
    assert len(read(locality="eu").panel.series) == 19
    assert read(locality="sweden").panel.season == read(table="caseworking").panel.season == 12


@pytest.mark.quick
def test_short_series_are_left_out_with_the_reason_and_none_is_no_success(tmp_path: Path) -> None:
    long = table().assign(place="A")
    short = table()[20:].assign(place="B")
    flow = read(file=written(pd.concat([long, short]), tmp_path), today=TODAY)
    kept, left_out = backtest.taking_part(flow, "2022-Q4")
    assert kept == {"stock": ("A",), "output": ("A",)} and "0 known periods" in left_out["stock of B"]
    with pytest.raises(ModelError, match="no series can be learnt from"):
        backtest.taking_part(flow, "2019-Q1")


@pytest.mark.quick
def test_quarters_ahead_are_quarters_in_the_hubverse_table(tmp_path: Path) -> None:
    rows = hubverse.wide("workbench-x", "2019-12", pd.DataFrame({"location": ["UK"]}), [1, 4], np.ones((1, 2, 23)))
    rows = rows.assign(target="stock", target_month=["2020-03", "2020-12"])
    again = hubverse.read(hubverse.write(rows, tmp_path / "f.parquet"))
    assert list(again["target"]) == ["stock"] * 2 and list(again["target_month"]) == ["2020-03", "2020-12"]
    with pytest.raises(DataError, match="not the months"):
        hubverse.write(rows.assign(target_month=["2020-03", "2020-04"]), tmp_path / "g.parquet")


@pytest.mark.quick
def test_months_of_an_inflow_forecast_are_a_quarters_intake_draw_by_draw() -> None:
    persons = np.random.default_rng(1).poisson(400, (10, 2, 7))
    labels = {"destination": ["XX", "YY"], "month": [f"2023-{month:02d}" for month in range(6, 13)]}
    forecast = Draws.from_array(persons, labels, "applicants")
    asked = {"as_of": "2023-Q2", "horizon": 2, "series": "all"}
    found = of_periods(forecast, destination="YY", share=0.5, **asked)["all"]
    quarters = persons[:, 1, 1:].reshape(10, 2, 3).sum(axis=2)
    np.testing.assert_array_equal(found, np.round(quarters * 0.5))
    months = of_periods(forecast, destination="XX", **asked | {"as_of": "2023-09"})["all"]
    np.testing.assert_array_equal(months, persons[:, 0, 4:6])
    with pytest.raises(AssumptionError, match="2 destinations"):
        of_periods(forecast, **asked)
    with pytest.raises(DataError, match="does not hold 2024-01, a month of 2024-Q1"):
        of_periods(forecast, destination="XX", **asked | {"horizon": 3})


@pytest.mark.quick
def test_an_origin_outside_the_table_is_refused_by_the_command(tmp_path: Path) -> None:
    data = str(written(table(), tmp_path))
    command = ["capacity", "backtest", "--data", data, "--out", str(tmp_path / "out"), "--last-origin", "2023-Q2"]
    told = CliRunner().invoke(app, [*command, "--first-origin", "2011-Q1"])
    assert told.exit_code == 2 and "the table begins with 2018-Q1, after 2011-Q1" in told.output
    told = CliRunner().invoke(app, [*command, "--first-origin", "2023-Q1", "--horizons", "9"])
    assert told.exit_code == 2 and "no outcome is known 9 periods after 2023-Q1" in told.output
    assert not (tmp_path / "out" / "scores.json").exists()


@pytest.mark.quick
def test_the_terms_of_a_forecast_are_said_for_what_it_holds() -> None:
    said = " ".join(forecasting.terms(pd.DataFrame({"quantity": ["intake", "stock", "stock"]})))
    assert said.startswith("Unit: cases.") and "waiting at the end" in said and "further_in" not in said
    assert "further_in: cases that join" in forecasting.terms(pd.DataFrame({"quantity": ["further_in"]}))[0]


class Here:
    """An engine that works in this process."""

    def __init__(self, **_: object) -> None: ...

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None: ...

    def map(
        self, function: Callable[[Task], pd.DataFrame], tasks: dict[str, object], *, seed: int, **_: object
    ) -> dict[str, pd.DataFrame]:
        return {key: function(Task(key, inputs, seed)) for key, inputs in tasks.items()}


@pytest.mark.whole
def test_a_table_with_several_kinds_of_series_goes_the_whole_road(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = table().assign(place="whole")
    stock = table()[["period", "stock"]].assign(place="stock_alone")
    output = table()[["period", "output"]].assign(place="output_alone").drop(index=5)
    data = written(pd.concat([whole, stock, output]), tmp_path)
    out = tmp_path / "out"
    # In this process: a worker of the engine would compile the model again. The command itself goes the same way.
    monkeypatch.setattr("workbench.core.engine.Engine", Here)
    command = f"capacity backtest --data {data} --first-origin 2023-Q1 --last-origin 2023-Q2 --horizons 1,2 --out {out}"
    told = CliRunner().invoke(app, [*command.split(), "--draws", "150"])
    assert told.exit_code in (0, 4), told.output
    scores = json.loads((out / "scores.json").read_text())
    assert scores["series"] == {"stock": ["whole", "stock_alone"], "output": ["whole", "output_alone"]}
    forecasts = hubverse.read(out / "forecasts.parquet")
    assert set(forecasts["target"]) == {"stock", "output"}
    per_model = forecasts.groupby(["model_id", "target"]).size()
    assert set(per_model) == {2 * 2 * 2} and "workbench-caseflow" in per_model
    assert {"RandomWalk", "AutoETS", "LastNetFlow"} <= set(scores["targets"]["stock"]["1"]["models"])
    again = CliRunner().invoke(app, f"capacity forecast --data {data} --as-of 2023-Q4 --horizon 2 --draws 100".split())
    assert again.exit_code in (0, 4) and "output_alone" in again.output and "stock_alone" in again.output
