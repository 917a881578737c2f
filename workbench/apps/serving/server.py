"""Serve the pages with Voilà, closed by default: a key for every route, no file of the machine, no kernel left over."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import secrets
import shutil
import socket
import tempfile
import webbrowser
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tornado.ioloop
from jupyter_core.utils import run_sync
from nbformat import NotebookNode
from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback
from tornado.netutil import bind_sockets
from tornado.web import HTTPError, RequestHandler
from traitlets.config import Config
from voila.app import Voila
from voila.voila_identity_provider import VoilaIdentityProvider

from workbench.apps import pages
from workbench.apps.serving import first_view, guide_site, key, log, messages, signin
from workbench.apps.serving.attempts import Attempts
from workbench.apps.serving.first_handler import FirstViews, handlers
from workbench.apps.serving.guard import Nothing, guarded
from workbench.apps.serving.words import refusals, titles, words
from workbench.core.errors import AppError
from workbench.core.runs.archive import archive_of, default_archive
from workbench.core.runs.provenance import default_runs
from workbench.presentation.drawing.fonts import css_faces
from workbench.presentation.drawing.theme import css
from workbench.presentation.languages import LANGUAGES, check
from workbench.store import database

TEMPLATE = Path(__file__).parent.parent / "template"
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]
SOCKET_ROOM = 42
"""A socket's path has at most 107 characters; so many are left for the folder that holds Voilà's own."""
FORSAKEN_SECONDS = 60
"""After so many idle seconds without a browser a kernel ends: its tab was closed too early to say so, or crashed."""
LOOK_SECONDS = 5
LARGEST_BODY = 16 * 1024
"""Bytes of a request's body at most: a page that closes sends a few hundred, and more is refused unread."""
BODY_SECONDS = 20
BASE_PATH = re.compile(r"/([A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*")
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Serving:
    """How the pages are served.

    Parameters
    ----------
    page
        Which page: the name of an installed panel.
    port, address
        Where the server listens; the port 0 takes any free one.
    hosts
        Further names by which browsers reach the server.
    runs
        Folder of saved runs.
    language
        Language of a page whose address names none.
    idle_minutes
        After so many minutes without use a page's kernel ends.
    token
        The key to every route.
    base_path
        The path under which a proxy serves the pages, e.g. ``/stat/``; the server expects it in every address.
    trusted_header
        Header in which a proxy on this machine names who is signed in; '' for the server's own form. Only for pages
        with personal data, which need no key but a signed-in person.
    drafts
        Whether pages show the newest saved result, published or not; they then say that it is a draft.
    live
        How many readers may make choices at once, each with a kernel; others read what was made ahead.
    ahead
        Whether first views are made ahead at all.
    store
        The register that keeps readers' answers to the guides; empty means the usual one.
    """

    page: str = "outlook"
    port: int = 8866
    address: str = "localhost"
    hosts: tuple[str, ...] = ()
    runs: Path = field(default_factory=default_runs)
    language: str = "en"
    idle_minutes: float = 30
    token: str = field(default_factory=key.chosen, repr=False)
    base_path: str = "/"
    trusted_header: str = ""
    drafts: bool = False
    live: int = 10
    ahead: bool = True
    store: str = ""

    def __post_init__(self) -> None:
        check(self.language)
        key.check(self.token)
        if not BASE_PATH.fullmatch(self.base_path):
            raise AppError(
                f"'{self.base_path}' is no path for pages",
                why="the addresses of pages begin with it",
                do="write it with a slash at both ends, in letters a to z, digits and . _ ~ -: --base-path /stat/",
            )
        if self.personal:
            database.opened(self.store)  # a register that is not there is said at once
        elif self.trusted_header:
            raise AppError("this page asks nobody to sign in", do="leave --trusted-header out")
        if self.idle_minutes <= 0:
            raise AppError("a page cannot end after no time at all", do="choose more than 0 idle minutes")
        if self.live < 0:
            raise AppError(f"{self.live} readers cannot make choices", do="choose 0 or more: --live 10")

    @property
    def personal(self) -> bool:
        """Whether the page shows personal data, so that one signs in."""
        return bool(getattr(pages.find(self.page).value(), "personal", False))


