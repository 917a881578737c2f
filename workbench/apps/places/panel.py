"""What can a municipality take, by week, and where does its year stand?"""

from __future__ import annotations

from workbench.apps.visit import Personal
from workbench.presentation.languages import marked


class Places(Personal):
    """What can a municipality take, by week, and where does its year stand?"""

    title = marked("Places by week")
