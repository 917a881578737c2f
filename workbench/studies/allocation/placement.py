"""Which household should be placed where, so that as many as possible are placed, and placed well?

The shipped example places synthetic households into the places that Norway's municipalities accepted. ``allocate``
takes any tables.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.contracts.checking import check
from workbench.core.errors import AssumptionError, DataError, DecisionError
from workbench.core.geography.places import Locality
from workbench.core.parameters import Parameters
from workbench.core.plugins import guests
from workbench.core.runs.provenance import (
    RunRecord,
    RunStore,
    Source,
    Vintage,
    caveat,
    fingerprint,
    versions,
)
from workbench.core.runs.scenario import Scenario
from workbench.decisions.allocation import (
    MatchingWeights,
    Plan,
    Problem,
    further_rules,
    needs_and_ties,
    problem_from_tables,
    solve,
)
from workbench.sources import localities, synthetic
from workbench.studies.allocation.input.tables import Tables

STUDY = "allocation"
QUARTER_STARTS = {1: (1, 1), 2: (4, 1), 3: (7, 1), 4: (10, 1)}
CAVEATS = (
    caveat("The households are synthetic: no open data on households exists."),
    caveat("The score is needs-and-ties matching, a choice of values, not an outcome that was measured."),
    caveat("The score counts each adult once, or everybody in a household without adults; children add no weight."),
    caveat(
        "Services and the use of places in earlier quarters are assumptions, listed with the run; what is left of a "
        "municipality's capacity is rounded down to whole persons."
    ),
)
USED = (
    "origin_languages",
    "earlier_quarters_share",
    "language_community_persons",
    "service_population",
    "matching_weight",
    "tie_distance_km",
    "same_county",
    "nothing_known",
    *synthetic.STATED,
)


@dataclass(frozen=True)
class AllocationResult:
    """A plan with what it was made from.

    Attributes
    ----------
    households
        The households that were to be placed (contract ``households``).
    places
        Places with capacity left (contract ``places``).
    assumptions
        One row per parameter used: ``parameter``, ``value``, ``unit``, ``kind``, ``source``.
    year, quarter
        Of the places that ship; 0 where the places are one's own.
    synthetic
        Whether a program made the households.
    rules
        The rules as their rows state them; empty if there are none.
    """

    record: RunRecord
    plan: Plan
    households: pd.DataFrame
    places: pd.DataFrame
    assumptions: pd.DataFrame
    sources: tuple[Source, ...]
    year: int = 0
    quarter: int = 0
    synthetic: bool = True
    rules: tuple[Mapping[str, Any], ...] = ()
    reused: bool = False

    @property
    def asked(self) -> float:
        """How far the plan was allowed to be from the best possible one, as a share of its score."""
        return float(self.record.scenario["gap"])


def accepted_places(locality: Locality, parameters: Parameters, *, year: int, quarter: int) -> pd.DataFrame:
    """Return what each municipality can still take in a quarter: a ``places`` table.

    The capacity is what the municipality accepted for the year less what earlier quarters used, a stated share, rounded
    down to whole persons. Services and languages follow from stated thresholds on published populations.
    """
    day = first_day(year, quarter)
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
    further: Sequence[str] = (),
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
    further
        Names of installed rules that the plan keeps beyond the standard ones.
    progress
        Called with a sentence at each step of the solver.
    """
    home = localities.load(locality, "allocation")
    parameters = localities.parameters(home)
    day = first_day(year, quarter)
    places = accepted_places(home, parameters, year=year, quarter=quarter)
    origins = localities.table(home, "origin_population")
    drawn = synthetic.households(households, parameters=parameters, origin_population=origins, day=day, seed=seed)
    assumptions = assumed(parameters, day)
    settlement = localities.table(home, "settlement")
    tables = {
        "municipalities": localities.table(home, "municipalities"),
        "settlement": settlement[settlement["year"] == year],
        "origin_population": origins,
    }
    inputs = (
        *(localities.vintage(home, name, table) for name, table in tables.items()),
        Vintage(
            "synthetic households",
            Source("this workbench", "synthetic households", "BSD-3-Clause"),
            str(day),
            fingerprint(drawn.households),
        ),
        Vintage(
            f"{home.id}/parameters",
            Source(home.name, "parameters.toml", "see SOURCE.md"),
            str(day),
            fingerprint(assumptions),
        ),
    )
    settings = {"year": year, "quarter": quarter, "households": households, "gap": gap, "further": list(further)}
    scenario = Scenario(home.id, str(day), seed, settings=settings)
    rules, brought = further_rules(further)

    def compute(folder: Path) -> dict[str, Any]:
        scores = needs_and_ties(drawn.households, places, matching_weights(parameters, day)).scores
        problem = problem_from_tables(drawn.households, places, scores)
        plan = solve(problem, gap=gap, further=rules, progress=progress)
        save_plan(plan, folder / "plan")
        # The record goes into every edition of the report: no table, since those name households or count few persons.
        return {name: value for name, value in plan.to_json_dict().items() if not isinstance(value, list)}

    run = RunStore.at(runs).get_or_run(
        STUDY, scenario.to_dict(), inputs, compute, CAVEATS, guests(home.plugin, *brought)
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


def allocate(
    tables: Tables,
    *,
    objective: str = "place-first",
    gap: float = 0.0005,
    time_limit: float | None = None,
    weights: MatchingWeights | None = None,
    further: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
) -> Plan:
    """Place one's own households; nothing is saved, because households are personal data.

    Parameters
    ----------
    objective
        ``place-first`` (most persons placed, then the best score) or ``score``.
    time_limit
        Seconds after which the best plan so far is returned with its certified gap; default none.
    weights
        Of needs-and-ties matching, where no scores are given; default those that ship with Norway.
    further
        Names of installed rules that the plan keeps beyond the standard ones.
    """
    problem = problem_of(tables, weights)
    return solve(
        problem,
        objective=objective,
        gap=gap,
        time_limit=math.inf if time_limit is None else time_limit,
        further=further_rules(further)[0],
        progress=progress,
    )


def problem_of(tables: Tables, weights: MatchingWeights | None = None) -> Problem:
    """State the problem of one's own tables; what is wrong between them names file and row where that is known."""
    scores = tables.scores
    if scores is None:
        scores = needs_and_ties(tables.households, tables.places, weights or norwegian_weights()).scores
    try:
        return problem_from_tables(
            tables.households, tables.places, scores, tables.rules, practice=tables.practice, counts=tables.counts
        )
    except (DataError, DecisionError) as error:
        raise tables.located(error) from error


def matching_weights(parameters: Parameters, day: date) -> MatchingWeights:
    """Return the weights of needs-and-ties matching as of a day."""
    weight = parameters.numbers("matching_weight", day)
    if set(weight) != {"ties", "languages"}:
        raise AssumptionError("'matching_weight' needs exactly 'ties' and 'languages'", where=parameters.where)
    return MatchingWeights(
        ties=weight["ties"],
        languages=weight["languages"],
        decay_km=parameters.number("tie_distance_km", day),
        same_county=parameters.number("same_county", day),
        nothing_known=parameters.number("nothing_known", day),
    )


def norwegian_weights() -> MatchingWeights:
    """Return the newest weights that ship with Norway: what is used where nobody states others."""
    return matching_weights(localities.parameters(localities.load("norway")), date.max)


def origin(tables: Tables, weights: MatchingWeights) -> dict[str, Any]:
    """Return what a plan of one's own tables was made from: their fingerprints, the weights of matching, versions."""
    return {
        "inputs": {name: fingerprint(table) for name, table in tables.given.items()},
        "matching": asdict(weights) if tables.scores is None else None,
        "versions": dict(versions()),
    }


def weights_of(locality: Locality | None) -> MatchingWeights | None:
    """Return the newest weights that a locality states itself; None where it states none."""
    if locality is None or not (locality.folder / "parameters.toml").exists():
        return None
    parameters = localities.parameters(locality)
    return matching_weights(parameters, date.max) if "matching_weight" in parameters.items else None


def save_plan(plan: Plan, folder: Path) -> None:
    """Write a plan: each table as Parquet, the rest as ``plan.json``."""
    folder.mkdir()
    plain = {}
    for item in fields(plan):
        if item.name == "outcome":
            continue
        value = getattr(plan, item.name)
        if isinstance(value, pd.DataFrame):
            value.to_parquet(folder / f"{item.name}.parquet", index=False)
        else:
            plain[item.name] = value
    (folder / "plan.json").write_text(json.dumps(plain), encoding="utf-8")


def load_plan(folder: Path) -> Plan:
    """Read a plan written by :func:`save_plan`."""
    parts: dict[str, Any] = {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}
    return Plan(**parts, **json.loads((folder / "plan.json").read_text(encoding="utf-8")))


def first_day(year: int, quarter: int) -> date:
    """Return the first day of a quarter; one that is none is refused."""
    if quarter not in QUARTER_STARTS:
        raise AssumptionError(f"there is no quarter {quarter}", do="choose 1, 2, 3 or 4")
    return date(year, *QUARTER_STARTS[quarter])


def _services(towns: pd.DataFrame, parameters: Parameters, day: date) -> list[str]:
    thresholds = parameters.numbers("service_population", day)
    return [";".join(s for s, least in thresholds.items() if population >= least) for population in towns["population"]]


def _languages(locality: Locality, parameters: Parameters, day: date) -> dict[str, str]:
    """Return for each municipality the languages of the communities that lived there the year before."""
    least = parameters.number("language_community_persons", day)
    spoken = parameters.texts("origin_languages", day)
    counts = localities.table(locality, "origin_population")
    counts = counts[counts["year"] == max(min(day.year - 1, counts["year"].max()), counts["year"].min())]
    large = counts[counts["persons"].fillna(0) >= least]
    return {
        str(town): ";".join(sorted({code for origin in origins for code in spoken.get(origin, "").split(";") if code}))
        for town, origins in large.groupby("municipality")["origin"]
    }


def assumed(parameters: Parameters, day: date, used: Sequence[str] = USED) -> pd.DataFrame:
    """Return the parameters used, one row each: ``parameter``, ``value``, ``unit``, ``kind``, ``source``."""
    rows = []
    for name in used:
        entry, dated = parameters.entry(name), parameters.entry(name).at(day)
        shown = (
            "; ".join(f"{k} {v}" for k, v in dated.value.items())
            if isinstance(dated.value, Mapping)
            else f"{dated.value:g}"
        )
        rows.append({"parameter": name, "value": shown, "unit": entry.unit, "kind": dated.kind, "source": dated.source})
    return pd.DataFrame(rows)
