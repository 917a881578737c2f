"""How many applied, by month and destination? The source that reads a locality's own table of arrivals."""

from __future__ import annotations

import pandas as pd

from workbench.core.geography.places import Locality
from workbench.core.runs.provenance import Vintage
from workbench.sources import localities


class Arrivals:
    """The table of arrivals that a locality brings, under the name ``arrivals`` or ``inflow``."""

    contract = "arrivals"

    def read(self, locality: Locality) -> tuple[pd.DataFrame, Vintage]:
        """Return the locality's table and its vintage."""
        name = "arrivals" if "arrivals" in locality.tables else "inflow"
        table = localities.table(locality, name)
        return table, localities.vintage(locality, name, table)
