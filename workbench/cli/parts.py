"""Which parts are installed, pages among them, and which were left out?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from workbench.core.plugins import Plugin

_TOLD = "workbench.told"


def installed() -> Mapping[str, Mapping[str, Plugin]]:
    """Return every usable part by kind and name; the pages join here, as studies know no apps."""
    from workbench.apps import pages
    from workbench.studies.localities import installed

    return {**installed.parts(), "panels": pages.available()}


def tell_left_out(context: typer.Context) -> None:
    """Say on the error stream which parts were left out, each once in a call of the program."""
    from workbench.core import plugins

    told = context.meta.setdefault(_TOLD, set())
    for part in plugins.notices():
        if part not in told:
            told.add(part)
            typer.echo(f"Notice: {part.line()}", err=True)
