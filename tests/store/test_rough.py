"""Killed at any moment, on a full disk, with the database gone or fifty writers at once: nothing reported is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from tests.store import rough, scenes
from tests.store.conftest import Cluster
from tests.store.scenes import SCENES, Scene
from workbench.core.errors import StoreError
from workbench.store import audit, database
from workbench.store.rounds import answers
from workbench.studies.rounds import sending


def _sqlite(scene: Scene, folder: Path, size: int = 45) -> Callable[[], str]:
    """Return what copies a filled register, in a file of its own each time."""
    model = folder / "model.sqlite"
    scene.fill(str(model), size)
    numbers = iter(range(10**6))

    def fresh() -> str:
        path = folder / f"r{next(numbers)}.sqlite"
        shutil.copyfile(model, path)
        return str(path)

    return fresh


def _postgresql(scene: Scene, cluster: Cluster, size: int = 45) -> Callable[[], str]:
    """Return what copies a filled register; the copy before goes, as a server started again reads every file it has."""
    model, before = cluster.fresh(), [""]
    scene.fill(cluster.url(model), size)

    def fresh() -> str:
        if before[0]:
            cluster.drop(before[0])
        before[0] = cluster.fresh(model)
        return cluster.url(before[0])

    return fresh


def _print(name: str, kind: str, done: rough.Kills) -> None:
    steps = f"{min(done.steps)} to {max(done.steps)} steps before"
    print(f"{name}, {kind}: {len(done.steps)} kills, {done.cut} cut it short, {len(done.refused)} sentences, {steps}")


@pytest.mark.whole
@pytest.mark.parametrize("name", SCENES)
def test_a_killed_program_loses_nothing_it_reported(name: str, tmp_path: Path) -> None:
    done = rough.kills(SCENES[name], 4, _sqlite(SCENES[name], tmp_path, 10), tmp_path)
    assert done.faults == () and done.cut >= 2


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_killed_at_a_hundred_moments(name: str, tmp_path: Path) -> None:
    done = rough.kills(SCENES[name], 100, _sqlite(SCENES[name], tmp_path), tmp_path)
    _print(name, "SQLite", done)
    assert done.faults == () and done.cut >= 50


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_killed_at_a_hundred_moments_on_postgresql(name: str, cluster: Cluster, tmp_path: Path) -> None:
    done = rough.kills(SCENES[name], 100, _postgresql(SCENES[name], cluster), tmp_path)
    _print(name, "PostgreSQL", done)
    assert done.faults == () and done.cut >= 50


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_a_server_killed_at_many_moments(name: str, own_cluster: Cluster, tmp_path: Path) -> None:
    fresh = _postgresql(SCENES[name], own_cluster)
    done = rough.kills(SCENES[name], 12, fresh, tmp_path, lambda _: own_cluster.kill(), own_cluster.start)
    _print(name, "server killed", done)
    assert done.faults == () and done.cut >= 6
    assert len(done.refused) >= 6 and all("does not answer" in each for each in done.refused)


@pytest.mark.quick
def test_lists_that_a_kill_took_are_written_again(tmp_path: Path) -> None:
    address = str(tmp_path / "r.sqlite")
    round_ = scenes.proposed(address, 6)
    store = database.opened(address)
    with store.writing() as c:
        answers.send(c, round_, who="anna")  # the program ended before the lists had their name
    lists = sending.lists(store, round_, tmp_path / "lists", scenes.FIELDS, who="anna")
    assert sorted(path.name for path in lists) == ["0301.csv", "1103.csv", "4601.csv"]
    assert all(len(path.read_text().splitlines()) == 3 for path in lists)
    with pytest.raises(StoreError, match="nobody waits"):
        sending.send(store, round_, tmp_path / "again", scenes.FIELDS, who="anna")


def test_two_clerks_on_one_folder_overwrite_nothing(address: str) -> None:
    scenes.interviewees(address, 1)
    with database.opened(address).reading() as c:
        household, before = c.execute(sa.text("SELECT id, version FROM household")).one()
    told = rough.crowd(rough.counting(address, household, 15), 2)
    store = database.opened(address)
    with store.reading() as c:
        version = c.execute(sa.text("SELECT version FROM household")).scalar_one()
        rows = c.execute(sa.text("SELECT count(*) FROM audit WHERE action = 'household.change'")).scalar_one()
    assert [each["saved"] for each in told] == [15, 15] and version - before == rows == 30
    assert rough.broken(store) == []


def test_ten_municipalities_at_once_for_the_last_places_get_no_more_than_there_are(address: str) -> None:
    round_ = scenes.proposed(address, 30)
    store = database.opened(address)
    with store.writing() as c:
        answers.send(c, round_, who="anna")
        c.execute(sa.text("UPDATE weekly_places SET places = 6"))  # room for three couples in each of three places
        rows = answers.listed(c, round_)
    store.engine.dispose()

    def work(at: int) -> dict[str, list[str]]:
        mine, told = database.opened(address), {"accepted": [], "refused": []}  # type: ignore[var-annotated]
        for row in rows[at::10]:
            try:
                with mine.writing() as c:
                    given = {"place": row["place"], "today": scenes.DAY, "who": f"clerk{at}"}
                    answers.respond(c, round_, row["household"], True, **given)
                told["accepted"].append(row["household"])
            except StoreError as error:
                told["refused"].append(error.what)
        return told

    told = rough.crowd(work, 10)
    accepted = [each for one in told for each in one["accepted"]]
    refused = {each for one in told for each in one["refused"]}
    assert len(accepted) == 9 and refused == {"2 places are needed, 0 are left"}
    assert rough.broken(database.opened(address)) == []


def many_writers(address: str, writers: int, seconds: float) -> dict[str, float]:
    """Let writers save as often as it goes; check that none is refused and no last save lost; return how long one took.

    Times in seconds; ``fewest``: saves of the writer who made fewest.
    """
    told = rough.crowd(rough.saving(address, seconds), writers)
    assert not [each for each in told if "failed" in each], told
    assert [sentence for each in told for sentence in each["refused"]] == []
    took = np.concatenate([each["took"] for each in told])
    store = database.opened(address)
    with store.reading() as c:
        assert audit.verify(c).faults == ()
        last = dict(c.execute(sa.text("SELECT login, answers FROM draft")).all())
    for at, each in enumerate(told):
        assert f'"work_years": "{each["last"]}"' in str(last[f"i{at}"]).replace("'", '"')
    fewest = min(len(each["took"]) for each in told)
    middle, ninety_five = (float(np.quantile(took, q)) for q in (0.5, 0.95))
    return {"saves": len(took), "fewest": fewest, "median": middle, "p95": ninety_five, "longest": float(took.max())}


def test_twelve_writers_at_once_are_all_served(address: str) -> None:
    scenes.interviewees(address, 1)
    assert many_writers(address, 12, 1.5)["fewest"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_fifty_writers_for_a_minute(kind: str, cluster: Cluster, tmp_path: Path) -> None:
    address = str(tmp_path / "r.sqlite") if kind == "sqlite" else cluster.url(cluster.fresh())
    scenes.interviewees(address, 1)
    took = many_writers(address, 50, 60.0)
    print(kind, took)
    assert took["fewest"] >= 1


def test_a_register_that_stays_busy_says_so_and_then_serves_again(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 1)
    first, second = database.opened(address), database.opened(address)
    with (
        first.writing(),
        pytest.raises(StoreError, match="the register is busy") as refused,
        second.writing(),
    ):
        raise AssertionError("two write at once")
    assert "do it again in a moment" in refused.value.message() and "locked" not in refused.value.message()
    with second.writing() as c:
        assert c.execute(sa.text("SELECT 1")).scalar_one() == 1
