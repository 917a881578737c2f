"""What the town's own tables say."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workbench.core.geography.places import Locality
from workbench.core.parts import Measurement


class DistrictSpread:
    """How unevenly did the districts take part last year?"""

    question = "What share of those settled went to the district that took most?"
    tables = ("settlement",)

    def measure(self, locality: Locality, tables: Mapping[str, pd.DataFrame]) -> Measurement:
        """Return the share of the district that settled most, in the newest year."""
        table = tables["settlement"]
        year = table["year"].max()
        settled = table[table["year"] == year].set_index("municipality")["settled"]
        most = str(settled.idxmax())
        share = float(settled.max() / settled.sum())
        return Measurement(
            f"In {year}, {locality.place_name(most)} settled {100 * share:.0f} % of all newcomers of {locality.name}.",
            share,
            "share of persons settled",
            ("The figures are invented.",),
        )
