"""The tables of the workbench: every column, its unit and its range, in one place."""

from __future__ import annotations

from workbench.core.columns import Case, Column, Contract


def _place(name: str, description: str, *, required: bool = True, empty: bool = False) -> Column:
    return Column(name, "name", description, required=required, empty=empty, place=True)


def _persons(name: str, description: str, *, whole: bool = True, required: bool = True, empty: bool = False) -> Column:
    return Column(name, "count" if whole else "number", description, "persons", required, empty, low=0)


def _cases(name: str, description: str) -> Column:
    return Column(name, "count", f"{description}; empty = not published", "cases", required=False, empty=True, low=0)


_MONTH = Column("month", "month", "calendar month", past=True)
_YEAR = Column("year", "year", "calendar year")
_SPAN = Column("period", "span", "calendar year, quarter or month, one kind in a table")
_WITHHELD = Column("any_withheld", "flag", "small counts withheld by the publisher", required=False)
_POSITION = (
    Column("lon", "number", "longitude of the centroid", "degrees east", required=False, low=-180, high=180),
    Column("lat", "number", "latitude of the centroid", "degrees north", required=False, low=-90, high=90),
)
_OUTCOME = (
    Column("period", "text", "period of placement, such as a year", required=False, empty=True),
    Column("outcome", "text", "what was reached, such as work or education", required=False, empty=True),
    Column("synthetic", "flag", "made by a program, about nobody", required=False),
)
_AGES = ("0_5", "6_15", "16_19", "20_29", "30_44", "45_66", "67_up")
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

