from datetime import date

import pytest

from workbench.presentation.publishing.freshness import freshness

pytestmark = pytest.mark.quick


def told(fabricated, day: date, last: str = "2027-03", **more):
    return freshness(fabricated.record(), as_of="2026-09", last=last, today=day, **more)


def test_a_new_forecast_is_not_stale(fabricated) -> None:
    fresh = told(fabricated, date(2026, 11, 20))
    assert fresh.data_to == "Data to September 2026" and fresh.made == "Made today, 20 November 2026"
    assert fresh.stale == ()


@pytest.mark.parametrize(
    ("day", "last", "repeatable", "reasons"),
    [
        (date(2026, 12, 24), "2027-03", True, ()),
        (date(2026, 12, 27), "2027-03", True, ("newer monthly figures",)),
        (date(2026, 11, 21), "2026-10", True, ("October 2026, is past",)),
        (date(2026, 11, 21), "2026-11", True, ()),
        (date(2026, 11, 21), "2027-03", False, ("earlier version",)),
        (date(2027, 4, 1), "2027-03", False, ("is past", "newer monthly", "earlier version")),
    ],
)
def test_each_reason_against_using_it_is_said(fabricated, day, last, repeatable, reasons) -> None:
    stale = told(fabricated, day, last, repeatable=repeatable).stale
    assert len(stale) == len(reasons) and all(r in s for r, s in zip(reasons, stale, strict=True))


def test_age_is_counted_in_days(fabricated) -> None:
    assert told(fabricated, date(2026, 11, 21)).made.startswith("Made yesterday")
    assert told(fabricated, date(2026, 11, 30), language="sv").made == "Gjord för 10 dagar sedan, 20 november 2026"
