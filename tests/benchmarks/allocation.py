"""How near to the best, how soon? The allocation search beside general solvers, each in its own process.

    python tests/benchmarks/allocation.py goals peers sizes whatif draws [--seeds 3] [--limit 60] [--write]

CP-SAT needs the extra ``bench`` (``uv pip install --constraint requirements.lock --editable '.[bench]'``).
Each row is kept in ``output/allocation-benchmark.jsonl`` as soon as it is measured; a run that was interrupted goes on
from there, and ``--write`` puts the rows kept into RESULTS.md. Households and scores are made up from a seed: sizes as
in asylum settlement, scores of type, place and chance, places of very different room.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

SHAPES = [(1, 0), (2, 0), (1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5)]
SHARES = [0.42, 0.12, 0.07, 0.05, 0.08, 0.11, 0.08, 0.05, 0.02]
GOALS = {
    "10,000, room 115 %": dict(households=10_000),
    "10,000, room 102 %, one place a fifth": dict(households=10_000, room=1.02, fifth=True),
    "10,000, persons, seats, dwellings, floors": dict(households=10_000, services=True),
    "1,000, room 102 %": dict(households=1000, room=1.02),
}
COMPARED = {
    f"{n:,}, room {100 * room:.0f} %": dict(households=n, room=room)
    for n in (500, 1000, 2000, 10_000, 50_000)
    for room in (1.15, 1.02)
}
LARGEST = {"100,000, room 115 %": dict(households=100_000)}
TIGHT = {"1,000, room 102 %": GOALS["1,000, room 102 %"]}
DRAWS = 200
KEPT = Path("output/allocation-benchmark.jsonl")
RESULTS = Path(__file__).parent / "RESULTS.md"
SECTION = "Allocation"
SOLVERS = ("ours", "cvxpy", "milp", "cp-sat")
MOST_GIGABYTES = 16
"""Memory that one case may take: a solver that would need more is not tried, one that takes more is ended."""
START_MEGABYTES = 300
"""What a process holds before it states any pair."""


def tables(households, places=356, room=1.15, seed=0, fifth=False, services=False):
    """Households, places and wide scores of a made-up year."""
    draw = np.random.default_rng([seed, households])
    shape = np.array(SHAPES)[draw.choice(len(SHAPES), households, p=np.array(SHARES) / sum(SHARES))]
    adults, children = shape.T
    kind = draw.integers(0, 8, households)
    logit = draw.normal(0, 0.5, 8)[kind][:, None] + draw.normal(0, 0.5, places)
    logit = logit + draw.normal(0, 0.6, (8, places))[kind] + draw.normal(0, 0.4, (households, places))
    weight = draw.lognormal(0, 1, places)
    if fifth:
        weight[0] = weight[1:].sum() / 4
    wanted = int(np.ceil(room * shape.sum()))
    capacity = np.maximum(1, np.floor(weight / weight.sum() * wanted)).astype(int)
    for place in draw.integers(int(fifth), places, max(0, wanted - capacity.sum())):
        capacity[place] += 1
    names = [f"H{i:06d}" for i in range(households)]
    towns = [f"P{j:03d}" for j in range(places)]
    homes = pd.DataFrame({"household": names, "adults": adults, "children": children, "seniors": 0})
    where = pd.DataFrame({"place": towns, "capacity": capacity})
    if services:
        accessible = draw.random(households) < 0.06
        school = np.where(children > 0, "school", "")
        homes["needs"] = [
            ";".join(filter(None, pair)) for pair in zip(school, np.where(accessible, "home", ""), strict=True)
        ]
        share = capacity / capacity.sum()
        where["capacity_school"] = np.rint(share * children.sum() * 1.1 * draw.lognormal(0, 0.3, places)).astype(int)
        where["capacity_home"] = np.rint(share * accessible.sum() * 1.3 * draw.lognormal(0, 0.5, places)).astype(int)
        where["minimum"] = np.where(draw.random(places) < 0.3, np.floor(0.9 * capacity), 0).astype(int)
    scores = pd.DataFrame(1 / (1 + np.exp(-logit)), columns=towns)
    scores.insert(0, "household", names)
    return homes, where, scores


def problem_of(**case):
    from workbench.decisions.allocation import problem_from_tables

    counts = {"school": "children", "home": "households"} if case.get("services") else {}
    return problem_from_tables(*tables(**case), counts=counts)


def ours(problem, limit):
    from workbench.decisions.allocation import solve

    plan = solve(problem, time_limit=limit)
    return plan.value if plan.persons_placed == plan.persons else None, plan.bound


def _linear(problem):
    import scipy.sparse as sp

    pairs = problem.columns
    number = np.arange(len(pairs))
    one = sp.csr_matrix((np.ones(len(pairs)), (pairs.item, number)), shape=(problem.items, len(pairs)))
    shape = (len(problem.place_names), len(pairs))
    room = [
        sp.csr_matrix((problem.size[pairs.item, d], (pairs.place, number)), shape=shape)
        for d in range(len(problem.dimensions))
    ]
    return problem.value[pairs.item, pairs.place], one, room


def cvxpy(problem, limit):
    import cvxpy as cp

    worth, one, room = _linear(problem)
    x = cp.Variable(len(worth), boolean=True)
    rules = [one @ x == 1, *(each @ x <= problem.capacity[:, d] for d, each in enumerate(room))]
    stated = cp.Problem(cp.Maximize(worth @ x), [*rules, room[0] @ x >= problem.minimum])
    stated.solve(solver="HIGHS", highs_options={"time_limit": limit, "mip_rel_gap": 5e-4})
    value = None if x.value is None else float(worth @ np.rint(x.value))
    return value, -float(getattr(stated.solver_stats.extra_stats, "mip_dual_bound", -np.inf))


def milp(problem, limit):
    from scipy.optimize import Bounds, LinearConstraint, milp

    worth, one, room = _linear(problem)
    rules = [LinearConstraint(one, 1, 1), LinearConstraint(room[0], problem.minimum, problem.capacity[:, 0])]
    rules += [LinearConstraint(each, -np.inf, problem.capacity[:, d + 1]) for d, each in enumerate(room[1:])]
    done = milp(
        -worth,
        integrality=np.ones(len(worth)),
        bounds=Bounds(0, 1),
        constraints=rules,
        options={"time_limit": limit, "mip_rel_gap": 5e-4},
    )
    value = None if done.x is None else float(worth @ np.rint(done.x))
    return value, np.inf if done.mip_dual_bound is None else -float(done.mip_dual_bound)


def cp_sat(problem, limit):
    from ortools.sat.python import cp_model

    worth, one, room = _linear(problem)
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in worth]
    for i in range(one.shape[0]):
        model.add_exactly_one(x[k] for k in one.indices[one.indptr[i] : one.indptr[i + 1]])
    for d, each in enumerate(room):
        for j in range(each.shape[0]):
            at = slice(each.indptr[j], each.indptr[j + 1])
            load = sum(int(s) * x[k] for k, s in zip(each.indices[at], each.data[at], strict=True))
            model.add(load <= int(min(problem.capacity[j, d], 10**9)))
    model.maximize(sum(round(w * 1e6) * each for w, each in zip(worth, x, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit
    solver.parameters.relative_gap_limit = 5e-4
    done = solver.solve(model)
    value = solver.objective_value / 1e6 if done in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
    return value, solver.best_objective_bound / 1e6


def what_if(case, limit):
    """Three pins in turn on a plan that is there: the worst gap; seconds a pin, by clock and processor."""
    from workbench.decisions.allocation import Session

    homes, where, scores = tables(**case)
    session = Session.begin(homes, where, scores)
    at, seconds, cpu, gaps = session.plan.assignment, [], [], []
    for row in at.iloc[[0, len(at) // 2, len(at) - 1]].itertuples():
        began, worked = time.perf_counter(), time.process_time()
        session = session.pin(row.household, row.runner_up, "benchmark")
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
        gaps.append(session.plan.gap)
    return {"seconds": float(np.mean(seconds)), "cpu": float(np.mean(cpu)), "gap": max(gaps)}


def draws(case, limit):
    """The same households under draws of the scores, each plan from the one before: the worst gap, seconds in all."""
    from workbench.decisions.allocation import problem_from_tables, solve

    homes, where, scores = tables(**case)
    draw, plan, gaps, began = np.random.default_rng(1), None, [], time.perf_counter()
    for _ in range(DRAWS):
        moved = scores.copy()
        cells = moved.drop(columns="household").to_numpy()
        logit = np.log(cells / (1 - cells)) + draw.normal(0, 0.2, cells.shape[1])
        moved.iloc[:, 1:] = 1 / (1 + np.exp(-logit))
        plan = solve(problem_from_tables(homes, where, moved), gap=1e-3, time_limit=limit, start=plan)
        gaps.append(plan.gap)
    return {"seconds": time.perf_counter() - began, "gap": max(gaps)}


def measure(case, solver, limit):
    """Solve one case in this process; print what it took as one line of JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_GIGABYTES * 2**30,) * 2)
    problem = problem_of(**case)
    if solver in ("ours", "what-if", "draws"):
        ours(problem_of(households=60, places=300, seed=9, services=bool(case.get("services"))), 5)  # compiled, cached
    began, cpu = time.perf_counter(), time.process_time()
    if solver in ("what-if", "draws"):
        told = {"what-if": what_if, "draws": draws}[solver](case, limit)
    else:
        try:
            value, bound = {"ours": ours, "cvxpy": cvxpy, "milp": milp, "cp-sat": cp_sat}[solver](problem, limit)
        except ModuleNotFoundError as missing:
            print(json.dumps({"said": f"{missing.name} is not installed"}))
            return
        told = {"seconds": time.perf_counter() - began}
        told["gap"] = None if value is None or not np.isfinite(bound) else (bound - value) / max(1.0, abs(bound))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"cpu": time.process_time() - cpu, "megabytes": megabytes, **told}
    print(json.dumps(told))


