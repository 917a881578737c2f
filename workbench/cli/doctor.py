"""``workbench doctor``: what this machine has and lacks, each with the one command that mends it."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.steps import WARNING

if TYPE_CHECKING:
    from workbench.core.machine import Finding

EXAMPLE = "Example: workbench doctor --json"


def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Compile what is compiled once on a machine, so that no first plan waits.")
    ] = False,
) -> None:
    """Say what this machine has and lacks; exit code 0 if all is well, 4 if something lacks."""
    if prepare:
        from workbench.decisions.allocation import preparation

        preparation.prepare()
        return
    found = _examine()
    well = all(finding.well for finding in found)
    if as_json:
        typer.echo(json.dumps({"well": well, "found": [asdict(f) for f in found]}, indent=2, ensure_ascii=False))
    else:
        for finding in found:
            typer.echo(f"{'ok   ' if finding.well else 'LACKS'} {finding.name:15} {finding.found}")
            if not finding.well:
                typer.echo(f"      {'mend with':15} {finding.mend}")
    if not well:
        raise typer.Exit(WARNING)


def _examine() -> list[Finding]:
    from workbench.core import machine
    from workbench.core.runs.provenance import default_runs

    found = [
        machine.python(),
        machine.packages(machine.wanted_packages()),
        _fonts(),
        _plugins(),
        machine.browser(),
        machine.space(default_runs()),
        machine.writable("working folder", Path(), "cd ~"),
        machine.runs_folder(),
    ]
    if address := os.environ.get("WORKBENCH_SCHEDULER"):
        found.append(machine.scheduler(address))
    return [finding for finding in found if finding is not None]


def _plugins() -> Finding:
    from workbench.cli.parts import installed
    from workbench.core import plugins
    from workbench.core.machine import Finding

    count = sum(len(found) for found in installed().values())
    skipped = plugins.notices()
    packages = " ".join(sorted({part.distribution for part in skipped}))
    said = "; ".join(part.line() for part in skipped) or f"{count} parts, none left out"
    return Finding("plug-ins", not skipped, said, f"{shlex.quote(sys.executable)} -m pip uninstall {packages}")


def _fonts() -> Finding:
    from workbench.core.errors import ReportError
    from workbench.core.machine import Finding
    from workbench.presentation.drawing import theme

    try:
        count = sum(len(list(folder.glob("*.[ot]tf"))) for folder in theme.font_folders())
    except ReportError as error:
        mend = f"{shlex.quote(sys.executable)} -m pip install font-source-sans-pro matplotlib"
        return Finding("fonts", False, error.what, mend)
    return Finding("fonts", count > 0, f"{count} fonts for charts and reports")
