"""The rules of the house: who may import whom, style, types, start-up, and what the README and environment.yml say."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    "numpy",
    "pandas",
    "xarray",
    "pandera",
    "pymc",
    "pytensor",
    "nutpie",
    "numba",
    "statsforecast",
    "scoringrules",
    "cvxpy",
    "matplotlib",
    "papermill",
    "nbconvert",
    "dask",
    "distributed",
    "ipywidgets",
    "voila",
    "babel",
    "sqlalchemy",
    "alembic",
)


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.mark.whole
@pytest.mark.parametrize(
    "command",
    [
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "from importlinter.cli import lint_imports_command as run; run()"),
    ],
    ids=["ruff check", "ruff format", "mypy", "import contract"],
)
def test_the_code_keeps_the_rules(command: tuple[str, ...]) -> None:
    done = python(*command)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.quick
@pytest.mark.parametrize(
    "statement",
    [
        "import workbench",
        "import workbench.cli",
        "import workbench.apps",
        "import workbench.models",
        "import workbench.decisions",
        "import workbench.store",
        "import workbench.studies.rounds",
    ],
)
def test_entering_loads_nothing_heavy(statement: str) -> None:
    done = python("-c", f"{statement}; import sys; print([m for m in {HEAVY!r} if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


@pytest.mark.quick
def test_reading_a_saved_run_loads_neither_sampler_nor_cluster() -> None:
    slow = ("pymc", "nutpie", "distributed", "cvxpy", "matplotlib")
    done = python("-c", f"import workbench.studies.inflow, sys; print([m for m in {slow!r} if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


@pytest.mark.quick
def test_environment_yml_is_what_pyproject_says() -> None:
    made = python(".ci/environment.py").stdout
    assert made and (ROOT / "environment.yml").read_text(encoding="utf-8") == made


@pytest.mark.quick
def test_the_lock_pins_every_dependency_and_names_no_address() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {line.split("==")[0] for line in lock.splitlines()}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[<>=!~]", line)[0] for line in wanted}
    assert names <= pinned
    assert all("==" in line for line in lock.splitlines()) and "://" not in lock and "@" not in lock


@pytest.mark.quick
def test_the_module_map_is_the_package() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    block = contributing.split("## Module map", 1)[1].split("```")[1].split("workbench/\n", 1)[1]
    told: dict[str, set[str]] = {}
    alone: set[str] = set()
    for line in block.splitlines():
        if module := re.match(r"  (\w+)\.py ", line):
            alone.add(module[1])
        elif room := re.match(r"  (\w+)/ ", line):
            told[room[1]] = set()
        elif line.strip():
            told[list(told)[-1]] |= set(line.strip().split(" · "))
    package = ROOT / "workbench"
    assert alone == {path.stem for path in package.glob("[a-z]*.py")}
    assert told == {room.name: modules(room) for room in package.iterdir() if (room / "__init__.py").exists()}


def modules(room: Path) -> set[str]:
    inside = {p.stem for p in room.glob("*.py")} | {p.parent.name for p in room.glob("*/__init__.py")}
    return inside - {"__init__"}


@pytest.mark.quick
def test_no_modules_import_each_other_in_a_circle() -> None:
    paths = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in (ROOT / "workbench").rglob("*.py")}
    paths = {name.removesuffix(".__init__"): path for name, path in paths.items()}
    imports = {name: imported(path, set(paths)) - {name} for name, path in paths.items()}
    assert circle_in(imports) == []
    assert circle_in({**imports, "a": {"b"}, "b": {"a"}}) == ["a", "b", "a"]


def circle_in(imports: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other, the first one again at the end; nothing if there are none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def imported(path: Path, known: set[str]) -> set[str]:
    """Return the modules of ours that a file imports anywhere in it, also for types only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inside & known) | ({node.module} if inside - known else set())
    return found & known


@pytest.mark.quick
def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z-]+)\b", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {"demo", "test"} <= named
    assert all(re.search(rf"^{target}:", makefile, re.M) for target in named), named


@pytest.mark.quick
@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("notebooks/**/*.ipynb"), *ROOT.glob("reports/*.ipynb")]), ids=lambda p: p.name
)
def test_notebooks_are_committed_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.quick
@pytest.mark.parametrize("path", sorted(ROOT.glob("reports/*.ipynb")), ids=lambda p: p.name)
def test_report_pages_are_thin(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert not re.search(r"^\s*(def|class|for|while)\b", code, re.M)
    assert code.count(".study(") == 1


@pytest.mark.quick
def test_a_scheduler_started_as_the_readme_says_listens_on_one_address() -> None:
    lines = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if "dask scheduler" in line]
    assert lines
    for line in lines:
        assert re.search(r"--host HOST\b", line) and "--dashboard-address 127.0.0.1:0" in line


@pytest.mark.quick
def test_every_test_that_the_table_of_faults_names_is_there() -> None:
    table = (ROOT / "tests" / "FAULTS.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]*test_\w+\.py)(?:::(test_\w+))?`", table)
    absent = [
        f"{path}::{test}"
        for path, test in named
        if not (file := ROOT / "tests" / path).is_file()
        or (test and f"def {test}(" not in file.read_text(encoding="utf-8"))
    ]
    assert len(named) > 80 and absent == []
