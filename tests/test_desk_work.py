"""What else is done at a desk, on a real store: walk-ins, slips, details, and what supervisors alone may say."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.desk_work import DeskWork, SlipOutcome
from kiosk.errors import (
    ClockError,
    DepartmentClosedError,
    DepartmentUnknownError,
    NotAllowedError,
    QuotaReachedError,
)
from kiosk.model.events import Kind
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.opd import Facility, with_openings
from kiosk.model.patient import BirthDate, Patient
from kiosk.model.token import Priority, SlipState, State, Token
from tests.contracts.acts import order, pulled
from tests.desk_counter import BOSS, CALLER, POST, REGISTRAR, SUPERVISOR, Counter, called, counter
from tests.model.samples import HOSPITAL, SURGERY, minutes, person

BABY = Patient(name="Baby of Asha")
AFTERNOON = timedelta(hours=6)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path / "desk") as desk:
        yield desk


# --- walk-ins ---------------------------------------------------------------------------------------------------------


def test_a_walk_in_needs_a_department_alone(desk: Counter) -> None:
    issued = desk.work.walk_in(REGISTRAR, Patient(), "MED", "hi")
    assert (issued.token.label, issued.token.source, issued.people_ahead) == ("MA-001", "walk_in", 0)
    assert issued.job is not None
    said = desk.last().body
    assert (said["staff"], said["room"], said["notice_version"]) == ("R1", "12", "2026-11")
    assert "approved_by" not in said


def test_walk_ins_without_a_card_are_different_people(desk: Counter) -> None:
    first, second = (desk.work.walk_in(REGISTRAR, BABY, "MED", "hi") for _ in range(2))
    assert (first.token.number, second.token.number) == (1, 2)
    assert desk.store.patient_of(second.token.token_id) == BABY


def test_a_walk_in_is_judged_by_one_look_at_what_is_open(desk: Counter) -> None:
    looks: list[Facility] = []

    def facility() -> Facility:
        looks.append(with_openings(HOSPITAL, []))
        return looks[-1]

    DeskWork(replace(desk.acts, facility=facility)).walk_in(REGISTRAR, BABY, "MED", "hi")
    assert len(looks) == 1


def test_age_is_a_priority_here_too_and_staff_may_give_another(desk: Counter) -> None:
    old = replace(BABY, birth=BirthDate(1940, 1, 1))
    assert desk.work.walk_in(POST, old, "MED", "hi").token.priority is Priority.ELDERLY
    asked = desk.work.walk_in(POST, old, "MED", "hi", priority=Priority.DISABILITY)
    assert asked.token.priority is Priority.DISABILITY


def test_hours_and_quota_are_kept_but_for_a_supervisors_word(desk: Counter) -> None:
    for number in (1, 2):
        desk.store.issue(order(person(number), SURGERY, desk.clock.now()))
    with pytest.raises(QuotaReachedError):
        desk.work.walk_in(POST, BABY, "SUR", "hi")
    desk.clock.move(AFTERNOON)
    with pytest.raises(DepartmentClosedError):
        desk.work.walk_in(BOSS, BABY, "SUR", "hi")
    with pytest.raises(NotAllowedError):
        desk.work.walk_in(POST, BABY, "SUR", "hi", approved_by=CALLER)
    assert desk.work.walk_in(POST, BABY, "SUR", "hi", approved_by=SUPERVISOR).token.number == 3
    assert desk.last().body["approved_by"] == "S1"
    with pytest.raises(DepartmentUnknownError):
        desk.work.walk_in(POST, BABY, "XYZ", "hi")


def test_an_emergency_is_given_by_a_supervisors_word(desk: Counter) -> None:
    with pytest.raises(NotAllowedError):
        desk.work.walk_in(POST, BABY, "MED", "hi", priority=Priority.EMERGENCY)
    given = desk.work.walk_in(POST, BABY, "MED", "hi", priority=Priority.EMERGENCY, approved_by=SUPERVISOR)
    assert (given.token.priority, desk.last().body["approved_by"]) == (Priority.EMERGENCY, "S1")
    assert desk.work.walk_in(BOSS, BABY, "MED", "hi", priority=Priority.EMERGENCY).created


def test_people_ahead_are_told_while_they_are_known(desk: Counter) -> None:
    desk.wait(1)
    connected = replace(desk.work, acts=replace(desk.acts, has_server=True))
    assert connected.walk_in(POST, BABY, "MED", "hi").people_ahead is None
    desk.store.synced(pulled(acked=2, server_time=desk.clock.now()), desk.clock.now())
    assert connected.walk_in(POST, BABY, "MED", "hi").people_ahead == 2


# --- phone tokens -----------------------------------------------------------------------------------------------------


def scanned_at_home(desk: Counter, number: int = 1) -> Token:
    """As the server gives it: nobody has come, and no slip is printed."""
    desk.clock.move(minutes(1))
    wish = replace(order(person(number), now=desk.clock.now(), wants_slip=False), source="phone")
    return desk.store.issue(replace(wish, remarks={"arrived": False})).token


def test_a_patient_who_has_arrived_gets_the_original_slip_and_can_be_called(desk: Counter) -> None:
    token = scanned_at_home(desk)
    assert token.is_expected
    assert desk.calling.call_next(POST) is None
    done = desk.work.arrive(REGISTRAR, token.token_id, "en")
    assert (done.after.arrived, done.after.slip, done.can_be_undone) == (True, SlipState.QUEUED, False)
    assert (desk.last().kind, desk.last().body) == (Kind.TOKEN_ARRIVED, {"staff": "R1", "room": "12"})
    (job,) = desk.store.due_slips(token.issued_at)
    assert (job.copy, job.language, job.people_ahead) == (0, "en", 0)
    assert called(desk).token_id == token.token_id


def test_a_phone_token_of_today_that_lapsed_comes_back_and_no_other(desk: Counter) -> None:
    phone, kiosk = scanned_at_home(desk, 1), desk.wait(2)
    for token in (phone, kiosk):
        desk.store.act(Kind.TOKEN_LAPSED, token.token_id, desk.clock.now(), {})
    desk.clock.move(minutes(30))
    done = desk.work.arrive(POST, phone.token_id, "hi")
    assert (done.after.state, done.after.queued_at, done.after.arrived) == (State.WAITING, desk.clock.now(), True)
    with pytest.raises(IllegalMoveError):
        desk.work.arrive(POST, kiosk.token_id, "hi")
    desk.store.act(Kind.TOKEN_LAPSED, phone.token_id, desk.clock.now(), {})
    desk.clock.move(timedelta(days=1))
    with pytest.raises(IllegalMoveError):
        desk.work.arrive(POST, phone.token_id, "hi")


def test_whoever_asks_for_the_slip_of_a_phone_token_has_come(desk: Counter) -> None:
    token = scanned_at_home(desk)
    copies = [desk.work.reprint(REGISTRAR, token.token_id, "hi").copy for _ in range(3)]
    assert copies == [0, 1, 2]
    assert desk.acts.token(token.token_id).arrived


# --- details and slips ------------------------------------------------------------------------------------------------


def test_who_looks_at_details_is_written_down_first(desk: Counter) -> None:
    token = desk.wait(1)
    assert desk.work.show_details(REGISTRAR, token.token_id) == person(1)
    assert (desk.last().kind, desk.last().body) == (Kind.DETAILS_SHOWN, {"room": "12", "staff": "R1"})


def test_a_slip_is_printed_again_and_dealt_with(desk: Counter) -> None:
    token = desk.wait(1)
    jobs = [desk.work.reprint(REGISTRAR, token.token_id, "en") for _ in range(5)]
    assert [job.copy for job in jobs] == [1, 2, 3, 4, 5]
    assert (desk.last().kind, desk.last().body) == (Kind.TOKEN_REPRINTED, {"copy": 5, "staff": "R1"})
    desk.work.resolve_slip(REGISTRAR, jobs[-1].job_id, SlipOutcome.READ_OUT)
    assert desk.acts.token(token.token_id).slip is SlipState.RESOLVED
    assert (desk.last().body["cause"], desk.last().body["staff"]) == ("READ_OUT", "R1")


def test_a_desk_without_a_printer_says_so(desk: Counter) -> None:
    token = desk.wait(1)
    work = DeskWork(replace(desk.acts, wants_slips=False))
    with pytest.raises(NotAllowedError) as told:
        work.reprint(REGISTRAR, token.token_id, "en")
    assert told.value.code == "PRINTER_NONE"


def test_a_desk_prints_as_soon_as_a_printer_is_plugged_in(desk: Counter) -> None:
    there = [False]
    work = DeskWork(replace(desk.acts, has_printer=lambda: there[0]))
    token = desk.wait(1)
    with pytest.raises(NotAllowedError):
        work.reprint(REGISTRAR, token.token_id, "en")
    there[0] = True
    assert work.reprint(REGISTRAR, token.token_id, "en").copy >= 0


# --- a supervisor's word ----------------------------------------------------------------------------------------------


def test_a_token_is_cancelled_with_a_reason_and_a_supervisors_word(desk: Counter) -> None:
    token = desk.wait(1)
    with pytest.raises(NotAllowedError):
        desk.work.cancel(POST, token.token_id, "gone home")
    with pytest.raises(NotAllowedError) as caught:
        desk.work.cancel(POST, token.token_id, "  ", approved_by=SUPERVISOR)
    assert caught.value.code == "REASON_MISSING"
    done = desk.work.cancel(POST, token.token_id, "gone home " + "x" * 500, approved_by=SUPERVISOR)
    assert done.after.state is State.CANCELLED
    said = desk.last().body
    assert (said["staff"], said["approved_by"], len(str(said["reason"]))) == ("N1", "S1", 200)
    assert desk.acts.undo(POST, done).after.state is State.WAITING


def test_a_priority_needs_a_supervisors_word_and_can_be_taken_back(desk: Counter) -> None:
    first, second = desk.wait(1), desk.wait(2)
    with pytest.raises(NotAllowedError):
        desk.work.set_priority(POST, second.token_id, Priority.EMERGENCY)
    done = desk.work.set_priority(BOSS, second.token_id, Priority.EMERGENCY, reason="chest pain")
    assert (done.can_be_undone, desk.last().body["reason"]) == (True, "chest pain")
    assert desk.acts.undo(BOSS, done).after.priority is Priority.ROUTINE
    again = desk.work.set_priority(POST, second.token_id, Priority.EMERGENCY, SUPERVISOR)
    desk.work.set_priority(POST, second.token_id, Priority.ELDERLY, SUPERVISOR)
    with pytest.raises(IllegalMoveError):
        desk.acts.undo(POST, again)
    assert [called(desk).token_id for _ in range(2)] == [second.token_id, first.token_id]


def test_a_whole_queue_moves_or_goes_home(desk: Counter) -> None:
    gone, *tokens = [desk.wait(number) for number in range(1, 6)]
    assert called(desk).token_id == gone.token_id
    moved = desk.work.transfer_all(POST, "MED", "EYE", approved_by=SUPERVISOR)
    assert [done.after.token_id for done in moved] == [token.token_id for token in tokens]
    assert {done.after.queue_department for done in moved} == {"EYE"}
    assert [done.after.queued_at for done in moved] == [token.queued_at for token in tokens]
    cancelled = desk.work.cancel_all(BOSS, "EYE", "the doctor is ill")
    assert {done.after.state for done in cancelled} == {State.CANCELLED}
    assert desk.work.cancel_all(BOSS, "EYE", "the doctor is ill") == ()
    assert desk.state(gone) is State.CALLED


@pytest.mark.parametrize("kind", [Kind.TOKEN_CANCELLED, Kind.TOKEN_TRANSFERRED])
def test_who_clears_a_queue_means_nobody_who_is_called_by_then(desk: Counter, kind: Kind) -> None:
    """This desk is cut off; where its acts are put together with others', the patient is in a room already."""
    there = desk.wait(1)
    if kind is Kind.TOKEN_CANCELLED:
        desk.work.cancel_all(BOSS, "MED", "the doctor is ill")
    else:
        desk.work.transfer_all(BOSS, "MED", "EYE")
    act = desk.last()
    assert (act.kind, apply(there, act).act_id) == (kind, act.event_id)
    for state in (State.CALLED, State.SERVING):
        with pytest.raises(IllegalMoveError) as caught:
            apply(replace(there, state=state, room="4"), act)
        assert caught.value.code == "MOVE_ILLEGAL"


