"""The widgets of the offers: a municipality reads its list and answers it, one household after another."""

from __future__ import annotations

from datetime import date
from typing import Any

import ipywidgets

from workbench.apps import notices
from workbench.apps.boxes import boxed
from workbench.apps.register_view import RegisterView, button
from workbench.apps.serving.bridge import keep_quiet
from workbench.core.errors import AppError
from workbench.presentation import markup as m
from workbench.presentation.languages import marked, say
from workbench.presentation.rounds.words import REASONS, needs, population, state
from workbench.studies.rounds import municipal


def page() -> ipywidgets.Box:
    """Return the page for the one who is signed in."""
    keep_quiet()
    return OffersView().box


def opened(language: str) -> ipywidgets.Box:
    """Return the page in a language."""
    return OffersView(language=language).box


class OffersView(RegisterView):
    """A municipality's offers."""

    roles = ("municipality",)

    def build(self) -> None:
        """Make what does not change."""
        self.list, self.folder = boxed("mw-list"), ipywidgets.HTML()
        self.side.children = (boxed("mw-card", self.language),)
        self.main.children = (self.head, self.notice, self.list, self.folder, self.foot)

    def refresh(self) -> None:
        """Show the offers, the unanswered first."""
        self.rows = municipal.offers(self.desk.store, self.locality, self.account.municipality, who=self.desk.login)
        waiting = sum(row.state == "sent" for row in self.rows)
        place = self.locality.place_name(self.account.municipality)
        title = say("Offers to {place}", self.lang, place=place)
        lead = say("{number} of {all} offers wait for your answer.", self.lang, number=waiting, all=len(self.rows))
        if not self.rows:
            lead = say("No offers are out to you now.", self.lang)
        self.head.value = notices.tag("h1", title) + notices.tag("p", lead, "mw-headline")
        self.foot.value = notices.tag(
            "p",
            say("Silence is not acceptance: an offer without an answer lapses on its last day.", self.lang),
            "mw-caveat",
        )
        self.list.children = tuple(self._card(row) for row in self.rows)

    def _card(self, row: municipal.Offer) -> ipywidgets.Box:
        facts = [
            (say("Persons", self.lang), row.size),
            (say("Needs", self.lang), needs(row.needs, self.lang) or say("none stated", self.lang)),
            (say("Route", self.lang), population(row.population, self.lang)),
            (say("To be settled by", self.lang), row.deadline),
        ]
        # Of a household that was declined nothing is shown any more: 'none stated' would be a statement about it.
        facts = [each for each in facts if row.size and each[1]] + [(say("Answer by", self.lang), row.answer_by)]
        said = "".join(f"<div><dt>{m.html(name)}</dt><dd>{m.html(value)}</dd></div>" for name, value in facts)
        named = say("Household {code}", self.lang, code=row.short)
        head = f"{named}: {state(row.state, self.lang)}"
        text = ipywidgets.HTML(f'<h2>{m.html(head)}</h2><dl class="mw-facts">{said}</dl>')
        return boxed("mw-card", text, *self._buttons(row))

    def _buttons(self, row: municipal.Offer) -> tuple[Any, ...]:
        if row.state == "sent":
            reason = ipywidgets.Dropdown(
                options=[("–", ""), *((say(words, self.lang), code) for code, words in REASONS.items())],
                description=say("Reason, if you decline {code}", self.lang, code=row.short),
            )
            accept = button(say("Accept {code}", self.lang, code=row.short), lambda: self._answer(row, True, ""))
            decline = button(
                say("Decline {code}", self.lang, code=row.short), lambda: self._answer(row, False, reason.value)
            )
            return boxed("mw-row", accept, decline), reason
        look = button(say("Open the folder of {code}", self.lang, code=row.short), lambda: self._open(row))
        if row.state == "decided" and not row.settled:
            day = ipywidgets.DatePicker(description=say("Moved in on", self.lang))
            number = ipywidgets.Text(
                continuous_update=False,
                description=say("Only the person with case number", self.lang),
                placeholder=say("everybody", self.lang),
            )
            note = button(
                say("Note the day for {code}", self.lang, code=row.short),
                lambda: self._settle(row, day.value, number.value.strip()),
            )
            return look, boxed("mw-row", day, number), note
        return (look,) if row.state in ("accepted", "decided") else ()

    def _settle(self, row: municipal.Offer, day: date | None, case_number: str) -> None:
        def step() -> str:
            if day is None:
                raise AppError(say("Name the day on which they moved in.", self.lang))
            place, who = self.account.municipality, self.desk.login
            left = municipal.settle(self.desk.store, row.household, day, place=place, case_number=case_number, who=who)
            if left:
                return say("Noted; {number} members have not moved in yet.", self.lang, number=left)
            return say("Household {code} is settled.", self.lang, code=row.short)

        self.folder.value = ""
        self.act(step)

    def _answer(self, row: municipal.Offer, accept: bool, reason: str) -> None:
        def step() -> str:
            municipal.answer(
                self.desk.store,
                row.round,
                row.household,
                accept,
                place=self.account.municipality,
                who=self.desk.login,
                reason=reason,
            )
            done = marked("Household {code} is accepted.") if accept else marked("Household {code} is declined.")
            return say(done, self.lang, code=row.short)

        self.folder.value = ""
        self.act(step)

    def _open(self, row: municipal.Offer) -> None:
        with self.guarded():
            self.account = self.desk.account(*self.roles)
            held = municipal.folder(
                self.desk.store, self.locality, row.household, self.account.municipality, who=self.desk.login
            )
            title = say("The folder of {code}", self.lang, code=row.short)
            noted = say("Your reading is noted.", self.lang)
            rows = "".join(f"<dt>{m.html(name)}</dt><dd>{m.html(value)}</dd>" for name, value in held)
            self.folder.value = f"<h2>{m.html(title)}</h2><p>{m.html(noted)}</p><dl>{rows}</dl>"
            self.say(title)
        self.tell()
