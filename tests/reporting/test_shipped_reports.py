import ast

import pytest

from workbench.reporting.notebooks.catalogue import read_notebook, reports

pytestmark = pytest.mark.quick

SHIPPED = {r.name: r for r in reports()}


def test_both_reports_ship_with_title_and_reader():
    assert {"inflow", "allocation", "settlement"} <= SHIPPED.keys()
    assert all(r.title and r.reader for r in SHIPPED.values())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_report_is_a_thin_page(name):
    notebook = read_notebook(SHIPPED[name].path)
    assert notebook.metadata.kernelspec.name == "python3"
    calls = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        assert not cell.outputs and cell.execution_count is None
        tree = ast.parse(cell.source)
        thick = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.ListComp, ast.Lambda, ast.With)
        assert not [node for node in ast.walk(tree) if isinstance(node, thick)]
        called = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
        calls += sum(f.attr == "study" for f in called)
    assert calls == 1


@pytest.mark.parametrize("name", SHIPPED)
def test_every_parameter_says_what_it_means_and_is_used(name):
    source = "\n".join(c.source for c in read_notebook(SHIPPED[name].path).cells[1:] if c.cell_type == "code")
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    for parameter in SHIPPED[name].parameters:
        assert parameter.meaning and parameter.name in used


@pytest.mark.parametrize("name", SHIPPED)
def test_every_finding_shown_exists(name):
    import importlib

    cells = [c.source for c in read_notebook(SHIPPED[name].path).cells if c.cell_type == "code"]
    tree = ast.parse("\n".join(cells))
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and str(n.module).startswith("workbench.pre")]
    rooms = {part.asname or part.name: f"{n.module}.{part.name}" for n in imports for part in n.names}
    assert rooms
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in rooms:
            assert hasattr(importlib.import_module(rooms[node.value.id]), node.attr)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_rerun_command_names_every_parameter_but_folders_and_who_built_it(name):
    cells = read_notebook(SHIPPED[name].path).cells
    (last,) = (cell.source for cell in cells if "how_to_rerun(" in cell.source)
    call = ast.parse(last).body[-1].value
    assert ast.literal_eval(call.args[0]) == name
    assert [k.arg for k in call.keywords] == [p.name for p in SHIPPED[name].parameters if p.name not in ("runs", "who")]
