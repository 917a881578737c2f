"""The widgets of the cockpit: they only link what a reader chooses to what the page says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

import ipywidgets

from workbench.apps import notices
from workbench.apps.boxes import boxed, controls, language_menu
from workbench.apps.cockpit import content
from workbench.apps.cockpit.opening import Opening
from workbench.apps.pauses import after_a_pause
from workbench.apps.serving.bridge import Bridge
from workbench.presentation.cockpit import words
from workbench.presentation.languages import say
from workbench.studies.cockpit import Cockpit


class CockpitView:
    """The page of one reader.

    Parameters
    ----------
    opening
        What to show at first.
    """

    def __init__(self, opening: Opening) -> None:
        self.state, self.notice = opening.asked, opening.notice
        self.found: dict[str, Cockpit] = {}
        self._problem: Callable[[str], str] | None = None
        self._quiet = self._up = False
        self._pause: asyncio.TimerHandle | None = None
        self.language = language_menu()
        self.locality, self.place, self.area, self.indicator = (ipywidgets.Dropdown() for _ in range(4))
        self.choices, self.blocker = ipywidgets.Button(), ipywidgets.HTML()
        self.head, self.cards, self.charts, self.tables, self.foot = (ipywidgets.HTML() for _ in range(5))
        self.bridge = Bridge(self.draw)
        with self._guarded():
            self.found = opening.found
            if not self.found:
                self._problem = content.missing
        self.charts.add_class("mw-charts")
        cards = [boxed("mw-card", self.locality, self.place, self.area, self.indicator)] if self.found else []
        said = boxed("mw-page", self.head, self.cards, self.charts, self.tables, self.foot)
        controlled = controls(self.language, self.choices, self.blocker, *cards)
        self.box = boxed("mw-app", controlled, said, self.bridge.box)
        for name in ("language", "locality", "place", "area", "indicator"):
            getattr(self, name).observe(lambda change, name=name: self.choose(name, change.new), "value")
        self.update()

    @property
    def cockpit(self) -> Cockpit:
        """The cockpit of the locality chosen."""
        return self.found[self.state.locality or next(iter(self.found))]

    def choose(self, name: str, value: str) -> None:
        """Take a reader's choice over into the state, and show what follows from it."""
        if self._quiet or value is None:
            return
        further = {"place": "", "area": "", "indicator": ""} if name == "locality" else {}
        further |= {"indicator": ""} if name == "area" else {}
        self.state, self.notice = replace(self.state, **{**further, name: value}), ""
        self.update()

    def update(self) -> None:
        """Update what the choice changes; charts follow when the reader has paused."""
        status = ""
        with self._guarded():
            blockers = self.state.blockers(self.found) if self.found else ()
            self.blocker.value = notices.blocked((*([self.notice] if self.notice else []), *blockers))
            if self.found and not blockers:
                self._complete()
            self._label()
            if self.found:
                status = " ".join(blockers) or self._show()
            if blockers and self.found:
                self.head.value = self.cards.value = self.charts.value = self.tables.value = self.foot.value = ""
        language = self.state.language
        if self._problem is not None:
            self.head.value = self._problem(language)
            self.cards.value = self.charts.value = self.tables.value = self.foot.value = ""
        self.bridge.tell(language=language, status=status, query=self.state.query())

    def _complete(self) -> None:
        """Fill in what the reader left open: the place to open on and the first indicator of the area."""
        cockpit = self.cockpit
        state = replace(self.state, locality=cockpit.locality)
        state = replace(state, place=state.place or cockpit.first())
        known = [of.id for of in cockpit.definitions if state.area in ("", of.area)] or [cockpit.definitions[0].id]
        self.state = replace(state, indicator=state.indicator if state.indicator in known else known[0])

    def _show(self) -> str:
        said = content.page(self.cockpit, self.state)
        self.head.value, self.cards.value, self.tables.value = said.head, said.cards, said.tables
        self.foot.value = said.foot
        self.charts.value = content.waiting(self.state.language)
        if self._up:
            self._pause = after_a_pause(self._pause, self.draw)
        return said.status

    def draw(self) -> None:
        """Draw the pictures of the present choice; the page asks for it as soon as its widgets are up."""
        self._up = True
        if self._problem is not None or self.state.blockers(self.found):
            return
        with self._guarded():
            self.charts.value = content.figures(self.cockpit, self.state) + content.needs(self.state)
        if self._problem is not None:
            self.update()

    def _label(self) -> None:
        language = self.state.language
        self._quiet = True
        self.language.description, self.language.value = say("Language", language), language
        self.choices.description = say("Place and topic", language)
        self.locality.description = say("Locality", language)
        self.place.description, self.area.description = say("Place", language), say("Topic", language)
        self.indicator.description = say("Indicator in the pictures", language)
        if self.found and not self.state.blockers(self.found):
            cockpit = self.cockpit
            chosen = [of for of in cockpit.definitions if self.state.area in ("", of.area)] or [cockpit.definitions[0]]
            _set(
                self.locality,
                [(words.whole(found.name, language), name) for name, found in self.found.items()],
                self.state.locality,
            )
            _set(
                self.place,
                [(words.place(cockpit, code, language), code) for code in cockpit.places()],
                self.state.place,
            )
            _set(self.area, content.area_options(language), self.state.area)
            _set(self.indicator, [(of.text("label", language), of.id) for of in chosen], self.state.indicator)
        self._quiet = False

    def _guarded(self) -> AbstractContextManager[None]:
        return notices.guarded("the cockpit", content.failed, content.broken, partial(setattr, self, "_problem"))


def _set(widget: ipywidgets.Dropdown, options: list[tuple[str, str]], value: str) -> None:
    if list(widget.options) != options:
        widget.options = options
    widget.value = value
