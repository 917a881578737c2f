"""Which further forms of publishers' files must be read as which figures, and which must be refused, and how?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from tests.sources import publishers_further as made
from tests.sources.publishers_further import MONTHS, NAMES, PLACES, by_origin, by_place, called, persons

SE = {"destination": "SE"}
SPANISH = [
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A file, the choices with which it is read, and what it must be read as, or what its refusal must say."""

    content: str | bytes | Callable[[], bytes]
    wanted: Callable[[], pd.DataFrame] = by_place
    said: str = ""
    choose: dict[str, str] = field(default_factory=dict)
    file: str = "t.csv"
    of: str = "arrivals"

    def put(self, folder: Path) -> Path:
        """Write the file into a folder."""
        path = folder / self.file
        content = self.content() if callable(self.content) else self.content
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def of_sweden(content: str | bytes) -> Case:
    """Return a file of origins that names no destination."""
    return Case(content, by_origin, choose=SE)


def refused(said: str, content: str | bytes | Callable[[], bytes], choose: dict[str, str] | None = None,
            file: str = "t.csv") -> Case:  # fmt: skip
    return Case(content, said=said, choose=choose or {}, file=file)


def short(month: str) -> str:
    return month.replace("-", "M")


def german() -> Case:
    text = made.lines(
        "Monat;Staatsangehörigkeit;Asylanträge;davon Erstanträge",
        lambda m, name, n: f"{called(m, made.GERMAN)} {m[2:4]};{name};{made.dotted(n)};{made.dotted(n - 7)}", "de",
    )  # fmt: skip
    return Case(text.encode("cp1252"), lambda: by_origin().assign(first_time=lambda t: t["persons"] - 7), choose=SE)


def two_measures() -> str:
    asked, decided = (
        made.wide("statsborgerskap", lambda m, what=what: f"{what} {m}", ",", NAMES["nb"], str).splitlines()
        for what in ("Asylsøkere", "Vedtak")
    )
    return "".join(f"{one},{two.partition(',')[2]}\n" for one, two in zip(asked, decided, strict=True))


def months_down() -> str:
    rows = [
        ",".join([name.title(), *(str(persons(f"{year}-{at:02}", "SE")) for year in (2022, 2023, 2024))])
        for at, name in enumerate(made.ENGLISH, start=1)
    ]
    return "\n".join(["Month,2022,2023,2024", *rows, ""])


def years_above(corner: str) -> str:
    """Return a table whose years stand once above their months, as merged cells are saved."""
    years = [month[:4] if month.endswith("-01") or month == MONTHS[0] else "" for month in MONTHS]
    body = made.wide(corner, lambda m: called(m, made.ENGLISH).title(), ";", NAMES["de"], str)
    return ";".join(["", *years]) + "\n" + body


def sum_below() -> str:
    rows = [[p, *(persons(m, p) for m in MONTHS)] for p in PLACES]
    total = ["Yhteensä", *(sum(persons(m, p) for p in PLACES) for m in MONTHS)]
    return "".join(";".join(map(str, row)) + "\n" for row in (["destination", *MONTHS], *rows, total))


def home_office() -> str:
    table = made.lines(
        "Nationality,Month,Claims [note 1]",
        lambda m, name, n: f'{name},{called(m, made.ENGLISH).title()}-{m[2:4]},"{n:,}"',
    ).replace("Irak", "Iraq")
    return f"Asylum claims\nSource: Home Office\n[c] = confidential\n\n{table}Note 1: rounded\n"


def collection(*items: object) -> str:
    return json.dumps({"version": "2.0", "class": "collection", "link": {"item": items}})


