"""The widgets of the rounds: a week is opened, proposals read, overridden, sent, decided and closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any

import ipywidgets

from workbench.apps import notices
from workbench.apps.boxes import boxed
from workbench.apps.register_view import RegisterView, button, table
from workbench.apps.serving.bridge import keep_quiet
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say
from workbench.presentation.rounds.words import OVERRIDES, state
from workbench.store.rounds import answers, proposals

AGES = ("adults", "children", "seniors")
HEADS = (
    marked("Household"),
    marked("Persons"),
    marked("Near-equal alternative"),
    marked("Proposed"),
    marked("Score"),
    marked("State"),
)


def page() -> ipywidgets.Box:
    """Return the page for the one who is signed in."""
    keep_quiet()
    return RoundsView().box


def opened(language: str) -> ipywidgets.Box:
    """Return the page in a language."""
    return RoundsView(language=language).box


class RoundsView(RegisterView):
    """The directorate's rounds."""

    roles = ("directorate",)

    def build(self) -> None:
        """Make the entries."""
        today = datetime.now(UTC).date()
        monday = today + timedelta(days=7 - today.weekday())
        self.round = ipywidgets.Dropdown(options=[("–", "")])
        self.year = ipywidgets.IntText(value=monday.isocalendar().year)
        self.week = ipywidgets.IntText(value=monday.isocalendar().week)
        self.deadline = ipywidgets.Text(value=(monday + timedelta(days=4)).isoformat())
        self.deciders = ipywidgets.Dropdown(options=[("1", 1), ("2", 2)])
        self.household, self.kind = ipywidgets.Dropdown(options=[("–", "")]), ipywidgets.Dropdown()
        self.place, self.reason = ipywidgets.Text(), ipywidgets.Text()
        self.waits = ipywidgets.Dropdown(options=[("–", "")])
        self.begin = button("", lambda: self.act(self._begin), "mw-main")
        self.propose = button("", self._search)
        self.order = button("", lambda: self.act(self._override))
        self.hand_out = button("", lambda: self.act(self._send))
        self.decide = button("", lambda: self.act(self._decide))
        self.end = button("", lambda: self.act(self._close))
        self.titles = [ipywidgets.HTML() for _ in range(4)]
        self.told = ipywidgets.HTML()
        self.side.children = (
            boxed("mw-card", self.language, self.round),
            boxed("mw-card", self.titles[0], self.year, self.week, self.deadline, self.deciders, self.begin),
            boxed("mw-card", self.titles[1], boxed("mw-row", self.propose, self.hand_out, self.end)),
            boxed("mw-card", self.titles[2], self.household, self.kind, self.place, self.reason, self.order),
            boxed("mw-card", self.titles[3], self.waits, self.decide),
        )
        self.main.children = (self.head, self.notice, self.told)
        self.round.observe(lambda _: None if self._quiet else self.update(), "value")

    _quiet = False

    def refresh(self) -> None:
        """Show the rounds, and the one that is chosen."""
        self._label()
        with self.desk.store.reading() as connection:
            known = answers.rounds(connection)
            key = self.round.value or (known[0]["id"] if known else "")
            rows = answers.listed(connection, key) if key else []
            held = proposals.rows_of(connection, key) if key else {}
            ledger = proposals.overrides(connection, key) if key else []
            waiting = [each["household"] for each in proposals.waiting(connection, key)] if key else []
            solved = proposals.last_solution(connection, key) if key else None
        self._choose(self.round, [(self._name(row), row["id"]) for row in known] or [("–", "")], key)
        self._choose(self.household, [("–", ""), *((each[:7], each) for each in waiting)], self.household.value)
        accepted = [row["household"] for row in rows if row["state"] == "accepted"]
        self._choose(self.waits, [("–", ""), *((each[:7], each) for each in accepted)], self.waits.value)
        title = notices.tag("h1", say("Rounds of offers", self.lang))
        if not key:
            self.head.value = title + notices.tag("p", say("No round has been opened yet.", self.lang), "mw-headline")
            self.told.value = ""
            return
        lead = say(
            "{waiting} households wait, {offers} are proposed or offered, {accepted} accepted wait for a decision.",
            self.lang,
            waiting=len(waiting),
            offers=sum(row["state"] in ("draft", "sent") for row in rows),
            accepted=len(accepted),
        )
        self.head.value = title + notices.tag("p", lead, "mw-headline")
        self.told.value = self._gap(solved) + self._table(rows, held) + self._ledger(ledger)

    def _gap(self, solved: Any) -> str:
        if solved is None:
            return ""
        text = say(
            "The newest proposal is within {gap} % of the best score possible for the scores supplied.",
            self.lang,
            gap=f"{100 * solved['told']['gap']:.3f}",
        )
        return notices.tag("p", text)

    def _table(self, rows: list[dict[str, Any]], held: dict[str, dict[str, Any]]) -> str:
        cells = [
            [
                row["household"][:7],
                str(sum(held[row["household"]][age] for age in AGES)) if row["household"] in held else "",
                self._called(row["told"].get("runner_up") or ""),
                self._called(row["place"]),
                f"{row['told']['score']:.2f}",
                state(row["state"], self.lang),
            ]
            for row in rows
        ]
        caption = say("Proposals and offers of the round", self.lang)
        return table([say(each, self.lang) for each in HEADS], cells, caption) if cells else ""

    def _ledger(self, ledger: list[dict[str, Any]]) -> str:
        cells = [
            [
                str(row["number"]), say(OVERRIDES[row["kind"]], self.lang), row["household"][:7],
                self._called(row["place"]), row["reason"], row["who"], row["at"][:16].replace("T", " "),
                f"{row['price']['score']:.2f}", f"{row['price']['persons']:.0f}",
            ]
            for row in ledger
        ]  # fmt: skip
        heads = [say(each, self.lang) for each in LEDGER]
        return table(heads, cells, say("Overrides, with what each cost the plan", self.lang)) if cells else ""

    def _called(self, place: str) -> str:
        return self.locality.place_name(place) if place in self.locality.places else place or "–"

    def _name(self, row: dict[str, Any]) -> str:
        said = say("Week {week} of {year}", self.lang, week=row["week"], year=row["year"])
        return f"{said}: {state(row['state'], self.lang)}"

    def _key(self) -> str:
        if not self.round.value:
            raise AppError(say("Choose a round, or open one.", self.lang))
        return str(self.round.value)

    @property
    def _offers(self) -> ModuleType:
        from workbench.studies.rounds import offers  # here: the solver takes seconds to load, and a look needs none

        return offers

    def _begin(self) -> str:
        key: str = self._offers.open_round(
            self.desk.store,
            self.locality,
            year=self.year.value,
            week=self.week.value,
            today=datetime.now(UTC).date(),
            deadline=self._day(),
            deciders=self.deciders.value,
            who=self.desk.login,
        )
        self._choose(self.round, [*self.round.options, (key, key)], key)
        return say("The round of week {week} is open.", self.lang, week=self.week.value)

    def _day(self) -> date:
        try:
            return date.fromisoformat(self.deadline.value.strip())
        except ValueError:
            raise AppError(say("The last day for answers is no day; write it as 2026-03-06.", self.lang)) from None

    def _search(self) -> None:
        self.say(say("Looking for the best places …", self.lang))
        self.tell()
        self.act(self._propose)

    def _propose(self) -> str:
        solved = self._offers.propose(self.desk.store, self._key(), self.locality, who=self.desk.login)
        return say(
            "{placed} of {persons} persons have a place proposed.",
            self.lang,
            placed=solved.persons_placed,
            persons=solved.persons,
        )

    def _override(self) -> str:
        if not (self.household.value and self.place.value.strip() and self.reason.value.strip()):
            raise AppError(say("An override names a household, a place and a reason.", self.lang))
        price = self._offers.override(
            self.desk.store,
            self._key(),
            self.locality,
            self.kind.value,
            self.household.value,
            self.place.value.strip(),
            reason=self.reason.value.strip().replace(" ", "_"),
            who=self.desk.login,
        )
        return say(
            "Noted. It costs the plan {score} of its score and {persons} persons; propose again to follow it.",
            self.lang,
            score=f"{price['score']:.2f}",
            persons=f"{price['persons']:.0f}",
        )

    def _send(self) -> str:
        number: int = self._offers.send_list(self.desk.store, self._key(), who=self.desk.login)
        return say("{number} offers are out; municipalities see them on their page.", self.lang, number=number)

    def _decide(self) -> str:
        if not self.waits.value:
            raise AppError(say("Choose an accepted household.", self.lang))
        today = datetime.now(UTC).date()
        with self.desk.store.writing() as connection:
            stands = answers.decide(connection, self._key(), self.waits.value, today=today, who=self.desk.login)
        done = marked("Decided.") if stands else marked("Noted; another person has to decide too.")
        return say(done, self.lang)

    def _close(self) -> str:
        with self.desk.store.writing() as connection:
            answers.close(connection, self._key(), today=datetime.now(UTC).date(), who=self.desk.login)
        return say("The round is closed; households without an answer wait again.", self.lang)

    def _choose(self, field: ipywidgets.Dropdown, options: list[tuple[str, str]], value: str) -> None:
        self._quiet = True
        field.options = options
        field.value = value if value in [code for _, code in options] else options[0][1]
        self._quiet = False

    def _label(self) -> None:
        lang = self.lang
        self.round.description, self.year.description = say("Round", lang), say("Year", lang)
        self.week.description, self.deadline.description = say("Week", lang), say("Last day for answers", lang)
        self.deciders.description, self.household.description = say("How many decide", lang), say("Household", lang)
        self.kind.description, self.place.description = say("Override", lang), say("Municipality, code", lang)
        self.reason.description = say("Reason, a code such as relatives", lang)
        self.waits.description = say("Accepted household", lang)
        self.begin.description, self.propose.description = say("Open the round", lang), say("Propose", lang)
        self.order.description, self.hand_out.description = say("Note the override", lang), say("Send the lists", lang)
        self.decide.description, self.end.description = say("Decide", lang), say("Close the round", lang)
        titles = (say("A new round", lang), say("This round", lang), say("Override", lang), say("Decision", lang))
        for title, words in zip(self.titles, titles, strict=True):
            title.value = notices.tag("p", words, "mw-legend")
        kept = self.kind.value
        self.kind.options = [(say(words, lang), code) for code, words in OVERRIDES.items()]
        self.kind.value = kept or next(iter(OVERRIDES))


LEDGER = (
    marked("No."),
    marked("Override"),
    marked("Household"),
    marked("Municipality"),
    marked("Reason"),
    marked("By"),
    marked("When"),
    marked("Price, score"),
    marked("Price, persons"),
)
