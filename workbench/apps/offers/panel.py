"""What was offered to a municipality, and what does it answer?"""

from __future__ import annotations

from workbench.apps.visit import Personal
from workbench.presentation.languages import marked


class Offers(Personal):
    """What was offered to a municipality, and what does it answer?"""

    title = marked("Offers to a municipality")
