"""What do newcomers need, how is their total known, and what is assumed?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.core.draws import Draws
from workbench.core.errors import DataError
from workbench.presentation.cockpit import needs as needs_page
from workbench.studies.cockpit import needs
from workbench.studies.settlement.forecasting.forecast import NO_RECORD
from workbench.studies.settlement.totals.national import KNOWN_SINCE

pytestmark = pytest.mark.quick


def test_needs_add_up_draw_by_draw_to_the_forecast_times_the_rates() -> None:
    rng = np.random.default_rng(3)
    persons = rng.poisson(20, (60, 9))
    shares = {"0-5": 0.1, "6-15": 0.25, "16-19": 0.05, "20-55": 0.48, "56+": 0.12}
    drawn = needs.by_age(persons, shares, seed=1)
    assert (drawn.sum(axis=2) == persons).all() and (drawn >= 0).all()
    country = drawn.sum(axis=1)
    exact = persons.sum(axis=1)[:, None] * np.array(list(shares.values()))
    assert (np.abs(country - exact) < 1).all()
    rates = {"school": {"6-15": 1.0}, "course": {"20-55": 0.9, "56+": 0.5}}
    values, labels = needs._values(drawn, list(shares), rates, {1: 0.5, 2: 0.3, 5: 0.2})
    assert labels[:2] == ("school", "course") and np.allclose(values[:, :, 0].sum(axis=1), country[:, 1])
    assert np.allclose(values[:, :, 1].sum(axis=1), 0.9 * country[:, 3] + 0.5 * country[:, 4])
    # Households of 1, 2 and 5 persons: dwellings times their persons house everybody.
    housed = values[:, :, 2:].sum(axis=(1, 2)) * (0.5 * 1 + 0.3 * 2 + 0.2 * 5)
    assert np.allclose(housed, persons.sum(axis=1))


def test_needs_say_how_the_total_is_known_and_what_is_assumed() -> None:
    persons = np.random.default_rng(4).multinomial(2000, [0.7, 0.3], 200)
    shares = {"0-5": 0.11, "6-15": 0.22, "16-19": 0.08, "20-55": 0.47, "56+": 0.12}
    drawn = needs.by_age(persons, shares, seed=1)
    rates = {"school": {"6-15": 1.0}}
    values, labels = needs._values(drawn, list(shares), rates, {1: 0.5, 4: 0.5})
    found = needs.Needs(
        persons=Draws.from_array(drawn, {"municipality": ["a", "b"], "age": list(shares)}, "persons"),
        values=values, labels=labels, rates=rates, year=2022, run=NO_RECORD, names={"a": "Aby", "b": "Bby"},
        reported=pd.DataFrame(columns=["municipality", "service", "places"]), given=KNOWN_SINCE,
        assumed=(needs.Assumed(needs.RATES, "who needs", {"school/6-15": 1.0}, "2012-01-01", "a choice"),),
    )  # fmt: skip
    whole, one = (needs_page.headline(found, place).sentence for place in (None, "a"))
    assert whole.startswith("2,000 newcomers were settled in 2022") and "known only afterwards" in whole
    assert "80 %" not in whole.replace("\u00a0", " ")  # all is given: an interval would be the rounding
    assert "Aby could expect about 1,400" in one and "assumed and taken as certain" in one
    guessed = needs_page.headline(replace(found, given="given as a number"), "a").sentence
    assert "(an assumed total), Aby can expect" in guessed
    told = needs_page.assumptions(found).plain()
    assert "of those 6 to 15 years" in told and "school/" not in told and max(map(len, told.splitlines())) < 100


def test_a_need_without_a_forecast_or_a_rate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no settlement forecast is saved"):
        needs.needs("norway", runs=tmp_path)
