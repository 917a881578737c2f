"""More forms of publishers' files, made up: other languages, containers, labels, marks; and their true figures."""

from __future__ import annotations

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
    "nb": ("Syria", "Afghanistan", "Irak"),
    "sv": ("Syrien", "Afghanistan", "Irak"),
    "de": ("Syrien", "Afghanistan", "Irak"),
    "fi": ("Syyria", "Afganistan", "Irak"),
    "fr": ("Syrie", "Afghanistan", "Irak"),
    "nl": ("Syrië", "Afghanistan", "Irak"),
}
FINNISH = ["tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu"]
GERMAN = ["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]
GERMAN_LONG = [
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
]  # fmt: skip
FRENCH = [
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
]  # fmt: skip
DUTCH = [
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
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


def called(month: str, names: Sequence[str]) -> str:
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
