"""Columns that several tables have."""

from __future__ import annotations

from workbench.core.contracts.columns import Column

YEAR = Column("year", "year", "calendar year")
WITHHELD = Column("any_withheld", "flag", "small counts withheld by the publisher", required=False)
POSITION = (
    Column("lon", "number", "longitude of the centroid", "degrees east", required=False, low=-180, high=180),
    Column("lat", "number", "latitude of the centroid", "degrees north", required=False, low=-90, high=90),
)


def place_column(name: str, description: str, *, required: bool = True, empty: bool = False) -> Column:
    """Return a column that names a municipality, area or place."""
    return Column(name, "name", description, required=required, empty=empty, place=True)


def persons_column(
    name: str, description: str, *, whole: bool = True, required: bool = True, empty: bool = False
) -> Column:
    """Return a column of persons."""
    return Column(name, "count" if whole else "number", description, "persons", required, empty, low=0)
