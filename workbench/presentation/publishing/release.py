"""Was this published, by whom and when? One sentence for every page and report, and what speaks against it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.presentation.languages import day, say

if TYPE_CHECKING:
    from workbench.core.runs.publication import Publication


@dataclass(frozen=True)
class Standing:
    """How a result stands to its readers.

    Attributes
    ----------
    line
        That it was published and when; empty for a draft.
    warning
        That it is a draft, was withdrawn, or was published although its checks failed; empty if nothing of these.
    """

    line: str = ""
    warning: str = ""


def standing(publication: Publication | None, language: str = "en") -> Standing:
    """Return how a result stands; None is one that was never published."""
    if publication is None:
        return Standing("", say("Draft: this was not published. Do not pass its figures on.", language))
    when = datetime.fromisoformat(publication.released).date()
    line = (
        say("demonstration {name}, nobody's decision", language, name=publication.id)
        if publication.demonstration
        else say("published on {day} as {name}", language, day=day(when, language), name=publication.id)
    )
    if (taken := publication.withdrawal) is not None:
        told = say("Withdrawn on {day}: {reason}", language, reason=taken.reason, day=_day(taken.at, language))
        return Standing(line, told)
    if publication.reason:
        told = say("Published although its checks failed. Reason given: {reason}", language, reason=publication.reason)
        return Standing(line, told)
    return Standing(line)


def watermark(publication: Publication | None, language: str = "en") -> str:
    """Return the word that lies across each page of a report; empty where none is needed."""
    if publication is None:
        return ""
    if publication.withdrawal is not None:
        return say("WITHDRAWN", language)
    return say("CHECKS FAILED", language) if publication.reason else ""


def draft(language: str = "en") -> str:
    """Return what stands on each page of a report that was not published."""
    return say("draft, not published", language)


def feet(language: str = "en") -> re.Pattern[str]:
    """Return a pattern of what stands at the foot of a report's pages, published or not: no rerun is published."""
    told = (
        say("demonstration {name}, nobody's decision", language, name="NAME"),
        say("published on {day} as {name}", language, day="DAY", name="NAME"),
        draft(language),
    )
    free = {"NAME": r"[\w-]+", "DAY": r"[\w. ]+?"}
    return re.compile("|".join(re.sub("NAME|DAY", lambda m: free[m[0]], re.escape(each)) for each in told))


def _day(moment: str, language: str) -> str:
    return day(datetime.fromisoformat(moment).date(), language)
