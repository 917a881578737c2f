"""What became of a round: places offered, used and unused, answers, waiting times and whether waiting is fair?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.errors import DataError, StoreError
from workbench.core.geography.places import Locality
from workbench.core.runs.provenance import RunRecord, RunStore, Source, Vintage, caveat, fingerprint
from workbench.sources import localities
from workbench.store import database
from workbench.store.database import Store
from workbench.store.rounds import answers, facts, proposals
from workbench.store.rounds.ledger import priced
from workbench.studies.rounds.registers import known_place
from workbench.studies.rounds.waiting import CLOSED, fairness, groups, waits

EDITIONS = ("case", "municipal")
LONGEST = 12
"""Households that the case edition names as waiting longest."""
CAVEATS = (
    caveat("Waiting counts from the permit; households that were erased are not in it."),
    caveat("A place is offered where a municipality named it for the week and did not pause it."),
    caveat("A need for a step-free dwelling or rehabilitation stands for a disability; no diagnosis is registered."),
)
WAITING = ["household", "state", "population", "permit", "deadline", "since", "persons", "needs", "decided", "settled"]
OFFERS = ["round", "week", "household", "place", "state", "reason", "decided", "persons"]
WEEKS = ["municipality", "week", "kind", "places", "taken", "paused"]
STATES = ["sent", "accepted", "declined", "lapsed"]
"""What an offer may have come to; a decided one was accepted."""


@dataclass(frozen=True)
class Account:
    """A round, as its report tells it.

    Attributes
    ----------
    round
        Its row: ``id, state, year, week, opened, deadline, deciders`` and ``offers`` (how many in which state).
    place
        The municipality whose edition it is; '' for the directorate's.
    offers
        Each offer of the year up to the round's week: ``round, week, household, place, state, reason, persons``.
    weeks
        Places of the year up to the round's week: ``municipality, week, kind, places, taken, paused``.
    curve
        Share of households that still wait, by days since the permit, until decision: ``day, waiting, low, high``.
    fairness
        Waiting by group; see :func:`workbench.studies.rounds.waiting.fairness`. Empty in a municipality's edition.
    longest
        Who waits longest (``household, persons, population, days, deadline``); empty in a municipality's edition.
    median
        Days from permit to decision after which half of all households have their place, with its interval.
    settled
        The same until the last member moved in.
    ledger
        The round's overrides with their prices; empty in a municipality's edition.
    withdrawn
        How many offers of the round ended because the household left or the offer was taken back; they are in no other
        count.
    """

    locality: Locality
    round: Mapping[str, Any]
    place: str
    today: date
    synthetic: bool
    waiting: int
    offers: pd.DataFrame
    weeks: pd.DataFrame
    curve: pd.DataFrame
    fairness: pd.DataFrame
    longest: pd.DataFrame
    median: tuple[float, float, float]
    settled: tuple[float, float, float]
    ledger: pd.DataFrame
    withdrawn: int
    gap: float | None
    record: RunRecord

    @property
    def own(self) -> pd.DataFrame:
        """The offers of this round alone."""
        rows: pd.DataFrame = self.offers.loc[self.offers["round"] == self.round["id"]]
        return rows

    @property
    def week(self) -> pd.DataFrame:
        """The places of this round's week alone."""
        rows: pd.DataFrame = self.weeks.loc[self.weeks["week"] == self.round["week"]]
        return rows

    def by_place(self) -> pd.DataFrame:
        """Return a row for each municipality with a place or an offer in the round, the most persons' places first.

        Returns
        -------
        DataFrame
            ``place, places, taken, paused`` (persons' places) and ``sent, accepted, declined, lapsed`` (households;
            a decided one was accepted, a sent one waits for its answer).
        """
        free = self.week.assign(paused=self.week["places"].where(self.week["paused"].notna(), 0))
        summed = free.groupby("municipality")[["places", "taken", "paused"]].sum()
        state = self.own["state"].replace({"decided": "accepted"})
        counted = pd.crosstab(self.own["place"], state).reindex(columns=STATES, fill_value=0)
        table = summed.join(counted, how="outer").fillna(0).astype(int)
        return table.rename_axis("place").reset_index().sort_values(["places", "place"], ascending=[False, True])

    def declines(self) -> pd.DataFrame:
        """Return the year's answers by size of household and need: ``group, offers, declined, lapsed, share``."""
        return _shares(self.offers)

    def reasons(self) -> pd.DataFrame:
        """Return why offers of the year were declined: ``reason, offers``, the most frequent first."""
        why = self.offers.loc[self.offers["state"] == "declined", "reason"].value_counts()
        table = why.rename_axis("reason").reset_index(name="offers")
        return table.sort_values(["offers", "reason"], ascending=[False, True], ignore_index=True)


