"""Which parts are installed, of every kind, and who brings them?"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.core.plugins import Plugin
from workbench.decisions.allocation.rules import installed
from workbench.models import components
from workbench.sources import localities, registry
from workbench.studies.localities import indicators


def parts() -> Mapping[str, Mapping[str, Plugin]]:
    """Return every usable part by kind and name; what is left out stands in ``plugins.notices()`` afterwards."""
    return {
        "localities": localities.installed(),
        "rules": installed.available(),
        "indicators": indicators.available(),
        "sources": registry.available(),
        "components": components.available(),
    }
