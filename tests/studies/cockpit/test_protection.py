"""What can an attacker work out from the figures shown? Small counts of stocks and of those among them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from workbench.sources import localities
from workbench.studies.cockpit import definitions, figures, protection
from workbench.studies.cockpit.sums import with_sums

pytestmark = pytest.mark.quick


def _made_up(seed: int, counties: int = 3, each: int = 5, years: int = 2) -> tuple[pd.DataFrame, dict[str, str]]:
    """Made-up stocks: of all persons those recent, of these those moved; many counts are small."""
    rng = np.random.default_rng(seed)
    parents = {f"{c}{m:02d}": f"county {c}" for c in range(counties) for m in range(each)}
    rows = []
    for year in range(2020, 2020 + years):
        for place in parents:
            whole = int(rng.choice([rng.integers(0, 12), rng.integers(5, 300)]))
            recent = int(rng.binomial(whole, 0.3))
            moved = int(rng.binomial(recent, 0.3))
            rows += [("recent", place, str(year), recent, whole), ("moved", place, str(year), moved, recent)]
    table = pd.DataFrame(rows, columns=["indicator", "place", "period", "numerator", "denominator"])
    table = table.assign(group="all", withheld=False, value=table["numerator"] / table["denominator"].clip(lower=1))
    return table, parents


def _definitions() -> list[definitions.Definition]:
    texts = {"en": "x"}
    return [
        definitions.Definition(
            name, "arrival", "share", "neither", texts, texts, table="stock", numerator="a", denominator="b"
        )
        for name in ("recent", "moved")
    ]


def _with_sums(table: pd.DataFrame, parents: dict[str, str]) -> pd.DataFrame:
    added = [table]
    for place in (table["place"].map(parents), pd.Series("all", index=table.index)):
        keys = [table["indicator"], place.rename("place"), table["period"]]
        sums = table.groupby(keys)[["numerator", "denominator"]].sum().reset_index()
        added.append(sums.assign(group="all", withheld=False, value=sums["numerator"] / sums["denominator"]))
    return pd.concat(added, ignore_index=True)


def _range(rows: pd.DataFrame, parents: dict[str, str], hidden: set[str]) -> dict[tuple[str, str], tuple[float, float]]:
    """Return what an attacker knows of each hidden count of one year: least and most, from all that is shown.

    Unknown are the hidden cells moved <= recent <= whole of each hidden municipality; known are the others, the sums of
    counties that are shown and of the country, for each of the three counts and what lies between them.
    """
    places = [place for place in parents if place in hidden]
    counts = {
        "whole": rows[rows["indicator"] == "recent"].set_index("place")["denominator"],
        "recent": rows[rows["indicator"] == "recent"].set_index("place")["numerator"],
        "moved": rows[rows["indicator"] == "moved"].set_index("place")["numerator"],
    }
    names = [(count, place) for count in counts for place in places]
    index = {name: at for at, name in enumerate(names)}
    equal, right, less = [], [], []
    for count, values in counts.items():
        regions = [(county, [p for p in places if parents[p] == county]) for county in set(parents.values())]
        regions = [(county, inside) for county, inside in regions if county not in hidden] + [("all", places)]
        for region, inside in regions:
            if inside:
                shown = [p for p in parents if p not in hidden and (region == "all" or parents[p] == region)]
                row = np.zeros(len(names))
                row[[index[count, p] for p in inside]] = 1
                equal.append(row)
                right.append(float(values[region]) - float(values[shown].sum()))
    for place in places:
        for above, below in (("whole", "recent"), ("recent", "moved")):
            row = np.zeros(len(names))
            row[index[below, place]], row[index[above, place]] = 1, -1
            less.append(row)
    found = {}
    for name, at in index.items():
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(names))
            goal[at] = sign
            solved = linprog(goal, A_ub=less, b_ub=np.zeros(len(less)), A_eq=equal, b_eq=right, bounds=(0, None))
            assert solved.status == 0
            ends.append(sign * solved.fun)
        found[name] = (ends[0], ends[1])
    return found


@pytest.mark.parametrize("seed", range(2))
def test_a_differencing_attack_finds_no_small_count(seed: int) -> None:
    table, parents = _made_up(seed)
    whole = _with_sums(table, parents)
    whole["hidden"] = protection.hidden(whole, _definitions(), parents)
    public = protection.masked(whole)
    assert public.loc[whole["hidden"], ["value", "numerator", "denominator"]].isna().all(axis=None)
    attacked = 0
    for year, rows in whole.groupby("period"):
        hidden = set(rows.loc[rows["hidden"], "place"])
        small = rows[rows["place"].isin(list(parents)) & (rows["numerator"].isin(range(1, 5)))]
        assert set(small["place"]) <= hidden, year
        known = _range(rows, parents, hidden)
        for row in small.itertuples():
            least, most = known[str(row.indicator), str(row.place)]
            assert most >= 5 and least < most, (year, row, least, most)
            attacked += 1
    assert attacked > 5


def test_the_attack_finds_small_counts_where_nothing_is_added() -> None:
    """The attack can succeed: hiding the small counts alone gives some of them away."""
    table, parents = _made_up(1)
    whole = _with_sums(table, parents)
    rows = whole[whole["period"] == "2020"]
    alone = set(rows.loc[rows["place"].isin(list(parents)) & rows["numerator"].isin(range(1, 5)), "place"])
    known = _range(rows, parents, alone)
    assert any(most < 5 for (count, _), (_, most) in known.items() if count != "whole")


def test_no_small_count_of_the_shipped_tables_is_shown() -> None:
    home = localities.load("norway")
    stock = [of for of in definitions.read(home) if of.table in ("refugee_stock", "settlement")]
    table = with_sums(figures.collect(home, stock), stock, home)
    recent = table[table["period"].isin(["2022"])].reset_index(drop=True)
    recent["hidden"] = protection.hidden(recent, stock, home.parents())
    public = protection.masked(recent)
    others = (public["denominator"] - public["numerator"])[public["indicator"] != "accepted_of_requested"]
    assert not public["numerator"].round().isin(range(1, 5)).any() and recent["hidden"].any()
    shares = public["indicator"].isin(["refugees", "refugees_0_4_years", "moved_here_later"])
    assert not others[shares].round().isin(range(1, 5)).any()
