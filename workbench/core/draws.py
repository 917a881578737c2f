"""Draws: labelled posterior samples in whole persons, whose sums over groups are exact."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from workbench.core.errors import DataError, ModelError, nearest
from workbench.core.storage.files import write_bytes

if TYPE_CHECKING:
    import pandas as pd

DRAW = "draw"


class Draws:
    """Posterior samples of counts of persons.

    Parameters
    ----------
    values
        Array with a leading dimension ``draw`` and one labelled dimension for each thing that is counted
        (``destination``, ``month``, ``municipality`` …), in whole persons, not negative. Floats are taken only if
        every one is whole.
    unit
        What is counted, as a reader says it.

    Raises
    ------
    ModelError
        If a value is negative, missing or not whole, or if a label stands twice: such draws would not add up.
    """

    def __init__(self, values: xr.DataArray, unit: str = "persons") -> None:
        if not values.dims or values.dims[0] != DRAW:
            raise ModelError(f"draws need the leading dimension '{DRAW}', these have {values.dims}")
        for dim in values.dims[1:]:
            if dim not in values.coords:
                raise ModelError(f"dimension '{dim}' of the draws has no labels")
            labels = values.coords[dim].values
            if len(set(labels.tolist())) != len(labels):
                raise ModelError(f"a label of dimension '{dim}' stands twice in the draws")
        raw = values.values
        whole = np.issubdtype(raw.dtype, np.integer) or bool(np.all(np.isfinite(raw)) and np.all(raw == np.rint(raw)))
        if not whole:
            raise ModelError("draws must be whole persons", why="sums over groups have to be exact")
        if raw.size and raw.min() < 0:
            raise ModelError("draws must not be negative", why="they count persons")
        self._values = values.astype(np.int64).drop_vars(DRAW, errors="ignore")
        self._values.name = "draws"
        self.unit = unit

    @classmethod
    def from_array(cls, array: np.ndarray, labels: Mapping[str, Sequence[Any]], unit: str = "persons") -> Draws:
        """Build draws from an array (draw, *labels) and the labels of every further dimension, in order."""
        coords = {name: list(values) for name, values in labels.items()}
        return cls(xr.DataArray(array, dims=(DRAW, *coords), coords=coords), unit)

    @property
    def values(self) -> xr.DataArray:
        """The samples: int64, dimensions ``draw`` and the labelled ones, in ``unit``."""
        return self._values

    @property
    def dims(self) -> tuple[str, ...]:
        """The labelled dimensions, without ``draw``."""
        return tuple(str(d) for d in self._values.dims[1:])

    @property
    def size(self) -> int:
        """The number of draws."""
        return int(self._values.sizes[DRAW])

    def labels(self, dim: str) -> list[Any]:
        """Return the labels of a dimension, in order."""
        self._need(dim)
        return list(self._values.coords[dim].values.tolist())

    def sum(self, *over: str) -> Draws:
        """Return exact sums over the named dimensions (over all of them if none is named)."""
        dims = over or self.dims
        for dim in dims:
            self._need(dim)
        return Draws(self._values.sum(list(dims)), self.unit)

    def group(self, dim: str, groups: Mapping[Any, Hashable], name: str) -> Draws:
        """Return exact sums over groups of labels.

        Parameters
        ----------
        dim
            Dimension to group, e.g. ``municipality``.
        groups
            For each label its group. A label without one is refused: its persons would be lost.
        name
            Name of the new dimension, e.g. ``county``.
        """
        missing = [label for label in self.labels(dim) if label not in groups]
        if missing:
            raise DataError(
                f"no group for {dim} {', '.join(map(str, missing[:5]))}",
                why="their persons would be missing from the sums",
                do="give every label a group",
            )
        key = xr.DataArray([groups[x] for x in self.labels(dim)], dims=dim, name=name)
        return Draws(self._values.groupby(key).sum().transpose(DRAW, ...), self.unit)

    def select(self, **labels: Any) -> Draws:
        """Return the draws of one label, or of a list of labels, per dimension.

        Raises
        ------
        DataError
            If a label is unknown; the nearest one is named.
        """
        for dim, wanted in labels.items():
            known = self.labels(dim)
            for label in wanted if isinstance(wanted, list) else [wanted]:
                if label not in known:
                    raise DataError(
                        f"no {dim} '{label}' in these draws", do=nearest(str(label), [str(k) for k in known])
                    )
        chosen = self._values.sel(labels)
        return Draws(chosen.drop_vars([d for d in labels if d not in chosen.dims]), self.unit)

    def quantile(self, probability: float | Sequence[float]) -> xr.DataArray:
        """Return quantiles over draws, each one a value that was drawn (so whole persons)."""
        return self._values.quantile(probability, dim=DRAW, method="inverted_cdf")

    def interval(self, level: float) -> tuple[xr.DataArray, xr.DataArray]:
        """Return the lower and upper end of the central predictive interval that holds ``level`` of the draws."""
        if not 0 < level < 1:
            raise ModelError(f"an interval level lies between 0 and 1, not {level}")
        ends = self.quantile([(1 - level) / 2, (1 + level) / 2])
        return ends.isel(quantile=0, drop=True), ends.isel(quantile=1, drop=True)

    def summary(self, levels: Sequence[float] = (0.5, 0.8, 0.95)) -> pd.DataFrame:
        """Return one row per label with the median and the ends of each interval (columns ``low80``, ``high80`` …)."""
        columns = {"median": self.quantile(0.5).drop_vars("quantile")}
        for level in levels:
            low, high = self.interval(level)
            columns[f"low{round(level * 100)}"], columns[f"high{round(level * 100)}"] = low, high
        table = xr.Dataset(columns).reset_coords(drop=True)
        if not self.dims:
            import pandas as pd

            return pd.DataFrame([{k: int(v) for k, v in table.items()}])
        return table.to_dataframe().astype("int64").reset_index()

    def save(self, path: Path | str) -> Path:
        """Write the draws as netCDF; an earlier good file stays until the new one is whole."""
        target = Path(path)
        kept = self._values.astype("int32") if self._values.max(initial=0) < 2**31 else self._values
        data = kept.to_dataset(name="draws")
        data.attrs = {"unit": self.unit, "format": "migration-workbench draws 1"}
        # Made in memory: on a full disk the library of the format ends the process with a crash.
        return write_bytes(
            target, data.to_netcdf(engine="h5netcdf", encoding={"draws": {"zlib": True, "complevel": 4}})
        )

    @classmethod
    def load(cls, path: Path | str) -> Draws:
        """Read draws written by :meth:`save`."""
        try:
            with xr.open_dataset(path, engine="h5netcdf") as data:
                if not str(data.attrs.get("format", "")).startswith("migration-workbench draws"):
                    raise DataError("this netCDF file holds no draws", where=str(path))
                return cls(data["draws"].load(), str(data.attrs["unit"]))
        except OSError as error:
            raise DataError(
                "cannot read the saved draws", where=str(path), why=str(error), do="run the study that made them again"
            ) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Draws) and self.unit == other.unit and self._values.identical(other._values)

    __hash__ = None  # type: ignore[assignment]  # holds an array

    def __repr__(self) -> str:
        sizes = ", ".join(f"{d}: {self._values.sizes[d]}" for d in self.dims)
        return f"Draws({self.size} draws of {self.unit}; {sizes or 'one number'})"

    def _need(self, dim: str) -> None:
        if dim not in self.dims:
            raise DataError(f"these draws have no dimension '{dim}'", do=nearest(dim, self.dims))
