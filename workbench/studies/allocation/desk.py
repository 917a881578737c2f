"""What does a caseworker change in a plan, what moves, and what does it cost? A batch, its changes, undo and drafts.

A draft is what was changed, in order, as plain values: it can be kept, read back and replayed to the same plan.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.errors import DataError, DecisionError, nearest
from workbench.core.storage.files import replacing
from workbench.decisions.allocation import Plan, Problem, needs_and_ties, solve
from workbench.decisions.allocation.problem.input_tables import texts
from workbench.decisions.allocation.search.stopping import Limit, Progress
from workbench.studies.allocation import placement
from workbench.studies.allocation.input.tables import Tables

KINDS = ("pin", "ban", "linked", "capacity", "switch")
ROUGH, LONGER = 0.05, 10
"""Gap, or share of the persons who might be placed, from which a search goes on, and how much longer it then may."""
DRAFT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Change:
    """One change: a lock (``pin``), a ban, a link, another capacity, or a rule switched off or on again.

    Attributes
    ----------
    household, other, place
        Whom and what it concerns; '' where it does not.
    number
        The capacity, persons; or the number of the rule switched, counted from 0.
    reason
        Why; every change needs one, for the override ledger.
    """

    kind: str
    household: str = ""
    other: str = ""
    place: str = ""
    number: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Draft:
    """A batch by name, what was changed in it, and what was undone and can be done again."""

    batch: str
    changes: tuple[Change, ...] = ()
    undone: tuple[Change, ...] = ()
    objective: str = "place-first"

    def to_dict(self) -> dict[str, Any]:
        """Return the draft as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Draft:
        """Return the draft that :meth:`to_dict` wrote."""
        try:
            made = {name: tuple(Change(**each) for each in raw[name]) for name in ("changes", "undone")}
            draft = cls(str(raw["batch"]), made["changes"], made["undone"], str(raw["objective"]))
        except (KeyError, TypeError) as error:
            raise DataError("this is no draft of a plan", why=str(error), do="begin again") from error
        if strange := [each.kind for each in (*draft.changes, *draft.undone) if each.kind not in KINDS]:
            raise DataError(f"the draft has a change of an unknown kind '{strange[0]}'", do="begin again")
        return draft

    def save(self, path: Path) -> None:
        """Write the draft, whole or not at all, readable by its owner alone."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as partial:
            partial.write_text(json.dumps(self.to_dict(), ensure_ascii=False), encoding="utf-8")
            partial.chmod(0o600)

    @classmethod
    def load(cls, path: Path) -> Draft:
        """Read a draft."""
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise DataError("the draft cannot be read", where=path.name, why=str(error), do="begin again") from error


@dataclass(frozen=True, eq=False)
class Desk:
    """A batch with its draft and the plan that follows.

    Attributes
    ----------
    tables
        The batch as it came; its scores are made once.
    before
        The plan before the last change, to compare with; None where nothing was changed.
    earlier
        The desk before the last change, so that undoing it restores the very same plan.
    """

    tables: Tables
    draft: Draft
    problem: Problem
    plan: Plan
    before: Plan | None = None
    gap: float = 5e-4
    earlier: Desk | None = field(default=None, repr=False)

    @classmethod
    def begin(
        cls,
        tables: Tables,
        draft: Draft,
        *,
        limit: Limit | None = None,
        progress: Progress | None = None,
        gap: float = 5e-4,
    ) -> Desk:
        """Solve a batch with the changes of its draft."""
        if tables.scores is None:
            scores = needs_and_ties(tables.households, tables.places, placement.norwegian_weights()).scores
            tables = replace(tables, scores=scores)
        problem = problem_of(tables, draft)
        plan = solve(problem, objective=draft.objective, gap=gap, time_limit=limit or Limit(), progress=progress)
        return cls(tables, draft, problem, plan, gap=gap)

    def changed(self, change: Change, *, limit: Limit | None = None) -> Desk:
        """Return the desk after one more change, solved from where it stood; what cannot be is refused in words."""
        self._check(change)
        draft = replace(self.draft, changes=(*self.draft.changes, change), undone=())
        return self._again(draft, limit)

    def aimed(self, objective: str, *, limit: Limit | None = None) -> Desk:
        """Return the desk with another answer to what is best; its changes stay."""
        if objective == self.draft.objective:
            return self
        plan = self._sought(self.problem, objective, limit, None)
        return replace(self, draft=replace(self.draft, objective=objective), plan=plan, before=None, earlier=None)

    def further(self, *, limit: Limit | None = None, progress: Progress | None = None) -> Desk:
        """Return the desk with a search that goes on from its plan; what was changed last stays so."""
        plan = solve(
            self.problem,
            objective=self.draft.objective,
            gap=self.gap,
            time_limit=limit or Limit(),
            start=self.plan,
            progress=progress,
        )
        return replace(self, plan=plan)

    def undo(self, *, limit: Limit | None = None) -> Desk:
        """Return the desk without its last change."""
        if not self.draft.changes:
            raise DecisionError("there is nothing to undo", do="change something first")
        *kept, last = self.draft.changes
        if self.earlier is not None and self.earlier.draft.changes == tuple(kept):
            undone = (last, *self.draft.undone)
            return replace(self.earlier, draft=replace(self.earlier.draft, undone=undone), before=self.plan)
        return self._again(replace(self.draft, changes=tuple(kept), undone=(last, *self.draft.undone)), limit)

    def redo(self, *, limit: Limit | None = None) -> Desk:
        """Return the desk with the change that was undone last."""
        if not self.draft.undone:
            raise DecisionError("there is nothing to do again", do="undo something first")
        first, *rest = self.draft.undone
        return self._again(replace(self.draft, changes=(*self.draft.changes, first), undone=tuple(rest)), limit)

    def rules(self) -> list[tuple[dict[str, Any], bool]]:
        """Return the rules that came with the batch, rows of contract ``rules``, and whether each is on."""
        given = [] if self.tables.rules is None else self.tables.rules.to_dict("records")
        return [
            ({str(name): cell for name, cell in row.items()}, _switched(self.draft.changes, at) % 2 == 0)
            for at, row in enumerate(given)
        ]

    def moved(self) -> pd.DataFrame:
        """Return who is placed otherwise than before the last change: ``household, before, after`` ('' nowhere)."""
        if self.before is None:
            return pd.DataFrame({"household": [], "before": [], "after": []})
        was, now = (plan.assignment.set_index("household")["place"] for plan in (self.before, self.plan))
        both = pd.DataFrame({"before": was, "after": now}).fillna("")
        return both[both["before"] != both["after"]].rename_axis("household").reset_index()

    def cost(self) -> tuple[float, int]:
        """Return the score and the persons placed that the last change costs; negative where it gains."""
        if self.before is None:
            return 0.0, 0
        return self.before.value - self.plan.value, self.before.persons_placed - self.plan.persons_placed

    def _again(self, draft: Draft, limit: Limit | None) -> Desk:
        problem = problem_of(self.tables, draft)
        plan = self._sought(problem, draft.objective, limit, self.plan)
        return replace(self, draft=draft, problem=problem, plan=plan, before=self.plan, earlier=self)

    def _sought(self, problem: Problem, objective: str, limit: Limit | None, start: Plan | None) -> Plan:
        limit = limit or Limit()
        plan = solve(problem, objective=objective, gap=self.gap, time_limit=limit, start=start)
        if _rough(plan) and not limit.stopped:  # the time was too short, such as on a busy machine
            limit.seconds *= LONGER
            plan = solve(problem, objective=objective, gap=self.gap, time_limit=limit, start=plan)
        return plan

    def _check(self, change: Change) -> None:
        if change.kind not in KINDS:
            raise DecisionError(f"there is no change '{change.kind}'", do=nearest(change.kind, KINDS))
        if not change.reason.strip():
            raise DecisionError("a change needs a reason", why="the override ledger keeps it", do="say why")
        known, towns = self.problem.household_names, self.problem.place_names
        for name, of, what in (
            (change.household, known, "household"),
            (change.other, known, "household"),
            (change.place, towns, "place"),
        ):
            if name and name not in of:
                raise DecisionError(f"there is no {what} '{name}'", do=nearest(name, list(of)))
        needs = {"pin": (change.household, change.place), "ban": (change.household, change.place),
                 "linked": (change.household, change.other), "capacity": (change.place,)}  # fmt: skip
        if not all(needs.get(change.kind, ("-",))):
            raise DecisionError("the change does not say whom or what it concerns", do="choose a household or a place")
        if change.kind == "linked" and change.household == change.other:
            raise DecisionError("a household cannot be linked with itself", do="choose another household")
        if change.number < 0:
            raise DecisionError("a capacity is at least 0 persons", do="give a whole number from 0")


def problem_of(tables: Tables, draft: Draft) -> Problem:
    """State the problem of a batch with the changes of a draft."""
    changes = draft.changes
    off = {n for n in {c.number for c in changes if c.kind == "switch"} if _switched(changes, n) % 2}
    given = pd.DataFrame() if tables.rules is None else tables.rules
    kept = given.loc[[row for row in range(len(given)) if row not in off]] if len(given) else given
    orders = pd.DataFrame(
        [
            {"rule": c.kind, "household": c.household, "other": c.other, "place": c.place, "reason": c.reason}
            for c in changes
            if c.kind in ("pin", "ban", "linked")
        ]
    )
    parts = [part for part in (kept, orders) if len(part)]
    rules = pd.concat(parts, ignore_index=True) if parts else None
    places = tables.places.copy()
    names = pd.Series(texts(places, "place"), index=places.index)
    for change in changes:
        if change.kind == "capacity":
            places.loc[names == change.place, "capacity"] = change.number
    # The rules are no longer those of the file: a fault names whom it concerns, not a row of the file.
    paths = {name: path for name, path in tables.paths.items() if name != "rules"}
    return placement.problem_of(replace(tables, rules=rules, places=places, paths=paths))


def _rough(plan: Plan) -> bool:
    return plan.gap > ROUGH or plan.persons_placed < (1 - ROUGH) * plan.persons_placed_bound


def _switched(changes: tuple[Change, ...], number: int) -> int:
    return sum(change.kind == "switch" and change.number == number for change in changes)
