"""How does the forecast without quotas do on tables that no locality ships? Made-up tables, and what comes of them.

python tests/benchmarks/settlement_abroad.py tables DIR [SEED]   # write the tables (area, period, persons)
python tests/benchmarks/settlement_abroad.py walks DIR           # four more, whose shares only walk
python tests/benchmarks/settlement_abroad.py try DIR [KIND…]     # forecast and backtest each by command
python tests/benchmarks/settlement_abroad.py scores DIR…         # finished backtests beside the best rules
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.studies.settlement.backtest.backtest import FORECASTS, MODEL, SCORES

EXPECTED = (0, 1, 5, 20, 100, np.inf)
"""Limits of the classes, persons expected in an area, in which coverage is counted."""


@dataclass(frozen=True)
class World:
    """How a made-up table comes about; describes no real place.

    Attributes
    ----------
    areas, periods, each_year
        Size, and 1, 4 or 12 periods of a year.
    total
        Persons a period, about; ``swing``: how much totals walk from one period to the next (log).
    spread
        How different areas are (sd of log shares); ``largest``: share of one dominant area, 0 for none.
    step, tails, passing
        Lasting change of an area's log share from one period to the next (sd, degrees of freedom), and a passing one.
    household
        Mean persons that come together: counts vary more the larger it is.
    out, enters, leaves
        Share of small areas without anybody at first, and the chance of one to begin or to end in a period.
    season
        How much an area's share swings within the year (log).
    kept
        Share of persons who are there in the next period too: a stock; 0 is a flow.
    breaks
        Period from which on totals are five times as high and areas draw another step four times as large; 0: never.
    """

    areas: int
    periods: int
    each_year: int = 1
    total: float = 8000
    swing: float = 0.3
    spread: float = 1.3
    largest: float = 0.0
    step: float = 0.2
    tails: float = 5.0
    passing: float = 0.2
    household: float = 2.5
    out: float = 0.0
    enters: float = 0.0
    leaves: float = 0.0
    season: float = 0.0
    kept: float = 0.0
    breaks: int = 0


WORLDS = {
    "cities": World(450, 12, largest=0.12, spread=1.5, out=0.3, enters=0.04, leaves=0.05),
    "resettlement": World(352, 28, each_year=4, total=900, out=0.7, enters=0.02, leaves=0.02, passing=0.5, household=4),
    "stock": World(298, 24, each_year=4, total=60_000, kept=0.93, step=0.1, swing=0.1),
    "short": World(120, 5, total=5000, out=0.2, enters=0.05, leaves=0.05),
    "dominant": World(40, 10, largest=0.55, total=3000),
    "regions": World(8, 10, spread=0.7),
    "months": World(80, 48, each_year=12, total=1200, step=0.06, season=0.4, swing=0.1),
    "break": World(150, 14, breaks=9),
    "sparse": World(200, 12, out=0.75, enters=0.01, leaves=0.02, spread=1.8),
    "merging": World(120, 12, out=0.1, enters=0.02),
}

WALKS = {
    "steady": (50, 12, 0.2, 0.0),
    "sparse": (200, 12, 0.3, 0.6),
    "changing": (120, 12, 0.25, 0.1),
    "stock": (400, 24, 0.05, 0.0),
}
"""Areas, periods, step of a log share, and the chance of a small area to have nobody in a period."""


def made_up(world: World, seed: int) -> np.ndarray:
    """Return persons by period and area."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0, world.spread, world.areas)
    there = ~((rng.random(world.areas) < world.out) & (level < np.quantile(level, 0.9)))
    phase, totals = rng.normal(0, world.season, (world.each_year, world.areas)), np.log(world.total)
    rows: list[np.ndarray] = []
    for period in range(world.periods):
        size = world.step * (4 if period and period == world.breaks else 1)
        level = level + size * rng.standard_t(world.tails, world.areas) / np.sqrt(world.tails / (world.tails - 2))
        chance = rng.random(world.areas)
        small = level < np.quantile(level, 0.9)
        there = np.where(there, ~(small & (chance < world.leaves)), chance < world.enters)
        totals += rng.normal(0, world.swing) + (np.log(5) if period and period == world.breaks else 0)
        share = there * np.exp(level + phase[period % world.each_year] + rng.normal(0, world.passing, world.areas))
        if world.largest:
            share[0] = world.largest / (1 - world.largest) * share[1:].sum() * np.exp(rng.normal(0, 0.05))
        share /= share.sum()
        households = rng.poisson(np.exp(totals) / world.household * share)
        came = rng.poisson(households * (world.household - 1)) + households
        if world.kept and rows:
            came = rng.poisson((1 - world.kept) * came) + rng.binomial(rows[-1], world.kept)
        rows.append(came)
    return np.stack(rows)


