"""``workbench inflow detections``: do border detections improve the forecast of applications by origin?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.inflow.commands import AsJson, Locality
from workbench.cli.steps import Overwrite, step

EXAMPLE = "Example: workbench inflow detections --first 2013-07 --every 3 --out by-origin.csv"


def register(app: typer.Typer) -> None:
    """Add the command to those of the inflow."""
    app.command("detections", epilog=EXAMPLE)(detections)


def detections(
    first: Annotated[str, typer.Option(help="First month of the past to forecast from, YYYY-MM.")] = "2013-07",
    last: Annotated[
        str, typer.Option(help="Last month of the past to forecast from; by default the last possible.")
    ] = "",
    every: Annotated[int, typer.Option(min=1, help="Take one month in so many.")] = 1,
    late: Annotated[int, typer.Option(min=0, max=6, help="Months by which detections are out later.")] = 0,
    arrivals: Annotated[
        Path | None, typer.Option("--arrivals", help="Your own applications by destination and origin.")
    ] = None,
    detected: Annotated[Path | None, typer.Option("--detections", help="Your own table of detections.")] = None,
    locality: Locality = "eu",
    out: Annotated[Path | None, typer.Option(help="Write the forecast by origin here (.csv or .parquet).")] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Forecast applications by origin with detections where they have paid, and say by how much they do."""
    from workbench.core.storage.outputs import guard
    from workbench.presentation.inflow import detections as shown
    from workbench.sources import files
    from workbench.studies.inflow import detections as study

    if out is not None:
        guard([files.writable(out)], reads=[arrivals, detected], overwrite=overwrite)
    with step("Forecast with detections and without", "months") as progress:
        both = study.read(locality=locality, applications=arrivals, detections=detected, first=first)
        found = study.effect(both, first=first, last=last, every=every, late=late, progress=progress)
    if out is not None:
        files.write(found.forecast, out)
    told, kept, table = shown.finding(found), shown.kept(found), shown.by_horizon(found)
    if as_json:
        body = {
            "sentence": told.sentence, "kept": kept.sentence, "late": late, "as_of": both.last,
            "origins": list(map(str, both.persons.columns)), "left_out": len(both.left_out),
            "effect": json.loads(table.to_json(orient="records")),
            "forecast": json.loads(found.forecast.to_json(orient="records")),
        }  # fmt: skip
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    typer.echo(told.plain())
    typer.echo(kept.plain())
    typer.echo("Gain in log-CRPS over the own past alone, with its 95 % interval (months_ahead 0: all):")
    typer.echo(table.to_string(index=False, na_rep="-", float_format=lambda share: f"{share:.3f}"))
    if out is not None:
        typer.echo(f"Table: {out}")
