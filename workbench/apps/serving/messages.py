"""Which messages of a browser may go on to a page's kernel? Well-formed ones of its widgets, and no others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1

from workbench.core.errors import AppError

LARGEST = 1024 * 1024
"""Bytes of a message at most; what a page sends is a few hundred."""
PROTOCOL = "v1.kernel.websocket.jupyter.org"
PARTS = 16
"""Parts of a message at most, so that a wrong number of them cannot take the memory."""
KINDS = {
    "comm_msg": ("comm_id", "data"),
    "comm_open": ("comm_id", "target_name", "data"),
    "comm_close": ("comm_id",),
    "comm_info_request": (),
    "kernel_info_request": (),
}
"""What a page may say, and what each must hold. Nothing here makes a kernel run code that a browser sends."""
METHODS = ("update", "request_state", "request_states", "custom", "backbone")


def check(message: str | bytes, subprotocol: str | None) -> None:
    """Raise an error that says in one line why a message is not passed on."""
    try:
        header, content = _parts(message, subprotocol)
    except Exception as error:  # the bytes are a stranger's: whatever the readers stumble over is malformed
        raise AppError("a message is malformed", do="load the page again") from error
    kind = header.get("msg_type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise AppError(f"a message of the kind {str(kind)[:40]!a} is not for this server")
    texts = [name for name in KINDS[kind] if name != "data" and not isinstance(content.get(name), str)]
    data = content.get("data", {})
    if texts or not isinstance(data, Mapping):
        raise AppError(f"a message of the kind '{kind}' lacks {', '.join(texts) or 'its data'}")
    if kind == "comm_msg":
        _check_widget(data)


def _check_widget(data: Mapping[str, Any]) -> None:
    if data.get("method") not in METHODS:
        raise AppError("a widget message names no method that widgets know")
    if data["method"] == "update" and not isinstance(data.get("state", {}), Mapping):
        raise AppError("a widget message holds no state")
    if not all(_is_file(path) for path in data.get("buffer_paths") or ()):
        raise AppError("a widget message brings buffers that are no uploaded file")


def _is_file(path: object) -> bool:
    """Say whether a buffer is what an upload sends: the content of one of the files that are its value."""
    return (
        isinstance(path, list)
        and len(path) == 3
        and path[0] == "value"
        and isinstance(path[1], int)
        and path[2] == "content"
    )


def _parts(message: str | bytes, subprotocol: str | None) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if subprotocol == PROTOCOL:
        if not isinstance(message, bytes) or int.from_bytes(message[:8], "little") > PARTS:
            raise TypeError("bytes of a few parts")
        _, parts = deserialize_msg_from_ws_v1(message)  # type: ignore[no-untyped-call]
        header, parent, metadata, content = (json.loads(part) for part in parts[:4])
    else:
        if not isinstance(message, str):
            raise TypeError("this protocol speaks text")
        read = json.loads(message)
        header, parent, metadata, content = (read[name] for name in ("header", "parent_header", "metadata", "content"))
    if not all(isinstance(part, Mapping) for part in (header, parent, metadata, content)):
        raise TypeError("the parts of a message are objects")
    if not all(isinstance(header.get(name), str) for name in ("msg_id", "session", "username")):
        raise TypeError("a message says whose it is")
    return header, content
