"""Tables of moves: what is refused, in a sentence each, and what the shipped one holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.errors import DataError
from workbench.studies.settlement.moves.tables import learn_moves, read_moves

pytestmark = pytest.mark.quick
HEAD = "period,origin,destination,persons\n"


def test_the_shipped_moves_are_those_of_denmark() -> None:
    table = read_moves()
    assert table.persons == 321_396 and len(table.flows.places) == 99
    assert "everybody" in table.notes[0]
    young = read_moves(age="18-29")
    assert 0 < young.persons < table.persons
    learnt = learn_moves(young, held=False)
    assert learnt.fit.elasticities["nearness"][0] > 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("2024,0101,9999,5\n", "9999"),
        ("2024,0101,0147,5\n2024,0101,0147,6\n", "stands already"),
        ("2024,0101,0101,5\n", "same place"),
        ("2024,0825,0101,500000\n", "more than live there"),
        ("2099,0101,0147,5\n", "2099 has not ended"),
        ("2024,0101,0147,-5\n", "negative|at least|value not allowed"),
        ("2024,0101,0147,5\n2024Q1,0101,0151,5\n", "not of one kind"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, rows: str, said: str) -> None:
    path = tmp_path / "moves.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_moves(file=path)
    assert any(word in str(caught.value) for word in said.split("|")), str(caught.value)


def test_a_locality_without_moves_says_what_to_do() -> None:
    with pytest.raises(DataError, match="no table of moves") as caught:
        read_moves(locality="norway")
    assert "--data" in caught.value.do
