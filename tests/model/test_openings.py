"""What the body of an OPENING_CHANGED may say."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.desk import OpeningChange
from kiosk.model.events import Event, Json, Kind, instant_text
from kiosk.model.moves import IllegalMoveError
from kiosk.model.openings import read_opening
from tests.model.samples import NINE, event

CLOSED: dict[str, Json] = {"department": "MED", "room": "", "is_open": False}


def said(body: dict[str, Json]) -> Event:
    return event(Kind.OPENING_CHANGED, body, token_id="")


@pytest.mark.parametrize("is_open", [True, False, None])
def test_open_closed_and_as_planned(is_open: bool | None) -> None:
    told = read_opening(said({**CLOSED, "room": "12", "is_open": is_open}))
    assert told == OpeningChange("MED", "12", is_open, NINE)


def test_without_a_room_the_whole_department_is_meant_and_without_a_word_it_is_as_planned() -> None:
    assert read_opening(said({"department": "MED"})) == OpeningChange("MED", "", None, NINE)


def test_a_correction_counts_from_the_time_that_it_says() -> None:
    later = NINE + timedelta(hours=5)
    assert read_opening(said({**CLOSED, "said_at": instant_text(later)})).changed_at == later


@pytest.mark.parametrize(
    "wrong",
    [
        {"department": ""},
        {"department": None},
        {"department": "x" * 21},
        {"department": "M\0D"},
        {"room": 4},
        {"room": "x" * 21},
        {"room": None},
        {"is_open": "no"},
        {"is_open": 1},
        {"said_at": "soon"},
    ],
)
def test_what_makes_no_sense(wrong: dict[str, Json]) -> None:
    with pytest.raises(IllegalMoveError) as refused:
        read_opening(said({**CLOSED, **wrong}))
    assert refused.value.code == "BODY_INVALID"


@given(
    st.dictionaries(
        st.sampled_from(["department", "room", "is_open", "said_at"]), st.none() | st.text() | st.integers()
    )
)
def test_any_body_is_read_or_refused(body: dict[str, Json]) -> None:
    try:
        told = read_opening(said(body))
    except IllegalMoveError:
        return
    assert told.department
    assert len(told.department + told.room) <= 40
