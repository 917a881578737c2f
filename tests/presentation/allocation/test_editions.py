"""What each edition of the report tells of single households."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.errors import ReportError
from workbench.presentation import allocation as page
from workbench.studies import allocation

pytestmark = pytest.mark.quick


def test_a_public_edition_names_nobody_a_municipal_one_its_own_and_a_case_edition_all(tmp_path: Path) -> None:
    result = allocation.study(households=12, runs=tmp_path)
    town = str(result.plan.assignment["place"].iloc[0])
    own = set(result.plan.assignment.loc[result.plan.assignment["place"] == town, "household"])
    others = set(result.plan.assignment["household"]) - own
    for language in ("en", "nb", "sv"):
        public = page.households(result, "public", language=language).plain()
        assert not any(name in public for name in own | others)
        municipal = page.households(result, "municipal", town, language).plain()
        assert all(name in municipal for name in own) and not any(name in municipal for name in others)
        case = page.households(result, "case", language=language).plain()
        assert all(name in case for name in own | others)
    for edition, municipality, said in (("secret", "", "no edition"), ("municipal", "", "needs its municipality")):
        with pytest.raises(ReportError, match=said):
            page.households(result, edition, municipality)
