"""What if one thing were different? The solution is kept, one thing changed, solved again from where it stood."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Real

import pandas as pd

from workbench.core.contracts.checking import look
from workbench.core.errors import DataError, DecisionError, Fault, nearest
from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.problem.input_tables import texts
from workbench.decisions.allocation.problem.stating import problem_from_tables
from workbench.decisions.allocation.solve import solve


@dataclass(frozen=True, eq=False)
class Session:
    """A stated problem with its plan; every change returns a new session and leaves this one as it is.

    Attributes
    ----------
    households, places, scores, rules, practice
        The tables, as :meth:`problem_from_tables` takes them.
    counts
        What a service's own capacity counts, as there.
    plan
        The plan of these tables.
    objective, gap, time_limit
        What is best, at which gap the search may stop, and after how many seconds it ends with the best plan so far;
        kept from session to session.
    """

    households: pd.DataFrame
    places: pd.DataFrame
    scores: pd.DataFrame
    rules: pd.DataFrame
    plan: Plan
    objective: str
    gap: float
    practice: pd.DataFrame | None = None
    time_limit: float = math.inf
    counts: Mapping[str, str] | None = None

    @classmethod
    def begin(
        cls,
        households: pd.DataFrame,
        places: pd.DataFrame,
        scores: pd.DataFrame,
        rules: pd.DataFrame | None = None,
        *,
        objective: str = "place-first",
        gap: float = 5e-4,
        practice: pd.DataFrame | None = None,
        time_limit: float = math.inf,
        counts: Mapping[str, str] | None = None,
    ) -> Session:
        """Solve once from the start.

        Raises
        ------
        DataError
            Every cell of the tables, scores apart, that does not keep its data contract; a row is counted from 1.
        """
        households, places, scores = _keyed(households), _keyed(places), _keyed(scores)
        _checked({"households": households, "places": places, "rules": rules, "practice": practice})
        orders = pd.DataFrame(columns=["household", "place", "rule", "reason"]) if rules is None else rules
        problem = problem_from_tables(households, places, scores, orders, practice=practice, counts=counts)
        plan = solve(problem, objective=objective, gap=gap, time_limit=time_limit)
        return cls(households, places, scores, orders, plan, objective, gap, practice, time_limit, counts)

    def pin(self, household: str, place: str, reason: str) -> Session:
        """Return the session in which a household goes to a place."""
        return self._ordered(household, place, "pin", reason)

    def ban(self, household: str, place: str, reason: str) -> Session:
        """Return the session in which a household may not go to a place."""
        return self._ordered(household, place, "ban", reason)

    def with_capacity(self, place: str, capacity: int, column: str = "capacity") -> Session:
        """Return the session in which a place has another capacity; ``column`` may name one of a service."""
        places, known = self.places.copy(), texts(self.places, "place")
        if place not in known:
            raise DecisionError(f"there is no place '{place}'", do=nearest(place, known))
        counted = [str(name) for name in places.columns if str(name).startswith("capacity")]
        if column not in counted:
            raise DecisionError(f"there is no capacity '{column}'", do=nearest(column, counted))
        whole = isinstance(capacity, Real) and math.isfinite(capacity) and capacity >= 0 and capacity % 1 == 0
        if not whole or isinstance(capacity, bool):
            raise DecisionError(
                f"'{column}' of {place} cannot become "
                + (f"'{capacity}'" if isinstance(capacity, str) else f"{capacity}"),
                why="room is counted in whole persons",
                do="give a whole number, at least 0",
            )
        places.loc[[name == place for name in known], column] = capacity
        return self._again(replace(self, places=places))

    def with_household(self, household: pd.DataFrame, scores: pd.DataFrame) -> Session:
        """Return the session with further households and their scores, tables of the same columns."""
        household, scores = _keyed(household), _keyed(scores)
        _checked({"households": household})
        scored = scores.dropna(how="all", subset=_said(scores))
        if unscored := sorted(set(texts(household, "household")) - set(texts(scored, "household"))):
            raise DecisionError(
                f"no score for any place: {', '.join(unscored)}",
                why="a household may only go where it has a score",
                do="give a row of scores for each further household",
            )
        homes = pd.concat([self.households, household], ignore_index=True)
        return self._again(replace(self, households=homes, scores=pd.concat([self.scores, scores], ignore_index=True)))

    def changes(self, before: Session) -> pd.DataFrame:
        """Return who is placed otherwise than before: ``household, before, after`` ('' for nowhere)."""
        was, is_ = (each.plan.assignment.set_index("household")["place"] for each in (before, self))
        both = pd.DataFrame({"before": was, "after": is_}).fillna("")
        moved = both[both["before"] != both["after"]]
        return moved.rename_axis("household").reset_index()

    def cost(self, before: Session) -> float:
        """Return how much score the change costs; both plans are best only within their gaps.

        Under place-first the score compares only plans that place as many persons: see :meth:`fewer_placed` first.
        """
        return before.plan.value - self.plan.value

    def fewer_placed(self, before: Session) -> int:
        """Return how many persons fewer than before are placed; negative where the change lets more be placed."""
        return before.plan.persons_placed - self.plan.persons_placed

    def _ordered(self, household: str, place: str, rule: str, reason: str) -> Session:
        if not (isinstance(reason, str) and reason.strip()):
            raise DecisionError(f"a {rule} needs a reason", why="every override stands in the ledger with its reason")
        row = pd.DataFrame([{"household": household, "place": place, "rule": rule, "reason": reason}])
        rules = row if self.rules.empty else pd.concat([self.rules, row], ignore_index=True)
        return self._again(replace(self, rules=rules))

    def _again(self, then: Session) -> Session:
        """Return a changed session with its plan, solved from this one's."""
        problem = problem_from_tables(
            then.households, then.places, then.scores, then.rules, practice=then.practice, counts=then.counts
        )
        plan = solve(problem, objective=then.objective, gap=then.gap, time_limit=then.time_limit, start=self.plan)
        return replace(then, plan=plan)


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its key as a column, where it was the index."""
    return table.reset_index() if table.index.name in ("household", "place") else table


def _checked(tables: Mapping[str, pd.DataFrame | None]) -> None:
    """Refuse tables that do not keep their contracts, every fault at once; an empty one says nothing wrong."""
    faults: list[Fault] = []
    for name, table in tables.items():
        if table is not None and len(table):
            found = look(table.reset_index(drop=True), name, first_row=1).faults
            faults += [replace(fault, where=name) for fault in found]
    if faults:
        raise DataError(
            f"the tables cannot be used: {len(faults)} fault{'s' if len(faults) > 1 else ''}",
            why="a household or place that is misread would be placed wrongly",
            do="correct what is named; `workbench data list` says what each column may hold",
            faults=faults,
        )


def _said(scores: pd.DataFrame) -> list[str]:
    """Return the columns of a table of scores that hold scores."""
    return ["score"] if "score" in scores else [name for name in scores.columns if name != "household"]
