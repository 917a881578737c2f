"""``workbench data``: which localities and tables there are, and whether a file keeps its contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.core.storage.outputs import OVERWRITE

if TYPE_CHECKING:
    import pandas as pd

    from workbench.core.contracts.columns import Case
    from workbench.models.quality import Quality

app = typer.Typer(help="Tables: what ships, and whether your own file is right.", no_args_is_help=True)


@app.command("list", epilog="Example: workbench data list")
def list_(
    contract: Annotated[str, typer.Option("--as", help="Tell one contract in full, column by column.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List the localities, their tables with publisher, and the table contracts."""
    if contract:
        _tell(contract, as_json)
        return
    from workbench.core.contracts.checking import contracts
    from workbench.sources import localities

    found = [localities.load(name) for name in localities.available()]
    if as_json:
        out = {
            "localities": {
                place.id: {
                    "name": place.name,
                    "places": len(place.places),
                    "tables": {
                        name: {"contract": t.contract, "description": t.description, "source": t.source.line()}
                        for name, t in place.tables.items()
                    },
                }
                for place in found
            },
            "contracts": {
                name: {
                    c.name: {"meaning": c.description, "allowed": c.allowed, "unit": c.unit, "required": c.required}
                    for c in spec.columns
                }
                for name, spec in contracts().items()
            },
            "prefixed": {
                name: {c.name: {"meaning": c.description, "allowed": c.allowed, "unit": c.unit} for c in spec.prefixed}
                for name, spec in contracts().items()
                if spec.prefixed
            },
            "kinds": {
                name: {
                    case.value: {"meaning": case.meaning, "needs": list(case.needs), "may": list(case.may)}
                    for case in spec.cases
                }
                for name, spec in contracts().items()
                if spec.cases
            },
        }
        typer.echo(json.dumps(out, indent=2, ensure_ascii=False))
        return
    for place in found:
        typer.echo(f"{place.id}: {place.name} ({len(place.places)} places of level {place.level})")
        for name, table in place.tables.items():
            typer.echo(f"  {name:18} {table.description}\n  {'':18} {table.source.line()}")
    typer.echo("\nContracts, for `workbench data check FILE --as CONTRACT` (columns in brackets may be left out):")
    for name, spec in contracts().items():
        columns = ", ".join(
            [
                *(c.name if c.required else f"[{c.name}]" for c in spec.columns),
                *(f"[{c.name}…]" for c in spec.prefixed),
            ]
        )
        typer.echo(f"  {name:18} {columns}\n  {'':18} each row: {spec.row}")
        for column in spec.prefixed:
            typer.echo(f"  {'':18}   {column.name}…: {column.description}")
        for case in spec.cases:
            typer.echo(f"  {'':18}   {case.value} ({_cells(case)}): {case.meaning}")


def _tell(name: str, as_json: bool) -> None:
    """Print what each column of a contract may hold, with unit and example."""
    from workbench.core.contracts import checking as tables
    from workbench.sources.examples import first_cells

    spec, cells = tables.contract(name), first_cells(name)
    rows = [
        {
            "column": c.name + ("…" if c in spec.prefixed else ""),
            "required": c.required and c not in spec.prefixed,
            "meaning": c.description,
            "unit": c.unit,
            "allowed": c.allowed,
            "empty_cells": c.empty or c not in spec.columns,
            "example": cells.get(
                c.name, next((v for k, v in cells.items() if c in spec.prefixed and k.startswith(c.name)), "")
            ),
        }
        for c in (*spec.columns, *spec.prefixed)
    ]
    if as_json:
        body = {"contract": name, "row": spec.row, "key": list(spec.key), "columns": rows}
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        return
    typer.echo(f"{name}: each row is {spec.row}; no two rows may have the same {', '.join(spec.key)}.\n")
    for row in rows:
        unit = f" ({row['unit']})" if row["unit"] else ""
        typer.echo(f"{row['column']}{'' if row['required'] else ' [may be left out]'}: {row['meaning']}{unit}")
        shown = f"; for example {row['example']}" if row["example"] else ""
        typer.echo(f"    {row['allowed']}{'; a cell may be empty' if row['empty_cells'] else ''}{shown}")
    for case in spec.cases:
        typer.echo(f"{spec.kind} = {case.value}: {case.meaning}\n    fills {_cells(case)}")
    typer.echo(f"\nA small table to begin with: workbench data example {name} --out {name}.csv")


