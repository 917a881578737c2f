"""More forms of publishers' files, made up: other languages, containers, labels, marks; and what must be refused."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import openpyxl
import pandas as pd

MONTHS = [f"{year}-{month:02}" for year in (2022, 2023, 2024) for month in range(1, 13)]
PLACES = {"SE": "Sweden", "NO": "Norway", "EL": "Greece"}
ORIGINS = ("SYR", "AFG", "IRQ")
NAMES = {
    "nb": ("Syria", "Afghanistan", "Irak"), "sv": ("Syrien", "Afghanistan", "Irak"),
    "de": ("Syrien", "Afghanistan", "Irak"),
    "fi": ("Syyria", "Afganistan", "Irak"),
    "fr": ("Syrie", "Afghanistan", "Irak"), "nl": ("Syrië", "Afghanistan", "Irak"),
}  # fmt: skip
FINNISH = ["tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu"]
GERMAN = ["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]
GERMAN_LONG = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]  # fmt: skip
FRENCH = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]  # fmt: skip
DUTCH = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
]  # fmt: skip
ENGLISH = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
LABELLED = (
    "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,citizen,Country of citizenship,applicant,Applicant type,"
    "geo,Geopolitical entity (reporting),TIME_PERIOD,Time,OBS_VALUE,Observation value,OBS_FLAG,"
    "Observation status (Flag) V2 structure,CONF_STATUS,Confidentiality status (flag)"
)


def persons(month: str, what: str) -> int:
    at = MONTHS.index(month) + 1
    return 1000 + (sum(map(ord, what)) * 37 * at + at * at * 7) % 2917


def _at(month: str, names: Sequence[str]) -> str:
    return names[int(month[5:]) - 1]


def by_place() -> pd.DataFrame:
    rows = [(month, place, persons(month, place)) for month in MONTHS for place in PLACES]
    return pd.DataFrame(rows, columns=["month", "destination", "persons"])


def with_first() -> pd.DataFrame:
    return by_place().assign(first_time=lambda table: table["persons"] - 7)


def by_origin(place: str = "SE") -> pd.DataFrame:
    rows = [(month, place, origin, persons(month, origin)) for month in MONTHS for origin in ORIGINS]
    return pd.DataFrame(rows, columns=["month", "destination", "origin", "persons"])


def lines(head: str, row: Callable[[str, str, int], str], language: str = "nb", more: Sequence[str] = ()) -> str:
    """Return a table with a row for each origin and month; ``more`` are names of rows of sums."""
    body = []
    for month in MONTHS:
        for origin, name in zip(ORIGINS, NAMES[language], strict=True):
            body.append(row(month, name, persons(month, origin)))
        body += [row(month, name, sum(persons(month, origin) for origin in ORIGINS)) for name in more]
    return "\n".join([head, *body]) + "\n"


def wide(
    corner: str, heading: Callable[[str], str], mark: str, names: Sequence[str], cell: Callable[[int], str]
) -> str:
    body = [mark.join([corner, *map(heading, MONTHS)])]
    for origin, name in zip(ORIGINS, names, strict=True):
        body.append(mark.join([name, *(cell(persons(month, origin)) for month in MONTHS)]))
    return "\n".join(body) + "\n"


def dotted(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def labelled() -> str:
    body = [LABELLED]
    for kind, name, less in (("ASY_APP", "Asylum applicant", 0), ("FRST", "First-time applicant", 7)):
        for place, called in PLACES.items():
            for month in MONTHS:
                figure = persons(month, place) - less
                body.append(
                    f"dataflow,ESTAT:MIGR_ASYAPPCTZM(1.0),Asylum applicants,M,Monthly,TOTAL,Total,{kind},{name},"
                    f"{place},{called},{month},,{figure},,p,provisional,,"
                )
    return "\n".join(body) + "\n"


def names_alone() -> str:
    head = "Time frequency,Country of citizenship,Geopolitical entity (reporting),Time,Observation value"
    body = [head + ",Observation status (Flag),Confidentiality status (flag)"]
    body += [
        f'Monthly,Total,{name},{month},{persons(month, place)},"break in series, provisional",'
        for place, name in PLACES.items() for month in MONTHS
    ]  # fmt: skip
    return "\n".join(body) + "\n"


def codes_with_names() -> str:
    head = "DATAFLOW,freq:Time frequency,geo:Geopolitical entity,TIME_PERIOD:Time,OBS_VALUE:Value,OBS_FLAG:Flag"
    body = [
        f"ESTAT:X(1.0):Asylum,M:Monthly,{place}:{name},{month},{persons(month, place)},p: provisional"
        for place, name in PLACES.items() for month in MONTHS
    ]  # fmt: skip
    return "\n".join([head, *body]) + "\n"


def dataset(contents: str = "", total: str = "") -> dict[str, Any]:
    """Return a JSON-stat dataset by place, or by origin with a total among them under the name given."""
    rows = list(PLACES) if not total else ["TOT", *ORIGINS]
    name = "geo" if not total else "Statsborgerskap"
    label = PLACES if not total else {"TOT": total}
    values = [
        sum(persons(month, origin) for origin in ORIGINS) if row == "TOT" else persons(month, row)
        for row in rows for month in MONTHS
    ]  # fmt: skip
    dimension = {
        name: {"label": name.lower(), "category": {"index": rows, "label": label}},
        "Tid": {"label": "måned", "category": {"index": {m.replace("-", "M"): at for at, m in enumerate(MONTHS)}}},
    }
    if contents:
        dimension["ContentsCode"] = {"label": "statistikkvariabel", "category": {"label": {"A": contents}}}
    size = [len(rows), len(MONTHS), *([1] if contents else [])]
    role = {"time": ["Tid"]}
    body = {"version": "2.0", "class": "dataset", "label": "made up", "role": role, "id": [*dimension], "size": size}
    return {**body, "dimension": dimension, "value": values}


def bundle() -> str:
    made = dataset()
    inner = {**made["dimension"], "id": made["id"], "size": made["size"], "role": made["role"]}
    return json.dumps({"asylum": {"label": "made up", "dimension": inner, "value": made["value"]}})


def book(rows: Sequence[Sequence[object]]) -> bytes:
    made, held = openpyxl.Workbook(), io.BytesIO()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    made.save(held)
    return held.getvalue()


def spreadsheet(applicant: str = "Asylum applicant", flags: bool = True) -> bytes:
    """Return a sheet of Eurostat's spreadsheet: its slice above, flags beside the figures, notes below."""
    step = 2 if flags else 1
    head = [cell for month in MONTHS for cell in ([month, None] if flags else [month])]
    rows: list[list[object]] = [
        ["Data extracted on 20/11/2026 11:00:00 from [ESTAT]"], ["Dataset: ", "Asylum applicants [migr_asyappctzm]"],
        ["Last updated: ", "20/11/2026 23:00"], [], ["Time frequency", None, "Monthly"],
        ["Country of citizenship", None, "Total"], ["Applicant type", None, applicant], [], ["TIME", *head],
        ["GEO (Labels)", *[None] * len(head)],
    ]  # fmt: skip
    for place, name in PLACES.items():
        cells: list[object] = [None] * (step * len(MONTHS))
        cells[::step] = [persons(month, place) for month in MONTHS]
        if flags:
            cells[1::step] = ["p" if month > "2024-06" else None for month in MONTHS]
        rows.append([name, *cells])
    return book([*rows, [], ["Special value"], [":", "not available"], ["Observation flags:"], ["p", "provisional"]])


