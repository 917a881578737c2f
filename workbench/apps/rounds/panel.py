"""Who is offered where this week, who decides, and what does an override cost?"""

from __future__ import annotations

from workbench.apps.visit import Personal
from workbench.presentation.languages import marked


class Rounds(Personal):
    """Who is offered where this week, who decides, and what does an override cost?"""

    title = marked("Rounds of offers")
