"""By which key do the pages open? A strong one, made for each start of the server or chosen by those who run it."""

from __future__ import annotations

import os
import re
import secrets

from workbench.core.errors import AppError

NAME = "WORKBENCH_TOKEN"
SHORTEST, DIFFERENT = 16, 8
"""Characters of a key at least, and different ones among them."""


def chosen() -> str:
    """Return the key that the environment names, or a new one."""
    return os.environ.get(NAME) or secrets.token_urlsafe(24)


def check(key: str) -> str:
    """Return the key if it is hard to guess and can stand in an address; the error never holds it."""
    if not re.fullmatch(r"[A-Za-z0-9._~-]*", key):
        why = "only letters a to z, digits and . _ ~ - can stand in the address of a page"
    elif len(key) < SHORTEST:
        why = f"its length is {len(key)}, and keys of fewer than {SHORTEST} characters are found by trying"
    elif len(set(key)) < DIFFERENT:
        why = (
            f"it is made of only {len(set(key))} different characters; with fewer than {DIFFERENT} it is easy to guess"
        )
    else:
        return key
    raise AppError(
        "this key to the pages cannot be used",
        where=NAME,
        why=why,
        do="leave it out, and the server makes one; or make one to keep: "
        'python3 -c "import secrets; print(secrets.token_urlsafe())"',
    )
