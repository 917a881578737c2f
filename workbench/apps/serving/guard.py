"""Who may ask the server of the pages: only by known host names, and only with the key, on every route."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import JupyterHandler
from tornado.log import access_log, app_log
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketHandler
from voila.static_file_handler import TemplateStaticFileHandler

from workbench.apps.serving import log, messages
from workbench.apps.serving.attempts import LONGEST
from workbench.core.errors import AppError
from workbench.presentation import markup as m

HEADERS = {
    # Nothing may come from, or go to, another host; JupyterLab compiles its schemas, hence unsafe-eval.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


POLICY = 1008
"""The code by which a socket is closed because of what it was sent."""
ASSET = re.compile(r"\w+/static(/(?!\.\.?(/|$))[^/\\]+)+")


class Guarded(JupyterHandler):
    """Mixed into every handler: looks at the host name and the key before anything else happens."""

    refusal: int | str | None = None
    """Why the request is refused, where its status does not say it."""

    def check_host(self) -> bool:
        """Return whether the request came by a name that the server knows as its own."""
        host = re.sub(r":\d+$", "", self.request.host).strip("[]").lower()
        return host in self.settings["hosts"]

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse the request, or let the handler prepare itself."""
        self._believe_proxy()
        if not self.check_host():
            self.refusal = "address"
            raise HTTPError(403)
        await self._slow_down()
        user = await ensure_async(self.identity_provider.get_user(self))
        if user is None:
            if "sign_in" in self.settings and self.request.method == "GET" and self.request.path == self.base_url:
                self.redirect(self.settings["sign_in"])
                return
            raise HTTPError(403)
        if self.identity_provider.get_token(self) == self.identity_provider.token:
            self.settings["attempts"].right(self.request.remote_ip)
        self.current_user = self._jupyter_current_user = user
        if isinstance(self, TemplateStaticFileHandler) and not ASSET.fullmatch(self.path_args[0]):
            raise HTTPError(404)  # Voilà itself stumbles over other paths
        await super().prepare()

    def _believe_proxy(self) -> None:
        """Take the visitor's address and protocol from a proxy on this machine; nobody else's word is taken."""
        if not _is_local(self.request.remote_ip):
            return
        given = self.request.headers.get("X-Real-IP", "")
        with suppress(ValueError):
            self.request.remote_ip = str(ipaddress.ip_address(given))
        if self.request.headers.get("X-Forwarded-Proto") == "https":
            self.request.protocol = "https"

    async def _slow_down(self) -> None:
        """Let a request that brings a key wait for its turn, or refuse it; one with a cookie never waits."""
        if not self.identity_provider.get_token(self):
            return
        delay = self.settings["attempts"].wait(self.request.remote_ip)
        if delay is None:
            self.set_header("Retry-After", str(round(LONGEST)))
            raise HTTPError(429)
        if delay:
            await asyncio.sleep(delay)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say in one sentence that it was refused, is not there or failed; never how."""
        asked = self.get_query_argument("language", "")
        language = asked if asked in self.settings["refusals"] else self.settings["language"]
        known = self.settings["refusals"][language]
        text = m.html(known.get(self.refusal or status_code, known[500]))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
            f"<title>{status_code}</title></head><body><main><h1>{status_code}</h1><p>{text}</p></main></body></html>"
        )

    def log_exception(
        self, typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Log a bug with its traceback, without the request's query; a refusal is logged as a request."""
        if not isinstance(value, HTTPError) and typ is not None and value is not None:
            app_log.error("failed: %s", log.summary(self), exc_info=(typ, value, tb))

    def set_default_headers(self) -> None:
        """Send the headers that keep a page to its own host."""
        for key, value in HEADERS.items():
            self.set_header(key, value)


class GuardedSocket(Guarded):
    """Mixed into handlers of sockets: looks at every message before a kernel does."""

    def on_message(self, message: str | bytes) -> None:
        """Pass a message on if it is one that a page sends; else log why not in one line, and close the socket."""
        if self.ws_connection is None:  # type: ignore[attr-defined]
            return  # it is closed, and what was sent after the refused message means nothing
        try:
            messages.check(message, self.selected_subprotocol)  # type: ignore[attr-defined]
        except AppError as error:
            access_log.warning("refused: %s (%s)", error.what, self.request.remote_ip)
            self.close(POLICY, error.what)  # type: ignore[attr-defined]
        else:
            super().on_message(message)  # type: ignore[misc]


class Nothing(Guarded):
    """Answers for every path that is no page: not there."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse the request without the key; with it, there is nothing here."""
        await super().prepare()
        raise HTTPError(404)


def _is_local(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def guarded(rules: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rules with every handler behind the guard."""
    return [(pattern, _behind(handler), *rest) for pattern, handler, *rest in rules]


def _behind(handler: type[RequestHandler]) -> type[RequestHandler]:
    space: Mapping[str, Any] = {"__module__": __name__, "__doc__": handler.__doc__}
    guard = GuardedSocket if issubclass(handler, WebSocketHandler) else Guarded
    return type(f"Guarded{handler.__name__}", (guard, handler), dict(space))
