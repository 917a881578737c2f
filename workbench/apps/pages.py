"""Which pages are installed, ours and guests', and what did the address of a page ask for? Loads no widgets."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs

from workbench.core import plugins
from workbench.core.errors import AppError, nearest
from workbench.core.parts import Panel, PanelState, lacks, refuse
from workbench.core.plugins import Plugin
from workbench.core.storage import shipped
from workbench.presentation.languages import LANGUAGES

QUERY, LANGUAGE, PANEL = "QUERY_STRING", "WORKBENCH_LANGUAGE", "WORKBENCH_PANEL"
"""By these names the server tells a page's kernel its address, its language and the panel to show."""
DRAFTS = "WORKBENCH_DRAFTS"
"""This name asks a page to show the newest saved result, published or not; it says that it is a draft."""


def available() -> Mapping[str, Plugin]:
    """Return the installed panels by name; each is served as a page."""
    return plugins.load(plugins.PANELS, lambda _, maker: check_panel(maker()))


def find(name: str) -> Plugin:
    """Return one panel; an unknown one is refused with the nearest name, one left out with the reason."""
    known = available()
    if name not in known:
        plugins.refuse_skipped(plugins.PANELS, name)
        raise AppError(f"no page '{name}'", do=nearest(name, list(known)))
    return known[name]


def notebook(plugin: Plugin) -> Path:
    """Return the two-cell notebook that shows a panel: each of ours has its own, guests share one."""
    return shipped.path("notebooks") / "apps" / f"{plugin.name if plugin.own else 'panel'}.ipynb"


def asked() -> dict[str, str]:
    """Return what the address of this page asks for, by name; the key and the server's own word are not among it."""
    given = parse_qs(os.environ.get(QUERY, ""), keep_blank_values=True)
    return {name: values[-1] for name, values in given.items() if name not in ("token", "live")}


def language() -> str:
    """Return the language this page is asked for in: the address's, else the server's."""
    usual = os.environ.get(LANGUAGE, "en")
    wanted = asked().get("language", usual)
    return wanted if wanted in LANGUAGES else usual


def drafts() -> bool:
    """Return whether drafts are shown: results that were saved and not published."""
    return os.environ.get(DRAFTS, "") not in ("", "0")


def check_panel(panel: Panel) -> None:
    """Raise one error with every fault of a panel: its state is plain values, its blockers are sentences."""
    faults = lacks(panel, Panel)
    if not faults:
        state = panel.state()
        faults = [f"of its state: {fault}" for fault in lacks(state, PanelState)]
    if not faults:
        faults = _state_faults(state)
    if not faults and panel.view(state) is None:
        faults = ["its view shows nothing"]
    refuse(f"the panel {type(panel).__name__}", faults)


def _state_faults(state: PanelState) -> list[str]:
    faults = [
        f"its blocker '{said}' is no sentence" for said in state.blockers if not said.strip().endswith((".", "!"))
    ]
    try:
        json.dumps(dict(state.to_dict()), allow_nan=False)
    except (TypeError, ValueError) as error:
        faults.append(f"its state is not plain values: {error}")
    return faults
