"""What if one thing were different? The solution is kept, one thing changed, solved again from where it stood."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from workbench.core.errors import DecisionError, nearest
from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.problem import Problem
from workbench.decisions.allocation.solve import solve


@dataclass(frozen=True, eq=False)
class Session:
    """A stated problem with its plan; every change returns a new session and leaves this one as it is.

    Attributes
    ----------
    households, places, scores, rules, practice
        The tables, as :meth:`Problem.from_tables` takes them.
    plan
        The plan of these tables.
    objective, gap
        What is best, and at which gap the search may stop.
    """

    households: pd.DataFrame
    places: pd.DataFrame
    scores: pd.DataFrame
    rules: pd.DataFrame
    plan: Plan
    objective: str
    gap: float
    practice: pd.DataFrame | None = None

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
    ) -> Session:
        """Solve once from the start."""
        orders = pd.DataFrame(columns=["household", "place", "rule", "reason"]) if rules is None else rules
        problem = Problem.from_tables(households, places, scores, orders, practice=practice)
        return cls(
            households, places, scores, orders, solve(problem, objective=objective, gap=gap), objective, gap, practice
        )

    def pin(self, household: str, place: str, reason: str) -> Session:
        """Return the session in which a household goes to a place."""
        return self._ordered(household, place, "pin", reason)

    def ban(self, household: str, place: str, reason: str) -> Session:
        """Return the session in which a household may not go to a place."""
        return self._ordered(household, place, "ban", reason)

    def with_capacity(self, place: str, capacity: int, column: str = "capacity") -> Session:
        """Return the session in which a place has another capacity; ``column`` may name one of a service."""
        known = list(self.places["place"].astype(str))
        if place not in known:
            raise DecisionError(f"there is no place '{place}'", do=nearest(place, known))
        if column not in self.places or capacity < 0:
            raise DecisionError(f"'{column}' cannot become {capacity}", do="name a capacity column and at least 0")
        places = self.places.copy()
        places.loc[places["place"].astype(str) == place, column] = capacity
        return self._again(places=places)

    def with_household(self, household: pd.DataFrame, scores: pd.DataFrame) -> Session:
        """Return the session with further households and their scores, tables of the same columns."""
        return self._again(
            households=pd.concat([self.households, household], ignore_index=True),
            scores=pd.concat([self.scores, scores], ignore_index=True),
        )

    def changes(self, before: Session) -> pd.DataFrame:
        """Return who is placed otherwise than before: ``household, before, after`` ('' for nowhere)."""
        was, is_ = (each.plan.assignment.set_index("household")["place"] for each in (before, self))
        both = pd.DataFrame({"before": was, "after": is_}).fillna("")
        moved = both[both["before"] != both["after"]]
        return moved.rename_axis("household").reset_index()

    def cost(self, before: Session) -> float:
        """Return how much score the change costs; both plans are best only within their gaps."""
        return before.plan.value - self.plan.value

    def _ordered(self, household: str, place: str, rule: str, reason: str) -> Session:
        if not reason.strip():
            raise DecisionError(f"a {rule} needs a reason", why="every override stands in the ledger with its reason")
        row = pd.DataFrame([{"household": household, "place": place, "rule": rule, "reason": reason}])
        return self._again(rules=row if self.rules.empty else pd.concat([self.rules, row], ignore_index=True))

    def _again(self, **changed: pd.DataFrame) -> Session:
        tables = {name: changed.get(name, getattr(self, name)) for name in ("households", "places", "scores", "rules")}
        problem = Problem.from_tables(**tables, practice=self.practice)
        plan = solve(problem, objective=self.objective, gap=self.gap, start=self.plan)
        return Session(**tables, plan=plan, objective=self.objective, gap=self.gap, practice=self.practice)
