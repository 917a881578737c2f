from datetime import date
from pathlib import Path

import pytest

from workbench.core.errors import AssumptionError
from workbench.core.parameters import Parameters

pytestmark = pytest.mark.quick

GOOD = """
[share]
unit = "share"
description = "a share"
[[share.values]]
from = 2020-01-01
value = 0.5
kind = "assumption"
source = "a choice"
[[share.values]]
from = 2015-01-01
value = 0.25
kind = "published"
source = "a report"

[mix]
unit = "share"
description = "a mix"
[[mix.values]]
from = 2015-01-01
value = { a = 0.5, b = 0.4 }
kind = "assumption"
source = "a choice"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "parameters.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_value_that_holds_on_a_day_is_the_newest_not_after_it(tmp_path: Path) -> None:
    parameters = Parameters.read(write(tmp_path, GOOD))
    assert parameters.number("share", date(2019, 12, 31)) == 0.25
    assert parameters.number("share", date(2020, 1, 1)) == 0.5
    assert parameters.entry("share").at(date(2016, 1, 1)).kind == "published"
    with pytest.raises(AssumptionError, match="no value on 2014-12-31"):
        parameters.number("share", date(2014, 12, 31))


def test_shares_must_add_up_and_names_must_be_known(tmp_path: Path) -> None:
    parameters = Parameters.read(write(tmp_path, GOOD))
    with pytest.raises(AssumptionError, match=r"add up to 0\.9"):
        parameters.shares("mix", date(2020, 1, 1))
    with pytest.raises(AssumptionError, match="did you mean 'share'"):
        parameters.number("shar", date(2020, 1, 1))
    with pytest.raises(AssumptionError, match="a single number is needed"):
        parameters.number("mix", date(2020, 1, 1))


def test_an_assumption_without_source_date_or_unit_is_refused_all_at_once(tmp_path: Path) -> None:
    bad = GOOD.replace('source = "a choice"', "").replace('unit = "share"', "").replace("from = 2020-01-01", "")
    with pytest.raises(AssumptionError) as caught:
        Parameters.read(write(tmp_path, bad))
    text = str(caught.value)
    assert text.count("no unit") == 2 and text.count("no 'source'") == 2 and "no 'from'" in text


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssumptionError, match="cannot read"):
        Parameters.read(write(tmp_path, "[share"))
