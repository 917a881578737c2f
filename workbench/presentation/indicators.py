"""How do readers see what a locality's own tables say?"""

from __future__ import annotations

from workbench.presentation.findings import Finding
from workbench.studies.localities.indicators import Measured


def measured(found: Measured) -> Finding:
    """Return an indicator as a finding; one that another package brought says so."""
    plugin, said = found.plugin, found.measurement
    brought = () if plugin.own else (f"Indicator of the package {plugin.distribution} {plugin.version}.",)
    return Finding(
        said.sentence,
        estimate=said.estimate,
        unit=said.unit,
        caveats=(*said.caveats, *brought),
        sources=found.sources,
    )
