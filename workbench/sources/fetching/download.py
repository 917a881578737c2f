"""How is an answer fetched whole, or refused in words? Slow, cut off, too large, an error page: each is said."""

from __future__ import annotations

import gzip
import http.client
import io
import time
import zipfile
import zlib
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import (
    BaseHandler,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from workbench.core.errors import DataError

CHUNK = 1 << 16
LARGEST = 2_000_000_000
"""Bytes of an answer above which it is refused."""
KEPT = "nothing was written; what was fetched before stays as it is"
AGENT = "migration-workbench (statistics, one request a table)"


def download(address: str, target: Path, *, seconds: float = 300.0, silence: float = 60.0) -> int:
    """Write the answer of an address into a file and return its size in bytes.

    Parameters
    ----------
    seconds
        Longest time for the whole answer.
    silence
        Longest time without a byte.

    Raises
    ------
    DataError
        If the service cannot be reached, refuses, is too slow, ends half-way, or answers with a page instead of data.
    """
    started = time.monotonic()
    try:
        with _opener().open(Request(address, headers={"User-Agent": AGENT}), timeout=min(silence, seconds)) as answer:
            told = answer.headers.get("Content-Length", "")
            packed = answer.headers.get("Content-Encoding", "")
            size = 0
            with target.open("wb") as file:
                while block := answer.read1(CHUNK):
                    size += len(block)
                    if size > LARGEST:
                        raise _fault(address, "the answer is larger than 2 GB", "", "ask for fewer rows with --query")
                    if time.monotonic() - started > seconds:
                        why = f"{size:,} bytes had come after {seconds:.0f} seconds"
                        raise _fault(address, "the publisher's service is too slow", why, "try again, or set --timeout")
                    file.write(block)
    except HTTPError as error:
        do = {404: "check the code", 429: "wait a few minutes, then try again"}.get(error.code, "try again later")
        raise _fault(address, f"the publisher's service answers {error.code} {error.reason}", "", do) from error
    except TimeoutError as error:
        why = f"no byte came for {min(silence, seconds):.0f} seconds"
        raise _fault(address, "the publisher's service does not answer", why, "try again, or set --timeout") from error
    except http.client.IncompleteRead as error:
        raise _cut(address, f"{size + len(error.partial):,} of {told or '?'} bytes came") from error
    except (URLError, http.client.HTTPException, ConnectionError, OSError) as error:
        reason = str(getattr(error, "reason", error)) or type(error).__name__
        if isinstance(error, OSError) and not isinstance(error, URLError | ConnectionError):
            raise
        raise _fault(address, "the publisher's service cannot be reached", reason, "check the network") from error
    if told.isdigit() and size < int(told):
        raise _cut(address, f"{size:,} of {int(told):,} bytes came")
    _unpack(address, target, packed)
    _no_page(address, target)
    return size


def _opener() -> OpenerDirector:
    """Return what opens addresses of the web alone: a redirect never leads to a file of this machine."""
    opener = OpenerDirector()
    known: tuple[type[BaseHandler], ...] = (ProxyHandler, UnknownHandler, HTTPHandler, HTTPSHandler)
    for handler in (*known, HTTPErrorProcessor, HTTPDefaultErrorHandler, HTTPRedirectHandler):
        opener.add_handler(handler())
    return opener


def _unpack(address: str, target: Path, packed: str) -> None:
    """Replace a packed answer by what it holds: gzip, or a zip with one table."""
    start = target.open("rb").read(4)
    try:
        if start[:2] == b"\x1f\x8b" or packed == "gzip":
            target.write_bytes(gzip.decompress(target.read_bytes()))
        elif start == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as held:
                tables = [name for name in held.namelist() if name.lower().endswith((".csv", ".tsv", ".json"))]
                tables = [name for name in tables if "footnote" not in name.lower()]
                if "[Content_Types].xml" in held.namelist():
                    return  # a workbook
                if len(tables) != 1:
                    what = f"the answer is an archive with {len(tables)} tables"
                    raise _fault(address, what, "", "fetch it by hand, then `workbench data read`")
                target.write_bytes(held.read(tables[0]))
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise _cut(address, "it cannot be unpacked") from error


def _no_page(address: str, target: Path) -> None:
    with target.open("rb") as file:
        start = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise _fault(address, "the publisher's service answers with nothing", "", "check the code, try again later")
    if start.startswith((b"<!doctype html", b"<html")):
        raise _fault(address, "the publisher's service answers with a page, not with data", "", "try again later")
    if start.startswith(b"<?xml"):
        raise _fault(address, "the publisher's service answers with a message, not with data", "", "check the code")


def _cut(address: str, why: str) -> DataError:
    return _fault(address, "the answer ends half-way", why, "try again")


def _fault(address: str, what: str, why: str, do: str) -> DataError:
    return DataError(what, where=address.partition("?")[0], why="; ".join(filter(None, [why, KEPT])), do=do)
