"""Tables of an allocation: households, places, scores, rules, outcomes and wishes."""

from __future__ import annotations

from workbench.core.contracts.columns import Case, Column, Contract
from workbench.core.contracts.tables.common import POSITION, YEAR, persons_column, place_column

_OUTCOME = (
    Column("period", "text", "period of placement, such as a year", required=False, empty=True),
    Column("outcome", "text", "what was reached, such as work or education", required=False, empty=True),
    Column("synthetic", "flag", "made by a program, about nobody", required=False),
)
_RULES = (
    Case("pin", "the household goes to the place", ("household", "place")),
    Case("ban", "the household does not go to the place", ("household", "place")),
    Case("linked", "the two households share a place, or both have none", ("household", "other")),
    Case("apart", "the two households are in different places", ("household", "other")),
    Case("intake floor", "the place gets at least so many persons", ("place", "limit")),
    Case(
        "deadlines",
        "households with a deadline up to that day, or any, are placed, where some place may take them",
        (),
        ("by",),
    ),
    Case("group floor", "the group's, or everybody's, mean score is at least so high, 0 to 1", ("limit",), ("group",)),
    Case("dispersion", "no place holds more than so many persons of the group, or of all", ("limit",), ("group",)),
    Case("no worse for groups", "no group's mean score falls below that of current practice"),
    Case("no worse for places", "in no place does the mean score fall below that of current practice"),
)

ALLOCATION = (
    Contract(
        "households",
        "one household",
        ("household",),
        (
            Column("household", "code", "identifier of the household"),
            persons_column("adults", "persons of working age"),
            persons_column("children", "persons under 18"),
            persons_column("seniors", "persons of 67 and over"),
            Column("weight", "number", "persons the score is about", "persons", False, True, low=0, high=1e9),
            Column("languages", "codes", "languages spoken", required=False, empty=True),
            Column("needs", "codes", "services the household cannot do without", required=False, empty=True),
            Column("ties", "names", "places with close relatives", required=False, empty=True, place=True),
            Column("group", "text", "group for fairness", required=False, empty=True),
            Column("type", "text", "type as in the table of outcomes; else told by size", required=False, empty=True),
            Column("linked_with", "code", "household to be placed together with", required=False, empty=True),
            Column("apart_from", "code", "household not to be placed together with", required=False, empty=True),
            Column(
                "population",
                "text",
                "legal route",
                required=False,
                empty=True,
                options=("asylum", "resettled", "collective_protection", "unaccompanied_minor", "family"),
            ),
            Column("arrived", "date", "day of arrival", required=False, empty=True),
            Column("deadline", "date", "latest day of placement", required=False, empty=True),
        ),
        order=(("arrived", "deadline"),),
    ),
    Contract(
        "places",
        "one place that takes households",
        ("place",),
        (
            place_column("place", "place"),
            persons_column("capacity", "persons the place can take"),
            persons_column("minimum", "persons the place must get if any plan can", required=False, empty=True),
            Column("services", "codes", "services offered", required=False, empty=True),
            Column("languages", "codes", "languages with a community or service", required=False, empty=True),
            Column("name", "text", "name", required=False, empty=True),
            Column("county", "text", "county", required=False, empty=True),
            *POSITION,
        ),
        prefixed=(
            Column(
                "capacity_",
                "count",
                "most persons of households that need the service named there, e.g. capacity_school; what it counts "
                "can be stated with `workbench allocate --count`; an empty cell sets no limit, "
                "and a place with room here offers the service",
                "persons",
                required=False,
                empty=True,
                low=0,
            ),
        ),
    ),
    Contract(
        "scores",
        "one household and place",
        ("household", "place"),
        (
            Column("household", "code", "household"),
            place_column("place", "place"),
            Column(
                "score",
                "number",
                "expected outcome per weighted person; empty = not allowed",
                "0-1",
                empty=True,
                low=0,
                high=1,
            ),
        ),
    ),
    Contract(
        "rules",
        "one rule that the plan must keep",
        ("rule", "household", "other", "place", "group"),
        (
            Column("rule", "text", "what must hold", options=tuple(case.value for case in _RULES)),
            Column("household", "code", "household", required=False, empty=True),
            Column("other", "code", "household to be linked with or kept apart from", required=False, empty=True),
            place_column("place", "place", required=False, empty=True),
            Column("group", "text", "group for fairness; empty = everybody", required=False, empty=True),
            Column(
                "limit",
                "number",
                "intake floor: least persons; dispersion: most persons of the group in a place; group floor: least "
                "mean outcome, 0 to 1",
                required=False,
                empty=True,
                low=0,
            ),
            Column("by", "date", "deadlines up to this day; empty = all stated", required=False, empty=True),
            Column("reason", "text", "why, for the override ledger"),
            Column("source", "text", "who says so", required=False, empty=True),
        ),
        kind="rule",
        cases=_RULES,
    ),
    Contract(
        "outcomes",
        "the persons of one type counted in one place (and period and outcome)",
        ("place", "type", "period", "outcome"),
        (
            place_column("place", "place where they were placed"),
            Column("type", "text", "type of household or person, as households name it"),
            persons_column("n", "persons eligible for the outcome who were placed there"),
            persons_column("successes", "persons among them who reached the outcome"),
            *_OUTCOME,
        ),
        parts=(("successes", "n"),),
    ),
    Contract(
        "outcome_persons",
        "one person who was placed earlier",
        ("person", "outcome"),
        (
            Column("person", "code", "number of the person; no name"),
            place_column("place", "place where the person was placed"),
            Column("type", "text", "type of household or person, as households name it"),
            Column("reached", "flag", "whether the person reached the outcome"),
            *_OUTCOME,
        ),
    ),
    Contract(
        "wishes",
        "one wish of one household",
        ("household", "rank"),
        (
            Column("household", "code", "household"),
            place_column("place", "place it wishes for"),
            Column("rank", "count", "1 for the first wish", low=1, high=100),
        ),
    ),
    Contract(
        "weekly_places",
        "the places of one municipality in one week",
        ("municipality", "year", "week", "kind"),
        (
            place_column("municipality", "municipality"),
            YEAR,
            Column("week", "count", "calendar week", low=1, high=53),
            Column("kind", "text", "for whom; empty = all", required=False, empty=True, options=("all", "minors")),
            persons_column("places", "persons the municipality can take in that week"),
            Column("services", "codes", "services the municipality offers", required=False, empty=True),
        ),
    ),
    Contract(
        "dwellings",
        "one dwelling that a municipality offers",
        ("municipality", "dwelling"),
        (
            place_column("municipality", "municipality"),
            Column("dwelling", "code", "the municipality's own code, no address"),
            Column("bedrooms", "count", "bedrooms; 0 for one room with everything in it", low=0, high=30),
            Column(
                "step_free",
                "text",
                "yes, no, or empty where it is not known, which serves nobody who needs it",
                required=False,
                empty=True,
                options=("yes", "no"),
            ),
            Column("free_from", "date", "first day on which it is free; empty = now", required=False, empty=True),
        ),
    ),
    Contract(
        "practice",
        "one household where it would be placed today",
        ("household",),
        (Column("household", "code", "household"), place_column("place", "place")),
    ),
)
