"""What a page says without its kernel: while it loads, when it sleeps, and when its kernel is gone."""

from __future__ import annotations

from workbench.presentation.languages import LANGUAGES, marked, say


def words(title: str, idle_minutes: int) -> dict[str, dict[str, str]]:
    """Return, by language, the words of the page frame; ``title`` is a page's name in English."""
    return {language: _words(title, idle_minutes, language) for language in LANGUAGES}


def _words(title: str, idle_minutes: int, language: str) -> dict[str, str]:
    return {
        "title": say(title, language),
        "skip": say("Skip to the content", language),
        "loading": say("Opening the newest forecast …", language),
        "gone": say(
            "This page has lost the connection to its program, so nothing on it changes any more. "
            "Your choices are kept.",
            language,
        ),
        "sleep": say("Without use, this page ends in less than two minutes. Your choices are kept.", language),
        "again": say("Load again", language),
        "awake": say("Stay", language),
        "refused": say(
            "This page opens only with its key: use the whole address that `workbench app` printed.",
            language,
        ),
        "foot": say("The program proposes, people decide.", language),
        "idle": say(
            "A page that is not used for {minutes} minutes ends by itself.",
            language,
            minutes=idle_minutes,
        ),
        "noscript": say("This page needs JavaScript, from this server alone.", language),
    }


def title_of(page: str) -> str:
    """Return a page's name in English, as the catalogues know it."""
    return {"outlook": marked("Outlook")}[page]
