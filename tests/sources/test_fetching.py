"""Is a publisher's answer kept as a vintage only when it came whole, and does an earlier one stay otherwise?"""

from __future__ import annotations

import gzip
import io
import socketserver
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pandas as pd
import pytest

from tests.sources import publishers_files as made
from workbench.core.errors import DataError
from workbench.sources import fetching, files

pytestmark = [pytest.mark.quick, pytest.mark.filterwarnings("ignore::workbench.core.errors.TableNotice")]
THEN, NOW = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, 12, tzinfo=UTC)


def zipped(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("table.csv", text)
        archive.writestr("footnotes.csv", "none")
    return held.getvalue()


class Service(BaseHTTPRequestHandler):
    """A publisher's service that answers in its own formats, and badly: the code says how."""

    def do_GET(self) -> None:
        code = self.path.split("/")[1].partition("?")[0]
        body = {
            "json": made.jsonstat().encode(),
            "gz": gzip.compress(made.tsv().encode()),
            "gz-cut": gzip.compress(made.tsv().encode())[:300],
            "zip": zipped(made.unhcr()),
            "page": b"<!DOCTYPE html><html><body>Maintenance</body></html>",
            "message": b"<?xml version='1.0'?><fault>no such dataset</fault>",
            "nothing": b"",
            "revised": made.tsv().replace("1074", "1075").encode(),
            "other": b"a,b\n1,2\n",
        }.get(code, made.tsv().encode())
        if code.isdigit():
            self.send_error(int(code))
            return
        if code == "away":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            self.end_headers()
            return
        self.send_response(200)
        if code != "chunked":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for at in range(0, len(body), 200) if code in ("cut", "slow", "silent") else [0]:
                if code == "cut" and at > 600:
                    return
                if code == "silent" and at:
                    time.sleep(3)
                if code == "slow":
                    time.sleep(0.4)
                self.wfile.write(body[at : at + 200] if code in ("cut", "slow", "silent") else body)
                self.wfile.flush()
        except OSError:
            return  # the reader has gone

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with Server(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{{code}}"
        server.shutdown()


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> bool:
    columns = ["month", "destination", *(["origin"] if "origin" in wanted else []), "persons"]
    one, other = (
        table[columns].astype({"persons": float}).sort_values(columns[:-1], ignore_index=True).astype({"month": str})
        for table in (found, wanted)
    )
    return bool(one.astype(object).where(one.notna(), None).equals(other.astype(object).where(other.notna(), None)))


@pytest.mark.parametrize(
    ("publisher", "code", "table"),
    [
        ("eurostat", "migr_asyappctzm", made.arrivals),
        ("eurostat", "gz", made.arrivals),
        ("eurostat", "chunked", made.arrivals),
        ("pxweb", "json", made.arrivals),
        ("unhcr", "zip", made.corridors),
    ],
)
def test_a_table_is_kept_as_a_vintage_that_any_command_reads(
    publisher: str, code: str, table: object, address: str, tmp_path: Path
) -> None:
    got = fetching.fetch(publisher, code, tmp_path, address=address, now=NOW)
    assert got.path.name == f"{publisher}_{code}_2026-06-01T120000Z.parquet" and got.new
    assert same(files.read(got.path, "arrivals"), table())  # type: ignore[operator]
    (again,) = fetching.vintages(tmp_path)
    assert again == got and len(again.answer) == len(again.fingerprint) == 64
    assert again.last_period == "2017-02" and again.retrieved == "2026-06-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("code", "seconds", "told"),
    [
        ("cut", 20, "ends half-way"),
        ("gz-cut", 20, "ends half-way"),
        ("slow", 1, "too slow"),
        ("silent", 1, "does not answer"),
        ("page", 20, "answers with a page"),
        ("message", 20, "answers with a message"),
        ("nothing", 20, "answers with nothing"),
        ("404", 20, "answers 404"),
        ("503", 20, "answers 503"),
        ("away", 20, "answers 302"),
        ("other", 20, "not a valid"),
    ],
)
def test_a_bad_answer_is_refused_in_words_and_the_earlier_vintage_stays(
    code: str, seconds: float, told: str, address: str, tmp_path: Path
) -> None:
    fetching.fetch("eurostat", "good", tmp_path, address=address, now=THEN)
    before = kept(tmp_path)
    with pytest.raises(DataError, match=told) as fault:
        fetching.fetch("eurostat", code, tmp_path, address=address, seconds=seconds, now=NOW)
    assert kept(tmp_path) == before and "root:" not in str(fault.value)


def test_a_service_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be reached"):
        fetching.fetch("eurostat", "x", tmp_path, address="http://127.0.0.1:9/{code}")
    assert not list(tmp_path.iterdir())


def test_only_changed_figures_make_a_new_vintage_and_each_day_has_what_was_known(address: str, tmp_path: Path) -> None:
    first = fetching.fetch("eurostat", "t", tmp_path, address=address, now=THEN)
    again = fetching.fetch("eurostat", "t", tmp_path, address=address, now=NOW)
    assert not again.new and again.path == first.path
    revised = fetching.fetch("eurostat", "t", tmp_path, address=address.replace("{code}", "revised"), now=NOW)
    assert revised.new and revised.fingerprint != first.fingerprint
    assert fetching.known_on(tmp_path, "2026-05-31").path == first.path
    assert fetching.known_on(tmp_path, "2026-06-01").path == revised.path
    with pytest.raises(DataError, match="fetched by"):
        fetching.known_on(tmp_path, "2026-04-30")
    (tmp_path / "other.parquet").write_bytes(b"no vintage")
    assert len(fetching.vintages(tmp_path)) == 2


@pytest.mark.parametrize(
    ("publisher", "code", "query", "address"),
    [
        ("eurostatt", "x", [], ""),
        ("eurostat", "../x", [], ""),
        ("eurostat", "x y", [], ""),
        ("eurostat", "x", ["geo"], ""),
        ("pxweb", "x", [], ""),
        ("pxweb", "x", [], "file:///etc/{code}"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    publisher: str, code: str, query: list[str], address: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError):
        fetching.fetch(publisher, code, tmp_path, query=query, address=address)
