"""What is on the screen as files: exact figures as CSV for programs, a workbook for people."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workbench.core.runs.provenance import RunRecord
from workbench.presentation.languages import say
from workbench.presentation.sourced import source_name
from workbench.presentation.tables import Table

CSV = "text/csv;charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Download:
    """A file that a reader may keep: its name, its media type and its bytes."""

    name: str
    media: str
    content: bytes


def csv(table: Table) -> Download:
    """Return the exact figures behind a table.

    In English the columns are named as programs know them, with commas. In other languages they are named for readers,
    with semicolons, decimal commas and a byte order mark, as spreadsheets in these languages expect them.
    """
    whole = table.data.convert_dtypes(convert_string=False, convert_boolean=False)  # persons without a decimal point
    if table.language == "en":
        text, alphabet = whole.to_csv(index=False, lineterminator="\n"), "utf-8"
    else:
        names = [str(column) for column in whole.columns]
        heads = [table.columns[0].heading, *(_heading(name, table.language) for name in names[1:])]
        text = whole.set_axis(heads, axis=1).to_csv(index=False, lineterminator="\r\n", sep=";", decimal=",")
        alphabet = "utf-8-sig"
    return Download(f"{table.name}.csv", CSV, text.encode(alphabet))


def workbook(
    name: str, tables: Sequence[Table], sentences: Sequence[str], record: RunRecord, language: str = "en"
) -> Download:
    """Return an Excel workbook: what was found and where it comes from first, then one sheet for each table as shown.

    Figures are numbers, not texts; the same run gives the same bytes.
    """
    import xlsxwriter  # only when a workbook is asked for

    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime.fromisoformat(record.created).replace(tzinfo=None)})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    whole = book.add_format({"num_format": "#,##0"})
    about = book.add_worksheet(say("About", language))
    about.set_column(0, 0, 22)
    about.set_column(1, 1, 90)
    facts = [(say("Finding", language), sentence) for sentence in sentences]
    facts += [(say("Source", language), source_name(vintage.source, language)) for vintage in record.inputs]
    facts += [(say("Run", language), record.key), (say("Made", language), record.created)]
    for row, (label, value) in enumerate(facts):
        about.write_string(row, 0, label, bold)
        about.write_string(row, 1, value, plain)
    for table in tables:
        sheet = book.add_worksheet(table.columns[0].heading[:31])
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 24)
        names = [str(c) for c in table.data.columns[1:]]
        sheet.set_column(1, len(names), 14)
        heads = [table.columns[0].heading, *(_heading(column, language) for column in names)]
        for at, head in enumerate(heads):
            sheet.write_string(0, at, head, bold)
        labels = table.columns[0].cells
        for row, (label, values) in enumerate(zip(labels, table.data[names].itertuples(index=False), strict=True), 1):
            sheet.write_string(row, 0, label)
            for at, value in enumerate(values, 1):
                if value == value:  # a figure that is not known stays an empty cell
                    sheet.write_number(row, at, float(value), whole)
    book.close()
    return Download(f"{name}.xlsx", XLSX, held.getvalue())


def _heading(column: str, language: str) -> str:
    """Return the heading of a column of exact figures, e.g. ``low80``."""
    if column.startswith("low"):
        return say("{share} %: low end", language, share=column[3:])
    if column.startswith("high"):
        return say("{share} %: high end", language, share=column[4:])
    known = {
        "median": say("Forecast median", language),
        "year_before": say("A year before", language),
        "published_since": say("Published since", language),
    }
    return known.get(column, column)
