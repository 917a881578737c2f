"""Find what ships with the program: in a checkout beside the package, in an installed wheel inside it."""

from __future__ import annotations

from pathlib import Path

from workbench.core.errors import DataError

_PACKAGE = Path(__file__).parents[2]


def path(name: str) -> Path:
    """Return the folder ``data``, ``reports`` or ``notebooks`` as it ships."""
    for base in (_PACKAGE / "_shipped", _PACKAGE.parent):
        if (base / name).is_dir():
            return base / name
    raise DataError(
        f"the shipped folder '{name}' is missing",
        where=str(_PACKAGE),
        why="the installation is incomplete",
        do="install migration-workbench again",
    )


def denmark() -> Path:
    """Return the folder of the locality ``denmark``."""
    return path("data") / "localities" / "denmark"


def eu() -> Path:
    """Return the folder of the locality ``eu``."""
    return path("data") / "localities" / "eu"


def norway() -> Path:
    """Return the folder of the locality ``norway``."""
    return path("data") / "localities" / "norway"


def sweden() -> Path:
    """Return the folder of the locality ``sweden``."""
    return path("data") / "localities" / "sweden"


def telemark() -> Path:
    """Return the folder of the locality ``telemark``."""
    return path("data") / "localities" / "telemark"


def uk() -> Path:
    """Return the folder of the locality ``uk``."""
    return path("data") / "localities" / "uk"


def example_agency() -> Path:
    """Return the folder of the locality ``example_agency``, which is synthetic."""
    return path("data") / "localities" / "example_agency"
