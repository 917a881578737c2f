"""The page of the rounds: a week is opened, proposals read, overridden, sent, decided and closed."""

from __future__ import annotations

from datetime import UTC, datetime
from types import ModuleType

import ipywidgets

from workbench.apps import notices
from workbench.apps.register_view import RegisterView
from workbench.apps.rounds import shown
from workbench.apps.rounds.entries import NONE, Entries
from workbench.apps.serving.bridge import keep_quiet
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say
from workbench.presentation.wording import number
from workbench.store.rounds import answers, proposals
from workbench.store.rounds import ledger as kept


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
        self.entries = Entries(
            {
                "begin": lambda: self.act(self._begin),
                "propose": self._search,
                "order": lambda: self.act(self._override),
                "price": lambda: self.act(self._price),
                "hand_out": lambda: self.act(self._send),
                "decide": lambda: self.act(self._decide),
                "end": lambda: self.act(self._close),
            }
        )
        self.told = ipywidgets.HTML()
        self.controls((self.language, self.entries.round, self.entries.search), *self.entries.cards())
        self.main.children = (self.head, self.notice, self.told)
        self.entries.round.observe(lambda _: None if self.entries.quiet else self.update(), "value")
        self.entries.search.observe(lambda _: self.update(), "value")

    def refresh(self) -> None:
        """Show the rounds, and the one that is chosen."""
        lang, entries = self.lang, self.entries
        entries.label(lang)
        self.choices.description = say("Steps of the round", lang)
        with self.desk.store.reading() as connection:
            known = answers.rounds(connection)
            key = entries.round.value or (known[0]["id"] if known else "")
            rows = answers.listed(connection, key) if key else []
            held = proposals.rows_of(connection, key) if key else {}
            ledger = kept.entries(connection, key) if key else []
            waiting = [each["household"] for each in proposals.waiting(connection, key)] if key else []
            solved = proposals.last_solution(connection, key) if key else None
        entries.choose(entries.round, [(shown.named(row, lang), row["id"]) for row in known] or [NONE], key)
        entries.allow(running=any(row["id"] == key and row["state"] != "closed" for row in known))
        entries.offer(waiting, [row["household"] for row in rows if row["state"] == "accepted"])
        lead = shown.lead(len(waiting), rows, lang) if key else say("No round has been opened yet.", lang)
        self.head.value = notices.tag("h1", say("Rounds of offers", lang)) + notices.tag("p", lead, "mw-headline")
        self.told.value = (
            shown.gap(solved, lang)
            + shown.offers(rows, held, self.locality, lang, search=entries.search.value)
            + shown.ledger(ledger, self.locality, lang)
        )

    @property
    def _offers(self) -> ModuleType:
        from workbench.studies.rounds import offers  # here: the solver takes seconds to load, and a look needs none

        return offers

    def _begin(self) -> str:
        entries = self.entries
        key: str = self._offers.open_round(
            self.desk.store,
            self.locality,
            year=entries.year.value,
            week=entries.week.value,
            today=datetime.now(UTC).date(),
            deadline=entries.day(self.lang),
            deciders=entries.deciders.value,
            who=self.desk.login,
        )
        entries.choose(entries.round, [*entries.round.options, (key, key)], key)
        return say("The round of week {week} is open.", self.lang, week=entries.week.value)

    def _search(self) -> None:
        self.say(say("Looking for the best places …", self.lang))
        self.tell()
        self.act(self._propose)

    def _propose(self) -> str:
        key = self.entries.key(self.lang)
        solved = self._offers.propose(self.desk.store, key, self.locality, who=self.desk.login)
        return say(
            "{placed} of {persons} persons have a place proposed.",
            self.lang,
            placed=solved.persons_placed,
            persons=solved.persons,
        )

    def _override(self) -> str:
        from workbench.studies.rounds import ledger  # here: the solver takes seconds to load

        kind, household, place, reason = self.entries.override(self.lang)
        at, who = (self.desk.store, self.entries.key(self.lang), self.locality), self.desk.login
        if kind == "swap":
            price = ledger.swap(*at, household, self.entries.other(place, self.lang), reason=reason, who=who)
        else:
            price = ledger.override(*at, kind, household, place, reason=reason, who=who)
        return say(
            "Noted. It costs the plan {score} of its score and {persons} persons; propose again to follow it.",
            self.lang,
            score=number(price["score"], 2, self.lang),
            persons=number(price["persons"], 0, self.lang),
        )

    def _price(self) -> str:
        from workbench.studies.rounds import ledger

        key = self.entries.key(self.lang)
        prices = ledger.price_declines(self.desk.store, key, self.locality, who=self.desk.login)
        return say("{number} declines are priced.", self.lang, number=len(prices))

    def _send(self) -> str:
        number: int = self._offers.send_list(self.desk.store, self.entries.key(self.lang), who=self.desk.login)
        return say("{number} offers are out; municipalities see them on their page.", self.lang, number=number)

    def _decide(self) -> str:
        household, today = self.entries.waits.value, datetime.now(UTC).date()
        if not household:
            raise AppError(say("Choose an accepted household.", self.lang))
        with self.desk.store.writing() as connection:
            _, stands = answers.decide(
                connection, self.entries.key(self.lang), household, today=today, who=self.desk.login
            )
        done = marked("Decided.") if stands else marked("Noted; another person has to decide too.")
        return say(done, self.lang)

    def _close(self) -> str:
        with self.desk.store.writing() as connection:
            key, today = self.entries.key(self.lang), datetime.now(UTC).date()
            answers.close(connection, key, today=today, who=self.desk.login)
        return say("The round is closed; households without an answer wait again.", self.lang)
