"""The whole road for an agency by its parts: draws, plan, what it would bring, prices, causes, waits; a saved run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.core.runs.archive import archive_of, chosen
from workbench.core.runs.provenance import RunRecord, RunStore, SavedRun, caveat
from workbench.decisions.staffing import Orders, StaffingProblem
from workbench.models.agency import Uncertain, capacity, simulate
from workbench.sources import localities
from workbench.studies.capacity import staffing, wait
from workbench.studies.capacity.agency import LOCALITY, AgencyData, read_agency
from workbench.studies.capacity.intake import ForecastUsed
from workbench.studies.capacity.wait import Waits

if TYPE_CHECKING:
    from workbench.core.runs.publication import Publication

STUDY = "capacity"
WORDS, ARRAYS = "plan.json", "draws.npz"
HORIZON, DRAWS = 12, 200
WAITED = (0, 3, 6, 9, 12)
SYNTHETIC = caveat("This agency is synthetic: it describes no real agency.")
ASSUMED = caveat(
    "Absence, attrition, the learning curve, prices and time limits are assumptions; they stand with their sources in "
    "the locality's parameters."
)
TOGETHER = caveat("The plan takes all types of case at a team together; what it would bring is simulated by type.")


@dataclass(frozen=True, eq=False)
class CapacityResult:
    """A planned year of an agency.

    Attributes
    ----------
    backlog, today
        Cases waiting by stage and month (the first is now) under the plan and as today, whole,
        dims (draw, stage, month).
    orders
        The plan: hires and moves by unit and stage.
    costs
        Mean parts of the cost: one row for each of ``today``, ``mean`` (a plan that believes the means), ``plan``; and
        the total of each draw.
    price
        What one more caseworker for a month would save by unit and stage, under the plan.
    causes
        Why the backlog at the end differs from today's; adds up.
    waits
        How long cases will wait under the plan.
    forecast
        The saved inflow forecast that is the intake; None if the intake is the stated one.
    output_change
        Decisions ahead under the plan relative to the last six months', (draw, month).
    end
        Cases waiting at the end under the plan, mean over draws, before they are made whole: what a what-if is beside.
    """

    record: RunRecord
    data: AgencyData
    horizon: int
    backlog: Draws
    today: Draws
    orders: Orders
    costs: pd.DataFrame
    totals: Mapping[str, np.ndarray]
    price: np.ndarray
    causes: Mapping[str, float]
    waits: Waits
    intake: np.ndarray | None
    forecast: ForecastUsed | None
    output_change: np.ndarray | None
    end: float
    seed: int
    reused: bool

    @property
    def months(self) -> list[str]:
        """The months planned."""
        return self.data.months(self.horizon)

    def uncertain(self, size: int = DRAWS) -> Uncertain:
        """Return the draws the plan was made on: the same seed, the same numbers."""
        return self.data.drawn(horizon=self.horizon, size=size, seed=self.seed, intake=self.intake)


def study(
    *,
    locality: str | Path = LOCALITY,
    horizon: int = HORIZON,
    draws: int = DRAWS,
    seed: int = 1,
    budget: float | None = None,
    training: float | None = None,
    late: float | None = None,
    intake: Draws | None = None,
    forecast: ForecastUsed | None = None,
    run: str = "",
    runs: str | Path | None = None,
) -> CapacityResult:
    """Return a planned year of an agency; a saved run of the same input is used again.

    Parameters
    ----------
    run
        A publication, or ``published`` for the one that readers see: it is shown as it was frozen.
    budget, training
        Other limits than the stated ones: euro, new caseworkers.
    late
        Most case-months beyond the time limits in the mean of the worst tenth of the draws.
    intake
        New cases of the whole agency by month, e.g. an inflow forecast of its country: draw by draw the same ones.
    forecast
        Which saved forecast ``intake`` is, named beside the plan.

    Raises
    ------
    ContradictionError
        If no plan keeps every limit; says how far each alone must give way.
    """
    if run:
        return _reopened(chosen(STUDY, run, runs).run)
    if not 1 <= horizon <= 36 or draws < 20:
        raise AssumptionError(f"{draws} draws of {horizon} months", do="plan 1 to 36 months with at least 20 draws")
    data = eased(read_agency(locality), budget=budget, training=training, late=late)
    given = None if intake is None else months_of(intake, data.months(horizon))
    frame, sources = wait.read_ages(locality=locality) if "ages" in localities.load(locality).tables else (None, ())
    scenario: dict[str, Any] = {
        "locality": str(locality),
        "horizon": horizon,
        "draws": draws,
        "seed": seed,
        "budget": data.limits.budget,
        "training": data.limits.training,
        "late": data.limits.late,
        "parameters": {p.name: [str(v.value) for v in p.values] for p in data.parameters},
        "intake": None if given is None else given.tolist(),
        "forecast": None if forecast is None else asdict(forecast),
    }
    caveats = (*((SYNTHETIC,) if data.synthetic else ()), ASSUMED, TOGETHER)

    def compute(folder: Path) -> Mapping[str, Any]:
        return _compute(folder, data, horizon, draws, seed, given)

    store = RunStore.at(runs)
    return _opened(store.get_or_run(STUDY, scenario, data.inputs, compute, caveats), data, frame, sources)


def eased(
    data: AgencyData, *, budget: float | None = None, training: float | None = None, late: float | None = None
) -> AgencyData:
    """Return the agency with other limits; None keeps the stated one."""
    given = {"budget": budget, "training": training, "late": late}
    for name, value in given.items():
        if value is not None and (value < 0 or not np.isfinite(value)):
            raise AssumptionError(f"'{name}' is {value:g}", do="state a number that is not negative")
    return replace(data, limits=replace(data.limits, **{k: v for k, v in given.items() if v is not None}))


def months_of(intake: Draws, months: list[str]) -> np.ndarray:
    """Return an inflow forecast's cases by draw and month planned, summed over everything else."""
    if "month" not in intake.dims:
        raise DataError("the intake has no months", do="give draws by month, as an inflow forecast has them")
    missing = [month for month in months if month not in intake.labels("month")]
    if missing:
        known = intake.labels("month")
        raise DataError(
            f"the intake forecast does not reach {missing[0]}",
            why=f"it holds {known[0]} to {known[-1]}; every month planned needs an intake",
            do=f"make an inflow forecast that reaches {months[-1]}, from newer figures or with a larger --horizon",
        )
    others = [dim for dim in intake.dims if dim != "month"]
    chosen = intake.sum(*others) if others else intake
    found: np.ndarray = chosen.select(month=months).values.to_numpy()
    return found


