"""One municipality in depth, from a forecast that needs no fit; composition that adds up; reports by the dozen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import AssumptionError, DataError
from workbench.presentation.settlement import municipality as page
from workbench.presentation.settlement import municipality_tables as tables
from workbench.studies.settlement.forecasting import carried
from workbench.studies.settlement.municipality import composition
from workbench.studies.settlement.municipality import municipality as study

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def sweden(tmp_path_factory: pytest.TempPathFactory) -> study.Country:
    return study.country(locality="sweden", total=(8000, 6000), runs=str(tmp_path_factory.mktemp("runs")))


def test_sweden_answers_for_every_municipality_and_says_what_it_rests_on(sweden: study.Country) -> None:
    draws = sweden.result.draws
    assert len(study.codes(sweden)) == 290 and sweden.result.years == [2026, 2027]
    assert (draws.select(year=2026).sum().values == 8000).all() and (draws.select(year=2027).sum().values == 6000).all()
    assert sweden.result.notes[: len(carried.LIST)] == carried.LIST
    assert "Nothing was fitted" in sweden.result.diagnostics.sentence()


def test_a_municipality_is_found_by_code_and_name_and_stands_beside_its_like(sweden: study.Country) -> None:
    lund = study.municipality(sweden, "lund")
    assert lund.code == "1281" and study.municipality(sweden, "1281").name == "Lund"
    assert lund.peers["name"].iloc[0] == "Lund" and len(lund.peers) == 1 + study.PEERS
    assert (np.abs(np.log(lund.peers["population"] / lund.peers["population"].iloc[0])) < 0.7).all()
    assert (lund.by_month.sum(axis=1) == lund.expected.select(year=2026).values.to_numpy()).all()
    with pytest.raises(DataError, match="no municipality 'Lunt'"):
        study.municipality(sweden, "Lunt")
    below, _, _ = study.if_taken(lund, 0)
    assert below == 0
    with pytest.raises(AssumptionError, match="fewer than nobody"):
        study.if_taken(lund, -1)


def test_totals_are_written_one_after_the_other() -> None:
    assert study.totals("20000, 15000") == (20000, 15000) and study.totals("") == ()
    with pytest.raises(AssumptionError, match="'many'"):
        study.totals("20000,many")


def test_ages_and_households_add_up_to_the_persons() -> None:
    persons = np.array([0, 1, 7, 40, 300])
    found = composition.compose(persons, locality="norway", as_of=2021)
    assert found is not None and found.older[0] == pytest.approx(0.119, abs=0.002)
    assert found.ages.sum().values.to_numpy().tolist() == persons.tolist()
    housed = (found.households.values.to_numpy() * np.array(found.households.labels("persons"))).sum(axis=1)
    assert housed.tolist() == persons.tolist()
    assert composition.compose(persons, locality="sweden", as_of=2025) is None


@pytest.mark.parametrize("language", ["en", "nb", "sv"])
def test_every_part_of_the_page_is_said_in_each_language(sweden: study.Country, language: str) -> None:
    m = study.municipality(sweden, "0180")
    makers = (page.front, page.key_findings, tables.by_year, tables.quotas, tables.peers, tables.ages, tables.dwellings)
    told = [part(m, language).plain() for part in (*makers, tables.staying, tables.answer_form, page.how_sure)]  # type: ignore[operator]
    assert all(told) and all("{" not in text for text in told)
    assert ("newcomers to expect" in told[0]) == (language == "en")


def test_a_norwegian_population_is_never_taken_for_a_swedish_one(sweden: study.Country) -> None:
    shares = sweden.result.draws.select(year=2026).values.mean("draw")
    people = sweden.population.reindex(study.codes(sweden))
    per_head = pd.Series(shares.values, index=people.index) / people
    # Small municipalities receive more per inhabitant, as in Norway; none a hundred times the mean.
    assert per_head.max() < 20 * 8000 / people.sum()


def test_the_batch_says_what_failed_builds_the_rest_and_takes_up_where_it_was(tmp_path: Path) -> None:
    from workbench.core.runs.tasks import Task
    from workbench.reporting import many

    class Here:
        """Does the work of the engine in this process."""

        batches: ClassVar[list[int]] = []

        def map(self, function: object, tasks: dict[str, many.Order], *, seed: int) -> dict[str, many.Made]:
            self.batches.append(len(tasks))
            return {key: function(Task(key, inputs, seed)) for key, inputs in tasks.items()}  # type: ignore[operator]

    shared = {"locality": "sweden", "total": "8000", "runs": str(tmp_path / "runs"), "language": "sv"}
    order = ("0180", "9999", "1281")
    made = many.build_many("municipality", order, shared, tmp_path / "out", engine=Here())  # type: ignore[arg-type]
    assert [each.place for each in made.failures] == ["9999"] and "no municipality '9999'" in made.failures[0].failure
    assert Here.batches == [1, 2]  # the first one alone saves what the others share
    file = next(each.file for each in made.made if each.place == "1281")
    assert file.startswith("municipality-sweden-1281-") and file.endswith("-sv.pdf")
    pdf = (tmp_path / "out" / file).read_bytes()
    assert pdf.startswith(b"%PDF")
    told = json.loads(made.manifest.read_text(encoding="utf-8"))
    assert told["built"] == 2 and told["failed"] == 1 and "runs" not in told["parameters"]
    again = many.build_many("municipality", order, shared, tmp_path / "out", engine=Here())  # type: ignore[arg-type]
    assert again.found == 2 and (tmp_path / "out" / file).read_bytes() == pdf