def study(
    *,
    round: str = "",
    edition: str = "case",
    place: str = "",
    day: str = "",
    store: str = "",
    locality: str = "norway",
    who: str = "report",
    runs: Path | str | None = None,
) -> Account:
    """Count what became of a round, the newest if none is named; the reading is in the audit.

    Parameters
    ----------
    edition
        ``case`` for the directorate, ``municipal`` for one municipality (``place``): its own places and offers.
    day
        Day of the report, YYYY-MM-DD; today, if not said.

    Raises
    ------
    DataError, StoreError
        If the edition, the municipality, the day or the round is unknown.
    """
    home, today = localities.load(locality, "register"), _day(day)
    if edition not in EDITIONS:
        raise DataError(f"there is no edition '{edition}'", do=f"choose {' or '.join(EDITIONS)}")
    if (edition == "municipal") != bool(place):
        raise DataError("a municipality's edition names its municipality", do="give edition=municipal and place=CODE")
    own = known_place(home, place) if place else ""
    return account(database.opened(store), home, own, key=round, today=today, who=who, runs=runs)


def account(
    store: Store, home: Locality, place: str, *, key: str = "", today: date, who: str, runs: Path | str | None = None
) -> Account:
    """Return a round's account from an open register; see :func:`study`."""
    with store.writing() as connection:  # the reading is noted in the audit
        known = answers.rounds(connection)
        if not known:
            raise StoreError("no round has been opened", where=store.where, do="run `workbench round open`")
        row = next((each for each in known if each["id"] == key), None) if key else known[0]
        if row is None:
            raise StoreError("there is no such round", where=key, do="see `workbench round status`")
        rows = pd.DataFrame(facts.waiting(connection, who=who, why="report"), columns=WAITING)
        offers = pd.DataFrame(facts.offers(connection, row["year"]), columns=OFFERS)
        weeks = pd.DataFrame(facts.weeks(connection, row["year"]), columns=WEEKS)
        inside, ledger = facts.members(connection, row["id"]), pd.DataFrame(priced(connection, row["id"]))
        solved, made_up = proposals.last_solution(connection, row["id"]), facts.synthetic(connection)
    offers, weeks = offers[offers["week"] <= row["week"]], weeks[weeks["week"] <= row["week"]]
    needs = rows.set_index("household")["needs"]
    offers = offers.assign(needs=offers["household"].map(needs).fillna(""))
    if place:
        offers, weeks = offers[offers["place"] == place], weeks[weeks["municipality"] == place]
        ledger = ledger.iloc[:0]
    gone = offers["state"] == "withdrawn"
    withdrawn, offers = int((gone & (offers["round"] == row["id"])).sum()), offers[~gone]
    everybody = waits(rows, today)
    inputs = tuple(
        Vintage(name, Source("The register", title, "kept in the register"), today.isoformat(), fingerprint(table))
        for name, title, table in (
            ("households", "Households with their days", rows),
            ("offers", "Offers of the year", offers),
            ("weekly_places", "Places of the year", weeks),
        )
    )

    def compute(folder: Path) -> Mapping[str, Any]:
        everybody.curve().to_csv(folder / "curve.csv", index=False)
        return {"households": len(rows), "offers": len(offers), "places": int(weeks["places"].sum())}

    scenario = {"locality": home.id, "round": row["id"], "place": place, "day": today.isoformat()}
    run = RunStore.at(runs).get_or_run("round", scenario, inputs, compute, CAVEATS)
    return Account(
        home,
        row,
        place,
        today,
        made_up,
        len(inside),
        offers,
        weeks,
        pd.read_csv(run.folder / "curve.csv"),
        fairness(rows, today).iloc[: 0 if place else None],
        _longest(rows, today).iloc[: 0 if place else None],
        everybody.median(),
        waits(rows, today, until="settled").median(),
        ledger,
        withdrawn,
        solved["told"]["gap"] if solved else None,
        run.record,
    )


def _longest(rows: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return who has waited longest for a decision and waits still, with the days since the permit."""
    open_ = rows[~rows["state"].isin((*CLOSED, "settled", "decided")) & rows["permit"].notna()]
    days = (pd.Timestamp(today) - pd.to_datetime(open_["permit"])).dt.days
    table = open_.assign(days=days)[["household", "persons", "population", "needs", "state", "days", "deadline"]]
    return table.sort_values(["days", "household"], ascending=[False, True]).head(LONGEST).reset_index(drop=True)


def _shares(offers: pd.DataFrame) -> pd.DataFrame:
    told = []
    for name, mask in groups(offers.assign(population="")).items():
        if name.startswith("route:"):
            continue
        state = offers.loc[mask, "state"]
        answered = int((state != "sent").sum())
        declined = int((state == "declined").sum())
        share = declined / answered if answered else None
        told.append((name, len(state), declined, int((state == "lapsed").sum()), share))
    return pd.DataFrame(told, columns=["group", "offers", "declined", "lapsed", "share"])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now(UTC).date()
    except ValueError:
        raise DataError(f"'{text}' is no day", do="write YYYY-MM-DD") from None
