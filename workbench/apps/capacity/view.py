"""The widgets of the capacity page: they only link what a reader chooses to what the page says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any

import ipywidgets

from workbench.apps import notices
from workbench.apps.boxes import boxed, controls, language_menu
from workbench.apps.capacity import content
from workbench.apps.capacity.opening import Opening
from workbench.apps.serving.bridge import Bridge
from workbench.core.errors import WorkbenchError
from workbench.presentation.capacity.names import called
from workbench.presentation.languages import say
from workbench.presentation.wording import leading
from workbench.studies.capacity.study import WAITED


class CapacityView:
    """The page of one reader."""

    def __init__(self, opening: Opening) -> None:
        self.state, self.notice = opening.asked, opening.notice
        self._problem: Callable[[str], str] | None = None
        self._quiet = self._up = False
        self.result, self.publication = opening.found.result, opening.found.publication
        if opening.found.error is not None:
            notices.log(opening.found.error)
            self._problem = content.failed
        elif self.result is None:
            self._problem = content.missing
        self.language = language_menu()
        self.unit, self.stage, self.case_type, self.waited = (ipywidgets.Dropdown() for _ in range(4))
        self.hires, self.intake = ipywidgets.FloatText(step=1), ipywidgets.FloatText(step=5)
        self.choices = ipywidgets.Button()
        self.blocker, self.legend, self.legend_wait = (ipywidgets.HTML() for _ in range(3))
        parts = tuple(ipywidgets.HTML() for _ in range(7))
        self.head, self.first, self.tried, self.told, self.charts, self.tables, self.foot = parts
        self.bridge = Bridge(self.draw)
        self.box = self._layout()
        self._link()
        self.update()

    def _layout(self) -> ipywidgets.Box:
        cards = []
        if self.result is not None:
            cards = [
                boxed("mw-card", self.legend, self.unit, self.stage, self.hires, self.intake),
                boxed("mw-card", self.legend_wait, self.case_type, self.waited),
            ]
        self.charts.add_class("mw-charts")
        said = boxed("mw-page", self.head, self.first, self.tried, self.charts, self.told, self.tables, self.foot)
        return boxed("mw-app", controls(self.language, self.choices, self.blocker, *cards), said, self.bridge.box)

    def _link(self) -> None:
        self._label()
        for name in ("language", "unit", "stage", "hires", "intake", "case_type", "waited"):
            widget = getattr(self, name)
            widget.observe(lambda change, name=name: self.choose(**{name: change.new}), "value")

    def choose(self, **choice: Any) -> None:
        """Take a reader's choice over into the state, and show what follows from it."""
        if self._quiet:
            return
        before = self.state
        try:
            self.state, self.notice = replace(self.state, **choice), ""
        except WorkbenchError as error:
            self.notice = error.what
        self.update(changed=set(choice) if before.language == self.state.language else None)

    def update(self, changed: set[str] | None = None) -> None:
        """Update what the choice changes; ``changed`` None means everything."""
        language, status = self.state.language, ""
        with self._guarded():
            if changed is None:
                self._label()
            if self.result is not None and self._problem is None:
                agency = self.result.data.agency
                blockers = self.state.blockers(agency.units, agency.stages)
                self.blocker.value = notices.blocked((*([self.notice] if self.notice else []), *blockers))
                status = " ".join(blockers) or self._show(changed)
        if self._problem is not None:
            self.head.value = self._problem(language)
            for part in (self.first, self.tried, self.told, self.charts, self.tables, self.foot):
                part.value = ""
        self.bridge.tell(language=language, status=status, query=self.state.query())

    def _show(self, changed: set[str] | None) -> str:
        result, language = self.result, self.state.language
        if result is None:
            return ""
        if changed is None:
            self.head.value = content.head(result, language, self.publication)
            self.first.value = content.first(result, language)
            self.tables.value = content.tables(result, language)
            waiting = say("Drawing the charts …", language)
            self.charts.value = notices.tag("p", waiting, "mw-wait")
            if self._up:
                self.draw()
        if changed is None or changed & {"unit", "stage", "hires", "intake"}:
            title = notices.tag("h2", say("What if?", language))
            self.tried.value = title + content.what_if(result, self.state)
        if changed is None or changed & {"case_type", "waited"}:
            title = notices.tag("h2", say("What an applicant is told", language))
            self.told.value = title + content.applicant(result, self.state)
        self.foot.value = content.foot(result, self.state, self.publication is not None)
        return say("The figures follow the choice.", language)

    def draw(self) -> None:
        """Draw the charts; the page asks for it as soon as its widgets are up."""
        self._up = True
        if self.result is None or self._problem is not None:
            return
        with self._guarded():
            self.charts.value = content.figures(self.result, self.state.language)

    def _label(self) -> None:
        language = self.state.language
        self._quiet = True
        self.language.description, self.language.value = say("Language", language), language
        self.choices.description = say("Hires and waiting time", language)
        self.legend.value = notices.tag("p", say("Try other hires", language), "mw-legend")
        self.legend_wait.value = notices.tag("p", say("Waiting time", language), "mw-legend")
        self.unit.description, self.stage.description = say("Unit", language), say("Stage", language)
        self.hires.description = say("Caseworkers more than the plan", language)
        self.intake.description = say("Intake, % of the forecast", language)
        self.case_type.description = say("Type of case", language)
        self.waited.description = say("Months waited", language)
        if self.result is not None:
            agency = self.result.data.agency
            self.unit.options = list(agency.units)
            self.stage.options = [(leading(called(s, language)), s) for s in agency.stages]
            self.case_type.options = [(leading(called(c, language)), c) for c in agency.case_types]
            self.waited.options = [(say("I apply now", language), 0), *((str(v), v) for v in WAITED if v)]
            first = {"unit": agency.units[0], "stage": agency.stages[0], "case_type": agency.case_types[0]}
            known = {"unit": agency.units, "stage": agency.stages, "case_type": agency.case_types}
            for name, usual in first.items():
                asked = getattr(self.state, name)
                getattr(self, name).value = asked if asked in known[name] else usual
            self.waited.value = self.state.waited if self.state.waited in WAITED else 0
        self.hires.value, self.intake.value = self.state.hires, self.state.intake
        self._quiet = False

    def _guarded(self) -> AbstractContextManager[None]:
        return notices.guarded("the capacity page", content.failed, content.broken, partial(setattr, self, "_problem"))