def frontex_dates() -> bytes:
    head = [datetime(int(month[:4]), int(month[5:]), 1) for month in MONTHS]
    rows = [
        ["Western Balkan Route", border, name, *[persons(month, origin) + more for month in MONTHS]]
        for origin, name in zip(ORIGINS, ("Syria", "Afghanistan", "Iraq"), strict=True)
        for border, more in (("Land", -40), ("Sea", 40))
    ]
    return book([["Route", "Border Type", "Nationality", *head], *rows])


def detections() -> pd.DataFrame:
    rows = [(m, "Western Balkan Route", origin, 2 * persons(m, origin)) for m in MONTHS for origin in ORIGINS]
    return pd.DataFrame(rows, columns=["month", "route", "nationality", "detections"])


def with_a_sum_beside() -> bytes:
    months = [datetime(int(month[:4]), int(month[5:]), 1) for month in MONTHS]
    rows = [
        [name, *[persons(m, place) for m in MONTHS], sum(persons(m, place) for m in MONTHS)]
        for place, name in PLACES.items()
    ]
    return book([["Country", *months, "Total"], *rows])


def matrix() -> str:
    head = ",".join(["Country", "Year", *(name.title() for name in ENGLISH), "Total"])
    body = [head]
    for place, name in PLACES.items():
        for year in (2022, 2023, 2024):
            cells = [persons(f"{year}-{at:02}", place) for at in range(1, 13)]
            body.append(",".join([name, str(year), *map(str, cells), str(sum(cells))]))
    return "\n".join(body) + "\n"


