"""How long it takes, told to applicants in a sentence and to operations in a table; small groups are withheld."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from workbench.presentation.capacity.names import called
from workbench.presentation.findings import Finding
from workbench.presentation.languages import month, say, say_many
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, leading, number, percent
from workbench.studies.capacity.wait import AHEAD

if TYPE_CHECKING:
    from workbench.studies.capacity.wait import Promise, Waits


def months_up(value: float) -> int:
    """Return months as they are promised: whole ones, rounded up."""
    return max(1, math.ceil(value - 1e-9))


def _months(value: float, language: str) -> str:
    whole = months_up(value)
    return say_many("{number} month", "{number} months", whole, language, number=number(whole, language=language))


def for_applicant(found: Waits, promise: Promise, language: str = "en") -> Finding:
    """Return the sentence for somebody who applies now, or has waited for some months."""
    basis = say(
        "It is based on {cases} cases counted up to {month}; a single case may take longer.",
        language,
        cases=number(promise.cases, language=language),
        month=month(found.as_of, language),
    )
    if promise.withheld:
        return Finding(
            say("There are too few cases like yours to say how long it will take.", language), language=language
        )
    kind = called(promise.case_type, language)
    if promise.waited == 0:
        lead = say("If you apply now ({type} case):", language, type=kind)
    else:
        lead = say_many(
            "If you have waited {number} month ({type} case):",
            "If you have waited {number} months ({type} case):",
            promise.waited,
            language,
            number=promise.waited,
            type=kind,
        )
    if promise.months50 is None:
        rest = say(
            "fewer than half of cases like yours are decided within {far}.", language, far=_months(AHEAD, language)
        )
    elif promise.months80 is None:
        rest = say(
            "half of cases like yours are decided within {half}; fewer than four in five are decided within {far}.",
            language,
            half=_months(promise.months50, language),
            far=_months(AHEAD, language),
        )
    else:
        rest = say(
            "half of cases like yours are decided within {half}, four in five within {most}.",
            language,
            half=_months(promise.months50, language),
            most=_months(promise.months80, language),
        )
    if found.planned:
        tied = say("It holds if the staffing plan is carried out.", language)
    elif found.decisions == 1:
        tied = say("It holds if as many cases are decided as in the last six months.", language)
    else:
        share = percent(found.decisions, language=language)
        tied = say("It holds if decisions come to {share} of those in the last six months.", language, share=share)
    return Finding(
        f"{lead} {rest}",
        estimate=promise.months50,
        unit="months",
        caveats=(basis, tied),
        sources=found.sources,
        language=language,
    )


def waits_table(found: Waits, language: str = "en") -> Table:
    """Return months until half, and four in five, will be decided, by type and months waited already."""
    rows = found.table()
    naive = [found.naive.get((p.stage, p.case_type)) if p.waited == 0 else None for p in found.promises]
    rows = rows.assign(mean_of_decided=pd.Series(naive, dtype=float))

    def cell(promise: Promise, value: float | None) -> str:
        if promise.withheld:
            return DASH
        return f"> {AHEAD}" if value is None else number(months_up(value), language=language)

    return Table(
        name="capacity-waits",
        caption=say("Months until a decision, for those who apply now and those who wait already", language),
        columns=(
            Column(say("Type", language), tuple(leading(called(p.case_type, language)) for p in found.promises), False),
            Column(say("Waited, months", language), tuple(number(p.waited, language=language) for p in found.promises)),
            Column(say("Half within", language), tuple(cell(p, p.months50) for p in found.promises)),
            Column(say("Four in five within", language), tuple(cell(p, p.months80) for p in found.promises)),
            Column(
                say("Mean of the decided", language),
                tuple(DASH if v is None else number(v, 1, language) for v in naive),
            ),
            Column(
                say("Based on cases", language),
                tuple(DASH if p.withheld else number(p.cases, language=language) for p in found.promises),
            ),
        ),
        data=rows.drop(columns=["stage"]).assign(cases=rows["cases"].where(~rows["withheld"])),
        sources=found.sources,
        notes=(
            say(
                "Groups of under 100 cases are withheld (a dash). The mean wait of cases decided in the last six "
                "months leaves out those that still wait; it is no promise.",
                language,
            ),
        ),
        language=language,
    )