READ = {
    "sdmx codes beside names": Case(made.labelled(), made.with_first),
    "sdmx names alone": Case(made.names_alone()),
    "sdmx codes: names": Case(made.codes_with_names()),
    "eurostat spreadsheet": Case(made.spreadsheet, file="t.xlsx"),
    "eurostat spreadsheet, no flags": Case(lambda: made.spreadsheet(flags=False), file="t.xlsx"),
    "json bundle of one": Case(made.bundle(), file="t.json"),
    "json collection of one": Case(collection(made.dataset()), file="t.json"),
    "json, a Finnish total left out": Case(
        json.dumps(made.dataset("Turvapaikanhakijat", "Yhteensä")), by_origin, file="t.json",
        choose=SE | {"statsborgerskap": "each"},
    ),
    "Denmark": of_sweden(made.lines("STATSB;TID;INDHOLD", lambda m, name, n: f"{name};{short(m)};{n}", "sv")),
    "Finland, months by name": of_sweden(made.lines(
        "Kuukausi;Kansalaisuus;Turvapaikanhakijat",
        lambda m, name, n: f"{called(m, made.FINNISH)}kuu {m[:4]};{name};{n}", "fi")),
    "Germany, dots": german(),
    "Germany, year and month apart": of_sweden(made.lines(
        "Jahr;Monat;Herkunftsland;Anträge",
        lambda m, name, n: f"{m[:4]};{called(m, made.GERMAN_LONG)};{name};{n}", "de")),
    "Germany, wide": of_sweden(made.wide(
        "Herkunftsland", lambda m: f"{called(m, made.GERMAN)}. {m[2:4]}", ";", NAMES["de"], made.dotted)),
    "France": of_sweden(made.lines(
        "Mois;Nationalité;Demandes", lambda m, name, n: f"{called(m, made.FRENCH)} {m[:4]};{name};{n}", "fr")),
    "Netherlands": of_sweden(made.lines(
        '"Nationaliteit";"Perioden";"Asielverzoeken (aantal)"',
        lambda m, name, n: f'"{name}";"{m[:4]} {called(m, made.DUTCH)}";"{n}"', "nl")),
    "Home Office, notes in the header": of_sweden(home_office()),
    "two measures, wide": of_sweden(two_measures()),
    "Frontex, dates as headings": Case(made.frontex_dates, made.detections, file="t.xlsx", of="detections"),
    "a sum beside, the column chosen": Case(
        made.with_a_sum_beside, file="t.xlsx", choose={"destination": "Country"}),
    "vertical bars": Case(made.own(mark="|")),
    "Swiss thousands": Case(made.own(lambda n: f"{n:,}".replace(",", "'"))),
    "last days of months": Case(made.own(month=made.last_day)),
    "first days, dots": Case(made.own(month=lambda m: f"01.{m[5:]}.{m[:4]}")),
    "carriage returns": Case(made.own().replace("\n", "\r")),
    "UTF-16 with tabs": Case(made.own(mark="\t").encode("utf-16")),
    "years down, months across": Case(made.matrix(), choose={"destination": "Country"}),
    "months down, years across": Case(
        months_down(), lambda: by_place().query("destination == 'SE'"), choose=SE),
    "spreadsheet days as headings": of_sweden(made.wide(
        "Nationalität", lambda m: str((pd.Timestamp(m) - pd.Timestamp("1899-12-30")).days), ";", NAMES["de"], str)),
    "our columns, packed": Case(gzip.compress(made.own().encode()), file="t.csv.gz"),
    "our columns, moments at midnight": Case(made.own(month=lambda m: f"{m}-01T00:00:00")),
    "our columns, names of countries": Case(
        made.lines("month;destination;origin;persons", lambda m, name, n: f"{m};SE;{name};{n}", "fi"), by_origin),
    "a column of shares beside": of_sweden(made.lines(
        "Month;Nationality;Applications;Share (%)", lambda m, name, n: f"{m};{name};{n};{n % 50},5")),
    "months without a zero": of_sweden(made.wide(
        "Nationalität", lambda m: f"{m[:4]}m{int(m[5:])}", ";", NAMES["de"], str)),
    "Spain": of_sweden(made.wide(
        "Nacionalidad", lambda m: f"{called(m, SPANISH)} de {m[:4]}", ";", NAMES["de"], str)),
    "years above months": of_sweden(years_above("Nationalität")),
    "no heading of the first column": Case(
        years_above(""), by_origin, choose=SE | {"origin": "column 1"}),
    "Number of": of_sweden(made.lines(
        "Måned;Statsborgerskab;Antall søknader", lambda m, name, n: f"{m};{name};{n}", "nb")),
    "a sum of all in Finnish below": Case(sum_below()),
}  # fmt: skip
"""Files that must be read."""

