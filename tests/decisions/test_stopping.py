import numpy as np
import pytest

from workbench.decisions.allocation.stopping import told

pytestmark = pytest.mark.quick


def test_a_search_without_a_plan_says_so_in_words() -> None:
    assert told(3.14159) == "3.142" and told(-np.inf) == "none yet"
