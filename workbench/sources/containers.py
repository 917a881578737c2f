"""Which cells does a file hold, whatever it is kept in? CSV of any separator and alphabet, a workbook, or Parquet.

A publisher's format is recognised in these :class:`Cells` by `publishers`; `core.contracts.checking` checks every
table alike.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from workbench.core.errors import DataError

WHY = "the workbench reads tables with one header line"
LARGE = 1_000_000
"""From so many characters on a text is read column by column, if it is plain."""
LARGEST = 2_000_000_000
"""The most bytes that a packed file may hold when unpacked."""
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
"""Signs that may stand between columns, and what they are called."""
COLUMNS, CELLS = 16_384, 200_000_000
"""The most columns (those of a spreadsheet) and cells that are read."""
TITLED = re.compile(r"\W*(source|sources|kilde|kilder|källa|källor|note|notes|merk|merknad|anm|fotnote|fotnot)\b", re.I)
MANGLED = frozenset(range(0x80, 0xA0)) - {0x80, 0x8A, 0x8E, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x85, 0x9A, 0x9E}
"""Bytes that are no letter or sign of a table in Windows' western alphabet: another alphabet wrote them."""
STRANGE = re.compile(r"[a-zß-ÿ][ŠŒŽŸ]|[¯¿¨´¸](?=[A-Za-zß-ÿ])|(?<=[A-Za-zß-ÿ])[¯¿¨´¸]|(?<=[a-zß-ÿ])[‘“”€…](?=[a-zß-ÿ])")
"""Signs within words as no western language writes them."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a file, as text or typed.

    Attributes
    ----------
    frame
        Its index counts lines of the file from the first below the header, so that gaps keep row numbers right.
    first_row
        Line of the file on which index 0 stands.
    comma
        Whether decimals are written with a comma.
    notes
        What was made of the file, in sentences.
    """

    frame: pd.DataFrame
    first_row: int = 2
    comma: bool = False
    notes: tuple[str, ...] = ()


def content(path: Path) -> bytes:
    """Return the bytes of a file, unpacked if it is a .gz."""
    try:
        raw = path.read_bytes()
        if path.suffix.lower() != ".gz":
            return raw
        with gzip.open(path) as packed:
            raw = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error) or "it does not end as it should"
        raise DataError("cannot read the file", where=str(path), why=why, do="download it again") from error
    if len(raw) > LARGEST:
        raise DataError("the file unpacks to more than 2 GB", where=str(path), do="ask the publisher for a part of it")
    return raw


def decoded(content: bytes, where: str) -> tuple[str, list[str]]:
    """Return the text of a file and a sentence on its alphabet, unless it is UTF-8."""
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(name), ["the file is read as UTF-16"]
            except UnicodeDecodeError:
                break
    if (
        content.startswith((b"PK\x03\x04", b"%PDF", b"PAR1", b"\x89PNG", b"\xd0\xcf\x11\xe0"))
        or b"\0" in content[:4096]
    ):
        raise DataError("the file is not a table", where=where, why=WHY, do="save it as CSV (UTF-8), .xlsx or .parquet")
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        mixed = any(ord(letter) > 127 and letter != "\ufffd" for letter in content.decode("utf-8", "replace"))
        if mixed or MANGLED & set(content):
            raise DataError(
                "the file is not UTF-8 text, nor in Windows' western alphabet",
                where=where,
                why=f"byte {error.start} is no character; names would be garbled",
                do="save it as CSV in UTF-8",
            ) from error
        text = content.decode("cp1252")
        if found := STRANGE.search(text):
            word = text[max(found.start() - 8, 0) : found.end() + 8]
            raise DataError(
                "the file is not UTF-8 text, nor in Windows' western alphabet",
                where=where,
                why=f"'{word}' is no word; the file may be in a Mac or DOS alphabet",
                do="save it as CSV in UTF-8",
            ) from error
        return text, ["the file is no UTF-8; it is read in Windows' western alphabet (cp1252)"]


def refuse_markup(text: str, where: str) -> None:
    """Refuse a web page, XML or JSON that was saved under the name of a table."""
    head = text[:4096].lstrip().lower()
    if head.startswith(("<!doctype html", "<html")) or (
        head.startswith("<") and re.search("<(head|body|table|div)", head)
    ):
        raise DataError(
            "this is a web page, not a table",
            where=where,
            why="the page about a file was saved instead of the file, or the download needs a login",
            do="open it in a browser, download the file itself, and name that",
        )
    if head.startswith(("<?xml", "{", "[{", "[\n")):
        raise DataError("this is XML or JSON, not a table", where=where, why=WHY, do="download it as CSV")


