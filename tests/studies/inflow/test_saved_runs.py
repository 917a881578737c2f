"""Is a saved forecast found by the name it is given, read without a model, and refused in a sentence otherwise?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.core.errors import DataError
from workbench.studies import inflow
from workbench.studies.inflow import saved_runs as inflow_saved

pytestmark = pytest.mark.quick


def test_the_newest_saved_forecast_is_read_without_model_or_drawing(saved_runs: Path) -> None:
    code = (
        "import sys; from workbench.studies.inflow import saved_runs as inflow_saved; "
        f"r = inflow_saved.latest(runs={str(saved_runs)!r}); "
        "print(r.as_of, r.horizon, len(r.names), len(r.later) > 0, r.names['EL'], "
        "[m for m in ('pymc', 'nutpie', 'numba', 'arviz', 'cvxpy', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split(maxsplit=5) == ["2019-09", "6", "19", "True", "Greece", "[]\n"], done.stderr


def test_no_run_yet_is_none_and_a_damaged_one_is_a_sentence(saved_runs: Path, tmp_path: Path) -> None:
    assert inflow_saved.latest(runs=tmp_path / "none") is None
    for spoil in ("forecast.json", "arrivals.csv"):
        runs = tmp_path / spoil
        shutil.copytree(saved_runs, runs)
        next(runs.glob(f"inflow/*/{spoil}")).unlink()
        with pytest.raises(DataError, match="the saved forecast is damaged") as caught:
            inflow_saved.latest(runs=runs)
        assert "workbench inflow forecast" in caught.value.do


def test_a_run_of_an_older_version_is_told_from_a_damaged_one(saved_runs: Path, tmp_path: Path) -> None:
    runs = Path(shutil.copytree(saved_runs, tmp_path / "runs"))
    (record,) = runs.glob("inflow/*/record.json")
    said = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps({**said, "seal": "", "files": {}}), encoding="utf-8")
    with pytest.raises(DataError, match="older version of the program"):
        inflow_saved.latest(runs=runs)


def test_the_chosen_destinations_keep_their_draws(saved_runs: Path) -> None:
    result = inflow_saved.latest(runs=saved_runs)
    assert result is not None and inflow_saved.repeatable(result)
    north = inflow_saved.only(result, ["NO", "SE"])
    assert list(north.names) == ["NO", "SE"] and set(north.arrivals["destination"]) == {"NO", "SE"}
    assert north.draws == result.draws.select(destination=["NO", "SE"])
    with pytest.raises(DataError, match="XX"):
        inflow_saved.only(result, ["XX"])


def test_a_saved_forecast_is_named_by_its_key_its_folder_or_as_the_latest(saved_runs: Path) -> None:
    newest = inflow_saved.saved(runs=saved_runs)
    folder = next(saved_runs.glob("inflow/*"))
    for name in ("latest", newest.record.key, newest.record.key[:4], folder, str(folder)):
        assert inflow_saved.saved(name, runs=saved_runs).record == newest.record
    assert inflow.saved is inflow_saved.saved and inflow.InflowResult is inflow_saved.InflowResult


@pytest.mark.parametrize("name", ["/no/such", "/no/*", "*", "?", "[a-f0-9]", "../inflow", "zzzz"])
def test_what_names_no_saved_forecast_is_refused(
    saved_runs: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # so that no folder beside the checkout answers to the name
    with pytest.raises(DataError, match="no inflow forecast is saved as") as fault:
        inflow_saved.saved(name, runs=saved_runs)
    assert "latest" in fault.value.do


def test_a_folder_that_is_no_run_or_another_study_is_refused(saved_runs: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for folder in (tmp_path / "mine", saved_runs, saved_runs / "inflow"):
        with pytest.raises(DataError, match="no saved run") as fault:
            inflow_saved.saved(folder, runs=saved_runs)
        assert "delete" not in fault.value.do
    other = tmp_path / "other"
    shutil.copytree(next(saved_runs.glob("inflow/*")), other)
    record = other / "record.json"
    record.write_text(record.read_text(encoding="utf-8").replace('"study": "inflow"', '"study": "settlement"'))
    with pytest.raises(DataError, match="no inflow forecast but 'settlement'"):
        inflow_saved.saved(other, runs=saved_runs)


def test_two_forecasts_that_a_name_fits_are_not_guessed_between(saved_runs: Path, tmp_path: Path) -> None:
    shutil.copytree(saved_runs, tmp_path / "runs")
    first = next((tmp_path / "runs").glob("inflow/*"))
    twin = first.with_name(first.name[:-1] + ("0" if first.name[-1] != "0" else "1"))
    shutil.copytree(first, twin)
    with pytest.raises(DataError, match="more than one"):
        inflow_saved.saved(first.name[:6], runs=tmp_path / "runs")
    assert inflow_saved.saved(first.name, runs=tmp_path / "runs").as_of == "2019-09"
