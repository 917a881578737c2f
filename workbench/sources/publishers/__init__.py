"""Publishers' files as they are: which format is it, and what does it say in the columns of a contract?"""

from workbench.sources.publishers.arranging import arranged
from workbench.sources.publishers.formats import looks_like, recognised

__all__ = ["arranged", "looks_like", "recognised"]
