"""What a page and its kernel tell each other, beside the widgets that a reader sees.

The kernel tells the page its language, a status sentence and the address of the present choice, in one hidden element;
the page presses one hidden button when its widgets are up, and again to stay awake. No further script is needed.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable

import ipywidgets
from IPython.core.getipython import get_ipython
from traitlets.log import get_logger

from workbench.presentation import markup as m


class Bridge:
    """The hidden line between page and kernel."""

    def __init__(self, when_ready: Callable[[], None]) -> None:
        self._when_ready = when_ready
        self._told = ipywidgets.HTML()
        self._button = ipywidgets.Button(description="ready", tabbable=False)
        self._button.on_click(lambda _: self._when_ready())
        self.box = ipywidgets.Box([self._told, self._button])
        self.box.add_class("mw-bridge")

    def tell(self, *, language: str, status: str, query: str) -> None:
        """Tell the page its language, what to say to readers who listen, and the query of its address."""
        told = json.dumps({"language": language, "status": status, "query": query}, ensure_ascii=False)
        self._told.value = f'<div hidden data-mw-told="{m.html(told)}"></div>'


def keep_quiet() -> None:
    """Let a kernel say in one line of the log what it could not take from a browser; never a traceback, never to it."""
    shell = get_ipython()
    if shell is not None:
        shell.showtraceback = _say_in_a_line  # type: ignore[method-assign]
    for name in ("comm", "ipykernel.comm", "Comm"):
        logging.getLogger(name).addFilter(_shorten)


def _say_in_a_line(*_: object, **__: object) -> None:
    error = sys.exc_info()[1]
    get_logger().warning("a message to a widget was refused: %s", " ".join(f"{type(error).__name__}: {error}".split()))


def _shorten(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1] is not None:
        record.msg, record.args = f"{record.getMessage()}: {type(record.exc_info[1]).__name__}", ()
        record.exc_info = record.exc_text = None
    return True
