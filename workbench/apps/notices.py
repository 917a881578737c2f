"""What does a page say when it cannot show what it should? Designed states instead of left-over ones."""

from __future__ import annotations

from workbench.core.errors import WorkbenchError
from workbench.presentation import markup as m
from workbench.presentation.languages import say
from workbench.presentation.wording import sentence


def tag(name: str, text: str, kind: str = "") -> str:
    """Return a text as one element."""
    return f"<{name}{f' class={kind}' if kind else ''}>{m.html(text)}</{name}>\n"


def code(text: str) -> str:
    """Return a command or a place as code."""
    return f"<code>{m.html(text)}</code>"


def notice(*sentences: str, command: str = "") -> str:
    """Return sentences that stand out, with the command that helps."""
    inner = "".join(tag("p", text) for text in sentences)
    inner += f'<pre tabindex="0">{code(command)}</pre>' if command else ""
    return f'<div class="mw-notice" role="note">{inner}</div>\n'


def failed(lead: str, error: WorkbenchError) -> str:
    """Return what is said of a fault that somebody can mend: what is wrong, where, why and what to do."""
    told = "".join(tag("p", sentence(text)) for text in (error.what, error.why, error.do) if text)
    where = f'<pre tabindex="0">{code(error.where)}</pre>' if error.where else ""
    return f'<div class="mw-notice" role="note">{tag("p", lead)}<div lang="en">{told}{where}</div></div>\n'


def broken(language: str) -> str:
    """Return what is said when the page itself failed."""
    return notice(
        say("Something went wrong on this page; nothing was lost.", language),
        say(
            "Load it again. If that does not help, tell those who run the workbench: the reason is in its log.",
            language,
        ),
    )


def blocked(sentences: tuple[str, ...]) -> str:
    """Return why one cannot go on."""
    return "".join(tag("p", text, "mw-blocker") for text in sentences)
