"""A message names every fault of a short table, and no long table hides the faults of another one."""

import pytest

from workbench.core.errors import DataError, DecisionError, Fault

pytestmark = pytest.mark.quick


def test_a_fault_names_its_table_where_an_error_speaks_of_several() -> None:
    assert Fault("the cell is empty", 3, "adults", where="my.csv").line() == (
        "my.csv: row 3, column 'adults': the cell is empty"
    )
    assert Fault("no rows", where="my.csv").line() == "my.csv: no rows" and Fault("no rows").line() == "table: no rows"


@pytest.mark.parametrize("kind", [DataError, DecisionError])
def test_many_faults_of_one_table_hide_none_of_another(kind: type[DataError | DecisionError]) -> None:
    many = [Fault("negative value", row, "adults", where="long.csv") for row in range(2, 102)]
    message = kind("wrong", faults=[*many, Fault("no rows", where="short.csv")]).message()
    assert "… and 80 more in long.csv" in message and "short.csv: no rows" in message
