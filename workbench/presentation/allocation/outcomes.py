"""What outcomes by place and type say, and how far they can be trusted, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.presentation.findings import Finding
from workbench.presentation.wording import counted, number, percent

if TYPE_CHECKING:
    from workbench.models.outcomes.fit import OutcomeFit
    from workbench.studies.allocation.outcome_check import Checked
    from workbench.studies.allocation.outcomes import OutcomeTable

SYNTHETIC = "These counts are SYNTHETIC: a program made them, they are about nobody."
REAL = "What is counted is what happened to those who were placed; it does not show what places did to them."


def fitted(table: OutcomeTable, fit: OutcomeFit) -> Finding:
    """Return what the fit is based on and how much types and places differ."""
    cells = fit.cells
    empty = int((cells.n == 0).sum())
    share = cells.successes.sum() / max(1, cells.persons)
    sentence = (
        f"Of {counted(cells.persons, 'person')} counted in {counted(len(cells.places), 'place')}, "
        f"{percent(float(share))} reached “{table.outcome}”. In {number(empty)} of {number(cells.n.size)} pairs of "
        "type and place nobody was counted: there the share is that of similar ones, with a wide interval."
    )
    spread = ", ".join(f"{name} {number(value, 2)}" for name, value in fit.scales.items())
    return Finding(
        sentence,
        estimate=float(share),
        unit="share of persons",
        caveats=(
            f"Spread of the effects in logits: {spread}.",
            fit.diagnostics.sentence(),
            SYNTHETIC if table.synthetic else REAL,
        ),
    )


def checked(told: Checked) -> Finding:
    """Return how the model did on persons left out, beside raw shares and the overall mean."""
    best = max(("the model", told.model), ("raw shares", told.raw), ("the overall mean", told.mean), key=lambda x: x[1])
    return Finding(
        f"On {told.left_out} ({counted(told.persons, 'person')} in {counted(told.cells, 'cell')}, "
        f"{number(told.new_cells)} of them never seen), {best[0]} forecast best. Log score for each person: model "
        f"{number(told.model, 4)}, raw shares {number(told.raw, 4)}, overall mean {number(told.mean, 4)} (higher is "
        f"better). The 95 % intervals held {percent(told.coverage95)} of the counts.",
        estimate=told.model - max(told.raw, told.mean),
        unit="log score above the better simple rule",
        caveats=(SYNTHETIC if told.synthetic else REAL,),
    )
