"""What a table of moves taught, in sentences and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.models.moves.contest import MODEL
from workbench.presentation.findings import Finding
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, counted, number, percent

if TYPE_CHECKING:
    from workbench.studies.settlement.moves.tables import MovesLearnt

FEATURES = {
    "size_of_origin": "persons in the place they leave",
    "size_of_destination": "persons in the place they move to",
    "nearness": "nearness",
    "beyond_near": "nearness, added beyond 40 km",
    "beyond_middle": "nearness, added beyond 150 km",
    "between": "fewer persons living in between",
    "same_county": "same county or region (factor, log)",
}
METHODS = {
    MODEL: "this model",
    "gravity_regression": "gravity by regression",
    "radiation": "radiation",
    "constant_shares": "constant shares",
}
TASKS = {"pairs": "pairs of places", "origins": "all moves from a place"}


def headline(learnt: MovesLearnt) -> Finding:
    """Return how much nearer than the best simple rule the model came on moves that it had not seen."""
    table = learnt.table
    base = f"{number(table.persons)} moves between {counted(len(table.flows.places), 'place')}"
    if learnt.contest is None:
        return Finding(f"{base}: the model is fitted to all of them, and was not tried on moves held out.")
    rows = learnt.contest[learnt.contest["task"] == "pairs"].set_index("method")["deviance"]
    best = rows.drop(MODEL).idxmin()
    won = rows[MODEL] < rows[best]
    verdict = "came nearer than" if won else "LOST to"
    return Finding(
        f"{base}: on pairs held out the model {verdict} the best simple rule ({METHODS[str(best)]}): mean deviance "
        f"{number(rows[MODEL], 1)} against {number(rows[best], 1)}.",
        estimate=float(rows[MODEL]),
        unit="Poisson deviance a pair",
        headline=True,
    )


def what_draws(learnt: MovesLearnt) -> Table:
    """Return what moves more persons: elasticities with 95 % intervals."""
    rows = learnt.fit.elasticities
    spread = 1.96
    return Table(
        name="moves-elasticities",
        caption="What moves more persons from one place to another",
        columns=(
            Column("What grows by 1 %", tuple(FEATURES[name] for name in rows), right=False),
            Column("Moves grow by %", tuple(number(centre, 2) for centre, _ in rows.values())),
            Column(
                "95 % interval",
                tuple(f"{number(c - spread * e, 2)} {DASH} {number(c + spread * e, 2)}" for c, e in rows.values()),
            ),
        ),
        data=_frame(learnt),
        sources=learnt.table.sources,
        notes=(
            "Places differ besides in how many leave, how many come, and how far they go; a pair shares part of its "
            f"surplus with its reverse ({percent(learnt.fit.mutual)}).",
        ),
    )


def contest(learnt: MovesLearnt) -> Table:
    """Return how the model and simple rules foresaw moves that they had not seen."""
    if learnt.contest is None:
        raise ValueError("no contest was held")
    records = learnt.contest.to_dict("records")
    return Table(
        name="moves-contest",
        caption="How moves held out were foreseen",
        columns=(
            Column("Held out", tuple(TASKS[r["task"]] for r in records), right=False),
            Column("Method", tuple(METHODS[r["method"]] for r in records), right=False),
            Column("Deviance", tuple(number(r["deviance"], 1) for r in records)),
            Column("Error", tuple(percent(r["error"]) for r in records)),
            Column("Top 5 hit", tuple("" if r["task"] == "pairs" else percent(r["top5"]) for r in records)),
            Column("In 80 %", tuple(percent(r["in80"]) for r in records)),
            Column("In 95 %", tuple(percent(r["in95"]) for r in records)),
        ),
        data=learnt.contest,
        sources=learnt.table.sources,
        notes=(
            "Deviance: Poisson, mean over pairs. Error: absolute, as a share of all persons. For a place held out the "
            "sum "
            "of its leavers is known, and so are the moves to it.",
        ),
    )


def _frame(learnt: MovesLearnt) -> pd.DataFrame:
    rows = [(name, *told) for name, told in learnt.fit.elasticities.items()]
    return pd.DataFrame(rows, columns=["feature", "estimate", "standard_error"])
