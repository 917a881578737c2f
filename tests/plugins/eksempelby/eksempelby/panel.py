"""The town's own page: which district took most newcomers, in the year that a reader chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from eksempelby.indicators import DistrictSpread
from workbench.core.geography.places import Locality
from workbench.presentation.findings import Finding
from workbench.presentation.tables import Column, Table
from workbench.sources import localities

TOWN = "eksempelby"


@dataclass(frozen=True)
class DistrictsState:
    """The years there are figures for, and the one shown."""

    years: tuple[int, ...]
    year: int | None

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why nothing can be shown."""
        return () if self.years else ("The town has not counted any newcomers yet.",)

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON can hold it."""
        return {"years": list(self.years), "year": self.year}


class Districts:
    """How did the districts share the newcomers of a year?"""

    title = "Districts of Eksempelby"

    def state(self) -> DistrictsState:
        """Return the newest year."""
        years = sorted({int(year) for year in _settlement()["year"]}, reverse=True)
        return DistrictsState(tuple(years), years[0] if years else None)

    def view(self, state: DistrictsState) -> Any:
        """Return the choice of a year above what it shows."""
        import ipywidgets  # here: who only asks for the title needs no widgets

        chosen = ipywidgets.Dropdown(options=list(state.years), value=state.year, description="Year")
        shown = ipywidgets.HTML()

        def show(*_: object) -> None:
            shown.value = finding(chosen.value).html() if state.years else ""

        chosen.observe(show, "value")
        show()
        return ipywidgets.VBox([chosen, shown])


def finding(year: int) -> Finding:
    """Say what the town's indicator says of a year, with the districts behind it."""
    town, table = localities.load(TOWN), _settlement()
    said = DistrictSpread().measure(town, {"settlement": table[table["year"] <= year]})
    return Finding(
        said.sentence,
        estimate=said.estimate,
        unit=said.unit,
        caveats=said.caveats,
        sources=(town.table("settlement").source,),
        table=_districts(town, table[table["year"] == year]),
        headline=True,
    )


def _districts(town: Locality, of_year: pd.DataFrame) -> Table:
    ranked = of_year.sort_values("settled", ascending=False)
    names = tuple(town.place_name(code) for code in ranked["municipality"])
    counts = tuple(f"{persons:.0f}" for persons in ranked["settled"])
    columns = (Column("District", names, right=False), Column("Settled, persons", counts))
    return Table("districts", "The districts, the one that took most first", columns, ranked)


def _settlement() -> pd.DataFrame:
    return localities.table(localities.load(TOWN), "settlement")
