from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from workbench.core.draws import Draws
from workbench.core.engine.maps import _task
from workbench.core.errors import EngineError
from workbench.core.runs.tasks import Task, TaskStore, function_digest

pytestmark = pytest.mark.quick


def numbers(task: Task) -> list[int]:
    return task.rng().integers(0, 2**32, 4).tolist()


def test_a_task_has_its_own_random_numbers_made_of_seed_and_key_alone() -> None:
    assert numbers(Task("2019-03", 1, 7)) == numbers(Task("2019-03", "other inputs", 7))
    assert numbers(Task("2019-03", 1, 7)) != numbers(Task("2019-04", 1, 7))
    assert numbers(Task("2019-03", 1, 7)) != numbers(Task("2019-03", 1, 8))
    task = Task("2019-03", 1, 7)
    assert numbers(task) == numbers(task)
    # Pinned: numbers that were published must not move with a new version.
    assert numbers(Task("2019-03", None, 1)) == [2811004580, 3689468989, 688372519, 3289258584]


def test_random_numbers_of_many_tasks_are_unlike() -> None:
    draws = np.array([Task(f"{n}", None, 1).rng().standard_normal(200) for n in range(100)])
    between = np.corrcoef(draws)[np.triu_indices(100, 1)]
    assert np.abs(between).max() < 0.4 and abs(between.mean()) < 0.01


def test_the_address_of_a_task_is_its_content(shared_out: ModuleType) -> None:
    def address(function=shared_out.draw, key="a", inputs=None, seed=1) -> str:
        return _task(function, key, inputs, seed, addressed=True).address

    table = pd.DataFrame({"month": ["2019-01"], "persons": [3]})
    assert address(inputs=table) == address(inputs=table.copy())
    others = [
        address(),
        address(inputs=table),
        address(inputs=table.assign(persons=4)),
        address(key="b"),
        address(seed=2),
        address(function=shared_out.count),
    ]
    assert len(set(others)) == len(others) and all(len(one) == 64 for one in others)


def test_a_function_whose_source_does_not_tell_what_it_computes_is_refused() -> None:
    def inner(task: Task) -> int:
        return 1

    for function in (inner, lambda task: 1, np.sum, print):
        with pytest.raises(EngineError, match="could not be told"):
            function_digest(function)


def test_inputs_without_a_fingerprint_are_refused(shared_out: ModuleType) -> None:
    with pytest.raises(EngineError, match="task 'a' have no fingerprint"):
        _task(shared_out.draw, "a", object(), 1, addressed=True)


def test_a_finished_task_is_found_again_and_its_record_names_nobody(tmp_path: Path) -> None:
    store: TaskStore[dict[str, int]] = TaskStore(tmp_path)
    task = Task("Kari Nordmann", None, 1, address="ab" * 32)
    with pytest.raises(LookupError):
        store.find(task)
    assert store.save(task, {"score": 3}, seconds=2.0) == {"score": 3} == store.find(task)
    with pytest.raises(LookupError):
        store.find(Task("Kari Nordmann", None, 1, address="cd" * 32))
    assert "Kari" not in "".join(path.read_text() for path in tmp_path.rglob("record.json"))


def test_a_store_keeps_results_in_a_format_of_their_own(tmp_path: Path) -> None:
    draws = Draws.from_array(np.ones((3, 2), dtype=int), {"month": ["2019-01", "2019-02"]}, "persons")
    store = TaskStore(tmp_path, write=Draws.save, read=Draws.load)
    task = Task("a", None, 1, address="ab" * 32)
    store.save(task, draws, 0.0)
    assert store.find(task).summary().equals(draws.summary())


def test_a_result_that_cannot_be_kept_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be kept as JSON"):
        TaskStore(tmp_path).save(Task("a", None, 1, address="ab" * 32), object(), 0.0)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