def line(row):
    head = f"| {row['case']} | {row['seed']} | {row['solver']} |"
    if "said" in row:
        return f"{head} {row['said']} | | | | {row['load']:.0f} |"
    gap = "no plan" if row["gap"] is None else f"{100 * row['gap']:.3f} %"
    figures = f"{row['seconds']:.1f} | {row['cpu']:.1f} | {gap} | {row['megabytes']:.0f} | {row['load']:.0f}"
    return f"{head} {figures} |"


def jobs(parts, seeds):
    """Yield what is to be measured, the goals first: part, case, solver, seed."""
    ours = (
        ("goals", GOALS, ("ours",), seeds),
        ("whatif", TIGHT, ("what-if",), seeds),
        ("sizes", LARGEST, ("ours",), 1),
    )
    beside = (("peers", COMPARED, SOLVERS, 1), ("draws", TIGHT, ("draws",), 1))
    for part, cases, solvers, number in (*ours, *beside):
        for name in cases if part in parts else ():
            for seed in range(number):
                for solver in solvers:
                    yield part, name, {**cases[name], "seed": seed}, solver, seed


def too_large(rows, case, solver):
    """Say what a case would need by the solver's largest case so far, in proportion; '' where that is not too much."""
    done = [
        (COMPARED[row["case"]]["households"], row["megabytes"])
        for row in rows
        if row["part"] == "peers" and row["solver"] == solver and "megabytes" in row
    ]
    if not done or solver == "ours":
        return ""
    households, megabytes = max(done)
    need = (START_MEGABYTES + (megabytes - START_MEGABYTES) * case["households"] / households) / 1024
    return f"not tried: would need about {need:.0f} GB (by {households:,})" if need > MOST_GIGABYTES else ""


