"""The same figures in each publisher's form, made up: what the readers must give back cell by cell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

MONTHS = [f"2016-{at:02}" for at in range(1, 13)] + ["2017-01", "2017-02"]
PLACES = {"SE": ("SWE", "Sweden"), "NO": ("NOR", "Norway"), "EL": ("GRC", "Greece"), "UK": ("GBR", "United Kingdom")}
ORIGINS = {"SY": ("SYR", "Syrian Arab Rep."), "AF": ("AFG", "Afghanistan"), "IR": ("IRN", "Iran (Islamic Rep. of)")}
SPELLED = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def persons(month: str, place: str, origin: str = "") -> int | None:
    """Return a made-up figure; one cell is not published."""
    if (month, place) == ("2016-05", "NO"):
        return None
    at = MONTHS.index(month) + 1
    return 1000 + 37 * at * (2 + list(PLACES).index(place)) + (sum(map(ord, origin)) * at) % 913


def arrivals() -> pd.DataFrame:
    rows = [(m, p, persons(m, p), None if (v := persons(m, p)) is None else v - 5) for m in MONTHS for p in PLACES]
    return pd.DataFrame(rows, columns=["month", "destination", "persons", "first_time"])


def corridors() -> pd.DataFrame:
    rows = [(m, p, o3, persons(m, p, o)) for m in MONTHS for p in PLACES for o, (o3, _) in ORIGINS.items()]
    return pd.DataFrame(rows, columns=["month", "destination", "origin", "persons"])


def tsv() -> str:
    head = "freq,unit,citizen,sex,applicant,age,geo\\TIME_PERIOD\t" + "\t".join(f"{m} " for m in MONTHS)
    lines = [head]
    for kind, less in (("ASY_APP", 0), ("FRST", 5)):
        for place in [*PLACES, "EU27_2020"]:
            cells = []
            for at, month in enumerate(MONTHS):
                value = 99999 if place == "EU27_2020" else persons(month, place)
                flag = ("", "p", "b", "e", "u", "bp")[at % 6]
                cells.append(": " if value is None else f"{value - less} {flag}")
            lines.append(f"M,PER,TOTAL,T,{kind},TOTAL,{place}\t" + "\t".join(cells))
    return "\n".join(lines) + "\n"


def sdmx(origins: bool = False) -> str:
    lines = ["DATAFLOW,LAST UPDATE,freq,unit,citizen,sex,applicant,age,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"]
    for place in PLACES:
        for month in MONTHS:
            for citizen in [*ORIGINS, "TOTAL"] if origins else ["TOTAL"]:
                for kind, less in (("ASY_APP", 0), ("FRST", 5)):
                    value = persons(month, place, "" if citizen == "TOTAL" else citizen)
                    cell = ",," if value is None else f"{value - less},p,"
                    lines.append(
                        f"ESTAT:MIGR(1.0),20/11/26 11:00:00,M,PER,{citizen},T,{kind},TOTAL,{place},{month},{cell}"
                    )
    return "\n".join(lines) + "\n"


def jsonstat(old: bool = False) -> str:
    ids = ["freq", "citizen", "applicant", "geo", "time"]
    kinds = ("ASY_APP", "FRST")
    values, status = {}, {}
    at = 0
    for kind in kinds:
        for place in PLACES:
            for month in MONTHS:
                value = persons(month, place)
                if value is None:
                    status[str(at)] = ":"
                else:
                    values[str(at)] = value - (5 if kind == "FRST" else 0)
                at += 1
    categories = {
        "freq": {"index": {"M": 0}, "label": {"M": "Monthly"}},
        "citizen": {"index": ["TOTAL"], "label": {"TOTAL": "Total"}},
        "applicant": {"index": {k: i for i, k in enumerate(kinds)}, "label": {"ASY_APP": "Asylum applicant"}},
        "geo": {"index": {p: i for i, p in enumerate(PLACES)}, "label": {p: n[1] for p, n in PLACES.items()}},
        "time": {"index": {m: i for i, m in enumerate(MONTHS)}},
    }
    dimension = {name: {"label": name, "category": category} for name, category in categories.items()}
    size = [1, 1, 2, len(PLACES), len(MONTHS)]
    if old:
        dense = [values.get(str(i)) for i in range(at)]
        inner = {**dimension, "id": ids, "size": size, "role": {"time": ["time"]}}
        return json.dumps({"dataset": {"label": "made up", "dimension": inner, "value": dense, "status": status}})
    body = {"version": "2.0", "class": "dataset", "source": "ESTAT Eurostat", "id": ids, "size": size}
    return json.dumps({**body, "dimension": dimension, "value": values, "status": status})


def unhcr() -> str:
    lines = [
        '"Extracted from the UNHCR Population Statistics Reference Database","United Nations"',
        '"Date extracted: 2017-06-20 10:00:00 +02:00",,,,',
        "",
        '"Country / territory of asylum/residence","Origin","Year","Month","Value"',
    ]
    names = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"]
    names += ["November", "December"]
    for month in MONTHS:
        for place, (_, name) in PLACES.items():
            for origin, (_, called) in ORIGINS.items():
                value = persons(month, place, origin)
                cell = "*" if value is None else value
                lines.append(f'"{name}","{called}","{month[:4]}","{names[int(month[5:]) - 1]}","{cell}"')
    return "\n".join(lines) + "\n"


def detections() -> pd.DataFrame:
    rows = [
        (m, route, o3, 2 * persons(m, "SE", o + route[0]))
        for m in MONTHS for route in ("Western Balkan Route", "Eastern Borders Route") for o, (o3, _) in ORIGINS.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["month", "route", "nationality", "detections"])


def frontex(mark: str = ",") -> str:
    head = ["Route", "BorderType", "NationalityLong", *(f"{SPELLED[int(m[5:]) - 1]}{m[:4]}" for m in MONTHS)]
    lines = [mark.join(head)]
    for route in ("Western Balkan Route", "Eastern Borders Route"):
        for origin, (_, name) in ORIGINS.items():
            called = {"Syrian Arab Rep.": "Syria", "Iran (Islamic Rep. of)": "Iran"}.get(name, name)
            for border, more in (("Land", 1), ("Sea", -1)):
                cells = [str(persons(m, "SE", origin + route[0]) + more) for m in MONTHS]
                lines.append(mark.join([route, border, called, *cells]))
    return "\n".join(lines) + "\n"


TOWNS = {"0301": "Oslo", "1103": "Stavanger", "4601": "Bergen"}
YEARS = ("2019", "2020", "2021")


def settled(town: str, year: str) -> int | None:
    return None if (town, year) == ("1103", "2020") else int(town) * 3 % 977 + int(year) % 19 + 1000


def settled_by_area() -> pd.DataFrame:
    rows = [(t, int(y), settled(t, y), settled(t, y) is None) for t in TOWNS for y in YEARS]
    return pd.DataFrame(rows, columns=["area", "period", "persons", "any_withheld"])


def pxweb() -> str:
    lines = ['"12345: Settled refugees, by region, contents and year"', ""]
    lines.append('"region","kjønn",' + ",".join(f'"Bosatte {year}"' for year in YEARS))
    for code, name in {"0": "Hele landet", "03": "Oslo fylke", **TOWNS}.items():
        cells = [":" if code in TOWNS and settled(code, y) is None else str(settled(code, y) or 9) for y in YEARS]
        lines.append(f'"{code} {name}","Begge kjønn",' + ",".join(cells))
        lines.append(f'"{code} {name}","Kvinner",' + ",".join("1" for _ in YEARS))
    return "\n".join(lines) + "\n"


def pxweb_json() -> str:
    towns, contents = list(TOWNS), ["Bosatte"]
    values = [settled(t, y) for t in towns for y in YEARS]
    status = {str(at): ":" for at, value in enumerate(values) if value is None}
    dimension = {
        "Region": {"label": "region", "category": {"index": {t: i for i, t in enumerate(towns)}, "label": TOWNS}},
        "ContentsCode": {"label": "statistikkvariabel", "category": {"index": {"Bosatte": 0}}},
        "Tid": {"label": "år", "category": {"index": {y: i for i, y in enumerate(YEARS)}}},
    }
    role = {"time": ["Tid"], "geo": ["Region"], "metric": ["ContentsCode"]}
    body = {"version": "2.0", "class": "dataset", "label": "made up", "source": "Statistics Norway", "role": role}
    size = [len(towns), len(contents), len(YEARS)]
    return json.dumps(
        {**body, "id": list(dimension), "size": size, "dimension": dimension, "value": values, "status": status}
    )


def settlement() -> pd.DataFrame:
    rows = []
    for town in TOWNS:
        for year in YEARS:
            many = settled(town, year)
            rows.append((town, int(year), many and many + 0.5, many, None if town == "4601" else 40.0, many is None))
    return pd.DataFrame(rows, columns=["municipality", "year", "requested", "accepted", "settled", "any_withheld"])


def directorate() -> bytes:
    lines = ["Kommunenummer;Kommune;År;Anmodet;Vedtatt;Bosatt"]
    for row in settlement().itertuples():
        spaced = [":" if pd.isna(v) else f"{int(v):,}".replace(",", "\xa0") for v in (row.requested, row.accepted)]
        spaced[0] += "" if spaced[0] == ":" else ",5"
        third = "." if pd.isna(row.settled) else f"{row.settled:.1f}".replace(".", ",")
        name = {"1103": "Stavånger"}.get(row.municipality, TOWNS[row.municipality])
        lines.append(f"{row.municipality};{name};{row.year};{';'.join(spaced)};{third}")
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def case_flow() -> pd.DataFrame:
    rows = [(f"{y}-Q{q}", "GBR", 4000 + 10 * y % 97 + q, 3000 + q * 11) for y in (2019, 2020) for q in (1, 2, 3, 4)]
    frame = pd.DataFrame(rows, columns=["period", "place", "intake", "output"]).drop(columns="place")
    frame.loc[3, "output"] = None
    return frame


def home_office() -> str:
    lines = [
        "Asylum claims and initial decisions",
        "Source: Home Office Immigration System Statistics",
        "z = not applicable; x = not available; c = confidential",
        "",
        "Year,Quarter,Claims,Decisions",
    ]
    for row in case_flow().itertuples():
        year, quarter = row.period.split("-")
        output = "[x]" if pd.isna(row.output) else f'"{int(row.output):,}"'
        lines.append(f'{year},{year} {quarter},"{row.intake:,}",{output}')
    return "\n".join(lines) + "\n"


def wide() -> str:
    lines = ["destination," + ",".join(MONTHS)]
    for place in PLACES:
        lines.append(place + "," + ",".join("" if (v := persons(m, place)) is None else str(v) for m in MONTHS))
    return "\n".join(lines) + "\n"


Form = tuple[str, str, Callable[[], str | bytes], Callable[[], pd.DataFrame]]
FORMS: dict[str, Form] = {
    "eurostat_tsv": ("t.tsv", "arrivals", tsv, arrivals),
    "eurostat_sdmx": ("t.csv", "arrivals", sdmx, arrivals),
    "eurostat_json": ("t.json", "arrivals", jsonstat, arrivals),
    "old_json": ("t.json", "arrivals", lambda: jsonstat(old=True), arrivals),
    "unhcr": ("t.csv", "arrivals", unhcr, corridors),
    "frontex": ("t.csv", "detections", frontex, detections),
    "frontex_semicolons": ("t.csv", "detections", lambda: frontex(";"), detections),
    "pxweb_csv": ("t.csv", "settled_by_area", pxweb, settled_by_area),
    "pxweb_json": ("t.json", "settled_by_area", pxweb_json, settled_by_area),
    "directorate": ("t.csv", "settlement", directorate, settlement),
    "home_office": ("t.csv", "case_flow", home_office, case_flow),
    "wide": ("t.csv", "arrivals", wide, lambda: arrivals()[["month", "destination", "persons"]]),
}
"""For each form: the file's name, the contract, what makes the file, what it must be read as."""


def put(folder: Path, name: str) -> Path:
    file, _, make, _ = FORMS[name]
    made = make()
    path = folder / file
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    return path
