"""Words and numbers as readers meet them: rounding, ranges, probability words, lists, and the glossary."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.core.errors import ReportError
from workbench.presentation.languages import marked, month, say

NBSP, MINUS, DASH = "\u00a0", "\u2212", "\u2013"
"""No-break space, true minus sign, and the dash of a range or of a figure that is not known."""

SEPARATORS = {"en": ",", "nb": NBSP, "sv": NBSP}
"""Thousands separator of each language."""

LIKELY, UNLIKELY = 0.8, 0.2

CHANCES = {
    "likely": (marked("{event} is likely ({figure})"), marked("{event} was likely ({figure})")),
    "may": (marked("{event} may come ({figure})"), marked("{event} might come ({figure})")),
    "doubtful": (
        marked("{event} is less likely than not ({figure})"),
        marked("{event} was less likely than not ({figure})"),
    ),
    "unlikely": (marked("{event} is unlikely ({figure})"), marked("{event} was unlikely ({figure})")),
}
"""How probable an event is, and how probable it was at a forecast that is past."""

GLOSSARY = {
    marked("about"): marked("rounded to two digits; the exact figure stands in the attached table"),
    marked("likely"): marked("a chance of 80 % or more"),
    marked("may"): marked("a chance from 50 % to 80 %; the figure is given beside the words"),
    marked("less likely than not"): marked("a chance between 20 % and 50 %"),
    marked("unlikely"): marked("a chance of 20 % or less"),
    marked("80 % interval"): marked("by the model, four times in five the outcome lies in it"),
    marked("95 % interval"): marked("by the model, nineteen times in twenty the outcome lies in it"),
    marked("median"): marked(
        "the middle of the forecast: an outcome above it is as likely as one below it",
    ),
    marked("as of"): marked("the last month of data that the forecast knows"),
    marked("applicant"): marked("a person in an asylum application, as the source counts applicants"),
    marked("household"): marked("persons who are placed together and never split"),
    marked("place"): marked("room for one person in a municipality"),
    marked("capacity"): marked("the number of persons a municipality can take in the period"),
    marked("needs-and-ties matching"): marked(
        "a score from 0 to 1 for how near a household's ties are to a municipality and whether "
        "its language is spoken there, where its needs are met; it is not an outcome such as work"
    ),
    marked("certified"): marked(
        "proved to be within the stated distance of the best possible plan for the scores supplied"
    ),
    marked("worth of one more place"): marked(
        "by how much the total score would rise if the municipality could take one person more; an estimate"
    ),
    marked("synthetic"): marked("made by a program from stated distributions; describes no real person"),
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


def rounded(value: float, digits: int = 2) -> int:
    """Return a count rounded half up to so many digits; what is smaller than that stays whole."""
    unit = step(value, digits)
    return math.floor(value / unit + 0.5) * unit


def count(value: float, language: str = "en") -> str:
    """Return a forecast count for a table or a picture, rounded as :func:`about` rounds it in a sentence."""
    return number(rounded(value) if math.isfinite(value) else value, language=language)


def about(value: float, language: str = "en") -> str:
    """Return a count for a sentence.

    >>> about(2149), about(7)
    ('about 2,100', 'about 7')
    """
    return say("about {figure}", language, figure=number(rounded(value), language=language))


def ends(low: float, high: float) -> tuple[int, int]:
    """Return the ends of an interval as every sentence, table and picture gives them.

    Each end is rounded outward to half its two-digit step, so the stated interval always holds the computed one.

    >>> ends(1651, 2608)
    (1650, 2650)
    """
    lower, upper = (max(1, step(end) // 2) for end in (low, high))
    return math.floor(low / lower) * lower, math.ceil(high / upper) * upper


def between(low: float, high: float, language: str = "en") -> str:
    """Return an interval in words, e.g. ``between 1,700 and 2,600``."""
    first, last = ends(low, high)
    low_end, high_end = number(first, language=language), number(last, language=language)
    return say("between {low} and {high}", language, low=low_end, high=high_end)


def span(low: float, high: float, language: str = "en") -> str:
    """Return an interval for a table cell.

    >>> print(span(1651, 2608).replace(DASH, "to"))
    1,650 to 2,650
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    first, last = ends(low, high)
    return f"{number(first, language=language)} {DASH} {number(last, language=language)}"


