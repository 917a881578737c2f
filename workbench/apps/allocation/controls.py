"""The widgets of the allocation page and what they are called in each language; they decide nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import ipywidgets

from workbench.apps.boxes import boxed, language_menu
from workbench.presentation.languages import say
from workbench.studies.allocation.desk import Change


def _html() -> ipywidgets.HTML:
    return ipywidgets.HTML()


def _dropdown() -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown()


def _button() -> ipywidgets.Button:
    return ipywidgets.Button()


def _switched(told: Callable[[int], None], number: int, _: Any) -> None:
    told(number)


@dataclass
class Controls:
    """What a caseworker chooses with, and the places where the page answers."""

    language: ipywidgets.Dropdown = field(default_factory=language_menu)
    batch: ipywidgets.Dropdown = field(default_factory=_dropdown)
    upload: ipywidgets.FileUpload = field(
        default_factory=lambda: ipywidgets.FileUpload(multiple=True, accept=".csv,.xlsx,.parquet")
    )
    choices: ipywidgets.Button = field(default_factory=_button)
    objective: ipywidgets.Dropdown = field(default_factory=_dropdown)
    rules: ipywidgets.Box = field(default_factory=lambda: ipywidgets.Box([]))
    household: ipywidgets.Dropdown = field(default_factory=_dropdown)
    action: ipywidgets.Dropdown = field(default_factory=_dropdown)
    place: ipywidgets.Dropdown = field(default_factory=_dropdown)
    other: ipywidgets.Dropdown = field(default_factory=_dropdown)
    number: ipywidgets.BoundedIntText = field(default_factory=lambda: ipywidgets.BoundedIntText(min=0, max=10**6))
    reason: ipywidgets.Text = field(default_factory=lambda: ipywidgets.Text(continuous_update=False))
    apply: ipywidgets.Button = field(default_factory=_button)
    undo: ipywidgets.Button = field(default_factory=_button)
    redo: ipywidgets.Button = field(default_factory=_button)
    cancel: ipywidgets.Button = field(default_factory=_button)
    longer: ipywidgets.Button = field(default_factory=_button)
    make_pdf: ipywidgets.Button = field(default_factory=_button)
    others: ipywidgets.Button = field(default_factory=_button)
    weigh: ipywidgets.Button = field(default_factory=_button)
    judge: ipywidgets.Button = field(default_factory=_button)
    head: ipywidgets.HTML = field(default_factory=_html)
    progress: ipywidgets.HTML = field(default_factory=_html)
    notice: ipywidgets.HTML = field(default_factory=_html)
    headline: ipywidgets.HTML = field(default_factory=_html)
    moved: ipywidgets.HTML = field(default_factory=_html)
    who: ipywidgets.HTML = field(default_factory=_html)
    near: ipywidgets.HTML = field(default_factory=_html)
    tables: ipywidgets.HTML = field(default_factory=_html)
    map: ipywidgets.HTML = field(default_factory=_html)
    fairness: ipywidgets.HTML = field(default_factory=_html)
    weighed: ipywidgets.HTML = field(default_factory=_html)
    honesty: ipywidgets.HTML = field(default_factory=_html)
    ledger: ipywidgets.HTML = field(default_factory=_html)
    pdf: ipywidgets.HTML = field(default_factory=_html)

    @property
    def answers(self) -> tuple[ipywidgets.HTML, ...]:
        """What is emptied where another batch is opened."""
        return (self.headline, self.moved, self.who, self.near, self.map, self.tables, self.fairness, self.weighed,
                self.honesty, self.ledger, self.pdf)  # fmt: skip

    def box(self, bridge: ipywidgets.Box) -> ipywidgets.Box:
        """Return the page: choices on one side, answers on the other."""
        change = boxed("mw-card", self.household, self.action, self.place, self.other, self.number, self.reason,
                      boxed("mw-row", self.apply), boxed("mw-row", self.undo, self.redo))  # fmt: skip
        more = boxed("mw-card", self.longer, self.cancel, self.others, self.weigh, self.judge, self.make_pdf, self.pdf)
        best = boxed("mw-card", self.objective, self.rules)
        for card in (best, change, more):
            card.add_class("mw-choices")  # on a phone they wait behind a button: the plan comes first
        self.choices.add_class("mw-toggle")
        first = boxed("mw-card", self.language, self.batch, self.upload, self.choices)
        controls = boxed("mw-controls", first, self.notice, best, change, more)
        self.map.add_class("mw-charts")
        self.household.add_class("mw-household")
        self.rules.add_class("mw-rows")
        said = boxed("mw-page", self.head, self.progress, self.headline, self.moved, self.who, self.near, self.tables,
                    self.map, self.fairness, self.weighed, self.honesty, self.ledger)  # fmt: skip
        return boxed("mw-app", controls, said, bridge)

    def ask(self) -> None:
        """Show the boxes that the chosen change needs."""
        needs = {
            "pin": (self.place,),
            "ban": (self.place,),
            "linked": (self.other,),
            "capacity": (self.place, self.number),
        }
        for box in (self.place, self.other, self.number):
            box.layout.display = None if box in needs.get(self.action.value, ()) else "none"

    def offer(self, households: Sequence[str], towns: Sequence[tuple[str, str]], household: str) -> None:
        """Offer households, and places by name and code; ``household`` is looked at, what else was chosen stays."""
        blank = ("–", "")
        homes = [blank, *((name, name) for name in households)]
        for box, options, value in (
            (self.household, homes, household),
            (self.other, homes, self.other.value or ""),
            (self.place, [blank, *towns], self.place.value or ""),
        ):
            if tuple(box.options) != tuple(options):
                box.options = options
            box.value = value if value in [code for _, code in options] else ""

    def switches(self, rules: Sequence[tuple[str, bool]], switched: Callable[[int], None]) -> None:
        """Offer the rules as switches; boxes that there are stay, so that the keyboard's focus is not lost.

        Parameters
        ----------
        rules
            What each rule says, and whether it is on.
        switched
            Called with the number of the rule that was switched, counted from 0.
        """
        if len(self.rules.children) != len(rules):
            boxes = [ipywidgets.Checkbox(value=on, indent=False) for _, on in rules]
            for number, box in enumerate(boxes):
                box.observe(partial(_switched, switched, number), "value")
            self.rules.children = boxes
        for box, (told, on) in zip(self.rules.children, rules, strict=True):
            box.description, box.value = told, on

    def asked(self) -> Change:
        """Return the change that is asked for."""
        kind = str(self.action.value)
        return Change(
            kind,
            household="" if kind == "capacity" else self.household.value or "",
            other=(self.other.value or "") if kind == "linked" else "",
            place=(self.place.value or "") if kind != "linked" else "",
            number=int(self.number.value) if kind == "capacity" else 0,
            reason=self.reason.value.strip(),
        )

    def label(self, language: str) -> None:
        """Call everything by its name in a language; what was chosen stays chosen."""
        told: list[tuple[Any, str]] = [
            (self.language, say("Language", language)),
            (self.batch, say("Batch", language)),
            (self.upload, say("Bring tables", language)),
            (self.choices, say("Change the plan", language)),
            (self.objective, say("What is best", language)),
            (self.household, say("Household", language)),
            (self.action, say("Change", language)),
            (self.place, say("Place", language)),
            (self.other, say("Linked with", language)),
            (self.number, say("Room, persons", language)),
            (self.reason, say("Reason", language)),
            (self.apply, say("Apply", language)),
            (self.undo, say("Undo", language)),
            (self.redo, say("Do again", language)),
            (self.longer, say("Search longer", language)),
            (self.cancel, say("Stop the search", language)),
            (self.make_pdf, say("Make a PDF", language)),
            (self.others, say("Plans nearly as good", language)),
            (self.weigh, say("Groups and wishes", language)),
            (self.judge, say("Judge the gain", language)),
        ]
        for widget, text in told:
            widget.description = text
        chosen = self.action.value, self.objective.value
        self.action.options = [
            (say("Lock to the place", language), "pin"),
            (say("Ban from the place", language), "ban"),
            (say("Link with a household", language), "linked"),
            (say("Change a place's room", language), "capacity"),
        ]
        self.objective.options = [
            (say("Most persons placed, then the score", language), "place-first"),
            (say("The score alone", language), "score"),
        ]
        self.action.value, self.objective.value = chosen[0] or "pin", chosen[1] or "place-first"
        self.ask()
