"""What readers see of a cockpit: cards, tables, what is missing; pictures stand in ``figures``."""

from workbench.presentation.cockpit.cards import Card, beneath, card, cards
from workbench.presentation.cockpit.front import front, heading, how_to_rerun, sources
from workbench.presentation.cockpit.tables import by_area, by_place, headline, how_sure, missing, no_indicator

__all__ = [
    "Card",
    "beneath",
    "by_area",
    "by_place",
    "card",
    "cards",
    "front",
    "heading",
    "headline",
    "how_sure",
    "how_to_rerun",
    "missing",
    "no_indicator",
    "sources",
]
