"""``workbench locality``: which localities and parts are installed, is one whole, and start a new one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workbench.core.plugins import Plugin

app = typer.Typer(help="Localities: what is installed, is it whole, start your own.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@app.command("list", epilog="Example: workbench locality list")
def list_(as_json: AsJson = False) -> None:
    """List the localities, rules, indicators, sources, models and pages installed, and the package that brings each."""
    from workbench.cli.parts import installed
    from workbench.core import plugins
    from workbench.sources import localities

    others = dict(installed())
    places = [localities.load(name) for name in sorted(others.pop("localities"))]
    if as_json:
        body = {
            "localities": {
                p.id: {"name": p.name, "places": len(p.places), "folder": str(p.folder), "package": _package(p.plugin)}
                for p in places
            },
            **{kind: {name: _package(plugin) for name, plugin in found.items()} for kind, found in others.items()},
            "skipped": [asdict(part) for part in plugins.notices()],
        }
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        return
    for p in places:
        typer.echo(f"{p.id:14} {p.name}, {len(p.places)} places of level {p.level} ({_package(p.plugin)})")
    for kind, found in others.items():
        typer.echo(f"\n{kind}")
        typer.echo("\n".join(_lines(found)))


@app.command("show", epilog="Example: workbench locality show norway")
def show(
    name: Annotated[str, typer.Argument(help="Identifier of an installed locality, or its folder.")],
    as_json: AsJson = False,
) -> None:
    """Show what a locality's own tables say: every installed indicator that they allow."""
    from workbench.presentation import indicators as shown
    from workbench.sources import localities
    from workbench.studies.localities import indicators

    place = localities.load(name)
    found = [(item.plugin, shown.measured(item)) for item in indicators.measure(place)]
    if as_json:
        body = {
            plugin.name: {"sentence": said.sentence, "estimate": said.estimate, "unit": said.unit}
            for plugin, said in found
        }
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        return
    typer.echo(f"{place.name}: {len(place.places)} places, tables {', '.join(place.tables)}")
    for _, said in found:
        typer.echo(f"\n{said.plain()}")
    if not found:
        typer.echo("No installed indicator can be measured on these tables.")


@app.command("check", epilog="Example: workbench locality check my-town")
def check(
    name: Annotated[str, typer.Argument(help="Identifier of an installed locality, or its folder.")],
    as_json: AsJson = False,
) -> None:
    """Check all that a locality brings, its guide and its package's parts among it; every fault is named at once."""
    from dataclasses import replace

    from workbench.cli import conformance
    from workbench.studies.localities import checks as locality

    report = locality.check(name)
    whole = conformance.check(name) if not report.faults else conformance.NOTHING
    report = replace(report, faults=(*report.faults, *whole.faults))
    if as_json:
        body = {**asdict(report), "folder": str(report.folder), "valid": not report.faults, **whole.told()}
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        if report.faults:
            raise typer.Exit(2)
        return
    report.raise_faults()
    typer.echo(report.sentence())
    for line in whole.lines:
        typer.echo(line)


@app.command("new", epilog="Example: workbench locality new my-town")
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make; its name becomes the identifier.")],
) -> None:
    """Start a locality in a new folder, with a mark wherever something is to be filled in."""
    from workbench.sources import template

    made = template.start(folder)
    typer.echo(f"Made {made}. Replace every '{template.MARK}' in its files, then: workbench locality check {made}")


def _package(plugin: Plugin | None) -> str:
    return f"{plugin.distribution} {plugin.version}" if plugin else ""


def _lines(found: Mapping[str, Plugin]) -> list[str]:
    return [f"  {name:20} {_package(plugin)}" for name, plugin in sorted(found.items())]
