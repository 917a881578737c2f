"""A register to try: a synthetic quarter of households, interviews with gaps, and places by week. Nobody in it is real.

The shares of gaps are stated below; they are assumptions for trying the program, not figures about any register.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from workbench.core.errors import StoreError
from workbench.core.geography.places import Locality
from workbench.sources import localities, synthetic
from workbench.store import dwellings, reservation
from workbench.store.database import Store
from workbench.store.households import interviews, records
from workbench.store.rounds import facts
from workbench.studies.rounds.households.registration import deadline
from workbench.studies.rounds.interview import form as forms

NAME = "Synthetic"
GAPS = {
    "born": 0.03,
    "interview": 0.08,
    "unknown": 0.06,
    "no_consent": 0.02,
    "no_health_consent": 0.15,
    "bedrooms": 0.4,
}
"""Share of persons without a date of birth; of households without interview, with an answer not known, unwilling."""
LISTING, STEP_FREE = 5, 3
"""Of so many municipalities one lists dwellings, and of so many dwellings one is without steps."""
WEEKS = 13
WHO = "demo"


def fill(store: Store, locality: Locality, *, households: int, year: int, seed: int) -> dict[str, int]:
    """Fill an empty register; return how many of each there are.

    Places by week are what the municipalities accepted in the newest year known, spread evenly over 52 weeks.

    Raises
    ------
    StoreError
        If there are households in it already: synthetic ones never stand among real ones.
    """
    with store.reading() as connection:
        if reservation.size(connection):
            raise StoreError("the register is not empty", where=store.where, do="name a new file")
    parameters, rng, day = localities.parameters(locality), np.random.default_rng(seed), date(year, 1, 1)
    origins = localities.table(locality, "origin_population")
    drawn = synthetic.households(households, parameters=parameters, origin_population=origins, day=day, seed=seed)
    form = forms.load(locality)
    rows: list[dict[str, Any]] = drawn.households.astype(object).where(drawn.households.notna(), "").to_dict("records")  # type: ignore[assignment]
    with store.writing() as connection:
        for at, row in enumerate(rows):
            _household(connection, at, row, form, parameters, rng)
        offered = _places(connection, locality, year)
    with store.reading() as connection:
        return {**reservation.size(connection), f"places in weeks 1 to {WEEKS} of {year}": offered}


def _household(connection: Any, at: int, row: dict[str, Any], form: forms.Form, parameters: Any, rng: Any) -> None:
    ages = [
        *rng.integers(19, 60, row["adults"]),
        *rng.integers(0, 18, row["children"]),
        *rng.integers(67, 85, row["seniors"]),
    ]
    permit = date.fromisoformat(str(row["arrived"])[:10])
    members = tuple(
        records.Member(
            f"{facts.SYNTHETIC}{at:06d}-{i}",
            None
            if rng.random() < GAPS["born"]
            else permit - timedelta(days=int(age) * 365 + int(rng.integers(1, 360))),
            NAME,
            f"Household {at + 1}",
        )
        for i, age in enumerate(ages)
    )
    languages = [code for code in str(row["languages"]).split(";") if code]
    key = records.register(
        connection,
        members,
        who=WHO,
        population=row["population"],
        permit=permit,
        deadline=deadline(row["population"], permit, parameters),
        language=languages[0] if languages else None,
        household=f"H{rng.bytes(10).hex()}",
    )
    if rng.random() < GAPS["interview"]:
        return
    raw = _answers(at, row, languages, form, rng, permit)
    answers, _ = form.read(raw)
    needs = {
        q.column.removeprefix("needs:"): answers.get(q.name) for q in form.questions.values() if "needs:" in q.column
    }
    given = interviews.Submission(
        f"synthetic-{at}", form.id, form.version, members[0].case_number, row["population"], permit, answers,
        tuple(answers["languages"]), tuple(str(row["ties"]).split(";")) if row["ties"] else (),
        tuple(need for need, said in needs.items() if said == "yes"), answers.get("bedrooms"),
        {purpose: answers[f"consent_{purpose}"] == "yes" for purpose in ("settlement", "health")},
        tuple(form.still_unknown(answers)),
    )  # fmt: skip
    kept, _ = interviews.keep(connection, given, who=WHO)
    assert kept == key  # the case number is the household's own


def _answers(
    at: int, row: dict[str, Any], languages: list[str], form: forms.Form, rng: Any, day: date
) -> dict[str, Any]:
    needs = set(str(row["needs"]).split(";"))
    known = form.choices["language"]
    raw: dict[str, Any] = {
        "case_number": f"{facts.SYNTHETIC}{at:06d}-0",
        "population": row["population"],
        "held": day.isoformat(),
        "consent_settlement": "no" if rng.random() < GAPS["no_consent"] else "yes",
        "consent_health": "no" if rng.random() < GAPS["no_health_consent"] else "yes",
        "languages": [code if code in known else "other" for code in languages] or ["other"],
        "ties": row["ties"],
        "guardian": "yes",
        "wishes": "synthetic",
    }
    for question in form.questions.values():
        if question.column.startswith("needs:"):
            raw[question.name] = "yes" if question.column.removeprefix("needs:") in needs else "no"
    if rng.random() >= GAPS["bedrooms"]:
        raw["bedrooms"] = max(1, (row["adults"] + row["children"] + row["seniors"] + 1) // 2)
    if rng.random() < GAPS["unknown"]:
        raw["step_free"] = forms.UNKNOWN
    return raw


def _places(connection: Any, locality: Locality, year: int) -> int:
    table = localities.table(locality, "settlement")
    newest = table[table["year"] == table.loc[table["accepted"].notna(), "year"].max()].dropna(subset="accepted")
    total = 0
    accepted_by = zip(newest["municipality"].astype(str), newest["accepted"], strict=True)
    for at, (place, accepted) in enumerate(accepted_by):
        for week in range(1, WEEKS + 1):
            number = int(accepted * week / 52) - int(accepted * (week - 1) / 52)
            if number:
                reservation.offer(connection, place, year, week, number, who=WHO)
                total += number
        if at % LISTING == 0:
            for code in range(int(accepted * WEEKS / 52 / 2)):
                one = dwellings.Dwelling(f"D{code + 1}", 1 + code % 4, code % STEP_FREE == 0)
                dwellings.keep(connection, place, one, who=WHO)
    return total
