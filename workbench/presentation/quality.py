"""What is odd about a table of arrivals, in sentences: remarks, not faults."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.models.quality import KINDS, Quality, Remark
from workbench.presentation.findings import Finding
from workbench.presentation.wording import counted, listing, number, percent, period

SHOWN = 4
"""Series named of each kind; the others are counted."""


def sentences(found: Quality, names: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Return one sentence for each kind of remark, the most important first; empty if nothing is odd."""
    known = names or {}
    return tuple(Finding(_said(kind, found.of(kind), known)) for kind in KINDS if found.of(kind))


def _said(kind: str, remarks: tuple[Remark, ...], names: Mapping[str, str]) -> str:
    if kind == "rounded":
        return _rounded(remarks)
    head = {
        "partial_end": "Doubtful last months, far below what the past allows: true falls, or partial",
        "whole_month": "Whole months are not published",
        "late_start": "Later start than the table",
        "early_end": "Earlier end than the table",
        "gap": "Months missing inside a series, nowhere filled",
        "zeros": "A year or more of zeros in a row",
        "break": "The level changed at once and for a year or more",
    }[kind]
    shown = len(remarks) if kind == "partial_end" else SHOWN  # what moves a forecast is named, all of it
    told = [_one(kind, remark, names) for remark in remarks[:shown]]
    if len(remarks) > shown:
        told.append(f"{len(remarks) - shown} more")
    return f"{head}: {listing(told)}."


def _one(kind: str, remark: Remark, names: Mapping[str, str]) -> str:
    series = names.get(remark.series, remark.series) or "the whole table"
    when = period(remark.first, remark.last)
    return {
        "partial_end": f"{series} {when} ({percent(remark.value)} of its usual level)",
        "whole_month": f"{series} {when}",
        "late_start": f"{series} from {when}",
        "early_end": f"{series} to {when}",
        "gap": f"{series} ({counted(int(remark.value), 'month')}, the longest run {when})",
        "zeros": f"{series} {when}",
        "break": f"{series} from {when} ({_times(remark.value)})",
    }[kind]


def _times(factor: float) -> str:
    return f"to {number(factor, 1)} times" if factor >= 1 else f"to {percent(factor)}"


def _rounded(remarks: tuple[Remark, ...]) -> str:
    told = []
    for step in sorted({remark.value for remark in remarks}):
        series = [remark for remark in remarks if remark.value == step]
        told.append(f"to {number(step)} in {counted(len(series), 'series', 'series')}")
    return f"Figures are rounded {listing(told)}: a difference of that size means nothing."
