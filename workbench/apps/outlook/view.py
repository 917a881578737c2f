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
from ipywidgets.widgets.widget_bool import CheckboxStyle

from workbench.apps import notices, pages
from workbench.apps.boxes import boxed
from workbench.apps.outlook import beside, content
from workbench.apps.outlook.opening import Opening
from workbench.apps.outlook.state import ASKED, LARGEST, LEVELS, MOST
from workbench.apps.pauses import after_a_pause
from workbench.apps.serving.bridge import Bridge
from workbench.core.errors import AppError, DataError
from workbench.presentation import markup as m
from workbench.presentation.inflow.series import destinations, months, name
from workbench.presentation.languages import LANGUAGES, month, say
from workbench.presentation.wording import leading, percent
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

        self.language = ipywidgets.Dropdown(options=[(own, code) for code, own in LANGUAGES.items()])
        self.level = ipywidgets.Dropdown()
        self.all, self.none, self.choices = ipywidgets.Button(), ipywidgets.Button(), ipywidgets.Button()
        self.legend, self.blocker = ipywidgets.HTML(), ipywidgets.HTML()
        self.boxes: dict[str, ipywidgets.Checkbox] = {}
        parts = tuple(ipywidgets.HTML() for _ in range(8))
        self.head, self.headline, self.asked, self.charts, self.tables, self.beside, self.foot, self.ask = parts
        self.threshold = ipywidgets.BoundedIntText(min=0, max=MOST, step=100)
        self.change = ipywidgets.BoundedIntText(min=0, max=LARGEST, step=5)
        self.since = ipywidgets.Dropdown()
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
        shared = {"layout": ipywidgets.Layout(), "style": CheckboxStyle()}
        chosen = self.state.destinations
        self.boxes = {
            code: ipywidgets.Checkbox(value=chosen is None or code in chosen, indent=False, **shared)
            for code in destinations(self.result)
        }

    def _layout(self) -> ipywidgets.Box:
        ticks = boxed("mw-group", *self.boxes.values())
        choose = boxed("mw-card", self.level, self.legend, boxed("mw-row", self.all, self.none), ticks)
        choose.add_class("mw-choices")
        self.choices.add_class("mw-toggle")
        first = boxed("mw-card", self.language, *([self.choices] if self.boxes else []))
        ask = boxed("mw-card", self.ask, self.threshold, self.change, self.since)
        ask.add_class("mw-choices")
        controls = boxed("mw-controls", first, self.blocker, *([choose, ask] if self.boxes else []))
        self.charts.add_class("mw-charts")
        said = boxed("mw-page", *self._said)
        return boxed("mw-app", controls, said, self.bridge.box)

    @property
    def _said(self) -> tuple[ipywidgets.HTML, ...]:
        return (self.head, self.headline, self.asked, self.charts, self.tables, self.beside, self.foot)

    def _link(self) -> None:
        self.language.value = self.state.language
        self.language.observe(lambda change: self.choose(language=change.new), "value")
        self.level.observe(lambda change: self.choose(level=change.new), "value")
        for name_ in ASKED:
            getattr(self, name_).observe(lambda change, name_=name_: self.choose(**{name_: change.new}), "value")
        self.all.on_click(lambda _: self._tick(True))
        self.none.on_click(lambda _: self._tick(False))
        for box in self.boxes.values():
            box.observe(lambda _: self._ticked(), "value")

    def _tick(self, value: bool) -> None:
        self._quiet = True
        for box in self.boxes.values():
            box.value = value
        self._quiet = False
        self._ticked()

    def _ticked(self) -> None:
        ticked = tuple(code for code, box in self.boxes.items() if box.value)
        self.choose(destinations=None if len(ticked) == len(self.boxes) else ticked)

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
            self._label(language)
            blockers = self.state.blockers(self.boxes) if self.result else ()
            self.blocker.value = notices.blocked((*([self.notice] if self.notice else []), *blockers))
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
        if self.result is None or self._problem is not None or self.state.blockers(self.boxes):
            return
        with self._guarded():
            self.charts.value = content.figures(self.chosen(), self.state)
            self.beside.value = beside.more(self.chosen(), self.state)
        if self._problem is not None:
            self.update()

    def _label(self, language: str) -> None:
        self.language.description = say("Language", language)
        self.level.description = say("Interval that holds", language)
        self._quiet = True
        self.level.options = [(say("{share} of outcomes", language, share=percent(level)), level) for level in LEVELS]
        self.level.value = self.state.level
        if self.result is not None:
            ahead = months(self.result)
            self.since.options = [(leading(month(each, language)), each) for each in ahead]
            self.since.value = self.state.since if self.state.since in ahead else ahead[0]
        self.threshold.value, self.change.value = self.state.threshold, self.state.change
        self._quiet = False
        self.ask.value = notices.tag("p", say("Ask the forecast", language), "mw-legend")
        self.threshold.description = say("Threshold, applicants a month (0: none)", language)
        self.change.description = say("What if so much came, % of the forecast", language)
        self.since.description = say("From", language)
        legend = say("Destinations, largest first", language)
        self.legend.value = f'<p class="mw-legend" id="mw-legend">{m.html(legend)}</p>'
        self.all.description, self.none.description = say("All", language), say("None", language)
        self.choices.description = say("Interval and destinations", language)
        if self.result is not None:
            for code, box in self.boxes.items():
                box.description = name(self.result, code, language)

    def _guarded(self) -> AbstractContextManager[None]:
        return notices.guarded("the outlook", content.failed, content.broken, partial(setattr, self, "_problem"))
