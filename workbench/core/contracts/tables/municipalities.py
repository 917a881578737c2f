"""Tables about municipalities: people, groups, indicators and services."""

from __future__ import annotations

from workbench.core.contracts.columns import Column, Contract
from workbench.core.contracts.tables.common import POSITION, WITHHELD, YEAR, persons_column, place_column

_AGES = ("0_5", "6_15", "16_19", "20_29", "30_44", "45_66", "67_up")

MUNICIPALITIES = (
    Contract(
        "municipality_groups",
        "one municipality with those that it is usually compared with",
        ("municipality",),
        (
            place_column("municipality", "municipality"),
            Column("centrality", "count", "centrality class, 1 the most central", low=1, high=6),
            Column("kostra_group", "text", "group of comparable municipalities"),
            Column("under_state_control", "flag", "budget under state control", required=False),
        ),
    ),
    Contract(
        "municipalities",
        "one municipality",
        ("municipality",),
        (
            Column("municipality", "code", "official code"),
            Column("name", "text", "name"),
            Column("county", "text", "county"),
            *POSITION,
            persons_column("population", "population, newest year", required=False),
            persons_column("population_2020", "population 2020", required=False),
            Column("area_km2", "number", "area including water", "km²", required=False, low=0),
        ),
    ),
    Contract(
        "population",
        "one municipality and year, on 1 January",
        ("municipality", "year"),
        (
            place_column("municipality", "municipality"),
            YEAR,
            *(
                persons_column(f"age_{age}", f"persons aged {age.replace('_', ' to ')}", required=False)
                for age in _AGES
            ),
            persons_column("total", "all persons"),
        ),
    ),
    Contract(
        "refugee_stock",
        "one municipality, year and time since settlement",
        ("municipality", "year", "residence_time"),
        (
            place_column("municipality", "municipality"),
            YEAR,
            Column("residence_time", "text", "years since settlement", "years", options=("0-4", "5+", "all")),
            persons_column("stock", "persons with refugee background", whole=False),
            persons_column("moved_here_later", "of them settled elsewhere first", whole=False, empty=True),
            persons_column("settled_here", "of them settled here first", whole=False, empty=True),
        ),
    ),
    Contract(
        "origin_population",
        "one municipality, year and origin",
        ("municipality", "year", "origin"),
        (
            place_column("municipality", "municipality"),
            YEAR,
            Column("origin", "code", "ISO 3166 alpha-3"),
            persons_column("persons", "persons with that background; empty = withheld", whole=False, empty=True),
            WITHHELD,
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
            WITHHELD,
        ),
    ),
    Contract(
        "service_places",
        "the places of one service that a municipality reported as free",
        ("municipality", "service"),
        (
            place_column("municipality", "municipality"),
            Column("service", "code", "service as newcomer_needs in parameters.toml names it"),
            persons_column("places", "free places reported"),
            Column("reported", "date", "day of the report", required=False, empty=True),
        ),
    ),
)
