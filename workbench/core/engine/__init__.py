"""How is a long run shared out over cores or a cluster, watched, stopped and taken up again?

One small door to Dask distributed, and its only importer.
"""

from workbench.core.engine.maps import Engine, session

__all__ = ["Engine", "session"]