def percent(share: float, decimals: int = 0, language: str = "en") -> str:
    """Return a share as per cent, with the sign kept on the same line as the number."""
    return f"{number(100 * share, decimals, language)}{NBSP}%"


def change(share: float, language: str = "en") -> str:
    """Return a relative change in words.

    >>> change(-0.123).replace(NBSP, " ")
    '12 % fewer'
    """
    points = round(100 * abs(share))
    if points == 0:
        return say("about the same", language)
    figure = percent(points / 100, language=language)
    return (
        say("{figure} more", language, figure=figure) if share > 0 else say("{figure} fewer", language, figure=figure)
    )


def in_ten(probability: float, language: str = "en") -> str:
    """Return a probability as a natural frequency: in tens, or in hundreds near 0 and 1.

    >>> in_ten(0.78), in_ten(0.03), in_ten(0.999)
    ('about 8 in 10', 'about 3 in 100', 'more than 99 in 100')
    """
    if probability < 0.01:
        return say("fewer than 1 in 100", language)
    if probability > 0.99:
        return say("more than 99 in 100", language)
    if 0.05 <= probability <= 0.95:
        return say("about {number} in 10", language, number=max(1, min(9, math.floor(10 * probability + 0.5))))
    return say("about {number} in 100", language, number=math.floor(100 * probability + 0.5))


def likelihood(probability: float, language: str = "en") -> str:
    """Return a probability as per cent and as a natural frequency; near one half per cent alone, since 5 in 10 is even.

    >>> likelihood(0.78).replace(NBSP, " "), likelihood(0.48).replace(NBSP, " ")
    ('78 %, about 8 in 10', '48 %')
    """
    figure = percent(min(max(round(100 * probability), 1), 99) / 100, language=language)
    if probability < 0.01:
        figure = say("under {figure}", language, figure=figure)
    elif probability > 0.99:
        figure = say("over {figure}", language, figure=figure)
    return figure if 0.45 <= probability < 0.55 else f"{figure}, {in_ten(probability, language)}"


def chance(probability: float, event: str, language: str = "en", past: bool = False) -> str:
    """Return how probable an event is, or was at the forecast: the one word for it, and the figure.

    >>> chance(0.83, "a rise").replace(NBSP, " ")
    'a rise is likely (83 %, about 8 in 10)'
    """
    if not 0 <= probability <= 1:
        raise ReportError(f"a probability lies between 0 and 1, not {probability}")
    if probability >= LIKELY:
        word = "likely"
    elif probability <= UNLIKELY:
        word = "unlikely"
    else:
        word = "doubtful" if round(100 * probability) < 50 else "may"
    return say(CHANCES[word][past], language, event=event, figure=likelihood(probability, language))


def listing(items: Sequence[str], language: str = "en") -> str:
    """Return items as a phrase.

    >>> listing(["Oslo", "Bergen", "Bodø"])
    'Oslo, Bergen and Bodø'
    """
    if len(items) < 2:
        return "".join(items)
    return say("{first} and {last}", language, first=", ".join(items[:-1]), last=items[-1])


def counted(amount: int, one: str, many: str = "", language: str = "en") -> str:
    """Return a number with its noun.

    >>> counted(1, "household"), counted(1200, "municipality", "municipalities")
    ('1 household', '1,200 municipalities')
    """
    return f"{number(amount, language=language)} {one if amount == 1 else many or one + 's'}"


def period(first: str, last: str, language: str = "en") -> str:
    """Return a span of months in words.

    >>> period("2019-10", "2020-03")
    'October 2019 to March 2020'
    """
    if first == last:
        return month(first, language)
    start = month(first, language)
    if first[:4] == last[:4]:
        start = start.rsplit(" ", 1)[0]
    return say("{first} to {last}", language, first=start, last=month(last, language))


def leading(text: str) -> str:
    """Return a text as it stands at the head of a row or line: with a capital."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return a text that starts with a capital and ends with a full stop."""
    text = text.strip()
    return text if not text else text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def meanings(terms: Sequence[str], language: str = "en") -> list[tuple[str, str]]:
    """Return terms with their one meaning, in a language."""
    return [(say(term, language), say(GLOSSARY[term], language)) for term in terms]
