"""The languages of the pages: how a sentence, a month, a date and a country are called in each of them.

Sentences stand in English in the code, as ``say("… {name} …", language, name=value)``; ``locale/<language>.po`` holds
their translations. `make words` brings the catalogues up to date with the code.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.dates.calendar import month_name, month_number
from workbench.core.errors import ReportError, nearest

if TYPE_CHECKING:
    from babel import Locale

LANGUAGES = {"en": "English", "nb": "Norsk (bokmål)", "sv": "Svenska"}
"""The languages by their code, each by the name its readers give it; English is the language of the code."""

RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "prs", "ps", "sd", "ug", "ur", "yi"}
"""Languages that are written from right to left; Kurdish is where it is Sorani (ckb) or says so (ku-Arab)."""

FOLDER = Path(__file__).parent / "locale"
TERRITORIES = {"EL": "GR", "UK": "GB"}
"""Eurostat's codes of countries where they differ from ISO 3166."""
_FIELD = re.compile(r"\{(\w+)\}")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_PER_CENT = re.compile(r"(?<=\d) (?=%)")


def check(language: str) -> str:
    """Return the language if there are pages in it."""
    if language not in LANGUAGES:
        raise ReportError(f"no pages in the language '{language}'", do=nearest(language, list(LANGUAGES)))
    return language


def direction(language: str) -> str:
    """Return ``rtl`` for a language that is written from right to left, else ``ltr``.

    >>> [direction(each) for each in ("ar", "ckb", "ku", "ku-Arab", "fa-AF", "az-Latn")]
    ['rtl', 'rtl', 'ltr', 'rtl', 'rtl', 'ltr']
    """
    name, *parts = language.replace("_", "-").split("-")
    script = {part.title() for part in parts}
    right = name.lower() in RIGHT_TO_LEFT and not script & {"Latn", "Cyrl"}
    return "rtl" if right or script & {"Arab", "Hebr"} else "ltr"


def say(message: str, language: str = "en", **values: object) -> str:
    """Return a sentence in a language, with its values filled in.

    >>> say("{first} and {last}", "nb", first="Oslo", last="Bergen")
    'Oslo og Bergen'
    """
    return _together(_catalogue(language).gettext(message).format(**values))


def marked(text: str) -> str:
    """Return a text as it is; the call marks it for the catalogues, to be said later."""
    return text


def known(text: str, language: str = "en") -> str:
    """Return a text that came with data or a record: in the language where the catalogue holds it, else as it is."""
    return _together(_catalogue(language).gettext(text)) if text else ""


def in_words(code: object, language: str = "en") -> str:
    """Return a code as readers say it: in their language where the catalogue holds it.

    >>> in_words("single_adult"), in_words("single_adult", "nb")
    ('single adult', 'enslig voksen')
    """
    return known(str(code).replace("_", " "), language)


def retold(text: str, templates: Sequence[str], language: str = "en") -> str:
    """Return a sentence that a saved result keeps in English, in a language, by the template that it was made of.

    >>> retold("Oslo and Bergen", ["{first} and {last}"], "nb")
    'Oslo og Bergen'
    """
    if language == "en":
        return text
    for template in templates:
        parts = _FIELD.split(template)
        pattern = "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        if found := re.fullmatch(pattern, text):
            values = {name: _THOUSANDS.sub("\N{NO-BREAK SPACE}", value) for name, value in found.groupdict().items()}
            return say(template, language, **values)
    return known(text, language)


def say_many(one: str, many: str, amount: int, language: str = "en", **values: object) -> str:
    """Return the sentence for one or the sentence for several, by the rule of the language."""
    return _together(_catalogue(language).ngettext(one, many, amount).format(**values))


def _together(text: str) -> str:
    """Keep a number and its per cent sign on one line."""
    return _PER_CENT.sub("\N{NO-BREAK SPACE}", text)


@cache
def _catalogue(language: str) -> NullTranslations:
    if check(language) == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo  # a page in English needs no catalogue, and starts sooner without
    from babel.messages.pofile import read_po

    held = io.BytesIO()
    with (FOLDER / f"{language}.po").open(encoding="utf-8") as file:
        write_mo(held, read_po(file, locale=language))
    held.seek(0)
    return GNUTranslations(held)


@cache
def _locale(language: str) -> Locale:
    from babel import Locale

    return Locale.parse(check(language))


def month(label: str, language: str = "en") -> str:
    """Return a month (``YYYY-MM``) as a reader says it.

    >>> month("2020-03", "nb")
    'mars 2020'
    """
    if check(language) == "en":
        return month_name(label)
    year, index = divmod(month_number(label), 12)
    return f"{_locale(language).months['stand-alone']['wide'][index + 1]} {year}"


def day(when: date, language: str = "en") -> str:
    """Return a date as a reader says it.

    >>> day(date(2026, 11, 22))
    '22 November 2026'
    """
    return say("{day} {month}", language, day=when.day, month=month(f"{when:%Y-%m}", language))


def place(code: str, name: str, language: str = "en") -> str:
    """Return a place's name; a country is called as the language calls it.

    >>> place("EL", "Greece", "sv"), place("XX", "Småby", "sv")
    ('Grekland', 'Småby')
    """
    if check(language) == "en":
        return name
    territory = TERRITORIES.get(code, code)
    if _locale("en").territories.get(territory) != name:
        return name
    return str(_locale(language).territories.get(territory, name))


def country(name: str, language: str = "en") -> str:
    """Return a country, named in English, as a language calls it; any other name stays.

    >>> country("Norway", "nb"), country("Telemark", "sv")
    ('Norge', 'Telemark')
    """
    if check(language) == "en":
        return name
    code = next((code for code, called in _locale("en").territories.items() if called == name), "")
    return str(_locale(language).territories.get(code, name))


def spelled(code: str, language: str = "en") -> str:
    """Return the name of a language by its code.

    >>> spelled("uk", "nb"), spelled("nb")
    ('ukrainsk', 'Norwegian Bokmål')
    """
    return str(_locale(language).languages.get(code, code))


_COUNTRY = re.compile(r"[A-Z]{3}")
_SPOKEN = re.compile(r"[a-z]{2,3}(;[a-z]{2,3})*")
_OTHER_CODES = {"XKX": "XK", "prs": "fa_AF"}
"""Codes in use that the Unicode tables know by another one: Kosovo, Dari."""


def spelled_out(value: str, language: str = "en") -> str:
    """Return a list of codes in words: three-letter countries, and the languages behind each, joined by ``;``.

    >>> spelled_out("SYR ar;ku; COD sw;fr")
    'Syria: Arabic, Kurdish; Congo - Kinshasa: Swahili, French'
    """
    from babel.core import get_global  # a page in English needs no tables of names, and starts sooner without

    aliases, known = get_global("territory_aliases"), _locale(language)

    def country(code: str) -> str:
        short = _OTHER_CODES.get(code) or next(iter(aliases.get(code, ())), code)
        return str(known.territories.get(short, code))

    def tongue(code: str) -> str:
        return str(known.languages.get(_OTHER_CODES.get(code, code), code))

    told = []
    for part in value.split("; "):
        code, _, rest = part.partition(" ")
        if not _COUNTRY.fullmatch(code):
            return value
        spoken = ", ".join(map(tongue, rest.split(";"))) if _SPOKEN.fullmatch(rest) else rest
        told.append(f"{country(code)}: {spoken}" if rest else country(code))
    return "; ".join(told)
