"""Which attributes of households does a placement use, which may it use here, and what do protected ones change?

A locality lists what a score or rule may use. Taking a protected attribute out and placing again is an audit: it says
what the attribute changes. It does not make a plan fair, since other attributes may stand for the one taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.core.errors import AssumptionError, DataError, Fault, nearest
from workbench.core.geography.places import Locality
from workbench.decisions.allocation import MatchingWeights, Plan, Problem, solve
from workbench.decisions.allocation.problem.input_tables import texts
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.allocation.placement import problem_of

if TYPE_CHECKING:
    from workbench.models.outcomes.fit import OutcomeFit

MATCHED = ("languages", "ties")
"""What needs-and-ties matching is made of."""
ALWAYS = {
    "weight": "how much a household counts",
    "needs": "which places may take a household",
    "linked_with": "households placed together",
    "apart_from": "households kept apart",
    "deadline": "order among equals, and rules on deadlines",
    "arrived": "order among equals",
}
OF_RULES = ("group", "population")


def used(tables: Tables, *, fitted: bool = False) -> dict[str, str]:
    """Return the attributes that a placement of these tables uses, each with what for; persons are always counted.

    Parameters
    ----------
    fitted
        Whether scores are fitted on outcomes by type. What scores of one's own were made from cannot be seen.
    """
    found = {name: told for name, told in ALWAYS.items() if _filled(tables.households, name)}
    if fitted:
        found |= {"type": "scores fitted on outcomes"} if _filled(tables.households, "type") else {}
    elif tables.scores is None:
        found |= {name: "needs-and-ties matching" for name in MATCHED if _filled(tables.households, name)}
    rules = tables.rules
    if rules is not None:
        found |= {name: "a rule of the table of rules" for name in OF_RULES if name in rules and _filled(rules, name)}
    return found


def require_listed(tables: Tables, locality: Locality, *, fitted: bool = False) -> None:
    """Refuse a placement that uses an attribute which the locality does not list.

    Raises
    ------
    DataError
        Every attribute used and not listed, with what it is used for.
    """
    if locality.attributes is None:
        return
    strange = {name: why for name, why in used(tables, fitted=fitted).items() if name not in locality.attributes}
    if strange:
        raise DataError(
            f"{locality.name} does not allow a placement to use " + ", ".join(sorted(strange)),
            where=str(locality.folder / "locality.toml"),
            why=f"[allocation] lists what a score or rule may use: {locality.basis}",
            do="leave the column out of the table, or have the list changed by who answers for it",
            faults=[Fault(f"used for {why}", column=name, where="households") for name, why in sorted(strange.items())],
        )


def auditable(locality: Locality | None, tables: Tables, fitted: bool) -> list[str]:
    """Return the locality's protected attributes that the score of these tables is made of."""
    if locality is None:
        return []
    made_of = [name for name in used(tables, fitted=fitted) if name in ("type", *MATCHED)]
    return [name for name in locality.protected if name in made_of]


@dataclass(frozen=True, eq=False)
class Audit:
    """What a plan would be without an attribute.

    Attributes
    ----------
    attribute
        What was taken out of the score.
    moved
        Households for whom the plan differs, of ``households``: another place, or a place in one of both plans alone.
    lost
        Share of the score, told with the attribute, that is lost by planning without it.
    groups
        ``group, with, without``: mean score of a weighted person, both told with the attribute.
    """

    attribute: str
    moved: int
    households: int
    lost: float
    groups: pd.DataFrame


def audit(
    tables: Tables,
    attributes: Sequence[str],
    *,
    fitted: tuple[OutcomeFit, pd.DataFrame] | None = None,
    weights: MatchingWeights | None = None,
    gap: float = 0.002,
    seconds: float = 15.0,
) -> list[Audit]:
    """Place again without each attribute in the score, and compare by the score with it.

    Raises
    ------
    AssumptionError
        The score is not made from the attribute, or was brought and cannot be made without it.
    """
    stated = problem_of(tables, weights)
    plan = solve(stated, gap=gap, time_limit=seconds)
    return [
        _compared(name, stated, plan, _without(tables, name, fitted, weights, stated), gap, seconds)
        for name in dict.fromkeys(attributes)
    ]


def _without(
    tables: Tables,
    name: str,
    fitted: tuple[OutcomeFit, pd.DataFrame] | None,
    weights: MatchingWeights | None,
    stated: Problem,
) -> Problem:
    if fitted is not None and name == "type":
        fit, _ = fitted
        counted = fit.cells.n.sum(axis=1).astype(float)
        mean = (counted / counted.sum()) @ fit.mean
        at = [fit.cells.places.index(place) for place in stated.place_names]
        score = np.where(np.isnan(stated.score), np.nan, mean[at][None, :])
        return replace(stated, score=score)
    if fitted is None and tables.scores is None and name in MATCHED:
        return problem_of(replace(tables, households=tables.households.assign(**{name: ""})), weights)
    made_of = ("type",) if fitted is not None else MATCHED if tables.scores is None else ()
    raise AssumptionError(
        f"the score cannot be made without '{name}'",
        why="it is made of " + ", ".join(made_of) if made_of else "it was brought: how it was made is not known here",
        do=nearest(name, list(made_of)) if made_of else "have the score made again without it, and compare both plans",
    )


def _compared(name: str, stated: Problem, plan: Plan, other: Problem, gap: float, seconds: float) -> Audit:
    blind = solve(other, gap=gap, time_limit=seconds)
    was, now = (each.assignment.set_index("household")["place"].astype(str) for each in (plan, blind))
    both = pd.DataFrame({"was": was, "now": now}).fillna("")
    groups, worth = np.array(stated.group, dtype=object), []
    for each in (plan, blind):
        rows, places = stated.placed(each.assignment)
        gained = np.zeros(len(stated.household_names))
        gained[rows] = np.nan_to_num(stated.score[rows, places]) * stated.weight[rows]
        worth.append(gained)
    told = [
        {
            "group": str(group),
            "with": float(worth[0][groups == group].sum() / max(1e-12, stated.weight[groups == group].sum())),
            "without": float(worth[1][groups == group].sum() / max(1e-12, stated.weight[groups == group].sum())),
        }
        for group in sorted(set(groups))
    ]
    lost = 1 - worth[1].sum() / worth[0].sum() if worth[0].sum() > 0 else 0.0
    moved = int((both["was"] != both["now"]).sum())
    return Audit(name, moved, len(stated.household_names), float(max(0.0, lost)), pd.DataFrame(told))


def _filled(table: pd.DataFrame, name: str) -> bool:
    return name in table and any(texts(table, name))
