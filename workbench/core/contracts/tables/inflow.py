"""Tables of arrivals: applications, border detections, destinations and what experts expect."""

from __future__ import annotations

from workbench.core.contracts.columns import Column, Contract
from workbench.core.contracts.tables.common import persons_column

_MONTH = Column("month", "month", "calendar month", past=True)

EVENT_KINDS = ("agreement", "border", "law", "pandemic", "protection", "visa")

INFLOW = (
    Contract(
        "arrivals",
        "the applications of one month and destination (and origin)",
        ("month", "destination", "origin"),
        (
            _MONTH,
            Column("destination", "name", "country or place applied in", place=True, whole=True),
            Column("origin", "code", "citizenship, ISO 3166 alpha-3", required=False),
            persons_column("persons", "asylum applicants, first and repeated; empty = not published", empty=True),
            persons_column("first_time", "first-time applicants", required=False, empty=True),
            Column("suppressed_cells", "count", "cells withheld by the publisher", "cells", required=False, low=0),
        ),
        parts=(("first_time", "persons"),),
    ),
    Contract(
        "detections",
        "the detections of one month, route and nationality",
        ("month", "route", "nationality"),
        (
            _MONTH,
            Column("route", "text", "migration route"),
            Column("nationality", "code", "ISO 3166 alpha-3, OTH the rest"),
            Column("detections", "count", "detected irregular border crossings", "detections", low=0),
        ),
    ),
    Contract(
        "destinations",
        "one destination country",
        ("destination",),
        (
            Column("destination", "code", "Eurostat country code"),
            Column("name", "text", "name"),
        ),
    ),
    Contract(
        "policy_events",
        "one change of policy that may have moved applications",
        ("event",),
        (
            Column("event", "code", "short name, used in scenarios"),
            Column("date", "date", "day from which it applied"),
            Column("destinations", "text", "codes of the destinations, by ';'; empty = all", empty=True),
            Column("kind", "text", "what changed", options=EVENT_KINDS),
            Column("name", "text", "what happened, in English"),
            Column("name_nb", "text", "the same in Norwegian", required=False, empty=True),
            Column("name_sv", "text", "the same in Swedish", required=False, empty=True),
            Column("source", "text", "act, decision or list that says so"),
        ),
    ),
    Contract(
        "expert_judgements",
        "one expert's judgement of how many come to a destination in a month",
        ("expert", "destination", "month"),
        (
            Column("expert", "name", "who judges; a code will do"),
            Column("destination", "name", "a destination of the forecast, or all together", place=True, whole=True),
            Column("month", "text", "a month of the forecast, or all for the whole period"),
            Column("p10", "number", "one chance in ten to be at or below it", "persons", low=0),
            Column("p50", "number", "as likely above as below", "persons", low=0),
            Column("p90", "number", "one chance in ten to be above it", "persons", low=0),
            Column("above", "number", "a number that may be passed, a surge", "persons", False, True, low=0),
            Column("chance", "number", "probability that it is passed", "0-1", False, True, low=0, high=1),
        ),
    ),
)
