"""How many cases an agency will decide, and how many will wait: intake, output and stock by month or quarter.

Output is forecast and not assumed. Importing this package loads no PyMC; fitting does.
"""

from workbench.models.caseflow.fit import CaseFlowFit, FlowDraws
from workbench.models.caseflow.model import CaseFlowModel
from workbench.models.caseflow.panel import CaseFlowPanel

__all__ = ["CaseFlowFit", "CaseFlowModel", "CaseFlowPanel", "FlowDraws"]
