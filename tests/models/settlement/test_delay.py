import numpy as np
import pytest
from scipy.special import expit, logit

from workbench.core.errors import DataError
from workbench.models.settlement.delay import SYNTHETIC, fit_delay, synthetic_delays

pytestmark = pytest.mark.quick


def truth(route: str, months: int) -> float:
    _, first, drift = SYNTHETIC[route]
    return float(1 - np.prod(1 - expit(logit(first) + drift * np.arange(months))))


def test_known_delays_and_routes_are_recovered_although_some_still_wait() -> None:
    inside = total = 0
    for seed in range(10):
        table = synthetic_delays(4000, seed)
        assert table["waiting"].sum() > 100
        found = fit_delay(table, seed=1, synthetic=True)
        for months in (3, 6, 12):
            rows = found.settled_within(months).set_index("route")
            for route in SYNTHETIC:
                known = truth(route, months)
                assert rows.loc[route, "median"] == pytest.approx(known, abs=0.06)
                inside += rows.loc[route, "low80"] <= known <= rows.loc[route, "high80"]
                total += 1
        assert np.allclose(found.share.mean(axis=0)[found.routes.index("assigned")], 0.6, atol=0.04)
    assert 0.65 < inside / total < 0.95


def test_those_who_wait_are_not_taken_for_settled() -> None:
    table = synthetic_delays(4000, 1)
    naive = table.assign(waiting=0)
    right, wrong = (
        fit_delay(t, seed=1, synthetic=True).settled_within(6).set_index("route")["median"] for t in (table, naive)
    )
    assert right["assigned"] < wrong["assigned"] - 0.1


def test_synthetic_figures_say_so() -> None:
    table = synthetic_delays(500, 1)
    assert "Synthetic" in fit_delay(table, seed=1, synthetic=True).caveat()
    assert fit_delay(table, seed=1, synthetic=False).caveat() == ""


def test_a_bad_table_is_refused_with_the_row() -> None:
    table = synthetic_delays(500, 1)
    table.loc[3, "settled"] = -1
    with pytest.raises(DataError, match="row 5") as caught:
        fit_delay(table, seed=1, synthetic=True)
    assert caught.value.faults[0].column == "settled"
    again = synthetic_delays(500, 1)
    again.loc[1, "months"] = 0
    with pytest.raises(DataError, match="stands twice"):
        fit_delay(again, seed=1, synthetic=True)
