"""The tables of the workbench: every column, its unit and its range, in one place."""

from workbench.core.contracts.allocation import ALLOCATION
from workbench.core.contracts.capacity import CAPACITY
from workbench.core.contracts.inflow import INFLOW
from workbench.core.contracts.municipalities import MUNICIPALITIES
from workbench.core.contracts.settlement import SETTLEMENT

CONTRACTS = {contract.name: contract for contract in (*INFLOW, *SETTLEMENT, *MUNICIPALITIES, *ALLOCATION, *CAPACITY)}

__all__ = ["CONTRACTS"]
