"""How the pages are served, and what is refused before anything listens."""

from __future__ import annotations

import asyncio
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from workbench.apps import pages
from workbench.apps.serving.guard import ASSET, Guarded
from workbench.apps.serving.guide_site import GuideSite
from workbench.apps.serving.server import Serving, _config, _Server
from workbench.apps.serving.words import refusals, titles, words
from workbench.cli import app
from workbench.core.errors import AppError, ReportError

pytestmark = pytest.mark.quick


def test_every_server_has_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(Serving().token) >= 24 and Serving().token != Serving().token
    monkeypatch.setenv("WORKBENCH_TOKEN", "my-own-key-of-2026")
    assert Serving().token == "my-own-key-of-2026"


def test_what_cannot_be_served_is_refused_in_a_sentence() -> None:
    with pytest.raises(AppError, match="no page 'outlok'") as caught:
        Serving(page="outlok")
    assert "outlook" in caught.value.do
    with pytest.raises(ReportError, match="'xx'"):
        Serving(language="xx")
    with pytest.raises(AppError, match="no time"):
        Serving(idle_minutes=0)
    for path in ("stat", "/stat", "stat/", "//", "/../", "/a b/", "/stat/?x/"):
        with pytest.raises(AppError, match="no path for pages") as caught:
            Serving(base_path=path)
        assert "--base-path /stat/" in caught.value.do


@pytest.mark.parametrize(
    ("key", "why"),
    [("a", "length is 1"), ("fifteen-letters", "length is 15"), ("ab" * 20, "2 different"), ("a/b?c&d" * 5, "letters")],
)
def test_a_weak_key_is_refused_with_the_reason_and_never_printed(
    key: str, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBENCH_TOKEN", key)
    done = CliRunner().invoke(app, ["app", "outlook", "--runs", str(tmp_path), "--port", "0"])
    said = " ".join(done.stderr.split())
    assert done.exit_code == 2 and why in said and "WORKBENCH_TOKEN" in said
    assert len(key) == 1 or key not in done.output
    assert "of-2026" not in repr(Serving(token="a-strong-key-of-2026"))


def test_a_taken_port_is_a_sentence_with_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, ["app", "outlook", "--address", "127.0.0.1", "--port", port])
    assert done.exit_code == 2 and f"the port {port} is taken" in done.stderr
    assert "--port" in done.stderr and "Traceback" not in done.output


def test_the_server_is_closed_by_default() -> None:
    config = _config(Serving(hosts=("workbench.example",)))
    voila, kernels = config.VoilaConfiguration, config.MappingKernelManager
    assert voila.file_allowlist == [] and voila.show_tracebacks is False
    assert voila.allow_template_override == voila.allow_theme_override == "NO"
    assert kernels.cull_connected and 0 < kernels.cull_interval < kernels.cull_idle_timeout
    assert config.Voila.tornado_settings["hosts"] == {"localhost", "127.0.0.1", "::1", "workbench.example"}


def test_every_handler_stands_behind_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(Path(__file__).parents[2] / "workbench" / "apps" / "template"))
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # what ends the server must not end the tests
    server = _Server(config=_config(Serving()))
    server.serving = Serving()
    server.initialize(argv=[])
    server.init_settings()
    rules = server.init_handlers()
    _Server.clear_instance()
    open_to_all = [rule for rule in rules if not issubclass(rule[1], Guarded)]
    assert len(rules) > 6 and all(rule[0].startswith("/guide/") and rule[1] is GuideSite for rule in open_to_all)
    assert not any("login" in rule[0] for rule in rules)


def test_the_pages_of_a_path_lie_below_it() -> None:
    assert _config(Serving(base_path="/stat/")).Voila.base_url == "/stat/"
    assert _config(Serving()).Voila.base_url == "/"


def test_what_a_visitor_reads_of_a_refusal_differs_by_reason_and_language_and_names_no_command() -> None:
    told = {language: refusals(language, "Outlook", "/") for language in ("en", "nb", "sv")}
    for said in told.values():
        assert len({said[reason] for reason in (403, "address", 404, 429, 500)}) == 5
        assert not any("workbench" in text or "`" in text for text in said.values())
    assert all(len({told[language][reason] for language in told}) == 3 for reason in told["en"])


def test_an_address_that_is_no_page_names_the_one_that_is() -> None:
    said = _config(Serving(page="outlook", base_path="/stat/")).Voila.tornado_settings["refusals"]
    assert "Outlook, at /stat/" in said["en"][404] and "Utsikter" in said["nb"][404] and "/stat/" in said["sv"][404]


def test_the_frame_says_the_same_things_in_every_language() -> None:
    told = words(titles(pages.find("outlook")), 30)
    assert len({frozenset(said) for said in told.values()}) == 1
    assert all("30" in said["idle"] for said in told.values())
    assert [said["title"] for said in told.values()] == ["Outlook", "Utsikter", "Utsikter"]
    assert len({said["gone"] for said in told.values()}) == len(told)


class Kernels:
    """Stands in for the server's kernels: by id, the browsers connected and what the kernel is doing."""

    def __init__(self, **kernels: tuple[int, str]) -> None:
        self.kernels = kernels

    def list_kernels(self) -> list[dict[str, object]]:
        return [{"id": k, "connections": n, "execution_state": s} for k, (n, s) in self.kernels.items()]

    async def shutdown_kernel(self, kernel: str, now: bool) -> None:
        del self.kernels[kernel]


def looked(server: _Server, since: dict[str, float]) -> None:
    """Let the server look once, in a thread of its own: a browser of another test may keep this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, server._end_forsaken(since)).result()


def test_an_idle_kernel_without_a_browser_ends_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    server = _Server.__new__(_Server)
    server.serving, clock = Serving(), iter([0.0, 40.0, 70.0, 200.0])
    kernels = Kernels(shown=(1, "idle"), loading=(0, "busy"), left=(0, "idle"), back=(0, "idle"))
    server.ioloop, server.kernel_manager = SimpleNamespace(time=lambda: next(clock)), kernels
    since: dict[str, float] = {}
    for _ in range(2):
        looked(server, since)
    assert len(kernels.kernels) == 4
    kernels.kernels["back"] = (1, "idle")
    looked(server, since)
    assert set(kernels.kernels) == {"shown", "loading", "back"}
    kernels.kernels["back"] = (0, "idle")
    looked(server, since)
    assert "back" in kernels.kernels, "its minute begins again"


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("workbench/static/page.js", True),
        ("base/static/a.b/c.svg", True),
        ("workbench/index.html.j2", False),
        ("workbench/static/", False),
        ("workbench/static/../../server.py", False),
        ("workbench/static/x/..", False),
        ("workbench/other/page.js", False),
    ],
)
def test_only_assets_of_a_template_are_looked_for(path: str, there: bool) -> None:
    assert bool(ASSET.fullmatch(path)) is there