def _compute(
    folder: Path, data: AgencyData, horizon: int, draws: int, seed: int, given: np.ndarray | None
) -> Mapping[str, Any]:
    uncertain = data.drawn(horizon=horizon, size=draws, seed=seed, intake=given)
    stated = staffing.problem(data, uncertain)
    made = staffing.plan(stated)
    believed = staffing.plan(stated.mean(), number=1)
    choices = {"today": staffing.no_orders(data), "mean": believed.orders, "plan": made.orders}
    judged = {name: staffing.judge(data, uncertain, stated, orders) for name, orders in choices.items()}
    whole = {name: _whole(data, uncertain, choices[name], seed) for name in ("today", "plan")}
    arrays: dict[str, Any] = {
        **{f"backlog_{name}": values for name, values in whole.items()},
        **{f"total_{name}": found.total for name, found in judged.items()},
        **{f"orders_{name}": values for name, values in vars(made.orders).items()},
        "price": staffing.prices_of_a_caseworker(data, uncertain, stated, made.orders),
        "output": judged["plan"].path.done[:, :, :, _decision(data)].sum(axis=(2, 3)),
        "intake": np.zeros((0, 0)) if given is None else given,
    }
    np.savez_compressed(folder / ARRAYS, **arrays)
    words = {
        "costs": {name: {k: float(v.mean()) for k, v in found.parts.items()} for name, found in judged.items()},
        "causes": staffing.causes(data, uncertain, made.orders),
        "end": float(judged["plan"].path.backlog[:, -1].mean()),
        "horizon": horizon,
        "seed": seed,
    }
    (folder / WORDS).write_text(json.dumps(words, indent=2) + "\n", encoding="utf-8")
    return {name: float(found.total.mean()) for name, found in judged.items()}


def _decision(data: AgencyData) -> int:
    return data.agency.stages.index("decision") if "decision" in data.agency.stages else 0


def _whole(data: AgencyData, uncertain: Uncertain, orders: Orders, seed: int) -> np.ndarray:
    """Return whole cases waiting by stage, axes (draw, stage, month)."""
    given = capacity(data.agency, data.assumed, uncertain, staffing.staffed(orders))
    path = simulate(data.agency, data.assumed, uncertain, given, seed=seed)
    found: np.ndarray = path.waiting.sum(axis=(2, 4)).transpose(0, 2, 1).astype(np.int32)
    return found


