"""Kernels of readers who come all at once start a few at a time, and for nobody who has left."""

from __future__ import annotations

import asyncio
import logging
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.log import app_log
from tornado.web import HTTPError
from voila.tornado.handler import TornadoVoilaHandler

from workbench.apps.serving.first_handler import BUSY, LIVE, FirstViews, PageHandler

pytestmark = pytest.mark.quick
AT_ONCE = 2


class Server:
    """What a page's handler asks of its server; a kernel counts from the end of its opening."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, live: int = 9) -> None:
        self.kernels: list[str] = []
        self.opening = self.most = 0
        self.release, self.fault = asyncio.Event(), ""
        self.settings = {
            "first_views": FirstViews(dict, str),
            "language": "en",
            "live": live,
            "openings": asyncio.Semaphore(AT_ONCE),
            "kernel_manager": SimpleNamespace(list_kernel_ids=lambda: self.kernels),
        }
        monkeypatch.setattr(TornadoVoilaHandler, "get", self.open)

    async def open(self, path: str | None = None) -> None:
        self.opening += 1
        self.most = max(self.most, self.opening)
        try:
            await self.release.wait()
            if self.fault:
                raise RuntimeError(self.fault)
            self.kernels.append(f"kernel {len(self.kernels)}")
        finally:
            self.opening -= 1

    def reader(self) -> PageHandler:
        handler = PageHandler.__new__(PageHandler)
        handler.application = SimpleNamespace(settings=self.settings)
        handler.request = SimpleNamespace(query_arguments={LIVE: [b"1"]}, arguments={LIVE: [b"1"]})
        return handler


def played(scene: Callable[[], Awaitable[Any]]) -> Any:
    """Play a scene in a thread of its own: a browser of another test may keep this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(scene())).result()


async def pause() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_kernels_start_a_few_at_a_time_and_those_who_left_get_none(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> Server:
        server = Server(monkeypatch)
        readers = [server.reader() for _ in range(5)]
        waiting = [asyncio.create_task(reader.get()) for reader in readers]
        await pause()
        assert server.opening == AT_ONCE
        readers[3].on_connection_close()
        server.release.set()
        await asyncio.gather(*waiting)
        return server

    server = played(scene)
    assert server.most == AT_ONCE and len(server.kernels) == 4


def test_a_page_that_fails_makes_way_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> list[Any]:
        server = Server(monkeypatch)
        server.fault = "no memory"
        failing = [asyncio.create_task(server.reader().get()) for _ in range(AT_ONCE)]
        await pause()
        server.release.set()
        failed = await asyncio.gather(*failing, return_exceptions=True)
        server.fault = ""
        await asyncio.wait_for(server.reader().get(), 60)
        return [*failed, len(server.kernels)]

    *failed, kernels = played(scene)
    assert [str(error) for error in failed] == ["no memory"] * AT_ONCE and kernels == 1


def test_who_waited_while_the_last_room_was_taken_gets_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> list[Any]:
        server = Server(monkeypatch, live=AT_ONCE)
        waiting = [asyncio.create_task(server.reader().get()) for _ in range(AT_ONCE + 1)]
        await pause()
        server.release.set()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        with pytest.raises(HTTPError) as later:
            await server.reader().get()
        return [*answers, later.value]

    *opened, waited, later = played(scene)
    assert opened == [None] * AT_ONCE
    assert [waited.status_code, later.status_code] == [BUSY, BUSY]


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the server's log is given; a server of another test may have silenced that log or cut it off."""
    said: list[str] = []
    monkeypatch.setattr(app_log, "disabled", False)
    monkeypatch.setattr(app_log, "level", logging.WARNING)
    monkeypatch.setattr(logging.root.manager, "disable", logging.NOTSET)
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    app_log.addHandler(handler)
    yield said
    app_log.removeHandler(handler)


def test_a_first_view_that_takes_too_long_is_tried_twice_and_told_once(warned: list[str]) -> None:
    tries = []

    def slow() -> dict[str, bytes]:
        tries.append(1)
        raise subprocess.TimeoutExpired(["python", "-m", "secret"], 120)

    async def scene() -> None:
        states = iter("abcdef")
        views = FirstViews(slow, lambda: next(states))
        for _ in range(5):
            await views.look()

    played(scene)
    assert len(tries) == 2 and len(warned) == 1
    assert "more than 120 s twice" in warned[0] and "secret" not in warned[0]


def test_a_first_view_that_cannot_be_made_is_told_by_its_last_line(warned: list[str]) -> None:
    def broken() -> dict[str, bytes]:
        raise subprocess.CalledProcessError(1, ["python", "-m", "secret"], stderr="Traceback\nValueError: no plan\n")

    played(FirstViews(broken, lambda: "a").look)
    assert warned == ["the first view could not be made: ValueError: no plan"]
