import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import ReportError
from workbench.presentation import wording as w

pytestmark = pytest.mark.quick

COUNTS = st.floats(0, 5e7)


def plain(text: str) -> str:
    return text.replace(w.NBSP, " ")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2149, "about 2,100"),
        (7, "about 7"),
        (0, "about 0"),
        (99.6, "about 100"),
        (354_123, "about 350,000"),
        (25, "about 25"),
    ],
)
def test_about_keeps_two_digits(value, words):
    assert w.about(value) == words


def test_numbers_have_the_separator_of_the_language():
    assert w.number(1234567) == "1,234,567"
    assert plain(w.number(1234567.5, 1, "nb")) == "1 234 567,5"
    assert w.number(-1500) == f"{w.MINUS}1,500"
    assert w.number(-0.2) == "0"
    assert w.number(float("nan")) == w.DASH
    with pytest.raises(ReportError, match="language 'xx'"):
        w.number(1, language="xx")


@given(COUNTS, COUNTS, COUNTS)
def test_a_stated_interval_always_holds_the_computed_one(a, b, c):
    low, _, high = sorted((a, b, c))
    first, last = w.ends(low, high)
    assert first <= low and high <= last
    assert last - high <= max(1.0, 0.1 * high) and low - first <= max(1.0, 0.1 * low)


@given(COUNTS, COUNTS)
def test_a_table_interval_holds_the_computed_one(a, b):
    low, high = sorted((a, b))
    first, last = (int(x.replace(",", "")) for x in w.span(low, high).split(f" {w.DASH} "))
    assert first <= low and high <= last


@given(COUNTS, st.integers(1, 4))
def test_rounding_is_off_by_half_a_step_at_most(value, digits):
    assert abs(w.rounded(value, digits) - value) <= w.step(value, digits) / 2 * (1 + 1e-9)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_chance_never_gets_a_lesser_word(a, b):
    rank = {"is unlikely": 0, "is less likely than not": 1, "may come": 2, "is likely": 3}

    def word(p):
        return next(r for phrase, r in rank.items() if phrase in w.chance(p, "a rise"))

    low, high = sorted((a, b))
    assert word(low) <= word(high)


def test_chance_never_says_certain():
    assert plain(w.chance(1.0, "a rise")) == "a rise is likely (over 99 %, more than 99 in 100)"
    assert plain(w.chance(0.0, "a rise")) == "a rise is unlikely (under 1 %, fewer than 1 in 100)"
    assert plain(w.chance(0.5, "a rise")) == "a rise may come (50 %)"
    assert plain(w.chance(0.48, "a rise")) == "a rise is less likely than not (48 %)"
    with pytest.raises(ReportError, match="between 0 and 1"):
        w.chance(math.nan, "a rise")


def test_phrases():
    assert w.listing([]) == "" and w.listing(["a"]) == "a" and w.listing(["a", "b"]) == "a and b"
    assert w.period("2019-10", "2019-12") == "October to December 2019"
    assert w.period("2019-10", "2019-10") == "October 2019"
    assert w.sentence(" no room") == "No room." and w.sentence("Why?") == "Why?"
    assert plain(w.change(0.234)) == "23 % more" and w.change(0.001) == "about the same"
    assert w.counted(1, "municipality", "municipalities") == "1 municipality"


def test_the_glossary_gives_every_probability_word_one_meaning():
    for word in ("about", "likely", "may", "unlikely", "80 % interval", "95 % interval", "synthetic", "certified"):
        assert w.GLOSSARY[word]
    assert len(set(w.GLOSSARY.values())) == len(w.GLOSSARY)


@given(COUNTS, COUNTS)
def test_a_quantity_has_one_rounding_in_sentence_and_table(a, b):
    low, high = sorted((a, b))
    assert w.about(a) == f"about {w.count(a)}"
    assert w.between(low, high) == "between " + w.span(low, high).replace(f" {w.DASH} ", " and ")
