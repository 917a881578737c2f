"""The one door for parts of other packages: who comes in, who is left out and why, and what a run record keeps."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.core import plugins
from workbench.core.errors import DataError, PluginError
from workbench.core.plugins import RULES, PluginNotice
from workbench.core.runs.provenance import Guests

pytestmark = pytest.mark.quick
ROOT = Path(__file__).parent.parent.parent
Bring = Callable[..., Path]


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bring:
    """Put a package of one module beside its metadata on the search path, as an installer would."""

    def make(name: str, source: str, entries: Mapping[str, str], version: str = "1.0", group: str = RULES) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        module = name.replace("-", "_")
        (folder / f"{module}.py").write_text(source, encoding="utf-8")
        about = folder / f"{module}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = "".join(f"{entry} = {value}\n" for entry, value in entries.items())
        (about / "entry_points.txt").write_text(f"[{group}]\n{lines}")
        monkeypatch.syspath_prepend(folder)
        return folder

    yield make
    for name in [name for name in sys.modules if name.startswith("guest_")]:
        del sys.modules[name]


def fine(_name: str, _value: Any) -> None:
    """A check that every part passes."""


def test_our_own_parts_come_through_the_door_and_the_groups_are_all_there_are() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    assert set(stated) <= set(plugins.GROUPS)
    for group in plugins.GROUPS:
        found = {name for name, plugin in plugins.load(group, fine).items() if plugin.own}
        assert found == set(stated.get(group, {})), group


def test_nothing_else_reads_entry_points() -> None:
    readers = [p for p in (ROOT / "workbench").rglob("*.py") if re.search(r"\bentry_points\(", p.read_text("utf-8"))]
    assert [path.name for path in readers] == ["plugins.py"]


def test_a_guest_is_found_with_its_package_and_version(bring: Bring) -> None:
    bring("guest-town", "VALUE = 42", {"even": "guest_town:VALUE"}, version="3.1")
    plugin = plugins.get(RULES, "even", fine)
    assert (plugin.value, plugin.distribution, plugin.version, plugin.own) == (42, "guest-town", "3.1", False)
    part = plugins.guests(plugin, plugins.get(RULES, "capacity", fine), None).used
    assert [(p.group, p.name, p.distribution, p.version) for p in part] == [(RULES, "even", "guest-town", "3.1")]
    assert plugins.notices() == ()


@pytest.mark.parametrize(
    ("source", "entry", "reason"),
    [
        ("import no_such_module", "guest_town:VALUE", "cannot be imported: ModuleNotFoundError: No module named"),
        ("VALUE = ", "guest_town:VALUE", "cannot be imported: SyntaxError"),
        ("raise SystemExit(3)", "guest_town:VALUE", "cannot be imported: SystemExit: 3"),
        ("OTHER = 1", "guest_town:VALUE", "cannot be imported: AttributeError"),
        ("VALUE = 'bad'", "guest_town:VALUE", "does not keep its contract: it is bad; it is very bad"),
        ("VALUE = 'crash'", "guest_town:VALUE", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_broken_guest_is_left_out_with_the_reason(bring: Bring, source: str, entry: str, reason: str) -> None:
    def check(_name: str, value: object) -> None:
        if value == "crash":
            raise ZeroDivisionError("division by zero")
        if value == "bad":
            raise PluginError("does not keep its contract", faults=["it is bad", "it is very bad"])

    bring("guest-town", source, {"even": entry})
    with pytest.warns(PluginNotice, match="skipped rules 'even' of guest-town 1.0"):
        found = plugins.load(RULES, check)
    assert "even" not in found and "capacity" in found
    (notice,) = plugins.notices()
    assert reason in notice.reason and "\n" not in notice.line()
    assert plugins.guests().skipped == (notice,)
    earlier = replace(notice, name="odd")
    built_upon = plugins.and_now(Guests((), (earlier,)))  # a saved run, and what is left out now
    assert built_upon.skipped == (earlier, notice) and plugins.and_now(built_upon) == built_upon
    with pytest.raises(PluginError, match="'even' cannot be used") as error:
        plugins.get(RULES, "even", check)
    assert notice.reason in error.value.message()


def test_of_two_guests_of_one_name_neither_is_used(bring: Bring) -> None:
    bring("guest-one", "VALUE = 1", {"even": "guest_one:VALUE", "odd": "guest_one:VALUE"})
    bring("guest-two", "VALUE = 2", {"even": "guest_two:VALUE"}, version="2.0")
    with pytest.warns(PluginNotice):
        found = plugins.load(RULES, fine)
    assert "even" not in found and found["odd"].value == 1
    reasons = {part.distribution: part.reason for part in plugins.notices()}
    assert set(reasons) == {"guest-one", "guest-two"}
    assert "also brought by guest-two 2.0" in reasons["guest-one"] and "guest-one 1.0" in reasons["guest-two"]


def test_a_guest_cannot_take_the_name_of_one_of_ours(bring: Bring) -> None:
    bring("guest-town", "VALUE = 1", {"capacity": "guest_town:VALUE"})
    with pytest.warns(PluginNotice, match="also brought by migration-workbench"):
        found = plugins.load(RULES, fine)
    assert found["capacity"].own


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(PluginError, match="did you mean 'capacity'"):
        plugins.get(RULES, "capcity", fine)


def test_the_fingerprint_follows_the_code(bring: Bring) -> None:
    folder = bring("guest-town", "VALUE = 1", {"even": "guest_town:VALUE"})
    plugin = plugins.get(RULES, "even", fine)
    first = plugin.part().fingerprint
    assert plugin.part().fingerprint == first
    (folder / "guest_town.py").write_text("VALUE = 2")
    assert plugin.part().fingerprint != first


def test_what_goes_wrong_in_a_guest_names_it_and_our_own_errors_pass(bring: Bring) -> None:
    bring("guest-town", "VALUE = 1", {"even": "guest_town:VALUE"})
    plugin = plugins.get(RULES, "even", fine)
    with pytest.raises(PluginError, match="it failed while at work: KeyError") as error, plugin.at_work():
        raise KeyError("x")
    assert error.value.where == "rules 'even' of guest-town 1.0"
    with pytest.raises(DataError, match="no rows"), plugin.at_work():
        raise DataError("no rows")
    with pytest.warns(PluginNotice):
        plugins.leave_out(plugin, PluginError("it failed"))
    assert "even" not in plugins.load(RULES, fine) and plugins.notices()[0].reason == "it failed"
