"""How groups fare under a plan, and who waits: what a directorate watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.presentation.findings import Finding
from workbench.presentation.languages import say
from workbench.presentation.wording import number

if TYPE_CHECKING:
    from workbench.decisions.allocation import Plan, Problem

LARGE = 5
CARE = ("health", "rehabilitation", "step_free")


def waiting(problem: Problem, plan: Plan, language: str = "en") -> Finding:
    """Return how many large households, and households with health or mobility needs, stay without a place."""
    left = set(plan.unplaced["household"].astype(str))
    out = np.array([name in left for name in problem.household_names], dtype=bool)
    large = problem.persons >= LARGE
    care = np.array([any(word in need for need in needs for word in CARE) for needs in problem.needs], dtype=bool)
    sentence = say(
        "Without a place: {large} of {larges} households of five or more, {care} of {cares} households with health or "
        "mobility needs, {all} of {households} in all.",
        language,
        large=number(int((out & large).sum()), language=language),
        larges=number(int(large.sum()), language=language),
        care=number(int((out & care).sum()), language=language),
        cares=number(int(care.sum()), language=language),
        all=number(int(out.sum()), language=language),
        households=number(len(out), language=language),
    )
    return Finding(sentence, language=language)
