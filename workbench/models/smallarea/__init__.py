"""What is a rate in each small area, how sure is its rank, and what will be published next? Importing loads no PyMC."""

from workbench.models.smallarea.fit import SmallAreaFit
from workbench.models.smallarea.model import SmallAreaModel
from workbench.models.smallarea.panel import SmallAreaPanel
from workbench.models.smallarea.ranks import ranks

__all__ = ["SmallAreaFit", "SmallAreaModel", "SmallAreaPanel", "ranks"]
