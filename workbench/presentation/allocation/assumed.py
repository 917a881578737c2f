"""How an assumption stands in a report: its name, value, unit and source in the reader's language.

A locality writes its assumptions itself; the words of the shipped ones are known to the catalogues, others stay.
"""

from __future__ import annotations

import re

from workbench.presentation.languages import known, marked, spelled_out

NUMBER = re.compile(r"-?\d+(\.\d+)?")

SHIPPED = (
    marked("origin languages"),
    marked("earlier quarters share"),
    marked("language community persons"),
    marked("service population"),
    marked("matching weight"),
    marked("tie distance km"),
    marked("same county"),
    marked("nothing known"),
    marked("household type"),
    marked("children"),
    marked("origin"),
    marked("need"),
    marked("need upper secondary"),
    marked("tie"),
    marked("linked"),
    marked("upper secondary"),
    marked("step free dwelling"),
    marked("rehabilitation"),
    marked("specialist health"),
    marked("ties"),
    marked("languages"),
    marked("single adult"),
    marked("couple"),
    marked("single parent"),
    marked("family"),
    marked("senior"),
    marked("codes"),
    marked("share of the year's accepted persons"),
    marked("persons"),
    marked("inhabitants"),
    marked("share of the score"),
    marked("share of full closeness"),
    marked("score"),
    marked("share of households"),
    marked("share of households with children"),
    marked("main languages only; dialects and minorities left out"),
    marked("settlement spread evenly over four quarters; IMDi publishes years only"),
    marked("a round number; counts from IMDi / Statistics Norway, origin_population.csv"),
    marked("no open register of services by municipality; population from Statistics Norway, municipalities.csv"),
    marked("a choice of values, not an estimate; the authority decides"),
    marked("about an hour's travel; a round number"),
    marked("the middle of the scale; no place is better than another for such a household"),
    marked("invented for demonstration; gives about 2.5 persons a household"),
    marked("invented for demonstration"),
    marked("invented for demonstration, in the order of recent resettlement"),
    marked("invented for demonstration; places from IMDi / Statistics Norway, origin_population.csv"),
)
"""Words of the shipped localities' assumptions."""


def value(given: object, language: str = "en") -> str:
    """Return an assumed value in words: codes spelled out, names as they are called, numbers in the language's form.

    >>> value("single_adult 0.45; couple 0.08"), value(0.25)
    ('single adult 0.45; couple 0.08', '0.25')
    """
    if isinstance(given, float):
        return _figure(f"{given:g}", language)
    told = []
    for part in spelled_out(str(given).replace("_", " "), language).split("; "):
        name, _, last = part.rpartition(" ")
        numbered = bool(name) and NUMBER.fullmatch(last)
        told.append(
            f"{known(name, language)} {_figure(last, language)}"
            if numbered
            else _figure(known(part, language), language)
        )
    return "; ".join(told)


def _figure(text: str, language: str = "en") -> str:
    """Return a bare number in the language's form; any other text stays."""
    return text.replace(".", ",") if language != "en" and NUMBER.fullmatch(text) else text