def separated(path: Path) -> Cells:
    """Return the cells of a CSV file, with any of :data:`SEPARATORS` between columns."""
    where = str(path)
    text, notes = decoded(content(path), where)
    refuse_markup(text, where)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first_row, head_end = 2, text.find("\n") if "\n" in text else len(text)
    if re.fullmatch(r"sep=.", text[:head_end]):
        text, first_row = text[head_end + 1 :], 3
        head_end = text.find("\n") if "\n" in text else len(text)
    line = text[:head_end]
    counts = {mark: line.count(mark) for mark in SEPARATORS}
    if max(counts.values()) >= COLUMNS:
        raise DataError(
            f"the header has {max(counts.values()) + 1:,} columns", where=where, why=f"at most {COLUMNS:,} are read",
            do="write the table with one row for each observation",
        )  # fmt: skip
    if (
        len(line) > 100 * csv.field_size_limit()
        or max(map(len, re.split(f"[{''.join(SEPARATORS)}]", line))) > csv.field_size_limit()
    ):
        raise DataError(
            "a name of a column is longer than any cell may be",
            where=where,
            why=WHY,
            do="put the column names first, short ones",
        )
    if line.count('"') % 2 == 0:
        counts = {mark: len(next(csv.reader([line], delimiter=mark), [])) for mark in counts}
    mark = max(counts, key=lambda each: counts[each])
    if counts[mark] > counts[","]:
        notes.append(f"{SEPARATORS[mark]} stand between the columns, and decimals may have a comma")
    else:
        mark = ","
    if len(text) >= LARGE:
        cells = _plain(text, line, mark, where, notes, first_row) if _simply_quoted(text, mark) else None
        if cells is None and '"' in text:
            bare = _unquoted(text, mark)
            head = bare[: bare.find("\n")] if "\n" in bare else bare
            cells = None if '"' in bare else _plain(bare, head, mark, where, notes, first_row)
        if cells is not None:
            return cells
    rows = _rows(text, mark, where, first_row - 1)
    if not rows or not any(cell.strip() for cell in rows[0][1]):
        raise DataError(
            "the file is empty or has no header line", where=where, why=WHY, do="put the column names first"
        )
    return framed(rows, where, mark, notes, first_row)


def _plain(text: str, line: str, mark: str, where: str, notes: list[str], first_row: int) -> Cells | None:
    """Return the cells of a large text in which a line is a row; None where it is not so plain.

    Quotes stand around whole cells or nowhere, see :func:`_simply_quoted`.
    """
    import pyarrow as pa  # only when a table is read
    from pyarrow import csv as arrow

    quoted = '"' in text
    head = [cell.strip() for cell in (next(csv.reader([line], delimiter=mark)) if quoted else line.split(mark))]
    if "\n\n" in text or "\0" in text or not all(head) or len(head) < 2:
        return None
    names = [str(at) for at in range(len(head))]
    pool = pa.system_memory_pool()  # what it no longer needs it gives back; the default one keeps it
    try:
        table = arrow.read_csv(
            pa.py_buffer(text[len(line) + 1 :].encode()),
            arrow.ReadOptions(column_names=names, use_threads=False),
            arrow.ParseOptions(delimiter=mark, quote_char='"' if quoted else False, ignore_empty_lines=False),
            arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())), strings_can_be_null=False
            ),
            pool,
        )
    except pa.ArrowInvalid:
        return None
    if quoted and table.num_rows != text.count("\n") - text.endswith("\n"):
        return None  # a line break stood within quotes
    # A large table says the same few words again and again: each is held once.
    each = {name: table[name].to_pandas().astype(object).astype("string") for name in names}
    del table
    frame = pd.DataFrame(each, copy=False).set_axis(pd.Index(head), axis=1)
    if not frame.iloc[-1].str.strip().ne("").all() or _any_blank(text, mark):
        return None
    pool.release_unused()
    return Cells(frame, first_row, mark != ",", tuple(notes))


def _simply_quoted(text: str, mark: str) -> bool:
    """Return whether each quote of a text opens a cell at its first sign or closes it at its last, as R writes them."""
    if '"' not in text:
        return True
    last = text.rindex('"')
    if text[last + 1 : last + 2] not in ("", mark, "\n"):
        return False  # it opens and nothing closes it
    opens = text.count(f'{mark}"') + text.count('\n"') + text.startswith('"')
    closes = text.count(f'"{mark}') + text.count('"\n') + text.endswith('"')
    doubtful = ('""', f'{mark}"{mark}', f'\n"{mark}', f'{mark}"\n')
    return opens == closes and opens + closes == text.count('"') and not any(each in text for each in doubtful)


def _unquoted(text: str, mark: str) -> str:
    """Return a text without the quotes around cells that need none; R and others quote every word."""
    if '"' not in text:
        return text
    needless = re.compile(rf'(?<![^{mark}\n])"([^"{mark}\n]*)"(?![^{mark}\n])')
    bare, begin = [], 0
    while begin < len(text):  # whole lines at a time: the pieces of a match take many times its room
        end = text.find("\n", begin + LARGE) + 1 or len(text)
        bare.append(needless.sub(r"\1", text[begin:end]))
        begin = end
    return "".join(bare)


def _any_blank(text: str, mark: str) -> bool:
    """Return whether a line may hold no cell: one that begins with a separator and has nothing but blanks after it."""
    return re.search(rf"^[\s{mark}]+$", text, re.M) is not None


