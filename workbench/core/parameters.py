"""Parameters: assumptions and published ratios, each with a date, a unit and a source.

No policy number stands in Python. Ask for values as of a date; a value that is not published says *assumption*.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

from workbench.core.errors import AssumptionError, Fault, nearest

Value: TypeAlias = float | Mapping[str, float] | Mapping[str, str]
KINDS = ("published", "assumption")


@dataclass(frozen=True)
class DatedValue:
    """A value that holds from a day on: a number, or a named table of numbers or codes."""

    start: date
    value: Value
    kind: str
    source: str


@dataclass(frozen=True)
class Parameter:
    """One parameter with all its dated values, oldest first."""

    name: str
    unit: str
    description: str
    values: tuple[DatedValue, ...]

    def at(self, day: date) -> DatedValue:
        """Return the value that holds on a day.

        Raises
        ------
        AssumptionError
            If no value holds yet on that day.
        """
        holding = [v for v in self.values if v.start <= day]
        if not holding:
            raise AssumptionError(
                f"parameter '{self.name}' has no value on {day}",
                why=f"its first value holds from {self.values[0].start}",
                do="choose a later date, or add a dated value with its source",
            )
        return holding[-1]


@dataclass(frozen=True)
class Parameters:
    """A locality's parameters by name."""

    items: Mapping[str, Parameter]
    where: str = "parameters"

    @classmethod
    def read(cls, path: Path) -> Parameters:
        """Read ``parameters.toml``; every fault in it is named at once."""
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise AssumptionError(
                "cannot read the parameters",
                where=str(path),
                why=str(error),
                do="mend the file; see README, your own data",
            ) from error
        faults: list[Fault] = []
        items = {name: _parameter(name, body, faults) for name, body in raw.items()}
        if faults:
            raise AssumptionError(
                "parameters without what they need:\n" + "\n".join(f"  - {fault.line()}" for fault in faults),
                where=str(path),
                why="every assumption has a date, a unit and a source",
                do="add what is named",
            )
        return cls(items, str(path))

    def number(self, name: str, day: date) -> float:
        """Return a single number as of a day."""
        value = self.entry(name).at(day).value
        if isinstance(value, Mapping):
            raise AssumptionError(f"parameter '{name}' is a table, a single number is needed", where=self.where)
        return float(value)

    def shares(self, name: str, day: date) -> dict[str, float]:
        """Return a table of shares that must add up to 1."""
        values = self.numbers(name, day)
        if any(v < 0 for v in values.values()) or abs(sum(values.values()) - 1) > 1e-9:
            raise AssumptionError(
                f"the shares of '{name}' add up to {sum(values.values()):g}, not 1",
                where=self.where,
                do="mend the shares; none may be negative",
            )
        return values

    def numbers(self, name: str, day: date) -> dict[str, float]:
        """Return a table of numbers as of a day."""
        return {key: float(v) for key, v in self._table(name, day).items()}

    def texts(self, name: str, day: date) -> dict[str, str]:
        """Return a table of texts, e.g. codes by name, as of a day."""
        return {key: str(v) for key, v in self._table(name, day).items()}

    def _table(self, name: str, day: date) -> Mapping[str, float] | Mapping[str, str]:
        value = self.entry(name).at(day).value
        if not isinstance(value, Mapping):
            raise AssumptionError(f"parameter '{name}' is a single number, a table is needed", where=self.where)
        return value

    def entry(self, name: str) -> Parameter:
        """Return one parameter with its unit, its description and all its dated values."""
        if name not in self.items:
            raise AssumptionError(f"no parameter '{name}'", where=self.where, do=nearest(name, list(self.items)))
        return self.items[name]

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.items.values())


def _parameter(name: str, body: object, faults: list[Fault]) -> Parameter:
    if not isinstance(body, Mapping):
        faults.append(Fault("a parameter is a table with unit, description and values", column=name))
        return Parameter(name, "", "", ())
    faults.extend(Fault(f"no {part}", column=name) for part in ("unit", "description", "values") if not body.get(part))
    values = []
    for number, raw in enumerate(body.get("values", ()), start=1):
        lacking = [part for part in ("from", "value", "kind", "source") if raw.get(part) in (None, "")]
        faults.extend(Fault(f"value {number} has no '{part}'", column=name) for part in lacking)
        if raw.get("kind") not in (None, *KINDS):
            faults.append(
                Fault(f"value {number} has an unknown kind", column=name, value=raw["kind"], allowed=", ".join(KINDS))
            )
        if "from" in raw and not isinstance(raw["from"], date):
            faults.append(Fault(f"value {number}: 'from' is not a date", column=name, value=raw["from"]))
        if not lacking and isinstance(raw["from"], date):
            values.append(DatedValue(raw["from"], raw["value"], raw["kind"], raw["source"]))
    ordered = tuple(sorted(values, key=lambda v: v.start))
    return Parameter(name, str(body.get("unit", "")), str(body.get("description", "")), ordered)
