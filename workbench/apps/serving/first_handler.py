"""Serve a page: what was made ahead at once, and a kernel only to those who are to choose, as many as there is room."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.log import app_log
from tornado.web import HTTPError
from voila.tornado.handler import TornadoVoilaHandler

from workbench.apps.links import REPORTS
from workbench.core.errors import DataError
from workbench.core.runs.archive import Archive
from workbench.presentation.languages import LANGUAGES

LIVE = "live"
"""What the address of a page says when a first view asks for its widgets."""
PLAIN = frozenset({"token", "language", LIVE})
"""What may stand in an address without asking for a choice of its own."""
BUSY = 503
TRIES = 2
TOO_SLOW = (
    "the page is not kept ready: making its first view took more than %.0f s twice. It opens all the same, but each "
    "reader waits longer; start the server again when the machine is less busy"
)


@dataclass
class FirstViews:
    """The first views of the page that is served.

    Attributes
    ----------
    make
        Returns the page in each language, as whole HTML.
    state
        Returns a mark that changes when they are to be made again.
    """

    make: Callable[[], dict[str, bytes]]
    state: Callable[[], str]
    pages: dict[str, bytes] = field(default_factory=dict)
    _of: str = ""
    _busy: bool = False
    _slow: int = 0

    async def look(self) -> None:
        """Make the views again if something was saved or published; the earlier ones are served until then."""
        if self._busy or self._slow >= TRIES:
            return
        now = self.state()
        if now == self._of:
            return
        self._busy = True
        try:
            self.pages = await asyncio.get_running_loop().run_in_executor(None, self.make)
            self._of, self._slow = now, 0
        except subprocess.TimeoutExpired as error:
            # It takes the processor of a machine that has too little of it: what is not done twice is left alone.
            self.pages, self._slow = {}, self._slow + 1
            if self._slow >= TRIES:
                app_log.warning(TOO_SLOW, error.timeout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            self.pages, self._of = {}, now  # the page is served the slower way, and says itself what is wrong
            app_log.warning("the first view could not be made: %s", _reason(error))
        finally:
            self._busy = False


def _reason(error: Exception) -> str:
    """Return the last thing that was said of an error, in one line."""
    said = str(getattr(error, "stderr", None) or error).strip()
    return " ".join(said.splitlines()[-1].split())[:300] if said else type(error).__name__


class PageHandler(TornadoVoilaHandler):  # type: ignore[misc]
    """A page: its first view, or its widgets."""

    _left = False

    async def get(self, path: str | None = None) -> None:
        """Answer with the first view, unless the widgets are asked for and there is room for one more reader."""
        if path:
            raise HTTPError(404)
        views: FirstViews = self.settings["first_views"]
        language = self.get_query_argument("language", self.settings["language"])
        first = views.pages.get(language if language in LANGUAGES else self.settings["language"])
        alive = LIVE in self.request.query_arguments
        room = self._room()
        if first is not None and not alive and (self.request.query_arguments.keys() <= PLAIN or not room):
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.set_header("Cache-Control", "no-store")
            _ = self.xsrf_token
            self.finish(first)
            return
        if not room:
            raise HTTPError(BUSY)
        # Kernels that start all at once would leave no processor for those who only read.
        async with self.settings["openings"]:
            if self._left:
                return
            if not self._room():
                raise HTTPError(BUSY)
            await super().get(path)

    def on_connection_close(self) -> None:
        """Note that the reader has left: no kernel is started for nobody."""
        self._left = True
        super().on_connection_close()

    def _room(self) -> bool:
        return len(self.kernel_manager.list_kernel_ids()) < int(self.settings["live"])


class ReportHandler(JupyterHandler):
    """The PDF of a publication that readers may see now."""

    async def get(self, publication: str, language: str) -> None:
        """Answer with the PDF; anything else is not there."""
        archive: Archive = self.settings["archive"]
        try:
            found = archive.named(publication)
        except DataError as error:
            raise HTTPError(404) from error
        path = archive.readable_report(found, language)
        if path is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "application/pdf")
        self.set_header("Content-Disposition", f'attachment; filename="{path.name}"')
        self.finish(await asyncio.get_running_loop().run_in_executor(None, path.read_bytes))


def handlers(rules: list[tuple[Any, ...]], base_path: str) -> list[tuple[Any, ...]]:
    """Return Voilà's routes with ours for the page, and before them that of the reports."""
    report = rf"{re.escape(base_path)}{REPORTS}/([a-z_]+-\d{{4}})-({'|'.join(LANGUAGES)})\.pdf"
    return [
        (report, ReportHandler),
        *(
            (pattern, PageHandler if handler is TornadoVoilaHandler else handler, *rest)
            for pattern, handler, *rest in rules
        ),
    ]