@app.command("example", epilog="Example: workbench data example households --out h.csv")
def example(
    contract: Annotated[str, typer.Argument(help="Contract, e.g. households; `workbench data list` names them.")],
    out: Annotated[Path | None, typer.Option(help="Table to write, .csv or .parquet; printed if left out.")] = None,
    overwrite: Annotated[bool, typer.Option(help=OVERWRITE)] = False,
) -> None:
    """Write a small table that keeps a contract, to try a command with or to fill with your own figures."""
    from workbench.core.storage.outputs import guard
    from workbench.sources import examples, files

    table, source = examples.example(contract)
    if out is None:
        typer.echo(table.to_csv(index=False), nl=False)
        return
    out = files.writable(out)
    guard([out], reads=[], overwrite=overwrite)
    files.write(table, out)
    typer.echo(f"{out}: {len(table)} rows, {source}")


def _cells(case: Case) -> str:
    """Say which cells a row of this kind fills; those in brackets may be left out, as with columns."""
    return ", ".join([*case.needs, *(f"[{name}]" for name in case.may)]) or "no further cell"


SHEET = "Sheet of a workbook; other commands take FILE.xlsx#SHEET."
HEADER = "Line that holds the column names, where it is not found; other commands take FILE#header=5."
CHOOSE = "What to take where a publisher's file allows two readings, e.g. citizen=TOTAL; others: FILE#citizen=TOTAL."


@app.command("read", epilog="Example: workbench data read migr_asyappctzm.tsv --as arrivals --out arrivals.csv")
def read(
    file: Annotated[Path, typer.Argument(help="A publisher's file as it was downloaded, or a table of your own.")],
    out: Annotated[Path, typer.Option(help="Table to write, .csv or .parquet.")],
    contract: Annotated[str, typer.Option("--as", help="Contract to read it as.")] = "arrivals",
    locality: Annotated[str, typer.Option(help="Check places against this locality (name or folder).")] = "",
    sheet: Annotated[str, typer.Option(help=SHEET)] = "",
    header: Annotated[int, typer.Option(help=HEADER, min=0)] = 0,
    choose: Annotated[list[str] | None, typer.Option(help=CHOOSE)] = None,
    overwrite: Annotated[bool, typer.Option(help=OVERWRITE)] = False,
) -> None:
    """Read a publisher's file as it is, say what was recognised, kept and dropped, and write it in our columns.

    Eurostat (TSV, SDMX-CSV, JSON-stat), UNHCR, Frontex, PxWeb (CSV, JSON-stat), Home Office tables, and tables of an
    office's own names, marks and periods as columns; packed as .gz or in a workbook.
    """
    from workbench.core.storage.outputs import guard
    from workbench.sources import files, localities

    out = files.writable(out)
    guard([out], reads=[files.named_in(file)[0]], overwrite=overwrite)
    place = localities.load(locality) if locality else None
    chosen = files.chosen(choose or ())
    table = files.read(file, contract, locality=place, sheet=sheet, header=header, choose=chosen)
    files.write(table, out)
    typer.echo(f"{out}: a valid '{contract}' table, {len(table):,} rows")


