"""Which parameters a report takes, read from its own parameters cell, and whether given values fit them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.errors import ReportError, nearest

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_TYPES: dict[str, type] = {"int": int, "float": float, "str": str, "bool": bool}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a report.

    Attributes
    ----------
    type
        ``int``, ``float``, ``str`` or ``bool``, that of the default.
    meaning, unit
        The comment beside the default; a unit stands at its end in square brackets.
    """

    name: str
    type: str
    default: Any
    meaning: str
    unit: str = ""

    @classmethod
    def read(cls, name: str, default: str, comment: str) -> Parameter:
        """Make a parameter from one line ``name = default  # meaning [unit]`` of the parameters cell."""
        try:
            value = ast.literal_eval(default)
        except (ValueError, SyntaxError) as error:
            raise ReportError(
                f"the default of parameter '{name}' is not a plain value",
                do="write a number, a text or True/False",
            ) from error
        kind = type(value).__name__
        if kind not in _TYPES:
            raise ReportError(f"the parameter '{name}' is a {kind}", do=f"use one of {', '.join(_TYPES)}")
        meaning, bracket, rest = comment.strip().rpartition("[")
        if bracket and rest.endswith("]"):
            return cls(name, kind, value, meaning.strip(), rest[:-1].strip())
        return cls(name, kind, value, comment.strip())

    def value(self, given: Any) -> Any:
        """Return a given value in the parameter's type; text is read as the command line writes it.

        Raises
        ------
        ReportError
            If it does not fit.
        """
        kind = _TYPES[self.type]
        if isinstance(given, str) and kind is not str:
            try:
                return _FLAGS[given.strip().lower()] if kind is bool else kind(given.strip())
            except (KeyError, ValueError) as error:
                raise self._misfit(given) from error
        if kind is float and type(given) is int:
            return float(given)
        if type(given) is not kind:
            raise self._misfit(given)
        return given

    def _misfit(self, given: Any) -> ReportError:
        unit = f" ({self.unit})" if self.unit else ""
        return ReportError(
            f"{given!r} does not fit the parameter '{self.name}'",
            why=f"it is {self.meaning}{unit}" if self.meaning else "",
            do=f"give a value of type {self.type}, e.g. {self.name}={self.default}",
        )


def checked(report: str, parameters: tuple[Parameter, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return all parameters with their values, defaults where none is given, before anything runs.

    Raises
    ------
    ReportError
        If a name is unknown (the nearest one is named) or a value does not fit.
    """
    known = {p.name: p for p in parameters}
    for name in given:
        if name not in known:
            raise ReportError(f"the report '{report}' has no parameter '{name}'", do=nearest(name, list(known)))
    return {name: p.value(given[name]) if name in given else p.default for name, p in known.items()}