def serve(serving: Serving, *, ready: Callable[[str], None], browser: bool = False) -> None:
    """Serve until interrupted; ``ready`` is called with the whole address, key included."""
    # Voilà finds templates only on Jupyter's path, and a kernel finds saved runs and panel by its environment.
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(TEMPLATE), os.environ.get("JUPYTER_PATH")]))
    os.environ["WORKBENCH_RUNS"] = str(serving.runs.absolute())
    os.environ[pages.LANGUAGE] = serving.language
    os.environ[pages.PANEL] = serving.page
    os.environ[database.VARIABLE] = database.anywhere(serving.store)
    os.environ[pages.DRAFTS] = "1" if serving.drafts else ""
    sockets = _bind(serving)
    server = _Server(config=_config(serving))
    server.sockets, server.ready, server.serving, server.shows = sockets, ready, serving, browser
    server.ioloop = tornado.ioloop.IOLoop.current()  # a signal to stop may come before anything listens
    server.initialize(argv=[])
    server.start()


def _bind(serving: Serving) -> list[Any]:
    try:
        return list(bind_sockets(serving.port, serving.address))
    except OSError as error:
        where = f"{serving.address}:{serving.port}"
        elsewhere = isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL
        if error.errno == errno.EADDRINUSE:
            raise AppError(
                f"the port {serving.port} is taken",
                where=where,
                why="another program, perhaps another `workbench app`, listens there",
                do=f"stop it, or choose another: workbench app {serving.page} --port {serving.port + 1}",
            ) from error
        raise AppError(
            "the server cannot listen here",
            where=where,
            why=error.strerror or str(error),
            do=f"choose another {'address' if elsewhere else 'port'}",
        ) from error


