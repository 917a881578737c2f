"""The widgets of the outlook: they only link what a reader chooses to what the page says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import ipywidgets

from workbench.apps import notices, pages
from workbench.apps.boxes import boxed
from workbench.apps.outlook import beside, content
from workbench.apps.outlook.controls import Controls
from workbench.apps.outlook.opening import Opening
from workbench.apps.outlook.state import ASKED
from workbench.apps.pauses import after_a_pause
from workbench.apps.serving.bridge import Bridge
from workbench.core.errors import AppError, DataError
from workbench.presentation.inflow.series import destinations
from workbench.studies import inflow


class OutlookView:
    """The page of one reader.

    Parameters
    ----------
    opening
        What to show at first.
    today
        The day on which the page is read.
    """

    def __init__(self, opening: Opening, *, today: date | None = None) -> None:
        self.state, self.notice, self.today = opening.asked, opening.notice, today or date.today()
        self.result: inflow.InflowResult | None = None
        self.passed: tuple[DataError, ...] = ()
        self.publication = opening.found.publication
        self._problem: Callable[[str], str] | None = None
        self._repeatable = self._quiet = self._up = False
        self._pause: asyncio.TimerHandle | None = None

        self.controls = Controls()
        self._said = tuple(ipywidgets.HTML() for _ in range(7))
        self.head, self.headline, self.asked, self.charts, self.tables, self.beside, self.foot = self._said
        self.bridge = Bridge(self.draw)
        with self._guarded():
            self._load(opening)
        self.box = self._layout()
        self._link()
        self.update()

    @property
    def _by(self) -> str:
        """How the forecast on the page is opened in Python."""
        if not pages.drafts():
            return "published"
        return "saved" if self.passed else "latest"

    def _load(self, opening: Opening) -> None:
        self.result, self.passed = opening.found.result, opening.found.passed
        for error in self.passed:
            notices.log(error)
        if self.result is None:
            self._problem = partial(content.unfit, self.passed[0]) if self.passed else content.missing
            return
        self._repeatable = inflow.repeatable(self.result)
        self.controls.offer(destinations(self.result), self.state.destinations)

    def _layout(self) -> ipywidgets.Box:
        self.charts.add_class("mw-charts")
        return boxed("mw-app", self.controls.box(), boxed("mw-page", *self._said), self.bridge.box)

    def _link(self) -> None:
        controls = self.controls
        controls.language.value = self.state.language
        for name in ("language", "level", *ASKED):
            getattr(controls, name).observe(lambda change, name=name: self.choose(**{name: change.new}), "value")
        controls.all.on_click(lambda _: self._tick(True))
        controls.none.on_click(lambda _: self._tick(False))
        for box in controls.boxes.values():
            box.observe(lambda _: self._ticked(), "value")

    def _tick(self, value: bool) -> None:
        self._quiet = True
        for box in self.controls.boxes.values():
            box.value = value
        self._quiet = False
        self._ticked()

    def _ticked(self) -> None:
        self.choose(destinations=self.controls.ticked)

    def choose(self, **choice: Any) -> None:
        """Take a reader's choice over into the state, and show what follows from it."""
        if self._quiet:
            return
        self.state, self.notice = replace(self.state, **choice), ""
        self.update()

    def update(self) -> None:
        """Update what the choice changes; charts follow when the reader has paused."""
        language = self.state.language
        status = ""
        with self._guarded():
            self._quiet = True
            self.controls.show(self.state, self.result)
            self._quiet = False
            blockers = self.state.blockers(self.controls.boxes) if self.result else ()
            self.controls.blocker.value = notices.blocked((*([self.notice] if self.notice else []), *blockers))
            for part in self._said[1:]:
                part.value = ""
            if self.result is not None:
                self.head.value = content.head(
                    self.result, self.state, self.today, self._repeatable, self.passed, self.publication
                )
                status = " ".join(blockers) or self._show()
        if self._problem is not None:
            self.head.value = self._problem(language)
            for part in self._said[1:]:
                part.value = ""
        self.bridge.tell(language=language, status=status, query=self.state.query())

    def _show(self) -> str:
        """Show the result of the destinations chosen; return the status sentence."""
        said = content.shown(self.chosen(), self.state, by=self._by)
        self.headline.value, self.tables.value, self.foot.value = said.headline, said.tables, said.foot
        self.asked.value = beside.threshold(self.chosen(), self.state) + beside.what_if(self.chosen(), self.state)
        self.charts.value = content.waiting(self.state.language)
        if self._up:
            self._pause = after_a_pause(self._pause, self.draw)
        return said.status

    def chosen(self) -> inflow.InflowResult:
        """Return the result of the destinations chosen."""
        if self.result is None:
            raise AppError("there is no forecast to choose from", do="make one with `workbench inflow forecast`")
        return self.result if self.state.destinations is None else inflow.only(self.result, self.state.destinations)

    def draw(self) -> None:
        """Draw the charts of the present choice; the page asks for it as soon as its widgets are up."""
        self._up = True
        if self.result is None or self._problem is not None or self.state.blockers(self.controls.boxes):
            return
        with self._guarded():
            self.charts.value = content.figures(self.chosen(), self.state)
            self.beside.value = beside.more(self.chosen(), self.state)
        if self._problem is not None:
            self.update()

    def _guarded(self) -> AbstractContextManager[None]:
        return notices.guarded("the outlook", content.failed, content.broken, partial(setattr, self, "_problem"))
