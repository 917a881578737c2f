"""The widgets of a municipality's dwellings: one to enter or take away, and the list."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from workbench.apps import notices
from workbench.apps.boxes import boxed
from workbench.apps.register_view import button, table
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say
from workbench.store.dwellings import LARGEST, Dwelling

STEPS = {"": marked("not known"), "yes": marked("yes"), "no": marked("no")}
STATES = {"free": marked("free"), "held": marked("held for a household"), "occupied": marked("occupied")}
HEADS = (
    marked("Code"), marked("Bedrooms"), marked("Without steps"), marked("Free from"), marked("State"),
)  # fmt: skip


class Dwellings:
    """The card that enters a dwelling, and the list in words."""

    def __init__(self, keep: Callable[[], None], drop: Callable[[], None]) -> None:
        self.title, self.code = ipywidgets.HTML(), ipywidgets.Text(continuous_update=False)
        self.bedrooms = ipywidgets.BoundedIntText(value=1, min=0, max=LARGEST)
        self.steps, self.day = ipywidgets.Dropdown(), ipywidgets.DatePicker()
        self.keep, self.drop = button("", keep), button("", drop)
        self.box = boxed(
            "mw-card", self.title, self.code, self.bedrooms, self.steps, self.day, boxed("mw-row", self.keep, self.drop)
        )
        self.lang = "en"

    def label(self, language: str) -> None:
        """Name the entries in a language."""
        self.lang = language
        self.title.value = notices.tag("p", say("Dwellings", language), "mw-legend")
        self.code.description = say("Your own code, no address", language)
        self.bedrooms.description, self.day.description = say("Bedrooms", language), say("Free from", language)
        self.steps.description = say("Without steps", language)
        kept = self.steps.value
        self.steps.options = [(say(words, language), code) for code, words in STEPS.items()]
        self.steps.value = kept if kept in STEPS else ""
        self.keep.description = say("Save the dwelling", language)
        self.drop.description = say("Take it off the list", language)

    def entered(self) -> Dwelling:
        """Return what was entered."""
        code = self.code.value.strip()
        if not code:
            raise AppError(say("Give the dwelling a code of your own.", self.lang))
        without = {"": None, "yes": True, "no": False}[self.steps.value]
        return Dwelling(code, self.bedrooms.value, without, self.day.value)

    def listed(self, homes: list[Dwelling], language: str) -> str:
        """Return the list in words; where there is none, what that means."""
        if not homes:
            return notices.tag(
                "p",
                say(
                    "No dwellings are listed: households are offered by places alone. Once one is listed, a household "
                    "is offered only where a dwelling fits it.",
                    language,
                ),
                "mw-caveat",
            )
        without = {None: "", True: "yes", False: "no"}
        rows = [
            [
                each.code,
                str(each.bedrooms),
                say(STEPS[without[each.step_free]], language),
                each.free_from.isoformat() if each.free_from else "",
                say(STATES[each.state], language),
            ]
            for each in homes
        ]
        free = sum(each.state == "free" for each in homes)
        caption = say("Dwellings: {free} of {all} are free", language, free=free, all=len(homes))
        return table([say(each, language) for each in HEADS], rows, caption)