@app.command("check", epilog="Example: workbench data check my_arrivals.csv --as arrivals --locality eu")
def check(
    file: Annotated[Path, typer.Argument(help="CSV, workbook (.xlsx) or Parquet file.")],
    contract: Annotated[str, typer.Option("--as", help="Contract the file must keep, e.g. arrivals.")],
    locality: Annotated[str, typer.Option(help="Check places against this locality (name or folder).")] = "",
    sheet: Annotated[str, typer.Option(help=SHEET)] = "",
    header: Annotated[int, typer.Option(help=HEADER, min=0)] = 0,
    choose: Annotated[list[str] | None, typer.Option(help=CHOOSE)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Check a file against a contract; every fault is named with row, column and value, oddities are remarked on."""
    from workbench.core.errors import DataError
    from workbench.sources import files, localities

    place = localities.load(locality) if locality else None
    try:
        chosen = files.chosen(choose or ())
        table = files.read(file, contract, locality=place, sheet=sheet, header=header, choose=chosen)
    except DataError as error:
        if not as_json:
            raise
        faults = [
            {"row": f.row, "column": f.column, "value": f.value, "what": f.what, "allowed": f.allowed}
            for f in error.faults
        ]
        report = {"file": str(file), "contract": contract, "valid": False, "what": error.what, "faults": faults}
        typer.echo(json.dumps(report, indent=2, ensure_ascii=False, default=str))
        raise typer.Exit(error.exit_code) from error
    found = _quality(table) if contract == "arrivals" else None
    plain = not (sheet or header or choose)
    notes = _settled(file, locality) if contract == "settled_by_area" and plain else []
    if as_json:
        remarks = [{"meaning": note} for note in notes] if found is None else found.table().to_dict("records")
        body = {"file": str(file), "contract": contract, "valid": True, "rows": len(table), "remarks": remarks}
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    typer.echo(f"{file}: a valid '{contract}' table, {len(table):,} rows")
    if found is not None:
        from workbench.presentation import quality as shown

        names = {} if place is None else {code: place.place_name(code) for code in place.places}
        notes = [said.plain() for said in shown.sentences(found, names)]
    for note in notes:
        typer.echo(f"  remark: {note}")


def _quality(table: pd.DataFrame) -> Quality:
    from workbench.models import quality

    return quality.examine(table)


def _settled(file: Path, locality: str) -> list[str]:
    """Return what a settlement study would say of the table; it refuses years that have not begun."""
    from workbench.studies.settlement.table.data import read_settlement

    return list(read_settlement(file=file, locality=locality or None).notes)


@app.command("fetch", epilog="Example: workbench data fetch eurostat migr_asyappctzm --to vintages")
def fetch(
    publisher: Annotated[str, typer.Argument(help="eurostat, unhcr, ssb, scb, or pxweb with --address.")],
    code: Annotated[str, typer.Argument(help="The publisher's code of the table, e.g. migr_asyappctzm.")],
    to: Annotated[Path, typer.Option("--to", help="Folder of vintages; an earlier one is never overwritten.")],
    contract: Annotated[str, typer.Option("--as", help="Contract to read it as.")] = "arrivals",
    query: Annotated[list[str] | None, typer.Option(help="Part of the table to ask for, e.g. geo=SE.")] = None,
    choose: Annotated[list[str] | None, typer.Option(help=CHOOSE)] = None,
    address: Annotated[str, typer.Option(help="Another address of the service; {code} stands for the code.")] = "",
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for the whole answer.")] = 300,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Fetch a publisher's table and keep it as a vintage: Parquet with publisher, code, time and fingerprint.

    Every command that takes a table reads such a file. What the publisher has not changed is not kept twice.
    """
    from dataclasses import asdict

    from workbench.cli.steps import step
    from workbench.sources import fetching, files

    with step(f"Fetch {code} from {publisher}"):
        got = fetching.fetch(
            publisher,
            code,
            to,
            contract=contract,
            choose=files.chosen(choose or ()),
            query=query,
            address=address,
            seconds=timeout,
        )
    if as_json:
        typer.echo(json.dumps({**asdict(got), "path": str(got.path)}, ensure_ascii=False))
    else:
        same = "" if got.new else "Unchanged since the vintage before; nothing was written.\n"
        typer.echo(f"{same}{got.line()}")


@app.command("vintages", epilog="Example: workbench data vintages vintages --known-on 2026-06-30")
def vintages(
    folder: Annotated[Path, typer.Argument(help="Folder of vintages.")],
    known_on: Annotated[str, typer.Option(help="Only the newest that had been fetched by this day.")] = "",
    publisher: Annotated[str, typer.Option(help="Of this publisher.")] = "",
    code: Annotated[str, typer.Option(help="Of this table.")] = "",
) -> None:
    """List what was fetched, the oldest first; with --known-on print the path of what was known on a day."""
    from workbench.core.errors import DataError
    from workbench.sources import fetching

    if known_on:
        typer.echo(str(fetching.known_on(folder, known_on, publisher=publisher, code=code).path))
        return
    found = [one for one in fetching.vintages(folder) if publisher in ("", one.publisher) and code in ("", one.code)]
    if not found:
        raise DataError("no vintage lies here", where=str(folder), do="make one with `workbench data fetch`")
    for one in found:
        typer.echo(one.line())
