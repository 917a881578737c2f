"""Which code does a country's name or other code have? From Unicode's register of territories (Babel), exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from workbench.core.contracts.cells import composed

LOCALES = ("en", "nb", "sv", "da", "fi", "de", "fr", "nl", "es", "it", "pl")
EUROSTAT = {"GR": "EL", "GB": "UK"}
SPECIAL = {
    "STLS": "STA", "UNK": "UNK", "XK": "XKX", "XKX": "XKX", "STA": "STA", "OTH": "OTH", "SRB+XKX": "SRB+XKX",
    "EL": "GRC", "UK": "GBR", "TIB": "TIB",
}  # fmt: skip
SPELLED: dict[str, tuple[str, ...]] = {
    "SYR": ("syrian arab republic", "syrian arab rep.",),
    "IRN": ("iran (islamic rep. of)", "iran (islamic republic of)",),
    "COD": ("dem. rep. of the congo", "democratic republic of the congo", "dr congo", "congo (dem. rep.)",),
    "COG": ("congo", "congo, republic of",),
    "RUS": ("russian federation",),
    "MDA": ("rep. of moldova", "republic of moldova",),
    "VNM": ("viet nam",),
    "TUR": ("turkey", "türkiye",),
    "CZE": ("czech republic", "czech rep.",),
    "CIV": ("ivory coast", "côte d'ivoire", "cote d'ivoire",),
    "GMB": ("the gambia",),
    "PSE": ("state of palestine", "palestine", "palestinian",),
    "TZA": ("united rep. of tanzania", "united republic of tanzania",),
    "BOL": ("bolivia (plurinational state of)",),
    "VEN": ("venezuela (bolivarian republic of)",),
    "MMR": ("myanmar", "burma",),
    "CHN": ("china (including hong kong)",),
    "PRK": ("dem. people's rep. of korea",),
    "KOR": ("rep. of korea", "republic of korea",),
    "LAO": ("lao people's dem. rep.",),
    "MKD": ("the former yugoslav republic of macedonia", "macedonia", "fyrom",),
    "SWZ": ("swaziland",),
    "CPV": ("cabo verde",),
    "GBR": ("united kingdom of great britain and northern ireland",),
    "USA": ("united states of america",),
    "NLD": ("netherlands (kingdom of the)",),
    "BRN": ("brunei darussalam",),
    "CAF": ("central african rep.",),
    "DOM": ("dominican rep.",),
    "LBY": ("libyan arab jamahiriya",),
    "BIH": ("bosnia and herzegovina",),
    "STA": ("stateless", "statsløs", "statslös", "statsløse", "statslösa",),
    "SRB+XKX": ("serbia and kosovo (s/res/1244 (1999))", "serbia and kosovo: s/res/1244 (1999)",),
    "XKX": ("kosovo*",),
    "OTH": (
        "various/unknown", "various", "unknown", "unspecified", "not specified", "other", "others",
        "other countries", "unspecified sub-saharan nationals", "ukjent", "okänd", "okänt", "uoppgitt",
    ),
    "TIB": ("tibetan",),
}  # fmt: skip
"""Spellings of publishers that the register does not have."""


def same(name: str) -> str:
    """Return a name as names are compared."""
    return composed(name).casefold()


@cache
def _register() -> tuple[dict[str, str], dict[str, str], dict[str, set[str]]]:
    """Return alpha-3 by alpha-2, alpha-2 by alpha-3, and the alpha-3 codes that bear a name."""
    from babel import Locale  # only when names are read
    from babel.core import get_global

    long = {k: v[0] for k, v in get_global("territory_aliases").items() if len(k) == 3 and k.isalpha() and len(v) == 1}
    now = set(Locale("en").territories)
    # A country's former codes lead to the same short one; the register gives no order, so known exceptions are named.
    old = {*("BUR", "DDR", "FXX", "ROM", "TMP", "ZAR", "YMD", "VDR"),
           *("HVO", "DHY", "RHO", "SCG", "ATB", "QUU", "ANT", "BYS")}  # fmt: skip
    short = {v: k for k, v in sorted(long.items()) if k not in old and v in now}
    names: dict[str, set[str]] = {}
    for locale in LOCALES:
        for two, name in Locale(locale).territories.items():
            if two in short:
                names.setdefault(same(name), set()).add(short[two])
    return short, {v: k for k, v in short.items()}, names


def alpha3(text: str) -> str | None:
    """Return the ISO 3166 alpha-3 code of a code or name, or of a publisher's group; None where it is not known.

    >>> alpha3("SY"), alpha3("Syrian Arab Rep."), alpha3("EL"), alpha3("Atlantis")
    ('SYR', 'SYR', 'GRC', None)
    """
    short, long, names = _register()
    text = text.strip()
    if text in SPECIAL:
        return SPECIAL[text]
    if text in short:
        return short[text]
    if text in long:
        return text
    found = {code for code, spelled in SPELLED.items() if same(text) in spelled} or names.get(same(text), set())
    return next(iter(found)) if len(found) == 1 else None


def recoded(
    texts: Iterable[str], column: str, read: Callable[[str], str | None] = alpha3
) -> tuple[dict[str, str], list[str]]:
    """Return the codes of those texts of a column that are a name or another code, and sentences on them and the rest.

    What no country is known as is kept as it is written.
    """
    codes = {text: read(text) for text in texts}
    changed = {text: code for text, code in codes.items() if code is not None and code != text}
    notes = []
    if changed:
        first, code = next(iter(changed.items()))
        many = len(changed)
        notes = [f"column '{column}': {many} names or codes of countries are read as others: '{first}' as {code}"]
    if unknown := [text for text, code in codes.items() if code is None]:
        notes.append(f"column '{column}': no country is known as {', '.join(unknown[:5])}; kept as written")
    return changed, notes


def eurostat(text: str) -> str | None:
    """Return Eurostat's code of a country as destination (``EL``, ``UK``), from any code or name; None if not known."""
    three = alpha3(text)
    two = _register()[1].get(three or "")
    return EUROSTAT.get(two, two) if two else None
