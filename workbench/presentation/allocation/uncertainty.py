"""What is said of a plan whose scores are uncertain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.presentation.findings import Finding
from workbench.presentation.languages import say
from workbench.presentation.wording import number, percent

if TYPE_CHECKING:
    from workbench.studies.allocation.uncertainty import UnderDraws


def under_draws(told: UnderDraws, language: str = "en") -> Finding:
    """Return how steady a plan is under draws of the scores, and what knowing them would be worth."""
    steady, best = told.steady, told.safest
    values = steady.values
    caveats = [
        say(
            "Knowing the true scores before planning would add {least} to {most}; more data can add no more than that.",
            language,
            least=number(steady.knowing, 2, language),
            most=number(max(steady.knowing, steady.knowing_at_most), 2, language),
        )
    ]
    if best is not None:
        lost = 1 - best.plan.value / best.expected_best if best.expected_best > 0 else 0.0
        caveats.append(
            say(
                "The plan is chosen for the worst {share} of the draws: there it scores {tail} on average, the plan "
                "with the best expected score {other}. It gives up {lost} of the expected score. No plan that places "
                "as many persons scores more than {bound} there.",
                language,
                share=percent(best.share, language=language),
                tail=number(best.tail, 2, language),
                other=number(best.tail_of_expected, 2, language),
                lost=percent(max(0.0, lost), 2, language=language),
                bound=number(best.bound, 2, language),
            )
        )
    sentence = say(
        "In {draws} draws of the scores, the best plan of a draw sends a household where this plan sends it in {mean} "
        "of the draws on average. The expected score is {expected}; in the worst tenth of the draws it is {worst}.",
        language,
        draws=number(told.draws, language=language),
        mean=percent(
            float(steady.by_household["share"].mean()) if len(steady.by_household) else 0.0, language=language
        ),
        expected=number(float(values.mean()), 2, language),
        worst=number(steady.tail(), 2, language),
    )
    return Finding(sentence, float(values.mean()), say("score", language), caveats=tuple(caveats), language=language)
