"""Eksempelby, an invented town: its locality, a rule and an indicator for the Migration Workbench."""

from pathlib import Path


def folder() -> Path:
    """Return where the town's locality lies."""
    return Path(__file__).parent / "locality"
