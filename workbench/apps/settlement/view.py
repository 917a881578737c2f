"""The widgets of the settlement page: they only link what a reader chooses to what the page says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any

import ipywidgets

from workbench.apps import notices
from workbench.apps.boxes import boxed, controls, language_menu
from workbench.apps.pauses import after_a_pause
from workbench.apps.serving.bridge import Bridge
from workbench.apps.settlement import content
from workbench.apps.settlement.opening import Opening
from workbench.apps.settlement.state import LARGEST, SettlementState
from workbench.presentation.languages import marked, say
from workbench.presentation.wording import number
from workbench.studies.settlement import SettlementResult
from workbench.studies.settlement.forecasting import saved_runs

NO_NUMBER = marked("“{text}” is not a number of persons; give a whole number up to {most}, or leave the field empty.")
PERSONS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]+")
"""A whole number, its thousands set apart by commas or not: "1,5" is refused and not read as 15."""


class SettlementView:
    """The page of one reader; ``opening`` is what to show at first."""

    def __init__(self, opening: Opening) -> None:
        self.state, self.notice = opening.asked, opening.notice
        self._problem: Callable[[str], str] | None = None
        self._quiet = self._up = False
        self._pause: asyncio.TimerHandle | None = None
        self._other: tuple[int, SettlementResult] | None = None
        self.language = language_menu()
        self.place = ipywidgets.Dropdown()
        self.total, self.takes = (ipywidgets.Text(continuous_update=False) for _ in range(2))
        self.choices, self.blocker = ipywidgets.Button(), ipywidgets.HTML()
        self.head, self.headline, self.charts, self.tables, self.foot = (ipywidgets.HTML() for _ in range(5))
        self.bridge = Bridge(self.draw)
        self.saved, error = opening.found
        if error is not None:
            notices.log(error)
        if self.saved is None:
            self._problem = content.missing if error is None else content.failed
        self.box = self._layout()
        self._link()
        self.update()

    def _layout(self) -> ipywidgets.Box:
        cards = [boxed("mw-card", self.place, self.total, self.takes)] if self.saved is not None else []
        self.charts.add_class("mw-charts")
        said = boxed("mw-page", self.head, self.headline, self.charts, self.tables, self.foot)
        return boxed("mw-app", controls(self.language, self.choices, self.blocker, *cards), said, self.bridge.box)

    def _link(self) -> None:
        self.language.value = self.state.language
        self.language.observe(lambda change: self.choose(language=change.new), "value")
        self.place.observe(lambda change: self.choose(municipality=change.new), "value")
        self.total.observe(lambda change: self.type(total=change.new), "value")
        self.takes.observe(lambda change: self.type(takes=change.new), "value")

    def choose(self, **choice: Any) -> None:
        """Take a reader's choice over into the state, and show what follows from it."""
        if self._quiet:
            return
        self.state, self.notice = replace(self.state, **choice), ""
        self.update()

    def type(self, **typed: str) -> None:
        """Take over a number of persons that a reader typed; an empty field asks nothing, anything else is refused."""
        if self._quiet:
            return
        ((name, text),) = typed.items()
        plain = "".join(text.split())
        if not plain:
            self.choose(**{name: getattr(SettlementState(), name)})
        elif PERSONS.fullmatch(plain) and (persons := int(plain.replace(",", ""))) <= LARGEST:
            self.choose(**{name: persons})
        else:
            self.notice = say(
                NO_NUMBER, self.state.language, text=text, most=number(LARGEST, language=self.state.language)
            )
            self.update()

    def shown(self) -> SettlementResult:
        """Return the saved forecast, or what follows from its fit for another national total."""
        assert self.saved is not None
        total = self.state.total
        if not total:
            return self.saved
        if self._other is None or self._other[0] != total:
            self._other = (total, saved_runs.with_total(self.saved, total, runs=self.state.runs or None))
        return self._other[1]

    def update(self) -> None:
        """Update what the choice changes; charts follow when the reader has paused."""
        language, status = self.state.language, ""
        with self._guarded():
            blockers = self.state.blockers(self.saved.names) if self.saved is not None else ()
            self._label(language)
            self.blocker.value = notices.blocked((*([self.notice] if self.notice else []), *blockers))
            self.headline.value = self.charts.value = self.tables.value = self.foot.value = ""
            if self.saved is not None:
                self.head.value = content.head(self.saved, self.state)
                status = " ".join(blockers) or self._show()
        if self._problem is not None:
            self.head.value = self._problem(language)
            self.headline.value = self.charts.value = self.tables.value = self.foot.value = ""
        self.bridge.tell(language=language, status=status, query=self.state.query())

    def _show(self) -> str:
        result = self.shown()
        self.headline.value = content.said_first(result, self.state)
        self.tables.value, status = content.tables(result, self.state)
        self.foot.value = content.foot(result, self.state)
        self.charts.value = content.waiting(self.state.language)
        if self._up:
            self._pause = after_a_pause(self._pause, self.draw)
        return status

    def draw(self) -> None:
        """Draw the charts of the present choice; the page asks for it as soon as its widgets are up."""
        self._up = True
        if self.saved is None or self._problem is not None or self.state.blockers(self.saved.names):
            return
        with self._guarded():
            self.charts.value = content.figures(self.shown(), self.state)
        if self._problem is not None:
            self.update()

    def _label(self, language: str) -> None:
        self.language.description = say("Language", language)
        self.place.description = say("Municipality", language)
        self.total.description = say("What if so many are settled in the country", language)
        self.takes.description = say("What if the municipality takes so many", language)
        self.choices.description = say("Municipality and what if", language)
        self._quiet = True
        if self.saved is not None:
            places = sorted(self.saved.names.items(), key=lambda pair: pair[1])
            self.place.options = [(say("The whole country", language), ""), *((name, code) for code, name in places)]
            self.place.value = self.state.municipality if self.state.municipality in self.saved.names else ""
            self.total.placeholder, self.takes.placeholder = say("as forecast", language), say("not asked", language)
            self.total.value = str(self.state.total or "")
            self.takes.value = str(self.state.takes) if self.state.takes >= 0 else ""
            self.takes.disabled = not self.state.municipality
        self._quiet = False

    def _guarded(self) -> AbstractContextManager[None]:
        return notices.guarded(
            "the settlement page", content.failed, content.broken, partial(setattr, self, "_problem")
        )
