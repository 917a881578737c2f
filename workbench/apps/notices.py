"""What does a page say when it cannot show what it should? Designed states instead of left-over ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from traitlets.log import get_logger

from workbench.core.errors import WorkbenchError
from workbench.presentation import markup as m
from workbench.presentation.languages import say


def tag(name: str, text: str, kind: str = "") -> str:
    """Return a text as one element."""
    return f"<{name}{f' class={kind}' if kind else ''}>{m.html(text)}</{name}>\n"


def subtitle(*parts: str) -> str:
    """Return short facts in one line; a part breaks over lines only where it is longer than the line."""
    inner = " · ".join(f"<span>{m.html(part)}</span>" for part in parts if part)
    return f'<p class="mw-subtitle">{inner}</p>\n'


def notice(*sentences: str) -> str:
    """Return sentences that stand out."""
    inner = "".join(tag("p", text) for text in sentences)
    return f'<div class="mw-notice" role="note">{inner}</div>\n'


def failed(lead: str, language: str) -> str:
    """Return what is said of a fault that the people who run the server can mend; its reason belongs to their log."""
    return notice(lead, say("Tell the people who run this page: the log of the server says what to do.", language))


def log(error: WorkbenchError) -> None:
    """Tell the people who run the server, in one line of its log, what is wrong, where and what to do."""
    get_logger().warning(" ".join(error.message().split()))


def broken(language: str) -> str:
    """Return what is said when the page itself failed."""
    return failed(say("Something went wrong on this page; nothing was lost. Load it again.", language), language)


def blocked(sentences: tuple[str, ...]) -> str:
    """Return why one cannot go on."""
    return "".join(tag("p", text, "mw-blocker") for text in sentences)


@contextmanager
def guarded(
    page: str, failed: Callable[[str], str], broken: Callable[[str], str], keep: Callable[[Callable[[str], str]], None]
) -> Iterator[None]:
    """Turn a fault of a page into what the page says; of a bug only the server's log tells more.

    Parameters
    ----------
    page
        The page, for the log.
    failed, broken
        What the page says, by language, of a fault that can be mended, and of a bug.
    keep
        Takes the one of the two that is to be shown.
    """
    try:
        yield
    except WorkbenchError as error:
        log(error)
        keep(failed)
    except Exception:
        get_logger().exception("%s failed", page)
        keep(broken)