_ALL = (
    Contract(
        "arrivals",
        "the applications of one month and destination (and origin)",
        ("month", "destination", "origin"),
        (
            _MONTH,
            Column("destination", "name", "country or place applied in", place=True, whole=True),
            Column("origin", "code", "citizenship, ISO 3166 alpha-3", required=False),
            _persons("persons", "asylum applicants, first and repeated; empty = not published", empty=True),
            _persons("first_time", "first-time applicants", required=False, empty=True),
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
        "settlement",
        "one municipality and year",
        ("municipality", "year"),
        (
            _place("municipality", "municipality"),
            _YEAR,
            _persons("requested", "refugees the directorate asked for, final number", whole=False, empty=True),
            _persons("accepted", "refugees the municipality accepted: the capacity", whole=False, empty=True),
            _persons("settled", "refugees settled", whole=False, empty=True),
            _WITHHELD,
        ),
    ),
    Contract(
        "settled_by_area",
        "the persons settled in one area and period",
        ("area", "period"),
        (
            _place("area", "municipality or other area"),
            _SPAN,
            Column(
                "persons",
                "count",
                "persons settled; empty = none or withheld, or still to come",
                "persons",
                empty=True,
                low=0,
                mend="persons are whole: where an area was divided, round so that the year still adds up; a count that "
                "its publisher withheld ('<5', ':') is an empty cell with True in the column 'any_withheld'",
            ),
            _persons("quota", "persons the area accepted", whole=False, required=False, empty=True),
            _persons("requested", "persons the area was asked to take", whole=False, required=False, empty=True),
            _persons("population", "population on 1 January", required=False),
            _WITHHELD,
        ),
        prefixed=(Column("covariate_", "number", "what may move the area's share", required=False, empty=True),),
    ),
    Contract(
        "settled_in_all",
        "the persons settled in one period in all areas together (in one draw)",
        ("draw", "period"),
        (
            Column("draw", "count", "number of the draw, if the total is uncertain", required=False, low=0, high=1e6),
            _SPAN,
            _persons("persons", "persons settled in all areas"),
        ),
    ),
    Contract(
        "settled_age_sex",
        "the persons settled in one municipality and year, of one sex and age group",
        ("municipality", "year", "sex", "age_group"),
        (
            _place("municipality", "municipality"),
            _YEAR,
            Column("sex", "text", "sex", options=("female", "male")),
            Column("age_group", "text", "age in years, as 0-55 or 56+"),
            _persons("from_ukraine", "persons from Ukraine; empty = withheld", empty=True),
            _persons("other", "other persons; empty = withheld", empty=True),
            _WITHHELD,
        ),
    ),
    Contract(
        "unaccompanied_minors",
        "the unaccompanied minors settled in one municipality and year",
        ("municipality", "year"),
        (
            _place("municipality", "municipality"),
            _YEAR,
            _persons("persons", "unaccompanied minors settled; empty = withheld", empty=True),
            _WITHHELD,
        ),
    ),
    Contract(
        "municipality_groups",
        "one municipality with those that it is usually compared with",
        ("municipality",),
        (
            _place("municipality", "municipality"),
            Column("centrality", "count", "centrality class, 1 the most central", low=1, high=6),
            Column("kostra_group", "text", "group of comparable municipalities"),
            Column("under_state_control", "flag", "budget under state control", required=False),
        ),
    ),
    Contract(
        "code_changes",
        "one old area and the area that it became, or became a part of",
        ("old", "new"),
        (
            Column("old", "name", "code or name that a table still holds"),
            Column("new", "name", "code or name of today"),
            Column("share", "number", "part of the old area's persons; default all", "0-1", False, low=0, high=1),
        ),
    ),
    Contract(
        "moves",
        "the persons who moved from one place to another in one period",
        ("period", "origin", "destination", "age", "group", "years_since_settlement", "population_origin"),
        (
            _SPAN,
            _place("origin", "place they left"),
            _place("destination", "place they moved to"),
            _persons("persons", "persons who moved; an absent pair is nobody"),
            Column("age", "text", "age group", required=False, empty=True),
            Column("group", "text", "such as refugees; empty = everybody", required=False, empty=True),
            Column(
                "years_since_settlement",
                "text",
                "years since settlement, such as 0, 1 or 5+",
                "years",
                required=False,
                empty=True,
            ),
            Column("population_origin", "text", "population the persons are of", required=False, empty=True),
        ),
    ),
    Contract(
        "permit_delay",
        "the persons of one route in one month since their permit, the month of the permit being 0",
        ("route", "months"),
        (
            Column(
                "route", "text", "how they come to live somewhere, such as assigned, own_housing, family, resettled"
            ),
            Column("months", "count", "whole months since the permit, counted from 0", "months", low=0, high=600),
            _persons("settled", "persons settled in that month"),
            _persons("waiting", "persons last seen still waiting in that month"),
        ),
    ),
    Contract(
        "households",
        "one household",
        ("household",),
        (
            Column("household", "code", "identifier of the household"),
            _persons("adults", "persons of working age"),
            _persons("children", "persons under 18"),
            _persons("seniors", "persons of 67 and over"),
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
            _place("place", "place"),
            _persons("capacity", "persons the place can take"),
            _persons("minimum", "persons the place must get if any plan can", required=False, empty=True),
            Column("services", "codes", "services offered", required=False, empty=True),
            Column("languages", "codes", "languages with a community or service", required=False, empty=True),
            Column("name", "text", "name", required=False, empty=True),
            Column("county", "text", "county", required=False, empty=True),
            *_POSITION,
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
            _place("place", "place"),
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
            _place("place", "place", required=False, empty=True),
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
            _place("place", "place where they were placed"),
            Column("type", "text", "type of household or person, as households name it"),
            _persons("n", "persons eligible for the outcome who were placed there"),
            _persons("successes", "persons among them who reached the outcome"),
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
            _place("place", "place where the person was placed"),
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
            _place("place", "place it wishes for"),
            Column("rank", "count", "1 for the first wish", low=1, high=100),
        ),
    ),
    Contract(
        "weekly_places",
        "the places of one municipality in one week",
        ("municipality", "year", "week", "kind"),
        (
            _place("municipality", "municipality"),
            _YEAR,
            Column("week", "count", "calendar week", low=1, high=53),
            Column("kind", "text", "for whom; empty = all", required=False, empty=True, options=("all", "minors")),
            _persons("places", "persons the municipality can take in that week"),
            Column("services", "codes", "services the municipality offers", required=False, empty=True),
        ),
    ),
    Contract(
        "practice",
        "one household where it would be placed today",
        ("household",),
        (Column("household", "code", "household"), _place("place", "place")),
    ),
    Contract(
        "municipalities",
        "one municipality",
        ("municipality",),
        (
            Column("municipality", "code", "official code"),
            Column("name", "text", "name"),
            Column("county", "text", "county"),
            *_POSITION,
            _persons("population", "population, newest year", required=False),
            _persons("population_2020", "population 2020", required=False),
            Column("area_km2", "number", "area including water", "km²", required=False, low=0),
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
        "population",
        "one municipality and year, on 1 January",
        ("municipality", "year"),
        (
            _place("municipality", "municipality"),
            _YEAR,
            *(_persons(f"age_{age}", f"persons aged {age.replace('_', ' to ')}", required=False) for age in _AGES),
            _persons("total", "all persons"),
        ),
    ),
    Contract(
        "refugee_stock",
        "one municipality, year and time since settlement",
        ("municipality", "year", "residence_time"),
        (
            _place("municipality", "municipality"),
            _YEAR,
            Column("residence_time", "text", "years since settlement", "years", options=("0-4", "5+", "all")),
            _persons("stock", "persons with refugee background", whole=False),
            _persons("moved_here_later", "of them settled elsewhere first", whole=False, empty=True),
            _persons("settled_here", "of them settled here first", whole=False, empty=True),
        ),
    ),
    Contract(
        "origin_population",
        "one municipality, year and origin",
        ("municipality", "year", "origin"),
        (
            _place("municipality", "municipality"),
            _YEAR,
            Column("origin", "code", "ISO 3166 alpha-3"),
            _persons("persons", "persons with that background; empty = withheld", whole=False, empty=True),
            _WITHHELD,
        ),
    ),
    Contract(
        "indicators",
        "one indicator of one place, period and group",
        ("indicator", "place", "period", "group"),
        (
            Column("indicator", "code", "identifier of the indicator in indicators.toml"),
            Column("place", "name", "place", place=True, whole=True),
            Column("period", "reference", "year or other period that the figure is of"),
            Column("group", "code", "persons it is about, such as all, immigrants, others", required=False),
            Column(
                "value",
                "number",
                "published figure where no counts are, in the unit of the indicator; empty = not published",
                required=False,
                empty=True,
            ),
            Column("numerator", "number", "persons of whom it is true", "persons", required=False, empty=True, low=0),
            Column("denominator", "number", "persons in all", "persons", required=False, empty=True, low=0),
            _WITHHELD,
        ),
    ),
    Contract(
        "service_places",
        "the places of one service that a municipality reported as free",
        ("municipality", "service"),
        (
            _place("municipality", "municipality"),
            Column("service", "code", "service as newcomer_needs in parameters.toml names it"),
            _persons("places", "free places reported"),
            Column("reported", "date", "day of the report", required=False, empty=True),
        ),
    ),
    Contract(
        "case_flow",
        "one month or quarter of an agency, of one of its places, stages or case types",
        ("period", "place", "stage", "case_type"),
        (
            Column("period", "period", "calendar month or quarter, one kind in a table"),
            Column("place", "code", "country, agency or unit", required=False, place=True, whole=True),
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

CONTRACTS = {contract.name: contract for contract in _ALL}
