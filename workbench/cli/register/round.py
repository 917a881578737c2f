"""``workbench round``: a week's offers from the open round to the letters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from workbench.cli import options
from workbench.cli.options import Address, AsJson, Day, Who
from workbench.cli.register.letters import letters
from workbench.cli.register.named import Household, whole
from workbench.cli.steps import WARNING

app = typer.Typer(
    help="A round of offers: open, propose, override, price, replay, send, lists, respond, decide, settle, letters, "
    "close, status.",
    no_args_is_help=True,
)

Key = Annotated[str, typer.Argument(help="The round.")]
Lists = Annotated[Path, typer.Option("--out", help="Folder for the lists, one file for each municipality.")]
Home = Annotated[str, typer.Option("--locality", help="Whose places (name or folder).")]
OFFER = ("place", "household", "state")


@app.command("open", epilog="Example: workbench round open 2026 10 --deadline 2026-03-06 --today 2026-03-02 --who anna")
def open_(
    year: Annotated[int, typer.Argument(help="Year of the week.")],
    week: Annotated[int, typer.Argument(help="Week whose places are offered.")],
    deadline: Annotated[str, typer.Option(help="Last day for answers, YYYY-MM-DD.")],
    who: Who,
    deciders: Annotated[int, typer.Option(help="How many persons decide, 1 or 2.")] = 1,
    store: Address = "",
    locality: Home = "norway",
    today: Day = "",
) -> None:
    """Open a week's round with everybody who is ready and every place that is free."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import offers

    key = offers.open_round(
        database.opened(store),
        localities.load(locality, "register"),
        year=year,
        week=week,
        today=options.day_or_today(today),
        deadline=options.day(deadline),
        who=who,
        deciders=deciders,
    )
    typer.echo(key)
    typer.echo(f"Round of week {week} of {year} is open. Next: workbench round propose {key} --who {who}", err=True)


@app.command("propose", epilog="Example: workbench round propose R0123 --who anna")
def propose(key: Key, who: Who, store: Address = "", locality: Home = "norway", as_json: AsJson = False) -> None:
    """Find the best places for those who wait; drafts, until they are sent."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import offers

    solved = offers.propose(database.opened(store), key, localities.load(locality, "register"), who=who)
    told = {"proposals": len(solved.pairs), "persons": solved.persons, "persons_placed": solved.persons_placed}
    if as_json:
        typer.echo(json.dumps({**told, "value": solved.value, "gap": solved.gap}, indent=2))
        return
    typer.echo(
        f"{solved.persons_placed} of {solved.persons} persons ({told['proposals']} households) proposed; the score is "
        f"within {100 * solved.gap:.3f} % of the best possible."
    )


@app.command("override", epilog="Example: workbench round override R0123 pin H0456 0301 --reason relatives --who anna")
def override(
    key: Key,
    kind: Annotated[
        str,
        typer.Argument(help="pin (to this place), ban (from it), swap (two households) or lift (a pin, a ban)."),
    ],
    household: Household,
    place: Annotated[str, typer.Argument(help="Code of the municipality; for swap the other household.")],
    reason: Annotated[str, typer.Option(help="A code, such as relatives.")],
    who: Who,
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Lock a household to a place, keep it from one, swap two, or lift such an order; the ledger keeps the price."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import ledger

    home, opened = localities.load(locality, "register"), database.opened(store)
    household = whole(opened, household)
    if kind == "swap":
        place = whole(opened, place)
        price = ledger.swap(opened, key, home, household, place, reason=reason, who=who)
    else:
        price = ledger.override(opened, key, home, kind, household, place, reason=reason, who=who)
    typer.echo(f"Price: {price['score']:.3f} of the score, {price['persons']:.0f} persons fewer. Propose again.")


@app.command("price", epilog="Example: workbench round price R0123 --who anna")
def price(key: Key, who: Who, store: Address = "", locality: Home = "norway") -> None:
    """Price each decline: what those who wait lose because the household is not offered there again."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import ledger

    prices = ledger.price_declines(database.opened(store), key, localities.load(locality, "register"), who=who)
    for number, each in prices.items():
        typer.echo(f"Entry {number}: {each['score']:.3f} of the score, {each['persons']:.0f} persons fewer.")
    typer.echo(f"{len(prices)} declines priced.")


