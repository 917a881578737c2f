"""What does the server's log say of a request? One line, without its query, and never the key."""

from __future__ import annotations

import logging
import re

from tornado.log import access_log, app_log, gen_log
from tornado.web import RequestHandler

_GIVEN = re.compile(r"(?i)(token(?:=|%3d|\s+))[^\s&\"'<>]+")
_SILENT = ("is not trusted", "websocket_ping_timeout")
"""Said at every visit, and without meaning here."""


def request(handler: RequestHandler) -> None:
    """Log one answered request: nothing if it went well, its path without the query if not."""
    status = handler.get_status()
    if status >= 400:
        level = logging.ERROR if status >= 500 else logging.WARNING
        access_log.log(level, "%d %s", status, summary(handler))


def summary(handler: RequestHandler) -> str:
    """Return method, path and address of a request; what follows the path may hold a key."""
    asked = handler.request
    return f"{asked.method} {asked.path[:200]!a} ({asked.remote_ip})"


class Discreet(logging.Filter):
    """Takes the key out of whatever is logged, and leaves out what means nothing.

    Parameters
    ----------
    key
        The key to every route.
    """

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record so that it holds no key; return whether it is worth saying."""
        said = record.getMessage()
        if any(words in said for words in _SILENT):
            return False
        clean = _GIVEN.sub(r"\1[key]", said.replace(self._key, "[key]"))
        if clean != said:
            record.msg, record.args = clean, ()
        return True


def keep_discreet(log: logging.Logger, key: str) -> None:
    """Keep the key out of the server's logs."""
    for each in (log, access_log, app_log, gen_log):
        each.addFilter(Discreet(key))
