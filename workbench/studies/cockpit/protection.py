"""Which figures of small groups must not be shown, so that no table, level or year gives one away?

The rule: where a count of 1 to 4 persons stands behind a figure of a place (those counted, the others, or all), every
figure of that place and period from the same table is withheld, counts and rates alike, and further places of its
county with it, until neither the county's sum nor another indicator tells what the small count is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.studies.cockpit.definitions import WITH_COUNTS, Definition
from workbench.studies.disclosure import ROOM, SMALL


def hidden(figures: pd.DataFrame, definitions: Sequence[Definition], parents: Mapping[str, str]) -> pd.Series:
    """Return for each row of figures whether it must be withheld from the public.

    Parameters
    ----------
    figures
        As :func:`workbench.studies.cockpit.figures.collect` returns them, municipalities and their sums (rows whose
        place is a value of ``parents``).
    parents
        The county of each municipality.

    Notes
    -----
    All indicators of one table are protected together, because their counts add up to each other. A county whose own
    hidden cells are too few is withheld with a second one, because the country's sum is shown. Years are protected one
    by one: nothing that is shown adds two of them, and a change is shown only where both of its years are.
    """
    found = pd.Series(False, index=figures.index)
    counties = set(parents.values())
    for family in _families(definitions):
        mine = figures[figures["indicator"].isin(family)]
        for _, rows in mine.groupby(["period", "group"], sort=False):
            cells = list(_cells(rows[rows["place"].isin(list(parents))], definitions))
            places = _places(cells, parents)
            sums = _counties(cells, places, parents, counties)
            places |= sums | _places(cells, parents, places)
            found.loc[rows.index] = rows["place"].isin(places)
    return found


def masked(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures without what must be withheld (column ``hidden``): no count, no rate."""
    public = figures.copy()
    public.loc[public["hidden"], ["value", "numerator", "denominator"]] = np.nan
    return public


def _families(definitions: Sequence[Definition]) -> list[list[str]]:
    """Return the indicators that share a table of counts; those of the table of indicators stand alone."""
    by_table: dict[str, list[str]] = {}
    for of in definitions:
        if of.kind in WITH_COUNTS or of.numerator:
            by_table.setdefault(of.id if of.table == "indicators" else of.table, []).append(of.id)
    return list(by_table.values())


def _cells(rows: pd.DataFrame, definitions: Sequence[Definition]) -> Iterator[pd.Series]:
    """Yield the counts by place that readers could work out: those counted, all, and the others."""
    kinds = {of.id: of for of in definitions}
    for indicator, mine in rows.groupby("indicator", sort=False):
        of = kinds[str(indicator)]
        by_place = mine.set_index("place")
        yield by_place["numerator"]
        if of.denominator:
            if of.other_table != "population":
                yield by_place["denominator"]
            if of.kind == "share":
                yield by_place["denominator"] - by_place["numerator"]


def _small(cell: pd.Series) -> pd.Series:
    return cell.round().isin(SMALL)


def _places(cells: Sequence[pd.Series], parents: Mapping[str, str], before: Collection[str] = ()) -> set[str]:
    """Return the municipalities to withhold; adding to them goes on until every county is safe or has no more."""
    places = {str(place) for cell in cells for place in cell.index[_small(cell)]} | set(before)
    changed = bool(places)
    while changed:
        size = len(places)
        for cell in cells:
            for county in {parents[place] for place in places}:
                inside = cell[[place for place in cell.index if parents[place] == county]].dropna()
                own = inside[inside.index.isin(places)]
                others = inside[~inside.index.isin(places) & (inside > 0)].sort_values(kind="stable")
                for place, value in others.items():
                    if _safe(own):
                        break
                    own = pd.concat([own, pd.Series({place: value})])
                    places.add(str(place))
        changed = len(places) > size
    return places


def _safe(own: pd.Series) -> bool:
    """Return whether hidden counts of a county leave open that each of them is 5 or more."""
    return not _small(own).any() or (int((own > 0).sum()) > 1 and float(own.sum()) >= int((own > 0).sum()) + ROOM)


def _counties(cells: Sequence[pd.Series], places: set[str], parents: Mapping[str, str], counties: set[str]) -> set[str]:
    """Return the counties whose sums give a small count away; municipalities elsewhere join ``places`` where needed.

    The country's sum is shown, so a county is never hidden alone: municipalities of others, and the sums of these, are
    hidden with it until what is hidden together leaves every small count open.
    """
    found: set[str] = set()
    for cell in cells:
        county = cell.index.map(parents)
        own = cell[cell.index.isin(places)].dropna()
        unsafe = {str(name) for name, mine in own.groupby(own.index.map(parents)) if not _safe(mine)}
        if not unsafe:
            continue
        together = own[own.index.map(parents).isin(unsafe)]
        others = cell[~county.isin(list(unsafe)) & (cell > 0)].sort_values(kind="stable")
        for place, value in others.items():
            if len(unsafe) > 1 and _safe(together):
                break
            together = pd.concat([together, pd.Series({place: value})])
            places.add(str(place))
            unsafe.add(parents[str(place)])
        found |= unsafe
    return found & counties
