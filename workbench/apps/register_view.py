"""What the pages of the register share: a frame with a language, a message, and steps that end in a sentence."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import ipywidgets
from traitlets.log import get_logger

from workbench.apps import notices, pages
from workbench.apps.boxes import boxed
from workbench.apps.identity import Desk, desk
from workbench.apps.serving.bridge import Bridge
from workbench.core.errors import WorkbenchError
from workbench.presentation import markup as m
from workbench.presentation.languages import LANGUAGES, say
from workbench.sources import localities
from workbench.store.accounts import Account
from workbench.store.rounds import facts

LOCALITY = "WORKBENCH_LOCALITY"
"""Names the locality whose form, fields and places hold; the shipped one for Norway without it."""


class RegisterView(ABC):
    """The page of one signed-in person.

    A page gives ``roles`` and fills :meth:`build` and :meth:`refresh`. What somebody may do is looked up at every step.

    Parameters
    ----------
    before
        The register and the one who sits before it; '' for what the server says.
    language
        Language at first.
    """

    roles: tuple[str, ...] = ()
    languages: dict[str, str] = LANGUAGES

    def __init__(self, before: Desk | None = None, language: str = "") -> None:
        self.lang = language or pages.language()
        self.language = ipywidgets.Dropdown(options=[(own, code) for code, own in self.languages.items()])
        self.head, self.notice, self.foot = (ipywidgets.HTML() for _ in range(3))
        self.notice.add_class("mw-said")
        self.bridge = Bridge(lambda: None)
        self.side, self.main = boxed("mw-controls"), boxed("mw-page")
        self.box = boxed("mw-app", self.side, self.main, self.bridge.box)
        self.box.add_class("mw-register")
        self._status = ""
        try:
            self.desk = before or desk()
            self.account: Account = self.desk.account(*self.roles)
            self.locality = localities.load(os.environ.get(LOCALITY, "norway"))
        except WorkbenchError as error:
            notices.log(error)
            self.head.value = notices.notice(f"{_sentence(error.what)} {_sentence(error.do)}")
            self.main.children = (self.head,)
            self.tell()
            return
        self.language.value = self.lang if self.lang in self.languages else "en"
        self.language.observe(self._speak, "value")
        self.build()
        self.update()

    @property
    def frame(self) -> str:
        """Language of the page around a form: the form's own, or English where the pages have none."""
        return self.lang if self.lang in LANGUAGES else "en"

    @abstractmethod
    def build(self) -> None:
        """Make the page's own widgets."""

    @abstractmethod
    def refresh(self) -> None:
        """Show what stands in the register now, in the page's language."""

    def controls(self, first: tuple[ipywidgets.Widget, ...], *cards: ipywidgets.Box) -> None:
        """Put entries beside the page; on a phone the cards open by a button, so that the page comes first."""
        self.choices = ipywidgets.Button()
        for each in (self.choices, *cards):
            each.add_class("mw-toggle" if each is self.choices else "mw-choices")
        self.side.children = (boxed("mw-card", *first, self.choices), *cards)

    def update(self) -> None:
        """Show the page again, or say why not."""
        with self.guarded():
            self.language.description = say("Language", self.frame)
            self.account = self.desk.account(*self.roles)
            self.refresh()
            self._mark()
        self.tell()

    def _mark(self) -> None:
        """Say on every page that the households are made up, where they are."""
        with self.desk.store.reading() as connection:
            made_up = facts.synthetic(connection)
        if made_up:
            told = say("The households are synthetic: they describe no real persons.", self.frame)
            self.head.value += notices.tag("p", told, "mw-caveat")

    def act(self, step: Callable[[], str]) -> None:
        """Take a step and say what came of it; a step that is refused changes nothing and says why."""
        with self.guarded():
            self.account = self.desk.account(*self.roles)
            self.say(step())
        self.update()

    def say(self, sentence: str) -> None:
        """Say what was done."""
        self._status = sentence
        self.notice.value = notices.notice(sentence) if sentence else ""

    def refuse(self, error: WorkbenchError) -> None:
        """Say what was not done, and why."""
        parts = [_sentence(part) for part in (error.what, error.why, error.do) if part]
        self._status = say("Not done: {reason}", self.frame, reason=" ".join(parts))
        self.notice.value = f'<div class="mw-notice mw-refused" role="note"><p>{m.html(self._status)}</p></div>'

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn a fault into a sentence on the page; a name or a text never reaches the log."""
        try:
            yield
        except WorkbenchError as error:
            self.refuse(error)
        except Exception as error:
            get_logger().error("the page failed: %s", type(error).__name__)
            self.notice.value = notices.broken(self.frame)

    def tell(self) -> None:
        """Tell the frame of the page its language and what was said."""
        self.bridge.tell(language=self.frame, status=self._status, query=urlencode({"language": self.lang}))

    def _speak(self, change: Any) -> None:
        self.lang = change.new
        self.notice.value = self._status = ""
        self.update()


def button(label: str, step: Callable[[], Any], style: str = "") -> ipywidgets.Button:
    """Return a button with its words on it."""
    made = ipywidgets.Button(description=label)
    made.on_click(lambda _: step())
    if style:
        made.add_class(style)
    return made


def table(heads: list[str], rows: list[list[str]], caption: str) -> str:
    """Return a plain table; its caption says what it holds."""
    head = "".join(f'<th scope="col">{m.html(each)}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{m.html(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="mw-scroll"><table><caption>{m.html(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".") if text else ""
