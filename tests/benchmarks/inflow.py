"""The contest of the inflow model against simple rules, its intervals and its speed; prints, and updates RESULTS.md.

    python tests/benchmarks/inflow.py contest-a contest-b components intervals speed [--out DIR] [--every N] [--write]

A contest that was interrupted is taken up again from its folder.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

RESULTS = Path(__file__).parent / "RESULTS.md"
CONTESTS = {
    "contest-a": ("Set A: applications by destination", "arrivals", "2013-01", "2019-09"),
    "contest-b": ("Set B: corridors, origin × destination", "corridors", "2013-07", "2016-12"),
}
SPEED_AS_OF = "2019-09"
SIMULATIONS = 400


def contest(name: str, asked: argparse.Namespace) -> str:
    """Run one contest and return its tables as Markdown."""
    from kept_fits import KeptFits

    from workbench.core.engine import Engine
    from workbench.presentation.inflow import contest as shown
    from workbench.studies.inflow.arrivals import read_table
    from workbench.studies.inflow.contest import backtest as inflow_backtest
    from workbench.studies.inflow.contest import periods as inflow_periods
    from workbench.studies.inflow.contest import plan as inflow_plan
    from workbench.studies.inflow.contest.origin import Fitted

    title, table, first, last = CONTESTS[name]
    arrivals, source = read_table(table=table)
    origins = inflow_plan.every(first, last, asked.every)
    learner: Any = Fitted(draws=asked.draws, tune=asked.tune, chains=asked.chains)
    if asked.fits:
        learner = KeptFits(str(asked.fits / name), learner)
    began = time.monotonic()
    with Engine(workers=asked.workers) as engine:
        done = inflow_backtest.run(
            arrivals,
            origins=origins,
            horizons=range(3, 7),
            out=asked.out / name,
            engine=engine,
            learners={inflow_plan.MODEL: learner},
            source=source,
            periods=inflow_periods.of_locality("eu"),
            progress=lambda done, total: print(
                f"\r{name}: {done} of {total} origins", end="", flush=True, file=sys.stderr
            ),
        )
    seconds = time.monotonic() - began
    size = f"{len(origins)} origins × {len(done.scores['series'])} series"
    took = f"{size} with all baselines took {seconds / 60:.1f} minutes (origins found in the folder cost nothing)."
    parts = [f"### {title}", *(finding.markdown() for finding in shown.findings(done.scores)), took]
    return "\n\n".join([*parts, *([_confirmed(asked.out / name)] if name == "contest-a" else [])])


def _cells(rows: pd.DataFrame) -> tuple[tuple[str, pd.DataFrame], ...]:
    """Return the forecasts that components are chosen on, and the three parts that must confirm the choice."""
    half = set(sorted(set(rows["series"]))[::2])
    early, chosen = rows["origin_month"] < "2016-01", rows["series"].isin(half)
    cells = (
        ("before 2016, every second destination", rows[early & chosen]),
        ("before 2016, the other destinations", rows[early & ~chosen]),
        ("from 2016 on, every second destination", rows[~early & chosen]),
        ("from 2016 on, the other destinations", rows[~early & ~chosen]),
    )
    return tuple((title, part) for title, part in cells if len(part))


def _confirmed(folder: Path) -> str:
    """Return the skill where the model was chosen, and where it was not, as Markdown."""
    from workbench.models.skill import compare
    from workbench.studies.inflow.contest import scores as inflow_scores
    from workbench.studies.inflow.contest.plan import MODEL

    scored = inflow_scores.read(folder)
    lines = [
        "**Chosen on the first row, confirmed on the others.** Skill of log-CRPS over the baseline that is best there.",
        "| origins, destinations | forecasts | best baseline | skill | 95 % interval |",
        "|:---|---:|:---|---:|:---|",
    ]
    for title, part in _cells(scored.forecasts):
        means = part.groupby("model_id")["log_crps"].mean()
        best = str(means[[name for name in scored.baselines if name in means]].idxmin())
        found = compare(part, MODEL, best, "log_crps")
        lines.append(f"| {title} | {found.forecasts} | {best} | {found.skill:+.1%} | {_interval(found)} |")
    return lines[0] + "\n\n" + "\n".join(lines[1:])


def _interval(found: Any) -> str:
    return "—" if found.skill_low is None else f"{found.skill_low:+.1%} … {found.skill_high:+.1%}"


def components(asked: argparse.Namespace) -> str:
    """Return what each component adds: the same origins with and without it, paired, as Markdown."""
    from workbench.core.engine import Engine
    from workbench.models.inflow import InflowComponents, InflowModel, Reversion
    from workbench.models.skill import compare
    from workbench.studies.inflow.arrivals import read_table
    from workbench.studies.inflow.contest import backtest as inflow_backtest
    from workbench.studies.inflow.contest import plan as inflow_plan
    from workbench.studies.inflow.contest import scores as inflow_scores
    from workbench.studies.inflow.contest.origin import Fitted

    full = InflowComponents()
    variants = {inflow_plan.MODEL: full, "workbench-with-reversion": replace(full, reversion=Reversion())}
    for name in ("volatility", "forgetting", "counts", "surges"):
        variants[f"workbench-without-{name}"] = replace(full, **{name: None})
    if asked.only:
        variants = {name: variants[name] for name in (inflow_plan.MODEL, *asked.only)}
    learners = {
        name: Fitted(InflowModel(variant), asked.draws, asked.tune, asked.chains) for name, variant in variants.items()
    }
    arrivals, source = read_table(table="arrivals")
    with Engine(workers=asked.workers) as engine:
        inflow_backtest.run(
            arrivals,
            origins=inflow_plan.every("2013-01", asked.last, asked.every),
            horizons=range(3, 7),
            out=asked.out / "components",
            engine=engine,
            learners=learners,
            baselines=(),
            pools={},
            stand_in=False,
            source=source,
        )
    scored = inflow_scores.read(asked.out / "components")
    means = scored.forecasts.groupby("model_id")[["log_crps", "covered80", "covered95"]].mean()
    lines = [
        f"### What each component adds: one origin in {asked.every} months, all destinations",
        "",
        "Change of log-CRPS against the full model on the same forecasts; above zero is worse than the full model.",
        "",
        "| model | log-CRPS | change | 95 % interval | 80 % holds | 95 % holds |",
        "|:---|---:|---:|:---|---:|---:|",
    ]
    for name in variants:
        log_crps, covered80, covered95 = means.loc[name]
        found = compare(scored.forecasts, name, inflow_plan.MODEL, "log_crps")
        change = f"{found.difference / found.reference:+.1%}" if name != inflow_plan.MODEL else "—"
        ends = [f"{-end:+.1%}" for end in (found.skill_high, found.skill_low) if end is not None]
        told = " … ".join(ends) if name != inflow_plan.MODEL and ends else "—"
        lines.append(f"| {name} | {log_crps:.4f} | {change} | {told} | {covered80:.1%} | {covered95:.1%} |")
    lines += [
        "",
        "The same where components are chosen (first column) and where the choice is to be confirmed.",
        "",
        "| model | " + " | ".join(title for title, _ in _cells(scored.forecasts)) + " |",
        "|:---|" + "---:|" * len(_cells(scored.forecasts)),
    ]
    for name in list(variants)[1:]:
        found = [compare(part, name, inflow_plan.MODEL, "log_crps") for _, part in _cells(scored.forecasts)]
        lines.append(f"| {name} | " + " | ".join(f"{-one.skill:+.1%} ({_worse(one)})" for one in found) + " |")
    return "\n".join(lines)


def _worse(found: Any) -> str:
    return "no interval" if found.skill_low is None else f"{-found.skill_high:+.1%} … {-found.skill_low:+.1%}"


def intervals(asked: argparse.Namespace) -> str:
    """Return how often a 95 % interval holds the truth, by independent blocks, on made-up differences, as Markdown."""
    lines = [
        f"### Intervals: how often one called 95 % holds the truth, in {SIMULATIONS} simulations each",
        "",
        "Differences of 19 series with a shock that all share and that lasts six months, a lasting difference of each",
        "series, and noise. *Shared*: the shock is as large as the noise; *own*: a third of it.",
        "",
        "| independent blocks | shared | own |",
        "|---:|---:|---:|",
    ]
    for blocks in (3, 4, 5, 9, 14):
        shared, own = (_held(blocks, common) for common in (1.0, 0.3))
        lines.append(f"| {blocks} | {shared:.0%} | {own:.0%} |")
    return "\n".join(lines)


def _held(blocks: int, common: float) -> float:
    """Return the share of intervals that hold a true difference of zero."""
    import numpy as np
    import pandas as pd

    from workbench.core.dates.calendar import month_label
    from workbench.models import skill

    months, series = skill.BLOCK_MONTHS * blocks, 19
    index = pd.MultiIndex.from_product(
        [["one", "other"], [month_label(24000 + t) for t in range(months)], range(series), [3]],
        names=["model_id", "origin_month", "series", "horizon"],
    )
    rng, held = np.random.default_rng(blocks), 0
    for _ in range(SIMULATIONS):
        lasting = np.convolve(rng.normal(size=months + 5), np.full(6, 6**-0.5), "valid") * common
        noise = rng.normal(size=(months, series)) + rng.normal(0, 0.3, series)
        scores = np.stack([10 + lasting[:, None] + noise, np.full((months, series), 10.0)])
        table = pd.DataFrame({"score": scores.ravel()}, index=index).reset_index()
        found = skill.compare(table, "one", "other", "score", replications=400)
        held += found.difference_low is not None and found.difference_low < 0 < (found.difference_high or 0)
    return held / SIMULATIONS


def speed(asked: argparse.Namespace) -> str:
    """Return effective draws a second of our sampler and of the same model in plain ``pm.sample``, as Markdown."""
    from workbench.models.diagnostics import diagnose
    from workbench.models.inflow import InflowModel, InflowSeries
    from workbench.models.sampling import compile_model, sample, without_compiler
    from workbench.studies.inflow import read_arrivals

    known = read_arrivals().known(SPEED_AS_OF)
    model, series = InflowModel(), InflowSeries.from_table(known, SPEED_AS_OF)
    sampling: dict[str, Any] = {"draws": asked.draws, "tune": asked.tune, "chains": asked.chains}

    def ours() -> tuple[float, float, float]:
        began = time.monotonic()
        compiled = compile_model(model.build(series))
        compiled_at = time.monotonic()
        posterior, divergences = sample(compiled, seed=1, cores=1, **sampling)
        ended = time.monotonic()
        return compiled_at - began, ended - compiled_at, diagnose(posterior, divergences).min_bulk_ess

    def plain() -> tuple[float, float, float]:
        with without_compiler():
            import pymc as pm

            began = time.monotonic()
            with model.build(series):
                trace = pm.sample(
                    cores=1,
                    random_seed=1,
                    progressbar=False,
                    compute_convergence_checks=False,
                    nuts_sampler="pymc",
                    **sampling,
                )
            ended = time.monotonic()
        hidden = [name for name in trace.posterior.data_vars if str(name).endswith("__")]
        least = diagnose(trace.posterior.drop_vars(hidden), int(trace.sample_stats["diverging"].sum())).min_bulk_ess
        return float("nan"), ended - began, least

    rows = [(name, *measured()) for name, measured in (("workbench (nutpie, numba)", ours), ("plain pm.sample", plain))]
    return _speed_table(rows, len(series.destinations), len(series.months), sampling)


def _speed_table(
    rows: Sequence[tuple[str, float, float, float]], destinations: int, months: int, sampling: dict[str, Any]
) -> str:
    told = ", ".join(f"{name} {value}" for name, value in sampling.items())
    head = f"### Speed: {destinations} destinations × {months} months, one core; {told}"
    lines = [
        "| sampler | compile, s | sample, s | least bulk ESS | effective draws a second |",
        "|:---|---:|---:|---:|---:|",
    ]
    for name, compiling, sampling_seconds, ess in rows:
        first = "in sampling" if compiling != compiling else f"{compiling:.0f}"
        lines.append(f"| {name} | {first} | {sampling_seconds:.0f} | {ess:.0f} | {ess / sampling_seconds:.2f} |")
    return head + "\n\n" + "\n".join(lines)


def write(section: str, text: str) -> None:
    """Put a section into RESULTS.md in place of the one of that name; the others stay."""
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else HEAD
    block = f"## {section}\n\n{text.strip()}\n\n"
    found = re.search(rf"^## {re.escape(section)}\n.*?(?=^## |\Z)", old, re.M | re.S)
    new = old[: found.start()] + block + old[found.end() :] if found else old.rstrip() + "\n\n" + block
    RESULTS.write_text(new.rstrip() + "\n", encoding="utf-8")


HEAD = """# Results

Measured, never judged by a test; each table carries its date and the command that makes it.
"""


def main() -> None:
    """Run what was asked for."""
    made: dict[str, Callable[[argparse.Namespace], str]] = {
        **{name: lambda asked, name=name: contest(name, asked) for name in CONTESTS},  # type: ignore[misc]
        "components": components,
        "intervals": intervals,
        "speed": speed,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="+", choices=[*made])
    parser.add_argument("--out", type=Path, default=Path("output/benchmarks"))
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--fits", type=Path, help="contests: keep the fits here and use those that are there")
    parser.add_argument("--only", nargs="*", default=[], help="components: these variants beside the full model")
    parser.add_argument("--last", default="2019-09", help="components: the last origin")
    parser.add_argument("--draws", type=int, default=250)
    parser.add_argument("--tune", type=int, default=400)
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--write", action="store_true", help="update RESULTS.md")
    asked = parser.parse_args()
    command = f"python tests/benchmarks/inflow.py {' '.join(sys.argv[1:])}"
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    for what in asked.what:
        text = f"{date.today().isoformat()}, {machine}: `{command}`\n\n{made[what](asked)}"
        print(text)
        if asked.write:
            write(f"Inflow: {what}", text)


if __name__ == "__main__":
    main()
