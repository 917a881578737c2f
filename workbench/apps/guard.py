"""Who may ask the server of the pages: only known host names, and only with the key, on every route."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError, RequestHandler
from voila.static_file_handler import TemplateStaticFileHandler

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


ASSET = re.compile(r"\w+/static(/(?!\.\.?(/|$))[^/\\]+)+")


class Guarded(JupyterHandler):
    """Mixed into every handler: looks at the host name and the key before anything else happens."""

    def check_host(self) -> bool:
        """Return whether the request came by a name that the server was told."""
        host = re.sub(r":\d+$", "", self.request.host).strip("[]").lower()
        return host in self.settings["hosts"]

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse the request, or let the handler prepare itself."""
        if not self.check_host():
            raise HTTPError(403)
        user = await ensure_async(self.identity_provider.get_user(self))
        if user is None:
            raise HTTPError(403)
        self.current_user = self._jupyter_current_user = user
        if isinstance(self, TemplateStaticFileHandler) and not ASSET.fullmatch(self.path_args[0]):
            raise HTTPError(404)  # Voilà itself stumbles over other paths
        await super().prepare()

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say in one sentence that it was refused, is not there or failed; never how."""
        known = self.settings["refusals"]
        text = m.html(known.get(status_code, known[500]))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            f'<!DOCTYPE html><html lang="{self.settings["language"]}"><head><meta charset="utf-8">'
            f"<title>{status_code}</title></head><body><main><h1>{status_code}</h1><p>{text}</p></main></body></html>"
        )

    def set_default_headers(self) -> None:
        """Send the headers that keep a page to its own host."""
        for key, value in HEADERS.items():
            self.set_header(key, value)


def guarded(rules: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rules with every handler behind the guard."""
    return [(pattern, _behind(handler), *rest) for pattern, handler, *rest in rules]


def _behind(handler: type[RequestHandler]) -> type[RequestHandler]:
    space: Mapping[str, Any] = {"__module__": __name__, "__doc__": handler.__doc__}
    return type(f"Guarded{handler.__name__}", (Guarded, handler), dict(space))
