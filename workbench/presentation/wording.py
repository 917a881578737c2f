"""Words and numbers as readers meet them: rounding, ranges, probability words, lists, and the glossary."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.core.calendar import month_name
from workbench.core.errors import ReportError

NBSP, MINUS, DASH = "\u00a0", "\u2212", "\u2013"
"""No-break space, true minus sign, and the dash of a range or of a figure that is not known."""

SEPARATORS = {"en": ",", "nb": NBSP, "sv": NBSP}
"""Thousands separator of each language."""

LIKELY, UNLIKELY = 0.8, 0.2

GLOSSARY = {
    "about": "rounded to two digits; the exact figure stands in the attached table",
    "likely": "a chance of 80 % or more",
    "may": "a chance between 20 % and 80 %; the figure is given beside the word",
    "unlikely": "a chance of 20 % or less",
    "80 % interval": "by the model, four times in five the outcome lies in it",
    "95 % interval": "by the model, nineteen times in twenty the outcome lies in it",
    "median": "the middle of the forecast: an outcome above it is as likely as one below it",
    "as of": "the last month of data that the forecast knows",
    "applicant": "a person in an asylum application, as the source counts applicants",
    "household": "persons who are placed together and never split",
    "place": "room for one person in a municipality",
    "capacity": "the number of persons a municipality can take in the period",
    "needs-and-ties matching": "a score from 0 to 1 for how near a household's ties are to a municipality and whether "
    "its language is spoken there, where its needs are met; it is not an outcome such as work",
    "certified": "proved to be within the stated distance of the best possible plan for the scores supplied",
    "worth of one more place": "by how much the total score would rise if the municipality could take one person more; "
    "an estimate",
    "synthetic": "made by a program from stated distributions; describes no real person",
}
"""One meaning for each term, the same on every page."""


def number(value: float, decimals: int = 0, language: str = "en") -> str:
    """Return a number with the language's thousands separator and a true minus sign.

    >>> number(12345.6)
    '12,346'
    """
    if language not in SEPARATORS:
        raise ReportError(f"no number format for the language '{language}'", do="known: " + ", ".join(SEPARATORS))
    if not math.isfinite(value):
        return DASH
    text = f"{abs(value):,.{decimals}f}"
    sign = MINUS if value < 0 and text.strip("0.,") else ""
    point = "." if language == "en" else ","
    whole, _, rest = text.partition(".")
    return sign + whole.replace(",", SEPARATORS[language]) + (point + rest if rest else "")


def step(value: float, digits: int = 2) -> int:
    """Return the step (1, 10, 100 …) to which a count is rounded so that ``digits`` digits remain."""
    size = abs(value)
    return 1 if size < 1 else max(1, 10 ** (math.floor(math.log10(size)) + 1 - digits))


def rounded(value: float, digits: int = 3) -> int:
    """Return a count rounded half up to so many digits; what is smaller than that stays whole."""
    unit = step(value, digits)
    return math.floor(value / unit + 0.5) * unit


def count(value: float, language: str = "en") -> str:
    """Return a forecast count for a table: three digits, because more would claim more than is known."""
    return number(rounded(value) if math.isfinite(value) else value, language=language)


def about(value: float, language: str = "en") -> str:
    """Return a count for a sentence.

    >>> about(2149), about(7)
    ('about 2,100', 'about 7')
    """
    return f"about {number(rounded(value, 2), language=language)}"


def ends(low: float, high: float, estimate: float) -> tuple[int, int]:
    """Return the ends of an interval for a sentence, rounded outward to half the step of the estimate or finer.

    The stated interval thus always holds the computed one.

    >>> ends(1651, 2608, 2149)
    (1650, 2650)
    """
    upper = max(1, min(step(estimate), step(max(high, 1))) // 2)
    lower = max(1, min(2 * upper, step(max(low, 1))) // 2)
    return math.floor(low / lower) * lower, math.ceil(high / upper) * upper


def between(low: float, high: float, estimate: float, language: str = "en") -> str:
    """Return an interval in words, e.g. ``between 1,700 and 2,600``."""
    first, last = ends(low, high, estimate)
    return f"between {number(first, language=language)} and {number(last, language=language)}"


def span(low: float, high: float, language: str = "en") -> str:
    """Return an interval for a table cell.

    >>> print(span(1651, 2608).replace(DASH, "to"))
    1,650 to 2,610
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    lower, upper = step(low, 3), step(high, 3)
    first, last = math.floor(low / lower) * lower, math.ceil(high / upper) * upper
    return f"{number(first, language=language)} {DASH} {number(last, language=language)}"


def percent(share: float, decimals: int = 0, language: str = "en") -> str:
    """Return a share as per cent, with the sign kept on the same line as the number."""
    return f"{number(100 * share, decimals, language)}{NBSP}%"


def change(share: float) -> str:
    """Return a relative change in words.

    >>> change(-0.123).replace(NBSP, " ")
    '12 % fewer'
    """
    points = round(100 * abs(share))
    return "about the same" if points == 0 else f"{points}{NBSP}% {'more' if share > 0 else 'fewer'}"


def chance(probability: float, event: str) -> str:
    """Return how probable an event is: the one word for it, and the figure.

    >>> chance(0.85, "a rise").replace(NBSP, " ")
    'a rise is likely (85 %)'
    """
    if not 0 <= probability <= 1:
        raise ReportError(f"a probability lies between 0 and 1, not {probability}")
    word = "is likely" if probability >= LIKELY else "is unlikely" if probability <= UNLIKELY else "may come"
    shown = min(max(round(100 * probability), 1), 99)
    bound = "under " if probability < 0.01 else "over " if probability > 0.99 else ""
    return f"{event} {word} ({bound}{shown}{NBSP}%)"


def listing(items: Sequence[str]) -> str:
    """Return items as a phrase.

    >>> listing(["Oslo", "Bergen", "Bodø"])
    'Oslo, Bergen and Bodø'
    """
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def counted(amount: int, one: str, many: str = "", language: str = "en") -> str:
    """Return a number with its noun.

    >>> counted(1, "household"), counted(1200, "municipality", "municipalities")
    ('1 household', '1,200 municipalities')
    """
    return f"{number(amount, language=language)} {one if amount == 1 else many or one + 's'}"


def period(first: str, last: str) -> str:
    """Return a span of months in words.

    >>> period("2019-10", "2020-03")
    'October 2019 to March 2020'
    """
    if first == last:
        return month_name(first)
    start = month_name(first)
    if first[:4] == last[:4]:
        start = start.rsplit(" ", 1)[0]
    return f"{start} to {month_name(last)}"


def sentence(text: str) -> str:
    """Return a text that starts with a capital and ends with a full stop."""
    text = text.strip()
    return text if not text else text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
