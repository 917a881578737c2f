"""How long would people wait in a year of weekly rounds, beside two simple practices? Everybody in it is synthetic.

The year goes through the register itself: registration, interview, places, round, proposal, answer, decision,
settlement. Who declines whom, and who moves when, is drawn from seed, household and place alone, so that the practices
meet the same chances. What is assumed stands in ``synthetic_year`` of the locality's parameters.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.errors import StoreError
from workbench.core.geography.places import Locality
from workbench.sources import localities, synthetic
from workbench.store import reservation
from workbench.store.database import Store
from workbench.store.households import records, states
from workbench.store.rounds import answers, facts, settling
from workbench.studies.rounds import offers
from workbench.studies.rounds.households.registration import deadline

WHO, DECIDER = "synthetic_year", "synthetic_decider"
SIX_MONTHS = 183
"""Days; the goal counts from the permit."""


@dataclass
class Life:
    """One synthetic household on its way; days are dates of the simulated year."""

    row: dict[str, Any]
    permit: date
    interview: date
    settles: date | None = None
    key: str = ""
    ready: bool = False
    offered: int = 0
    place: str = ""


@dataclass(frozen=True)
class YearResult:
    """What came of a year.

    Attributes
    ----------
    households
        ``household, persons, permit, settles`` (absent: not placed yet), ``ready`` (interviewed within the year),
        ``offered`` (times), ``place``, ``score``, a row for each household in the order drawn.
    rounds
        ``week, waiting, proposed, accepted, declined, silent, gap, seconds`` a row for each round.
    places, used
        Persons' places offered over the year, and taken.
    """

    practice: str
    households: pd.DataFrame
    rounds: pd.DataFrame
    places: int
    used: int
    assumptions: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """What a year did for those whose permit was given at least six months before its end.

    Attributes
    ----------
    households
        How many they are.
    median, ninety
        Days from permit to settlement; infinite where so many are not placed yet.
    within
        Share of them settled within six months.
    never_offered
        Households of the whole year that were ready and were never offered a place.
    places_used
        Share of the year's places.
    score
        Mean score of those placed, over the whole year.
    largest_gap
        The largest certified gap of a round; not known for a simple practice.
    """

    households: int
    median: float
    ninety: float
    within: float
    never_offered: int
    places_used: float
    score: float
    largest_gap: float


def summary(result: YearResult) -> Summary:
    """Return what a year did; see :class:`Summary`."""
    table = result.households
    end = pd.Timestamp(max(table["permit"]))
    permit = pd.to_datetime(table["permit"])
    days = (pd.to_datetime(table["settles"]) - permit).dt.days.astype(float).fillna(np.inf)
    followed = days[permit <= end - pd.Timedelta(days=SIX_MONTHS)]
    at = sorted(followed)
    return Summary(
        len(at),
        at[(len(at) - 1) // 2] if at else np.nan,
        at[int(np.ceil(0.9 * len(at))) - 1] if at else np.nan,
        float((followed <= SIX_MONTHS).mean()) if at else np.nan,
        int(((table["offered"] == 0) & table["ready"]).sum()),
        result.used / result.places,
        float(table["score"].mean()),
        float(result.rounds["gap"].max()),
    )


def run(
    store: Store,
    locality: Locality,
    *,
    households: int = 5_000,
    weeks: int = 52,
    year: int = 2026,
    seed: int = 1,
    practice: str = "",
    progress: Callable[[str], None] | None = None,
) -> YearResult:
    """Live through a year of weekly rounds in an empty register.

    Parameters
    ----------
    practice
        '' for the best plan of each week, else the name of a simple practice (``first_come``, ``best_score``).

    Raises
    ------
    StoreError
        If there are households in the register already.
    """
    with store.reading() as connection:
        if reservation.size(connection):
            raise StoreError("the register is not empty", where=store.where, do="name a new one")
    parameters, first = localities.parameters(locality), date.fromisocalendar(year, 1, 1)
    stated = parameters.numbers("synthetic_year", first)
    lives = _lives(locality, households, weeks, first, seed, stated)
    batches = _batches(locality, sum(_persons(life) for life in lives), weeks, seed, stated)
    told, left, named = [], dict.fromkeys(batches, 0), {life.row["household"]: life for life in lives}
    by_key: dict[str, Life] = {}
    used: dict[str, int] = {}
    for week in range(1, weeks + 1):
        monday, began = first + timedelta(weeks=week - 1), time.perf_counter()
        with store.writing() as connection:
            for life in (each for each in lives if each.permit <= monday and not each.key):
                _register(connection, life, parameters, named, seed)
                by_key[life.key] = life
            for life in (each for each in lives if each.interview <= monday < each.interview + timedelta(days=7)):
                _interview(connection, life, monday)
            _settle_due(connection, lives, monday)
            for place, by_week in batches.items():
                free = by_week.get(week, 0) + left[place]
                if left[place]:  # what was left over is offered again: each place stands in one week alone
                    reservation.offer(connection, place, year, week - 1, used.get(place, 0), who=WHO)
                if free:
                    reservation.offer(connection, place, year, week, free, who=WHO)
        row = _round(store, locality, year, week, monday, by_key, practice, seed, stated)
        with store.reading() as connection:
            used = reservation.taken(connection, year, week)
        for place, by_week in batches.items():
            left[place] += by_week.get(week, 0) - used.get(place, 0)
        told.append({"week": week, **row, "seconds": time.perf_counter() - began})
        if progress is not None:
            progress(f"week {week} of {weeks}: {row['waiting']} waited, {row['accepted']} accepted")
    offered = sum(sum(by_week.values()) for by_week in batches.values())
    return YearResult(
        practice,
        _table(lives, store),
        pd.DataFrame(told),
        offered,
        offered - sum(left.values()),
        stated,
    )


def _round(
    store: Store,
    locality: Locality,
    year: int,
    week: int,
    monday: date,
    by_key: dict[str, Life],
    practice: str,
    seed: int,
    stated: dict[str, float],
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(("waiting", "proposed", "accepted", "declined", "silent"), 0) | {"gap": np.nan}
    friday = monday + timedelta(days=4)
    try:
        key = offers.open_round(store, locality, year=year, week=week, today=monday, deadline=friday, who=WHO)
    except StoreError:  # nobody waits, or no place is free, this week
        return row
    solved = offers.propose(store, key, locality, who=WHO, practice=practice)
    row |= {"waiting": solved.persons, "proposed": len(solved.pairs), "gap": solved.gap}
    with store.writing() as connection:
        sent = answers.send(connection, key, who=WHO) if solved.pairs else []
    for each in sent:
        life = by_key[each["household"]]
        life.offered += 1
        chance = _chance(seed, "answer", life.row["household"], each["place"])
        if chance < stated["silence"]:
            row["silent"] += 1
            continue
        accept = chance >= stated["silence"] + stated["decline"]
        row["accepted" if accept else "declined"] += 1
        with store.writing() as connection:
            answers.respond(
                connection,
                key,
                each["household"],
                accept,
                place=each["place"],
                today=friday,
                who=f"municipality_{each['place']}",
                reason="" if accept else "no_suitable_dwelling",
            )
            if accept:
                answers.decide(connection, key, each["household"], today=friday, who=DECIDER)
                days = _between(seed, "move", life.row["household"], stated["move_first"], stated["move_last"])
                life.settles, life.place = friday + timedelta(days=days), each["place"]
    with store.writing() as connection:
        answers.close(connection, key, today=friday + timedelta(days=1), who=WHO)
    return row


def _lives(locality: Locality, number: int, weeks: int, first: date, seed: int, stated: dict[str, float]) -> list[Life]:
    """Draw households with their permits, by month as applications came in the newest whole year known."""
    parameters, origins = localities.parameters(locality), localities.table(locality, "origin_population")
    drawn = synthetic.households(number, parameters=parameters, origin_population=origins, day=first, seed=seed)
    plain = drawn.households.astype(object).where(drawn.households.notna(), "")
    rng = np.random.default_rng([seed, number, weeks])
    offset = np.sort(rng.choice(7 * weeks, size=number, p=_profile(locality, first, 7 * weeks)))
    lives = []
    for row, days in zip(plain.to_dict("records"), offset, strict=True):
        permit = first + timedelta(days=int(days))
        wait = _between(seed, "interview", str(row["household"]), stated["interview_first"], stated["interview_last"])
        lives.append(Life({str(k): v for k, v in row.items()}, permit, permit + timedelta(days=wait)))
    return lives


def _profile(locality: Locality, first: date, days: int) -> np.ndarray:
    table = localities.table(locality, "inflow")
    month = pd.to_datetime(table["month"])
    whole = month.dt.year.map(month.dt.year.value_counts()) % 12 == 0
    newest = table[whole & (month.dt.year == month.dt.year[whole].max())]
    weight = newest.groupby(pd.to_datetime(newest["month"]).dt.month)["persons"].sum()
    share = np.array([float(weight[(first + timedelta(days=d)).month]) for d in range(days)])
    return np.asarray(share / share.sum())


def _batches(
    locality: Locality, persons: int, weeks: int, seed: int, stated: dict[str, float]
) -> dict[str, dict[int, int]]:
    """Return for each municipality its places by week, in batches, in proportion to what it accepted last."""
    table = localities.table(locality, "settlement")
    newest = table[table["year"] == table.loc[table["accepted"].notna(), "year"].max()].dropna(subset="accepted")
    scale = persons * (1 + stated["spare"]) / float(newest["accepted"].sum())
    batches: dict[str, dict[int, int]] = {}
    for place, accepted in zip(newest["municipality"].astype(str), newest["accepted"], strict=True):
        total, by_week = round(float(accepted) * scale), {}
        number = max(1, min(weeks, total // int(stated["batch"])))
        start = _chance(seed, "batch", place)
        for at in range(number):
            week = 1 + int((at + start) * weeks / number)
            by_week[week] = total * (at + 1) // number - total * at // number
        batches[place] = by_week
    return batches


def _register(connection: Any, life: Life, parameters: Any, named: dict[str, Life], seed: int) -> None:
    row, name = life.row, str(life.row["household"])
    kinds = [("adults", 19, 60), ("children", 0, 17), ("seniors", 68, 84)]
    ages = [
        int(_between(seed, f"age{kind}{i}", name, low, high)) for kind, low, high in kinds for i in range(row[kind])
    ]
    members = tuple(
        records.Member(f"{facts.SYNTHETIC}{name}-{i}", date(life.permit.year - age - 1, 12, 31))
        for i, age in enumerate(ages)
    )
    linked = named.get(str(row["linked_with"] or ""))
    life.key = records.register(
        connection,
        members,
        who=WHO,
        population=row["population"],
        permit=life.permit,
        deadline=deadline(row["population"], life.permit, parameters),
        household=f"H{hashlib.sha256(f'{seed}{name}'.encode()).hexdigest()[:20]}",
    )
    if linked is not None and linked.key:
        linking = {"linked_with": linked.key}
        records.change(connection, "household", life.key, linking, version=1, who=WHO, why="registration")


def _interview(connection: Any, life: Life, monday: date) -> None:
    if not life.key:
        return
    for name in ("languages", "needs", "ties"):
        codes = tuple(code for code in str(life.row[name] or "").split(";") if code)
        records.set_list(connection, name, life.key, codes, who=WHO)
    records.consent(connection, life.key, "settlement", True, day=monday, who=WHO)
    records.hold(connection, life.key, day=monday, who=WHO)
    states.move(connection, life.key, "interview", who=WHO)
    states.move(connection, life.key, "clear", who=WHO)
    life.ready = True


def _settle_due(connection: Any, lives: list[Life], monday: date) -> None:
    for life in lives:
        if life.settles is not None and monday - timedelta(days=7) < life.settles <= monday:
            settling.settle(connection, life.key, life.settles, place=life.place, today=monday, who=WHO)


def _persons(life: Life) -> int:
    return int(life.row["adults"] + life.row["children"] + life.row["seniors"])


def _table(lives: list[Life], store: Store) -> pd.DataFrame:
    with store.reading() as connection:
        given = answers.accepted_places(connection)
    return pd.DataFrame(
        [
            {
                "household": life.key,
                "persons": _persons(life),
                "permit": life.permit,
                "settles": life.settles,
                "ready": life.ready,
                "offered": life.offered,
                "place": given.get(life.key, ("", np.nan))[0],
                "score": given.get(life.key, ("", np.nan))[1],
            }
            for life in lives
        ]
    )


def _chance(seed: int, *what: str) -> float:
    """Return a number in [0, 1) that depends on seed and names alone, whatever was drawn before."""
    digest = hashlib.sha256("|".join((str(seed), *what)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _between(seed: int, what: str, name: str, low: float, high: float) -> int:
    return int(low + _chance(seed, what, name) * (high - low + 1))
