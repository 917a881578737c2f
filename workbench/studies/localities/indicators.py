"""What do a locality's own tables say? The installed indicators, each measured where its tables are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.core import plugins
from workbench.core.errors import DataError, PluginError, WorkbenchError
from workbench.core.geography.places import Locality
from workbench.core.parts import Indicator, Measurement, lacks, refuse
from workbench.core.plugins import Plugin
from workbench.core.runs.provenance import Source
from workbench.sources import localities


@dataclass(frozen=True)
class Measured:
    """One indicator of a locality: who measured what, and whose figures it was made of."""

    question: str
    measurement: Measurement
    sources: tuple[Source, ...]
    plugin: Plugin


class SettledOfAccepted:
    """Of the refugees whom municipalities accepted for a year, how many were settled? The newest complete year."""

    question = "How many of the refugees accepted by municipalities were settled?"
    tables = ("settlement",)

    def measure(self, locality: Locality, tables: Mapping[str, pd.DataFrame]) -> Measurement:
        """Return settled persons as a share of those accepted, over the municipalities that published both."""
        table = tables["settlement"]
        known = table.dropna(subset=["accepted", "settled"])
        known = known[known.groupby("year")["accepted"].transform("sum") > 0]
        if known.empty:
            raise DataError("no year has both accepted and settled refugees", where=f"{locality.id}/settlement")
        years = known["year"].unique()
        year = max(years) if len(years) == 1 else sorted(years)[-2]
        both = known[known["year"] == year]
        accepted, settled = both["accepted"].sum(), both["settled"].sum()
        published, all_places = len(both), int((table["year"] == year).sum())
        return Measurement(
            f"In {year}, {settled:,.0f} refugees were settled in {locality.name} of {accepted:,.0f} accepted "
            f"({100 * settled / accepted:.0f}\N{NO-BREAK SPACE}%).",
            float(settled / accepted),
            "share of persons accepted",
            (
                f"The {published} of {all_places} places that published both figures.",
                "The newest year may be a part year; the one before it is shown.",
            ),
        )


def available() -> Mapping[str, Plugin]:
    """Return the installed indicators by name."""
    return plugins.load(plugins.INDICATORS, _check)


def measure(locality: Locality) -> tuple[Measured, ...]:
    """Return every installed indicator that the locality's tables allow, by name; a guest that fails is left out."""
    found = []
    for _, plugin in sorted(available().items()):
        indicator: Indicator = plugin.value()
        if not set(indicator.tables) <= set(locality.tables):
            continue
        tables = _tables(indicator, locality)
        try:
            with plugin.at_work():
                measured = indicator.measure(locality, tables)
        except DataError:
            continue
        except PluginError as error:
            if plugin.own:
                raise
            plugins.leave_out(plugin, error)
            continue
        sources = tuple(dict.fromkeys(locality.table(name).source for name in indicator.tables))
        found.append(Measured(indicator.question, measured, sources, plugin))
    return tuple(found)


def check_indicator(indicator: Indicator, locality: Locality | None = None) -> None:
    """Raise one error with every fault of an indicator; with a locality, it is measured there too."""
    faults = lacks(indicator, Indicator)
    if not faults and not indicator.question.endswith("?"):
        faults.append("its question does not end in a question mark")
    if not faults and locality is not None:
        try:
            faults = _measurement_faults(indicator, locality)
        except WorkbenchError as error:
            faults = [error.message()]
    refuse(f"the indicator {type(indicator).__name__}", faults)


def _measurement_faults(indicator: Indicator, locality: Locality) -> list[str]:
    first, again = (indicator.measure(locality, _tables(indicator, locality)) for _ in range(2))
    if not isinstance(first, Measurement):
        return [f"it returns {type(first).__name__}, not workbench.core.parts.Measurement"]
    faults = [f"its measurement has no {part}" for part in ("sentence", "unit") if not getattr(first, part)]
    if not float("-inf") < first.estimate < float("inf"):
        faults.append(f"its estimate is {first.estimate}")
    return faults if first == again else [*faults, "measured twice, it gives two results"]


def _tables(indicator: Indicator, locality: Locality) -> dict[str, pd.DataFrame]:
    return {name: localities.table(locality, name) for name in indicator.tables}


def _check(_name: str, maker: type[Indicator]) -> None:
    check_indicator(maker())