def test_a_call_while_a_queue_is_cleared_leaves_nobody_else_behind(desk: Counter) -> None:
    called_meanwhile, left = desk.wait(1), desk.wait(2)
    queue = list(desk.store.waiting(HOSPITAL.facility_id, desk.acts.today(), ("MED",)))
    desk.calling.call(POST, called_meanwhile.token_id)
    desk.store.waiting = lambda *asked: queue  # type: ignore[method-assign]
    assert [done.after.token_id for done in desk.work.cancel_all(BOSS, "MED", "ill")] == [left.token_id]
    assert desk.state(called_meanwhile) is State.CALLED


def test_a_department_or_room_is_closed_and_opened_for_today(desk: Counter) -> None:
    desk.work.change_opening(BOSS, "MED", "", is_open=False, reason="the doctor is ill")
    desk.facility = with_openings(HOSPITAL, desk.store.openings("IN0000000000", HOSPITAL.service_day(desk.clock.now())))
    with pytest.raises(DepartmentClosedError):
        desk.work.walk_in(POST, BABY, "MED", "hi")
    desk.clock.move(minutes(1))
    desk.work.change_opening(POST, "MED", "", is_open=None, approved_by=SUPERVISOR)
    said = desk.last()
    assert (said.kind, said.token_id) == (Kind.OPENING_CHANGED, "")
    assert (said.body["staff"], said.body["approved_by"], said.body["is_open"]) == ("N1", "S1", None)
    with pytest.raises(DepartmentUnknownError):
        desk.work.change_opening(BOSS, "XYZ", "", is_open=True)


