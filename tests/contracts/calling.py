"""What every DeskStore promises: whom it calls by itself, what the server has called, and referrals."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kiosk.desk_ports import DeskStore
from kiosk.errors import CalledElsewhereError, ClockError, QuotaReachedError, StoreForkError
from kiosk.model.desk import Called, CallOrder
from kiosk.model.events import Json, Kind
from kiosk.model.exchange import Pull
from kiosk.model.moves import IllegalMoveError, apply, undoing
from kiosk.model.patient import Patient
from kiosk.model.queue import CallingRule
from kiosk.model.token import Priority, SlipState, State, Token
from kiosk.ports import IssueOrder
from tests.contracts.acts import NEXT_DAY, TUESDAY, events_of, foreign, foreign_token, issue, order, pulled
from tests.contracts.arriving import phone_token
from tests.contracts.enrolment import KEY, KIOSK
from tests.model.samples import ASHA, EYE, HOSPITAL, MONDAY, NINE, NUMBER, RAVI, SURGERY, minutes, person

RULE = CallingRule()
REQUEST = "019ab3c0-0000-7000-8000-0000000000aa"
DESK = replace(KIOSK, kind="desk")
WALK_IN = Patient(name="Baby of Asha")
SERVERS_CALL = 5
"""Where the server's own store has its call."""


def call_order(*departments: str, room: str = "12", token_id: str | None = None, request: str = REQUEST) -> CallOrder:
    return CallOrder(request, HOSPITAL.facility_id, MONDAY, departments or ("MED",), room, "s7", token_id)


def call(store: DeskStore, asked: CallOrder | None = None, minute: float = 30) -> Called | None:
    return store.call(asked or call_order(), RULE, {}, NINE + minutes(minute))


def called_label(store: DeskStore, *departments: str, room: str = "12") -> str | None:
    called = call(store, call_order(*departments, room=room))
    return called.token.label if called else None


def walk_in(priority: Priority = Priority.ROUTINE, now: datetime = NINE) -> IssueOrder:
    return replace(order(WALK_IN, now=now), source="walk-in", priority=priority)


def found(store: DeskStore, token: Token) -> Token:
    known = store.token(token.token_id)
    assert known is not None
    return known


def called_by_server(token: Token, at: datetime, patient: Patient | None = None) -> Called:
    event = foreign(Kind.TOKEN_CALLED, token.token_id, SERVERS_CALL, at, {"room": "12", "staff": "s7"})
    return Called(apply(token, event), patient)


def servers_call(token: Token, at: datetime, called: Called, *, acked: int = 1) -> Pull:
    event = foreign(Kind.TOKEN_CALLED, token.token_id, SERVERS_CALL, at, {"room": "12", "staff": "s7"})
    return pulled(event, acked=acked, server_time=at, tokens=[called.token])