@app.command("replay", epilog="Example: workbench round replay R0123; exit code 1: another plan")
def replay(key: Key, store: Address = "", locality: Home = "norway") -> None:
    """Compute the round's plan again from its opening state and the ledger, and compare."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import ledger

    if not ledger.replay(database.opened(store), key, localities.load(locality, "register")):
        typer.echo("The ledger gives another plan than the one kept.", err=True)
        raise typer.Exit(1)
    typer.echo("The ledger gives the plan that was kept.")


@app.command("send", epilog="Example: workbench round send R0123 --out lists --who anna")
def send(
    key: Key,
    out: Lists,
    who: Who,
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Freeze the drafts and write each municipality's list: only what it may see before it accepts."""
    _write_lists("send", key, out, who, store, locality)


@app.command("lists", epilog="Example: workbench round lists R0123 --out lists --who anna")
def lists(
    key: Key,
    out: Lists,
    who: Who,
    store: Address = "",
    locality: Home = "norway",
) -> None:
    """Write the lists of a sent round once more: the offers that wait for their answer."""
    _write_lists("lists", key, out, who, store, locality)


def _write_lists(how: Literal["send", "lists"], key: str, out: Path, who: str, store: str, locality: str) -> None:
    """Write the lists of a round, for the first time or once more, and say how many there are."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.studies.rounds import registers, sending

    write = {"send": sending.send, "lists": sending.lists}[how]
    fields = registers.field_register(localities.load(locality, "register"))
    written = write(database.opened(store), key, out, fields, who=who)
    typer.echo(f"Lists: {out} ({len(written)} municipalities)")


@app.command("respond", epilog="Example: workbench round respond R0123 --place 0301 --file lists/0301.csv --who oslo")
def respond(
    key: Key,
    place: Annotated[str, typer.Option(help="Code of the municipality that answers.")],
    who: Who,
    file: Annotated[Path | None, typer.Option(help="Its list with the columns answer and reason filled in.")] = None,
    household: Annotated[
        str, typer.Option(help="One household (code or beginning, or case number), instead of a file.")
    ] = "",
    accept: Annotated[bool, typer.Option("--accept/--decline", help="The answer for one household.")] = True,
    reason: Annotated[
        str, typer.Option(help="Why declined: no_suitable_dwelling, service_missing, no_room_left or other.")
    ] = "",
    store: Address = "",
    today: Day = "",
) -> None:
    """Note a municipality's answers; one that is refused is reported, the others are kept."""
    from workbench.core.errors import DataError
    from workbench.store import database
    from workbench.store.rounds import answers
    from workbench.studies.rounds import sending

    if (file is None) == (not household):
        raise typer.BadParameter("give either --file or --household")
    opened, now = database.opened(store), options.day_or_today(today)
    if file is None:
        household = whole(opened, household)
        with opened.writing() as c:
            answers.respond(c, key, household, accept, place=place, today=now, who=who, reason=reason)
        typer.echo(f"{household}: {'accepted' if accept else 'declined'} by {place}.")
        return
    noted, faults = sending.note_answers(opened, key, file, place=place, today=now, who=who)
    typer.echo(f"Answers: {noted} of {noted + len(faults)} noted.")
    if faults:
        do = "correct the rows named and give the file again: what is noted already is named and stays"
        refused = DataError("some answers were not noted", where=str(file), do=do, faults=faults)
        typer.echo(refused.message(), err=True)
        raise typer.Exit(WARNING if noted else refused.exit_code)