def own(cell: Callable[[int], str] = str, month: Callable[[str], str] = str, mark: str = ";") -> str:
    body = [mark.join([month(m), place, cell(persons(m, place))]) for m in MONTHS for place in PLACES]
    return "\n".join([mark.join(["month", "destination", "persons"]), *body]) + "\n"


def last_day(month: str) -> str:
    return str(pd.Period(month).end_time.date())


Form = tuple[str, str, dict[str, str], Callable[[], str | bytes], Callable[[], pd.DataFrame]]
READ: dict[str, Form] = {
    "sdmx codes beside names": ("t.csv", "arrivals", {}, labelled, with_first),
    "sdmx names alone": ("t.csv", "arrivals", {}, names_alone, by_place),
    "sdmx codes: names": ("t.csv", "arrivals", {}, codes_with_names, by_place),
    "eurostat spreadsheet": ("t.xlsx", "arrivals", {}, spreadsheet, by_place),
    "eurostat spreadsheet, no flags": ("t.xlsx", "arrivals", {}, lambda: spreadsheet(flags=False), by_place),
    "json bundle of one": ("t.json", "arrivals", {}, bundle, by_place),
    "json collection of one": (
        "t.json", "arrivals", {},
        lambda: json.dumps({"version": "2.0", "class": "collection", "link": {"item": [dataset()]}}), by_place,
    ),
    "json, a Finnish total left out": (
        "t.json", "arrivals", {"destination": "SE", "statsborgerskap": "each"},
        lambda: json.dumps(dataset("Turvapaikanhakijat", "Yhteensä")), by_origin,
    ),
    "Denmark": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: lines("STATSB;TID;INDHOLD", lambda m, name, n: f"{name};{m.replace('-', 'M')};{n}", "sv"), by_origin,
    ),
    "Finland, months by name": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: lines("Kuukausi;Kansalaisuus;Turvapaikanhakijat",
                      lambda m, name, n: f"{_at(m, FINNISH)}kuu {m[:4]};{name};{n}", "fi"), by_origin,
    ),
    "Germany, dots": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: lines("Monat;Staatsangehörigkeit;Asylanträge;davon Erstanträge",
                      lambda m, name, n: f"{_at(m, GERMAN)} {m[2:4]};{name};{dotted(n)};{dotted(n - 7)}", "de")
        .encode("cp1252"),
        lambda: by_origin().assign(first_time=lambda table: table["persons"] - 7),
    ),
    "Germany, year and month apart": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: lines("Jahr;Monat;Herkunftsland;Anträge",
                      lambda m, name, n: f"{m[:4]};{_at(m, GERMAN_LONG)};{name};{n}", "de"), by_origin,
    ),
    "Germany, wide": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: wide("Herkunftsland", lambda m: f"{_at(m, GERMAN)}. {m[2:4]}", ";", NAMES["de"], dotted), by_origin,
    ),
    "France": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: lines("Mois;Nationalité;Demandes", lambda m, name, n: f"{_at(m, FRENCH)} {m[:4]};{name};{n}", "fr"),
        by_origin,
    ),
    "Netherlands": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: lines('"Nationaliteit";"Perioden";"Asielverzoeken (aantal)"',
                      lambda m, name, n: f'"{name}";"{m[:4]} {_at(m, DUTCH)}";"{n}"', "nl"), by_origin,
    ),
    "Home Office, notes in the header": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: "Asylum claims\nSource: Home Office\n[c] = confidential\n\n" + lines(
            "Nationality,Month,Claims [note 1]",
            lambda m, name, n: f'{name},{_at(m, ENGLISH).title()}-{m[2:4]},"{n:,}"').replace("Irak", "Iraq")
        + "Note 1: rounded\n", by_origin,
    ),
    "two measures, wide": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: "".join(f"{one.rstrip()},{two.partition(',')[2]}" for one, two in zip(
            wide("statsborgerskap", lambda m: f"Asylsøkere {m}", ",", NAMES["nb"], str).splitlines(True),
            wide("statsborgerskap", lambda m: f"Vedtak {m}", ",", NAMES["nb"], str).splitlines(True), strict=True)),
        by_origin,
    ),
    "Frontex, dates as headings": ("t.xlsx", "detections", {}, frontex_dates, detections),
    "a sum beside, the column chosen": ("t.xlsx", "arrivals", {"destination": "Country"}, with_a_sum_beside, by_place),
    "vertical bars": ("t.csv", "arrivals", {}, lambda: own(mark="|"), by_place),
    "Swiss thousands": ("t.csv", "arrivals", {}, lambda: own(lambda n: f"{n:,}".replace(",", "'")), by_place),
    "last days of months": ("t.csv", "arrivals", {}, lambda: own(month=last_day), by_place),
    "first days, dots": ("t.csv", "arrivals", {}, lambda: own(month=lambda m: f"01.{m[5:]}.{m[:4]}"), by_place),
    "carriage returns": ("t.csv", "arrivals", {}, lambda: own().replace("\n", "\r"), by_place),
    "UTF-16 with tabs": ("t.csv", "arrivals", {}, lambda: own(mark="\t").encode("utf-16"), by_place),
    "years down, months across": (
        "t.csv", "arrivals", {"destination": "Country"}, lambda: matrix(), by_place,
    ),
    "months down, years across": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: "\n".join(["Month,2022,2023,2024", *(
            ",".join([name.title(), *(str(persons(f"{year}-{at:02}", "SE")) for year in (2022, 2023, 2024))])
            for at, name in enumerate(ENGLISH, start=1)), ""]), lambda: by_place().query("destination == 'SE'"),
    ),
    "spreadsheet days as headings": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: wide("Nationalität", lambda m: str((pd.Timestamp(m) - pd.Timestamp("1899-12-30")).days), ";",
                     NAMES["de"], str), by_origin,
    ),
    "our columns, packed": ("t.csv.gz", "arrivals", {}, lambda: gzip.compress(own().encode()), by_place),
    "our columns, moments at midnight": (
        "t.csv", "arrivals", {}, lambda: own(month=lambda m: f"{m}-01T00:00:00"), by_place,
    ),
    "our columns, names of countries": (
        "t.csv", "arrivals", {},
        lambda: lines("month;destination;origin;persons", lambda m, name, n: f"{m};SE;{name};{n}", "fi"), by_origin,
    ),
    "a column of shares beside": (
        "t.csv", "arrivals", {"destination": "SE"},
        lambda: lines("Month;Nationality;Applications;Share (%)",
                      lambda m, name, n: f"{m};{name};{n};{n % 50},5", "nb"), by_origin,
    ),
    "a sum of all in Finnish below": (
        "t.csv", "arrivals", {},
        lambda: "\n".join([";".join(["destination", *MONTHS]),
                           *(";".join([p, *(str(persons(m, p)) for m in MONTHS)]) for p in PLACES),
                           ";".join(["Yhteensä", *(str(sum(persons(m, p) for p in PLACES)) for m in MONTHS)]), ""]),
        by_place,
    ),
}  # fmt: skip
"""For each form: the file's name, the contract, the choices, what makes the file, what it must be read as."""