def _config(serving: Serving) -> Config:
    config = Config()
    panel = pages.find(serving.page)
    told = words(titles(panel), round(serving.idle_minutes))
    ours = {"css": css_faces() + css(), "words": told, "idle": 60 * serving.idle_minutes, "personal": serving.personal}
    config.Voila.update(
        notebook_path=str(pages.notebook(panel)),
        config_file_paths=[],
        open_browser=False,
        log_level="WARN",
        base_url=serving.base_path,
        token=serving.token,
        cookie_secret=secrets.token_bytes(32),
        identity_provider_class=VoilaIdentityProvider,
        tornado_settings={
            "hosts": _hosts(serving),
            "language": serving.language,
            "refusals": {
                language: refusals(language, title, serving.base_path) for language, title in titles(panel).items()
            },
            "attempts": Attempts(),
            "live": serving.live,
            "openings": asyncio.Semaphore(os.cpu_count() or 1),
            "first_views": _first_views(serving, ours),
            "archive": archive_of(serving.runs.absolute()),
            "log_function": log.request,
            "default_handler_class": Nothing,
            "xsrf_cookie_kwargs": {"path": serving.base_path, "samesite": "Strict"},
            "websocket_max_message_size": messages.LARGEST,
        },
    )
    config.VoilaIdentityProvider.cookie_options = {"samesite": "Strict"}
    if serving.personal:
        signin.configure(config, serving.base_path, serving.trusted_header)
    config.VoilaConfiguration.update(
        template="workbench",
        allow_template_override="NO",
        allow_theme_override="NO",
        show_tracebacks=False,
        strip_sources=True,
        file_allowlist=[],
        extension_allowlist=EXTENSIONS,
        prelaunch_hook=_before_launch,
        resources={"workbench": ours},
    )
    idle = max(1, round(60 * serving.idle_minutes))
    config.MappingKernelManager.update(
        cull_idle_timeout=idle, cull_interval=max(1, min(60, idle // 2)), cull_connected=True
    )
    if os.name == "posix":
        config.KernelManager.transport = "ipc"  # files in a private folder instead of ports that others may try
        room = Path(tempfile.gettempdir())
        config.Voila.connection_dir_root = str(room if len(str(room)) <= SOCKET_ROOM else room.parent)
    config.KernelRestarter.restart_limit = 0  # a kernel that died is gone, and its page says so
    return config


def _first_views(serving: Serving, ours: dict[str, Any]) -> FirstViews:
    """Return what makes the first views of the page, where its panel says that all readers open the same one."""
    runs, archive = serving.runs.absolute(), default_archive(serving.runs.absolute())

    def make() -> dict[str, bytes]:
        shown = first_view.rendered(serving.page)
        return {
            language: first_view.framed(body, ours, language, serving.base_path).encode()
            for language, body in shown.items()
        }

    if not serving.ahead or not first_view.made_ahead(serving.page):
        return FirstViews(dict, lambda: "")
    return FirstViews(make, lambda: first_view.state_of(runs, archive))


def _hosts(serving: Serving) -> frozenset[str]:
    own = () if serving.address in ("", "0.0.0.0", "::") else (serving.address,)
    return frozenset(name.lower() for name in (*LOCAL, *own, *serving.hosts))


def _before_launch(handler: RequestHandler, notebook: NotebookNode, cwd: str) -> None:
    """Set the cookie by which a closed tab may end its kernel, and the language in which the page loads."""
    del cwd
    _ = handler.xsrf_token
    asked = handler.get_query_argument("language", "")
    notebook.metadata["language"] = asked if asked in LANGUAGES else handler.settings["language"]


class _Server(Voila):  # type: ignore[misc]
    """Voilà with every route behind the guard, on sockets that are bound already."""

    sockets: Collection[Any] = ()
    serving: Serving
    ready: Callable[[str], None]
    shows = False

    def init_settings(self) -> dict[str, Any]:
        """Return Voilà's settings and ours."""
        log.keep_discreet(self.log, self.serving.token)
        return {**super().init_settings(), **self.tornado_settings, "compress_response": True}

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """Return Voilà's routes, guarded, without its log-in form; before them the guides, which are open to all."""
        closed = guarded(handlers(self._voila_rules(), self.serving.base_path))
        signing = signin.routes(self.serving.base_path, self.kernel_manager, self.tornado_settings)
        opened = guide_site.routes(_hosts(self.serving), self.serving.base_path, self.serving.store)
        return [*opened, *signing, *closed]

    def _voila_rules(self) -> list[tuple[Any, ...]]:
        return [rule for rule in super().init_handlers() if rule[0] not in ("/login", "/logout")]

    def listen(self) -> None:
        """Answer on the bound sockets until stopped."""
        server = HTTPServer(self.app, max_body_size=LARGEST_BODY, body_timeout=BODY_SECONDS)
        server.add_sockets(self.sockets)
        views: FirstViews = self.app.settings["first_views"]
        self.ioloop.add_callback(views.look)  # who comes before they are made is served the slower way
        PeriodicCallback(views.look, 1000 * LOOK_SECONDS).start()
        self.port = next(iter(self.sockets)).getsockname()[1]
        key_of_all = "" if self.serving.personal else f"?token={self.serving.token}"
        address = f"http://{self._shown_host()}:{self.port}{self.serving.base_path}{key_of_all}"
        self.ready(address)
        if self.shows:
            webbrowser.open(address)
        forsaken: dict[str, float] = {}
        PeriodicCallback(lambda: self._end_forsaken(forsaken), 1000 * LOOK_SECONDS).start()
        try:
            self.ioloop.start()
        finally:
            self.stop()

    async def _end_forsaken(self, since: dict[str, float]) -> None:
        """End the kernels that have been idle without a browser for too long; ``since`` holds when each began to be."""
        now, kernels = self.ioloop.time(), self.kernel_manager
        alone = {
            model["id"]
            for model in kernels.list_kernels()
            if not model["connections"] and model["execution_state"] == "idle"
        }
        for kernel in [*since]:
            if kernel not in alone:
                del since[kernel]
        for kernel in alone:
            if now - since.setdefault(kernel, now) > min(FORSAKEN_SECONDS, 60 * self.serving.idle_minutes):
                with suppress(KeyError, HTTPError):  # it ended by itself in the meantime
                    await kernels.shutdown_kernel(kernel, now=True)

    def _shown_host(self) -> str:
        return self.serving.hosts[0] if self.serving.hosts else "localhost"

    def stop(self) -> None:
        """End every kernel, then forget their connection files."""
        run_sync(self.kernel_manager.shutdown_all)()
        shutil.rmtree(self.connection_dir, ignore_errors=True)
