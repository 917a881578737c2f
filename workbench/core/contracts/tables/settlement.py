"""Tables of settlement: who was settled where, who moved, and how long it took."""

from __future__ import annotations

from workbench.core.contracts.columns import Column, Contract
from workbench.core.contracts.tables.common import WITHHELD, YEAR, persons_column, place_column

_SPAN = Column("period", "span", "calendar year, quarter or month, one kind in a table")

SETTLEMENT = (
    Contract(
        "settlement",
        "one municipality and year",
        ("municipality", "year"),
        (
            place_column("municipality", "municipality"),
            YEAR,
            persons_column("requested", "refugees the directorate asked for, final number", whole=False, empty=True),
            persons_column("accepted", "refugees the municipality accepted: the capacity", whole=False, empty=True),
            persons_column("settled", "refugees settled", whole=False, empty=True),
            WITHHELD,
        ),
    ),
    Contract(
        "settled_by_area",
        "the persons settled in one area and period",
        ("area", "period"),
        (
            place_column("area", "municipality or other area"),
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
            persons_column("quota", "persons the area accepted", whole=False, required=False, empty=True),
            persons_column("requested", "persons the area was asked to take", whole=False, required=False, empty=True),
            persons_column("population", "population on 1 January", required=False),
            WITHHELD,
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
            persons_column("persons", "persons settled in all areas"),
        ),
    ),
    Contract(
        "settled_age_sex",
        "the persons settled in one municipality and year, of one sex and age group",
        ("municipality", "year", "sex", "age_group"),
        (
            place_column("municipality", "municipality"),
            YEAR,
            Column("sex", "text", "sex", options=("female", "male")),
            Column("age_group", "text", "age in years, as 0-55 or 56+"),
            persons_column("from_ukraine", "persons from Ukraine; empty = withheld", empty=True),
            persons_column("other", "other persons; empty = withheld", empty=True),
            WITHHELD,
        ),
    ),
    Contract(
        "unaccompanied_minors",
        "the unaccompanied minors settled in one municipality and year",
        ("municipality", "year"),
        (
            place_column("municipality", "municipality"),
            YEAR,
            persons_column("persons", "unaccompanied minors settled; empty = withheld", empty=True),
            WITHHELD,
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
            place_column("origin", "place they left"),
            place_column("destination", "place they moved to"),
            persons_column("persons", "persons who moved; an absent pair is nobody"),
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
            persons_column("settled", "persons settled in that month"),
            persons_column("waiting", "persons last seen still waiting in that month"),
        ),
    ),
)
