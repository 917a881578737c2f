import pytest

from workbench.core.errors import AssumptionError
from workbench.core.runs.scenario import Difference, Scenario

pytestmark = pytest.mark.quick
BASE = Scenario("norway", "2021", seed=1, settings={"gap": 0.0005, "households": 400})


def test_a_change_is_a_new_scenario_and_the_diff_names_it() -> None:
    other = BASE.with_(gap=0.01, seed=2)
    assert BASE.settings["gap"] == 0.0005
    assert BASE.diff(other) == (Difference("gap", 0.0005, 0.01), Difference("seed", 1, 2))
    assert BASE.diff(BASE) == ()


def test_an_unknown_setting_is_refused_with_the_nearest() -> None:
    with pytest.raises(AssumptionError, match="did you mean 'households'"):
        BASE.with_(household=3)


@pytest.mark.parametrize("bad", [{"seed": -1}, {"seed": 2**32}, {"horizon": -1}])
def test_impossible_scenarios_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(AssumptionError):
        BASE.with_(**bad)
