"""The widgets of the allocation page: they only link what a caseworker chooses to the desk and what it says."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets
from traitlets.log import get_logger

from workbench.apps import notices
from workbench.apps.allocation import content
from workbench.apps.allocation.state import AllocationState, drafts_folder
from workbench.apps.boxes import boxed
from workbench.apps.bridge import Bridge
from workbench.core.errors import DataError, WorkbenchError
from workbench.core.temporary import locked_folder
from workbench.decisions.allocation.search.stopping import Limit
from workbench.presentation.allocation import desk as words
from workbench.presentation.languages import LANGUAGES, say
from workbench.studies.allocation import batches
from workbench.studies.allocation.desk import Change, Desk, Draft, rules_of

LARGEST = 900_000
"""Bytes of an uploaded table at most: what a message to the page may carry."""
SEARCH_SECONDS = 60.0


class AllocationView:
    """The page of one caseworker.

    Parameters
    ----------
    state
        What to show at first.
    aside
        Whether plans are made beside the page's own thread, so that it stays alive; a test does without.
    """

    def __init__(self, state: AllocationState, *, aside: bool = True) -> None:
        self.state, self.aside = replace(state, batch=state.batch or (state.known or (batches.EXAMPLE,))[0]), aside
        self.desk: Desk | None = None
        self.limit: Limit | None = None
        self.brought: dict[str, Path] = {}
        self._quiet = False
        self._folder: Path | None = None

        self.language = ipywidgets.Dropdown(options=[(own, code) for code, own in LANGUAGES.items()])
        self.batch = ipywidgets.Dropdown(options=list(state.known or (batches.EXAMPLE,)))
        self.upload = ipywidgets.FileUpload(multiple=True, accept=".csv,.xlsx,.parquet")
        self.objective = ipywidgets.Dropdown()
        self.rules = ipywidgets.Box([])
        self.household, self.action, self.place = (ipywidgets.Dropdown() for _ in range(3))
        self.other = ipywidgets.Dropdown()
        self.number = ipywidgets.BoundedIntText(min=0, max=10**6)
        self.reason = ipywidgets.Text()
        self.apply, self.undo, self.redo, self.cancel, self.make_pdf = (ipywidgets.Button() for _ in range(5))
        self.others, self.judge = ipywidgets.Button(), ipywidgets.Button()
        self.head, self.progress, self.notice, self.headline, self.moved = (ipywidgets.HTML() for _ in range(5))
        self.who, self.tables, self.map, self.fairness, self.honesty = (ipywidgets.HTML() for _ in range(5))
        self.ledger, self.pdf, self.near = (ipywidgets.HTML() for _ in range(3))
        self.bridge = Bridge(self.begin)
        self.box = self._layout()
        self._label()
        self._link()
        self.head.value = content.head(self.state.batch, self.state.language)
        self.notice.value = notices.blocked(self.state.blockers)
        self._tell(" ".join(self.state.blockers))

    def _layout(self) -> ipywidgets.Box:
        change = boxed("mw-card", self.household, self.action, self.place, self.other, self.number, self.reason,
                      self.notice, boxed("mw-row", self.apply), boxed("mw-row", self.undo, self.redo))  # fmt: skip
        controls = boxed("mw-controls", boxed("mw-card", self.language, self.batch, self.upload),
                        boxed("mw-card", self.objective, self.rules), change,
                        boxed("mw-card", self.cancel, self.others, self.judge, self.make_pdf, self.pdf))  # fmt: skip
        self.map.add_class("mw-charts")
        self.household.add_class("mw-household")
        self.rules.add_class("mw-rows")
        said = boxed("mw-page", self.head, self.progress, self.headline, self.moved, self.who, self.near, self.tables,
                    self.map, self.fairness, self.honesty, self.ledger)  # fmt: skip
        return boxed("mw-app", controls, said, self.bridge.box)

    def _link(self) -> None:
        self.language.value = self.state.language
        if self.state.batch in self.batch.options:
            self.batch.value = self.state.batch
        self.language.observe(lambda change: self._speak(change.new), "value")
        self.batch.observe(lambda change: self._choose_batch(change.new), "value")
        self.upload.observe(lambda _: self._take(), "value")
        self.objective.observe(lambda change: self._aim(change.new), "value")
        self.household.observe(lambda change: self._look(change.new), "value")
        self.action.observe(lambda _: self._ask(), "value")
        self.apply.on_click(lambda _: self._change())
        self.undo.on_click(lambda _: self._work(lambda desk, limit: desk.undo(limit=limit)))
        self.redo.on_click(lambda _: self._work(lambda desk, limit: desk.redo(limit=limit)))
        self.cancel.on_click(lambda _: self._stop())
        self.make_pdf.on_click(lambda _: self._print())
        self.others.on_click(lambda _: self._tell_more(self.near, content.near))
        self.judge.on_click(lambda _: self._judge())

    def begin(self) -> None:
        """Make the plan of the batch and draft; the page asks for it as soon as its widgets are up."""
        if self.desk is not None or self.limit is not None or self.state.blockers:
            return
        state, brought = self.state, dict(self.brought)

        def first(limit: Limit, say_: Callable[[str], None]) -> Desk:
            tables = batches.read(brought) if brought else batches.load(state.batch)
            return Desk.begin(tables, self._draft(), limit=limit, progress=say_)

        self._run(first)

    def _draft(self) -> Draft:
        path = self._path
        if path.exists():
            draft = Draft.load(path)
            if draft.batch == self.state.batch:
                return draft
        return Draft(self.state.batch)

    @property
    def _path(self) -> Path:
        return drafts_folder() / f"{self.state.draft}.json"

    def _work(self, act: Callable[[Desk, Limit], Desk]) -> None:
        desk = self.desk
        if desk is not None and self.limit is None:
            self._run(lambda limit, _: act(desk, limit))

    def _run(self, act: Callable[[Limit, Callable[[str], None]], Desk]) -> None:
        """Seek a plan beside the page, and show it when it is there; what cannot be is said, and the old one stays."""
        self.limit = limit = Limit(SEARCH_SECONDS)
        language = self.state.language
        self.notice.value, self.cancel.disabled = "", False
        self.progress.value = content.working("", language)

        def told(sentence: str) -> None:
            self.progress.value = content.working(sentence, language)

        def job() -> None:
            made: Desk | None = None
            said = ""
            try:
                made = act(limit, told)
            except WorkbenchError as error:
                notices.log(error)
                said = content.refused(error, language)
            except Exception:
                get_logger().exception("the allocation page failed")
                said = notices.broken(language)
            if loop is None:
                self._done(made, said)
            else:
                loop.call_soon_threadsafe(self._done, made, said)

        loop = _loop() if self.aside else None
        if loop is None:
            job()
        else:
            threading.Thread(target=job, daemon=True).start()

    def _done(self, made: Desk | None, said: str) -> None:
        self.limit, self.cancel.disabled = None, True
        self.progress.value, self.notice.value = "", said
        if made is not None:
            self.desk = made
            made.draft.save(self._path)
            self._fill()
            self.reason.value = ""
        self.show()

    def _stop(self) -> None:
        if self.limit is not None:
            self.limit.stopped = True

    def _fill(self) -> None:
        """Offer the households, places and rules of the batch."""
        if self.desk is None:
            return
        self._quiet = True
        homes, called = list(self.desk.problem.household_names), words.names(self.desk)
        towns = [(called[code], code) for code in self.desk.problem.place_names]
        blank = ("–", "")
        chosen = self.state.household if self.state.household in homes else ""
        for box, options, value in (
            (self.household, [blank, *((h, h) for h in homes)], chosen),
            (self.other, [blank, *((h, h) for h in homes)], ""),
            (self.place, [blank, *towns], self.place.value or ""),
        ):
            if tuple(box.options) != tuple(options):
                box.options = options
            box.value = value if value in [code for _, code in options] else ""
        self.objective.value = self.desk.draft.objective
        self.rules.children = [self._switch(*rule) for rule in rules_of(self.desk.tables, self.desk.draft)]
        self._quiet = False

    def _switch(self, at: int, told: str, reason: str, on: bool) -> ipywidgets.Checkbox:
        box = ipywidgets.Checkbox(value=on, indent=False, description=told, tooltip=reason)

        def switched(_: Any) -> None:
            why = self.reason.value.strip() or say("rule switched by hand", self.state.language)
            self._work(lambda desk, limit: desk.changed(Change("switch", number=at, reason=why), limit=limit))

        box.observe(switched, "value")
        return box

    def show(self) -> None:
        """Update what stands on the page."""
        language, status = self.state.language, ""
        self.undo.disabled = self.desk is None or not self.desk.draft.changes
        self.redo.disabled = self.desk is None or not self.desk.draft.undone
        for button in (self.apply, self.make_pdf, self.others, self.judge):
            button.disabled = self.desk is None
        self.head.value = content.head(self.state.batch, language)
        if self.desk is not None:
            parts = content.shown(self.desk, self.state.household, language)
            self.headline.value, self.moved.value, self.who.value = (
                parts["headline"],
                parts["moved"],
                parts["household"],
            )
            self.tables.value, self.fairness.value = parts["tables"], parts["fairness"]
            self.honesty.value, self.ledger.value = (
                content.honest(self.desk, language),
                content.ledger(self.desk, language),
            )
            self.pdf.value = self.near.value = ""
            self.map.value = content.map_of(self.desk, language)
            status = words.headline(self.desk, language).sentence
        self._tell(status)

    def _tell(self, status: str) -> None:
        self.bridge.tell(language=self.state.language, status=status, query=self.state.query())

    def _speak(self, language: str) -> None:
        self.state = replace(self.state, language=language)
        self._label()
        self.show()

    def _choose_batch(self, name: str) -> None:
        if self._quiet or self.limit is not None:
            return
        self.brought = {}
        self._open(name)

    def _open(self, name: str) -> None:
        self.state = AllocationState(self.state.language, name, known=() if self.brought else self.state.known)
        self.desk = None
        for part in (
            self.headline,
            self.moved,
            self.who,
            self.near,
            self.map,
            self.tables,
            self.fairness,
            self.honesty,
            self.ledger,
        ):
            part.value = ""
        self.show()
        self.begin()

    def _take(self) -> None:
        """Take the tables that were brought; a batch is opened when households and places are there."""
        if not self.upload.value:
            return
        if self._folder is None:
            held = ExitStack()
            self._folder = held.enter_context(locked_folder(Path(tempfile.gettempdir()), hidden=False))
            weakref.finalize(self, held.close)
        language = self.state.language
        try:
            for file in self.upload.value:
                self._keep(file, self._folder, language)
        except WorkbenchError as error:
            self.notice.value = content.refused(error, language)
            return
        lacking = [kind for kind in ("households", "places") if kind not in self.brought]
        if lacking:
            self.notice.value = notices.notice(
                say("Kept. Still missing: a table of {what}.", language, what=", ".join(lacking))
            )
            return
        self._open(say("brought", language))

    def _keep(self, file: Any, folder: Path, language: str) -> None:
        name = Path(str(file["name"])).name
        kind = batches.kind_of(name)
        if not kind:
            raise DataError(
                say("The name of “{file}” does not say which table it is.", language, file=name),
                do=say("Call it households, places, scores, rules, practice or outcomes.", language),
            )
        if int(file["size"]) > LARGEST:
            raise DataError(
                say("“{file}” is too large to be brought through the page.", language, file=name),
                do=say("Ask the people who run this page to put the batch on the server.", language),
            )
        target = folder / f"{kind}{Path(name).suffix.lower()}"
        target.write_bytes(bytes(file["content"]))
        self.brought = {**self.brought, kind: target}

    def _aim(self, objective: str | None) -> None:
        if self._quiet or self.desk is None or objective in (None, self.desk.draft.objective):
            return
        self._work(
            lambda desk, limit: Desk.begin(desk.tables, replace(desk.draft, objective=str(objective)), limit=limit)
        )

    def _look(self, household: str | None) -> None:
        if not self._quiet:
            self.state = replace(self.state, household=household or "")
            self.show()

    def _ask(self) -> None:
        """Show the boxes that the chosen change needs."""
        needs = {
            "pin": (self.place,),
            "ban": (self.place,),
            "linked": (self.other,),
            "capacity": (self.place, self.number),
        }
        for box in (self.place, self.other, self.number):
            box.layout.display = None if box in needs.get(self.action.value, ()) else "none"

    def _change(self) -> None:
        kind = str(self.action.value)
        change = Change(
            kind,
            household="" if kind == "capacity" else self.household.value or "",
            other=(self.other.value or "") if kind == "linked" else "",
            place=(self.place.value or "") if kind != "linked" else "",
            number=int(self.number.value) if kind == "capacity" else 0,
            reason=self.reason.value.strip(),
        )
        self._work(lambda desk, limit: desk.changed(change, limit=limit))

    def _print(self) -> None:
        if self.desk is not None:
            file = content.pdf(self.desk, self.state.batch, self.state.language)
            self.pdf.value = content.link("plan.pdf", content.PDF, file, say("Save the PDF", self.state.language))

    def _judge(self) -> None:
        batch, brought = self.state.batch, dict(self.brought)
        self._tell_more(
            self.honesty, lambda desk, language: content.judged(desk, batches.outcome_table(batch, brought), language)
        )

    def _tell_more(self, where: ipywidgets.HTML, say_: Callable[[Desk, str], str]) -> None:
        """Work out something further about the plan beside the page, and show it where it belongs."""
        desk, language = self.desk, self.state.language
        if desk is None or self.limit is not None:
            return
        self.limit = Limit(SEARCH_SECONDS)
        where.value = content.working("", language)
        loop = _loop() if self.aside else None

        def job() -> None:
            try:
                said = say_(desk, language)
            except WorkbenchError as error:
                notices.log(error)
                said = content.refused(error, language)
            except Exception:
                get_logger().exception("the allocation page failed")
                said = notices.broken(language)
            if loop is None:
                told(said)
            else:
                loop.call_soon_threadsafe(told, said)

        def told(said: str) -> None:
            self.limit, where.value = None, said

        if loop is None:
            job()
        else:
            threading.Thread(target=job, daemon=True).start()

    def _label(self) -> None:
        language = self.state.language
        told: dict[Any, str] = {
            self.language: say("Language", language),
            self.batch: say("Batch", language),
            self.upload: say("Bring tables", language),
            self.objective: say("What is best", language),
            self.household: say("Household", language),
            self.action: say("Change", language),
            self.place: say("Place", language),
            self.other: say("Linked with", language),
            self.number: say("Room, persons", language),
            self.reason: say("Reason", language),
            self.apply: say("Apply", language),
            self.undo: say("Undo", language),
            self.redo: say("Do again", language),
            self.cancel: say("Stop the search", language),
            self.make_pdf: say("Make a PDF", language),
            self.others: say("Plans nearly as good", language),
            self.judge: say("Judge the gain", language),
        }
        for widget, text in told.items():
            widget.description = text
        self._quiet = True
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
        self._quiet = False
        self._ask()


def _loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
