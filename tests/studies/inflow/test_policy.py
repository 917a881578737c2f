"""Is the calendar sourced, and is what was seen around an event told as the figures say, and refused where unknown?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.calendar import month_range
from workbench.core.errors import AssumptionError, DataError
from workbench.studies.inflow import policy
from workbench.studies.inflow.judgement.scenarios import If, Shock, as_after

pytestmark = pytest.mark.quick
MONTHS = month_range("2014-01", "2016-12")
CLOSED = policy.Event(
    "closed", date(2016, 3, 20), ("SE",), "border", {"en": "A border closes", "sv": "Stängd"}, "Act 1"
)
AGREED = policy.Event("agreed", date(2016, 5, 1), (), "agreement", {"en": "An agreement", "sv": ""}, "Decision 2")


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [(m, p, 400.0 if m > "2016-03" and p == "SE" else 1000.0) for m in MONTHS for p in ("NO", "SE")]
    return pd.DataFrame(rows, columns=["month", "destination", "persons"])


def test_each_shipped_event_has_a_day_a_source_and_three_names() -> None:
    events = policy.read_events()
    assert len(events) > 15 and [e.day for e in events] == sorted(e.day for e in events)
    for event in events:
        assert event.source and all(event.names[code] for code in ("en", "nb", "sv")), event.code


def test_what_was_seen_around_an_event(table: pd.DataFrame) -> None:
    seen = policy.seen_around(table, [CLOSED, AGREED]).set_index("destination")
    assert seen.loc["SE", ["before", "after"]].tolist() == [1000.0, 400.0] and seen.loc["SE", "change"] == -0.6
    assert seen.loc["SE", "year_before"] == 0 and seen.loc["all", "before"] == 5400 / 3
    assert policy.seen_around(table, [CLOSED], ["NO"]).empty
    table.loc[table["month"] == "2016-05", "persons"] = np.nan
    assert np.isnan(policy.around(table, CLOSED, "SE")[1])
    with pytest.raises(DataError, match="no destination 'XX'"):
        policy.seen_around(table, [CLOSED], ["XX"])
    with pytest.raises(AssumptionError, match="13 months"):
        policy.seen_around(table, [CLOSED], months=13)


def test_only_events_of_the_months_and_destinations_are_shown() -> None:
    assert policy.within([CLOSED, AGREED], ["NO"], "2016-01", "2016-12") == (AGREED,)
    assert policy.within([CLOSED, AGREED], ["SE|SYR"], "2016-01", "2016-04") == (CLOSED,)
    assert AGREED.name("sv") == "An agreement" and CLOSED.name("sv") == "Stängd"


def test_a_shock_can_be_like_an_event_and_says_which(table: pd.DataFrame) -> None:
    like = If("again", (Shock("SE", event="closed"), Shock("NO", 0.5, "stated")))
    filled = as_after(like, table, [CLOSED, AGREED]).shocks
    assert filled[0].factor == 0.4 and "A border closes, 2016-03-20 (Act 1)" in filled[0].why
    assert filled[1] == like.shocks[1]
    stated = If("again", (Shock("SE", 0.7, "my own", event="closed"),))
    assert as_after(stated, table, [CLOSED]).shocks[0].factor == 0.7
    for wrong, said in (
        (Shock("SE", event="clozed"), "no event 'clozed'"),
        (Shock("SE"), "no factor"),
        (Shock("DE", event="closed"), "nothing can be learnt of DE"),
    ):
        with pytest.raises(AssumptionError, match=said):
            as_after(If("x", (wrong,)), table, [CLOSED])
    with pytest.raises(AssumptionError, match="nothing can be learnt of SE"):
        as_after(like, table[table["month"] <= "2016-04"], [CLOSED])


def test_an_own_calendar_is_read_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    head = "event,date,destinations,kind,name,source\n"
    file.write_text(head + "b,2016-05-01,NO; SE,law,A law,Act\na,2016-01-01,,visa,Visas,Regulation\n")
    first, second = policy.read_events(file=file)
    assert (first.code, second.code, second.destinations) == ("a", "b", ("NO", "SE")) and first.concerns("XX")
    assert replace(first, names={"en": "x", "nb": ""}).name("nb") == "x"
    file.write_text(head + "b,2016-05-32,NO,party,A law,\n")
    with pytest.raises(DataError) as caught:
        policy.read_events(file=file)
    assert {"date", "kind", "source"} <= {fault.column for fault in caught.value.faults}
