"""What the key keeps out: guesses, heavy bodies and messages that no page sends; and what the log says of them."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

pytestmark = pytest.mark.whole
HEAVY = 95 * 1024 * 1024


def key_of(served: Any) -> str:
    return str(served.url.split("token=")[1])


def half_sent(served: Any, body: int) -> tuple[str, socket.socket]:
    """Announce a heavy body without a key, send a part of it, and return the status line of the answer."""
    parts = urlsplit(served.url)
    held = socket.create_connection((parts.hostname, parts.port), timeout=60)
    held.sendall(f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {HEAVY}\r\n\r\n".encode())
    try:
        for _ in range(body // 65536):
            held.sendall(b"x" * 65536)
    except OSError:
        return "closed", held
    try:
        return held.recv(64).decode(), held
    except OSError:
        return "closed", held


def test_a_heavy_body_is_refused_before_it_is_read(served: Any) -> None:
    server = psutil.Process(served.process.pid)
    before = server.memory_info().rss
    answers = [half_sent(served, HEAVY // 2) for _ in range(6)]
    after = server.memory_info().rss
    for _, held in answers:
        held.close()
    assert all(said == "closed" or "400" in said for said, _ in answers)
    assert after - before < HEAVY // 4, "six halves of 95 MB were not kept"


def speak(served: Any, kernel: str, *said: str | bytes) -> tuple[list[str], str | None]:
    """Say something on a kernel's socket with the key; return the kinds heard, and why it was closed if it was."""
    url = f"{served.origin.replace('http', 'ws')}/api/kernels/{kernel}/channels?session_id=tests"

    async def run() -> tuple[list[str], str | None]:
        request = HTTPRequest(url, headers={"Authorization": f"token {key_of(served)}"})
        held = await websocket_connect(request)
        for message in said:
            await held.write_message(message, binary=isinstance(message, bytes))
        with suppress(WebSocketClosedError):
            await held.write_message(message_of("kernel_info_request", {}))
        heard: list[str] = []
        while (answer := await held.read_message()) is not None:
            heard.append(str(answer))
            if json.loads(answer)["header"]["msg_type"] == "kernel_info_reply":
                held.close()
        return heard, held.close_reason

    with ThreadPoolExecutor(1) as apart:  # the browser has the loop of this thread
        return apart.submit(asyncio.run, run()).result(timeout=120)


def message_of(kind: str, content: object, **other: object) -> str:
    header = {"msg_id": kind, "session": "tests", "username": "", "msg_type": kind, "version": "5.3"}
    return json.dumps(
        {
            "channel": "shell",
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "buffers": [],
            **other,
        }
    )


@pytest.fixture
def kernel(opened: Callable[..., Any], served: Any) -> str:
    page = opened(served)
    return str(json.loads(page.locator("#jupyter-config-data").text_content())["kernelId"])


CODE = "import pathlib; pathlib.Path('was-here').write_text('x')"
RUNS_CODE = {
    "execute_request": {"code": CODE, "silent": False, "store_history": False, "allow_stdin": False},
    "inspect_request": {"code": "pathlib", "cursor_pos": 3, "detail_level": 1},
    "complete_request": {"code": "import o", "cursor_pos": 8},
    "debug_request": {"type": "request", "command": "evaluate", "seq": 1, "arguments": {"expression": CODE}},
    "history_request": {"hist_access_type": "tail", "n": 9},
    "shutdown_request": {"restart": False},
}


def test_a_key_holder_cannot_run_code(kernel: str, served: Any) -> None:
    for kind, content in RUNS_CODE.items():
        for channel in ("shell", "control"):
            heard, why = speak(served, kernel, message_of(kind, content, channel=channel))
            assert why is not None and kind in why, kind
            assert not any("_reply" in said and "kernel_info" not in said for said in heard), kind
    assert not list(served.folder.glob("was-here"))
    assert speak(served, kernel)[1] is None, "the kernel still answers what a page may ask"


def update(model: str, data: object) -> str:
    return message_of("comm_msg", {"comm_id": model, "data": data})


MALFORMED = {
    "no JSON": "{",
    "a list": "[]",
    "a number": "7",
    "no header": "{}",
    "bytes": b"\xff" * 40,
    "a header that is none": message_of("comm_msg", {}, header=[]),
    "no content": message_of("comm_msg", None),
    "data that are a text": update("x", "x"),
    "no method": update("x", {}),
    "a state that is a list": update("x", {"method": "update", "state": [1]}),
    "buffers": update("x", {"method": "update", "state": {}, "buffer_paths": [["a", "b"]]}),
}
WRONG = ({"index": "seven"}, {"index": 10**9}, {"value": [1]}, {"layout": "IPY_MODEL_none"}, {"children": ["x"]})
"""States of a right form that no widget can take."""


def test_malformed_messages_bring_no_traceback_and_no_path(kernel: str, served: Any) -> None:
    before = len(served.log.read_text())
    for name, message in MALFORMED.items():
        heard, why = speak(served, kernel, message)
        assert why is not None and "message" in why and "Traceback" not in why + "".join(heard), name
    heard, _ = speak(served, kernel, message_of("comm_info_request", {}))
    models = {model for said in heard for model in json.loads(said)["content"].get("comms", {})}
    assert len(models) > 10
    states = [update(model, {"method": "update", "state": state}) for model in sorted(models) for state in WRONG]
    target = message_of("comm_open", {"comm_id": "q", "target_name": "os.system", "data": {}})
    heard, why = speak(served, kernel, *states, target)
    told = [said for said in heard if json.loads(said)["header"]["msg_type"] != "kernel_info_reply"]
    spoken = [said for said in told if any(word in said for word in ("raceback", "site-packages", ".py"))]
    assert why is None and spoken == []
    said = served.log.read_text()[before:]
    assert "refused: a message is malformed" in said and "a message to a widget was refused: TraitError" in said
    assert "Traceback" not in said and "site-packages" not in said and ".py" not in said


def test_the_log_never_holds_the_key(served: Any) -> None:
    parts, key = urlsplit(served.url), key_of(served)
    for path, host in (
        (f"/?token={key}", "evil.example"),
        (f"/nothing?token={key}", "localhost"),
        (f"/voila/files/{key}", "localhost"),
        (f"/?token={key}x", "localhost"),
        (f"/%FF?a=%FF&token={key}", "localhost"),
    ):
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        connection.request("GET", path, headers={"Host": host, "Referer": f"http://localhost/?token={key}"})
        answer = connection.getresponse()
        assert answer.status != 200 and key not in answer.read().decode()
        connection.close()
    said = served.log.read_text()
    assert key not in said and re.search(r"403 GET '/'", said)
