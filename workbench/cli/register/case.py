"""``workbench register case``: what keeps a household waiting, and what a caseworker does about it."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.options import Address, Who
from workbench.cli.register.named import Household, whole

app = typer.Typer(help="One household: what blocks it, a correction, a pause, a withdrawal.", no_args_is_help=True)

Home = Annotated[str, typer.Option("--locality", help="Whose form holds (name or folder).")]


@app.command("blockers", epilog="Example: workbench register case blockers H0123 --who anna")
def blockers(household: Household, who: Who, store: Address = "", locality: Home = "norway") -> None:
    """Say what keeps a household from being ready, a sentence each; the reading is in the audit."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds.households import casework

    opened, home = database.opened(store), localities.load(locality, "register")
    told = casework.blockers(opened, home, whole(opened, household), who=who)
    typer.echo("\n".join(each[:1].upper() + each[1:] + "." for each in told) or "Nothing blocks it.")


@app.command("move", epilog="Example: workbench register case move H0123 withdraw --reason own_wish --who anna")
def move(
    household: Household,
    step: Annotated[str, typer.Argument(help="clear, pause, resume, recall, withdraw or move_on.")],
    who: Who,
    reason: Annotated[str, typer.Option(help="Why, a code such as own_wish; all but clear and resume need it.")] = "",
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Pause a household, take its offer back, or end its case; a place that it held is free again."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds.households import casework

    home, opened = localities.load(locality, "register"), database.opened(store)
    household = whole(opened, household)
    state = casework.step(opened, home, household, step, who=who, reason=reason)
    typer.echo(f"{household} is '{state}' now.")


@app.command("correct", epilog="Example: workbench register case correct H0123 deadline 2026-08-01 --why typo --who a")
def correct(
    household: Household,
    field: Annotated[
        str, typer.Argument(help="deadline, permit, language, linked_with …; a member: born, given_name …")
    ],
    value: Annotated[str, typer.Argument(help="What is right; '' takes the value away.")],
    who: Who,
    why: Annotated[str, typer.Option("--why", help="A code, such as typo.")],
    case_number: Annotated[str, typer.Option(help="Whose, for a member's field.")] = "",
    version: Annotated[int | None, typer.Option(help="Version that you read; a later one is not overwritten.")] = None,
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Correct a field of a household or a member; one that waited only for this is ready at once."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds.households import casework

    home, opened = localities.load(locality, "register"), database.opened(store)
    now, state = casework.correct(
        opened, home, whole(opened, household), field, value, who=who, why=why, case_number=case_number, version=version
    )
    typer.echo(f"Corrected (version {now}); the household is '{state}'.")
