"""Which household is meant by a code, the beginning of one as the pages show it, or a case number?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workbench.store.database import Store

Household = Annotated[str, typer.Argument(help="The household: its code or the beginning, or a case number.")]


def whole(store: Store, text: str) -> str:
    """Return the whole code of a household; a text that names none is returned as it is, for the step to refuse."""
    from workbench.store.rounds import history

    with store.reading() as connection:
        return history.whole(connection, text.strip())