@app.command("decide", epilog="Example: workbench round decide R0123 H0456 H0457 --who berit")
def decide(
    key: Key,
    households: Annotated[list[str], typer.Argument(help="The households; either all are decided or none.")],
    who: Who,
    store: Address = "",
    today: Day = "",
) -> None:
    """Decide on accepted households, as the person named."""
    from workbench.store import database
    from workbench.store.rounds import answers

    now, opened = options.day_or_today(today), database.opened(store)
    named = dict.fromkeys(whole(opened, each) for each in households)
    with opened.writing() as c:
        decided = [(each, *answers.decide(c, key, each, today=now, who=who)) for each in named]
    for household, place, stands in decided:
        typer.echo(f"{household} goes to {place}: " + ("decided." if stands else "noted; another person decides too."))


@app.command("settle", epilog="Example: workbench round settle H0456 --place 0301 --day 2026-04-01 --who oslo")
def settle(
    household: Household,
    place: Annotated[str, typer.Option(help="Code of the municipality where they moved in.")],
    day: Annotated[str, typer.Option(help="Day on which they moved in, YYYY-MM-DD; not before the decision.")],
    who: Who,
    case_number: Annotated[str, typer.Option(help="Only the member with this number; else all without a day.")] = "",
    store: Address = "",
    today: Day = "",
) -> None:
    """Note the day on which the members moved in; once all have, the household is settled."""
    from workbench.store import database
    from workbench.store.rounds import settling

    moved, now, opened = options.day(day), options.day_or_today(today), database.opened(store)
    household = whole(opened, household)
    with opened.writing() as c:
        left = settling.settle(c, household, moved, place=place, case_number=case_number, today=now, who=who)
    typer.echo(f"{household} is settled in {place}." if not left else f"Noted; {left} members have not moved in yet.")


@app.command("close", epilog="Example: workbench round close R0123 --who anna")
def close(key: Key, who: Who, store: Address = "", today: Day = "") -> None:
    """End a round; offers without an answer lapse and their households wait again."""
    from workbench.store import database
    from workbench.store.rounds import answers

    with database.opened(store).writing() as c:
        ended = answers.close(c, key, today=options.day_or_today(today), who=who)
    typer.echo("Closed: " + (", ".join(f"{number} {state}" for state, number in ended.items()) or "no offers"))


@app.command("status", epilog="Example: workbench round status R0123")
def status(
    key: Annotated[str, typer.Argument(help="One round: its offers too, a line each, without names.")] = "",
    store: Address = "",
    locality: Home = "norway",
    as_json: AsJson = False,
    today: Day = "",
) -> None:
    """List the rounds: offers by state, letters that went out and those that are due; or one round's offers."""
    from workbench.sources import localities
    from workbench.store import database
    from workbench.store.rounds import answers, proposals
    from workbench.store.rounds import letters as sent
    from workbench.studies.rounds.letters import municipality

    opened, home = database.opened(store), localities.load(locality, "register")
    now = options.day_or_today(today)
    with opened.reading() as c:
        if key:
            proposals.get(c, key)
        known = [row for row in answers.rounds(c) if key in ("", row["id"])]
        found = [{**row, "letters": sent.written(c, row["id"])} for row in known]
        offers = [{name: row[name] for name in OFFER} for row in answers.listed(c, key)] if key else []
    for row in found:
        if row["state"] == "sent":
            row["letters_due"] = municipality.due(opened, home, row["id"], now)
    if as_json:
        typer.echo(json.dumps(offers if key else found, indent=2, default=str))
        return
    if not found:
        typer.echo("No round has been opened.")
    for row in found:
        counted = _counts(row["offers"]) or "no offers"
        typer.echo(
            f"{row['id']}  week {row['week']} of {row['year']}  {row['state']:9} until {row['deadline']}  {counted}"
        )
        for what in ("letters", "letters_due"):
            if row.get(what):
                typer.echo(f"    {what.replace('_', ' ')}: {_counts(row[what])}")
    for row in offers:
        typer.echo("  ".join(row[name] for name in OFFER))
    if key and not offers:
        typer.echo("Nothing has been proposed in this round.")


def _counts(by: dict[str, int]) -> str:
    return ", ".join(f"{number} {what}" for what, number in by.items())


app.command("letters", epilog="Example: workbench round letters R0123 --out letters --kind reminder --who anna")(
    letters
)
