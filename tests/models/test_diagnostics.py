from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from workbench.models.diagnostics import Diagnostics, diagnose

GOOD = Diagnostics(1.004, 1600.0, 1450.0, 1, 4000, "gain[DE]")


@pytest.mark.quick
def test_a_good_fit_says_so() -> None:
    assert GOOD.ok and "agree" in GOOD.sentence() and "1,450" in GOOD.sentence()


@pytest.mark.quick
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"max_rhat": 1.01}, "R-hat"),
        ({"max_rhat": float("nan")}, "R-hat"),
        ({"min_bulk_ess": 400.0}, "bulk"),
        ({"min_tail_ess": float("nan")}, "tail"),
        ({"divergences": 5}, "diverged"),
    ],
)
def test_each_limit_fails_by_itself_and_is_named(change: dict[str, float], said: str) -> None:
    failed = replace(GOOD, **change)
    assert not failed.ok and len(failed.failures) == 1
    assert said in failed.sentence() and "gain[DE]" in failed.sentence()


@pytest.mark.quick
def test_the_worst_quantity_is_called_by_the_name_of_its_place() -> None:
    failed = replace(GOOD, max_rhat=1.2, worst="scale[1838]")
    assert "the worst quantity is the scale of 1838 Gildeskål." in failed.named({"1838": "Gildeskål"}).sentence()
    assert failed.named({"1838": "1838"}).worst == "the scale of 1838" == failed.named({}).worst
    assert replace(GOOD, worst="person_noise").named({}).worst == "person_noise"


@pytest.mark.quick
def test_diagnostics_survive_json() -> None:
    assert Diagnostics.from_dict(GOOD.to_dict()) == GOOD


@pytest.mark.whole
def test_chains_apart_are_found_and_named() -> None:
    rng = np.random.default_rng(1)
    values = rng.standard_normal((4, 500, 3))
    posterior = xr.Dataset(
        {
            "gain": (("chain", "draw", "destination"), values),
            "tail": (("chain", "draw"), rng.standard_normal((4, 500))),
        },
        coords={"destination": ["DE", "FI", "SE"]},
    )
    assert diagnose(posterior, 0).ok
    values[2, :, 1] += 1
    found = diagnose(posterior, 3)
    assert not found.ok and found.worst == "gain[FI]"
    assert (found.divergences, found.draws) == (3, 2000)


@pytest.mark.whole
def test_a_chain_that_never_moved_fails() -> None:
    stuck = xr.Dataset({"x": (("chain", "draw"), np.repeat([[0.0], [1.0]], 200, axis=1))})
    assert not diagnose(stuck, 0).ok
