"""Live sources: a publisher's table fetched, checked and kept as a vintage."""

from workbench.sources.fetching.publishers import PUBLISHERS
from workbench.sources.fetching.vintages import Fetched, fetch, known_on, vintages

__all__ = ["PUBLISHERS", "Fetched", "fetch", "known_on", "vintages"]
