"""The pages behind a proxy that serves them under a path of an intranet."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, WebSocketHandler, websocket_connect

pytestmark = pytest.mark.whole
PASSED_ON = ("Cookie", "Content-Type", "X-Xsrftoken", "Accept", "Origin", "Sec-Websocket-Protocol")


class Proxy(WebSocketHandler):
    """Passes /stat/ on as a proxy does: pages, files and the socket, with the visitor's own host name."""

    SUPPORTED_METHODS = ("GET", "POST", "DELETE")
    behind: WebSocketClientConnection

    def initialize(self, target: str, asked: list[str]) -> None:
        self.target, self.asked = target, asked

    def check_origin(self, origin: str) -> bool:
        return True

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return self.behind.selected_subprotocol

    def passed_on(self, scheme: str) -> HTTPRequest:
        self.asked.append(self.request.uri or "")
        headers = {name: self.request.headers[name] for name in PASSED_ON if name in self.request.headers}
        headers |= {"Host": self.request.host, "X-Real-IP": "192.0.2.7"}
        return HTTPRequest(f"{scheme}://{self.target}{self.request.uri}", headers=headers, request_timeout=170)

    async def get(self, *arguments: str) -> None:
        if self.request.headers.get("Upgrade", "").lower() == "websocket":
            wanted = self.request.headers.get("Sec-Websocket-Protocol", "")
            protocols = [name.strip() for name in wanted.split(",") if name.strip()]
            self.behind = await websocket_connect(self.passed_on("ws"), subprotocols=protocols)
            await super().get(*arguments)
        else:
            await self.answer()

    async def post(self, *_: str) -> None:
        await self.answer()

    async def delete(self, *_: str) -> None:
        await self.answer()

    async def answer(self) -> None:
        request = self.passed_on("http")
        request.method, request.follow_redirects = self.request.method or "GET", False
        request.body = self.request.body or (b"" if request.method == "POST" else None)
        answer = await AsyncHTTPClient().fetch(request, raise_error=False)
        self.set_status(answer.code)
        for name, value in answer.headers.get_all():
            if name in ("Content-Type", "Set-Cookie", "Location", "Content-Security-Policy", "Date"):
                (self.add_header if name == "Set-Cookie" else self.set_header)(name, value)
        self.finish(answer.body)

    def open(self, *_: str) -> None:
        self.pumping = asyncio.ensure_future(self.pump())

    async def pump(self) -> None:
        while (message := await self.behind.read_message()) is not None:
            await self.write_message(message, binary=isinstance(message, bytes))
        self.close()

    async def on_message(self, message: str | bytes) -> None:  # type: ignore[override]
        await self.behind.write_message(message, binary=isinstance(message, bytes))

    def on_close(self) -> None:
        self.behind.close()


@pytest.fixture
def under_stat(serve: Callable[..., Any]) -> Iterator[tuple[Any, list[str]]]:
    served, asked = serve("--base-path", "/stat/"), []
    sockets = bind_sockets(0, "127.0.0.1")
    started, ended = threading.Event(), []

    async def run() -> None:
        stop = asyncio.Event()
        ended.append((asyncio.get_running_loop(), stop))
        server = HTTPServer(
            Application([(r"/stat/.*", Proxy, {"target": urlsplit(served.url).netloc, "asked": asked})])
        )
        server.add_sockets(sockets)
        started.set()
        await stop.wait()
        server.stop()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert started.wait(60)
    query = urlsplit(served.url).query
    url = f"http://localhost:{sockets[0].getsockname()[1]}/stat/?{query}"
    yield replace(served, url=url), asked
    loop, stop = ended[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(60)


def test_the_page_works_under_a_path_of_another_server(
    opened: Callable[..., Any], under_stat: tuple[Any, list[str]]
) -> None:
    served, asked = under_stat
    page = opened(served, "&language=nb")
    page.wait_for_selector(".mw-charts figure")
    page.get_by_role("button", name="Ingen").click()
    expect(page.locator(".mw-blocker")).to_have_text("Velg minst én destinasjon.")
    assert urlsplit(page.url).path == "/stat/" and "token" not in page.url
    assert {cookie["path"] for cookie in page.context.cookies()} == {"/stat/"}
    page.reload()
    expect(page.locator(".mw-blocker")).to_have_text("Velg minst én destinasjon.")
    assert len(asked) > 10 and all(uri.startswith("/stat/") for uri in asked)
    assert any("/channels" in uri for uri in asked) and any("/voila/static/" in uri for uri in asked)
    page.close(run_before_unload=True)
    assert served.kernels_fall_to(0)
