"""Whom to hire and whom to move now, when intake and work are uncertain: a two-stage stochastic programme.

References
----------
Birge and Louveaux (2011), Introduction to Stochastic Programming; Rockafellar and Uryasev (2000), Optimization of
conditional value-at-risk.
"""

from workbench.decisions.staffing.costs import cost, late_cases
from workbench.decisions.staffing.easing import Easing, easings
from workbench.decisions.staffing.problem import Limits, Orders, Prices, StaffingProblem
from workbench.decisions.staffing.solve import Plan, solve

__all__ = [
    "Easing",
    "Limits",
    "Orders",
    "Plan",
    "Prices",
    "StaffingProblem",
    "cost",
    "easings",
    "late_cases",
    "solve",
]
