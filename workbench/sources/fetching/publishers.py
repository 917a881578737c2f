"""Which publishers can be asked for a table by its code, at which address, and in which format do they answer?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.core.errors import DataError, nearest

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+/-]*")
QUERY = re.compile(r"[A-Za-z0-9_.:+,*%()\[\]-]+=[A-Za-z0-9_.:+,*%()\[\]-]*")


@dataclass(frozen=True)
class Publisher:
    """A publisher's service: who it is, under which terms, where a table of a code is asked for, and its ending."""

    name: str
    terms: str
    address: str
    ending: str


PUBLISHERS = {
    "eurostat": Publisher(
        "Eurostat",
        "CC BY 4.0",
        "https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/{code}?format=TSV",
        ".tsv",
    ),
    "unhcr": Publisher(
        "UNHCR", "CC BY 4.0", "https://api.unhcr.org/population/v1/{code}/?cf_type=ISO&download=true", ".csv"
    ),
    "ssb": Publisher(
        "Statistics Norway",
        "CC BY 4.0",
        "https://data.ssb.no/api/pxwebapi/v2/tables/{code}/data?lang=en&outputFormat=json-stat2",
        ".json",
    ),
    "scb": Publisher(
        "Statistics Sweden",
        "CC0",
        "https://statistikdatabasen.scb.se/api/v2/tables/{code}/data?lang=en&outputFormat=json-stat2",
        ".json",
    ),
    "pxweb": Publisher("a PxWeb service", "not stated", "", ".json"),
}
"""Publishers by the name they are asked by; one without an address of its own needs ``--address``."""


def address_of(publisher: str, code: str, query: list[str], address: str) -> str:
    """Return the address of a table; ``address`` replaces the service's own, with ``{code}`` for the code.

    Raises
    ------
    DataError
        If the publisher is unknown, or code, query or address are none.
    """
    if publisher not in PUBLISHERS:
        raise DataError(f"no publisher is called '{publisher}'", do=nearest(publisher, list(PUBLISHERS)))
    if not CODE.fullmatch(code) or ".." in code:
        raise DataError(f"'{code}' is no code of a table", do="take it from the publisher's page, e.g. migr_asyappctzm")
    if odd := [part for part in query if not QUERY.fullmatch(part)]:
        raise DataError(f"'{odd[0]}' asks for nothing", where="--query", do="write it as NAME=VALUE, e.g. geo=SE")
    made = address or PUBLISHERS[publisher].address
    if not made:
        raise DataError(
            f"'{publisher}' has no one address", do="name it: --address https://…/tables/{code}/data?outputFormat=…"
        )
    if not made.startswith(("https://", "http://")):
        raise DataError("this is no address of a service", where="--address", do="begin it with https://")
    made = made.replace("{code}", code)
    return made + ("&" if "?" in made else "?") + "&".join(query) if query else made
