"""What a page says without its kernel: while it loads, when it sleeps, and when its kernel is gone."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.core.plugins import Plugin
from workbench.presentation.languages import LANGUAGES, say


def words(titles: Mapping[str, str], idle_minutes: int) -> dict[str, dict[str, str]]:
    """Return, by language, the words of the page frame; ``titles`` are the page's names by language."""
    return {language: _words(titles[language], idle_minutes, language) for language in LANGUAGES}


def titles(plugin: Plugin) -> dict[str, str]:
    """Return a page's names by language; a guest's has one name in all of them."""
    title = str(plugin.value().title)
    return {language: say(title, language) if plugin.own else title for language in LANGUAGES}


def _words(title: str, idle_minutes: int, language: str) -> dict[str, str]:
    return {
        "title": title,
        "skip": say("Skip to the content", language),
        "loading": say("Opening the page …", language),
        "gone": say(
            "This page has lost the connection to its program, so nothing on it changes any more. "
            "Your choices are kept.",
            language,
        ),
        "sleep": say("Without use, this page ends in less than two minutes. Your choices are kept.", language),
        "signout": say("Sign out", language),
        "again": say("Load again", language),
        "choices": say("The choices open in a moment. Everything here can be read already.", language),
        "busy": say(
            "All places for readers who make choices are taken just now. The page is complete and can be read, "
            "printed and downloaded from.",
            language,
        ),
        "try": say("Try again", language),
        "awake": say("Stay", language),
        "large": say(
            "This file is too large to be brought through the page; nothing was read. Ask the people who run this page "
            "to put it on the server.",
            language,
        ),
        "understood": say("Understood", language),
        "foot": say("The program proposes, people decide.", language),
        "idle": say(
            "A page that is not used for {minutes} minutes ends by itself.",
            language,
            minutes=idle_minutes,
        ),
        "noscript": say("This page needs JavaScript, from this server alone.", language),
    }


def refusals(language: str, title: str, path: str) -> dict[int | str, str]:
    """Return what a visitor reads in place of a page, by status; nothing of it is for the people who run the server.

    ``title`` and ``path`` are those of the page that is served.
    """
    here = say(
        "There is nothing at this address. One page is served here: {title}, at {path}.",
        language,
        title=title,
        path=path,
    )
    key = say("This page opens only with its key: use the whole address that you were given.", language)
    return {
        403: key,
        "address": say(
            "This page is not known by the address that you used: take exactly the one that you were given.", language
        ),
        404: here,
        405: here,
        429: say("Too many wrong keys came from your network. Wait ten seconds, then load the page again.", language),
        503: say("All places for readers who make choices are taken just now. Try again in a minute.", language),
        500: say("Something went wrong here. Load the page again in a minute.", language),
    }
