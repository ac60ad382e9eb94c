"""What staff do with a token, and how it is undone: exactly, once, and never over somebody else's head."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.model.events import Json, Kind, instant_text
from kiosk.model.moves import MAX_CALLS, MAX_ROOM, MOVES, IllegalMoveError, apply, undoing
from kiosk.model.token import Priority, SlipState, State, Token
from tests.model.samples import NINE, event, issued_event, minutes, token

LATER = NINE + minutes(10)
SERVING = token(state=State.SERVING, room="12", calls=2, called_at=NINE, started_at=LATER, act_id="e8")


def refusal(before: Token, kind: str, body: dict[str, Json]) -> str:
    with pytest.raises(IllegalMoveError) as caught:
        apply(before, event(kind, body, seq=50, at=LATER))
    return caught.value.code


def body_of(kind: str, room: str = "12") -> dict[str, Json]:
    return {"room": room, "queue_department": "EYE", "queued_at": instant_text(LATER), "staff": "anita"}


def lived(kinds: Sequence[str]) -> list[Token]:
    """A token after each of those of ``kinds`` that were legal, from its issue on."""
    lives = [apply(None, issued_event())]
    for seq, kind in enumerate(kinds, 2):
        try:
            lives.append(apply(lives[-1], event(kind, body_of(kind), seq=seq, at=NINE + minutes(seq))))
        except IllegalMoveError:
            continue
    return lives


KINDS = st.lists(st.sampled_from(sorted(MOVES)), max_size=12)


@given(KINDS)
def test_an_undone_act_never_was(kinds: list[str]) -> None:
    lives = lived(kinds)
    assume(len(lives) > 1)
    before, after = lives[-2:]
    undone = apply(after, event(Kind.ACT_UNDONE, undoing(before, after), seq=50, at=LATER))
    assert undone == replace(before, act_id="e50")


@given(KINDS)
def test_what_was_done_to_the_slip_meanwhile_stays(kinds: list[str]) -> None:
    lives = lived(kinds)
    assume(len(lives) > 1)
    before, after = lives[-2:]
    meanwhile = apply(after, event(Kind.TOKEN_REPRINTED, seq=40))
    meanwhile = apply(meanwhile, event(Kind.SLIP_STATE_CHANGED, {"state": "printed", "copy": 1}, seq=41))
    meanwhile = apply(meanwhile, event(Kind.PRIORITY_CHANGED, {"priority": "pregnant"}, seq=42))
    undone = apply(meanwhile, event(Kind.ACT_UNDONE, undoing(before, after), seq=50))
    kept = {"copies": 1, "slip": SlipState.PRINTED, "priority": Priority.PREGNANT}
    assert undone == replace(before, act_id="e50", **kept)  # type: ignore[arg-type]


@given(KINDS)
def test_whoever_acted_since_has_the_last_word(kinds: list[str]) -> None:
    lives = lived(kinds)
    assume(len(lives) > 2)
    stale = undoing(lives[-3], lives[-2])
    assert refusal(lives[-1], Kind.ACT_UNDONE, stale) == "MOVE_ILLEGAL"


@given(KINDS)
def test_an_act_is_undone_once_and_the_undoing_can_be_undone(kinds: list[str]) -> None:
    lives = lived(kinds)
    assume(len(lives) > 1)
    before, after = lives[-2:]
    undo = event(Kind.ACT_UNDONE, undoing(before, after), seq=50)
    undone = apply(after, undo)
    assert refusal(undone, Kind.ACT_UNDONE, dict(undo.body)) == "MOVE_ILLEGAL"
    redone = apply(undone, event(Kind.ACT_UNDONE, undoing(after, undone), seq=51))
    assert redone == replace(after, act_id="e51")


def test_nothing_is_undone_where_nothing_was_done() -> None:
    fresh = token()
    assert refusal(fresh, Kind.ACT_UNDONE, undoing(fresh, fresh)) == "MOVE_ILLEGAL"
    assert refusal(fresh, Kind.ACT_UNDONE, {}) == "MOVE_ILLEGAL"
    assert refusal(SERVING, Kind.ACT_UNDONE, {**undoing(fresh, SERVING), "undoes": None}) == "MOVE_ILLEGAL"


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("state", [None, "", "burnt", 5]),
        ("queue_department", [None, "", 5]),
        ("moved_at", [None, "", "noon", 5, "2026-11-23T09:00:00"]),
        ("queued_at", [None, "noon", "9999-12-31T23:59:59-14:00"]),
        ("room", [None, 5, "x" * (MAX_ROOM + 1)]),
        ("calls", [None, "1", -1, True, 1.0, MAX_CALLS + 1]),
        ("called_at", ["noon", 5, ""]),
        ("started_at", ["noon", []]),
    ],
)
def test_an_undoing_that_makes_no_sense_is_refused(key: str, values: list[Json]) -> None:
    good = undoing(token(room="12", calls=1), SERVING)
    assert apply(SERVING, event(Kind.ACT_UNDONE, good, seq=50)).state is State.WAITING
    for value in values:
        assert refusal(SERVING, Kind.ACT_UNDONE, {**good, key: value}) == "BODY_INVALID"


def test_a_call_repeated_by_the_same_room_is_the_same_call() -> None:
    first = apply(token(), event(Kind.TOKEN_CALLED, {"room": "12"}, seq=2))
    recalled = apply(first, event(Kind.TOKEN_RECALLED, seq=3))
    again = apply(recalled, event(Kind.TOKEN_CALLED, {"room": "12"}, seq=4, at=LATER))
    assert (again.state, again.room, again.calls, again.called_at) == (State.CALLED, "12", 1, LATER)


@pytest.mark.parametrize("body", [{"room": "14"}, {"room": ""}, {}])
def test_a_call_by_another_room_is_refused(body: dict[str, Json]) -> None:
    assert refusal(replace(SERVING, state=State.CALLED), Kind.TOKEN_CALLED, body) == "MOVE_ILLEGAL"


def test_rooms_without_names_are_never_the_same() -> None:
    assert refusal(token(state=State.CALLED), Kind.TOKEN_CALLED, {"room": ""}) == "MOVE_ILLEGAL"


@pytest.mark.parametrize("state", [state for state in State if state is not State.CALLED])
def test_a_repeated_call_changes_nobody_who_is_further_on(state: State) -> None:
    called_from = MOVES[Kind.TOKEN_CALLED][0]
    if state not in called_from:
        assert refusal(replace(SERVING, state=state), Kind.TOKEN_CALLED, {"room": "12"}) == "MOVE_ILLEGAL"


@pytest.mark.parametrize("room", [5, None, ["12"], "x" * (MAX_ROOM + 1)])
def test_a_room_is_a_short_text(room: Json) -> None:
    assert refusal(token(), Kind.TOKEN_CALLED, {"room": room}) == "BODY_INVALID"


def test_calls_are_counted_up_to_a_bound() -> None:
    tired = replace(SERVING, state=State.CALLED, calls=MAX_CALLS)
    assert apply(tired, event(Kind.TOKEN_RECALLED, seq=50)).calls == MAX_CALLS


@pytest.mark.parametrize("kind", [Kind.TOKEN_RETURNED, Kind.TOKEN_TRANSFERRED])
def test_who_waits_again_was_never_called(kind: Kind) -> None:
    after = apply(SERVING, event(kind, {"queue_department": "EYE"}, seq=50, at=LATER))
    assert (after.room, after.calls, after.called_at, after.started_at) == ("", 0, None, None)
    assert after.queued_at == SERVING.queued_at


def test_who_comes_back_may_get_another_place() -> None:
    gone = replace(SERVING, state=State.NO_SHOW)
    place = NINE + timedelta(minutes=3, microseconds=1)
    assert apply(gone, event(Kind.TOKEN_RETURNED, {"queued_at": instant_text(place)}, seq=50)).queued_at == place
    assert refusal(gone, Kind.TOKEN_RETURNED, {"queued_at": "soon"}) == "BODY_INVALID"


def test_a_new_call_after_a_hold_forgets_the_start() -> None:
    held = replace(SERVING, state=State.HELD)
    again = apply(held, event(Kind.TOKEN_CALLED, {"room": "14"}, seq=50, at=LATER))
    assert (again.room, again.calls, again.called_at, again.started_at) == ("14", 1, LATER, None)


@pytest.mark.parametrize("body", [{}, {"priority": "vip"}, {"priority": None}, {"priority": 5}])
def test_a_priority_that_is_none_is_refused(body: dict[str, Json]) -> None:
    assert refusal(token(), Kind.PRIORITY_CHANGED, body) == "BODY_INVALID"


def test_a_priority_changes_nothing_else_and_keeps_the_place() -> None:
    changed = apply(token(), event(Kind.PRIORITY_CHANGED, {"priority": "emergency", "staff": "s-2"}, seq=50, at=LATER))
    assert changed == token(priority=Priority.EMERGENCY)


def test_a_token_is_issued_with_its_priority() -> None:
    assert apply(None, issued_event(priority="elderly")).priority is Priority.ELDERLY
    assert apply(None, issued_event()).priority is Priority.ROUTINE
    with pytest.raises(IllegalMoveError) as caught:
        apply(None, issued_event(priority="vip"))
    assert caught.value.code == "BODY_INVALID"


def test_a_look_at_the_details_changes_nothing() -> None:
    assert apply(SERVING, event(Kind.DETAILS_SHOWN, {"staff": "anita"}, seq=50, at=LATER)) == SERVING


@pytest.mark.parametrize("kind", [Kind.TOKEN_RECALLED, Kind.TOKEN_NO_SHOW])
def test_only_its_own_room_knows_whether_a_patient_came(kind: Kind) -> None:
    called = replace(SERVING, state=State.CALLED)
    assert refusal(called, kind, {"room": "14"}) == "MOVE_ILLEGAL"
    for body in ({"room": "12"}, {"room": ""}, {}):
        assert apply(called, event(kind, body, seq=50)).room == "12"
    assert apply(replace(called, room=""), event(kind, {"room": "14"}, seq=50)).room == ""


@pytest.mark.parametrize("kind", sorted(MOVES.keys() - {Kind.TOKEN_RECALLED, Kind.TOKEN_NO_SHOW, Kind.TOKEN_CALLED}))
def test_a_token_whose_room_has_gone_can_be_moved_from_any_other(kind: Kind) -> None:
    for state in MOVES[kind][0]:
        apply(replace(SERVING, state=state), event(kind, body_of(kind, room="14"), seq=50))


def test_no_invented_past_brings_anybody_before_those_who_came_first() -> None:
    called = replace(SERVING, state=State.CALLED)
    past: dict[str, Json] = {"queued_at": instant_text(NINE - timedelta(days=1))}
    body = undoing(token(), called) | past
    assert apply(called, event(Kind.TOKEN_RETURNED, past, seq=50)).queued_at == called.issued_at
    assert apply(called, event(Kind.ACT_UNDONE, body, seq=50)).queued_at == called.issued_at