Refusal = tuple[str, dict[str, str], Callable[[], str | bytes], str]
REFUSED: dict[str, Refusal] = {
    "half-years": ("t.csv", {}, lambda: "destination,2022H1,2022H2,2023H1\nSE,1,2,3\nNO,4,5,6\n", "half-year"),
    "quarters in words": (
        "t.csv", {"destination": "SE"},
        lambda: "medborgarskap;1. kvartal 2023;2. kvartal 2023\nSyrien;1;2\nIrak;4;5\n", "by quarter",
    ),
    "sums of twelve months": (
        "t.csv", {"destination": "SE"},
        lambda: "Nationality,Year ending June 2023,Year ending July 2023\nSyria,1,2\nIraq,4,5\n",
        "sums of several months",
    ),
    "months so far": (
        "t.csv", {"destination": "SE"},
        lambda: "Nationality,Jan-Mar 2023,Jan-Apr 2023\nSyria,1,2\nIraq,4,5\n", "quarter|sums of several",
    ),
    "a half-year in words": (
        "t.csv", {"destination": "SE"},
        lambda: "Medborgarskap,Asylsökande 1:a halvåret 2023,Asylsökande 2:a halvåret 2023\nSyrien,3,4\nIrak,5,6\n",
        "sums of several months",
    ),
    "women alone": (
        "t.csv", {"destination": "SE"},
        lambda: lines("Month;Nationality;Sex;Applications", lambda m, name, n: f"{m};{name};Female;{n}", "nb"),
        "only Sex=Female, a part",
    ),
    "formulas that nobody worked out": (
        "t.xlsx", {}, lambda: book([["month", "destination", "persons"], *([m, "SE", "=1+1"] for m in MONTHS)]),
        "row 2 holds a formula",
    ),
    "a Mac's alphabet": (
        "t.csv", {}, lambda: own().replace("SE", "Østerrike").encode("mac_roman"), "Mac or DOS",
    ),
    "two tables in one JSON": (
        "t.json", {}, lambda: json.dumps({"a": dataset(), "b": dataset()}), "holds 2 tables",
    ),
    "links without figures": (
        "t.json", {},
        lambda: json.dumps({"class": "collection", "link": {"item": [{"class": "dataset", "href": "x"}]}}), "links",
    ),
    "first-time applicants alone": (
        "t.xlsx", {}, lambda: spreadsheet("First-time applicant"), "only Applicant type=First-time applicant",
    ),
    "a total under a Danish name": (
        "t.csv", {"destination": "SE"},
        lambda: lines("STATSB;TID;INDHOLD", lambda m, name, n: f"{name};{m.replace('-', 'M')};{n}", "sv", ["I alt"]),
        "'STATSB' holds the total",
    ),
    "a country under a name that says neither": (
        "t.csv", {}, lambda: "Year;Month;Country;Applications\n" + "".join(
            f"{m[:4]};{int(m[5:])};Sweden;{persons(m, 'SE')}\n" for m in MONTHS), "nothing in this table",
    ),
    "merged cells": (
        "t.xlsx", {}, lambda: book([["destination", "month", "persons"], *(
            [place if m == MONTHS[0] else None, m, persons(m, place)] for place in PLACES for m in MONTHS)]),
        "empty in 105 rows",
    ),
    "two rows of headings": (
        "t.xlsx", {"destination": "SE"},
        lambda: book([["Asylgesuche"], [], ["Nation", "Jan 2024", None], [None, "Gesuche", "Entscheide"],
                      ["Irak", 5, 1], ["Syrien", 10, 3]]), "no row is found",
    ),
}  # fmt: skip
"""For each file that must be refused as arrivals: its name, the choices, what makes it, what the refusal says."""
