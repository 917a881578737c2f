"""Letters: decisions to households, and offers, reminders and the year's request to municipalities."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import options
from workbench.cli.options import Address, Day, Who

Home = Annotated[str, typer.Option("--locality", help="Whose places and words (name or folder).")]
Language = Annotated[str, typer.Option(help="Of letters to municipalities; else their own.")]


def letters(
    key: Annotated[str, typer.Argument(help="The round.")],
    out: Annotated[Path, typer.Option(help="Folder for the letters; those to households hold personal data.")],
    who: Who,
    kind: Annotated[
        str, typer.Option(help="decision (to households); offers, reminder or overdue (to municipalities).")
    ] = "decision",
    language: Language = "",
    store: Address = "",
    locality: Home = "norway",
    today: Day = "",
) -> None:
    """Write a PDF for each decided household in its language, or for each municipality that is due a letter."""
    from workbench.reporting.register import letters as printed
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds.letters import decision, municipality

    if language and kind == "decision":
        raise typer.BadParameter("--language is for letters to municipalities; a household gets its own")
    opened, home = database.opened(store), localities.load(locality, "register")
    now = options.day_or_today(today)
    printed.ready(home, out, kind, language)  # what cannot be written is not noted as sent
    if kind == "decision":
        decided = decision.of_round(opened, home, key, today=now, who=who)
        printed.write_decisions(decided, home, out)
        number = len(decided)
    else:
        due = municipality.of_round(opened, home, key, kind, today=now, who=who)
        printed.write_to_municipalities(due, home, out, language=language)
        number = len(due)
    typer.echo(f"Letters: {out} ({number})")


def request(
    year: Annotated[int, typer.Argument(min=2000, max=2100, help="Year that is asked for.")],
    out: Annotated[Path, typer.Option(help="Folder for the letters.")],
    answer_by: Annotated[str, typer.Option(help="Last day for the council's answer, YYYY-MM-DD.")],
    who: Who,
    language: Language = "",
    store: Address = "",
    locality: Home = "norway",
    today: Day = "",
) -> None:
    """Write the year's request to each municipality that `places quota --asked` names."""
    from workbench.reporting.register import letters as printed
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds.letters import municipality

    opened, home = database.opened(store), localities.load(locality, "register")
    printed.ready(home, out, "year", language)
    asked = municipality.of_year(
        opened, year, answer_by=options.day(answer_by), today=options.day_or_today(today), who=who
    )
    printed.write_to_municipalities(asked, home, out, language=language)
    typer.echo(f"Letters: {out} ({len(asked)})")