def run(one, limit):
    """Measure one case in a process of its own; a solver that does not come back in time has no plan."""
    command = [sys.executable, __file__, "--one", json.dumps(one), "--limit", str(limit)]
    patience = 60 * limit if one["solver"] == "draws" else 8 * limit
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patience)
    except subprocess.TimeoutExpired:
        return {"said": f"not back after {patience:.0f} s"}
    if "MemoryError" in done.stderr or "bad_alloc" in done.stderr:
        return {"said": f"ended: more than {MOST_GIGABYTES} GB"}
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    return {"said": "ended by the system" if done.returncode < 0 else done.stderr.strip()[-120:].replace("\n", " ")}


def written(rows):
    """Put the rows kept into RESULTS.md, in place of the section that stands there."""
    head = "| case | seed | solver | seconds | CPU seconds | certified gap | MB | load |\n" + "|---" * 8 + "|"
    names = {
        "goals": "Goals",
        "sizes": "Largest",
        "peers": "Beside general solvers",
        "whatif": "What-if",
        "draws": "Draws",
    }
    made = []
    for part, title in names.items():
        if here := [row for row in rows if row["part"] == part]:
            command = f"python tests/benchmarks/allocation.py {part} --limit {here[0]['limit']:g}"
            made.append(f"**{title}**: `{command}`\n\n{head}\n" + "\n".join(map(line, here)))
    old = RESULTS.read_text(encoding="utf-8")
    told = f"{rows[-1]['date']}, {os.cpu_count()} processors; load is that of the whole machine as each case began."
    block = f"### Measured\n\n{told}\n\n" + "\n\n".join(made) + "\n\n"
    section = re.search(rf"^## {SECTION}\n.*?(?=^## |\Z)", old, re.M | re.S)
    before, mine, after = (old, f"\n\n## {SECTION}\n\n", "") if section is None else (
        old[: section.start()], section.group(), old[section.end() :]
    )  # fmt: skip
    new = before + re.sub(r"^### Measured\n.*", "", mine, flags=re.M | re.S).rstrip() + "\n\n" + block + after
    RESULTS.write_text(new.rstrip() + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["goals"], help="goals, peers, sizes, whatif, draws")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--only", default="", help="cases whose name begins so")
    parser.add_argument("--write", action="store_true", help="update RESULTS.md from the rows kept")
    parser.add_argument("--one", help="for the program itself: one case as JSON")
    asked = parser.parse_args()
    if asked.one:
        one = json.loads(asked.one)
        measure(one["case"], one["solver"], asked.limit)
        return
    rows = [json.loads(text) for text in KEPT.read_text().splitlines()] if KEPT.exists() else []
    have = {(row["part"], row["case"], row["solver"], row["seed"], row["limit"]) for row in rows}
    KEPT.parent.mkdir(exist_ok=True)
    for part, name, case, solver, seed in jobs(asked.parts, asked.seeds):
        if (part, name, solver, seed, asked.limit) in have or not name.startswith(asked.only):
            continue
        head = {"part": part, "case": name, "solver": solver, "seed": seed, "limit": asked.limit}
        head |= {"date": time.strftime("%Y-%m-%d"), "load": os.getloadavg()[0]}
        large = too_large(rows, case, solver) if part == "peers" else ""
        rows.append({**head, **({"said": large} if large else run({"case": case, "solver": solver}, asked.limit))})
        with KEPT.open("a") as kept:
            kept.write(json.dumps(rows[-1]) + "\n")
        print(line(rows[-1]), flush=True)
    if asked.write and rows:
        written(rows)


if __name__ == "__main__":
    main()
