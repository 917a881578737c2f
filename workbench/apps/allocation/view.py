"""The allocation page of one caseworker: it only links what is chosen to the desk, and shows what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from workbench.apps import links, notices
from workbench.apps.allocation import answers, content
from workbench.apps.allocation.controls import Controls
from workbench.apps.allocation.plans import Plans
from workbench.apps.allocation.state import AllocationState
from workbench.apps.allocation.uploads import Uploads
from workbench.apps.pauses import after_a_pause
from workbench.apps.serving.bridge import Bridge
from workbench.core.errors import WorkbenchError
from workbench.decisions.allocation.search.stopping import Limit
from workbench.presentation.allocation import batch as batch_words
from workbench.presentation.allocation import desk as words
from workbench.presentation.downloads import Download
from workbench.presentation.languages import say
from workbench.studies.allocation import batches
from workbench.studies.allocation.desk import Change, Desk, Draft


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
        self.at = Controls()
        self.plans = Plans(self.at, self._made, aside=aside)
        self.uploads = Uploads()
        self.brought: Mapping[str, Path] = {}
        self._earlier: tuple[AllocationState, Mapping[str, Path], Desk] | None = None
        self._quiet = True
        self._pause: asyncio.TimerHandle | None = None
        self._known = state.known or (batches.EXAMPLE,)
        self.at.batch.options = list(self._known)
        self.bridge = Bridge(self.begin)
        self.box = self.at.box(self.bridge.box)
        self.at.label(self.state.language)
        self._link()
        self._quiet = False
        self.at.head.value = content.head(self.state.batch, self.state.language)
        self.at.notice.value = notices.blocked(self.state.blockers)
        self._tell(" ".join(self.state.blockers))

    @property
    def desk(self) -> Desk | None:
        """The batch with its plan; None before the first one is made."""
        return self.plans.desk

    def _link(self) -> None:
        at, plans = self.at, self.plans
        at.language.value = self.state.language
        if self.state.batch in at.batch.options:
            at.batch.value = self.state.batch
        at.language.observe(lambda change: self._speak(change.new), "value")
        at.batch.observe(lambda change: self._choose_batch(change.new), "value")
        at.upload.observe(lambda _: self._take(), "value")
        at.objective.observe(lambda change: self._aim(change.new), "value")
        at.household.observe(lambda change: self._look(change.new), "value")
        at.action.observe(lambda _: at.ask(), "value")
        at.apply.on_click(lambda _: self._change(at.asked()))
        at.undo.on_click(lambda _: plans.change(lambda desk, limit: desk.undo(limit=limit)))
        at.redo.on_click(lambda _: plans.change(lambda desk, limit: desk.redo(limit=limit)))
        at.cancel.on_click(lambda _: plans.search.stop())
        at.longer.on_click(lambda _: plans.further())
        at.make_pdf.on_click(lambda _: self._print())
        at.others.on_click(lambda _: plans.tell(at.near, content.near))
        at.weigh.on_click(lambda _: self._weigh())
        at.judge.on_click(lambda _: self._judge())

    def begin(self) -> None:
        """Make the plan of the batch and draft; the page asks for it as soon as its widgets are up."""
        if self.desk is not None or self.plans.search.busy or self.state.blockers:
            return
        state, brought = self.state, self.brought

        def first(limit: Limit, told: Callable[[str], None]) -> Desk:
            tables = batches.read(brought) if brought else batches.load(state.batch)
            return Desk.begin(tables, self._draft(), limit=limit, progress=told)

        self.plans.seek(first)

    def _draft(self) -> Draft:
        if self.state.file.exists():
            draft = Draft.load(self.state.file)
            if draft.batch == self.state.batch:
                return draft
        return Draft(self.state.batch)

    def _made(self, made: Desk | None) -> None:
        """Show a plan that was made; where none could be, what stood there before stands there again."""
        at = self.at
        if made is not None:
            self._earlier = None
            made.draft.save(self.state.file)
            if made.draft.changes and made.draft.changes[-1].reason == at.reason.value.strip():
                at.reason.value = ""  # taken up; what was written meanwhile stays
        elif self.desk is None and self._earlier is not None:
            self.state, self.brought, self.plans.desk = self._earlier
        if self.desk is not None:
            self._offer(self.desk)
        self.show()

    def _offer(self, desk: Desk) -> None:
        """Offer the households, places and rules of the batch, each rule as it is kept."""
        self._quiet, called = True, words.names(desk)
        towns = [(called[code], code) for code in desk.problem.place_names]
        self.at.offer(desk.problem.household_names, towns, self.state.household)
        self.at.objective.value = desk.draft.objective
        self.at.switches(batch_words.ruled(desk, called, self.state.language), self._switch)
        if self.state.batch not in self.at.batch.options:
            self.at.batch.options = [*self.at.batch.options, self.state.batch]
        self.at.batch.value = self.state.batch
        self._quiet = False

    def _switch(self, number: int) -> None:
        if not self._quiet:
            why = self.at.reason.value.strip() or say("rule switched by hand", self.state.language)
            self._change(Change("switch", number=number, reason=why))

    def _change(self, change: Change) -> None:
        self.plans.change(lambda desk, limit: desk.changed(change, limit=limit))

    def show(self) -> None:
        """Update what stands on the page."""
        language, status = self.state.language, ""
        answers.buttons(self.at, self.desk)
        self.at.head.value = content.head(self.state.batch, language, self.brought)
        if self.desk is not None:
            status = answers.answer(self.at, self.desk, self.state.household, language)
            if self.plans.search.aside:  # the map comes after everything else
                self._pause = after_a_pause(self._pause, self._draw)
            else:
                self._draw()
        self._tell(content.heard(self.at.notice.value) or status)

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
        if self.desk is not None:
            self._offer(self.desk)
        self.show()

    def _choose_batch(self, name: str) -> None:
        if not self._quiet:
            self._open(name, {} if name in self._known else self.uploads.brought)

    def _open(self, name: str, brought: Mapping[str, Path]) -> None:
        """Open a batch; the one that stands there comes back where the new one has no plan."""
        if self.desk is not None:
            self._earlier = self.state, self.brought, self.desk
        self.state = AllocationState(self.state.language, name, known=() if brought else self._known)
        self.brought = dict(brought)
        self.plans.drop()
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
            self._answer(content.refused(error, language))
            return
        if lacking := self.uploads.lacking:
            missing = say("Kept. Still missing: a table of {what}.", language, what=", ".join(lacking))
            self._answer(notices.notice(missing))
            return
        self._open(say("brought", language), self.uploads.brought)

    def _answer(self, notice: str) -> None:
        self.at.notice.value = notice
        self._tell(content.heard(notice))

    def _aim(self, objective: str | None) -> None:
        if not self._quiet and objective is not None and not self.state.blockers:
            self.plans.change(lambda desk, limit: desk.aimed(objective, limit=limit))

    def _look(self, household: str | None) -> None:
        if not self._quiet:
            self.state = replace(self.state, household=household or "")
            self.show()

    def _print(self) -> None:
        if self.desk is not None:
            file = content.pdf(self.desk, self.state.batch, self.state.language)
            kept = Download("plan.pdf", content.PDF, file)
            self.at.pdf.value = links.button(kept, say("Save the PDF", self.state.language))

    def _weigh(self) -> None:
        batch, brought = self.state.batch, self.brought
        self.plans.tell(
            self.at.weighed, lambda desk, language: content.weighed(desk, batches.wishes(batch, brought), language)
        )

    def _judge(self) -> None:
        batch, brought = self.state.batch, self.brought
        self.plans.tell(
            self.at.honesty,
            lambda desk, language: content.judged(desk, batches.outcome_table(batch, brought), language),
        )
