"""The one place that knows the legal moves of a token: every legal one, every illegal one, long histories."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.events import Event, Json, Kind
from kiosk.model.moves import MOVES, IllegalMoveError, apply
from kiosk.model.patient import PatientKeys
from kiosk.model.token import LIVE, SlipState, State, Token, label_of
from tests.model.samples import MONDAY, NINE, event, issued_event, minutes, token

LATER = NINE + minutes(10)
TRANSFER: dict[str, Json] = {"queue_department": "EYE"}

# Written out here a second time on purpose: a slip in the table of the model must show.
LEGAL = {
    "token_called": {"waiting": "called", "held": "called", "no_show": "called"},
    "token_recalled": {"called": "called"},
    "token_started": {"called": "serving"},
    "token_completed": {"called": "completed", "serving": "completed"},
    "token_no_show": {"called": "no_show"},
    "token_held": {"called": "held", "serving": "held"},
    "token_returned": {"called": "waiting", "serving": "waiting", "held": "waiting", "no_show": "waiting"},
    "token_transferred": {"waiting": "waiting", "called": "waiting", "serving": "waiting", "held": "waiting"},
    "token_cancelled": dict.fromkeys(("waiting", "called", "serving", "held", "no_show"), "cancelled"),
    "token_lapsed": dict.fromkeys(("waiting", "called", "serving", "held", "no_show"), "lapsed"),
    "token_revived": {"lapsed": "waiting"},
}


def refusal(before: Token | None, happened: Event) -> str:
    with pytest.raises(IllegalMoveError) as caught:
        apply(before, happened)
    return caught.value.code


@pytest.mark.parametrize("kind", sorted(MOVES))
@pytest.mark.parametrize("state", State)
def test_every_move_from_every_state(kind: str, state: State) -> None:
    before, happened = token(state=state), event(kind, TRANSFER, at=LATER)
    target = LEGAL[kind].get(state)
    if target is None:
        assert refusal(before, happened) == "MOVE_ILLEGAL"
    else:
        after = apply(before, happened)
        queue = "EYE" if kind == Kind.TOKEN_TRANSFERRED else "MED"
        calls = {Kind.TOKEN_CALLED: 1, Kind.TOKEN_RECALLED: 1}.get(Kind(kind), 0)
        assert after == replace(
            before,
            state=State(target),
            moved_at=LATER,
            queue_department=queue,
            act_id="e1",
            calls=calls,
            called_at=LATER if kind == Kind.TOKEN_CALLED else None,
            started_at=LATER if kind == Kind.TOKEN_STARTED else None,
            queued_at=LATER if kind == Kind.TOKEN_REVIVED else NINE,
        )


def test_the_tables_name_the_same_kinds() -> None:
    assert set(LEGAL) == set(MOVES)


def test_a_token_is_what_its_first_event_says() -> None:
    keys = PatientKeys("digest", None)
    assert apply(None, issued_event()) == Token(
        "t1", "IN0000000000", MONDAY, "MED", "A", 17, "MA-017", "MED", "s1", NINE, NINE, NINE, keys
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 0},
        {"number": -1},
        {"number": "17"},
        {"number": True},
        {"number": 1.0},
        {"number": None},
        {"number": 10**18},
        {"facility_id": ""},
        {"department": None},
        {"label": 17},
        {"series": None},
        {"source": ""},
        {"number_key": 5},
        {"address_key": ""},
    ],
)
def test_a_token_with_a_bad_body_is_refused(changes: dict[str, Json]) -> None:
    assert refusal(None, issued_event(**changes)) == "BODY_INVALID"


def test_an_empty_series_is_the_first_stores_own() -> None:
    assert apply(None, issued_event(series="", label="M-017")).series == ""


def test_a_token_is_issued_once_and_first() -> None:
    assert refusal(token(), issued_event()) == "TOKEN_EXISTS"
    assert refusal(None, event(Kind.TOKEN_CALLED)) == "TOKEN_UNKNOWN"
    assert refusal(None, event("token_blessed")) == "TOKEN_UNKNOWN"


def test_a_kind_of_a_later_program_is_refused_without_harm() -> None:
    assert refusal(token(), event("token_blessed")) == "KIND_UNKNOWN"


def test_a_transfer_names_its_queue() -> None:
    assert refusal(token(), event(Kind.TOKEN_TRANSFERRED)) == "BODY_INVALID"


def test_only_the_newest_copys_outcome_counts() -> None:
    twice = token(copies=1, slip=SlipState.QUEUED)
    old = event(Kind.SLIP_STATE_CHANGED, {"state": "failed", "copy": 0})
    new = event(Kind.SLIP_STATE_CHANGED, {"state": "printed", "copy": 1})
    assert apply(twice, old) == twice
    assert apply(twice, new) == replace(twice, slip=SlipState.PRINTED)
    assert apply(token(), event(Kind.SLIP_STATE_CHANGED, {"state": "in_doubt"})).slip is SlipState.IN_DOUBT


def test_a_copy_that_came_out_counts_though_its_reprint_is_heard_of_later() -> None:
    out = apply(token(), event(Kind.SLIP_STATE_CHANGED, {"state": "printed", "copy": 1}))
    late = apply(out, event(Kind.TOKEN_REPRINTED))
    assert (late.slip, late.copies) == (SlipState.PRINTED, 1)
    assert refusal(token(), event(Kind.SLIP_STATE_CHANGED, {"state": "printed", "copy": "1"})) == "BODY_INVALID"


@pytest.mark.parametrize("body", [{}, {"state": "burnt"}, {"state": None}, {"state": 5}])
def test_an_unknown_slip_state_is_refused(body: dict[str, Json]) -> None:
    assert refusal(token(), event(Kind.SLIP_STATE_CHANGED, body)) == "BODY_INVALID"


def test_reprint_and_arrival_leave_the_state_alone() -> None:
    called = token(state=State.CALLED, arrived=False)
    assert apply(called, event(Kind.TOKEN_REPRINTED, at=LATER)) == replace(called, copies=1)
    assert apply(called, event(Kind.TOKEN_ARRIVED, at=LATER)) == replace(called, arrived=True)


def test_who_has_come_is_there_though_the_place_has_lapsed_meanwhile() -> None:
    lapsed = token(state=State.LAPSED, arrived=False, source="phone", moved_at=LATER)
    before, after = (apply(lapsed, event(Kind.TOKEN_ARRIVED, at=LATER + minutes(late))) for late in (-1, 1))
    assert (before.state, before.arrived, before.queued_at, before.moved_at) == (State.WAITING, True, NINE, LATER)
    assert (after.state, after.queued_at, after.moved_at) == (State.WAITING, LATER + minutes(1), LATER + minutes(1))
    twice = apply(replace(before, state=State.LAPSED), event(Kind.TOKEN_ARRIVED, at=LATER))
    assert twice.state is State.LAPSED, "who came and lapsed later did not wait"


@pytest.mark.parametrize("state", State)
def test_a_phone_tokens_holder_is_expected_until_arrival_even_after_a_lapse(state: State) -> None:
    expected = token(source="phone", arrived=False, state=state).is_expected
    assert expected == (state in (State.WAITING, State.LAPSED))
    assert not token(source="phone", state=state).is_expected
    assert not token(arrived=False, state=state).is_expected


@pytest.mark.parametrize("state", State)
def test_a_token_is_live_while_its_patient_may_still_be_seen(state: State) -> None:
    window = timedelta(hours=2)
    within, after = NINE + window, NINE + window + minutes(1)
    assert token(state=state).is_live(within, window) is (state in LIVE or state is State.NO_SHOW)
    assert token(state=state).is_live(after, window) is (state in LIVE)


@pytest.mark.parametrize(
    ("prefix", "series", "number", "label"),
    [("M", "A", 17, "MA-017"), ("M", "", 1, "M-001"), ("GY", "AB", 999, "GYAB-999"), ("M", "A", 1000, "MA-1000")],
)
def test_labels(prefix: str, series: str, number: int, label: str) -> None:
    assert label_of(prefix, series, number) == label


_KINDS = st.sampled_from([*MOVES, *Kind, "token_blessed"])
_BODIES = st.sampled_from([{}, TRANSFER, {"state": "printed", "copy": 0}, {"state": "x", "queue_department": ""}])


@given(st.lists(st.tuples(_KINDS, _BODIES), max_size=25))
def test_no_history_makes_an_illegal_token(history: list[tuple[str, dict[str, Json]]]) -> None:
    first = now = apply(None, issued_event())
    for seq, (kind, body) in enumerate(history, 2):
        before = now
        try:
            now = apply(before, event(kind, body, seq=seq, at=NINE + minutes(seq)))
        except IllegalMoveError:
            continue
        assert now.state is before.state or LEGAL[kind][before.state] == now.state
        assert (now.department, now.label, now.number, now.keys) == (first.department, "MA-017", 17, first.keys)
        assert (now.token_id, now.service_day, now.issued_at) == (first.token_id, first.service_day, first.issued_at)
        assert now.copies - before.copies == (kind == Kind.TOKEN_REPRINTED)
