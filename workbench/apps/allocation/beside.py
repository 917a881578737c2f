"""Work beside the page: a plan takes seconds, and the page must stay alive meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from traitlets.log import get_logger

from workbench.apps import notices
from workbench.apps.allocation import content
from workbench.core.errors import WorkbenchError
from workbench.decisions.allocation.search.stopping import Limit

Made = TypeVar("Made")


class Search:
    """What one page works out: one thing at a time, the rest in turn, each with an end; and it can be stopped.

    Parameters
    ----------
    aside
        Whether to work in a thread of its own; see :func:`beside`.
    """

    def __init__(self, *, aside: bool) -> None:
        self.aside = aside
        self._limit: Limit | None = None
        self._waiting: list[Callable[[], None]] = []

    @property
    def waiting(self) -> bool:
        """Whether something waits until what is being worked out has ended."""
        return bool(self._waiting)

    @property
    def busy(self) -> bool:
        """Whether something is being worked out."""
        return self._limit is not None

    def begin(
        self,
        begun: Callable[[], None],
        act: Callable[[Limit], Made],
        done: Callable[[Made | None, str], None],
        language: str,
        seconds: float,
    ) -> bool:
        """Do something slow within so many seconds, then hand over what it made (see :func:`beside`).

        Parameters
        ----------
        begun
            Called when it begins, in the page's own thread.

        Returns
        -------
        bool
            Whether it waits, because something else is being worked out.
        """

        def start() -> None:
            self._limit = limit = Limit(seconds)
            begun()

            def ended(made: Made | None, said: str) -> None:
                if self._limit is limit:  # else it was dropped, and something else may be under way
                    self._limit = None
                    done(made, said)
                    if self._waiting and not self.busy:
                        self._waiting.pop(0)()

            beside(lambda: act(limit), ended, language, aside=self.aside)

        if self.busy:
            self._waiting.append(start)
            return True
        start()
        return False

    def stop(self) -> None:
        """End with the best that was found so far."""
        if self._limit is not None:
            self._limit.stopped = True

    def drop(self) -> None:
        """Stop, and hand nothing over: what was asked for is no longer wanted, nor what waits."""
        self.stop()
        self._limit = None
        self._waiting.clear()


def beside(act: Callable[[], Made], done: Callable[[Made | None, str], None], language: str, *, aside: bool) -> None:
    """Do something slow, then hand over what it made, or None and what is wrong in words.

    Parameters
    ----------
    done
        Called in the page's own thread.
    aside
        Whether to work in a thread of its own; where no page runs, such as in a test, it is done at once.
    """
    loop = _loop() if aside else None

    def job() -> None:
        made: Made | None = None
        said = ""
        try:
            made = act()
        except WorkbenchError as error:
            notices.log(error)
            said = content.refused(error, language)
        except Exception:
            get_logger().exception("the allocation page failed")
            said = notices.broken(language)
        if loop is None:
            done(made, said)
        else:
            loop.call_soon_threadsafe(done, made, said)

    if loop is None:
        job()
    else:
        threading.Thread(target=job, daemon=True).start()


def _loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