def _opened(run: SavedRun, data: AgencyData, frame: pd.DataFrame | None, sources: tuple[Any, ...]) -> CapacityResult:
    words = json.loads((run.folder / WORDS).read_text(encoding="utf-8"))
    used = run.record.scenario.get("forecast")
    with np.load(run.folder / ARRAYS) as held:
        arrays = {name: held[name] for name in held.files}
    months = [data.as_of, *data.months(words["horizon"])]
    labels = {"stage": list(data.agency.stages), "month": months}
    costs = pd.DataFrame(words["costs"]).T
    output = arrays["output"].astype(float)
    intake = None if arrays["intake"].size == 0 else arrays["intake"]
    change = change_of_output(data, output)
    promised = (
        Waits((), {}, data.as_of, (), False)
        if frame is None
        else wait.promises(
            frame, output_change=change, waited=WAITED, seed=words["seed"], sources=sources, planned=change is not None
        )
    )
    return CapacityResult(
        run.record,
        data,
        words["horizon"],
        Draws.from_array(arrays["backlog_plan"], labels, "cases"),
        Draws.from_array(arrays["backlog_today"], labels, "cases"),
        Orders(**{n: arrays[f"orders_{n}"] for n in Orders.__dataclass_fields__}),
        costs,
        {name: arrays[f"total_{name}"] for name in words["costs"]},
        arrays["price"],
        words["causes"],
        promised,
        intake,
        None if used is None else ForecastUsed(**used),
        change,
        words["end"],
        words["seed"],
        run.reused,
    )


def change_of_output(data: AgencyData, output: np.ndarray) -> np.ndarray | None:
    """Return decisions ahead relative to the last six months', (draw, month); None where the past is not known."""
    if data.closed is None:
        return None
    last = np.nansum(data.closed[-wait.LAST_MONTHS :, :, _decision(data)], axis=1).mean()
    return None if last <= 0 else np.maximum(output, 0.0) / last


def latest(*, runs: str | Path | None = None) -> CapacityResult | None:
    """Return the newest saved plan, or None; nothing is optimised."""
    store = RunStore.at(runs)
    run = store.latest(STUDY)
    if run is None:
        return None
    if not store.whole(run):
        raise DataError(
            "the saved plan is damaged",
            where=str(run.folder),
            why="its files are not those that were saved",
            do="delete this folder, then make the plan again with `workbench capacity plan`",
        )
    return _reopened(run)


def published(*, runs: str | Path | None = None) -> tuple[CapacityResult, Publication] | None:
    """Return the published plan that readers are to see, and its publication; None if there is none."""
    found = archive_of(runs).shown(STUDY)
    return None if found is None else (_reopened(found.run), found)


def _reopened(run: SavedRun) -> CapacityResult:
    """Return a saved plan beside its agency, whose tables are read again and must be those it was made with."""
    told = run.record.scenario
    data = eased(read_agency(told["locality"]), budget=told["budget"], training=told["training"], late=told["late"])
    now = {vintage.name: vintage.fingerprint for vintage in data.inputs}
    changed = sorted(v.name for v in run.record.inputs if now.get(v.name) != v.fingerprint)
    stated = {p.name: [str(v.value) for v in p.values] for p in data.parameters}
    changed += [] if stated == told["parameters"] else ["parameters"]
    if changed:
        raise DataError(
            f"'{changed[0]}' of the agency has changed since the plan was made",
            where=str(run.folder),
            why="orders and draws belong to the tables they were made with",
            do="make the plan again with `workbench capacity plan`",
        )
    has_ages = "ages" in localities.load(told["locality"]).tables
    frame, sources = wait.read_ages(locality=told["locality"]) if has_ages else (None, ())
    return _opened(run, data, frame, sources)


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What other hires and another intake would bring, on the plan's draws: cases waiting and cost beside the plan."""

    backlog: np.ndarray
    cost: float
    plan_cost: float
    stated: StaffingProblem


def what_if(
    result: CapacityResult, *, more_hires: Mapping[tuple[str, str], float] | None = None, intake: float = 1.0
) -> WhatIf:
    """Return what more (or fewer) hires at some teams, and another intake, would bring.

    Parameters
    ----------
    more_hires
        Caseworkers beside the plan's by (unit, stage).
    intake
        Intake relative to the draws, 1.2 for a fifth more.
    """
    data, uncertain = result.data, result.uncertain(len(result.totals["plan"]))
    if not 0 <= intake <= 5:
        raise AssumptionError(f"an intake of {intake:g} times the forecast", do="choose 0 to 5")
    hires = result.orders.hires.copy()
    for (unit, stage), number in (more_hires or {}).items():
        hires[data.agency.units.index(unit), data.agency.stages.index(stage)] += number
    told = replace(uncertain, intake=uncertain.intake * intake) if intake != 1 else uncertain
    stated = staffing.problem(data, told)
    orders = replace(result.orders, hires=np.maximum(hires, 0.0))
    found = staffing.judge(data, told, stated, orders)
    return WhatIf(found.path.backlog, float(found.total.mean()), float(result.totals["plan"].mean()), stated)
