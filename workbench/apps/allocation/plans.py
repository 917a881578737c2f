"""The plan on a page: sought beside it and changed step by step; what is asked for meanwhile waits its turn."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from workbench.apps import notices
from workbench.apps.allocation import content
from workbench.apps.allocation.beside import Made, Search
from workbench.apps.allocation.controls import Controls
from workbench.core.errors import DecisionError
from workbench.decisions.allocation.search.stopping import Limit
from workbench.presentation.languages import say
from workbench.studies.allocation.desk import Desk

SEARCH_SECONDS, CHANGE_SECONDS = 60.0, 1.0
"""Seconds of search at most: for a first plan or a longer search, and for what a change moves."""
Told = Callable[[str], None]


class Plans:
    """The plan of one page and what is being worked out about it.

    Parameters
    ----------
    shown
        Called with the desk when a plan was made, and with None when it could not be.
    aside
        Whether plans are made beside the page's own thread, so that it stays alive; a test does without.
    """

    def __init__(self, at: Controls, shown: Callable[[Desk | None], None], *, aside: bool) -> None:
        self.at, self.shown = at, shown
        self.desk: Desk | None = None
        self.search = Search(aside=aside)
        self._waits = ""

    @property
    def language(self) -> str:
        """The language that is chosen."""
        return str(self.at.language.value)

    def change(self, act: Callable[[Desk, Limit], Desk]) -> None:
        """Change the plan; what the change moves is to be seen at once, so the search for the best is cut short."""
        self.seek(lambda limit, _: act(self._known(), limit), CHANGE_SECONDS)

    def further(self) -> None:
        """Search on from the plan that there is."""
        self.seek(lambda limit, told: self._known().further(limit=limit, progress=told))

    def seek(self, act: Callable[[Limit, Told], Desk], seconds: float = SEARCH_SECONDS) -> None:
        """Seek a plan beside the page, and show it when it is there; what cannot be is said, and the old one stays."""
        at, language = self.at, self.language

        def begun() -> None:
            at.cancel.disabled = False
            at.progress.value = content.working("", language)

        def sought(limit: Limit) -> Desk:
            def told(sentence: str) -> None:
                if not limit.stopped:
                    at.progress.value = content.working(sentence, language)

            return act(limit, told)

        at.notice.value = ""
        self._begin(begun, sought, self._done, seconds)

    def tell(self, where: ipywidgets.HTML, say_: Callable[[Desk, str], str]) -> None:
        """Work out something further about the plan beside the page, and show it where it belongs."""
        language = self.language

        def begun() -> None:
            where.value = content.working("", language)

        def told(made: str | None, said: str) -> None:
            where.value = made if made is not None else said
            self._answered()

        self._begin(begun, lambda _: say_(self._known(), language), told, SEARCH_SECONDS)

    def drop(self) -> None:
        """Forget the plan, and hand over nothing that is being worked out or waits."""
        self.desk = None
        self.search.drop()
        self.at.cancel.disabled = True
        self.at.progress.value = ""

    def _begin(
        self,
        begun: Callable[[], None],
        act: Callable[[Limit], Made],
        done: Callable[[Made | None, str], None],
        seconds: float,
    ) -> None:
        if self.search.begin(begun, act, done, self.language, seconds):
            self._waits = notices.notice(
                say("Something is still being worked out. What you chose is taken up after it.", self.language),
                *([] if self.at.cancel.disabled else [say("“Stop the search” ends the search now.", self.language)]),
            )
            self.at.notice.value = self._waits

    def _done(self, made: Desk | None, said: str) -> None:
        self.at.cancel.disabled = True
        self.at.progress.value = ""
        if said:
            self.at.notice.value = said
        else:
            self._answered()
        if made is not None:
            self.desk = made
        self.shown(made)

    def _answered(self) -> None:
        """Take the sentence about waiting away when nothing waits; a refusal stays until the next choice."""
        if not self.search.waiting and self.at.notice.value == self._waits:
            self.at.notice.value = ""

    def _known(self) -> Desk:
        if self.desk is None:
            raise DecisionError(
                "there is no plan yet that could be changed", do="choose a batch, or bring tables that can be read"
            )
        return self.desk
