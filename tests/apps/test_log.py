"""The log of the server holds no key, no matter who writes it and how."""

from __future__ import annotations

import logging

import pytest

from workbench.apps.serving.log import Discreet

pytestmark = pytest.mark.quick
KEY = "a-strong-key-of-2026"


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("403 GET /?token=%s&language=nb", (KEY,)),
        ("Authorization: token %s", (KEY,)),
        ("%r", ({"path": f"/voila/files/{KEY}"},)),
        ("GET /?token=nearly-the-key HTTP/1.1", ()),
    ],
)
def test_the_key_and_what_was_tried_as_one_are_left_out(text: str, arguments: tuple[object, ...]) -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, text, arguments, None)
    assert Discreet(KEY).filter(record)
    said = record.getMessage()
    assert "[key]" in said and KEY not in said and "nearly" not in said


def test_other_lines_stay_and_what_means_nothing_goes() -> None:
    filter_ = Discreet(KEY)
    assert filter_.filter(logging.LogRecord("x", logging.WARNING, "", 0, "a disk is full", (), None))
    assert not filter_.filter(logging.LogRecord("x", logging.WARNING, "", 0, "Notebook is not trusted", (), None))
