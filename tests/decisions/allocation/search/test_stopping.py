import numpy as np
import pytest

from workbench.decisions.allocation.search.stopping import Limit, told

pytestmark = pytest.mark.quick


def test_a_search_without_a_plan_says_so_in_words() -> None:
    assert told(3.14159) == "3.142" and told(-np.inf) == "none yet"


def test_a_part_of_a_limit_ends_with_the_whole() -> None:
    whole = Limit(1e6)
    part = whole.part(0.5).part(0.5)
    assert part.going() and part.left() < 0.3e6
    whole.stopped = True
    assert not part.going()
