"""Made-up results in the shape that the studies return: no model, no solver, the same on every call."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months, horizon_months, month_number, month_range
from workbench.core.draws import Draws
from workbench.core.runs.provenance import RunRecord, Source, Vintage
from workbench.models.quality import Quality

SOURCE = Source("Statistical Office of Nowhere", "Asylum applicants by month", "CC BY 4.0", "made up for a test")
NAMES = {"AA": "Aland", "BB": "Bergland", "CC": "Côte-d’Est", "DD": "Dalarike", "EE": "Österland", "FF": "Fjordane"}


def record(study: str = "inflow", caveats: tuple[str, ...] = ("The figures are made up.",)) -> RunRecord:
    return RunRecord(
        study=study,
        key="0123456789abcdef" * 4,
        scenario={"as_of": "2019-09", "seed": 1},
        inputs=(Vintage("arrivals", SOURCE, "2019-09", "fedcba9876543210" * 4),),
        versions={"migration-workbench": "0.1.0", "python": "3.11.9", "numpy": "2.3.0"},
        created="2026-11-20T10:11:12+00:00",
        caveats=caveats,
        results={},
    )


def made_up_arrivals(destinations: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    months = month_range("2015-01", "2020-03")
    rows = []
    for at, code in enumerate(list(NAMES)[:destinations]):
        level = 6000 / 2.2**at * np.exp(np.cumsum(rng.normal(0, 0.1, len(months))))
        season = 1 + 0.1 * np.sin(np.array([month_number(m) for m in months]) * np.pi / 6)
        rows.append(pd.DataFrame({"month": months, "destination": code, "persons": np.rint(level * season / 5) * 5}))
    return pd.concat(rows, ignore_index=True)


def inflow_result(
    arrivals: pd.DataFrame | None = None,
    names: dict[str, str] | None = None,
    *,
    as_of: str = "2019-09",
    horizon: int = 6,
    draws: int = 1000,
    converged: bool = True,
    sources: tuple[Source, ...] = (SOURCE,),
    with_record: RunRecord | None = None,
) -> SimpleNamespace:
    table = made_up_arrivals() if arrivals is None else arrivals
    names = NAMES if names is None else names
    known = table[table["month"] <= as_of].reset_index(drop=True)
    ahead = horizon_months(as_of, horizon)
    rng = np.random.default_rng(11)
    codes = sorted(known["destination"].unique())
    values = np.zeros((draws, len(codes), horizon), dtype=int)
    for at, code in enumerate(codes):
        series = known[known["destination"] == code].set_index("month")["persons"]
        before = np.array([max(series.get(add_months(m, -12), series.iloc[-1]), 1.0) for m in ahead])
        drift = np.log(max(series.iloc[-3:].mean(), 1) / max(series.iloc[-15:-12].mean(), 1))
        walk = np.cumsum(rng.standard_t(5, (draws, horizon)) * 0.09, axis=1)
        values[:, at] = np.rint(before * np.exp(drift + walk))
    return SimpleNamespace(
        record=with_record or record(),
        as_of=as_of,
        horizon=horizon,
        arrivals=known,
        later=table[table["month"].isin(ahead)].reset_index(drop=True),
        draws=Draws.from_array(values, {"destination": codes, "month": ahead}),
        diagnostics=SimpleNamespace(
            ok=converged, sentence=lambda: "The fit passed its checks: R-hat 1.003, 0 divergences, smallest ESS 840."
        ),
        names={code: names.get(code, code) for code in codes},
        sources=sources,
        quality=Quality(()),
    )


def made_up_places(count: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    near = np.arange(count) < count // 3
    return pd.DataFrame(
        {
            "place": [f"{k:04d}" for k in range(count)],
            "name": [f"Småby {k}" for k in range(count)],
            "county": [f"County {k % 4}" for k in range(count)],
            "lon": np.where(near, rng.normal(10.7, 0.3, count), rng.uniform(5, 28, count)),
            "lat": np.where(near, rng.normal(59.9, 0.2, count), rng.uniform(58, 70.5, count)),
            "capacity": rng.integers(0, 11, count),
        }
    )


def allocation_result(
    places: pd.DataFrame | None = None, *, households: int = 90, sources: tuple[Source, ...] = (SOURCE,), seed: int = 7
) -> SimpleNamespace:
    places = made_up_places() if places is None else places
    rng = np.random.default_rng(seed)
    persons = rng.choice([1, 2, 3, 4, 5, 7], households, p=[0.4, 0.15, 0.15, 0.15, 0.1, 0.05])
    groups = rng.choice(
        ["single adults", "families", "large families", "wheelchair users"], households, p=[0.4, 0.4, 0.12, 0.08]
    )
    left = places["capacity"].to_numpy().astype(int).copy()
    assigned, unplaced = [], []
    for at in range(households):
        score = np.where(left >= persons[at], rng.beta(4, 3, len(left)), -1.0)
        to = int(score.argmax())
        if score[to] < 0:
            linked = f"linked with h{at - 1} (9 persons together): " if at % 5 == 0 else ""
            why = linked + f"the {at} places that may take its {persons[at]} persons: {at} without room in persons"
            if persons[at] < 3:
                why = "needs rehabilitation, which no place offers"
            unplaced.append((f"h{at}", int(persons[at]), why))
            continue
        left[to] -= persons[at]
        assigned.append((f"h{at}", places["place"].iloc[to], float(score[to]), "", 0.1))
    plan_assignment = pd.DataFrame(assigned, columns=["household", "place", "score", "runner_up", "price"])
    frame = pd.DataFrame({"household": [f"h{k}" for k in range(households)], "persons": persons, "group": groups})
    scored = frame.merge(plan_assignment[["household", "score"]], on="household", how="left")
    scored["placed"] = scored["persons"].where(scored["score"].notna(), 0)
    by_group = scored.groupby("group", as_index=False).agg(
        households=("household", "size"),
        persons=("persons", "sum"),
        placed_persons=("placed", "sum"),
        mean_score=("score", "mean"),
    )
    capacity = places["capacity"].to_numpy().astype(int)
    placed = capacity - left
    price = np.where(left == 0, rng.gamma(2, 0.12, len(left)), 0.0) * (capacity > 0)
    value = float(plan_assignment["score"].sum())
    plan = SimpleNamespace(
        assignment=plan_assignment,
        ties="",
        unplaced=pd.DataFrame(unplaced, columns=["household", "persons", "why"]),
        by_place=pd.DataFrame(
            {"place": places["place"], "capacity": capacity, "placed": placed, "shadow_price": price}
        ),
        by_group=by_group,
        value=value,
        bound=value * 1.0004,
        gap=0.00037,
        persons=int(persons.sum()),
        persons_placed=int(placed.sum()),
        persons_placed_bound=int(placed.sum()) + 2,
        households_placed=len(plan_assignment),
        status="The total score is certified to within 0.037% of what any such plan could reach.",
        objective="place-first",
        seconds=1.2,
        score_name="needs-and-ties matching",
        reaches=lambda asked: asked >= 0.00037,
        persons_gap=0.0,
        worst_off=str(by_group.sort_values("mean_score")["group"].iloc[0]),
    )
    assumptions = pd.DataFrame(
        [
            ("earlier_quarters_share", 0.75, "share of accepted places", "assumption", "settlement spread evenly"),
            ("language_community_persons", 50.0, "persons", "assumption", "a round number"),
        ],
        columns=["parameter", "value", "unit", "kind", "source"],
    )
    return SimpleNamespace(
        record=record("allocation", ()),
        plan=plan,
        households=frame,
        places=places.assign(services="", languages=""),
        assumptions=assumptions,
        sources=sources,
        year=2021,
        quarter=4,
        synthetic=True,
        asked=0.0005,
    )
