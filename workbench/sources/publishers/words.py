"""How do publishers call a column? The words of Eurostat, UNHCR, Frontex and national offices in eight languages."""

from __future__ import annotations

import re

from workbench.core.contracts.cells import composed
from workbench.core.contracts.columns import Contract
from workbench.core.contracts.sums import AGGREGATES, is_aggregate

TIME = (
    *("time_period", "time", "period", "tid", "date", "month", "måned", "måneder", "mnd", "månad", "kuukausi"),
    *("monat", "mois", "maand", "zeitraum", "perioden", "période", "mes", "reference period", "reporting month"),
    *("quarter", "kvartal", "neljännes", "quartal", "trimestre", "kwartaal"),
    *("half-year", "halvår", "halbjahr", "semestre", "puolivuosi"),
    *("year", "år", "vuosi", "aar", "jahr", "année", "jaar", "periode", "year quarter", "year of settlement"),
)
"""The narrowest form of a time comes first where a table has several: the last rank is the year."""
ORIGIN = (
    *("citizen", "country of origin (iso)", "coo_iso", "citizenship", "country of origin", "origin"),
    *("origin / returned from", "nationality", "nationalitylong", "country of citizenship", "country of nationality"),
    *("medborgarskap", "medborgarskapsland", "statsborgerskap", "statsborgarskap", "statsborgerland", "kansalaisuus"),
    *("opprinnelsesland", "ursprungsland", "landbakgrunn", "oprindelsesland", "statsb", "landoph", "lähtömaa"),
    *("staatsangehörigkeit", "staatsangehörigkeiten", "herkunftsland", "herkunftsländer", "nation", "nationalität"),
    *("nationalité", "pays d'origine", "nationaliteit", "land van herkomst", "nacionalidad", "cittadinanza"),
    *("statsborgerskab", "obywatelstwo", "nacionalidade", "counterpart area"),
)
AREA = (
    *("kommunenummer", "kommunenr", "kommune nr", "kommunkod", "region code", "municipality code"),
    *("kuntakoodi", "komk"),
    *("kommune", "kommun", "municipality", "kunta", "bostedskommune", "bosettingskommune", "region", "område", "omr"),
    *("geo", "area", "omrade", "alue", "local authority", "county", "state"),
)
WORDS: dict[str, tuple[str, ...]] = {
    "destination": (
        *("geo", "country of asylum (iso)", "coa_iso", "country of asylum", "country of asylum/residence"),
        *("country / territory of asylum/residence", "country of application", "destination", "asylland"),
        *("country of destination", "reporting country", "asylmottagarland", "geopolitical entity (reporting)"),
        *("geopolitical entity (declaring)", "geo (labels)", "geo (codes)", "zielland", "pays d'asile", "ref area"),
    ),
    "origin": ORIGIN,
    "nationality": ORIGIN,
    "route": ("route", "rute", "migration route"),
    "municipality": AREA,
    "area": AREA,
    "place": ("geo", "country", "place"),
    "persons": (
        *("asy_app", "asylum applicant", "asylum applicants", "applied", "applications", "asylum applications"),
        *("persons", "personer", "claims", "asylum claims", "people", "bosatte", "bosatt", "bosatta", "settled"),
        *("asylsøkere", "asylsökande", "asylansøgere", "asylsøknader", "asylansökningar", "turvapaikanhakijat"),
        *("asylanträge", "anträge", "asylgesuche", "gesuche", "demandes d'asile", "demandes", "asielverzoeken"),
        *("asielaanvragen", "solicitudes", "asylansökan", "asylsökanden", "hakemukset", "personen", "personnes"),
        *("antall", "antal", "lukumäärä", "number", "henkilöt", "mottagna", "kommunmottagna", "anzahl", "aantal"),
        "søknader",
    ),
    "first_time": (
        *("frst", "nasy_app", "first-time applicant", "first time applicant", "first-time applicants"),
        *("first time applicants", "erstanträge", "davon erstanträge", "premières demandes", "förstagångsansökningar"),
    ),
    "detections": ("detections", "number of detections", "persons", "total detections"),
    "requested": ("requested", "anmodet", "anmodning", "anmodede", "anmodet antall", "anvisade", "asked for"),
    "quota": ("quota", "vedtak", "vedtatt", "accepted", "kvote", "kommuntal"),
    "accepted": ("accepted", "vedtak", "vedtatt", "vedtatt antall", "vedtatte", "kommuntal"),
    "settled": ("settled", "bosatt", "bosatte", "bosatte flyktninger", "bosatta", "mottagna", "boliggjort"),
    "population": ("population", "folkemengde", "befolkning", "folkmängd", "väestö", "folketal"),
    "total": ("total", "population", "folkemengde", "personer", "folkmängd", "folketal", "persons"),
    "intake": ("intake", "applications", "claims", "asylum applications", "received", "applications received"),
    "output": ("output", "decisions", "initial decisions", "decided", "concluded"),
    "stock": ("stock", "pending", "pending cases", "awaiting an initial decision", "work in progress"),
}
VALUE = (
    *("obs_value", "observation value", "value", "values", "verdi", "værdi", "värde", "arvo"),
    *("wert", "valeur", "waarde"),
    *("antall", "antal", "lukumäärä", "anzahl", "aantal", "nombre", "figure", "indhold"),
)
"""Names that say only that a figure stands here."""
TOTALS = AGGREGATES | {
    "t",
    "tot",
    "y_total",
    "ialt",
    "i alt",
    "both sexes",
    "begge kjønn",
    "båda könen",
    "alle aldre",
    "all ages",
}
ONE_SEX = {
    *("male", "female", "males", "females", "men", "women", "menn", "kvinner", "män", "kvinnor", "mænd", "kvinder"),
    *("miehet", "naiset", "männlich", "weiblich", "männer", "frauen", "hommes", "femmes", "mannen", "vrouwen"),
}
SEX = {"sex", "gender", "kjønn", "kön", "køn", "sukupuoli", "geschlecht", "sexe", "geslacht"}
UNION = re.compile(r"(EXT_|NEXT_|N)?(EU([0-9]{2}|V|$)(_[0-9]{4})?|EA([0-9]{2})?(_[0-9]{4})?|EEA[0-9_X]*|EFTA)")
"""Eurostat's codes for unions of countries."""


