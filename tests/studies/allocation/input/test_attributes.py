"""Which attributes a placement uses, which it may use, and what protected ones change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench.core.errors import AssumptionError, DataError
from workbench.decisions.allocation import solve
from workbench.presentation.allocation.fairness import audited, lines, shadow
from workbench.sources import localities
from workbench.studies.allocation import comparison, fairness
from workbench.studies.allocation.input import attributes
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.allocation.placement import norwegian_weights, problem_of
from workbench.studies.allocation.waiting import waiting

pytestmark = pytest.mark.quick
HOMES = pd.DataFrame(
    {"household": ["a", "b", "c"], "adults": [1, 1, 2], "children": [0, 0, 4], "seniors": 0,
     "languages": ["ar", "so", ""], "needs": ["", "step_free", ""], "group": ["one", "care", "large"],
     "arrived": ["2026-10-01", "2026-08-01", "2026-11-01"]}
)  # fmt: skip
PLACES = pd.DataFrame(
    {"place": ["p", "q"], "capacity": [1, 1], "languages": ["so", "ar"], "services": ["step_free", "step_free"]}
)
TABLES = Tables(HOMES, PLACES)


def test_what_is_not_listed_is_refused_by_name() -> None:
    norway = localities.load("norway")
    attributes.require_listed(TABLES, norway)
    listed = replace(norway, attributes=frozenset({"adults", "children", "seniors", "needs", "arrived"}), basis="law")
    with pytest.raises(DataError, match="does not allow a placement to use languages") as told:
        attributes.require_listed(TABLES, listed)
    assert "needs-and-ties matching" in str(told.value) and "law" in str(told.value)
    attributes.require_listed(replace(TABLES, households=HOMES.assign(languages="")), listed)
    rules = pd.DataFrame({"rule": ["group_floor"], "group": ["care"], "limit": [0.1], "reason": ["fair"]})
    with pytest.raises(DataError, match="group"):
        attributes.require_listed(replace(TABLES, rules=rules), replace(norway, attributes=frozenset({"languages"})))


def test_a_list_with_an_unknown_attribute_or_without_a_basis_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    folder.mkdir()
    (folder / "SOURCE.md").write_text("ours\n", encoding="utf-8")
    (folder / "municipalities.csv").write_text("municipality,name,county\n1,One,X\n", encoding="utf-8")
    head = (
        'id = "town"\nname = "Town"\nlevel = "municipality"\nlanguages = ["en"]\n[places]\ntable = "municipalities"\n'
    )
    (folder / "locality.toml").write_text(
        head + '[allocation]\nattributes = ["langauges"]\n[sources.s]\npublisher = "x"\ntitle = "y"\nlicence = "z"\n'
        '[tables.municipalities]\nsource = "s"\n',
        encoding="utf-8",
    )
    _, faults = localities.read_folder(folder)
    told = " ".join(str(fault) for fault in faults)
    assert "no attribute 'langauges'" in told and "languages" in told and "no basis" in told


def test_an_attribute_taken_out_says_what_it_changes() -> None:
    # Languages speak for q and p, ties for the other place: without languages both households change places.
    tied = replace(TABLES, households=HOMES.assign(ties=["p", "q", ""]))
    weights = replace(norwegian_weights(), ties=0.3, languages=0.7)
    (told,) = attributes.audit(tied, ["languages"], weights=weights)
    assert told.lost > 0 and told.moved == 2 and told.households == 3
    for language in ("en", "nb", "sv"):
        assert "languages" in audited([told], language).sentence
    with pytest.raises(AssumptionError, match="cannot be made without 'needs'"):
        attributes.audit(TABLES, ["needs"])
    scores = pd.DataFrame({"household": ["a", "b", "c"], "p": 0.5, "q": 0.5})
    with pytest.raises(AssumptionError, match="it was brought"):
        attributes.audit(replace(TABLES, scores=scores), ["languages"])


def test_large_and_disabled_households_are_watched_while_they_wait() -> None:
    stated = problem_of(TABLES)
    table = waiting(stated, solve(stated), "2026-11-28").set_index("kind")
    assert table["households"].to_dict() == {"all": 3, "large": 1, "care": 1}
    assert table.loc["large", "left"] == 1 and table.loc["large", "days_left"] == 27
    assert table.loc["care", "days"] == 119 and table.loc["all", "days"] == 58


def test_fairness_and_shadow_are_said_in_three_languages() -> None:
    stated = problem_of(TABLES)
    told = fairness.compare(stated, fitted=None, wishes=None, keep=0.9, draws=0, seed=1)
    said = {language: "\n".join(lines(told, (), language)) for language in ("en", "nb", "sv")}
    assert f"places {told['persons_placed']} of" in said["en"] and "not settled" not in said["en"]
    short = {**told, "persons_placed_bound": told["persons_placed"] + 1}
    assert "not settled" in "\n".join(lines(short))
    assert len(set(said.values())) == 3 and "Pareto" not in said["en"] and "Gruppe" in said["nb"]
    today = pd.DataFrame({"household": ["a", "b"], "place": ["p", "q"]})
    figures, table = comparison.beside(stated, solve(stated), today)
    figures |= {"lots": [], "detectable_in_a_year": None}
    assert "2 of 3 households would go elsewhere" in shadow(figures, len(table)).sentence
    assert "havnet et annet sted" in shadow(figures, len(table), "nb").sentence


def test_who_is_placed_by_one_side_only_does_not_go_elsewhere() -> None:
    stated = problem_of(TABLES)  # the proposal places a and b, and has no room for c
    today = pd.DataFrame({"household": ["c"], "place": ["p"]})
    figures, table = comparison.beside(stated, solve(stated), today)
    told = shadow(figures | {"lots": [], "detectable_in_a_year": None}, len(table))
    assert told.sentence.startswith("0 of 3 households") and figures["households_that_differ"] == 3
    assert "only the proposal places: 2; that only practice places: 1." in told.caveats[0]
