"""Why here, as the municipality and the newcomer read it."""

from __future__ import annotations

import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.presentation.allocation.reasons import coming_to, municipality, newcomer, reasons_of

pytestmark = pytest.mark.quick
HOME = {"household": "A", "adults": 2, "children": 1, "seniors": 0, "languages": "ar;so", "ties": "0301",
        "needs": "step_free", "deadline": "2026-12-24"}  # fmt: skip
OSLO = {"place": "0301", "name": "Oslo", "capacity": 9, "languages": "so", "services": "step_free"}
FAR = {"place": "5501", "name": "Tromsø", "capacity": 9, "languages": float("nan")}


def test_only_reasons_that_hold_are_given() -> None:
    assert reasons_of(HOME, OSLO) == ("relatives", "language", "needs", "room")
    assert reasons_of(HOME, FAR) == ("needs", "room")
    assert "relatives" not in " ".join(newcomer(HOME, FAR).caveats)


@pytest.mark.parametrize("language", ["en", "nb", "sv"])
def test_both_readers_are_told_in_their_language_and_nobody_else_is_named(language: str) -> None:
    for told in (newcomer(HOME, OSLO, language), municipality(HOME, OSLO, language)):
        text = " ".join([told.sentence, *told.caveats])
        assert "Oslo" in text and "Tromsø" not in text and "score" not in text.casefold()
    assert len({newcomer(HOME, OSLO, each).sentence for each in ("en", "nb", "sv")}) == 3
    ill, hospital = {**HOME, "needs": "specialist_health"}, {**OSLO, "services": "specialist_health"}
    needed = {"en": "specialist health", "nb": "spesialisthelsetjeneste", "sv": "specialistvård"}[language]
    assert needed in " ".join(municipality(ill, hospital, language).caveats)


def test_reasons_in_another_language_come_from_the_words_of_the_letter() -> None:
    words = {"relatives": "R.", "language": "L.", "needs": "N.", "room": "P."}
    assert newcomer(HOME, FAR, words=words).sentence == "N. P."


def test_a_municipality_sees_its_own_households_alone() -> None:
    homes = pd.DataFrame([HOME, {**HOME, "household": "B"}])
    plan = pd.DataFrame({"household": ["A", "B"], "place": ["0301", "5501"]})
    finding, table = coming_to(plan, homes, pd.DataFrame([OSLO, FAR]), "0301")
    assert "1 household with 3 persons" in finding.sentence and table.data["household"].tolist() == ["A"]
    with pytest.raises(DataError, match="no place '0302'"):
        coming_to(plan, homes, pd.DataFrame([OSLO, FAR]), "0302")
