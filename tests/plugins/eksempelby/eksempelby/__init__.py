"""Eksempelby, an invented town: its locality, a rule, an indicator and a page for the Migration Workbench."""

from pathlib import Path


def folder() -> Path:
    """Return where the town's locality lies."""
    return Path(__file__).parent / "locality"
