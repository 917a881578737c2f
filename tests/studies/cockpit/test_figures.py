"""Which rows and definitions of indicators are refused, and do sums of counties add up?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.sources import localities
from workbench.studies.cockpit import definitions, figures
from workbench.studies.cockpit.sums import with_sums

pytestmark = pytest.mark.quick


def _folder(tmp_path: Path, locality: str = "telemark") -> Path:
    return Path(shutil.copytree(localities.load(locality).folder, tmp_path / "town"))


INDICATORS, FIGURES, ROW = "indicators.toml", "indicators.csv", "overcrowded,NO,2015,immigrants"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (INDICATORS, 'kind = "percent"\nbetter', 'kind = "share"\nbetter', "needs a denominator"),
        (INDICATORS, 'area = "housing"', 'area = "houses"', "'houses' is not one of arrival, housing"),
        (INDICATORS, 'kind = "rate"', 'kind = "rates"', "'rates' is not one of share"),
        (INDICATORS, 'unit = { en = "dwellings"', 'units = { en = "dwellings"', "did you mean 'unit'"),
        (INDICATORS, 'label = { en = "Overcrowded housing", ', "label = { ", "no label in English"),
        (INDICATORS, "[overcrowded]", "[overcrowded", "cannot read the indicators"),
        (FIGURES, f"{ROW},24.31", f"{ROW},124.31", "not from 0 to 100"),
        (FIGURES, ROW, "overcrowded,0805,2015,immigrants", "not a place of locality"),
        (FIGURES, ROW, "overcrowded,NO,20155,immigrants", "column 'period'"),
        (FIGURES, ROW, "overcrowded,NO,2015-2016,immigrants", "more than one way"),
        (FIGURES, "employed,", "employd,", "has no row of it"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    folder = _folder(tmp_path)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        home = localities.load(folder)
        figures.collect(home, definitions.read(home))
    assert said in caught.value.message()


def test_a_share_above_one_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "norway")
    path = folder / "indicators.csv"
    path.write_text(
        path.read_text("utf-8").replace("without_doctor,1101,2022,,4722,", "without_doctor,1101,2022,,94722,"), "utf-8"
    )
    home = localities.load(folder)
    doctor = [of for of in definitions.read(home) if of.id == "without_doctor"]
    with pytest.raises(DataError, match=r"Eigersund, 2022: 94722 of .* a share above one"):
        figures.collect(home, doctor)


def test_sums_of_counties_are_those_of_their_persons() -> None:
    home = localities.load("norway")
    doctor = [of for of in definitions.read(home) if of.id == "without_doctor"]
    table = with_sums(figures.collect(home, doctor), doctor, home)
    whole = table[(table["place"] == "NO") & (table["period"] == "2023")].iloc[0]
    parts = table[table["place"].isin(list(home.places)) & (table["period"] == "2023")]
    assert whole["numerator"] == parts["numerator"].sum() and 0 < whole["value"] < 0.2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.assign(indicator=t["indicator"].replace("contact", "contct")), "did you mean 'contact'"),
        (lambda t: t.assign(denominator=""), "no denominator"),
        (lambda t: t.drop(columns="numerator"), "no column 'numerator'"),
        (lambda t: t.assign(numerator=50), "a share above one"),
    ],
)
def test_rows_that_would_be_lost_in_silence_are_named(tmp_path: Path, change, said: str) -> None:
    home = _folder(tmp_path)
    of = """[contact]
area = "arrival"
kind = "share"
better = "higher"
numerator = "numerator"
denominator = "denominator"
label = { en = "Refugees with a contact person" }
explanation = { en = "Share of persons settled in the year." }
"""
    (home / definitions.FILE).write_text(of, encoding="utf-8")
    row = {"indicator": "contact", "place": ["4001", "4003"], "period": 2025, "group": "all"}
    change(pd.DataFrame({**row, "numerator": [8, 9], "denominator": 12})).to_csv(home / "indicators.csv", index=False)
    assert said in figures.faults_of(localities.load(home))[0]
