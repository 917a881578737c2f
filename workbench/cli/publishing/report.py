"""``workbench report``: which reports there are, and make one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.steps import WARNING, step

MOVED = 1
"""Exit code of a check that found something changed or moved."""
SHOWN = 20

app = typer.Typer(help="Reports: PDF, HTML and the executed notebook.", no_args_is_help=True)


@app.command("list", epilog="Example: workbench report list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List the reports with their parameters, types and defaults."""
    from workbench.reporting.notebooks import catalogue

    reports = catalogue.reports()
    if as_json:
        body = {
            r.name: {"title": r.title, "reader": r.reader, "parameters": [asdict(p) for p in r.parameters]}
            for r in reports
        }
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        return
    for report in reports:
        typer.echo(f"{report.name}: {report.title}\n  for {report.reader}")
        for p in report.parameters:
            unit = f", {p.unit}" if p.unit else ""
            typer.echo(f"    {p.name:12} {p.type:6} {p.default!r:14} {p.meaning}{unit}")


@app.command("build", epilog="Example: workbench report build inflow -p as_of=2019-09 -p horizon=6")
def build(
    name: Annotated[str, typer.Argument(help="Name of the report, see `workbench report list`.")],
    parameter: Annotated[list[str] | None, typer.Option("-p", help="A parameter as key=value; repeat it.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the PDF, the HTML and the notebook.")] = Path("output/reports"),
    everything: Annotated[
        bool,
        typer.Option("--all", help="One report for each municipality; what is there and whole is not made again."),
    ] = False,
    locality: Annotated[
        str | None, typer.Option(help="Locality whose municipalities these are, the same as -p locality=….")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes at once, with --all.")] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a report of this name that was made with other parameters.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Run a report's notebook and write its PDF, its HTML and the executed notebook."""
    from workbench.core.errors import ReportError
    from workbench.reporting.build import build as build_report
    from workbench.reporting.build import published

    values = {}
    for given in parameter or []:
        key, equals, value = given.partition("=")
        if not equals:
            raise ReportError(f"'{given}' is not a parameter", do="write it as key=value, e.g. -p horizon=6")
        if key.strip() in values:
            raise ReportError(f"the parameter '{key.strip()}' is given twice", do="give each parameter once")
        values[key.strip()] = value
    if locality is not None:
        if values.get("locality", locality) != locality:
            raise ReportError("the locality is given twice", do="give --locality or -p locality=…, not both")
        values["locality"] = locality
    if everything:
        _all(name, values, out, workers, as_json)
        return
    if shown := published(name, values):
        values["run"] = shown
        typer.echo(f"Shown is what was published, {shown}; for a draft give its parameters, e.g. -p seed=1.", err=True)
    with step(f"Report {name}"):
        built = build_report(name, values, out, overwrite=overwrite)
    if as_json:
        body = {"pdf": str(built.pdf), "html": str(built.html), "notebook": str(built.notebook)}
        typer.echo(json.dumps(body | {"attention": built.attention}, ensure_ascii=False))
    else:
        typer.echo(f"PDF: {built.pdf}\nHTML: {built.html}\nNotebook: {built.notebook}")
    for told in built.left_out:
        typer.echo(
            f"Not carried by the public edition: {told}. A rerun needs --input {told.split(':')[0]}=FILE", err=True
        )
    if built.replaced:
        typer.echo(built.replaced, err=True)
    if built.attention:
        typer.echo(built.attention, err=True)
        raise typer.Exit(WARNING)


def _all(name: str, values: dict[str, str], out: Path, workers: int | None, as_json: bool) -> None:
    """Build a report for each municipality; say what failed, and end with a warning if anything did."""
    from workbench.core.engine import Engine
    from workbench.core.errors import ReportError
    from workbench.presentation.wording import counted
    from workbench.reporting import many
    from workbench.sources import localities

    if many.EACH in values:
        raise ReportError(f"one {many.EACH}, and all of them", do=f"leave out --all, or -p {many.EACH}=…")
    places = sorted(localities.load(values.get("locality", "norway")).places)
    with step(counted(len(places), "report")) as progress, Engine(workers=workers) as engine:
        made = many.build_many(name, places, values, out, engine=engine, progress=progress)
    new = [each for each in made.made if not each.failure]
    if as_json:
        body = {"manifest": str(made.manifest), "built": len(new), "found": made.found, "seconds": made.seconds}
        failures = {each.place: each.failure for each in made.failures}
        typer.echo(json.dumps(body | {"failures": failures}, ensure_ascii=False))
    else:
        minutes = made.seconds / 60
        fresh = len(new) - made.found
        rate = f", {fresh / minutes:.0f} a minute" if minutes > 0 and fresh else ""
        typer.echo(
            f"{counted(len(new), 'report')} in {out}, {made.found} of them there before; {minutes:.1f} minutes{rate}."
        )
        typer.echo(f"Manifest: {made.manifest}")
        for each in made.failures:
            typer.echo(f"  {each.place}: {each.failure}", err=True)
        for each in new:
            if each.attention:
                typer.echo(f"Attention: {each.attention}", err=True)
                break
    if made.failures or any(each.attention for each in new):
        raise typer.Exit(WARNING)


@app.command("verify", epilog="Example: workbench report verify inflow.pdf --rerun")
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf", help="A report that `workbench report build` wrote.")],
    rerun: Annotated[bool, typer.Option("--rerun", help="Build it again from what it carries, and compare.")] = False,
    runs: Annotated[
        Path | None, typer.Option(help="Saved runs that a rerun may use again (default: none, all is computed).")
    ] = None,
    own: Annotated[
        list[str] | None, typer.Option("--input", help="A table that the report does not carry, as arrivals=FILE.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Check what a PDF carries, and with --rerun number by number whether its figures come out again."""
    from workbench.reporting import pdf_file

    tables = _named(own)
    _tell(f"Reading {pdf_file.checked(file)}")
    from workbench.reporting import verification  # what takes long to load, after the names are known to be right

    verdict = verification.verify(file, rerun=rerun, runs=runs, own=tables, told=_tell)
    if as_json:
        numbers = verdict.numbers.to_dict("records")
        body = {"ok": verdict.ok, "faults": verdict.faults, "notes": verdict.notes, "numbers": numbers}
        typer.echo(json.dumps(body, ensure_ascii=False, default=str))
    else:
        for sentence in _said(verdict, rerun):
            typer.echo(sentence)
    if not verdict.ok:
        raise typer.Exit(MOVED)


@app.command("rerun-all", epilog="Example: workbench report rerun-all output/reports")
def rerun_all(
    folder: Annotated[Path, typer.Argument(help="Folder of reports; its PDFs are rerun one by one.")],
    rerun: Annotated[bool, typer.Option("--rerun/--no-rerun", help="Build each again, or only check it.")] = True,
    runs: Annotated[
        Path | None, typer.Option(help="Saved runs that a rerun may use again (default: none, all is computed).")
    ] = None,
) -> None:
    """Check every PDF of a folder and print one line for each."""
    from workbench.core.errors import ReportError
    from workbench.reporting import verification

    found = verification.every(folder, rerun=rerun, runs=runs, told=_tell)
    if not found:
        raise ReportError("there is no PDF here", where=str(folder), do="name a folder that holds built reports")
    for path, verdict in found:
        if isinstance(verdict, Exception):
            typer.echo(f"{path}: not checked: {' '.join(str(verdict).split())}")
        else:
            same = int(verdict.numbers["difference"].eq(0).sum()) if len(verdict.numbers) else 0
            told = (
                f"{same} of {len(verdict.numbers)} figures the same, {len(verdict.moved)} moved" if rerun else "checked"
            )
            faults = [fault.rstrip(".") for fault in verdict.faults]
            typer.echo(f"{path}: {'well' if verdict.ok else 'NOT well'}; {'; '.join([*faults, told])}")
    if any(isinstance(verdict, Exception) or not verdict.ok for _, verdict in found):
        raise typer.Exit(MOVED)


def _tell(said: str) -> None:
    """Print what is being done."""
    typer.echo(f"{said} …", err=True)


def _named(given: list[str] | None) -> dict[str, Path]:
    """Return tables by the parameter that names them."""
    from workbench.core.errors import ReportError

    pairs = [text.partition("=") for text in given or []]
    for name, equals, file in pairs:
        if not equals or not Path(file).is_file():
            raise ReportError(f"'{name}{equals}{file}' names no file", do="write it as arrivals=FILE")
    return {name.strip(): Path(file) for name, _, file in pairs}


def _said(verdict: Any, rerun: bool) -> list[str]:
    """Return what a check found, in lines."""
    if verdict.faults:
        return [
            f"{verdict.path}: this is not the report that was built.",
            *(f"  - {fault}" for fault in verdict.faults),
        ]
    lines = [f"{verdict.path}: what it carries is what was put in."]
    if not rerun:
        return [*lines, "Nothing was computed again; --rerun does."]
    numbers = verdict.numbers
    same = int(numbers["difference"].eq(0).sum())
    lines += [f"{same} of {len(numbers)} figures came out the same.", *verdict.notes]
    differ = numbers[~numbers["difference"].eq(0)]
    for row in differ.head(SHOWN).to_dict("records"):
        how = "within" if row["within"] else "BEYOND"
        lines.append(
            f"  {row['table']}, line {row['row']}, {row['column']}: {row['printed']} came out as {row['again']}, "
            f"{how} the tolerance of {row['tolerance']:.4g}"
        )
    if len(differ) > SHOWN:
        lines.append(f"  … and {len(differ) - SHOWN} more")
    lines.append("No figure moved beyond its tolerance." if verdict.ok else f"{len(verdict.moved)} figures moved.")
    return lines
