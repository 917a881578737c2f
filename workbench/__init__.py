"""Migration Workbench: one posterior from arrivals through caseload to municipalities.

A room is imported when it is first entered (``from workbench.studies import inflow``); this module loads nothing heavy.
"""

import time

__version__ = "0.1.0"
STARTED = time.monotonic()
"""When the program began to load, seconds on the clock that only runs forward."""
