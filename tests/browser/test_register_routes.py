"""Every route of the register's server asked over HTTP as each role and as nobody: nothing personal is given away."""

from __future__ import annotations

import html.parser
import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from tests.browser.conftest import address, started
from tests.browser.test_closed import UPGRADE
from tests.store import scenes
from workbench.store import audit, database
from workbench.store.households import records
from workbench.store.rounds import answers

PAGES = {
    "intake": {"ingrid", "dina"},
    "offers": {"kari", "per"},
    "places": {"kari", "per", "dina"},
    "rounds": {"dina"},
    "folder": {"dina"},
}
"""Whose page each is; what a page says to all others comes from its kernel, and is tested with the pages."""
MARKS = re.compile(r"Zgiven|Zfamily|Zcase|Zwishes|Zapart|Zsafety")
DEEPEST = 400
"""Addresses followed in a crawl, at most; a crawl that needs more has gone astray."""


class Links(html.parser.HTMLParser):
    """The addresses that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attrs if name in ("href", "src", "action") and value}


@dataclass
class Visitor:
    """Somebody before the server, signed in or not."""

    host: str
    port: int
    login: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    read: list[tuple[str, str, int, str]] = field(default_factory=list)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body or None, sent)
        answer = connection.getresponse()
        text = "" if answer.status == 101 else answer.read().decode(errors="replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.coded_value
        connection.close()
        self.read.append((method, path, answer.status, text))
        return answer.status, text

    def sign_in(self) -> None:
        _, form = self.ask("GET", "/signin")
        token = re.search(r'name="_xsrf" value="([^"]+)"', form)
        assert token is not None
        body = urlencode({"_xsrf": token[1], "login": self.login, "password": scenes.PASSWORD})
        status, _ = self.ask("POST", "/signin", body, Origin=f"http://{self.host}:{self.port}")
        assert status == 302

    def crawl(self) -> int:
        """Read the page and all that it names, and what that names; return how many addresses were read."""
        known, waiting = {"/"}, ["/"]
        while waiting:
            path = waiting.pop(0)
            status, text = self.ask("GET", path)
            links = Links()
            if "<html" in text[:2000].lower():
                links.feed(text)
            for link in links.found if status == 200 else ():
                there = urlsplit(urljoin(f"http://{self.host}:{self.port}{path}", link))
                where = f"{there.path}?{there.query}" if there.query else there.path
                here = there.netloc == f"{self.host}:{self.port}" and there.path not in ("/", "/signout")
                if here and where not in known:  # the page in another language starts a kernel more, and is asked below
                    known.add(where)
                    waiting.append(where)
            assert len(known) < DEEPEST
        return len(known)


def routes(kernel: str) -> list[tuple[str, str]]:
    """Return requests to every kind of route that the server has, with a kernel that is somebody else's."""
    own = ("/files/r.sqlite", "/voila/files/r.sqlite", "/voila/files/../r.sqlite", "/voila/render/rounds.ipynb")
    gets = (
        "/?language=nb", "/signin", "/api/kernels", f"/api/kernels/{kernel}", "/api/contents/",
        "/api/sessions", "/api/status", "/api/terminals", "/voila/tree", "/voila/api/contents/", "/metrics", "/login",
        "/voila/static/voila.js", "/voila/templates/workbench/static/page.js", "/favicon.ico", "/guide/norway/",
        "/nothing/here", *own,
    )  # fmt: skip
    posts = (f"/voila/api/shutdown/{kernel}", f"/api/kernels/{kernel}/interrupt", f"/api/kernels/{kernel}/restart", "/")
    return (
        [("GET", path) for path in gets] + [("POST", path) for path in posts] + [("DELETE", f"/api/kernels/{kernel}")]
    )


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register in which every personal field holds a word of its own; one of Oslo's households is accepted."""
    path = tmp_path_factory.mktemp("routes") / "r.sqlite"
    round_ = scenes.sent(str(path), records.Member("case-new"))
    store, today = database.opened(str(path)), datetime.now(UTC).date()
    with store.writing() as c:
        c.exec_driver_sql("UPDATE person SET given_name = 'Zgiven', family_name = 'Zfamily'")
        c.exec_driver_sql("UPDATE person SET case_number = 'Zcase' || case_number")
        c.exec_driver_sql("UPDATE household SET apart_from = 'Zapart'")
        held = {"wishes": "Zwishes", "safety_note": "Zsafety"}
        c.exec_driver_sql("UPDATE interview SET answers = ?", (json.dumps(held),))
        mine = next(row for row in answers.listed(c, round_) if row["place"] == "0301")
        answers.respond(c, round_, mine["household"], True, place="0301", today=today, who="kari")
    store.engine.dispose()
    return path


@pytest.fixture
def served(register: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, int, Path]]:
    """The server of a page, and its log."""
    log = tmp_path / "log"
    process = started([request.param], tmp_path, log, **{database.VARIABLE: str(register)})
    there = urlsplit(address(process))
    assert there.hostname is not None and there.port is not None
    yield there.hostname, there.port, log
    process.terminate()
    process.wait(60)


def crawled(name: str, served: tuple[str, int, Path], logins: tuple[str, ...]) -> int:
    """Ask every route as each of these people, and as nobody; return how many answers were read."""
    host, port, log = served
    owner = Visitor(host, port, sorted(PAGES[name])[0])
    owner.sign_in()
    found = re.search(r'"kernelId":\s*"([0-9a-f-]+)"', owner.ask("GET", "/")[1])
    assert found is not None
    kernel, asked = found[1], 0
    for login in (*logins, ""):
        visitor = Visitor(host, port, login)
        if login:
            visitor.sign_in()
            assert visitor.crawl() > 3
        for method, path in routes(kernel):
            status, text = visitor.ask(method, path)
            if kernel in path and login != owner.login:
                assert status in (403, 404), (login, method, path, status)
            if not login:
                assert status in (302, 303, 403, 404) or path in ("/signin", "/guide/norway/"), (method, path, status)
            assert not path.endswith(".sqlite") or (status != 200 and "SQLite format" not in text)
        if login != owner.login:
            assert visitor.ask("GET", f"/api/kernels/{kernel}/channels", **UPGRADE)[0] in (403, 404)
        for method, path, status, text in visitor.read:
            assert MARKS.search(text) is None and "Traceback" not in text, (name, login, method, path, status)
        asked += len(visitor.read)
    assert MARKS.search(log.read_text()) is None
    return asked


@pytest.mark.whole
@pytest.mark.parametrize("served", ["offers"], indirect=True)
def test_the_page_of_offers_tells_two_municipalities_apart(served: tuple[str, int, Path]) -> None:
    assert crawled("offers", served, ("per", "dina")) > 60


@pytest.mark.slow
@pytest.mark.parametrize(("name", "served"), [(name, name) for name in PAGES], indirect=["served"])
def test_every_route_of_every_page_as_each_role(name: str, served: tuple[str, int, Path], register: Path) -> None:
    asked = crawled(name, served, tuple(login for login, *_ in scenes.STAFF))
    store = database.opened(str(register))
    with store.reading() as c:
        assert audit.verify(c).faults == ()
    store.engine.dispose()
    print(f"{name}: {asked} answers read as {len(scenes.STAFF)} people and as nobody")
