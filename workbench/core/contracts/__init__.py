"""The tables of the workbench: every column, its unit and its range, in one place."""

from workbench.core.contracts.tables.allocation import ALLOCATION
from workbench.core.contracts.tables.capacity import CAPACITY
from workbench.core.contracts.tables.inflow import INFLOW
from workbench.core.contracts.tables.municipalities import MUNICIPALITIES
from workbench.core.contracts.tables.settlement import SETTLEMENT

CONTRACTS = {contract.name: contract for contract in (*INFLOW, *SETTLEMENT, *MUNICIPALITIES, *ALLOCATION, *CAPACITY)}

__all__ = ["CONTRACTS"]