def table(kind: str, seed: int = 1) -> pd.DataFrame:
    """Return a made-up table: columns area, period, persons; names have spaces."""
    world = WORLDS[kind]
    persons = made_up(world, seed)
    form = {1: "{y}", 4: "{y}-Q{p}", 12: "{y}-{p:02d}"}[world.each_year]
    labels = [form.format(y=2010 + t // world.each_year, p=t % world.each_year + 1) for t in range(len(persons))]
    names = [f"Area {a:03d} {'Old Town' if a % 7 else 'St. Mary'}" for a in range(world.areas)]
    rows = [(names[a], labels[t], int(persons[t, a])) for t in range(len(persons)) for a in range(world.areas)]
    found = pd.DataFrame(rows, columns=["area", "period", "persons"])
    if kind == "merging":  # from 2017 on three pairs of areas are one each, three areas have no rows from 2016 on
        year = found["period"].astype(int)
        for pair in range(3):
            both = found["area"].isin(names[20 + 2 * pair : 22 + 2 * pair]) & (year >= 2017)
            found["area"] = found["area"].mask(both, f"Merged {pair}")
        found = found[~(found["area"].isin(names[60:63]) & (year >= 2016))]
        found = found.groupby(["area", "period"], as_index=False)["persons"].sum()
    if kind == "resettlement":  # as such tables are published: no row where nobody came
        found = found[found["persons"] > 0]
    return found


def walk(kind: str, seed: int = 1) -> pd.DataFrame:
    """Return a table whose shares walk from period to period; describes no real place.

    ``steady``: 50 areas, shares walk. ``sparse``: 200 areas, most take nobody. ``changing``: 120 areas, some enter or
    end, two merge. ``stock``: 400 areas by quarter, shares hardly move.
    """
    areas, periods, step, zero = WALKS[kind]
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 1.2, areas) + np.cumsum(rng.normal(0, step, (periods, areas)), axis=0)
    there = rng.random((periods, areas)) >= zero * (level[0] < np.quantile(level[0], 0.8))
    labels = [f"{2010 + t}" if kind != "stock" else f"{2010 + t // 4}-Q{t % 4 + 1}" for t in range(periods)]
    names = [f"A{a:03d}" for a in range(areas)]
    if kind == "changing":
        there[:7, 100:110] = False  # enter
        there[6:, 90:95] = False  # end
    share = np.where(there, np.exp(level), 0.0)
    share /= share.sum(axis=1, keepdims=True)
    totals = rng.poisson(np.exp(rng.normal(9, 0.3, periods)))
    persons = np.stack([rng.multinomial(n, p) for n, p in zip(totals, share, strict=True)])
    rows = [(names[a], labels[t], int(persons[t, a])) for t in range(periods) for a in range(areas)]
    found = pd.DataFrame(rows, columns=["area", "period", "persons"])
    if kind == "changing":  # what ended has no rows; two areas become one
        late = found["period"].astype(int) >= 2016
        found = found[~(late & found["area"].isin(names[90:95]))]
        merged = found["area"].isin(names[80:82]) & (found["period"].astype(int) >= 2017)
        found = found.assign(area=found["area"].mask(merged, "MERGED"))
        found = found.groupby(["area", "period"], as_index=False)["persons"].sum()
    return found


def write(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Write made-up tables, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, found in tables.items():
        found.to_csv(folder / f"{kind}.csv", index=False)


def attempt(folder: Path, kinds: list[str]) -> None:
    """Run the commands on each table; print the first line, seconds and what looks wrong."""
    command = [str(Path(sys.executable).parent / "workbench"), "settlement"]
    for kind in kinds or list(WORLDS):
        data = ["--data", str(folder / f"{kind}.csv"), "--locality", "any", "--runs", str(folder / "runs")]
        out = folder / f"{kind}-forecast.csv"
        for job in (
            ["forecast", *data, "--horizon", "2", "--out", str(out), "--overwrite"],
            ["backtest", *data, "--draws", "250", "--out", str(folder / kind)],
        ):
            began = time.monotonic()
            ran = subprocess.run([*command, *job], capture_output=True, text=True, check=False)
            first = (ran.stdout or ran.stderr).strip().splitlines()[:1]
            print(f"{kind} {job[0]}: code {ran.returncode}, {time.monotonic() - began:.0f} s. {' '.join(first)}")
        if out.exists():
            looked_at(folder / f"{kind}.csv", out.with_name(f"{kind}-forecast-draws.parquet"))


def looked_at(data: Path, draws: Path) -> None:
    """Print the share of areas that never took part, foreseen and in earlier periods, and whether all adds up."""
    known = pd.read_csv(data, dtype={"period": str})
    wide = known.pivot_table(index="period", columns="area", values="persons", aggfunc="sum", fill_value=0)
    rows = pd.read_parquet(draws).query("level == 'municipality'")
    ahead = sorted(rows["year"].astype(str).unique())
    futures = rows[rows["year"].astype(str) == ahead[0]].pivot(index="draw", columns="area", values="persons")
    last, persons = len(wide) - len(ahead), wide.reindex(columns=futures.columns, fill_value=0).to_numpy()
    first = futures.to_numpy()
    never = persons[:last].sum(axis=0) == 0
    before = [persons[t, persons[:t].sum(axis=0) == 0].sum() / persons[t].sum() for t in range(2, last)]
    share = first[:, never].sum(axis=1) / first.sum(axis=1)
    high = 100 * np.quantile(share, 0.975)
    told = f"{never.sum()} areas never took part: {100 * share.mean():.2f} % (97.5 %: {high:.2f})"
    span = f"{100 * min(before):.2f} to {100 * max(before):.2f}" if before else "-"
    came = 100 * persons[last, never].sum() / persons[last].sum()
    sums = ", ".join(map(str, set(first.sum(axis=1))))
    print(f"    {told}; earlier periods {span}, then {came:.2f}. Sum of draws {sums}, came {persons[last].sum()}.")


def scores(folders: list[Path]) -> None:
    """Print finished backtests beside the best rule of each horizon, which is chosen afterwards."""
    print("| table, ahead | origins | WAPE | best rule | CRPS | best rule | held by 80 / 95 % |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for folder in folders:
        summary = json.loads((folder / SCORES).read_text(encoding="utf-8"))
        for goal in (g for g in summary["goals"] if g["period"] == "all"):
            key = ("contest", "horizon", "period")
            ours = next(s for s in summary["scores"] if s["method"] == MODEL and all(s[k] == goal[k] for k in key))
            cover = ours["coverage"][0]
            pairs = ((goal["wape"], goal["best_rule_wape"]), (goal["crps"], goal["best_rule_crps"]))
            told = [
                f"{100 * own:.1f} | {100 * best:.1f}" if own <= best else f"{100 * own:.1f} | **{100 * best:.1f}**"
                for own, best in pairs
            ]
            held = f"{100 * cover['held80']:.0f} / {100 * cover['held95']:.0f}"
            print(f"| {folder.name}, {goal['horizon']} | {goal['origins']} | {told[0]} | {told[1]} | {held} |")
    print("\n| table | " + " | ".join(f"{a:g} to {b:g} expected" for a, b in pairwise(EXPECTED)) + " |")
    print("|---" * len(EXPECTED) + "|")
    for folder in folders:
        rows = pd.read_parquet(folder / FORECASTS).query("method == @MODEL")
        cells = []
        for low, high in pairwise(EXPECTED):
            own = rows[(rows["mean"] >= low) & (rows["mean"] < high)]
            held = f"{100 * own['held80'].mean():.0f} / {100 * own['held95'].mean():.0f} ({len(own)})"
            cells.append(held if len(own) else "")
        print(f"| {folder.name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    what, first = sys.argv[1], Path(sys.argv[2])
    if what == "tables":
        write({kind: table(kind, *map(int, sys.argv[3:])) for kind in WORLDS}, first)
    elif what == "walks":
        write({kind: walk(kind) for kind in WALKS}, first)
    elif what == "try":
        attempt(first, sys.argv[3:])
    else:
        scores([Path(name) for name in sys.argv[2:]])