def _rows(text: str, mark: str, where: str, first: int, *, uneven: bool = False) -> list[tuple[int, list[str]]]:
    """Return each row with the line on which it begins; a quote that does not close is refused."""
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(_lines(text), strict=True, delimiter=mark)
    begins = first
    try:
        for row in reader:
            if reader.line_num + first - begins > 1:
                width = max((len(one) for _, one in rows[-3:]), default=0) if uneven else len(rows[0][1]) if rows else 0
                _refuse_swallowed(row, width, mark, where, begins)
            rows.append((begins, row))
            begins = reader.line_num + first
    except csv.Error as error:
        if "field larger" in str(error):
            what, why = (
                f"a cell that opens in row {begins} has more than {csv.field_size_limit():,} characters",
                ("a quote that does not close swallows every row below it"),
            )
        elif "unexpected end" in str(error):
            what, why = f"a quote opens in row {begins} and does not close", "every row below it would be lost"
        else:
            what = f"a quote in the row that begins in row {begins} is not closed as it should be"
            why = "rows or cells would be lost"
        raise DataError(
            what, where=where, why=why, do="close the quote, or write a quote within a cell twice"
        ) from None
    return rows


def text_rows(text: str, mark: str, where: str) -> list[tuple[int, list[str]]]:
    """Return the filled rows of a text with the line on which each begins, from the first line of the file."""
    return [(at, row) for at, row in _rows(text, mark, where, 1, uneven=True) if any(cell.strip() for cell in row)]


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")[: -1 if text.endswith("\n") else None]]


def _refuse_swallowed(row: list[str], width: int, mark: str, where: str, begins: int) -> None:
    """Refuse a cell that holds whole rows: its quote closed only because a later row opened one."""
    inner = [line for cell in row for line in cell.split("\n")[1:]]
    if width > 1 and any(line.count(mark) >= width - 1 for line in inner):
        raise DataError(
            f"a cell that opens in row {begins} holds whole rows of the table",
            where=where,
            why="a quote opens there and seems not to close before later rows, which would be lost",
            do="close the quote; if the cell is meant so, take the line breaks out of it",
        )


def framed(rows: list[tuple[int, list[str]]], where: str, mark: str, notes: list[str], first_row: int) -> Cells:
    """Return rows (line, cells), the first of them the header, as cells under their names."""
    head = [cell.strip() for cell in rows[0][1]]
    body = [(at, row) for at, row in rows[1:] if any(cell.strip() for cell in row)]
    below: list[str] = []
    while body and _is_source_line(body[-1][1], len(head), mark):
        below.insert(0, mark.join(cell for cell in body.pop()[1] if cell.strip()))
    if below:
        notes = [*notes, f"{len(below)} line(s) below the table are left out: {'; '.join(below)[:200]}"]
    wide = max([len(head), *(len(row) for _, row in body)]) if body else len(head)
    filled = {at for _, row in body for at, cell in enumerate(row) if at >= len(head) and cell.strip()}
    wrong = [(at, row) for at, row in body if len(row) < len(head) or any(c.strip() for c in row[len(head) :])]
    if wrong and sum(bool(name) for name in head) < 2:
        raise DataError(
            f"no row is found to be the header: row {rows[0][0]} holds only '{head[0][:60]}'",
            where=where,
            why="the rows below it hold more columns; a header of several rows, or merged cells, is not read",
            do="write one row of headings, and name its line if lines stand above it: --header LINE",
        )
    if wrong:
        number, row = wrong[0]
        raise DataError(
            f"row {number} has {len(row)} cells, the header has {len(head)}",
            where=where,
            why="cells would slip into the wrong column" + (f" ({len(wrong)} such rows)" if len(wrong) > 1 else ""),
            do="quote cells that hold the sign between columns",
        )
    cells = [row[: len(head)] for _, row in body]
    frame = pd.DataFrame(cells, columns=range(len(head)), dtype="string")
    frame.index = pd.Index([at - first_row for at, _ in body], dtype="int64")
    frame.columns = pd.Index(head)
    frame, said = without_empty(frame, where)
    extra = [] if wide == len(head) or filled or said else ["empty cells beside the table are left out"]
    return Cells(frame, first_row, mark != ",", (*notes, *said, *extra))


def without_empty(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the table without nameless empty columns, and a sentence on them; one with cells in it is refused."""
    nameless = [at for at, name in enumerate(frame.columns) if not str(name).strip()]
    full = [at for at in nameless if frame.iloc[:, at].fillna("").str.strip().ne("").any()]
    if full:
        raise DataError(
            f"column {full[0] + 1} holds cells but has no name", where=where, why=WHY, do="name it, or take it out"
        )
    kept = frame.iloc[:, [at for at in range(frame.shape[1]) if at not in set(nameless)]]
    return kept, [f"{len(nameless)} empty column(s) without a name are left out"] if nameless else []


def _is_source_line(row: list[str], width: int, mark: str) -> bool:
    """Return whether a line below a table is a remark on it and no row that lacks its cells."""
    if width < 2 or (len(row) > width and any(cell.strip() for cell in row[width:]) and not TITLED.match(row[0])):
        return False
    alone = bool(row[0].strip()) and not any(cell.strip() for cell in row[1:])
    if TITLED.match(row[0]) and (alone or len(row) != width):
        return True
    return alone and len(row[0].split()) >= 4
