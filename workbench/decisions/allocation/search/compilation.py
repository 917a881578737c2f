"""Are the loops of the search compiled on this machine already? If not, a first plan takes up to a minute longer.

Numba compiles each loop when it is first called and keeps the machine code beside the source, or where
``NUMBA_CACHE_DIR`` says.
"""

from __future__ import annotations

from pathlib import Path


def compiled() -> bool:
    """Say whether machine code of the search lies on this machine."""
    from workbench.decisions.allocation.search.local import regret_insertion

    found = regret_insertion.insert.stats.cache_path
    return found is not None and any(Path(found).glob("regret_insertion.insert-*.nbi"))
