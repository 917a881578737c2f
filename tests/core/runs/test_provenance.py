import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.core.runs.provenance import Guests, Part, RunRecord, RunStore, SkippedPart, Source, Vintage, fingerprint

pytestmark = pytest.mark.quick
TABLE = pd.DataFrame({"month": ["2019-01", "2019-02"], "persons": [1, 2]})
INPUTS = (Vintage("eu/arrivals", Source("Eurostat", "asylum", "CC BY 4.0"), "2019-02", fingerprint(TABLE)),)


class Compute:
    """Counts how often it really computes."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, folder: Path) -> Mapping[str, int]:
        self.calls += 1
        (folder / "out.txt").write_text("42")
        return {"answer": 42}


def test_the_same_input_finds_the_saved_run_and_any_change_does_not(tmp_path: Path) -> None:
    store, compute = RunStore(tmp_path), Compute()
    first = store.get_or_run("demo", {"seed": 1}, INPUTS, compute)
    again = store.get_or_run("demo", {"seed": 1}, INPUTS, compute)
    assert (first.reused, again.reused, compute.calls) == (False, True, 1)
    assert again.record == first.record and again.record.results == {"answer": 42}
    store.get_or_run("demo", {"seed": 2}, INPUTS, compute)
    other = (Vintage("eu/arrivals", INPUTS[0].source, "2019-02", fingerprint(TABLE.assign(persons=[1, 3]))),)
    store.get_or_run("demo", {"seed": 1}, other, compute)
    store.get_or_run("other", {"seed": 1}, INPUTS, compute)
    assert compute.calls == 4
    assert store.find("demo", {"seed": 1}, INPUTS) == again and store.find("demo", {"seed": 3}, INPUTS) is None
    assert store.latest("demo") is not None and store.latest("nothing") is None


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError])
def test_an_interrupted_run_leaves_nothing_and_is_made_again(tmp_path: Path, stop: type[BaseException]) -> None:
    def half(folder: Path) -> Mapping[str, int]:
        (folder / "out.txt").write_text("half")
        raise stop

    store, compute = RunStore(tmp_path), Compute()
    with pytest.raises(stop):
        store.get_or_run("demo", {}, INPUTS, half)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert store.get_or_run("demo", {}, INPUTS, compute).reused is False


def test_a_record_survives_its_file(tmp_path: Path) -> None:
    run = RunStore(tmp_path).get_or_run("demo", {"seed": 1, "gap": 0.1}, INPUTS, Compute(), ("a caveat",))
    assert RunRecord.from_json(run.record.to_json()) == run.record
    assert json.loads((run.folder / "record.json").read_text())["inputs"][0]["source"]["publisher"] == "Eurostat"
    (run.folder / "record.json").write_text("{")
    with pytest.raises(DataError, match="no readable run"):
        RunStore(tmp_path).read(run.folder)


def test_fingerprints_ignore_order_and_see_every_cell() -> None:
    assert fingerprint(TABLE) == fingerprint(TABLE.iloc[::-1]) == fingerprint(TABLE[["persons", "month"]])
    assert fingerprint(TABLE) != fingerprint(TABLE.assign(persons=[1, 1]))
    assert fingerprint(TABLE) != fingerprint(TABLE.rename(columns={"persons": "people"}))


def test_a_guest_that_was_used_makes_another_run_and_one_left_out_does_not(tmp_path: Path) -> None:
    store, compute = RunStore(tmp_path), Compute()
    part = Part("workbench.rules", "even", "town", "1.0", "ab" * 32)
    left_out = SkippedPart("workbench.rules", "odd", "other", "2.0", "cannot be imported")
    plain = store.get_or_run("demo", {}, INPUTS, compute)
    used = store.get_or_run("demo", {}, INPUTS, compute, plugins=Guests((part,), (left_out,)))
    changed = Part("workbench.rules", "even", "town", "1.0", "cd" * 32)
    store.get_or_run("demo", {}, INPUTS, compute, plugins=Guests((changed,)))
    assert used.record.key != plain.record.key and compute.calls == 3
    assert store.get_or_run("demo", {}, INPUTS, compute, plugins=Guests((part,))).reused
    assert RunRecord.from_json(used.record.to_json()).plugins == Guests((part,), (left_out,))


def test_a_record_from_before_plugins_is_still_read(tmp_path: Path) -> None:
    run = RunStore(tmp_path).get_or_run("demo", {}, INPUTS, Compute())
    raw = json.loads(run.record.to_json())
    del raw["plugins"]
    assert RunRecord.from_json(json.dumps(raw)) == run.record
    (run.folder / "record.json").write_text(json.dumps({**raw, "plugins": ["even"]}))
    with pytest.raises(DataError, match="no readable run"):
        RunStore(tmp_path).read(run.folder)


@pytest.mark.parametrize("damage", ["truncate", "delete", "record"])
def test_a_damaged_run_is_seen_and_made_again(tmp_path: Path, damage: str) -> None:
    store, compute = RunStore(tmp_path), Compute()
    run = store.get_or_run("demo", {"seed": 1}, INPUTS, compute)
    if damage == "delete":
        (run.folder / "out.txt").unlink()
    else:
        (run.folder / {"truncate": "out.txt", "record": "record.json"}[damage]).write_text("4")
    again = store.get_or_run("demo", {"seed": 1}, INPUTS, compute)
    assert not again.reused and compute.calls == 2 and (again.folder / "out.txt").read_text() == "42"
    assert store.get_or_run("demo", {"seed": 1}, INPUTS, compute).reused


@pytest.mark.parametrize(("old", "new"), [('"a caveat"', '"all is well"'), ('"answer": 42', '"answer": 43')])
def test_a_record_that_was_edited_is_not_used(tmp_path: Path, old: str, new: str) -> None:
    store = RunStore(tmp_path)
    run = store.get_or_run("demo", {}, INPUTS, Compute(), ("a caveat",))
    path = run.folder / "record.json"
    path.write_text(path.read_text().replace(old, new))
    assert store.find("demo", {}, INPUTS) is None


def test_one_unreadable_record_does_not_hide_the_others(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.get_or_run("demo", {"seed": 1}, INPUTS, Compute())
    broken = store.get_or_run("demo", {"seed": 2}, INPUTS, Compute())
    (broken.folder / "record.json").write_text("{")
    found = store.latest("demo")
    assert found is not None and found.folder == run.folder
