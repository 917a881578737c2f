"""Tables that somebody brings through the page: kept for it alone, refused in a sentence where they cannot be."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError
from workbench.presentation.languages import say
from workbench.studies.allocation import batches

LARGEST = 900_000
"""Bytes of an uploaded table at most: what a message to the page may carry."""


class Uploads:
    """The tables brought to one page; they are gone with it."""

    def __init__(self) -> None:
        self.brought: dict[str, Path] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def lacking(self) -> list[str]:
        """Which tables are still missing before a batch can be opened."""
        return [kind for kind in ("households", "places") if kind not in self.brought]

    def keep(self, files: Iterable[Mapping[str, Any]], language: str) -> None:
        """Keep files by what their names say they are.

        Raises
        ------
        DataError
            A name does not say which table it is, or a file is too large.
        """
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="workbench-batch-")
        for file in files:
            self._keep(file, Path(self._folder.name), language)

    def _keep(self, file: Mapping[str, Any], folder: Path, language: str) -> None:
        name = Path(str(file["name"])).name
        kind = batches.kind_of(name)
        if not kind:
            raise DataError(
                say("The name of “{file}” does not say which table it is.", language, file=name),
                do=say("Call it households, places, scores, rules, practice, outcomes or wishes.", language),
            )
        if int(file["size"]) > LARGEST:
            raise DataError(
                say("“{file}” is too large to be brought through the page.", language, file=name),
                do=say("Ask the people who run this page to put the batch on the server.", language),
            )
        # A folder of its own: a batch that is open keeps the file that it was read from.
        target = Path(tempfile.mkdtemp(dir=folder)) / f"{kind}{Path(name).suffix.lower()}"
        target.write_bytes(bytes(file["content"]))
        self.brought = {**self.brought, kind: target}
