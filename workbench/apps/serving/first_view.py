"""What does a page show before its widgets are there? Made ahead in a process of its own, and served without a kernel.

A panel whose opening is the same for all its readers says so by ``published = True``; its first view is then taken from
its own widgets: what they say stands, what can be chosen comes later.
``python -m workbench.apps.serving.first_view NAME``
prints it as JSON by language.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.core import plugins
from workbench.presentation import markup as m
from workbench.presentation.languages import LANGUAGES, say

if TYPE_CHECKING:
    from ipywidgets import Widget

HIDDEN, CHOICES = "mw-bridge", "mw-controls"
"""Boxes of a page that say nothing to a reader, and that hold what can be chosen."""
SECONDS = 120


def made_ahead(name: str) -> bool:
    """Return whether a panel says that its opening is the same for all its readers."""
    return bool(getattr(pages.find(name).value, "published", False))


def rendered(name: str, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the first view of a page in each language; the work is done in another process.

    Raises
    ------
    OSError, ValueError, subprocess.SubprocessError
        If the page could not be made; it is then served the slower way.
    """
    done = subprocess.run(
        [sys.executable, "-m", "workbench.apps.serving.first_view", name],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def state_of(runs: Path, published: Path) -> str:
    """Return a mark that changes when a run is saved, or something is published or withdrawn."""
    folders = [folder for root in {runs, published} for folder in _folders(root)]
    return str(hash(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in folders if path.exists()))))


def _folders(root: Path) -> Iterable[Path]:
    return [*root.glob("*/*"), *root.glob("*/*/withdrawal.json")]


def page(name: str, language: str) -> str:
    """Return the first view of one page in one language."""
    os.environ[pages.QUERY], os.environ[pages.LANGUAGE] = f"language={language}", language
    plugin = plugins.unchecked(plugins.PANELS, name)
    if plugin is None:
        raise ValueError(f"no page '{name}'")
    panel = plugin.value()
    widget = panel.view(panel.state())
    for button in _ready(widget):
        button.click()  # as the browser does when the widgets are up: charts are drawn
    return _html(widget, language)


def _ready(widget: Widget) -> list[Any]:
    children = getattr(widget, "children", ())
    if HIDDEN in _classes(widget):
        return [child for child in children if hasattr(child, "click")]
    return [button for child in children for button in _ready(child)]


def _classes(widget: Widget) -> tuple[str, ...]:
    return tuple(getattr(widget, "_dom_classes", ()))


def _html(widget: Widget, language: str) -> str:
    """Return what a widget says; what can be chosen is left out, and a place is kept for it."""
    classes = _classes(widget)
    if HIDDEN in classes:
        return ""
    if CHOICES in classes:
        return f'<div class="mw-controls">{_choices(language)}</div>'
    kind = f' class="{m.html(" ".join(classes))}"' if classes else ""
    if hasattr(widget, "children"):
        return f"<div{kind}>{''.join(_html(child, language) for child in widget.children)}</div>"
    if type(widget).__name__ == "HTML":
        return f"<div{kind}>{widget.value}</div>"
    return ""


def _choices(language: str) -> str:
    """Return the languages as links, and a place where the page says how its widgets stand."""
    links = "".join(
        f'<li><a href="?language={code}" lang="{code}"{" aria-current=true" if code == language else ""}>{own}</a></li>'
        for code, own in LANGUAGES.items()
    )
    named = m.html(say("Language", language))
    return (
        f'<div class="mw-card"><ul class="mw-languages" aria-label="{named}">{links}</ul></div><div id="mw-live"></div>'
    )


@cache
def _frame() -> Any:
    from jinja2 import Environment, FileSystemLoader

    folder = Path(__file__).parent.parent / "template" / "voila" / "templates" / "workbench"
    return Environment(loader=FileSystemLoader(folder), autoescape=True).get_template("first.html.j2")


def framed(shown: str, ours: Mapping[str, Any], language: str, base: str) -> str:
    """Return a first view as a whole page."""
    said = ours["words"][language]
    return str(_frame().render(shown=shown, ours=ours, said=said, language=language, base=base))


if __name__ == "__main__":
    print(json.dumps({language: page(sys.argv[1], language) for language in LANGUAGES}))