REFUSED = {
    "half-years": refused("half-year", "destination,2022H1,2022H2,2023H1\nSE,1,2,3\nNO,4,5,6\n"),
    "quarters in words": refused(
        "by quarter", "medborgarskap;1. kvartal 2023;2. kvartal 2023\nSyrien;1;2\nIrak;4;5\n", SE),
    "sums of twelve months": refused(
        "sums of several months",
        "Nationality,Year ending June 2023,Year ending July 2023\nSyria,1,2\nIraq,4,5\n", SE),
    "months so far": refused(
        "quarter|sums of several", "Nationality,Jan-Mar 2023,Jan-Apr 2023\nSyria,1,2\nIraq,4,5\n", SE),
    "a half-year in words": refused(
        "sums of several months",
        "Medborgarskap,Asylsökande 1:a halvåret 2023,Asylsökande 2:a halvåret 2023\nSyrien,3,4\nIrak,5,6\n", SE),
    "a heading that is no known month beside others": refused(
        "'01-2023x' holds figures", made.wide(
            "Nationalität", lambda m: m if m != "2023-01" else "01-2023x", ";", NAMES["de"], str), SE),
    "two figures that may be the same": refused(
        "may be the same figure", two_measures().replace("Vedtak", "Asylsøknader"), SE),
    "sums over continents": refused(
        r"holds the total \(Asia i alt\) beside", made.lines(
            "Month;Nationality;Applications", lambda m, name, n: f"{m};{name};{n}", more=["Asia i alt"]), SE),
    "women alone": refused(
        "only Sex=Female, a part",
        made.lines("Month;Nationality;Sex;Applications", lambda m, name, n: f"{m};{name};Female;{n}"), SE),
    "formulas that nobody worked out": refused(
        "row 2 holds a formula",
        lambda: made.book([["month", "destination", "persons"], *([m, "SE", "=1+1"] for m in MONTHS)]),
        file="t.xlsx"),
    "a Mac's alphabet": refused("Mac or DOS", made.own().replace("SE", "Østerrike").encode("mac_roman")),
    "two tables in one JSON": refused(
        "holds 2 tables", json.dumps({"a": made.dataset(), "b": made.dataset()}), file="t.json"),
    "links without figures": refused("links", collection({"class": "dataset", "href": "x"}), file="t.json"),
    "first-time applicants alone": refused(
        "only Applicant type=First-time applicant", lambda: made.spreadsheet("First-time applicant"), file="t.xlsx"),
    "a total under a Danish name": refused(
        "'STATSB' holds the total",
        made.lines("STATSB;TID;INDHOLD", lambda m, name, n: f"{name};{short(m)};{n}", "sv", ["I alt"]), SE),
    "a country under a name that says neither": refused(
        "nothing in this table", "Year;Month;Country;Applications\n" + "".join(
            f"{m[:4]};{int(m[5:])};Sweden;{persons(m, 'SE')}\n" for m in MONTHS)),
    "merged cells": refused(
        "empty in 105 rows", lambda: made.book([["destination", "month", "persons"], *(
            [place if m == MONTHS[0] else None, m, persons(m, place)] for place in PLACES for m in MONTHS)]),
        file="t.xlsx"),
    "two rows of headings": refused(
        "no row is found",
        lambda: made.book([["Asylgesuche"], [], ["Nation", "Jan 2024", None], [None, "Gesuche", "Entscheide"],
                           ["Irak", 5, 1], ["Syrien", 10, 3]]), SE, "t.xlsx"),
}  # fmt: skip
"""Files that must be refused as arrivals."""
