"""Migration Workbench: one posterior from arrivals through caseload to municipalities.

A room is imported when it is first entered (``from workbench.studies import inflow``); this module loads nothing heavy.
"""

__version__ = "0.1.0"
