"""Some thousand spoiled tables: none ends in a traceback, none is accepted that its contract forbids."""

import random
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.core.contracts.cells import KINDS, composed
from workbench.core.contracts.checking import contract
from workbench.core.errors import WorkbenchError
from workbench.sources import files

GOOD = {
    "arrivals": "month,destination,persons,first_time\n"
    + "".join(
        f"20{18 + at // 12}-{1 + at % 12:02},{code},{at + 90},{at}\n" for at in range(14) for code in ("NO", "SE")
    ),
    "settled_by_area": "area,period,persons,any_withheld\n"
    + "".join(f"{a},{y},{7 + i + 3 * (y - 2018)},False\n" for i, a in enumerate("ABC") for y in (2018, 2019, 2020)),
    "permit_delay": "route,months,settled,waiting\n" + "".join(f"asylum,{at},{9 - at},{at}\n" for at in range(6)),
    "households": "household,adults,children,seniors,needs,arrived\n"
    + "".join(f"H{at},{1 + at % 2},{at % 3},0,school,2026-01-0{1 + at}\n" for at in range(6)),
    "places": "place,capacity,services,capacity_school\nNorth,12,school;wheelchair,4\nSouth,10,school,5\nEast,8,,2\n",
    "scores": "household,place,score\nH1,North,0.5\nH1,South,\nH2,North,1\n",
    "rules": 'rule,household,place,limit,reason\nban,H1,North,,"near, ""him"""\nintake floor,,South,3,agreed\n',
}
CELLS = (
    "", " ", "\u00a0", "-1", "1.5", "1.000", "1,000", "1e3", "1e400", "99999999999999999999", "inf", "nan", "True",
    "NaT", "0x1A", "1_0", "\u0661", "１", "½", "today", "now", "2019", "2019-1", "2019-13", "0000-01", "9999-12",
    "2031-01",
    "2026/10/01", "2026-02-30", "2026-10-01T00:00:00Z", "1 days", "=1+1", "+cmd|x", "@SUM(A1)", "-x", "a;b",
    "a b", "x" * 200_000, '"', "'", "\\N", "\u202e", "\U0001f600", "A\u030a", "\ufeffNO", "<b>", "null", "None",
    "#REF!", "42370", "Jan-16",
)  # fmt: skip
BYTES = (b"\0", b"\xff", b"\x86", b'"', b"\r", b"\n", b"\x0b", b"\x1a", b"\xe2\x80\xa8", b";", b"\t", b"\xc3")


def spoiled(name: str, rng: random.Random) -> bytes:
    """Return a table with one to three things wrong, or merely odd."""
    rows = [line.split(",") for line in GOOD[name].splitlines()]
    content = GOOD[name].encode()
    for _ in range(rng.randint(1, 3)):
        row = rng.randrange(len(rows))
        column = rng.randrange(len(rows[row])) if rows[row] else 0
        kind = rng.randrange(9)
        if kind < 4 and rows[row]:
            rows[row][column] = rng.choice(CELLS)
        elif kind == 4:
            rows.insert(row, list(rows[row]))
        elif kind == 5:
            rows[row] = rows[row][:column]
        elif kind == 6:
            rows[row] = [*rows[row], *[rng.choice(CELLS)] * rng.randint(1, 3)]
        elif kind == 7:
            rows[0] = [rng.choice((cell.upper(), f" {cell}", cell, cell + "s")) for cell in rows[0]]
        else:
            rows.append([rng.choice(("Source: x", "", "Total", "*"))])
    if rng.random() < 0.8:
        mark = rng.choice((",", ",", ",", ";", "\t"))
        content = "\n".join(mark.join(row) for row in rows).encode()
    else:
        at = rng.randrange(len(content))
        content = content[:at] + rng.choice(BYTES) + content[at + rng.randint(0, 3) :]
    return content


def keeps(table: pd.DataFrame, name: str) -> bool:
    """Return whether an accepted table is what its contract says, by a second and slower route."""
    of = contract(name)
    for column in of.columns:
        if column.required and column.name not in table and name != "scores":
            return False
        for cell in table.get(column.name, pd.Series(dtype=object)):
            if pd.isna(cell):
                if not column.empty:
                    return False
                continue
            if column.kind in ("code", "name") and (re.match(r"[=@]", str(cell)) or composed(str(cell)) != str(cell)):
                return False
            if column.kind == "month" and not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", str(cell), re.ASCII):
                return False
            if (column.low is not None and cell < column.low) or (column.high is not None and cell > column.high):
                return False
    key = [each for each in of.key if each in table]
    return len(table) > 0 and not (len(key) == len(of.key) and table.duplicated(key).any())


def try_them(folder: Path, seeds: range, ask: Callable[[Path, str, bool], None]) -> int:
    accepted = 0
    for seed in seeds:
        rng = random.Random(seed)
        name = rng.choice(sorted(GOOD))
        path = folder / "table.csv"
        path.write_bytes(spoiled(name, rng))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                good, table = True, files.read(path, name)
            except WorkbenchError as error:
                good = False
                assert len(error.message()) < 20_000, (seed, name)
        if good:
            accepted += 1
            assert keeps(table, name), (seed, name, path.read_bytes())
        if seed < 60 or seed % 8 == 0:  # the whole command takes many times as long as the reader
            ask(path, name, good)
    return accepted


def agree(path: Path, name: str, good: bool) -> None:
    """Ask the command line: its verdict is the reader's."""
    answer = CliRunner().invoke(app, ["data", "check", str(path), "--as", name])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), (path.read_bytes(), answer.exception)
    assert (answer.exit_code == 0) == good or name == "settled_by_area", (path.read_bytes(), answer.output)


@pytest.mark.quick
def test_the_good_tables_are_good(tmp_path: Path) -> None:
    for name, text in GOOD.items():
        (tmp_path / "t.csv").write_text(text)
        assert keeps(files.read(tmp_path / "t.csv", name), name)
    assert {column.kind for name in GOOD for column in contract(name).columns} <= set(KINDS)


@pytest.mark.quick
def test_spoiled_tables_are_refused_or_keep_their_contract(tmp_path: Path) -> None:
    accepted = try_them(tmp_path, range(60), agree)
    assert 0 < accepted < 60


@pytest.mark.slow
def test_four_thousand_spoiled_tables(tmp_path: Path) -> None:
    accepted = try_them(tmp_path, range(60, 4060), agree)
    assert 0 < accepted < 2000