PARTS = re.compile(
    r"(sub-?total|total|totalt|totale|sum|summe|summa)( \W*.+)|"
    r"(.+)[ (](sub-?total|total|totalt|totale|i alt|ialt|insgesamt|gesamt|zusammen|yhteensä|totaal)\)?"
)
"""Names of sums over a part of the rows, ``Asia i alt``."""
MANY = re.compile(
    r"(number of|no\. of|antall|antal|anzahl(?: der)?|aantal|nombre (?:de |d')|número de|numero di) ?(?=\S)"
)
"""Words before the name of a figure that say only that it is a number."""


def same(name: str) -> str:
    """Return a name as names are compared: composed, in small letters, single spaces."""
    return re.sub(r"[\s_]+", " ", composed(str(name)).casefold()).strip()


def rank(name: str, column: str) -> int | None:
    """Return how good a publisher's name is for a column of a contract, 0 the best; None: it means something else."""
    known = [same(word) for word in (column, *WORDS.get(column, ()))]
    plain = same(name)
    return next((known.index(word) for word in (plain, MANY.sub("", plain, count=1)) if word in known), None)


def time_column(of: Contract) -> str | None:
    """Return the contract's column of time, if it has one."""
    return next((c.name for c in of.columns if c.kind in ("month", "period", "year", "span")), None)


def measures(of: Contract) -> list[str]:
    """Return the contract's columns of figures."""
    return [c.name for c in of.columns if c.kind in ("count", "number") and c.name not in (*of.key, "suppressed_cells")]


def main_measure(of: Contract) -> str | None:
    """Return the column that a single figure without a name belongs to; None where several may be meant."""
    needed = [name for name in measures(of) if (column := of.column(name)) is not None and column.required]
    return needed[0] if len(needed) == 1 else None


def is_total(code: str, label: str = "") -> bool:
    """Return whether a value stands for a sum of others by its name."""
    numbered = re.fullmatch(r"[0-9]{1,2} (.+)", code)
    if numbered and same(numbered[1]) in TOTALS:
        return True
    if {same(code), same(label)} & TOTALS or UNION.fullmatch(code):
        return True
    return any(PARTS.fullmatch(same(told)) or is_aggregate(same(told)) for told in (code, label))


def is_one_sex(name: str, value: str, label: str = "") -> bool:
    """Return whether a value stands for men or women alone, so that a file that holds no other is of a part."""
    return bool({same(value), same(label)} & ONE_SEX) or (same(name) in SEX and same(value) in ("m", "f"))
