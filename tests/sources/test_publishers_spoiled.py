"""Publishers' files with something wrong in them: refused in words or read right, none wrong.

What is right: each figure that is returned stands in the true table under the same key, or the fault lies in the cell
itself, where no reader can know (those are not among the spoilings).
"""

import gzip
import random
import warnings
from pathlib import Path

import pandas as pd
import pytest

from tests.sources import publishers_files as made
from workbench.core.contracts.checking import contract
from workbench.core.errors import WorkbenchError
from workbench.sources import files

FORMS = sorted(made.FORMS)
LETTERS = ("\ufeff", "\x00", '"', "'", "\t", ";", ",", " ", "\u00a0", "x", "é", "-", ":", ".", "{", "]")


def spoiled(name: str, rng: random.Random) -> tuple[str, bytes]:
    """Return what was done, and the file: damage to form, names, rows or end, never to a single figure."""
    content = made.FORMS[name][2]()
    text = (content.decode("latin-1") if isinstance(content, bytes) else content).replace("\r\n", "\n")
    lines = text.splitlines()
    kind = rng.choice(
        ["cut", "drop row", "twice", "shuffle", "no header", "bom", "crlf", "utf16", "latin", "header letter",
         "key letter", "blank lines", "remark", "quote", "swap columns", "drop cell", "extra cell", "html", "gz",
         "total", "nonsense"]
    )  # fmt: skip
    at = rng.randrange(1, len(lines)) if len(lines) > 1 else 0
    if kind == "cut":
        # A cut within the last figure of a row cannot be told; the cut is made at the end of a line or in a key.
        return kind, text[: len("\n".join(lines[:at])) + rng.choice([0, 3])].encode()
    if kind == "drop row":
        del lines[at]
    elif kind == "twice":
        lines.insert(at, lines[at])
    elif kind == "shuffle":
        body = lines[5:]
        rng.shuffle(body)
        lines[5:] = body
    elif kind == "no header":
        del lines[0]
    elif kind == "bom":
        return kind, ("\ufeff" + text).encode()
    elif kind == "crlf":
        return kind, "\r\n".join([*lines, ""]).encode()
    elif kind == "utf16":
        return kind, text.encode("utf-16")
    elif kind == "latin":
        return kind, text.encode("cp1252", "replace")
    elif kind in ("header letter", "key letter"):
        row = 0 if kind == "header letter" else at
        where = rng.randrange(0, min(8, len(lines[row])) or 1)
        lines[row] = lines[row][:where] + rng.choice(LETTERS) + lines[row][where:]
    elif kind == "blank lines":
        lines[at:at] = ["", ""]
    elif kind == "remark":
        lines.append("Source: made up for a test, see the notes")
    elif kind == "quote":
        lines[at] = '"' + lines[at]
    elif kind in ("swap columns", "drop cell", "extra cell"):
        mark = max("\t;,", key=lines[at].count)
        cells = lines[at].split(mark)
        if kind == "swap columns" and len(cells) > 1:
            cells[0], cells[1] = cells[1], cells[0]
        elif kind == "drop cell":
            cells.pop()
        else:
            cells.append("7")
        lines[at] = mark.join(cells)
    elif kind == "html":
        return kind, b"<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>"
    elif kind == "gz":
        return kind, gzip.compress(text.encode())
    elif kind == "total":
        lines.append(
            lines[-1]
            .replace("UK", "EU27_2020")
            .replace("United Kingdom", "Total")
            .replace("4601", "0")
            .replace("Bergen", "Hele landet")
        )
    else:
        return kind, bytes(rng.randrange(256) for _ in range(300))
    return kind, ("\n".join(lines) + "\n").encode("latin-1" if isinstance(content, bytes) else "utf-8", "replace")


def wrong(found: pd.DataFrame, wanted: pd.DataFrame, of: str) -> list[str]:
    """Return the figures that are not those of the true table under their key."""
    keys = [name for name in contract(of).key if name in wanted]
    if not set(keys) <= set(found):
        return [f"columns {list(found)}"]
    true = {tuple(str(row[each]) for each in keys): row for row in wanted.to_dict("records")}
    lies = []
    for row in found.to_dict("records"):
        key = tuple(str(row[each]) for each in keys)
        if key not in true:
            lies.append(f"{key} is made up")
            continue
        for name in set(wanted) - set(keys) - {"any_withheld"}:
            one, other = row.get(name), true[key][name]
            if name in row and not (pd.isna(one) or (not pd.isna(other) and float(one) == float(other))):
                lies.append(f"{key} {name}: {one}, true {other}")
    return lies


def try_them(folder: Path, seeds: range) -> tuple[int, int]:
    read = refused = 0
    for seed in seeds:
        rng = random.Random(seed)
        name = FORMS[seed % len(FORMS)]
        file, of, _, wanted = made.FORMS[name]
        kind, content = spoiled(name, rng)
        path = folder / file
        path.write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                table = files.read(path, of)
            except WorkbenchError as error:
                assert error.what and len(error.message()) < 20_000, (seed, name, kind)
                refused += 1
                continue
        read += 1
        lies = wrong(table, wanted(), of)
        # A key with a letter more, or a name in place of a lost code, is another key, to be told only by a locality.
        if kind in ("key letter", "swap columns", "quote", "header letter") or (kind == "cut" and name == "pxweb_csv"):
            lies = [lie for lie in lies if "made up" not in lie]
        # Where one part of a sum is gone the rest is the sum: many nationalities cross only by land; it is said.
        if name.startswith("frontex") and kind in ("drop row", "cut", "key letter"):
            lies = []
        assert not lies, (seed, name, kind, lies[:3])
    return read, refused


@pytest.mark.quick
def test_spoiled_publishers_files_are_refused_or_read_right(tmp_path: Path) -> None:
    read, refused = try_them(tmp_path, range(48))
    assert read > 5 and refused > 5


@pytest.mark.slow
def test_six_hundred_spoiled_publishers_files(tmp_path: Path) -> None:
    read, refused = try_them(tmp_path, range(48, 648))
    assert read > 100 and refused > 100
