"""What several commands ask for in the same words: the register, who does it, the day, JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

Address = Annotated[
    str,
    typer.Option("--store", help="File, or postgresql+psycopg://…; else WORKBENCH_STORE or output/register.sqlite."),
]
Who = Annotated[str, typer.Option("--who", help="Who does it, for the audit.")]
Day = Annotated[str, typer.Option("--today", help="Day to go by, YYYY-MM-DD; today, if not said.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


def day(text: str) -> date:
    """Return the day that somebody wrote."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no day; write YYYY-MM-DD") from None


def day_or_today(text: str) -> date:
    """Return the day that somebody wrote, or today where nothing is written."""
    return day(text) if text else datetime.now(UTC).date()
