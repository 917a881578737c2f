"""The widgets of the outlook page and what they are called in each language; they decide nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import ipywidgets
from ipywidgets.widgets.widget_bool import CheckboxStyle

from workbench.apps import notices
from workbench.apps.boxes import boxed, controls, language_menu
from workbench.apps.outlook.state import LARGEST, LEVELS, MOST, OutlookState
from workbench.presentation import markup as m
from workbench.presentation.inflow.series import months, name
from workbench.presentation.languages import month, say
from workbench.presentation.wording import leading, percent

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult


class Controls:
    """What a reader chooses with: language, interval and destinations, and what is asked of the forecast."""

    def __init__(self) -> None:
        self.language = language_menu()
        self.choices = ipywidgets.Button()
        self.blocker, self.legend, self.ask = (ipywidgets.HTML() for _ in range(3))
        self.level = ipywidgets.Dropdown()
        self.all, self.none = ipywidgets.Button(), ipywidgets.Button()
        self.boxes: dict[str, ipywidgets.Checkbox] = {}
        self.threshold = ipywidgets.BoundedIntText(min=0, max=MOST, step=100)
        self.change = ipywidgets.BoundedIntText(min=0, max=LARGEST, step=5)
        self.since = ipywidgets.Dropdown()

    def offer(self, places: Sequence[str], chosen: Collection[str] | None) -> None:
        """Make a tick box for each destination; None has them all ticked."""
        shared = {"layout": ipywidgets.Layout(), "style": CheckboxStyle()}
        self.boxes = {
            code: ipywidgets.Checkbox(value=chosen is None or code in chosen, indent=False, **shared) for code in places
        }

    @property
    def ticked(self) -> tuple[str, ...] | None:
        """The destinations ticked; None for all of them."""
        found = tuple(code for code, box in self.boxes.items() if box.value)
        return None if len(found) == len(self.boxes) else found

    def box(self) -> ipywidgets.Box:
        """Return them as they stand beside the page; without destinations only the language."""
        if not self.boxes:
            return controls(self.language, self.choices, self.blocker)
        ticks = boxed("mw-group", *self.boxes.values())
        choose = boxed("mw-card", self.level, self.legend, boxed("mw-row", self.all, self.none), ticks)
        ask = boxed("mw-card", self.ask, self.threshold, self.change, self.since)
        return controls(self.language, self.choices, self.blocker, choose, ask)

    def show(self, state: OutlookState, result: InflowResult | None) -> None:
        """Name every widget in the reader's language, and give it the value that was chosen."""
        language = state.language
        self.language.description = say("Language", language)
        self.level.description = say("Width of the interval", language)
        self.level.options = [(say("{share} of outcomes", language, share=percent(level)), level) for level in LEVELS]
        self.level.value = state.level
        self.all.description, self.none.description = say("All", language), say("None", language)
        self.choices.description = say("Interval and destinations", language)
        legend = say("Destinations, largest first", language)
        self.legend.value = f'<p class="mw-legend" id="mw-legend">{m.html(legend)}</p>'
        self.ask.value = notices.tag("p", say("Ask the forecast", language), "mw-legend")
        self.threshold.description = say("Threshold, applicants a month (0: none)", language)
        self.change.description = say("What if more or fewer came: % of the forecast", language)
        self.since.description = say("From", language)
        self.threshold.value, self.change.value = state.threshold, state.change
        if result is None:
            return
        ahead = months(result)
        self.since.options = [(leading(month(each, language)), each) for each in ahead]
        self.since.value = state.since if state.since in ahead else ahead[0]
        for code, box in self.boxes.items():
            box.description = name(result, code, language)
