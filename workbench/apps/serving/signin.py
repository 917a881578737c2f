"""Who is it? Signing in to pages with personal data: sessions of the server, and whose kernel is whose.

A browser holds nothing but the signed name of a session; who that is stands with the server alone, which tells a page's
kernel by its environment. A kernel answers only the one for whom it was started.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from jupyter_server.auth import User
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError
from traitlets import Unicode
from voila.voila_identity_provider import VoilaIdentityProvider

from workbench.apps.identity import HEADER, UNTIL
from workbench.apps.serving.guard import Guarded
from workbench.core.errors import WorkbenchError
from workbench.presentation import markup as m
from workbench.presentation.drawing.theme import css
from workbench.presentation.languages import LANGUAGES, say
from workbench.store import accounts, database

COOKIE = "mw-session"
LONGEST = timedelta(hours=10)
"""After so long one signs in again, however busy."""
IDLE = timedelta(minutes=15)
"""After so long without any request one signs in again; an open page asks every few seconds, until its kernel ends."""
KERNEL = re.compile(r"/(?:api/kernels|voila/api/shutdown)/([0-9a-fA-F-]{36})(?:/|$)")


@dataclass
class Session:
    """One sign-in of one browser."""

    login: str
    began: datetime
    seen: datetime

    @property
    def until(self) -> datetime:
        """When it ends at the latest."""
        return self.began + LONGEST


class Sessions:
    """Who is signed in; they end with the server.

    Parameters
    ----------
    clock
        The moment.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._held: dict[str, Session] = {}

    def begin(self, login: str) -> str:
        """Sign somebody in; return the session's name, which nobody can guess."""
        now = self._clock()
        for name in [name for name in self._held if self.get(name) is None]:
            self._held.pop(name, None)
        name = secrets.token_urlsafe(32)
        self._held[name] = Session(login, now, now)
        return name

    def get(self, name: str) -> Session | None:
        """Return a session that has not ended, and count it as seen."""
        held, now = self._held.get(name), self._clock()
        if held is None:
            return None
        if now > held.until or now - held.seen > IDLE:
            del self._held[name]
            return None
        held.seen = now
        return held

    def end(self, name: str) -> None:
        """Sign out."""
        self._held.pop(name, None)


class Identity(VoilaIdentityProvider):  # type: ignore[misc]
    """Knows the signed-in user of a request; a page with personal data has no key."""

    trusted_header = Unicode("", help="Header in which a proxy on this machine names who is signed in.").tag(
        config=True
    )

    def get_token(self, handler: Any) -> str | None:
        """Return nothing: a key opens no personal data."""
        return None

    def get_user(self, handler: Any) -> User | None:
        """Return who asks; None for nobody, or for somebody else's kernel. A header of ours tells the kernel."""
        headers = handler.request.headers
        for name in (HEADER, UNTIL):
            if name in headers:
                del headers[name]  # a browser's word is not taken
        login, until = self._login(handler)
        if not login or not _usable(login):
            return None
        kernel = KERNEL.search(handler.request.path)
        if kernel and handler.settings["kernel_owners"].get(kernel[1]) != login:
            return None
        headers[HEADER], headers[UNTIL] = login, until
        return User(username=login)

    def _login(self, handler: Any) -> tuple[str, str]:
        if self.trusted_header:
            peer = getattr(handler.request.connection.context, "remote_ip", "")
            named = handler.request.headers.get(self.trusted_header, "").strip().lower()
            if peer in ("127.0.0.1", "::1") and accounts.LOGIN.fullmatch(named):
                return named, (datetime.now(UTC) + LONGEST).isoformat()
            return "", ""
        held = session_of(handler)
        return (held.login, held.until.isoformat()) if held else ("", "")


def session_of(handler: Any) -> Session | None:
    """Return the session that a request's cookie names."""
    name = handler.get_signed_cookie(COOKIE, max_age_days=1)
    return handler.settings["sessions"].get(name.decode()) if name else None


def _usable(login: str) -> bool:
    try:
        with database.opened().reading() as connection:
            return accounts.get(connection, login) is not None
    except WorkbenchError:
        return False


class Owners(dict[str, str]):
    """For whom each kernel was started, by its identifier."""

    def watch(self, manager: Any) -> None:
        """Note from now on for whom the manager starts kernels."""
        begin = manager.start_kernel

        async def start(*given: Any, **named: Any) -> str:
            kernel = str(await begin(*given, **named))
            self[kernel] = (named.get("env") or {}).get("HTTP_X_WORKBENCH_USER", "")
            return kernel

        manager.start_kernel = start


