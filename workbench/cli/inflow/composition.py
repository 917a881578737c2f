"""``workbench inflow composition``: a saved forecast by origin, or by first-time and repeated applicants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.inflow.commands import AsJson, Locality, Runs, Seed
from workbench.cli.inflow.judgement import Out, Run
from workbench.cli.steps import Overwrite
from workbench.core.errors import AssumptionError

EXAMPLE = "Example: workbench inflow composition --by origin --shares corridors.csv --out origins.csv"


def register(app: typer.Typer) -> None:
    """Add the command to those of the inflow."""
    app.command("composition", epilog=EXAMPLE)(composition)


def composition(
    by: Annotated[str, typer.Option(help="What the total is divided into: origin or first-time.")] = "origin",
    shares: Annotated[
        Path | None, typer.Option(help="Table the shares are taken from; by default the locality's.")
    ] = None,
    locality: Locality = "eu",
    run: Run = "latest",
    runs: Runs = None,
    seed: Seed = 1,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Divide a saved forecast by the shares of a second table; totals stay the forecast's, and both are named."""
    from workbench.core.storage.outputs import guard
    from workbench.presentation.inflow import composition as shown
    from workbench.sources import files
    from workbench.studies import inflow as study
    from workbench.studies.inflow import composition as parts

    ways = {"origin": parts.by_origin, "first-time": parts.first_time}
    if by not in ways:
        raise AssumptionError(f"nothing is divided by '{by}'", where="--by", do="choose origin or first-time")
    if out is not None:
        guard([files.writable(out)], reads=[shares], overwrite=overwrite)
    result = study.saved(run, runs=runs)
    found = ways[by](result, locality=locality, file=shares, seed=seed)
    told = shown.finding(result, found)
    if out is not None:
        files.write(shown.composition_table(result, found, seed), out)
    if as_json:
        body = {
            "sentence": told.sentence, "caveats": list(told.caveats), "run": result.record.short_key,
            "shares_from": found.source, "until": dict(found.until), "left_out": dict(found.left_out),
            "agreement": {code: round(share, 3) for code, share in found.agreement.items() if share == share},
            "parts": shown.over_destinations(found).to_dict("records"),
        }  # fmt: skip
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    typer.echo(told.plain())
    typer.echo(shown.table(result, found).plain())
    if out is not None:
        typer.echo(f"Table: {out}")
