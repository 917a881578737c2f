"""No sentence of a report bypasses the catalogues: what its pages say is looked for in the code that says it."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from types import FunctionType, ModuleType

import pytest

from workbench.reporting.notebooks import catalogue
from workbench.reporting.notebooks.catalogue import read_notebook

pytestmark = pytest.mark.quick

SAID = {"say", "say_many", "marked", "known", "caveat"}
WORDS = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}|^[A-Z][a-z]{3,}$")
"""Two words beside each other, or one that begins as a heading does."""
NOT_SAID = {
    "offset points",  # words of the library that draws
    "axes fraction",
    "upper left",
    "lower right",
    "workbench report build ",  # a command is typed, not translated
    "Persons placed, by municipality",  # a default that no report leaves standing
}


def shown(report: catalogue.Report) -> Iterator[tuple[ModuleType, str]]:
    """Yield each function of presentation that a report's notebook calls, with its module."""
    cells = [c.source for c in read_notebook(report.path).cells if c.cell_type == "code"]
    tree = ast.parse("\n".join(cells))
    rooms = {
        part.asname or part.name: importlib.import_module(f"{n.module}.{part.name}")
        for n in ast.walk(tree)
        if isinstance(n, ast.ImportFrom) and str(n.module).startswith("workbench.presentation")
        for part in n.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in rooms:
            called = inspect.unwrap(getattr(rooms[node.value.id], node.attr))
            if isinstance(called, FunctionType):
                yield importlib.import_module(called.__module__), called.__name__


@cache
def reached(module: ModuleType, name: str) -> frozenset[tuple[str, str]]:
    """Return the functions of presentation that a function uses, itself among them."""
    found: set[tuple[str, str]] = set()
    waiting = [(module, name)]
    while waiting:
        here, name = waiting.pop()
        if (here.__name__, name) in found:
            continue
        found.add((here.__name__, name))
        used = getattr(here, name)
        for other in ast.walk(ast.parse(inspect.getsource(used).lstrip())):
            if isinstance(other, ast.Name):
                target = getattr(here, other.id, None)
                if isinstance(target, FunctionType) and target.__module__.startswith("workbench.presentation"):
                    waiting.append((importlib.import_module(target.__module__), target.__name__))
    return frozenset(found)


@cache
def left(source: str) -> tuple[str, ...]:
    """Return the texts of a function that look like English and do not go through the catalogues."""
    tree = ast.parse(source.lstrip())
    allowed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SAID:
                allowed |= {id(part) for part in ast.walk(node)}
            if name.endswith("Error") or name == "startswith":
                allowed |= {id(part) for part in ast.walk(node)}
        if isinstance(node, (ast.FunctionDef, ast.AnnAssign, ast.arg)):
            doc = node.body[0] if isinstance(node, ast.FunctionDef) else None
            for part in [doc, getattr(node, "annotation", None), getattr(node, "returns", None)]:
                if part is not None and not (part is doc and not isinstance(doc, ast.Expr)):
                    allowed |= {id(inner) for inner in ast.walk(part)}
        if isinstance(node, (ast.Subscript, ast.Compare)):
            allowed |= {id(part) for part in ast.walk(node)}
    constants = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    texts = (n.value for n in constants if id(n) not in allowed and WORDS.search(n.value.strip()))
    return tuple(text for text in texts if text not in NOT_SAID)


def test_the_search_finds_what_it_is_for() -> None:
    assert left('def f():\n    return Finding("Half of them settle.")') == ("Half of them settle.",)
    assert left('def f(n):\n    return f"{n} persons of the place"') == (" persons of the place",)
    assert left('def f(l):\n    return say("Half of them settle.", l)') == ()


@pytest.mark.parametrize("report", catalogue.reports(), ids=lambda report: report.name)
def test_no_sentence_of_a_report_bypasses_the_catalogues(report: catalogue.Report) -> None:
    assert any(p.name == "language" for p in report.parameters), "every report takes a language"
    functions = {use for module, name in shown(report) for use in reached(module, name)}
    assert functions
    found = {
        f"{module}.{name}": texts
        for module, name in sorted(functions)
        if (texts := left(inspect.getsource(getattr(importlib.import_module(module), name))))
    }
    assert not found
