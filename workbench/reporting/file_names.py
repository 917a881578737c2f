"""What the files of a report are called: report, whose data, which place, as of when, in which language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.core.runs.provenance import RunRecord
from workbench.reporting.contents import KINDS

PLACES = ("municipality", "place", "unit")


def stem(report: str, values: Mapping[str, Any], record: RunRecord | None = None) -> str:
    """Return the name of a report's files without their endings.

    Parameters
    ----------
    values
        The report's parameters.
    record
        Of the run whose figures it prints; tells how recent the data are where no parameter does.

    Examples
    --------
    >>> stem("inflow", {"locality": "eu", "as_of": "2019-09", "arrivals": "", "language": "nb"})
    'inflow-eu-2019-09-nb'
    >>> stem("allocation", {"locality": "norway", "year": 2021, "quarter": 4, "language": "sv"})
    'allocation-norway-2021-Q4-sv'
    >>> stem("inflow", {"locality": "eu", "as_of": "2025-06", "arrivals": "mine/a b.csv", "language": "en"})
    'inflow-a-b-2025-06-en'
    >>> stem("allocation", {"year": 2021, "quarter": 4, "own_households": "week-48.csv", "language": "en"})
    'allocation-week-48-en'
    """
    own = [str(value) for value in values.values() if isinstance(value, str) and Path(value).suffix.lower() in KINDS]
    whose = [Path(own[0]).stem] if own else [Path(str(values.get("locality") or "")).name]
    place = [str(values[key]) for key in PLACES if values.get(key)]
    dated = {} if own and "as_of" not in values else values
    parts = [report, *whose, *place, as_of(dated, record), str(values.get("language", ""))]
    return "-".join(filter(None, map(_safe, parts)))


def as_of(values: Mapping[str, Any], record: RunRecord | None = None) -> str:
    """Return how recent the data of a report are, from its parameters or else from its run; '' if neither tells."""
    if values.get("as_of"):
        return str(values["as_of"])
    if values.get("year"):
        return f"{values['year']}-Q{values['quarter']}" if values.get("quarter") else str(values["year"])
    if record is None:
        return ""
    told = record.scenario.get("as_of") or next((v.last_period for v in record.inputs if v.last_period), "")
    return str(told)


def _safe(part: str) -> str:
    """Return a part of a name that every file system takes."""
    return "-".join("".join(c if c.isalnum() or c in "_-" else " " for c in part).split())
