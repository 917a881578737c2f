"""A register filled by commands, and the steps of a round as commands."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from typer.testing import CliRunner, Result

from workbench.cli import app

TODAY = "2026-03-02"
LANGUAGES = ("en", "nb", "ar", "uk")


def run(*arguments: str | Path, code: int = 0) -> Result:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output and "Zquux" not in done.output
    return done


def table(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def fill(folder: Path) -> None:
    people = [
        {
            "household": f"h{i}", "case_number": f"c{i}-{j}", "born": f"19{80 + i}-05-01", "population": "asylum",
            "permit": "2026-01-15", "given_name": "Zquuxina", "family_name": f"Zquux{i}", "language": LANGUAGES[i % 4],
        }
        for i in range(8) for j in range(2)
    ]  # fmt: skip
    people.append(
        {**people[0], "household": "m", "case_number": "m-0", "born": "2010-01-01", "population": "unaccompanied_minor"}
    )
    interviews = [
        {
            "_uuid": f"u{i}", "case_number": f"c{i}-0", "population": "asylum", "held": "2026-02-03",
            "consent_settlement": "yes", "consent_health": "no", "languages": "ar", "upper_secondary": "no",
            "step_free": "no", "ties": "1103" if i < 4 else "",
        }
        for i in range(8)
    ]  # fmt: skip
    minor = {"_uuid": "um", "case_number": "m-0", "population": "unaccompanied_minor", "guardian": "yes"}
    interviews.append({**interviews[0], **minor})
    places = [
        {"municipality": m, "year": "2026", "week": "10", "kind": k, "places": n, "services": "school"}
        for m, k, n in (("0301", "all", "6"), ("1103", "all", "4"), ("4601", "all", "4"), ("4601", "minors", "1"))
    ]
    run("register", "create")
    run("register", "people", table(folder / "people.csv", people), "--who", "anna")
    run("intake", "import", table(folder / "interviews.csv", interviews), "--who", "anna")
    plan = table(folder / "places.csv", places)
    assert "not written yet" in run("places", "import", plan, "--who", "oslo").stdout
    assert run("places", "show").stdout == ""
    run("places", "import", plan, "--who", "oslo", "--confirm")
    assert "0 changes" in run("places", "import", plan, "--who", "oslo", "--confirm").stdout


def opened(*more: str) -> str:
    asked = ("round", "open", "2026", "10", "--deadline", "2026-03-06", "--who", "anna", "--today", TODAY)
    return run(*asked, *more).stdout.strip()


def sent(folder: Path, *more: str) -> tuple[str, dict[str, list[str]]]:
    """Return a round that was sent, and the households of each municipality's list."""
    key = opened(*more)
    run("round", "propose", key, "--who", "anna")
    run("round", "send", key, "--out", folder / "lists", "--who", "anna")
    lists = {
        p.stem: [row["household"] for row in csv.DictReader(p.open(encoding="utf-8"))]
        for p in (folder / "lists").iterdir()
    }
    return key, lists


def states() -> dict[str, int]:
    told = json.loads(run("register", "status", "--json").stdout)["households"]
    return {state: number for state, number in told.items() if number}


def answer(key: str, place: str, household: str, *more: str, code: int = 0, today: str = TODAY) -> str:
    asked = ("round", "respond", key, "--place", place, "--household", household, "--who", place, "--today", today)
    return run(*asked, *more, code=code).output
