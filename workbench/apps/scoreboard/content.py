"""What stands on the scoreboard page, as HTML made from findings and tables; knows no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.apps import links, notices
from workbench.presentation import downloads
from workbench.presentation import markup as m
from workbench.presentation.languages import say
from workbench.presentation.publishing import scoreboard as shown

if TYPE_CHECKING:
    from workbench.studies.publishing.scores import Scoreboard


def head(board: Scoreboard, language: str) -> str:
    """Return the title, how many issues it is about, and what is said first."""
    front = shown.front(board, language)
    title = notices.tag("h1", front.title)
    about = f'<p class="mw-subtitle">{m.html(front.subtitle)} · {m.html(front.vintage)}</p>\n'
    return title + about + shown.headline(board, language).html() + shown.not_concluded(board, language).html()


def tables(board: Scoreboard, language: str) -> str:
    """Return the scores of each forecaster and of each issue, with their downloads."""
    told = [shown.by_forecaster(board, language), shown.by_issue(board, language)]
    files = [(downloads.csv(table), f"{table.caption} (CSV)") for table in told]
    return "".join(table.html() for table in told) + links.downloads(files, language, heading="h2")


def foot(locality: str, language: str) -> str:
    """Return what is counted, and the code behind the page."""
    method = say(shown.COUNTED, language).replace("**", "")
    lines = "\n".join(
        [
            "from workbench.presentation.publishing import scoreboard as shown",
            "from workbench.studies.publishing import scores",
            "",
            f"board = scores.study(locality={locality!r})",
            f"print(shown.headline(board, language={language!r}).sentence)",
            f"print(shown.by_forecaster(board, language={language!r}).plain())",
            "",
        ]
    )
    return (
        f"<details data-mw-print><summary>{m.html(say('How we know', language))}</summary>{notices.tag('p', method)}"
        f"</details>\n<details><summary>{m.html(say('Show the code for this', language))}</summary>"
        f'<pre tabindex="0"><code>{m.html(lines)}</code></pre></details>\n'
    )


def missing(language: str) -> str:
    """Return the page when nothing was published yet."""
    return notices.tag("h1", say("Scoreboard", language)) + notices.notice(
        say("No forecast has been published yet, so none is scored.", language)
    )


def failed(language: str) -> str:
    """Return the page when the archive cannot be read."""
    title = notices.tag("h1", say("Scoreboard", language))
    return title + notices.failed(say("The published forecasts cannot be shown.", language), language)
