"""What does a household say in its interview, and is it whole?"""

from __future__ import annotations

from workbench.apps.visit import Personal
from workbench.presentation.languages import marked


class Intake(Personal):
    """What does a household say in its interview, and is it whole?"""

    title = marked("Interview")
