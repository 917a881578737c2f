"""With whom is a place compared? Its county, its centrality class, and comparable municipalities."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workbench.core.geography.places import Locality
from workbench.sources import localities

KOSTRA, CENTRALITY, ALL = "kostra_group", "centrality", "all"
FEW = 5
"""Peers below which a wider group is taken."""


def groups(locality: Locality) -> pd.DataFrame:
    """Return by place (index) the groups it is in, as text: ``county`` and whatever the locality's table names."""
    found = pd.DataFrame({"county": locality.parents()}, dtype="object")
    if "municipality_groups" in locality.tables:
        table = localities.table(locality, "municipality_groups").set_index("municipality")
        for name in (CENTRALITY, KOSTRA):
            if name in table:
                found[name] = table[name].astype("string").reindex(found.index)
    return found


def size(locality: Locality) -> pd.Series:
    """Return the newest population of each place; 1 where it is not known."""
    table = localities.table(locality, _places_table(locality))
    if "population" not in table:
        return pd.Series(1.0, index=list(locality.places))
    code = table.columns[0]
    return table.set_index(code)["population"].astype(float).reindex(list(locality.places)).fillna(1.0)


def _places_table(locality: Locality) -> str:
    return "municipalities" if "municipalities" in locality.tables else "destinations"


def of(place: str, table: pd.DataFrame, known: Mapping[str, float] | pd.Series) -> tuple[str, list[str]]:
    """Return the kind of peers of a place and their codes: of those with a figure, the narrowest kind with enough."""
    have = [code for code in table.index if code in known and code != place]
    if place not in table.index:
        return ALL, []
    for kind in (KOSTRA, CENTRALITY):
        if kind in table:
            mine = [code for code in have if table.at[code, kind] == table.at[place, kind]]
            if len(mine) >= FEW:
                return kind, mine
    return ALL, have
