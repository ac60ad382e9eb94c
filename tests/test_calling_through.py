"""Calls of a desk with a server: its word counts while it answers, and what came second is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.acts import Post
from kiosk.calling import SHUT_OUT
from kiosk.errors import (
    CalledElsewhereError,
    DepartmentUnknownError,
    NotAllowedError,
    ServerError,
    StoreError,
)
from kiosk.model.desk import Called, OpeningChange
from kiosk.model.events import Kind
from kiosk.model.exchange import Parked
from kiosk.model.opd import with_openings
from kiosk.model.token import State, Token
from tests.desk_counter import (
    CALLER,
    NEXT_DOOR,
    POST,
    Counter,
    FakeCallServer,
    called,
    counter,
)
from tests.model.samples import EYE, HOSPITAL, MEDICINE, NINE, minutes


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path / "desk") as desk:
        yield desk


# --- through the server -----------------------------------------------------------------------------------------------


def answer_for(token: Token, room: str = "12") -> Called:
    at = token.queued_at + minutes(9)
    after = replace(
        token, state=State.CALLED, room=room, calls=1, called_at=at, moved_at=at, act_id="act-of-the-server"
    )
    return Called(after, None)


def test_the_servers_call_is_taken_and_no_event_is_written(desk: Counter) -> None:
    token = desk.wait(1)
    server, pushed = FakeCallServer([answer_for(token)]), list[int]()
    result = desk.through(server, pushed).call_next(POST)
    assert result is not None
    assert (result.alone, result.called.token.room, pushed) == (False, "12", [1])
    assert (desk.state(token), desk.store.unsynced()) == (State.CALLED, 0)
    assert result.called.patient is None
    (heard,) = server.heard
    assert (heard.departments, heard.room, heard.staff_id, heard.token_id) == (("MED",), "12", "N1", None)
    assert heard.service_day == HOSPITAL.service_day(NINE)
    desk.calling.start(POST, token.token_id)


def test_a_call_of_the_server_can_be_undone_too(desk: Counter) -> None:
    token = desk.wait(1)
    result = desk.through(FakeCallServer([answer_for(token)])).call_next(POST)
    assert result is not None
    undone = desk.acts.undo(POST, result.done).after
    assert (undone.state, undone.queued_at, undone.room, undone.calls) == (State.WAITING, token.queued_at, "", 0)
    assert desk.last().body["undoes"] == "act-of-the-server"


def test_what_was_on_hold_before_a_call_is_on_hold_again(desk: Counter) -> None:
    token = desk.wait(1)
    called(desk)
    held = desk.calling.hold(POST, token.token_id).after
    result = desk.through(FakeCallServer([answer_for(held)])).call(POST, token.token_id)
    assert desk.acts.undo(POST, result.done).after.state is State.HELD


def test_nobody_waits_is_the_servers_word(desk: Counter) -> None:
    """It knows more than this desk; what the desk alone knows was pushed."""
    desk.wait(1)
    assert desk.through(FakeCallServer([None])).call_next(POST) is None


@pytest.mark.parametrize("refusal", [CalledElsewhereError("4"), NotAllowedError("no", code="NOT_CALLABLE")])
def test_a_refusal_of_the_server_stands(desk: Counter, refusal: Exception) -> None:
    token = desk.wait(1)
    with pytest.raises(type(refusal)):
        desk.through(FakeCallServer([refusal])).call(POST, token.token_id)
    assert desk.state(token) is State.WAITING


def test_without_an_answer_the_desk_calls_alone(desk: Counter) -> None:
    token = desk.wait(1)
    result = desk.through(FakeCallServer([ServerError("gone")])).call_next(POST)
    assert result is not None
    assert (result.alone, desk.state(token)) == (True, State.CALLED)


@pytest.mark.parametrize("code", sorted(SHUT_OUT))
def test_a_desk_that_the_server_shuts_out_calls_nobody_alone(desk: Counter, code: str) -> None:
    token = desk.wait(1)
    calling = desk.through(FakeCallServer([ServerError("no", code=code)]))
    for call in (calling.call_next, lambda post: calling.call(post, token.token_id)):
        with pytest.raises(ServerError) as caught:
            call(POST)
        assert caught.value.code == code
    assert desk.state(token) is State.WAITING


def test_a_desk_of_one_department_sends_patients_on_to_the_others(desk: Counter) -> None:
    desk.facility = replace(HOSPITAL, departments=(MEDICINE,), others=(replace(EYE, elsewhere=True),))
    token, other = desk.wait(1), desk.wait(2)
    called(desk)
    assert desk.calling.transfer(POST, token.token_id, "EYE").after.queue_department == "EYE"
    called(desk)
    referred = desk.calling.refer(POST, other.token_id, "EYE", "en").referred
    assert referred is not None
    assert referred.queue_department == "EYE"
    with pytest.raises(DepartmentUnknownError):
        desk.calling.transfer(POST, token.token_id, "XYZ")


def test_the_other_departments_are_closed_by_word_of_a_supervisor_too() -> None:
    facility = replace(HOSPITAL, departments=(MEDICINE,), others=(EYE,))
    said = with_openings(facility, [OpeningChange("EYE", "", False, NINE)])
    assert [each.said_open for each in said.all_departments] == [None, False]


def test_nobody_calls_from_queues_that_are_not_theirs(desk: Counter) -> None:
    token = desk.wait(1)
    of_eye, of_both = (replace(CALLER, departments=codes) for codes in (("EYE",), ("EYE", "MED")))
    for post in (replace(POST, staff=of_eye), Post("12", ("EYE", "MED"), of_eye)):
        with pytest.raises(NotAllowedError) as caught:
            desk.calling.call_next(post)
        assert caught.value.code == "NOT_ALLOWED"
    assert desk.state(token) is State.WAITING
    assert called(desk, replace(POST, staff=of_both)).token_id == token.token_id


def test_a_closed_room_calls_by_name_alone(desk: Counter) -> None:
    """Cut off as through the server."""
    one, other = desk.wait(1), desk.wait(2)
    eye = replace(EYE, rooms=("12",))
    desk.facility = replace(HOSPITAL, departments=(replace(MEDICINE, closed_rooms=frozenset({"12"})), eye))
    with pytest.raises(NotAllowedError) as caught:
        desk.calling.call_next(POST)
    assert caught.value.code == "ROOM_CLOSED"
    assert desk.calling.call_next(replace(POST, departments=("MED", "EYE"))) is None
    assert desk.calling.call(POST, other.token_id).called.token.room == "12"
    assert called(desk, NEXT_DOOR).token_id == one.token_id


@pytest.mark.parametrize(
    "error", [ServerError("gone"), StoreError("claim first", code="STORE_UNREGISTERED")], ids=["gone", "claim"]
)
def test_what_cannot_be_pushed_is_called_around(desk: Counter, error: Exception) -> None:
    desk.wait(1)
    server = FakeCallServer([None])

    def push() -> None:
        raise error

    result = replace(desk.calling, server=server, push=push).call_next(POST)
    assert result is not None
    assert (result.alone, server.heard) == (True, [])


def test_a_broken_store_calls_nobody(desk: Counter) -> None:
    desk.wait(1)

    def push() -> None:
        raise StoreError("full", code="STORE_FULL")

    with pytest.raises(StoreError):
        replace(desk.calling, server=FakeCallServer([None]), push=push).call_next(POST)


# --- what came second -------------------------------------------------------------------------------------------------


def test_acts_that_came_second_are_told_once_for_each_token(desk: Counter) -> None:
    token, other = desk.wait(1), desk.wait(2)
    called(desk)
    call_seq = desk.last().seq
    desk.calling.start(POST, token.token_id)
    called(desk)
    other_seq = desk.last().seq
    desk.store.take_called(answer_for(token, "4"), desk.clock.now())
    parked = [Parked(other_seq, "KIND_UNKNOWN"), Parked(call_seq + 1, "MOVE_ILLEGAL"), Parked(call_seq, "MOVE_ILLEGAL")]
    (lost,) = desk.calling.lost_acts(parked)
    assert (lost.kind, lost.label, lost.token_id) == (Kind.TOKEN_CALLED, token.label, token.token_id)
    assert desk.calling.lost_acts([]) == ()
    assert desk.state(other) is State.CALLED
