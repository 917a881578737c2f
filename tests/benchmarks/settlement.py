"""Print the settlement part of RESULTS.md.

python tests/benchmarks/settlement.py DIR     # from the folder of a finished `workbench settlement backtest`
python tests/benchmarks/settlement.py speed   # how long one fit takes
python tests/benchmarks/settlement.py moves   # Danish moves held out
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.models.scores import absolute_error
from workbench.models.settlement.contest.calibration import coverage
from workbench.models.settlement.panel.panel import SIZES
from workbench.studies.settlement.backtest.backtest import FORECASTS, MODEL, SCORES

SURGE = 2022


def percent(value: float, digits: int = 1) -> str:
    return f"{100 * value:.{digits}f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def methods(scores: list[dict[str, Any]], contest: str, horizon: int, period: str) -> list[dict[str, Any]]:
    own = [s for s in scores if (s["contest"], s["horizon"], s["period"]) == (contest, horizon, period)]
    return sorted(own, key=lambda s: (s["method"] != MODEL, s["crps"]))


def by_method(scores: list[dict[str, Any]], contest: str, horizon: int) -> str:
    rows = []
    for entry in methods(scores, contest, horizon, "all"):
        everywhere = entry["coverage"][0]
        rows.append(
            [
                entry["method"],
                percent(entry["wape"]),
                percent(entry["crps"]),
                percent(entry["energy"], 2),
                percent(everywhere["in80"], 0),
                percent(everywhere["in95"], 0),
                percent(everywhere["held95"], 0),
            ]
        )
    return table(["method", "WAPE", "CRPS", "energy", "in 80 %", "in 95 %", "held by 95 %"], rows)


def by_size(scores: list[dict[str, Any]]) -> str:
    rows = []
    for entry in scores:
        if entry["method"] != MODEL:
            continue
        for cover in entry["coverage"][1:]:
            if entry["period"] == "all" and cover["forecasts"]:
                rows.append(
                    [
                        f"{entry['contest']}, {entry['horizon']} ahead, {cover['size']}",
                        str(cover["forecasts"]),
                        *(
                            f"{percent(cover[k])} [{percent(cover[f'{k}_low'])}, {percent(cover[f'{k}_high'])}]"
                            for k in ("held80", "held95", "in95")
                        ),
                    ]
                )
    return table(["contest, years, size", "forecasts", "held by 80 %", "held by 95 %", "in 95 %"], rows)


def surge(folder: Path, year: int) -> str:
    """Tabulate one year alone, every contest and horizon: how far off, and how many the intervals held, by size."""
    rows = pd.read_parquet(folder / FORECASTS).query("method == @MODEL and year == @year")
    found = []
    for (contest, horizon), own in rows.groupby(["contest", "horizon"]):
        cover = {str(c["size"]): c for c in coverage(own)}
        wape = absolute_error(own["median"].to_numpy(), own["persons"].to_numpy())
        held = [percent(float(str(c["held95"])), 0) for c in cover.values()]
        found.append([f"{contest}, {horizon} ahead", percent(wape), *held])
    return table(["contest, years", "WAPE", *(f"held by 95 %, {size}" for size in cover)], found)


def goals(found: list[dict[str, Any]]) -> str:
    rows = []
    for goal in found:
        inside = goal["held95_within_92_to_97"]
        missed = [f"{n}: {percent(goal['held95_by_size'][n])}" for n, ok in inside.items() if not ok and n != "all"]
        rows.append(
            [
                f"{goal['contest']}, {goal['horizon']} ahead, {goal['period']}",
                percent(goal["wape"]),
                f"{goal['best_rule']} {percent(goal['best_rule_wape'])}",
                "yes" if goal["below_best_rule"] else "**no**",
                "; ".join(missed) or "all met",
            ]
        )
    return table(["contest, years, targets", "WAPE", "best rule", "below it", "95 % outside 92–97"], rows)


def years(scores: list[dict[str, Any]], contest: str) -> str:
    shown = {s["method"]: s["by_year"] for s in methods(scores, contest, 1, "all")}
    names = [MODEL, *(name for name in shown if name.endswith("-point"))]
    rows = [[str(y), *(percent(shown[n][y]["wape"]) for n in names)] for y in sorted(shown[MODEL])]
    return table(["target", *names], rows)


def speed() -> None:
    """Time one fit of Norway's municipalities: 2012 to 2022 and the quotas of 2023, compiled and sampled."""
    from workbench.models.settlement.shares import SettlementModel
    from workbench.studies.settlement.table.data import read_settlement

    panel = read_settlement().panel(2022, ahead=1)
    wall, before = time.monotonic(), os.times()
    fit = SettlementModel().fit(panel, as_of=2022, total=31_000, contest="quotas", seed=1)
    after = os.times()
    cpu = after.user + after.system - before.user - before.system
    size = f"{len(panel.municipalities)} municipalities x {len(panel.years)} years"
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}"
    print(f"{size}: {time.monotonic() - wall:.0f} s, {cpu:.0f} s of processor time; {machine}.")
    print(fit.diagnostics.sentence())


def moves() -> None:
    """Print how the model of moves and simple rules do on moves held out."""
    from workbench.models.moves.contest import contest
    from workbench.studies.settlement.moves.tables import read_moves

    found = contest(read_moves().flows)
    rows = [
        [
            r["task"],
            r["method"],
            f"{r['deviance']:.1f}",
            percent(r["error"], 0),
            "" if r["task"] == "pairs" else percent(r["top5"], 0),
            percent(r["in80"], 0),
            percent(r["in95"], 0),
        ]
        for r in found.to_dict("records")
    ]
    print(table(["held out", "method", "deviance", "error %", "top 5 hit %", "in 80 %", "in 95 %"], rows))


def main(folder: Path) -> None:
    summary = json.loads((folder / SCORES).read_text(encoding="utf-8"))
    scores, fits = summary["scores"], summary["fits"]
    made, good = fits["made"], fits["converged"]
    print(f"{good} of {made} fits passed their diagnostics, largest R-hat {fits['largest_rhat']:.3f}.")
    print(f"Persons conserved in every draw: {summary['persons_conserved_in_every_draw']}. {summary['read_this']}\n")
    print("**Goals**\n\n" + goals(summary["goals"]))
    for contest in ("before", "quotas"):
        print(f"\n**{contest}, one year ahead: WAPE by target year, %**\n\n{years(scores, contest)}")
        print(f"\n**{contest}, one year ahead: all methods, % of persons**\n\n{by_method(scores, contest, 1)}")
    print(f"\n**{SURGE} alone, the year of the refugees from Ukraine, %**\n\n{surge(folder, SURGE)}")
    print(f"\n**Calibration of the model by size of municipality, %** ({len(SIZES)} classes)\n\n{by_size(scores)}")


if __name__ == "__main__":
    alone = {"speed": speed, "moves": moves}
    if sys.argv[1] in alone:
        alone[sys.argv[1]]()
    else:
        main(Path(sys.argv[1]))
