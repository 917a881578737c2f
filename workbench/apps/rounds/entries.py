"""What is chosen, written and pressed on the page of the rounds, and what each entry is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ipywidgets

from workbench.apps import notices
from workbench.apps.boxes import boxed
from workbench.apps.register_view import button
from workbench.core.errors import AppError
from workbench.presentation.languages import say
from workbench.presentation.rounds.words import OVERRIDES, shortened
from workbench.presentation.wording import DASH

NONE = (DASH, "")


class Entries:
    """The entries; ``steps`` names what each button does: begin, propose, order, price, hand_out, decide and end."""

    def __init__(self, steps: Mapping[str, Any]) -> None:
        today = datetime.now(UTC).date()
        monday = today + timedelta(days=7 - today.weekday())
        self.round, self.search = ipywidgets.Dropdown(options=[NONE]), ipywidgets.Text(continuous_update=False)
        self.year = ipywidgets.IntText(value=monday.isocalendar().year)
        self.week = ipywidgets.IntText(value=monday.isocalendar().week)
        self.deadline = ipywidgets.Text(continuous_update=False, value=(monday + timedelta(days=4)).isoformat())
        self.deciders = ipywidgets.Dropdown(options=[("1", 1), ("2", 2)])
        self.household, self.kind = ipywidgets.Dropdown(options=[NONE]), ipywidgets.Dropdown()
        self.place, self.reason = (ipywidgets.Text(continuous_update=False) for _ in range(2))
        self.waits = ipywidgets.Dropdown(options=[NONE])
        self.begin = button("", steps["begin"], "mw-main")
        self.propose, self.order = button("", steps["propose"]), button("", steps["order"])
        self.hand_out, self.decide = button("", steps["hand_out"]), button("", steps["decide"])
        self.end, self.price = button("", steps["end"]), button("", steps["price"])
        self.titles = [ipywidgets.HTML() for _ in range(4)]
        self.quiet = False

    def cards(self) -> tuple[ipywidgets.Box, ...]:
        """Return a card for each step, in the order in which one takes them."""
        new, this, override, decision = self.titles
        return (
            boxed("mw-card", new, self.year, self.week, self.deadline, self.deciders, self.begin),
            boxed("mw-card", this, boxed("mw-row", self.propose, self.hand_out, self.end)),
            boxed(
                "mw-card",
                override,
                self.household,
                self.kind,
                self.place,
                self.reason,
                boxed("mw-row", self.order, self.price),
            ),
            boxed("mw-card", decision, self.waits, self.decide),
        )

    def offer(self, waiting: Sequence[str], accepted: Sequence[str]) -> None:
        """Put the households that wait for a place, and for a decision, up for choice."""
        named = shortened([*waiting, *accepted])
        self.choose(self.household, [NONE, *((named[each], each) for each in waiting)], self.household.value)
        self.choose(self.waits, [NONE, *((named[each], each) for each in accepted)], self.waits.value)

    def allow(self, *, running: bool) -> None:
        """Offer the steps of a round only while it runs: a closed one refuses them all."""
        steps = (self.propose, self.hand_out, self.end, self.order, self.price, self.decide)
        for each in (*steps, self.household, self.kind, self.place, self.reason, self.waits):
            each.disabled = not running

    def choose(self, field: ipywidgets.Dropdown, options: list[tuple[str, str]], value: str) -> None:
        """Give a field other options, and keep what was chosen where it is still there."""
        self.quiet = True
        field.options = options
        field.value = value if value in [code for _, code in options] else options[0][1]
        self.quiet = False

    def key(self, language: str) -> str:
        """Return the round that is chosen."""
        if not self.round.value:
            raise AppError(say("Choose a round, or open one.", language))
        return str(self.round.value)

    def day(self, language: str) -> date:
        """Return the last day for answers."""
        try:
            return date.fromisoformat(self.deadline.value.strip())
        except ValueError:
            raise AppError(say("The last day for answers is no day; write it as 2026-03-06.", language)) from None

    def override(self, language: str) -> tuple[str, str, str, str]:
        """Return an override as it is written: kind, household, place and reason."""
        place, reason = self.place.value.strip(), self.reason.value.strip()
        if not (self.household.value and place and reason):
            raise AppError(say("An override names a household, a place and a reason.", language))
        return self.kind.value, self.household.value, place, reason.replace(" ", "_")

    def other(self, text: str, language: str) -> str:
        """Return the household whose code begins like this, among those that wait."""
        found = [code for _, code in self.household.options if code and code.startswith(text)]
        if len(found) != 1:
            raise AppError(say("Name the other household of a swap by its code.", language))
        return str(found[0])

    def label(self, lang: str) -> None:
        """Call every entry by its name in a language."""
        self.round.description, self.year.description = say("Round", lang), say("Year", lang)
        self.search.description = say("Find a household, municipality or state", lang)
        self.week.description, self.deadline.description = say("Week", lang), say("Last day for answers", lang)
        self.deciders.description = say("Persons who must decide", lang)
        self.household.description, self.kind.description = say("Household", lang), say("Override", lang)
        self.place.description = say("Municipality, or for a swap the other household", lang)
        self.reason.description = say("Reason, a code such as relatives", lang)
        self.waits.description = say("Accepted household", lang)
        self.begin.description, self.propose.description = say("Open the round", lang), say("Propose", lang)
        self.order.description, self.hand_out.description = say("Note the override", lang), say("Send the lists", lang)
        self.price.description = say("Price the declines", lang)
        self.decide.description, self.end.description = say("Decide", lang), say("Close the round", lang)
        titles = (say("A new round", lang), say("This round", lang), say("Override", lang), say("Decision", lang))
        for title, words in zip(self.titles, titles, strict=True):
            title.value = notices.tag("p", words, "mw-legend")
        kept = self.kind.value
        self.kind.options = [(say(words, lang), code) for code, words in OVERRIDES.items()]
        self.kind.value = kept or next(iter(OVERRIDES))
