"""Where no plan keeps every limit: which one limit, eased by how much, would make a plan possible?"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.decisions.staffing.problem import StaffingProblem
from workbench.decisions.staffing.solve import REPRESENTATIVE, limits_of, programme, representative
from workbench.decisions.staffing.solver import cvxpy, run


@dataclass(frozen=True)
class Easing:
    """One limit (``budget``, ``training``, ``late``) that alone would have to give way.

    ``needed`` is the smallest value with which a plan exists, None if easing this one alone does not help.
    """

    limit: str
    allowed: float
    needed: float | None


def easings(problem: StaffingProblem, *, number: int = REPRESENTATIVE) -> list[Easing]:
    """Return for each limit how far it alone must give way, the others kept."""
    cp = cvxpy()
    part = problem.only(representative(problem, number))
    stated = programme(part)
    limits = limits_of(part, stated)
    found = []
    for name, (used, allowed) in limits.items():
        others = [expression <= value for other, (expression, value) in limits.items() if other != name]
        question = cp.Problem(cp.Minimize(used), [*stated.kept, *others])
        solved = run(question) in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE)
        found.append(Easing(name, allowed, float(question.value) if solved else None))
    return found
