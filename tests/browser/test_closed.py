"""What the server of the pages refuses, and what it leaves behind: nothing."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
EXTENSION = "/voila/labextensions/@jupyter-widgets/jupyterlab-manager/package.json"


def ask(served, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    parts = urlsplit(served.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    text = "" if answer.status == 101 else answer.read().decode(errors="replace")
    connection.close()
    return answer.status, text


def kernel_of(page) -> str:
    return str(json.loads(page.locator("#jupyter-config-data").text_content())["kernelId"])


@pytest.mark.whole
def test_every_route_refuses_a_request_without_the_key(opened, served) -> None:
    kernel = kernel_of(opened(served))
    gets = (
        "/",
        "/?language=nb",
        "/?token=wrong",
        "/voila/static/voila.js",
        "/voila/templates/workbench/static/page.js",
        "/voila/templates/lab/static/index.css",
        EXTENSION,
        "/voila/api/themes/@jupyterlab/theme-light-extension/index.css",
        "/voila/files/outlook.ipynb",
        "/voila/files/public/x.png",
        "/voila/tree",
        "/voila/render/outlook.ipynb",
        "/voila/api/contents/",
        f"/api/kernels/{kernel}",
        "/api/kernels",
        "/api/contents/",
        "/login",
        "/favicon.ico",
        "/nothing/here",
    )
    assert {path: ask(served, path)[0] for path in gets} == dict.fromkeys(gets, 403)
    assert ask(served, f"/api/kernels/{kernel}/channels", **UPGRADE)[0] == 403
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"):
        for path in ("/", f"/voila/api/shutdown/{kernel}", f"/api/kernels/{kernel}", "/voila/static/voila.js"):
            assert ask(served, path, method)[0] == 403, (method, path)


@pytest.mark.whole
def test_with_the_key_the_same_routes_answer_but_give_no_file_away(opened, served) -> None:
    kernel = kernel_of(opened(served))
    key = {"Authorization": f"token {served.url.split('token=')[1]}"}
    for path in ("/voila/static/voila.js", "/voila/templates/workbench/static/page.js", EXTENSION):
        assert ask(served, path, **key)[0] == 200, path
    assert ask(served, f"/api/kernels/{kernel}", **key)[0] == 200
    assert ask(served, f"/api/kernels/{kernel}/channels", **UPGRADE, **key)[0] == 101
    for path in ("/voila/files/outlook.ipynb", "/voila/files/../../README.md", "/voila/files/record.json"):
        status, text = ask(served, path, **key)
        assert status in (403, 404) and "cells" not in text, path
    status, text = ask(served, "/voila/templates/workbench/other/page.js", **key)
    assert status == 404 and "Traceback" not in text and "assert" not in text
    assert ask(served, "/voila/templates/workbench/index.html.j2", **key)[0] == 404
    assert ask(served, "/voila/templates/workbench/static/..%2f..%2fserver.py", **key)[0] == 404


@pytest.mark.whole
def test_another_host_name_is_refused_even_with_the_key(served) -> None:
    path = urlsplit(served.url)
    assert ask(served, f"/?{path.query}", Host="evil.example")[0] == 403


@pytest.mark.whole
def test_a_page_asks_no_other_host(opened, served) -> None:
    page = opened(served, "&language=sv")
    page.wait_for_selector(".mw-charts figure")
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.reload()
    page.wait_for_selector(".mw-charts figure")
    own = urlsplit(served.url).netloc
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert len(asked) > 10 and hosts == {own}
    blocked = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'went out', () => 'kept in')")
    assert blocked == "kept in"
    policy = page.request.get(served.origin + "/voila/static/voila.js").headers["content-security-policy"]
    assert "default-src 'self'" in policy and "connect-src 'self'" in policy


@pytest.mark.parametrize("visits", [pytest.param(3, marks=pytest.mark.whole), pytest.param(20, marks=pytest.mark.slow)])
def test_visits_two_at_a_time_leave_no_kernel_behind(opened, quiet, visits: int) -> None:
    served = quiet
    seen = 0
    for _ in range(visits // 2):
        pages = [opened(served) for _ in range(2)]
        seen = max(seen, len(served.kernels()))
        for page in pages:
            page.close(run_before_unload=True)
    assert seen >= 2
    assert served.kernels_fall_to(0)


@pytest.mark.slow
def test_a_browser_that_dies_leaves_no_kernel_behind(opened, quiet) -> None:
    page = opened(quiet)
    assert len(quiet.kernels()) == 1
    page.context.close()  # no farewell is sent
    assert quiet.kernels_fall_to(0, seconds=600)
