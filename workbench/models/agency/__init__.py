"""What may happen in an agency by its parts: unit, stage and type of case; staff, queues and waits, month by month.

Only NumPy is needed: nothing is fitted by sampling here.
"""

from workbench.models.agency.capacity import Staffing, capacity
from workbench.models.agency.flow import AgencyPath, simulate
from workbench.models.agency.structure import Agency, Assumptions, MeanAndSpread
from workbench.models.agency.uncertainty import Uncertain, drawn

__all__ = [
    "Agency",
    "AgencyPath",
    "Assumptions",
    "MeanAndSpread",
    "Staffing",
    "Uncertain",
    "capacity",
    "drawn",
    "simulate",
]
