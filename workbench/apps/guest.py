"""The page of a panel that another package brings: its title, why one cannot go on, its own view, who brought it."""

from __future__ import annotations

import os
from urllib.parse import urlencode

import ipywidgets
from traitlets.log import get_logger

from workbench.apps import notices, pages
from workbench.apps.serving.bridge import Bridge, keep_quiet
from workbench.core import plugins
from workbench.core.errors import AppError, WorkbenchError
from workbench.core.plugins import Plugin
from workbench.presentation.languages import say


def page() -> ipywidgets.Box:
    """Return the page of the panel that the server named to this kernel; the server has checked it."""
    keep_quiet()
    return opened(os.environ.get(pages.PANEL, ""), pages.language())


def opened(name: str, language: str) -> ipywidgets.Box:
    """Return the page of a panel; a fault in it is said in its place, of a bug only the log tells more."""
    blockers: tuple[str, ...] = ()
    title = notices.tag("h1", name)
    try:
        plugin = plugins.unchecked(plugins.PANELS, name)
        if plugin is None:
            raise AppError(f"no page '{name}' any more", do="start the server again")
        shown, blockers = _shown(plugin, language)
    except WorkbenchError as error:
        notices.log(error)
        shown = [ipywidgets.HTML(title + notices.failed(say("This page cannot be shown.", language), language))]
    except Exception:
        get_logger().exception("the panel '%s' failed", name)
        shown = [ipywidgets.HTML(title + notices.broken(language))]
    said = ipywidgets.Box(shown)
    said.add_class("mw-page")
    bridge = Bridge(lambda: None)
    bridge.tell(
        language=language, status=" ".join(blockers), query=urlencode({**pages.asked(), "language": language}, safe=",")
    )
    box = ipywidgets.Box([said, bridge.box])
    box.add_class("mw-app")
    box.add_class("mw-guest")
    return box


def _shown(plugin: Plugin, language: str) -> tuple[list[ipywidgets.Widget], tuple[str, ...]]:
    panel = plugin.value()
    state = panel.state()
    blockers = tuple(state.blockers)
    package = f"{plugin.distribution} {plugin.version}"
    whose = say("This page is brought by the package {package}.", language, package=package)
    head, foot = notices.tag("h1", panel.title) + notices.blocked(blockers), notices.tag("p", whose, "mw-source")
    return [ipywidgets.HTML(head), panel.view(state), ipywidgets.HTML(foot)], blockers