def test_a_supervisor_vouches_for_the_clock(desk: Counter) -> None:
    desk.wait(1)
    desk.clock.move(timedelta(days=10))
    with pytest.raises(ClockError):
        desk.work.walk_in(POST, BABY, "MED", "hi")
    with pytest.raises(NotAllowedError):
        desk.work.accept_clock(POST)
    desk.work.accept_clock(POST, approved_by=SUPERVISOR)
    assert desk.work.walk_in(POST, BABY, "MED", "hi").token.service_day == HOSPITAL.service_day(desk.clock.now())
    kinds = {event.kind: event.body for event in desk.store.next_push(500).events}
    assert (kinds[Kind.CLOCK_ACCEPTED]["staff"], kinds[Kind.CLOCK_ACCEPTED]["approved_by"]) == ("N1", "S1")


DIRECTED: list[Callable[[Counter], object]] = [
    lambda desk: desk.work.transfer_all(POST, "MED", "EYE"),
    lambda desk: desk.work.cancel_all(POST, "MED", "ill"),
    lambda desk: desk.work.change_opening(POST, "MED", "", is_open=False),
    lambda desk: desk.work.accept_clock(POST, approved_by=CALLER),
    lambda desk: desk.work.cancel(REGISTRAR, desk.wait(9).token_id, "ill", approved_by=CALLER),
]


@pytest.mark.parametrize("act", DIRECTED)
def test_nobody_else_directs(desk: Counter, act: Callable[[Counter], object]) -> None:
    token = desk.wait(1)
    with pytest.raises(NotAllowedError):
        act(desk)
    assert (desk.state(token), desk.acts.token(token.token_id).queue_department) == (State.WAITING, "MED")
