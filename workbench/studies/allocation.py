"""Which household should be placed where, so that as many as possible are placed, and placed well?

The shipped example places synthetic households into the places that Norway's municipalities accepted. ``allocate``
takes any tables.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.parameters import Parameters
from workbench.core.errors import AssumptionError, DataError
from workbench.core.places import Locality
from workbench.core.provenance import RunRecord, RunStore, Source, Vintage, default_runs, fingerprint
from workbench.core.scenario import Scenario
from workbench.core.tables import check
from workbench.decisions.allocation import MatchingWeights, Plan, Problem, needs_and_ties, solve
from workbench.sources import localities, synthetic

STUDY = "allocation"
QUARTER_STARTS = {1: (1, 1), 2: (4, 1), 3: (7, 1), 4: (10, 1)}
CAVEATS = (
    "The households are synthetic: no open data on households exists.",
    "The score is needs-and-ties matching, a choice of values, not an outcome that was measured.",
    "Services and the use of places in earlier quarters are assumptions, listed with the run.",
)
USED = (
    "earlier_quarters_share",
    "language_community_persons",
    "service_population",
    "matching_weight",
    "tie_distance_km",
    "same_county",
    *synthetic.STATED,
)


@dataclass(frozen=True)
class AllocationResult:
    """A plan with what it was made from.

    Attributes
    ----------
    households
        Synthetic households (contract ``households``).
    places
        Places with capacity left (contract ``places``).
    assumptions
        One row per parameter used: ``parameter``, ``value``, ``unit``, ``kind``, ``source``.
    """

    record: RunRecord
    plan: Plan
    households: pd.DataFrame
    places: pd.DataFrame
    assumptions: pd.DataFrame
    sources: tuple[Source, ...]
    year: int
    quarter: int
    reused: bool


def accepted_places(locality: Locality, parameters: Parameters, *, year: int, quarter: int) -> pd.DataFrame:
    """Return what each municipality can still take in a quarter: a ``places`` table.

    The capacity is what the municipality accepted for the year less what earlier quarters used, a stated share, rounded
    down to whole persons. Services and languages follow from stated thresholds on published populations.
    """
    day = _first_day(year, quarter)
    settlement = localities.table(locality, "settlement")
    known = settlement[settlement["year"] == year].set_index("municipality")["accepted"]
    if known.empty:
        years = settlement["year"]
        raise DataError(
            f"no accepted places for {year}",
            where=f"{locality.id}/settlement",
            do=f"choose a year from {years.min()} to {years.max()}",
        )
    used = parameters.number("earlier_quarters_share", day) * (quarter - 1) / 3
    towns = localities.table(locality, "municipalities")
    accepted = towns["municipality"].map(known).fillna(0.0)
    languages = _languages(locality, parameters, day)
    return check(
        pd.DataFrame(
            {
                "place": towns["municipality"],
                "name": towns["name"],
                "county": towns["county"],
                "lon": towns["lon"],
                "lat": towns["lat"],
                "capacity": [math.floor(a * (1 - used) + 1e-9) for a in accepted],
                "services": _services(towns, parameters, day),
                "languages": towns["municipality"].map(languages),
            }
        ),
        "places",
        where=f"places of {locality.id}",
    )


def study(
    *,
    locality: str | Path = "norway",
    year: int = 2021,
    quarter: int = 4,
    households: int = 400,
    seed: int = 1,
    gap: float = 0.0005,
    runs: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> AllocationResult:
    """Place a quarter's synthetic households; the saved run of the same input is used again.

    Parameters
    ----------
    year, quarter
        Quarter whose remaining accepted places are filled.
    households
        Synthetic households to place.
    gap
        Stop when the plan is within this share of the best possible.
    progress
        Called with a sentence at each step of the solver.
    """
    home = localities.load(locality)
    parameters = localities.parameters(home)
    day = _first_day(year, quarter)
    places = accepted_places(home, parameters, year=year, quarter=quarter)
    origins = localities.table(home, "origin_population")
    drawn = synthetic.households(households, parameters=parameters, origin_population=origins, day=day, seed=seed)
    assumptions = _assumptions(parameters, day)
    tables = {"municipalities": places, "settlement": places[["place", "capacity"]], "origin_population": origins}
    inputs = (
        *(localities.vintage(home, name, table) for name, table in tables.items()),
        Vintage("synthetic households", Source("this workbench", "synthetic households", "BSD-3-Clause"), str(day), fingerprint(drawn.households)),
        Vintage(f"{home.id}/parameters", Source(home.name, "parameters.toml", "see SOURCE.md"), str(day), fingerprint(assumptions)),
    )
    scenario = Scenario(home.id, str(day), seed, settings={"year": year, "quarter": quarter, "households": households, "gap": gap})

    def compute(folder: Path) -> dict[str, Any]:
        scores = needs_and_ties(drawn.households, places, _weights(parameters, day))
        plan = solve(Problem.from_tables(drawn.households, places, scores), gap=gap, progress=progress)
        save_plan(plan, folder / "plan")
        return plan.to_json_dict()

    run = RunStore(Path(runs) if runs is not None else default_runs()).get_or_run(
        STUDY, scenario.to_dict(), inputs, compute, CAVEATS
    )
    return AllocationResult(
        record=run.record,
        plan=load_plan(run.folder / "plan"),
        households=drawn.households,
        places=places,
        assumptions=assumptions,
        sources=tuple(home.table(name).source for name in tables),
        year=year,
        quarter=quarter,
        reused=run.reused,
    )
