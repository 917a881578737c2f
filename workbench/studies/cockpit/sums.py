"""What do counts say of counties and of the whole? Sums over the municipalities that published both counts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.core.geography.places import Locality
from workbench.studies.cockpit.definitions import WITH_COUNTS, Definition

COUNTS = ["numerator", "denominator"]


def with_sums(figures: pd.DataFrame, definitions: Sequence[Definition], locality: Locality) -> pd.DataFrame:
    """Return figures with a row for each county and for the locality itself, where they are not published already.

    Only indicators with counts are added up: a rate without counts has no sum. A share of a county is that of its
    persons, not the mean of its municipalities.
    """
    parents = locality.parents()
    counties = set(filter(None, parents.values()))
    added = [figures]
    for of in definitions:
        mine = figures[(figures["indicator"] == of.id) & figures["place"].isin(list(parents))]
        wanted = ["numerator"] if of.kind == "count" else COUNTS
        if mine.empty or not (of.kind in WITH_COUNTS or of.numerator):
            continue
        known = mine.dropna(subset=wanted)
        if len(counties) > 1:
            added.append(_summed(known, known["place"].map(parents), of))
        if locality.code and not (figures.loc[figures["indicator"] == of.id, "place"] == locality.code).any():
            added.append(_summed(known, pd.Series(locality.code, index=known.index), of))
    return pd.concat(added, ignore_index=True)


def _summed(known: pd.DataFrame, place: pd.Series, of: Definition) -> pd.DataFrame:
    keys = [place.rename("place"), known["period"], known["group"]]
    sums = known.groupby(keys, sort=False)[COUNTS].sum(min_count=1).reset_index()
    if of.kind == "count":
        sums["value"] = sums["numerator"]
    else:
        sums["value"] = (sums["numerator"] / sums["denominator"]).where(sums["denominator"] > 0)
    return sums.assign(indicator=of.id, withheld=False)
