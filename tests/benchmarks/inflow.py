"""The contest of the inflow model against simple rules, and how fast it samples; prints, and updates RESULTS.md.

    python tests/benchmarks/inflow.py contest-a contest-b components speed [--out FOLDER] [--workers N] [--write] …

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
from typing import Any

RESULTS = Path(__file__).parent / "RESULTS.md"
CONTESTS = {
    "contest-a": ("Set A: applications by destination", "arrivals", "2013-01", "2019-09"),
    "contest-b": ("Set B: corridors, origin × destination", "corridors", "2013-07", "2016-12"),
}
COMPONENTS = ("volatility", "forgetting", "counts", "surges")
"""Components of the model that can be left out."""
CHOSEN_BEFORE = "2016-01"
"""Origins before it, and every other series, are those on which choices may be made; the rest confirms them."""
SPEED_AS_OF = "2019-09"


def contest(name: str, asked: argparse.Namespace) -> str:
    """Run one contest and return its tables as Markdown."""
    from workbench.core.engine import Engine
    from workbench.presentation import inflow_contest as shown
    from workbench.studies import inflow_backtest, inflow_plan
    from workbench.studies.inflow_arrivals import read_table
    from workbench.studies.inflow_origin import Fitted

    title, table, first, last = CONTESTS[name]
    arrivals, source = read_table(table=table)
    origins = inflow_plan.every(first, last, asked.every)
    learner = Fitted(draws=asked.draws, tune=asked.tune, chains=asked.chains)
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
            progress=shown_as(name),
        )
    seconds = time.monotonic() - began
    size = f"{len(origins)} origins × {len(done.scores['series'])} series"
    took = f"{size} with all baselines took {seconds / 60:.1f} minutes (origins found in the folder cost nothing)."
    return "\n\n".join([f"### {title}", *(finding.markdown() for finding in shown.findings(done.scores)), took])


def components(asked: argparse.Namespace) -> str:
    """Return what each component added on set A, paired with its interval: where choices are made, and on the rest."""
    from workbench.core.engine import Engine
    from workbench.models.inflow import InflowModel
    from workbench.models.skill import compare
    from workbench.studies import inflow_backtest, inflow_plan, inflow_scores
    from workbench.studies.inflow_arrivals import read_table
    from workbench.studies.inflow_origin import Fitted

    whole = InflowModel()
    models = {inflow_plan.MODEL: whole}
    for name in COMPONENTS:
        models[f"{inflow_plan.MODEL}-without-{name}"] = replace(
            whole, components=replace(whole.components, **{name: None})
        )
    sampling = {"draws": asked.draws, "tune": asked.tune, "chains": asked.chains}
    arrivals, source = read_table()
    with Engine(workers=asked.workers) as engine:
        done = inflow_backtest.run(
            arrivals,
            origins=inflow_plan.every("2013-01", "2019-09", asked.every),
            horizons=range(3, 7),
            out=asked.out / "components",
            engine=engine,
            learners={name: Fitted(model, **sampling) for name, model in models.items()},
            baselines=["LocalLevelT"],
            pools={},
            stand_in=False,
            source=source,
            progress=shown_as("components"),
        )
    scored = inflow_scores.read(done.folder)
    rows, series = scored.forecasts, list(done.scores["series"])
    chosen = (rows["origin_month"] < CHOSEN_BEFORE) & rows["series"].isin(series[::2])
    lines = [
        "| left out | forecasts | log-CRPS gained by having it | 95 % interval | share | 95 % interval |",
        "|:---|:---|---:|---:|---:|---:|",
    ]
    for told, part in (("where chosen", rows[chosen]), ("the rest", rows[~chosen]), ("all", rows)):
        for name in list(models)[1:]:
            one = compare(part, inflow_plan.MODEL, name, "log_crps")
            ends = [(one.difference_low, one.difference_high, ".4f"), (one.skill_low, one.skill_high, ".1%")]
            spans = ["–" if low is None or high is None else f"{low:{f}} to {high:{f}}" for low, high, f in ends]
            component = name.removeprefix(f"{inflow_plan.MODEL}-without-")
            lines.append(f"| {component} | {told} | {one.difference:.4f} | {spans[0]} | {one.skill:.1%} | {spans[1]} |")
    head = (
        "### What each component adds, set A: the whole model against itself without it\n\n"
        "Negative differences and positive shares: the component helps. Fits that fail their diagnostics speak for "
        f"themselves here. *Where chosen* are origins before {CHOSEN_BEFORE} of every other destination; choices made "
        "there are confirmed, or not, by the rest."
    )
    return head + "\n\n" + "\n".join(lines)


def shown_as(name: str) -> Callable[[int, int], None]:
    """Return a function that shows how far a contest is."""
    return lambda done, total: print(f"\r{name}: {done} of {total} origins", end="", flush=True, file=sys.stderr)


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
        "speed": speed,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="+", choices=[*made])
    parser.add_argument("--out", type=Path, default=Path("output/benchmarks"))
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--every", type=int, default=1)
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
