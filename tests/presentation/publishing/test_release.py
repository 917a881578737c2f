"""How a result stands is said in one place, and can be taken out of a page again."""

from __future__ import annotations

from datetime import date

import pytest

from workbench.presentation.languages import LANGUAGES, day, say
from workbench.presentation.publishing import release

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_differ_only_in_whether_they_were_published_read_the_same(language: str) -> None:
    name, when = "inflow-0001", day(date(2026, 11, 22), language)
    feet = (
        release.draft(language),
        say("demonstration {name}, nobody's decision", language, name=name),
        say("published on {day} as {name}", language, day=when, name=name),
    )
    pages = {release.feet(language).sub("·", f"run 4d0f, {foot} 12 In 2022 about 31,000 came.") for foot in feet}
    assert pages == {"run 4d0f, · 12 In 2022 about 31,000 came."}
