"""Does a model say what it is made of, and can it be built? The check that every model component passes.

The group ``workbench.components`` lists models; ours are ``inflow`` and ``settlement``. No study takes a model of
another package yet.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workbench.core import plugins
from workbench.core.parts import ModelComponent, lacks, refuse
from workbench.core.plugins import Plugin

COLUMNS = ("quantity", "per", "prior", "meaning")


def available() -> Mapping[str, Plugin]:
    """Return the installed models by name."""
    return plugins.load(plugins.COMPONENTS, _check)


def check_component(component: ModelComponent) -> None:
    """Raise one error with every fault of a model component; nothing is built or fitted."""
    faults = lacks(component, ModelComponent)
    if not faults:
        faults = _description_faults(component.describe())
    refuse(f"the model component {type(component).__name__}", faults)


def _description_faults(table: object) -> list[str]:
    if not isinstance(table, pd.DataFrame) or tuple(table.columns) != COLUMNS:
        return [f"it is not described by a table with the columns {', '.join(COLUMNS)}"]
    if table.empty:
        return ["its description names no quantity"]
    empty = table.isna() | table.astype(str).apply(lambda cells: cells.str.strip().eq(""))
    faults = [
        f"the quantity in row {row} of its description has no {column}"
        for row, column in ((row, column) for row in range(len(table)) for column in COLUMNS)
        if empty.iloc[row][column]
    ]
    repeated = sorted(set(table.loc[table["quantity"].duplicated(), "quantity"]))
    return faults + [f"its description names '{name}' twice" for name in repeated]


def _check(_name: str, maker: type[ModelComponent]) -> None:
    check_component(maker())
