"""Did the model beat simple rules on this table? What a finished backtest found is kept and said beside forecasts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError
from workbench.core.runs.provenance import RECORD, RunStore
from workbench.core.runs.scenario import Scenario
from workbench.studies.settlement.table.data import Observed

CONTEST = "settlement-contest"
GOALS = "goals.json"


@dataclass(frozen=True)
class Verdict:
    """How the model did on a table against the best simple rule, at the horizon of a forecast.

    Attributes
    ----------
    tried
        Whether there is a finished backtest of this table and contest.
    rule, wape, rule_wape
        The rule with the least absolute error (WAPE), and the errors of model and rule as shares of all persons.
    crps, rule_crps
        The same for CRPS and the rule that is best by it, which may be another one.
    origins
        How many origins were scored.
    """

    tried: bool = False
    rule: str = ""
    wape: float = float("nan")
    rule_wape: float = float("nan")
    crps: float = float("nan")
    rule_crps: float = float("nan")
    horizon: int = 1
    origins: int = 0

    @property
    def lost_by_error(self) -> bool:
        """Whether a simple rule erred as little or less."""
        return self.tried and self.wape >= self.rule_wape

    @property
    def lost_by_crps(self) -> bool:
        """Whether a simple rule's distributions were as good or better."""
        return self.tried and self.crps >= self.rule_crps

    @property
    def lost(self) -> bool:
        """Whether a simple rule did as well or better by either measure."""
        return self.lost_by_error or self.lost_by_crps


NEVER_TRIED = Verdict()


def keep(observed: Observed, goals: Sequence[Mapping[str, Any]], runs: str | Path | None = None) -> None:
    """Keep what a backtest of this table found, so that forecasts from it can say so."""
    by_contest: dict[str, list[dict[str, Any]]] = {}
    for goal in goals:
        if goal["period"] == "all":
            by_contest.setdefault(str(goal["contest"]), []).append(dict(goal))
    for contest, found in by_contest.items():

        def compute(folder: Path, found: list[dict[str, Any]] = found) -> dict[str, Any]:
            (folder / GOALS).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
            return {"horizons": [goal["horizon"] for goal in found]}

        scenario = _scenario(contest, found)
        RunStore.at(runs).get_or_run(CONTEST, scenario.to_dict(), observed.vintages[:1], compute)


def verdict(observed: Observed, contest: str, horizon: int, *, runs: str | Path | None = None) -> Verdict:
    """Return how the model did on this very table, by the newest backtest kept; a verdict of "never" if there is none.

    Where a horizon was not scored, the longest shorter one speaks for it.
    """
    here = observed.vintages[0].fingerprint
    store = RunStore.at(runs)
    newest = ""
    goals: list[dict[str, Any]] = []
    for path in sorted((store.root / CONTEST).glob(f"*/{RECORD}")):
        with suppress(DataError, OSError, ValueError):  # a damaged verdict says nothing
            record = store.read(path.parent)
            if record.scenario["contest"] != contest or record.inputs[0].fingerprint != here:
                continue
            if record.created >= newest:
                goals = json.loads((path.parent / GOALS).read_text(encoding="utf-8"))
                newest = record.created
    goals = [goal for goal in goals if goal["horizon"] <= horizon]
    if not goals:
        return NEVER_TRIED
    goal = max(goals, key=lambda g: int(g["horizon"]))
    return Verdict(
        True, goal["best_rule"], goal["wape"], goal["best_rule_wape"], goal["crps"], goal["best_rule_crps"],
        goal["horizon"], goal["origins"],
    )  # fmt: skip


def _scenario(contest: str, found: Sequence[Mapping[str, Any]]) -> Scenario:
    return Scenario("", "", 1, settings={"contest": contest, "goals": [dict(goal) for goal in found]})
