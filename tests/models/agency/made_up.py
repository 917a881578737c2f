"""Make the tables of the shipped synthetic agency. Run it with the folder to write to; a test compares."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20261031
UNITS = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Larch", "Maple", "Oak", "Pine", "Rowan")
STAGES = ("registration", "interview", "decision", "appeal", "settlement", "return")
TYPES = ("minor", "standard", "accelerated")
HOURS = {"registration": 3.0, "interview": 9.0, "decision": 12.0, "appeal": 10.0, "settlement": 5.0, "return": 8.0}
FACTOR = {"minor": 1.5, "standard": 1.0, "accelerated": 0.6}
MIX = {"minor": 0.08, "standard": 0.67, "accelerated": 0.25}
MONTHS_WAITING = {
    "registration": 0.4,
    "interview": 3.0,
    "decision": 4.5,
    "appeal": 3.0,
    "settlement": 1.5,
    "return": 3.0,
}
LOAD = {"registration": 0.95, "interview": 1.10, "decision": 1.12, "appeal": 1.03, "settlement": 0.97, "return": 1.0}
ROUTES = {
    "registration": {"interview": 960, "withdrawn": 25, "transferred": 15},
    "interview": {"decision": 970, "withdrawn": 30},
    "decision": {"settlement": 450, "appeal": 400, "return": 100, "withdrawn": 50},
    "appeal": {"decision": 120, "settlement": 130, "return": 600, "withdrawn": 150},
    "settlement": {"settled": 1000},
    "return": {"returned": 900, "registration": 60, "closed": 40},
}
INTAKE = 1500
PAID = 150 * (1 - 0.22)
MONTHS = [f"{2025 + (10 + i) // 12}-{(10 + i) % 12 + 1:02d}" for i in range(12)]
COHORTS = 30
CHANCE = {"minor": (0.16, 0.10), "standard": (0.05, 0.11), "accelerated": (0.12, 0.14)}
"""Monthly chance of a decision at the start, and what is added to it as waiting goes on."""


def flows() -> dict[str, np.ndarray]:
    """Return for each type the cases that pass each stage for one new case."""
    found = {}
    for kind in TYPES:
        ways = np.zeros((len(STAGES), len(STAGES)))
        for stage, to in ROUTES.items():
            for target, cases in to.items():
                if target in STAGES:
                    ways[STAGES.index(stage), STAGES.index(target)] = cases / sum(to.values())
        start = np.eye(len(STAGES))[0]
        found[kind] = np.linalg.solve(np.eye(len(STAGES)) - ways.T, start)
    return found


def tables() -> dict[str, pd.DataFrame]:
    """Return every table of the agency by its file's name."""
    rng = np.random.default_rng(SEED)
    size = rng.dirichlet(np.full(len(UNITS), 6.0))
    passing = flows()
    queues, teams, past = [], [], []
    for u, unit in enumerate(UNITS):
        for k, stage in enumerate(STAGES):
            each = {c: INTAKE * size[u] * MIX[c] * passing[c][k] for c in TYPES}
            stated = {c: HOURS[stage] * FACTOR[c] for c in TYPES}
            work = sum(each[c] * stated[c] for c in TYPES)
            load = LOAD[stage] * np.exp(rng.normal(0, 0.06))
            staff = round(work / PAID / load, 1)
            teams.append((unit, stage, staff))
            for c in TYPES:
                months = MONTHS_WAITING[stage] * np.exp(rng.normal(0, 0.25)) * (0.5 if c == "minor" else 1.0)
                queues.append((unit, stage, c, round(each[c] * months), round(stated[c], 1)))
            truth = np.exp(rng.normal(0, 0.12))
            mean = work / sum(each.values())
            for month in MONTHS:
                hours = staff * PAID * np.exp(rng.normal(0, 0.04))
                past.append(
                    (month, unit, stage, int(hours / (mean * truth * np.exp(rng.normal(0, 0.08)))), round(hours))
                )
    routes = [(s, c, to, cases * MIX[c]) for s, ways in ROUTES.items() for c in TYPES for to, cases in ways.items()]
    intake = [(unit, c, round(INTAKE * size[u] * MIX[c], 1)) for u, unit in enumerate(UNITS) for c in TYPES]
    return {
        "units": pd.DataFrame([(u, u) for u in UNITS], columns=["unit", "name"]),
        "queues": pd.DataFrame(queues, columns=["unit", "stage", "case_type", "waiting", "hours"]),
        "teams": pd.DataFrame(teams, columns=["unit", "stage", "staff"]),
        "routes": pd.DataFrame(routes, columns=["stage", "case_type", "next", "cases"]),
        "intake": pd.DataFrame(intake, columns=["unit", "case_type", "cases"]),
        "past": pd.DataFrame(past, columns=["period", "place", "stage", "output", "staff_hours"]),
        "ages": ages(rng),
    }


def chance(kind: str, age: np.ndarray) -> np.ndarray:
    """Return the monthly chance of a decision by whole months waited."""
    start, more = CHANCE[kind]
    return start + more * (1 - np.exp(-np.asarray(age) / 4.0))


def ages(rng: np.random.Generator) -> pd.DataFrame:
    """Return cohorts by month, each case decided or withdrawn by chance."""
    rows = []
    calendar = [f"{2024 + (4 + i) // 12}-{(4 + i) % 12 + 1:02d}" for i in range(COHORTS)]
    for kind in TYPES:
        for came in range(COHORTS):
            left = int(rng.poisson(INTAKE * MIX[kind]))
            for at in range(came, COHORTS):
                if left == 0:
                    break
                decided = int(rng.binomial(left, chance(kind, np.array(at - came))))
                gone = int(rng.binomial(left - decided, 0.006))
                rows.append(("all", kind, calendar[came], calendar[at], left, decided, gone))
                left -= decided + gone
    return pd.DataFrame(rows, columns=["stage", "case_type", "came", "month", "waiting", "decided", "withdrawn"])


if __name__ == "__main__":
    for name, table in tables().items():
        table.to_csv(Path(sys.argv[1]) / f"{name}.csv", index=False, lineterminator="\n")
