"""Tables of an agency: cases that come in, wait and are decided, and the people who decide them."""

from __future__ import annotations

from workbench.core.contracts.columns import Column, Contract


def _cases(name: str, description: str) -> Column:
    return Column(name, "count", f"{description}; empty = not published", "cases", required=False, empty=True, low=0)


CAPACITY = (
    Contract(
        "case_flow",
        "one month or quarter of an agency, of one of its places, stages or case types",
        ("period", "place", "stage", "case_type"),
        (
            Column("period", "period", "calendar month or quarter, one kind in a table"),
            Column("place", "name", "country, agency or unit", required=False, place=True, whole=True),
            Column("stage", "text", "stage of the procedure", required=False),
            Column("case_type", "text", "type of case", required=False),
            _cases("intake", "cases received"),
            _cases("output", "cases that left the stock; where it is absent the outcomes are added up"),
            _cases("stock", "cases pending at the end of the period"),
            Column("staff", "number", "caseworkers", "full-time equivalents", required=False, empty=True, low=0),
            Column("staff_hours", "number", "hours worked on cases", "hours", required=False, empty=True, low=0),
            Column(
                "mean_handling_days",
                "number",
                "mean handling time of decided cases",
                "days",
                required=False,
                empty=True,
                low=0,
            ),
        ),
        prefixed=(
            Column(
                "outcome_",
                "count",
                "cases that left the stock in this way, e.g. outcome_granted",
                "cases",
                required=False,
                empty=True,
                low=0,
            ),
        ),
    ),
    Contract(
        "agency_units",
        "one unit of an agency",
        ("unit",),
        (Column("unit", "code", "unit of the agency"), Column("name", "text", "name")),
    ),
    Contract(
        "agency_queues",
        "the cases of one type that wait at one stage in one unit",
        ("unit", "stage", "case_type"),
        (
            Column("unit", "code", "unit of the agency", place=True),
            Column("stage", "text", "stage of the procedure; the first one named is where cases come in"),
            Column("case_type", "text", "type of case; the first one named is worked on first"),
            Column("waiting", "count", "cases that wait at the end of the last month", "cases", low=0),
            Column("hours", "number", "hours of work a case takes at this stage, prior median", "hours", low=0.01),
        ),
    ),
    Contract(
        "agency_teams",
        "the caseworkers of one stage in one unit",
        ("unit", "stage"),
        (
            Column("unit", "code", "unit of the agency", place=True),
            Column("stage", "text", "stage of the procedure"),
            Column("staff", "number", "caseworkers in post", "full-time equivalents", low=0),
        ),
    ),
    Contract(
        "agency_routes",
        "the way on from one stage for one type of case",
        ("stage", "case_type", "next"),
        (
            Column("stage", "text", "stage that is left"),
            Column("case_type", "text", "type of case"),
            Column("next", "text", "next stage, or the outcome with which the case leaves the agency"),
            Column("cases", "number", "cases seen to go this way; their shares are uncertain as such a sample", low=0),
        ),
    ),
    Contract(
        "agency_intake",
        "the new cases of one type that come to one unit in a month",
        ("unit", "case_type"),
        (
            Column("unit", "code", "unit of the agency", place=True),
            Column("case_type", "text", "type of case"),
            Column("cases", "number", "new cases a month, mean of the last twelve months", "cases a month", low=0),
        ),
    ),
    Contract(
        "case_ages",
        "the cases of one type and stage that came in one month, in one later month",
        ("stage", "case_type", "came", "month"),
        (
            Column("stage", "text", "stage of the procedure, or `all` from application to decision"),
            Column("case_type", "text", "type of case"),
            Column("came", "month", "month in which they came"),
            Column("month", "month", "month in which they were counted", past=True),
            Column("waiting", "count", "cases that waited at its beginning, or came in it", "cases", low=0),
            Column("decided", "count", "of them decided in it", "cases", low=0),
            Column("withdrawn", "count", "of them withdrawn or otherwise closed in it", "cases", required=False, low=0),
        ),
        parts=(("decided", "waiting"),),
    ),
)
