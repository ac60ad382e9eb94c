"""The story of a call, on a real store: a desk that calls alone, and what follows a call."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from kiosk.acts import UNDO_S, Done, Post
from kiosk.calling import DAY_OVER, CallResult
from kiosk.errors import (
    CalledElsewhereError,
    DepartmentClosedError,
    DepartmentUnknownError,
    NotAllowedError,
    QuotaReachedError,
)
from kiosk.model.events import Kind
from kiosk.model.moves import IllegalMoveError
from kiosk.model.queue import Lane
from kiosk.model.token import Priority, State, Token
from tests.contracts.acts import TUESDAY, order
from tests.desk_counter import (
    BOSS,
    CALLER,
    NEXT_DOOR,
    POST,
    REGISTRAR,
    SUPERVISOR,
    Counter,
    called,
    counter,
)
from tests.model.samples import EYE, HOSPITAL, MEDICINE, MONDAY, minutes, person


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path / "desk") as desk:
        yield desk


# --- calling alone ----------------------------------------------------------------------------------------------------


def test_the_next_patient_is_called_and_it_is_said_why(desk: Counter) -> None:
    routine, old = desk.wait(1), desk.wait(2, Priority.ELDERLY)
    desk.clock.move(minutes(40))
    result = desk.calling.call_next(POST)
    assert isinstance(result, CallResult)
    assert (result.called.token.token_id, result.lane, result.waited) == (old.token_id, Lane.PRIORITY, minutes(40))
    assert (result.alone, result.called.token.room, result.called.patient) == (True, "12", person(2))
    assert desk.last().body == {"room": "12", "staff": "N1"}
    assert called(desk).token_id == routine.token_id
    assert desk.calling.call_next(POST) is None


def test_one_patient_is_called_by_name_and_not_from_another_room(desk: Counter) -> None:
    desk.wait(1)
    second = desk.wait(2)
    assert desk.calling.call(POST, second.token_id).called.token.room == "12"
    with pytest.raises(CalledElsewhereError, match="12"):
        desk.calling.call(NEXT_DOOR, second.token_id)


def test_a_patient_comes_is_served_and_goes(desk: Counter) -> None:
    token = desk.wait(1)
    called(desk)
    assert desk.calling.recall(POST, token.token_id).after.calls == 2
    assert desk.calling.start(POST, token.token_id).after.state is State.SERVING
    assert desk.calling.hold(POST, token.token_id).after.state is State.HELD
    desk.calling.call(POST, token.token_id)
    done = desk.calling.complete(POST, token.token_id)
    assert (done.before.state, done.after.state, done.staff_id) == (State.CALLED, State.COMPLETED, "N1")
    assert desk.last().body == {"room": "12", "staff": "N1"}


def test_who_may_not_call_does_not(desk: Counter) -> None:
    token = desk.wait(1)
    acts = (
        lambda: desk.calling.call_next(REGISTRAR),
        lambda: desk.calling.call(REGISTRAR, token.token_id),
        lambda: desk.calling.start(REGISTRAR, token.token_id),
        lambda: desk.calling.no_show(REGISTRAR, token.token_id),
        lambda: desk.calling.give_back(REGISTRAR, token.token_id),
        lambda: desk.calling.transfer(REGISTRAR, token.token_id, "EYE"),
        lambda: desk.calling.refer(REGISTRAR, token.token_id, "EYE", "hi"),
    )
    for act in acts:
        with pytest.raises(NotAllowedError) as caught:
            act()
        assert caught.value.code == "NOT_ALLOWED"
    assert desk.state(token) is State.WAITING


def test_an_act_on_no_token_is_refused(desk: Counter) -> None:
    for act in (desk.calling.start, desk.calling.no_show, desk.calling.give_back):
        with pytest.raises(IllegalMoveError) as caught:
            act(POST, "019ab3c0-0000-7000-8000-000000000001")
        assert caught.value.code == "TOKEN_UNKNOWN"


# --- who does not come ------------------------------------------------------------------------------------------------


def test_nobody_is_set_aside_after_one_call_but_by_a_supervisor(desk: Counter) -> None:
    token = desk.wait(1)
    called(desk)
    with pytest.raises(NotAllowedError) as caught:
        desk.calling.no_show(POST, token.token_id)
    assert (caught.value.code, desk.state(token)) == ("NO_SHOW_EARLY", State.CALLED)
    with pytest.raises(NotAllowedError):
        desk.calling.no_show(POST, token.token_id, approved_by=CALLER)
    desk.calling.no_show(POST, token.token_id, approved_by=SUPERVISOR)
    assert (desk.last().kind, desk.last().body["approved_by"]) == (Kind.TOKEN_NO_SHOW, "S1")


def no_show(desk: Counter) -> Token:
    token = called(desk)
    desk.calling.recall(POST, token.token_id)
    return desk.calling.no_show(POST, token.token_id).after


def test_who_comes_back_in_time_stands_behind_some_others_and_is_called_then(desk: Counter) -> None:
    first, *others = [desk.wait(number) for number in range(1, 7)]
    assert no_show(desk).token_id == first.token_id
    back = desk.calling.give_back(POST, first.token_id).after
    behind = [others[place].label for place in range(3)]
    assert [called(desk).label for _ in range(4)] == [*behind, first.label]
    assert (back.state, back.queued_at > others[2].queued_at) == (State.WAITING, True)


def test_who_comes_back_too_late_needs_a_supervisor(desk: Counter) -> None:
    token = desk.wait(1)
    no_show(desk)
    desk.clock.move(HOSPITAL.return_window + minutes(1))
    with pytest.raises(NotAllowedError) as caught:
        desk.calling.give_back(POST, token.token_id)
    assert caught.value.code == "RETURN_LATE"
    assert desk.calling.give_back(POST, token.token_id, SUPERVISOR).after.state is State.WAITING
    assert desk.calling.call_next(POST) is not None


@pytest.mark.parametrize("act", ["call", "hold", "start"])
def test_who_was_called_and_goes_back_keeps_the_place(desk: Counter, act: str) -> None:
    first, _ = desk.wait(1), desk.wait(2)
    called(desk)
    if act != "call":
        getattr(desk.calling, act)(POST, first.token_id)
    back = desk.calling.give_back(POST, first.token_id).after
    assert (back.queued_at, back.room, back.calls) == (first.queued_at, "", 0)
    assert called(desk).token_id == first.token_id


# --- on to another department -----------------------------------------------------------------------------------------


def test_a_transfer_keeps_the_time_of_issue_and_takes_the_other_departments_classes(desk: Counter) -> None:
    """Pregnancy is a priority here, and none at the eye clinic."""
    eye = replace(EYE, priority=frozenset({Priority.ELDERLY}))
    desk.facility = replace(HOSPITAL, departments=(MEDICINE, eye))
    token = desk.wait(1, Priority.PREGNANT)
    moved = desk.calling.transfer(POST, token.token_id, "EYE").after
    desk.clock.move(minutes(30))
    assert (moved.queue_department, moved.queued_at, moved.label) == ("EYE", token.issued_at, token.label)
    result = desk.calling.call_next(Post("21", ("EYE",), CALLER))
    assert result is not None
    assert (result.lane, result.waited) == (Lane.ROUTINE, minutes(30))


def test_who_is_called_or_served_can_be_transferred(desk: Counter) -> None:
    token = desk.wait(1)
    called(desk)
    desk.calling.start(POST, token.token_id)
    moved = desk.calling.transfer(POST, token.token_id, "EYE").after
    assert (moved.state, moved.room) == (State.WAITING, "")
    with pytest.raises(DepartmentUnknownError):
        desk.calling.transfer(POST, token.token_id, "XYZ")


def referral(desk: Counter, token: Token) -> tuple[Done, Token]:
    done = desk.calling.refer(POST, token.token_id, "EYE", "hi")
    assert done.referred is not None
    return done, done.referred


def test_a_referral_completes_this_token_and_issues_another_at_the_end(desk: Counter) -> None:
    token = desk.wait(1)
    called(desk)
    done, referred = referral(desk, token)
    assert (done.after.state, referred.queue_department, referred.state) == (State.COMPLETED, "EYE", State.WAITING)
    assert (referred.number, referred.source, referred.issued_at) == (1, "referral", referred.queued_at)
    assert desk.store.patient_of(referred.token_id) == person(1)


def test_a_referral_to_a_closed_department_leaves_all_as_it_was(desk: Counter) -> None:
    token = desk.wait(1)
    called(desk)
    desk.clock.move(timedelta(hours=6))
    with pytest.raises(DepartmentClosedError):
        desk.calling.refer(POST, token.token_id, "SUR", "hi")
    assert desk.state(token) is State.CALLED
    assert desk.calling.refer(POST, token.token_id, "SUR", "hi", SUPERVISOR).after.state is State.COMPLETED
    assert desk.last().body["approved_by"] == "S1"


def test_a_referral_beyond_the_quota_leaves_all_as_it_was(desk: Counter) -> None:
    surgery = HOSPITAL.departments[2]
    for number in (7, 8):
        desk.store.issue(order(person(number), surgery, desk.clock.now()))
    token = desk.wait(1)
    called(desk)
    with pytest.raises(QuotaReachedError):
        desk.calling.refer(POST, token.token_id, "SUR", "hi")
    assert desk.state(token) is State.CALLED


def test_a_referral_to_where_the_patient_waits_already_issues_nothing(desk: Counter) -> None:
    token = desk.wait(1)
    there = desk.store.issue(order(person(1), EYE, desk.clock.now())).token
    called(desk)
    done = desk.calling.refer(POST, token.token_id, "EYE", "hi")
    assert done.referred is None
    desk.acts.undo(POST, done)
    assert (desk.state(token), desk.state(there)) == (State.CALLED, State.WAITING)


# --- undo -------------------------------------------------------------------------------------------------------------


def test_each_act_can_be_undone_for_a_while(desk: Counter) -> None:
    token = desk.wait(1)
    first = desk.calling.call_next(POST)
    assert first is not None
    desk.acts.undo(POST, first.done)
    assert desk.acts.token(token.token_id) == replace(
        token, slip=desk.acts.token(token.token_id).slip, act_id=desk.last().event_id
    )
    called(desk)
    for act in (desk.calling.recall, desk.calling.start, desk.calling.hold, desk.calling.give_back):
        before = desk.acts.token(token.token_id)
        done = act(POST, token.token_id)
        assert done.can_be_undone
        undone = desk.acts.undo(POST, done).after
        assert replace(undone, act_id="") == replace(before, act_id="")
        act(POST, token.token_id)
    assert desk.state(token) is State.WAITING


def test_undo_is_for_ten_seconds_and_for_who_did_it(desk: Counter) -> None:
    token = desk.wait(1)
    called(desk)
    done = desk.calling.start(POST, token.token_id)
    with pytest.raises(NotAllowedError):
        desk.acts.undo(NEXT_DOOR, done)
    desk.clock.move(timedelta(seconds=UNDO_S + 0.1))
    with pytest.raises(NotAllowedError) as caught:
        desk.acts.undo(POST, done)
    assert caught.value.code == "UNDO_LATE"
    assert desk.state(token) is State.SERVING


def test_a_supervisor_undoes_what_others_did(desk: Counter) -> None:
    token = desk.wait(1)
    called(desk)
    done = desk.calling.start(POST, token.token_id)
    assert desk.acts.undo(BOSS, done).after.state is State.CALLED


def test_whoever_acted_since_has_the_last_word(desk: Counter) -> None:
    token = desk.wait(1)
    first = desk.calling.call_next(POST)
    desk.calling.start(POST, token.token_id)
    assert first is not None
    with pytest.raises(IllegalMoveError):
        desk.acts.undo(POST, first.done)
    assert desk.state(token) is State.SERVING


def test_an_undone_referral_takes_its_token_with_it_unless_that_was_called(desk: Counter) -> None:
    token = desk.wait(1)
    called(desk)
    done, referred = referral(desk, token)
    desk.acts.undo(POST, done)
    assert (desk.state(token), desk.state(referred)) == (State.CALLED, State.CANCELLED)
    assert desk.last().body["reason"] == "undone"
    done, again = referral(desk, token)
    desk.calling.call(Post("21", ("EYE",), CALLER), again.token_id)
    with pytest.raises(IllegalMoveError):
        desk.acts.undo(POST, done)
    assert (desk.state(token), desk.state(again)) == (State.COMPLETED, State.CALLED)


# --- over midnight ----------------------------------------------------------------------------------------------------


def test_who_is_called_by_the_end_of_the_day_is_seen_to_the_end_but_waits_no_more(desk: Counter) -> None:
    desk.wait(1)
    token_id = called(desk).token_id
    desk.clock.move(timedelta(days=1))
    for back in (desk.calling.give_back, partial(desk.calling.transfer, department="EYE")):
        with pytest.raises(NotAllowedError) as refused:
            back(POST, token_id)
        assert refused.value.code == DAY_OVER
    desk.calling.hold(POST, token_id)
    again = desk.calling.call(POST, token_id).called.token
    assert (again.state, again.service_day) == (State.CALLED, MONDAY)
    done = desk.calling.refer(POST, token_id, "EYE", "en")
    assert done.after.state is State.COMPLETED
    assert done.referred is not None
    assert (done.referred.service_day, done.referred.number) == (TUESDAY, 1)
