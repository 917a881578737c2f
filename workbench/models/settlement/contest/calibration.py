"""How did a settlement forecast do, and how often did its intervals hold the outcome, by size of municipality?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.models.scores import binomial_interval, sample_crps
from workbench.models.settlement.panel.panel import SIZES, SettlementPanel, size_class

LEVELS = (0.8, 0.95)


def score(draws: np.ndarray, panel: SettlementPanel, year: int) -> pd.DataFrame:
    """Return one row for each municipality of how a forecast of a year did.

    Parameters
    ----------
    draws
        Persons, axes draw, municipality.
    panel
        Holds what happened in ``year``.

    Returns
    -------
    pandas.DataFrame
        Columns municipality, year, persons, published, median, mean, crps, size (class), low80, high80, in80, low95,
        high95, in95, held80, held95. A count that was not published lies in its interval if one of its possible values
        does.

    Notes
    -----
    An interval of whole numbers holds more than its level, most of all where zero is likely. ``held80`` and ``held95``
    allow for it: the share of the outcome's own probability, from F(y − 1) to F(y), that lies in the middle 80 or 95 %,
    which is the chance that a randomised probability integral transform does. A calibrated forecast has a mean of 0.8
    and 0.95 exactly.
    """
    at = panel.years.index(year)
    persons, low, high = panel.persons[at], panel.low[at], panel.high[at]
    table = {
        "municipality": panel.municipalities,
        "year": year,
        "persons": persons,
        "published": (high - low) <= 1,  # moved to today's borders, a count may be a fraction
        "median": np.quantile(draws, 0.5, axis=0, method="inverted_cdf"),
        "mean": draws.mean(axis=0),
        "crps": sample_crps(draws, persons),
        "size": size_class(panel.population[0]),
    }
    for level in LEVELS:
        ends = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
        name = round(100 * level)
        table[f"low{name}"], table[f"high{name}"] = ends
        table[f"in{name}"] = (ends[0] <= high) & (ends[1] >= low)
        below, upto = (draws < low).mean(axis=0), (draws <= high).mean(axis=0)
        tail = (1 - level) / 2
        inside = np.clip(np.minimum(upto, 1 - tail) - np.maximum(below, tail), 0, None)
        # No draw on the outcome: it lies in a tail or in a gap between draws.
        table[f"held{name}"] = np.where(
            upto > below, inside / np.maximum(upto - below, 1e-12), (below > tail) & (below < 1 - tail)
        )
    return pd.DataFrame(table)


def coverage(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Return how often the 80 and 95 % intervals held the outcome, by size class and in all, with its uncertainty."""
    found: list[dict[str, object]] = []
    for name, part in [("all", rows), *((n, rows[rows["size"] == k]) for k, (n, _, _) in enumerate(SIZES))]:
        entry: dict[str, object] = {"size": name, "forecasts": len(part)}
        for level in LEVELS:
            key = round(100 * level)
            hits = int(part[f"in{key}"].sum())
            if len(part):
                low, high = binomial_interval(hits, len(part))
                entry |= {f"in{key}": hits / len(part), f"in{key}_low": low, f"in{key}_high": high}
                held = float(part[f"held{key}"].mean())
                low, high = binomial_interval(round(held * len(part)), len(part))
                entry |= {f"held{key}": held, f"held{key}_low": low, f"held{key}_high": high}
        found.append(entry)
    return found
