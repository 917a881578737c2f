"""How cvxpy is reached and a question is solved: with HiGHS, its interior point method first."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

from workbench.core.errors import DecisionError

# The interior point method without crossover: a plan needs no vertex, and the simplex takes ten times as long here.
INTERIOR = {"solver": "ipm", "run_crossover": "off"}


def cvxpy() -> Any:
    """Return cvxpy, loaded when first asked for: two seconds that only a solve should cost.

    Its functions carry no types of their own.
    """
    return importlib.import_module("cvxpy")


def run(question: Any) -> str:
    """Solve with HiGHS; return ``optimal``, ``infeasible`` or another status of cvxpy."""
    cp = cvxpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            question.solve(solver=cp.HIGHS, highs_options=INTERIOR)
            if question.status not in (cp.OPTIMAL, cp.INFEASIBLE):  # close to infeasible: the simplex decides
                question.solve(solver=cp.HIGHS)
        except cp.error.SolverError as error:
            raise DecisionError("the solver gave up on the staffing plan", why=str(error), do="try again") from error
    return str(question.status)
