"""``workbench settlement staying``, ``delay`` and ``moves``: questions beside the forecast of shares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.settlement.commands import app
from workbench.cli.settlement.options import AsJson, Locality, Seed
from workbench.cli.steps import Overwrite, step


@app.command("staying", epilog="Example: workbench settlement staying --households h.csv --places p.csv --reason WHY")
def staying(
    households: Annotated[Path, typer.Option(help="Table of households, as `workbench allocate` reads it.")],
    places: Annotated[Path, typer.Option(help="Table of places.")],
    reason: Annotated[str, typer.Option(help="Who decided that staying is to count, and why; kept with the scores.")],
    out: Annotated[Path, typer.Option(help="Write the scores here (.csv or .parquet).")] = Path("scores.csv"),
    locality: Locality = "norway",
    as_of: Annotated[int, typer.Option("--as-of", help="Last year that the scores may know.")] = 2021,
    years: Annotated[int, typer.Option(help="Still there after so many years: 1, 3 or 5.")] = 3,
    seed: Seed = 1,
    overwrite: Overwrite = False,
) -> None:
    """Write scores for `workbench allocate --scores`: the chance, mostly assumed, of still living there later."""
    from workbench.core.storage.files import replacing
    from workbench.core.storage.outputs import guard
    from workbench.presentation.settlement.moves import missed
    from workbench.presentation.wording import counted, percent
    from workbench.sources import files
    from workbench.studies.settlement.moves.staying import CAVEATS
    from workbench.studies.settlement.moves.staying import staying as study

    beside = out.with_suffix(".json")
    guard([files.writable(out), beside], reads=[households, places], overwrite=overwrite)
    found = study(
        households=households, places=places, reason=reason, locality=locality, as_of=as_of, years=years, seed=seed
    )
    with replacing(out) as scores, replacing(beside) as words:
        files.put(found.scores, scores)
        words.write_text(json.dumps(found.to_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    told = [
        f"{row['size']} inhabitants: {percent(row['median'])} (80 % interval {percent(row['low80'])} to "
        f"{percent(row['high80'])}) still there after {counted(years, 'year')}."
        for row in found.spread.to_dict("records")
    ]
    typer.echo("\n".join([*told, *missed(found.anchors), *CAVEATS, f"Scores: {out}; what they rest on: {beside}"]))


@app.command("delay", epilog="Example: workbench settlement delay --data permits.csv")
def delay(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="Your own table (route, months, settled, waiting), else synthetic. Months since the permit count from "
            "0: persons settled in that month, or last seen waiting in it; a month without a row counts as nobody.",
        ),
    ] = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Tell how long it takes from permit to settlement, by route; on synthetic figures unless you bring a table."""
    from workbench.presentation.wording import percent
    from workbench.studies.settlement import delay as study

    found = study.permit_delay(file=data, seed=seed)
    rows = study.by_route(found)
    if as_json:
        body = {
            "synthetic": found.synthetic,
            "caveat": found.caveat(),
            "notes": list(found.notes),
            "settled_within": rows.to_dict("records"),
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    shown = rows[["route", "months"]].assign(settled=rows["median"].map(percent))
    shown["80 %"] = [
        f"{percent(low)} to {percent(high)}" for low, high in zip(rows["low80"], rows["high80"], strict=True)
    ]
    typer.echo("\n".join([*filter(None, [found.caveat()]), shown.to_string(index=False), *found.notes]))


@app.command("moves", epilog="Example: workbench settlement moves --locality denmark --age 18-29")
def moves(
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Your own table (period, origin, destination, persons[, age, group, …])."),
    ] = None,
    locality: Annotated[str, typer.Option(help="Locality whose places and moves these are.")] = "denmark",
    age: Annotated[str, typer.Option(help="Only this age group.")] = "",
    group: Annotated[str, typer.Option(help="Only this group of persons.")] = "",
    folds: Annotated[int, typer.Option(min=2, max=20, help="Parts held out, one after the other.")] = 5,
    contest: Annotated[bool, typer.Option("--contest/--no-contest", help="Hold moves out and score them.")] = True,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(help="Write expected moves of every pair here (.csv, .parquet).")] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Learn from a table of moves where movers go, and show it on moves held out, against simple rules."""
    from workbench.core.storage.outputs import guard
    from workbench.presentation.settlement import move_tables as shown
    from workbench.sources import files
    from workbench.studies.settlement.moves import tables as study

    if out is not None:
        guard([files.writable(out)], reads=[data], overwrite=overwrite)
    table = study.read_moves(locality=locality, file=data, age=age, group=group)
    with step("Moves"):
        learnt = study.learn_moves(table, folds=folds, seed=seed, held=contest)
    if out is not None:
        files.write(study.expected(learnt), out)
    if as_json:
        body = {
            "headline": shown.headline(learnt).sentence,
            "elasticities": learnt.fit.elasticities,
            "contest": None if learnt.contest is None else learnt.contest.to_dict("records"),
            "notes": list(table.notes),
            "written": [] if out is None else [str(out)],
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    told = [shown.headline(learnt).sentence, shown.what_draws(learnt).plain()]
    told += [shown.contest(learnt).plain()] if learnt.contest is not None else []
    typer.echo("\n\n".join(told))
    typer.echo("\n".join([*table.notes, *([f"Expected moves: {out}"] if out is not None else [])]))