class SignIn(Guarded):
    """The form by which one signs in."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Let everybody see the form who knows the server by its name."""
        self._believe_proxy()
        if not self.check_host():
            self.refusal = "address"
            raise HTTPError(403)
        if cast("Identity", self.identity_provider).trusted_header:
            raise HTTPError(404)  # the proxy signs people in
        self.current_user = self._jupyter_current_user = User(username="nobody")
        await JupyterHandler.prepare(self)

    def set_default_headers(self) -> None:
        """Let the form be sent to this server, and to no other."""
        super().set_default_headers()
        policy = str(self._headers["Content-Security-Policy"])
        self.set_header("Content-Security-Policy", policy.replace("form-action 'none'", "form-action 'self'"))
        self.set_header("Referrer-Policy", "same-origin")  # a form sent without it names no origin, and is refused
        self.set_header("Cache-Control", "no-store")

    @allow_unauthenticated
    def get(self) -> None:
        """Show the form."""
        self._show("")

    @allow_unauthenticated
    async def post(self) -> None:
        """Sign in, or say that it did not work; tries from one address become slow, and an account locks."""
        language = self._language()
        delay = self.settings["attempts"].wait(self.request.remote_ip)
        if delay is None:
            raise HTTPError(429)
        await asyncio.sleep(delay)
        login = self.get_body_argument("login", "").strip().lower()[:80]
        password = self.get_body_argument("password", "", strip=False)[:1000]
        found = None
        if accounts.LOGIN.fullmatch(login) and password:
            try:
                found = await asyncio.to_thread(accounts.sign_in, database.opened(), login, password)
            except WorkbenchError as error:
                self.log.warning("nobody can sign in: %s", " ".join(error.message().split()))
                self._show(say("The register does not answer. Tell the people who run this page.", language), 503)
                return
        if found is None:
            self._show(
                say(
                    "Login and password do not fit, or the account is locked for a quarter of an hour after five "
                    "wrong passwords.",
                    language,
                ),
                401,
            )
            return
        self.settings["attempts"].right(self.request.remote_ip)
        self.set_signed_cookie(
            COOKIE,
            self.settings["sessions"].begin(found.login),
            expires_days=None,
            httponly=True,
            samesite="Strict",
            secure=self.request.protocol == "https",
            path=self.base_url,
        )
        self.redirect(f"{self.base_url}?language={language}")

    def _language(self) -> str:
        asked = self.get_argument("language", "")
        return asked if asked in LANGUAGES else str(self.settings["language"])

    def _show(self, problem: str, status: int = 200) -> None:
        language = self._language()
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        title, token = say("Sign in", language), self.xsrf_token.decode()
        icon = '<link rel="icon" href="data:,">'
        links = " · ".join(
            f'<a lang="{code}" hreflang="{code}" href="?language={code}">{m.html(own)}</a>'
            for code, own in LANGUAGES.items()
        )
        told = f'<p class="mw-notice" role="alert">{m.html(problem)}</p>' if problem else ""
        login, password = say("Login", language), say("Password", language)
        noted = say("What you read and change here is noted with your login.", language)
        self.finish(
            f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"{icon}<title>{m.html(title)} – Migration Workbench</title><style>{css()}{STYLE}</style></head>"
            f'<body><main><p class="mw-product">Migration Workbench</p><h1>{m.html(title)}</h1>{told}'
            f'<form method="post" action="?language={language}"><input type="hidden" name="_xsrf" value="{token}">'
            f'<label for="login">{m.html(login)}</label>'
            f'<input id="login" name="login" autocomplete="username" autocapitalize="none" required autofocus>'
            f'<label for="password">{m.html(password)}</label>'
            f'<input id="password" name="password" type="password" autocomplete="current-password" required>'
            f"<button>{m.html(title)}</button></form>"
            f"<p>{m.html(noted)}</p>"
            f"<nav>{links}</nav></main></body></html>"
        )


class SignOut(Guarded):
    """The end of a session, and of its kernels."""

    async def post(self) -> None:
        """Sign out."""
        name = self.get_signed_cookie(COOKIE, max_age_days=1)
        owners: Mapping[str, str] = self.settings["kernel_owners"]
        login = self.current_user.username
        if name:
            self.settings["sessions"].end(name.decode())
        self.clear_cookie(COOKIE, path=self.base_url)
        kernels: Any = self.kernel_manager
        for kernel in [kernel for kernel, owner in owners.items() if owner == login]:
            if kernel in kernels:
                await kernels.shutdown_kernel(kernel, now=True)
        self.redirect(f"{self.base_url}signin")


def configure(config: Any, base: str, trusted_header: str) -> None:
    """Change a server's configuration so that one signs in instead of bringing a key."""
    config.Voila.identity_provider_class = Identity
    config.Voila.tornado_settings |= {
        "sessions": Sessions(),
        "kernel_owners": Owners(),
        "sign_in": f"{base}signin",
    }
    config.Identity.trusted_header = trusted_header
    config.VoilaConfiguration.http_header_envs = [HEADER, UNTIL]


def routes(base: str, manager: Any, settings: Mapping[str, Any]) -> list[tuple[str, type[Guarded]]]:
    """Return the routes of signing in and out; none on a server of pages without personal data."""
    if "sessions" not in settings:
        return []
    settings["kernel_owners"].watch(manager)
    return [(f"{base}signin", SignIn), (f"{base}signout", SignOut)]


STYLE = """
main { max-width: 24rem; margin: 4rem auto; padding: 0 1rem; }
form { display: flex; flex-direction: column; gap: 8px; margin: 24px 0; }
label { font-weight: 600; } input { font: inherit; padding: 8px; border: 1px solid var(--quiet); border-radius: 4px; }
button { font: inherit; padding: 8px 16px; margin-top: 16px; border: 0; border-radius: 4px; background: var(--accent);
  color: var(--paper); cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.mw-notice { border-left: 4px solid var(--attention); background: var(--panel); padding: 8px 16px; }
"""
