import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.apps.outlook.state import LEVELS, OutlookState
from workbench.core.errors import AppError
from workbench.presentation.languages import LANGUAGES

pytestmark = pytest.mark.quick
KNOWN = ("NO", "SE", "EL")

STATES = st.builds(
    OutlookState,
    destinations=st.none() | st.lists(st.sampled_from(KNOWN), unique=True).map(tuple),
    language=st.sampled_from(list(LANGUAGES)),
    level=st.sampled_from(LEVELS),
    threshold=st.integers(0, 10_000_000),
    change=st.integers(0, 1500),
    since=st.sampled_from(["", "2019-11"]),
)


@given(STATES)
def test_a_state_survives_json_and_an_address(state: OutlookState) -> None:
    assert OutlookState.from_dict(json.loads(json.dumps(state.to_dict()))) == state
    assert OutlookState.from_query(state.query()) == state


def test_the_folder_of_runs_never_travels_in_an_address() -> None:
    assert "secret" not in OutlookState(runs="/secret").query()
    assert OutlookState.from_query("runs=/etc", runs="here").runs == "here"


def test_other_parts_of_an_address_are_not_ours() -> None:
    assert OutlookState.from_query("token=x&level=0.5") == OutlookState(level=0.5)
    assert OutlookState.from_query("", language="sv").language == "sv"


def test_blockers_are_sentences_in_the_language() -> None:
    assert OutlookState().blockers(KNOWN) == OutlookState(destinations=("NO",)).blockers(KNOWN) == ()
    assert OutlookState(destinations=(), language="nb").blockers(KNOWN) == ("Velg minst én destinasjon.",)
    assert "XX, YY" in OutlookState(destinations=("XX", "NO", "YY")).blockers(KNOWN)[0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("level=0.3", "0.3"),
        ("level=high", "high"),
        ("language=xx", "'xx'"),
        ("level=nan", "nan"),
        ("threshold=-1", "-1"),
        ("threshold=1e9", "1e9"),
        ("change=1501", "1501"),
        ("change=half", "half"),
    ],
)
def test_an_address_that_cannot_be_followed_is_refused_in_a_sentence(query: str, said: str) -> None:
    with pytest.raises(AppError, match=said) as caught:
        OutlookState.from_query(query)
    assert caught.value.do


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(AppError, match="'colour'"):
        OutlookState.from_dict({"colour": "red"})
