"""The allocation page of one caseworker: it only links what is chosen to the desk, and shows what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets

from workbench.apps import links, notices
from workbench.apps.allocation import answers, content
from workbench.apps.allocation.beside import Search
from workbench.apps.allocation.controls import Controls
from workbench.apps.allocation.state import AllocationState
from workbench.apps.allocation.uploads import Uploads
from workbench.apps.pauses import after_a_pause
from workbench.apps.serving.bridge import Bridge
from workbench.core.errors import WorkbenchError
from workbench.decisions.allocation.search.stopping import Limit
from workbench.presentation.allocation import desk as words
from workbench.presentation.downloads import Download
from workbench.presentation.languages import say
from workbench.studies.allocation import batches
from workbench.studies.allocation.desk import Change, Desk, Draft, rules_of

SEARCH_SECONDS, CHANGE_SECONDS = 60.0, 1.0
"""Seconds of search at most: for a first plan or a longer search, and for what a change moves."""


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
        self.state = replace(state, batch=state.batch or (state.known or (batches.EXAMPLE,))[0])
        self.desk: Desk | None = None
        self.search = Search(aside=aside)
        self.uploads = Uploads()
        self._quiet = True
        self._pause: asyncio.TimerHandle | None = None
        self.at = Controls()
        self.at.batch.options = list(state.known or (batches.EXAMPLE,))
        self.bridge = Bridge(self.begin)
        self.box = self.at.box(self.bridge.box)
        self.at.label(self.state.language)
        self._link()
        self._quiet = False
        self.at.head.value = content.head(self.state.batch, self.state.language)
        self.at.notice.value = notices.blocked(self.state.blockers)
        self._tell(" ".join(self.state.blockers))

    def _link(self) -> None:
        at = self.at
        at.language.value = self.state.language
        if self.state.batch in at.batch.options:
            at.batch.value = self.state.batch
        at.language.observe(lambda change: self._speak(change.new), "value")
        at.batch.observe(lambda change: self._choose_batch(change.new), "value")
        at.upload.observe(lambda _: self._take(), "value")
        at.objective.observe(lambda change: self._aim(change.new), "value")
        at.household.observe(lambda change: self._look(change.new), "value")
        at.action.observe(lambda _: at.ask(), "value")
        at.apply.on_click(lambda _: self._change())
        at.undo.on_click(lambda _: self._work(lambda desk, limit: desk.undo(limit=limit)))
        at.redo.on_click(lambda _: self._work(lambda desk, limit: desk.redo(limit=limit)))
        at.cancel.on_click(lambda _: self.search.stop())
        at.longer.on_click(lambda _: self._search_on())
        at.make_pdf.on_click(lambda _: self._print())
        at.others.on_click(lambda _: self._tell_more(at.near, content.near))
        at.weigh.on_click(lambda _: self._weigh())
        at.judge.on_click(lambda _: self._judge())

    def begin(self) -> None:
        """Make the plan of the batch and draft; the page asks for it as soon as its widgets are up."""
        if self.desk is not None or self.search.busy or self.state.blockers:
            return
        state, brought = self.state, dict(self.uploads.brought)

        def first(limit: Limit, say_: Callable[[str], None]) -> Desk:
            tables = batches.read(brought) if brought else batches.load(state.batch)
            return Desk.begin(tables, self._draft(), limit=limit, progress=say_)

        self._run(first)

    def _draft(self) -> Draft:
        if self.state.file.exists():
            draft = Draft.load(self.state.file)
            if draft.batch == self.state.batch:
                return draft
        return Draft(self.state.batch)

    def _work(self, act: Callable[[Desk, Limit], Desk]) -> None:
        """Change the plan; what the change moves is to be seen at once, so the search for the best is cut short."""
        desk = self.desk
        if desk is not None and not self.search.busy:
            self._run(lambda limit, _: act(desk, limit), CHANGE_SECONDS)

    def _search_on(self) -> None:
        desk = self.desk
        if desk is not None and not self.search.busy:
            self._run(lambda limit, told: desk.further(limit=limit, progress=told))

    def _run(self, act: Callable[[Limit, Callable[[str], None]], Desk], seconds: float = SEARCH_SECONDS) -> None:
        """Seek a plan beside the page, and show it when it is there; what cannot be is said, and the old one stays."""
        language, at = self.state.language, self.at
        at.notice.value, at.cancel.disabled = "", False
        at.progress.value = content.working("", language)

        def sought(limit: Limit) -> Desk:
            def told(sentence: str) -> None:
                if not limit.stopped:
                    at.progress.value = content.working(sentence, language)

            return act(limit, told)

        self.search.begin(sought, self._done, language, seconds)

    def _done(self, made: Desk | None, said: str) -> None:
        self.at.cancel.disabled = True
        self.at.progress.value, self.at.notice.value = "", said
        if made is not None:
            self.desk = made
            made.draft.save(self.state.file)
            self._offer(made)
            self.at.reason.value = ""
        self.show()

    def _offer(self, desk: Desk) -> None:
        """Offer the households, places and rules of the batch."""
        self._quiet, called = True, words.names(desk)
        towns = [(called[code], code) for code in desk.problem.place_names]
        self.at.offer(desk.problem.household_names, towns, self.state.household)
        self.at.objective.value = desk.draft.objective
        self.at.rules.children = [self._switch(*rule) for rule in rules_of(desk.tables, desk.draft)]
        self._quiet = False

    def _switch(self, at: int, told: str, reason: str, on: bool) -> ipywidgets.Checkbox:
        box = ipywidgets.Checkbox(value=on, indent=False, description=told, tooltip=reason)

        def switched(_: Any) -> None:
            why = self.at.reason.value.strip() or say("rule switched by hand", self.state.language)
            self._work(lambda desk, limit: desk.changed(Change("switch", number=at, reason=why), limit=limit))

        box.observe(switched, "value")
        return box

    def show(self) -> None:
        """Update what stands on the page."""
        language, status = self.state.language, ""
        answers.buttons(self.at, self.desk)
        self.at.head.value = content.head(self.state.batch, language)
        if self.desk is not None:
            status = answers.answer(self.at, self.desk, self.state.household, language)
            if self.search.aside:  # the map comes after everything else
                self._pause = after_a_pause(self._pause, self._draw)
            else:
                self._draw()
        self._tell(status)

    def _draw(self) -> None:
        if self.desk is not None:
            self.at.map.value = content.map_of(self.desk, self.state.language)

    def _tell(self, status: str) -> None:
        self.bridge.tell(language=self.state.language, status=status, query=self.state.query())

    def _speak(self, language: str) -> None:
        self.state = replace(self.state, language=language)
        self._quiet = True
        self.at.label(language)
        self._quiet = False
        self.show()

    def _choose_batch(self, name: str) -> None:
        if self._quiet:
            return
        self.uploads.forget()
        self._open(name)

    def _open(self, name: str) -> None:
        known = () if self.uploads.brought else self.state.known
        self.state = AllocationState(self.state.language, name, known=known)
        self.desk = None
        self.search.drop()
        for part in self.at.answers:
            part.value = ""
        self.show()
        self.begin()

    def _take(self) -> None:
        """Take the tables that were brought; a batch is opened when households and places are there."""
        if not self.at.upload.value:
            return
        language = self.state.language
        try:
            self.uploads.keep(self.at.upload.value, language)
        except WorkbenchError as error:
            self.at.notice.value = content.refused(error, language)
            return
        if lacking := self.uploads.lacking:
            self.at.notice.value = notices.notice(
                say("Kept. Still missing: a table of {what}.", language, what=", ".join(lacking))
            )
            return
        self._open(say("brought", language))

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

    def _change(self) -> None:
        change = self.at.asked()
        self._work(lambda desk, limit: desk.changed(change, limit=limit))

    def _print(self) -> None:
        if self.desk is not None:
            file = content.pdf(self.desk, self.state.batch, self.state.language)
            kept = Download("plan.pdf", content.PDF, file)
            self.at.pdf.value = links.button(kept, say("Save the PDF", self.state.language))

    def _weigh(self) -> None:
        batch, brought = self.state.batch, dict(self.uploads.brought)
        self._tell_more(
            self.at.weighed, lambda desk, language: content.weighed(desk, batches.wishes(batch, brought), language)
        )

    def _judge(self) -> None:
        batch, brought = self.state.batch, dict(self.uploads.brought)
        self._tell_more(
            self.at.honesty,
            lambda desk, language: content.judged(desk, batches.outcome_table(batch, brought), language),
        )

    def _tell_more(self, where: ipywidgets.HTML, say_: Callable[[Desk, str], str]) -> None:
        """Work out something further about the plan beside the page, and show it where it belongs."""
        desk, language = self.desk, self.state.language
        if desk is None or self.search.busy:
            return
        where.value = content.working("", language)

        def told(made: str | None, said: str) -> None:
            where.value = made if made is not None else said

        self.search.begin(lambda _: say_(desk, language), told, language, SEARCH_SECONDS)
