"""Is next year's published rate foreseen better than by this year's? Two small steps on the odds (Norway).

.venv/bin/python tests/benchmarks/next_rate.py

``drift`` adds three tenths of the last change of all municipalities together, ``pull`` moves a twentieth of the way to
the rate of all; both on the log odds of the raw rate. The two numbers were chosen after looking at these years.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from workbench.sources import localities

DRIFT, PULL = 0.3, 0.05
FIRST = 2017


def panels() -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Return events and persons by municipality (rows) and year (columns) of three indicators."""
    norway = localities.load("norway")
    stock, people = (localities.table(norway, name) for name in ("refugee_stock", "population"))

    def wide(years: str, column: str) -> pd.DataFrame:
        own = stock[stock["residence_time"] == years]
        return own.pivot(index="municipality", columns="year", values=column).astype(float)

    everybody = people.pivot(index="municipality", columns="year", values="total").astype(float)
    refugees, recent = wide("all", "stock"), wide("0-4", "stock")
    return {
        "inhabitants with refugee background": (refugees, everybody),
        "refugees settled within five years": (recent, refugees),
        "moved here later": (wide("0-4", "moved_here_later"), recent),
    }


def errors(events: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Return the mean absolute error × 1,000 of each rule by the year forecast."""
    persons = persons.reindex(index=events.index, columns=events.columns)
    good = (persons > 0) & (events <= persons)
    events, persons = events.where(good), persons.where(good)
    raw, whole = events / persons, events.sum() / persons.sum()
    odds = np.log((events + 0.5) / (persons - events + 0.5))
    found = {}
    for year in range(FIRST, int(max(events.columns))):
        change = (odds[year] - odds[year - 1]).mean()
        rules = {
            "this year's rate": raw[year],
            "drift": expit(odds[year] + DRIFT * change),
            "pull": expit(odds[year] + PULL * (logit(whole[year]) - odds[year])),
            "both": expit(odds[year] + DRIFT * change + PULL * (logit(whole[year]) - odds[year])),
            "rate of all": raw[year] * 0 + whole[year],
        }
        found[year + 1] = {name: 1000 * (rate - raw[year + 1]).abs().mean() for name, rate in rules.items()}
    return pd.DataFrame(found).T


def main() -> None:
    """Print one table for each indicator."""
    for name, (events, persons) in panels().items():
        print(f"{name}\n{errors(events, persons).round(1).to_string()}")


if __name__ == "__main__":
    main()
