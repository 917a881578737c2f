"""What is known of one household, what happened to it, and who read that?"""

from __future__ import annotations

from workbench.apps.visit import Personal
from workbench.presentation.languages import marked


class Folder(Personal):
    """What is known of one household, what happened to it, and who read that?"""

    title = marked("One household")