class CallingContract:
    # --- from its own knowledge --------------------------------------------------------------------------------------

    def test_who_came_first_is_called_and_all_of_it_is_written_down(self, store: DeskStore) -> None:
        first, other = issue(store, RAVI), issue(store, ASHA, now=NINE + minutes(1))
        called = call(store)
        assert called is not None
        assert (called.token.token_id, called.patient) == (first.token_id, RAVI)
        assert (called.token.state, called.token.room, called.token.calls) == (State.CALLED, "12", 1)
        assert called.token.called_at == NINE + minutes(30)
        told = events_of(store)[-1]
        assert (told.kind, told.token_id) == (Kind.TOKEN_CALLED, first.token_id)
        assert told.body == {"room": "12", "staff": "s7"}
        assert found(store, first) == called.token
        assert found(store, other).state is State.WAITING

    def test_where_nobody_waits_nobody_is_called_and_nothing_written(self, store: DeskStore) -> None:
        issue(store, ASHA, EYE)
        assert call(store) is None
        assert call(store, replace(call_order("EYE"), service_day=TUESDAY)) is None
        assert call(store, replace(call_order("EYE"), facility_id="IN0000000001")) is None
        assert len(events_of(store)) == 1

    def test_emergencies_go_first_then_priority_and_routine_in_turn(self, store: DeskStore) -> None:
        for place in range(3):
            issue(store, person(place), now=NINE + minutes(place))
        for place in range(3):
            store.issue(walk_in(Priority.ELDERLY, NINE + minutes(10 + place)))
        store.issue(walk_in(Priority.EMERGENCY, NINE + minutes(20)))
        labels = [called_label(store, room=str(room)) for room in range(8)]
        assert labels == ["MA-007", "MA-004", "MA-005", "MA-001", "MA-006", "MA-002", "MA-003", None]

    def test_several_queues_are_one(self, store: DeskStore) -> None:
        for place, department in enumerate((EYE, SURGERY, EYE)):
            issue(store, person(place), department, NINE + minutes(place))
        assert [called_label(store, "SUR", "EYE") for _ in range(3)] == ["EA-001", "SA-001", "EA-002"]

    def test_a_patient_who_is_in_another_room_is_skipped_and_keeps_the_place(self, store: DeskStore) -> None:
        issue(store, ASHA)
        issue(store, RAVI, now=NINE + minutes(1))
        eye = issue(store, ASHA, EYE)
        assert called_label(store, "EYE", room="3") == "EA-001"
        assert called_label(store) == "MA-002"
        assert called_label(store) is None
        store.act(Kind.TOKEN_COMPLETED, eye.token_id, NINE + minutes(31), {})
        assert called_label(store) == "MA-001"

    def test_walk_ins_are_nobody_but_themselves(self, store: DeskStore) -> None:
        """Two without any identifier are not the same patient, so neither is busy when the other is."""
        one, other = (store.issue(walk_in(now=NINE + minutes(place))) for place in range(2))
        assert (one.created, other.created, other.token.number) == (True, True, 2)
        assert store.held_tokens(WALK_IN, HOSPITAL, NINE) == ()
        assert [called_label(store), called_label(store), called_label(store)] == ["MA-001", "MA-002", None]
        assert store.patient_of(one.token.token_id) == WALK_IN

    def test_a_particular_token_is_called_out_of_turn(self, store: DeskStore) -> None:
        issue(store, RAVI)
        asha = issue(store, ASHA, now=NINE + minutes(1))
        called = call(store, call_order(token_id=asha.token_id))
        assert called is not None
        assert called.token.token_id == asha.token_id

    def test_who_is_in_another_room_is_not_called_away(self, store: DeskStore) -> None:
        token = issue(store)
        assert called_label(store, room="3") == "MA-001"
        for kind in (None, Kind.TOKEN_STARTED):
            if kind is not None:
                store.act(kind, token.token_id, NINE + minutes(31), {})
            before = events_of(store)
            with pytest.raises(CalledElsewhereError, match="3"):
                call(store, call_order(token_id=token.token_id))
            assert events_of(store) == before

    def test_the_same_room_may_call_the_same_token_again(self, store: DeskStore) -> None:
        token = issue(store)
        for _ in range(2):
            called = call(store, call_order(token_id=token.token_id))
            assert called is not None
            assert called.token.state is State.CALLED

    def test_who_is_through_is_not_called(self, store: DeskStore) -> None:
        token = issue(store)
        store.act(Kind.TOKEN_CANCELLED, token.token_id, NINE, {})
        for token_id, code in ((token.token_id, "MOVE_ILLEGAL"), ("t0", "TOKEN_UNKNOWN")):
            with pytest.raises(IllegalMoveError) as caught:
                call(store, call_order(token_id=token_id))
            assert caught.value.code == code

    def test_who_has_not_come_yet_is_not_called_by_name_either(self, store: DeskStore) -> None:
        token = phone_token(store)
        asked = call_order(token_id=token.token_id)
        with pytest.raises(IllegalMoveError) as caught:
            call(store, asked)
        assert caught.value.code == "NOT_CALLABLE"
        store.act(Kind.TOKEN_ARRIVED, token.token_id, NINE + minutes(1), {})
        called = call(store, asked)
        assert called is not None
        assert called.token.state is State.CALLED

    def test_no_call_under_a_wrong_clock_nor_from_a_copied_store(self, store: DeskStore) -> None:
        issue(store)
        with pytest.raises(ClockError):
            call(store, minute=-6)
        store.note_fork(NINE)
        with pytest.raises(StoreForkError):
            call(store)
        assert len(events_of(store)) == 1

    def test_waiting_are_told_in_the_order_of_their_places(self, store: DeskStore) -> None:
        tokens = [issue(store, person(place), now=NINE + minutes(place)) for place in range(4)]
        eye = issue(store, person(9), EYE, NINE + minutes(5))
        call(store)
        back: dict[str, Json] = {"queued_at": "2026-11-23T03:32:30.000000Z"}
        store.act(Kind.TOKEN_RETURNED, tokens[0].token_id, NINE + minutes(31), back)
        told = store.waiting(HOSPITAL.facility_id, MONDAY, ("MED", "EYE"))
        assert [each.token_id for each in told] == [
            *(tokens[place].token_id for place in (1, 2, 0, 3)),
            eye.token_id,
        ]
        assert list(store.waiting(HOSPITAL.facility_id, MONDAY, ("SUR",))) == []

    # --- what the server has called ----------------------------------------------------------------------------------

    def test_the_servers_call_is_known_at_once_and_its_event_comes_later(self, store: DeskStore) -> None:
        store.enrol(DESK, "A", KEY, NINE)
        token = found(store, issue(store, Patient(NUMBER)))
        at = NINE + minutes(5)
        called = called_by_server(replace(token, slip=SlipState.NONE), at, ASHA)
        store.take_called(called, at)
        assert found(store, token) == replace(called.token, slip=SlipState.QUEUED)
        assert store.patient_of(token.token_id) == ASHA
        assert len(events_of(store)) == 1, "it is the server's, not ours"
        store.synced(servers_call(token, at, called), at)
        assert found(store, token).state is State.CALLED
        assert [event.kind for event in store.history(token.token_id)] == [Kind.TOKEN_ISSUED, Kind.TOKEN_CALLED]

    def test_a_token_of_which_nothing_was_known_may_be_called(self, store: DeskStore) -> None:
        store.enrol(DESK, "A", KEY, NINE)
        own = issue(store)
        other = apply(None, foreign_token("t9", own, "EYE"))
        store.take_called(called_by_server(other, NINE + minutes(5), RAVI), NINE + minutes(5))
        assert found(store, other).room == "12"
        assert store.patient_of("t9") == RAVI

    def test_a_kiosk_keeps_no_details_with_it(self, store: DeskStore) -> None:
        store.enrol(KIOSK, "A", KEY, NINE)
        other = apply(None, foreign_token("t9", issue(store), "EYE"))
        store.take_called(called_by_server(other, NINE, RAVI), NINE)
        assert store.patient_of("t9") is None

    def test_what_was_done_since_and_not_sent_yet_stands_on_the_servers_call(self, store: DeskStore) -> None:
        token = found(store, issue(store))
        store.synced(pulled(acked=1), NINE)
        store.act(Kind.PRIORITY_CHANGED, token.token_id, NINE + minutes(1), {"priority": "elderly"})
        store.take_called(called_by_server(token, NINE + minutes(2)), NINE + minutes(2))
        known = found(store, token)
        assert (known.state, known.priority) == (State.CALLED, Priority.ELDERLY)

    def test_an_answer_from_before_the_call_does_not_undo_it(self, store: DeskStore) -> None:
        """A round trip was under way while the server called."""
        token = found(store, issue(store))
        at = NINE + minutes(5)
        called = called_by_server(token, at)
        store.take_called(called, at)
        store.synced(pulled(acked=1, server_time=at - timedelta(seconds=1), tokens=[token]), at)
        assert found(store, token).state is State.CALLED
        store.synced(servers_call(token, at, called), at)
        completed = replace(called.token, state=State.COMPLETED, act_id="later")
        store.synced(pulled(acked=1, server_time=at, tokens=[completed]), at)
        assert found(store, token).state is State.COMPLETED

    def test_a_restored_server_that_has_lost_the_call_has_the_last_word(self, store: DeskStore) -> None:
        token = found(store, issue(store))
        at = NINE + minutes(5)
        store.take_called(called_by_server(token, at), at)
        store.synced(pulled(acked=1, server_time=at + minutes(1), tokens=[token]), at + minutes(1))
        assert found(store, token).state is State.WAITING

    def test_an_order_that_the_server_has_answered_unheard_is_not_answered_twice(self, store: DeskStore) -> None:
        token, other = issue(store), issue(store, RAVI, now=NINE + minutes(1))
        at = NINE + minutes(5)
        called = called_by_server(found(store, token), at)
        store.synced(servers_call(token, at, called), at)
        again = call(store, call_order(request=called.token.act_id))
        assert again is not None
        assert again.token.token_id == token.token_id
        assert found(store, other).state is State.WAITING
        assert len(events_of(store)) == 1

    # --- undone ------------------------------------------------------------------------------------------------------

    def test_an_act_is_undone_unless_somebody_has_acted_since(self, store: DeskStore) -> None:
        token = found(store, issue(store))
        called = call(store)
        assert called is not None
        body = undoing(token, called.token)
        undone = store.act(Kind.ACT_UNDONE, token.token_id, NINE + minutes(31), body)
        assert replace(undone, act_id="") == token
        with pytest.raises(IllegalMoveError):
            store.act(Kind.ACT_UNDONE, token.token_id, NINE + minutes(32), body)

    def test_who_looked_at_details_and_who_changed_a_class_is_written_down(self, store: DeskStore) -> None:
        token = issue(store)
        for kind, body in ((Kind.DETAILS_SHOWN, {}), (Kind.PRIORITY_CHANGED, {"priority": "pregnant"})):
            store.act(kind, token.token_id, NINE + minutes(1), {"staff": "s7", **body})
        assert found(store, token).priority is Priority.PREGNANT
        assert [(event.kind, event.body["staff"]) for event in events_of(store)[1:]] == [
            (Kind.DETAILS_SHOWN, "s7"),
            (Kind.PRIORITY_CHANGED, "s7"),
        ]

    # --- walk-ins and referrals --------------------------------------------------------------------------------------

    def test_a_token_says_its_class_and_what_the_desk_remarks(self, store: DeskStore) -> None:
        remarks: dict[str, Json] = {"staff": "s7", "approved_by": "s1", "number": 99, "priority": "emergency"}
        routine, urgent = (
            store.issue(replace(walk_in(priority), remarks=remarks)).token
            for priority in (Priority.ROUTINE, Priority.INFANT)
        )
        assert (routine.priority, urgent.priority) == (Priority.ROUTINE, Priority.INFANT)
        one, other = (event.body for event in events_of(store))
        assert "priority" not in one
        assert (other["priority"], other["number"], other["staff"], other["approved_by"]) == ("infant", 2, "s7", "s1")

    def test_a_supervisor_issues_beyond_the_quota(self, store: DeskStore) -> None:
        closed = replace(SURGERY, quota=0)
        with pytest.raises(QuotaReachedError):
            store.issue(order(department=closed))
        assert store.issue(replace(order(department=closed), ignores_quota=True)).token.number == 1

    def test_a_whole_quota_counts_this_days_tokens_of_the_department_whoever_issued_them(
        self, store: DeskStore
    ) -> None:
        whole = replace(SURGERY, quota=3, quota_is_whole=True)
        of_sunday = order(person(1), whole, NINE - timedelta(days=1))
        like = store.issue(of_sunday).token
        issue(store, person(1), EYE)
        store.synced(pulled(foreign_token("t8", like, "SUR")), NINE)
        assert [issue(store, person(place), whole).number for place in (2, 3)] == [1, 2]
        with pytest.raises(QuotaReachedError):
            issue(store, person(4), whole)
        assert store.issue(replace(order(person(4), whole), ignores_quota=True)).token.number == 3

    def test_a_referral_completes_one_token_and_issues_another_at_the_end(self, store: DeskStore) -> None:
        token = issue(store)
        issue(store, RAVI, EYE, NINE + minutes(20))
        store.act(Kind.PRIORITY_CHANGED, token.token_id, NINE + minutes(21), {"priority": "elderly"})
        store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(22), {"room": "12"})
        asked = replace(order(RAVI, EYE, NINE + minutes(30)), remarks={"staff": "s7"})
        issued = store.refer(token.token_id, asked, {"staff": "s7"})
        new = issued.token
        assert (issued.created, issued.people_ahead, new.label, new.source) == (True, 1, "EA-002", "referral")
        assert (new.keys, new.priority, store.patient_of(new.token_id)) == (token.keys, Priority.ELDERLY, ASHA)
        assert found(store, token).state is State.COMPLETED
        assert [each.token_id for each in store.held_tokens(ASHA, HOSPITAL, NINE)] == [new.token_id]
        completed, told = events_of(store)[-2:]
        assert (completed.kind, completed.body) == (Kind.TOKEN_COMPLETED, {"staff": "s7"})
        assert (told.body["referred_from"], told.body["staff"]) == (token.token_id, "s7")
        assert told.at > completed.at
        assert ASHA in [each.patient for each in store.next_push(10).patients if each.token_id == new.token_id]

    def test_who_has_a_token_there_keeps_it(self, store: DeskStore) -> None:
        token, there = issue(store), issue(store, ASHA, EYE)
        store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(1), {"room": "12"})
        issued = store.refer(token.token_id, order(department=EYE, now=NINE + minutes(2)), {})
        assert (issued.created, issued.token.token_id, issued.job) == (False, there.token_id, None)
        assert found(store, token).state is State.COMPLETED

    def test_a_review_in_the_same_department_is_another_token(self, store: DeskStore) -> None:
        token = issue(store)
        store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(1), {"room": "12"})
        assert store.refer(token.token_id, order(now=NINE + minutes(2)), {}).token.number == 2

    def test_a_referral_that_cannot_be_leaves_all_as_it_was(self, store: DeskStore) -> None:
        token = issue(store)
        with pytest.raises(IllegalMoveError):
            store.refer(token.token_id, order(department=EYE), {})
        with pytest.raises(IllegalMoveError):
            store.refer("t0", order(department=EYE), {})
        store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(1), {"room": "12"})
        before = events_of(store)
        with pytest.raises(QuotaReachedError):
            store.refer(token.token_id, order(department=replace(EYE, quota=0), now=NINE + minutes(2)), {})
        assert found(store, token).state is State.CALLED
        assert events_of(store) == before

    def test_a_patient_whose_details_are_not_here_is_referred_too(self, store: DeskStore) -> None:
        own = issue(store)
        store.synced(pulled(foreign_token("t9", own, "MED"), acked=1), NINE)
        store.act(Kind.TOKEN_CALLED, "t9", NINE + minutes(1), {"room": "12"})
        new = store.refer("t9", order(department=EYE, now=NINE + minutes(2)), {}).token
        assert (new.keys, store.patient_of(new.token_id)) == (own.keys, None)
        assert store.next_push(10).patients == ()

    def test_who_is_referred_after_midnight_is_known_by_the_new_day(self, store: DeskStore) -> None:
        token = issue(store)
        store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(1), {"room": "12"})
        new = store.refer(token.token_id, order(department=EYE, now=NEXT_DAY), {}).token
        assert (new.service_day, found(store, token).state) == (TUESDAY, State.COMPLETED)
        assert [each.token_id for each in store.held_tokens(ASHA, HOSPITAL, NEXT_DAY)] == [new.token_id]
