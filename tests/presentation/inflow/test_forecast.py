import numpy as np
import pandas as pd
import pytest

from workbench.core.draws import Draws
from workbench.presentation import inflow as page
from workbench.presentation import markup as m
from workbench.presentation.inflow import figures

pytestmark = pytest.mark.quick


def test_the_headline_names_period_and_both_intervals(inflow_result):
    finding = page.headline(inflow_result)
    sentence = finding.sentence.replace("\u00a0", " ")
    assert "October 2019 to March 2020" in sentence and "80 % between" in sentence and "95 % between" in sentence
    inner, outer = finding.intervals
    assert (inner.level, outer.level) == (0.8, 0.95)
    assert outer.low <= inner.low <= finding.estimate <= inner.high <= outer.high
    assert finding.estimate == float(inflow_result.draws.sum().quantile(0.5))


def test_one_destination_is_called_by_its_name(fabricated):
    result = fabricated.inflow_result(fabricated.made_up_arrivals(1))
    assert page.headline(result).sentence.startswith("As of September 2019, Aland could expect")
    result.later = result.later.iloc[:-1]
    assert page.headline(result).sentence.startswith("Aland can expect"), "not every month is past"
    assert "Expected by destination" in page.largest(result).sentence


def test_tables_are_computed_draw_by_draw(inflow_result):
    table = page.by_destination(inflow_result).data.set_index("destination")
    assert table.loc["all", "median"] == int(inflow_result.draws.sum().quantile(0.5))
    assert table.loc["all", "year_before"] == table["year_before"].iloc[:-1].sum()
    monthly = page.by_month(inflow_result).data
    assert list(monthly["month"][:-1]) == inflow_result.draws.labels("month")
    assert monthly["published_since"].iloc[-1] == inflow_result.later["persons"].sum()
    assert table["median"].iloc[:-1].is_monotonic_decreasing


def test_what_happened_is_told_against_the_intervals(fabricated):
    result = fabricated.inflow_result()
    result.later = result.later.assign(persons=0.0)
    assert "outside the 95" in page.what_happened(result).sentence
    told = page.by_month(result).plain()
    assert f"{page.BELOW}: below the 95" in told and page.ABOVE not in told, "a table explains the signs it shows"
    result.later = result.later.iloc[:0]
    assert "stands unchecked" in page.what_happened(result).sentence
    told = page.by_month(result).plain()
    assert "Published since" not in told and page.BELOW not in told and "not published" not in told


def test_a_missing_year_before_is_said_not_guessed(fabricated):
    result = fabricated.inflow_result()
    result.arrivals.loc[result.arrivals["month"] == "2018-12", "persons"] = np.nan
    assert "not published for every destination" in page.against_last_year(result).sentence
    table = page.by_month(result)
    assert np.isnan(table.data["year_before"].iloc[-1])
    assert "not published for every month" in table.plain()


def test_a_fit_that_failed_says_so(fabricated):
    assert any("failed its checks" in c for c in page.how_sure(fabricated.inflow_result(converged=False)).caveats)
    assert not any("failed its checks" in c for c in page.how_sure(fabricated.inflow_result()).caveats)
    assert page.front(fabricated.inflow_result(converged=False), "eu").attention.startswith("Attention")
    assert page.front(fabricated.inflow_result(), "eu").attention == ""


def test_fan_charts_carry_figures_words_and_all_destinations(inflow_result):
    total, each = figures.fan_total(inflow_result), figures.fans_by_destination(inflow_result, 1, 9)
    assert set(each.data["destination"]) == set(inflow_result.names)
    for name in inflow_result.names.values():
        assert name in each.alternative
    assert "March 2020" in total.alternative and total._repr_mimebundle_()[m.SVG].startswith("<svg")
    ahead = total.data.dropna(subset=["median"])
    assert (ahead["low95"] <= ahead["low50"]).all() and (ahead["high50"] <= ahead["high95"]).all()
    assert figures.fans_by_destination(inflow_result, 50, 60).sentence == "There are no further destinations."


def test_tiny_and_zero_forecasts_are_shown(fabricated):
    result = fabricated.inflow_result()
    zero = np.zeros((10, 6, 6), dtype=int)
    result.draws = Draws.from_array(zero, {d: result.draws.labels(d) for d in ("destination", "month")})
    result.arrivals = result.arrivals.assign(persons=0.0)
    assert "about 0 asylum applicants" in page.headline(result).sentence
    assert page.key_findings(result).plain()
    assert figures.fan_total(result).svg and isinstance(page.by_month(result).data, pd.DataFrame)
