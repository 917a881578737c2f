from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError, ModelError
from workbench.models.settlement.evidence import BEFORE, QUOTAS, gather, relative
from workbench.models.settlement.panel.panel import STAND_IN, SettlementPanel

pytestmark = pytest.mark.quick


def rows(*cells: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=["municipality", "year", "requested", "accepted", "settled", "any_withheld"])


def test_withheld_empty_and_absent_counts_are_told_apart() -> None:
    table = rows(
        ("A", 2010, 10, 10, 10, False),
        ("B", 2010, 10, 5, None, True),
        ("C", 2010, 10, 5, None, False),
        ("D", 2010, 5, 5, 7.4, False),
        ("A", 2011, 10, 10, 10, False),
    )
    panel = SettlementPanel.from_tables(table)
    assert panel.persons[0].tolist() == [10, STAND_IN, 0, 7.4]
    assert panel.low[0].tolist() == [10, 1, 0, 7] and panel.high[0].tolist() == [10, 4, 4, 8]
    assert panel.low[1].tolist() == panel.high[1].tolist() == [10, 0, 0, 0]  # no row: none asked


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t[t["year"] != 2011], "no municipality has a row in 2011"),
        (lambda t: t.assign(settled=t["settled"].where(t["year"] != 2011, 0)), "nobody was settled in 2011"),
    ],
)
def test_a_year_without_figures_is_refused(spoil: Any, said: str) -> None:
    table = rows(*((m, y, 10, 10, 10, False) for m in "AB" for y in (2010, 2011, 2012)))
    with pytest.raises(DataError, match=said):
        SettlementPanel.from_tables(spoil(table))


def test_a_municipality_without_population_is_named() -> None:
    table = rows(*((m, y, 10, 10, 10, False) for m in "AB" for y in (2010, 2011)))
    people = pd.DataFrame({"municipality": ["A"], "year": [2010], "total": [1000]})
    with pytest.raises(DataError, match="no population") as caught:
        SettlementPanel.from_tables(table, people)
    assert [fault.value for fault in caught.value.faults] == ["B"]


def test_too_little_to_learn_from_is_said() -> None:
    table = rows(*((m, y, 10, 10, 10, False) for m in "AB" for y in (2010, 2011)))
    with pytest.raises(ModelError, match="up to 2010"):
        SettlementPanel.from_tables(table).until(2010)
    with pytest.raises(ModelError, match="one municipality"):
        SettlementPanel.from_tables(table[table["municipality"] == "A"])


def changed(table: pd.DataFrame, year: int, **columns: float) -> pd.DataFrame:
    found = table.copy()
    for name, factor in columns.items():
        found[name] = found[name].astype(float)
        found.loc[found["year"] >= year, name] *= np.linspace(0.2, factor, int((found["year"] >= year).sum()))
    return found


def test_before_the_year_nothing_of_that_year_is_seen(small: Any) -> None:
    as_of = 2018
    other = changed(small.settlement, as_of + 1, requested=9, accepted=7, settled=5)
    one, two = (
        gather(SettlementPanel.from_tables(t, small.population, small.covariates), as_of, BEFORE, 20_000)
        for t in (small.settlement, other)
    )
    for name in one.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)


def test_with_quotas_that_years_are_seen_and_no_later_ones(small: Any) -> None:
    as_of = 2018

    def seen(table: pd.DataFrame) -> np.ndarray:
        panel = SettlementPanel.from_tables(table, small.population, small.covariates)
        return gather(panel, as_of, QUOTAS, 20_000).signals

    assert not np.array_equal(seen(small.settlement)[-1], seen(changed(small.settlement, as_of + 1, accepted=7))[-1])
    np.testing.assert_array_equal(seen(small.settlement), seen(changed(small.settlement, as_of + 2, accepted=7)))
    np.testing.assert_array_equal(seen(small.settlement), seen(changed(small.settlement, as_of + 1, settled=7)))


def test_quotas_that_do_not_exist_cannot_be_used(small: Any) -> None:
    table = small.settlement.assign(accepted=small.settlement["accepted"].where(small.settlement["year"] < 2019))
    with pytest.raises(ModelError, match="no municipality has an accepted quota for 2019"):
        gather(SettlementPanel.from_tables(table, small.population), 2018, QUOTAS, 20_000)


def test_a_relative_share_is_centred_by_population() -> None:
    people = np.array([[0.5, 0.3, 0.2]])
    assert np.allclose(relative(np.array([[50.0, 30.0, 20.0]]), people), 0)
    found = relative(np.array([[80.0, 30.0, np.nan]]), people)
    assert np.isnan(found[0, 2]) and found[0, 0] > 0 > found[0, 1]
    assert np.isclose((found[0, :2] * people[0, :2]).sum(), 0)
