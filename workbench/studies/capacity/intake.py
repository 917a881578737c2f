"""How do an inflow forecast's applicants become an agency's cases? Draw by draw: one posterior all the way."""

from __future__ import annotations

import numpy as np

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError


def cases_of(applicants: Draws, share: float = 1.0) -> Draws:
    """Return whole cases for each applicant forecast: ``share`` cases each, rounded, draw number by draw number.

    Parameters
    ----------
    share
        Cases of the agency for each applicant: below 1 where a case holds several persons.
    """
    if not (np.isfinite(share) and share >= 0):
        raise AssumptionError(f"{share} cases for each applicant", do="state a number that is not negative")
    values = applicants.values
    return Draws((values * share).round().astype("int64"), "cases")
