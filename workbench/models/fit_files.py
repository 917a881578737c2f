"""A saved fit on disk: one file of numbers and one of words, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from workbench.core.storage.files import replacing

NUMBERS, WORDS = "posterior.nc", "fit.json"


def write(folder: Path | str, numbers: xr.Dataset, words: Mapping[str, Any]) -> Path:
    """Write the arrays and the words of a fit into a folder and return it."""
    with replacing(folder) as partial:
        partial.mkdir()
        compressed = {name: {"zlib": True, "complevel": 1} for name in numbers.data_vars}
        # Made in memory: on a full disk the library of the format ends the process with a crash.
        (partial / NUMBERS).write_bytes(numbers.to_netcdf(engine="h5netcdf", encoding=compressed))
        (partial / WORDS).write_text(json.dumps(words, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return Path(folder)


def read(folder: Path | str, form: str) -> tuple[dict[str, Any], xr.Dataset]:
    """Return the words and the arrays of a saved fit.

    Raises
    ------
    OSError, ValueError, KeyError
        If the folder holds no fit, or one of another format than ``form``.
    """
    words: dict[str, Any] = json.loads((Path(folder) / WORDS).read_text(encoding="utf-8"))
    if words["format"] != form:
        raise ValueError(f"its format is '{words['format']}', this version reads '{form}'")
    with xr.open_dataset(Path(folder) / NUMBERS, engine="h5netcdf") as numbers:
        return words, numbers.load()
