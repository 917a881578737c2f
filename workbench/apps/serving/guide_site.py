"""Serve the guides of localities to everybody, beside the closed pages: files made at the start, and two forms.

No key, no cookie and no kernel. What is served is made in memory from the localities' own files, so that no path of
the machine can be asked for. Answers to the forms go into the register where there is one, within limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import PurePosixPath
from time import monotonic
from typing import Any

from tornado.ioloop import IOLoop
from tornado.log import access_log
from tornado.web import HTTPError, RequestHandler

from workbench.core.errors import StoreError, WorkbenchError
from workbench.core.geography.places import Locality
from workbench.guide import site
from workbench.sources import localities
from workbench.sources.guide import reading
from workbench.store import database, guide

PATH = r"/guide/(?P<locality>[A-Za-z0-9_-]+)/(?P<name>[A-Za-z0-9._/-]*)"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
FREE = 20
"""Forms that one address may send at once; then one more each minute."""
PER_MINUTE = 1.0
REMEMBERED = 10_000


class Limits:
    """How many forms may come from one address? Kept in memory and forgotten; no address is ever written down."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._sent: dict[str, tuple[float, float]] = {}

    def allow(self, address: str) -> bool:
        """Count a form from an address; say whether it may be kept."""
        now = self._clock()
        level, since = self._sent.get(address, (0.0, now))
        level = max(0.0, level - (now - since) * PER_MINUTE / 60)
        if level + 1 > FREE:
            return False
        self._sent[address] = (level + 1, now)
        if len(self._sent) > REMEMBERED:
            newest = sorted(self._sent.items(), key=lambda item: item[1][1])[REMEMBERED // 2 :]
            self._sent = dict(newest)
        return True


def shown(names: Sequence[str] | None = None) -> dict[str, Locality]:
    """Return the installed localities whose guide is served: those that bring one and have the room turned on."""
    found = {name: localities.load(name) for name in (names or localities.available())}
    return {name: place for name, place in found.items() if reading.has(place) and place.has("guide")}


def routes(hosts: frozenset[str], base_path: str = "/", register: str = "") -> list[Any]:
    """Return the routes of the guides for a server.

    Parameters
    ----------
    hosts
        Names by which browsers reach the server; requests by another are refused.
    base_path
        The path under which a proxy serves the pages.
    register
        The register that answers are kept in; empty means the usual one. Where there is none, no forms are shown.
    """
    store = None
    with suppress(StoreError):
        store = database.opened(register)
    made: dict[str, Mapping[str, str]] = {}
    for name, place in shown().items():
        try:
            made[name] = site.files(place, date.today(), feedback=store is not None)
        except WorkbenchError as error:
            # One guide with a fault must not close the server: its address says that there is nothing.
            access_log.warning("the guide of %s is not served: %s", name, " ".join(error.message().split()))
    options = {"hosts": hosts, "made": made, "store": store, "limits": Limits()}
    return [(base_path.rstrip("/") + PATH, GuideSite, options)]


class GuideSite(RequestHandler):
    """Answers for a page of a guide, and for its two forms."""

    def initialize(self, hosts: frozenset[str], made: Mapping[str, Mapping[str, str]], store: Any, limits: Any) -> None:
        """Take what is served and where answers go."""
        self._hosts, self._made, self._store, self._limits = hosts, made, store, limits

    def set_default_headers(self) -> None:
        """Send the headers that keep a page to its own host."""
        self.clear_header("Server")
        for key, value in HEADERS.items():
            self.set_header(key, value)

    def prepare(self) -> None:
        """Refuse a request by a host name that the server does not know as its own."""
        if re.sub(r":\d+$", "", self.request.host).strip("[]").lower() not in self._hosts:
            raise HTTPError(403)

    def check_xsrf_cookie(self) -> None:
        """Ask for no cookie: a form here acts for nobody, and is refused where it comes from another page."""

    def get(self, locality: str, name: str) -> None:
        """Answer with a file of the guide."""
        files = self._made.get(locality, {})
        wanted = f"{name}index.html" if name == "" or name.endswith("/") else name
        if wanted not in files:
            raise HTTPError(404)
        self.set_header("Content-Type", site.TYPES.get(PurePosixPath(wanted).suffix, "application/json"))
        self.finish(files[wanted])

    head = get

    async def post(self, locality: str, name: str) -> None:
        """Keep an answer to "did this help?" or to the survey, and lead to the page that says what became of it."""
        if self._store is None or locality not in self._made or name not in ("feedback", "survey"):
            raise HTTPError(404)
        if self.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise HTTPError(403)
        told = "thanks"
        if not self._limits.allow(str(self.request.remote_ip)):
            told = "too-many"
        else:
            try:
                given = (self._answer if name == "feedback" else self._survey)(locality)
                await IOLoop.current().run_in_executor(None, guide.keep, self._store, given)
            except (StoreError, ValueError, HTTPError) as error:
                reason = error.what if isinstance(error, StoreError) else "the form was not filled in as it stands"
                access_log.warning("an answer to the guide was refused: %s", reason)
                told = "refused"
        self.redirect(f"{self._language(locality)}/{told}.html", status=303)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say by the status alone that it was refused or is not there."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(f'<!DOCTYPE html><html lang="en"><title>{status_code}</title><h1>{status_code}</h1></html>')

    def _language(self, locality: str) -> str:
        known = [name.partition("/")[0] for name in self._made[locality] if name.endswith("/thanks.html")]
        asked = self.get_body_argument("language", "")
        return asked if asked in known else known[0]

    def _answer(self, locality: str) -> guide.Answer:
        language, page = self._language(locality), self.get_body_argument("page")
        helped = self.get_body_argument("helped")
        if f"{language}/{page}.html" not in self._made[locality] or helped not in ("yes", "no"):
            raise ValueError("no such page or answer")
        comment = self.get_body_argument("comment", "").replace("\r\n", "\n").strip()
        return guide.Answer(locality, language, page, date.today(), helped == "yes", comment)

    def _survey(self, locality: str) -> guide.Survey:
        given = tuple(int(self.get_body_argument(f"q{number}")) for number in range(1, guide.QUESTIONS + 1))
        return guide.Survey(locality, self._language(locality), date.today(), given)
