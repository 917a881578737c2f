"""Options that several commands of ``workbench settlement`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Your own table (area, period, persons[, quota, requested, population, covariate_…])."),
]
Locality = Annotated[
    str,
    typer.Option(help="Locality whose tables to use; with --data, whose places the areas must be ('any' = no check)."),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="PERIOD",
        help="Last year (quarter, month: as the table counts) whose settled persons the forecast may know. Default: "
        "the "
        "last whole one, or as many before it as are looked back on.",
    ),
]
Total = Annotated[
    list[str],
    typer.Option(
        "--total",
        metavar="PERSONS",
        help="Persons to be settled in all; repeat it for each further year. Default: what the table holds.",
        default_factory=list,
        show_default=False,
    ),
]
TotalsFile = Annotated[
    Path | None,
    typer.Option("--totals", help="Table of national totals ([draw,] period, persons); past years are checked."),
]
FromInflow = Annotated[
    str | None,
    typer.Option(
        "--from-inflow",
        metavar="RUN",
        help="National totals from the draws of a saved inflow forecast: 'latest', a key or a folder. Needs --share.",
    ),
]
Share = Annotated[
    list[str],
    typer.Option(
        "--share",
        metavar="PERSONS",
        help="Assumed persons settled per application of the year before; repeatable, each draw then takes one.",
        default_factory=list,
        show_default=False,
    ),
]
Destination = Annotated[str, typer.Option(help="Whose applications, with --from-inflow (default: the locality's).")]
Quotas = Annotated[bool, typer.Option("--quotas", help="Use the final quotas of the year ahead (default: not).")]
PartYear = Annotated[
    list[str],
    typer.Option(
        help="Year, quarter or month of the table that is not whole; repeatable.",
        default_factory=list,
        show_default=False,
    ),
]
Changes = Annotated[
    Path | None,
    typer.Option("--changes", help="Code changes (old, new[, share]) that bring your table to today's areas."),
]
Still = Annotated[
    list[str],
    typer.Option(
        "--still",
        metavar="AREA",
        help="Area of your table that is still there though it has no row lately; repeatable.",
        default_factory=list,
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option(help="Same seed, same numbers.")]
NumberOfDraws = Annotated[
    int,
    typer.Option(min=50, help="A quarter of the futures drawn: draws of each of four chains, where a model is fitted."),
]
Runs = Annotated[Path | None, typer.Option(help="Folder of saved runs (default: output/runs).")]
Scheduler = Annotated[
    str | None,
    typer.Option(help="Address of a Dask scheduler, tcp://host:port.", envvar="WORKBENCH_SCHEDULER"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
