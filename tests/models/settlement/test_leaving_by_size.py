import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from workbench.core.errors import ModelError
from workbench.models.settlement import leaving_by_size, moves

pytestmark = pytest.mark.quick
ADDED = np.array([0.6, 0.2, 0.0, -0.4])
SETTLED = np.array([[400, 500, 450, 300, 350], [900, 800, 700, 600, 900], [1500] * 5, [2000, 2500, 2400, 2100, 1900.0]])


def known() -> np.ndarray:
    return expit(logit(np.array([0.05, 0.05, 0.12, 0.09, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02])))


def stock(joined: float, noise: float = 0.0) -> pd.DataFrame:
    """What a known truth gives; ``joined``: relatives who come for each settled person, the same everywhere."""
    rng = np.random.default_rng(2)
    rows = []
    for year in range(2016, 2021):
        for at in range(4):
            moved = moves.moved_share(expit(logit(known()) + ADDED[at])[None], SETTLED[[at]])[0, 0]
            here = SETTLED[at].sum() * (1 - moved) * joined * np.exp(noise * rng.standard_normal())
            rows.append((year, at, here, *SETTLED[at]))
    return pd.DataFrame(rows, columns=["year", "size", "settled_here", *(f"age_{age}" for age in range(5))])


def hazard(draws: int = 50) -> moves.Hazard:
    """A hazard that is known: that of all classes together."""
    moved = np.array(
        [moves.moved_share(expit(logit(known()) + added)[None], SETTLED[[at]])[0, 0] for at, added in enumerate(ADDED)]
    )
    share = float(moved @ SETTLED.sum(axis=1) / SETTLED.sum())
    steps = np.linspace(-1, 1, 2001)
    together = moves.moved_share(expit(logit(known()) + steps[:, None]), SETTLED) @ (
        SETTLED.sum(axis=1) / SETTLED.sum()
    )
    leaving = expit(logit(known()) + np.interp(share, together, steps))
    each = np.tile(leaving, (draws, 1))
    return moves.Hazard(each, each, float(draws), moves.MovePriors())


@pytest.mark.parametrize("joined", [1.0, 1.4])
def test_known_differences_are_recovered_however_many_relatives_join(joined: float) -> None:
    found = leaving_by_size.compare(hazard(), stock(joined), seed=1)
    assert np.allclose(np.diff(found.added.mean(axis=0)), np.diff(ADDED), atol=0.05)
    truth = [float(np.prod(1 - expit(logit(known()[:3]) + added))) for added in ADDED]
    table = found.retention().query("years == 3")
    assert np.allclose(table["median"], truth, atol=0.03)


def test_classes_together_stay_as_the_hazard_says_and_noise_widens() -> None:
    sure, noisy = (leaving_by_size.compare(hazard(400), stock(1.2, noise), seed=1) for noise in (0.0, 0.05))
    cohorts = SETTLED.sum(axis=1) / SETTLED.sum()
    for found in (sure, noisy):
        moved = np.stack(
            [
                moves.moved_share(expit(logit(found.hazard.leaving) + found.added[:, [at]]), SETTLED[[at]])[:, 0]
                for at in range(4)
            ],
            axis=1,
        )
        together = moves.moved_share(found.hazard.leaving, SETTLED) @ cohorts
        assert np.allclose(moved @ cohorts, together, atol=0.01)
    assert (noisy.added.std(axis=0) > 2 * sure.added.std(axis=0) + 0.01).all()


def test_a_class_that_nobody_stays_in_cannot_be_compared() -> None:
    table = stock(1.0)
    table.loc[table["size"] == 2, "settled_here"] = 0.0
    with pytest.raises(ModelError, match="cannot be compared"):
        leaving_by_size.compare(hazard(), table, seed=1)
