"""What every DeskStore promises to show: the day's list, slips that need somebody, histories, facts, and PINs."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kiosk.desk_ports import DeskStore
from kiosk.errors import ClockError, StoreError, StoreForkError
from kiosk.model.desk import DeskRow, Failures, OpeningChange, PinHash
from kiosk.model.events import Event, Json, Kind
from kiosk.model.exchange import PatientDetails
from kiosk.model.moves import IllegalMoveError, said_at
from kiosk.model.patient import Patient
from kiosk.model.token import SlipState, State
from tests.contracts.acts import NEXT_DAY, TUESDAY, events_of, foreign, foreign_token, issue, only_job, order, pulled
from tests.contracts.calling import DESK, WALK_IN, walk_in
from tests.contracts.enrolment import KEY, KIOSK
from tests.model.samples import ASHA, HOSPITAL, MONDAY, NINE, NUMBER, RAVI, minutes, person

HERE = HOSPITAL.facility_id
CLOSED: dict[str, Json] = {"department": "MED", "room": "", "is_open": False, "staff": "s1", "reason": "absent"}
PINS = (PinHash("s1", "$argon2id$one"), PinHash("s2", "$argon2id$two"))


class Viewer:
    """A desk's screen: it knows what the rows have told so far."""

    def __init__(self, store: DeskStore) -> None:
        self._store, self.mark = store, 0
        self.rows: dict[str, DeskRow] = {}

    def look(self) -> set[str]:
        """Labels of what is new."""
        found = self._store.desk_rows(HERE, MONDAY, self.mark)
        self.mark = found.mark
        fresh = {row.token.token_id: row for row in found.rows}
        self.rows |= fresh
        assert len(fresh) == len(found.rows)
        return {row.token.label for row in found.rows}

    def shows_all(self) -> bool:
        """Whether looks at what is new have come to the same as a look at everything."""
        whole = self._store.desk_rows(HERE, MONDAY, 0)
        assert whole.mark >= self.mark
        return {row.token.token_id: row for row in whole.rows} == self.rows


def opening(seq: int, at: datetime, is_open: Json, department: Json = "MED", token_id: str = "", **more: Json) -> Event:
    body: dict[str, Json] = {"department": department, "room": "", "is_open": is_open, **more}
    return foreign(Kind.OPENING_CHANGED, token_id, seq, at, body)


class ListContract:
    def test_each_look_tells_what_is_new_and_once(self, store: DeskStore) -> None:
        viewer = Viewer(store)
        assert (viewer.look(), viewer.mark) == (set(), 0)
        asha = issue(store)
        issue(store, RAVI)
        assert viewer.look() == {"MA-001", "MA-002"}
        assert viewer.look() == set()
        row = viewer.rows[asha.token_id]
        assert (row.token, row.patient, row.synced) == (store.token(asha.token_id), ASHA, False)
        store.act(Kind.TOKEN_CALLED, asha.token_id, NINE + minutes(1), {"room": "12"})
        assert viewer.look() == {"MA-001"}
        assert viewer.rows[asha.token_id].token.room == "12"
        assert viewer.shows_all()

    def test_who_is_at_a_desk_at_the_end_of_the_day_is_seen_to_the_end(self, store: DeskStore) -> None:
        kinds = (Kind.TOKEN_CALLED, Kind.TOKEN_STARTED, Kind.TOKEN_COMPLETED)
        waiting, called, serving, done = (issue(store, person(number)) for number in range(4))
        for count, token in enumerate((called, serving, done), 1):
            for minute, kind in enumerate(kinds[:count]):
                store.act(kind, token.token_id, NINE + minutes(minute), {"room": "12"})
        first = store.desk_rows(HERE, TUESDAY, 0)
        assert {row.token.token_id for row in first.rows} == {called.token_id, serving.token_id}
        assert store.desk_rows(HERE, TUESDAY + timedelta(days=8), 0).rows == []
        assert store.desk_rows("IN0000000001", TUESDAY, 0).rows == []
        new = issue(store, person(9), now=NINE + timedelta(days=1))
        store.act(Kind.TOKEN_COMPLETED, serving.token_id, NINE + timedelta(days=1), {"room": "12"})
        told = {row.token.token_id: row.token.state for row in store.desk_rows(HERE, TUESDAY, first.mark).rows}
        assert told.pop(done.token_id) is State.COMPLETED, "written since, though not of those who are here"
        assert told == {new.token_id: State.WAITING, serving.token_id: State.COMPLETED, waiting.token_id: State.LAPSED}
        assert {row.token.token_id for row in store.desk_rows(HERE, TUESDAY, 0).rows} == {called.token_id, new.token_id}

    def test_only_the_days_and_the_hospitals_own(self, store: DeskStore) -> None:
        issue(store)
        store.issue(order(RAVI, facility=replace(HOSPITAL, facility_id="IN0000000001")))
        viewer = Viewer(store)
        assert viewer.look() == {"MA-001"}
        issue(store, RAVI, now=NEXT_DAY)
        assert viewer.look() == {"MA-001"}, "it has lapsed; the new one is of another day"
        assert [row.token.service_day for row in store.desk_rows(HERE, TUESDAY, 0).rows] == [TUESDAY]
        assert viewer.shows_all()

    def test_slips_details_and_acknowledgements_show(self, store: DeskStore) -> None:
        viewer = Viewer(store)
        job = only_job(store.issue(order(Patient(NUMBER))))
        viewer.look()
        for state in (SlipState.SENDING, SlipState.PRINTED):
            store.slip_moved(job.job_id, state, NINE)
            assert viewer.look() == {"MA-001"}
            assert viewer.rows[job.token_id].token.slip is state
        store.issue(order(ASHA))
        assert viewer.look() == {"MA-001"}
        assert viewer.rows[job.token_id].patient == ASHA
        store.synced(pulled(acked=len(events_of(store))), NINE)
        assert viewer.look() == {"MA-001"}
        assert viewer.rows[job.token_id].synced
        store.reprint(job.token_id, "hi", NINE, 3)
        assert viewer.look() == {"MA-001"}
        assert not viewer.rows[job.token_id].synced
        assert viewer.shows_all()

    def test_what_others_do_shows_whether_told_by_event_by_token_or_later(self, store: DeskStore) -> None:
        store.enrol(DESK, "A", KEY, NINE)
        viewer, own = Viewer(store), issue(store)
        viewer.look()
        store.synced(pulled(foreign_token("t9", own, "EYE"), acked=1), NINE)
        assert viewer.look() == {"MA-001", "EB-001"}
        assert (viewer.rows["t9"].patient, viewer.rows["t9"].synced) == (None, True)
        store.synced(pulled(patients=[PatientDetails("t9", RAVI)], acked=1), NINE)
        assert viewer.look() == {"EB-001"}
        assert viewer.rows["t9"].patient == RAVI
        there = replace(viewer.rows["t9"].token, state=State.HELD)
        for _ in range(2):
            store.synced(pulled(tokens=[there], acked=1), NINE)
        assert viewer.look() == {"EB-001"}
        store.synced(pulled(tokens=[there], acked=1), NINE)
        assert viewer.look() == set(), "the server has told nothing new"
        assert viewer.shows_all()

    def test_a_walk_in_shows_with_what_little_is_known(self, store: DeskStore) -> None:
        viewer, token = Viewer(store), store.issue(walk_in()).token
        viewer.look()
        assert (viewer.rows[token.token_id].patient, token.source) == (WALK_IN, "walk-in")

    def test_a_walk_ins_details_go_when_their_time_is_over(self, store: DeskStore) -> None:
        token = store.issue(walk_in()).token
        assert [each.patient for each in store.next_push(5).patients] == [WALK_IN]
        issue(store, now=NINE + timedelta(days=6))
        assert store.purge_details(NINE + timedelta(days=7)) == 1
        assert store.patient_of(token.token_id) is None
        assert [row.patient for row in store.desk_rows(HERE, MONDAY, 0).rows] == [None]

    # --- slips -------------------------------------------------------------------------------------------------------

    def test_slips_that_failed_or_are_in_doubt_stand_open_the_oldest_first(self, store: DeskStore) -> None:
        jobs = [only_job(store.issue(order(person(place), now=NINE + minutes(place)))) for place in range(4)]
        outcomes = (SlipState.IN_DOUBT, SlipState.PRINTED, SlipState.FAILED)
        for job, outcome in zip(jobs, outcomes, strict=False):
            store.slip_moved(job.job_id, SlipState.SENDING, NINE + minutes(5))
            store.slip_moved(job.job_id, outcome, NINE + minutes(5), "PAPER_OUT")
        doubtful, failed = store.open_slips(MONDAY)
        assert (doubtful.job_id, doubtful.token_id, doubtful.label) == (jobs[0].job_id, jobs[0].token_id, "MA-001")
        assert (doubtful.state, doubtful.copy, doubtful.cause) == (SlipState.IN_DOUBT, 0, "PAPER_OUT")
        assert (failed.label, failed.state, failed.queued_at) == ("MA-003", SlipState.FAILED, jobs[2].queued_at)
        assert list(store.open_slips(TUESDAY)) == []

    def test_what_is_dealt_with_stands_open_no_more(self, store: DeskStore) -> None:
        resolved, copied, through = (only_job(store.issue(order(person(place)))) for place in range(3))
        for job in (resolved, copied, through):
            store.slip_moved(job.job_id, SlipState.FAILED, NINE, "PATIENT_GONE")
        store.slip_moved(resolved.job_id, SlipState.RESOLVED, NINE + minutes(1), "READ_OUT")
        copy = store.reprint(copied.token_id, "hi", NINE + minutes(1), 3)
        store.act(Kind.TOKEN_CANCELLED, through.token_id, NINE + minutes(1), {})
        assert list(store.open_slips(MONDAY)) == []
        store.slip_moved(copy.job_id, SlipState.FAILED, NINE + minutes(2), "COVER_OPEN")
        assert [(slip.copy, slip.cause) for slip in store.open_slips(MONDAY)] == [(1, "COVER_OPEN")]

    def test_another_stations_slip_stands_open_and_is_resolved_here(self, store: DeskStore) -> None:
        own = issue(store)
        failed = foreign(Kind.SLIP_STATE_CHANGED, "t9", 2, body={"state": "failed", "copy": 0, "cause": "PAPER_OUT"})
        store.synced(pulled(foreign_token("t9", own, "EYE"), failed, acked=1), NINE)
        (slip,) = store.open_slips(MONDAY)
        assert (slip.token_id, slip.label, slip.cause, slip.queued_at) == ("t9", "EB-001", "PAPER_OUT", NINE)
        store.slip_moved(slip.job_id, SlipState.RESOLVED, NINE + minutes(1), "READ_OUT")
        assert list(store.open_slips(MONDAY)) == []
        told = events_of(store)[-1]
        assert (told.kind, told.token_id) == (Kind.SLIP_STATE_CHANGED, "t9")
        assert told.body == {"state": "resolved", "copy": 0, "cause": "READ_OUT"}
        with pytest.raises(StoreError):
            store.slip_moved(slip.job_id, SlipState.SENDING, NINE + minutes(1))

    # --- how things came to be ---------------------------------------------------------------------------------------

    def test_a_tokens_history_holds_what_all_did_in_order(self, store: DeskStore) -> None:
        token, other = issue(store), issue(store, RAVI)
        called = foreign(Kind.TOKEN_CALLED, token.token_id, 3, NINE + minutes(1))
        store.synced(pulled(called, acked=0), NINE + minutes(1))
        store.act(Kind.TOKEN_STARTED, token.token_id, NINE + minutes(2), {"staff": "s7"})
        kinds = [event.kind for event in store.history(token.token_id)]
        assert kinds == [Kind.TOKEN_ISSUED, Kind.TOKEN_CALLED, Kind.TOKEN_STARTED]
        assert [event.token_id for event in store.history(other.token_id)] == [other.token_id]
        assert list(store.history("t0")) == []

    def test_own_events_are_found_by_number(self, store: DeskStore) -> None:
        for place in range(4):
            issue(store, person(place))
        events = events_of(store)
        store.synced(pulled(foreign(Kind.TOKEN_REPRINTED, events[0].token_id, 2), acked=4), NINE)
        assert list(store.own_events([4, 2, 99])) == [events[1], events[3]]
        assert list(store.own_events([])) == []


class FactContract:
    def test_a_supervisor_closes_a_department_and_opens_it_again(self, store: DeskStore) -> None:
        token = issue(store)
        before = store.token(token.token_id)
        store.declare(Kind.OPENING_CHANGED, HOSPITAL, NINE + minutes(1), CLOSED)
        store.declare(Kind.OPENING_CHANGED, HOSPITAL, NINE + minutes(2), {**CLOSED, "room": "12"})
        closed = [OpeningChange("MED", room, False, NINE + minutes(at)) for room, at in (("", 1), ("12", 2))]
        assert list(store.openings(HERE, MONDAY)) == closed
        told = events_of(store)[1]
        assert (told.kind, told.token_id, told.service_day) == (Kind.OPENING_CHANGED, "", MONDAY)
        assert {**told.body, **CLOSED} == told.body
        for minute, is_open in ((3, True), (4, None)):
            store.declare(Kind.OPENING_CHANGED, HOSPITAL, NINE + minutes(minute), {**CLOSED, "is_open": is_open})
            assert store.openings(HERE, MONDAY)[0] == OpeningChange("MED", "", is_open, NINE + minutes(minute))
        assert store.token(token.token_id) == before
        assert (list(store.openings(HERE, TUESDAY)), list(store.openings("IN0000000001", MONDAY))) == ([], [])

    def test_who_judges_of_an_order_hears_what_was_said_for_the_tokens_day(self, store: DeskStore) -> None:
        heard: list[list[OpeningChange]] = []
        for now in (NINE, NEXT_DAY):
            store.declare(Kind.OPENING_CHANGED, HOSPITAL, now, CLOSED)
            order_then = order(ASHA, now=now + minutes(1))
            store.issue(replace(order_then, judge=lambda tokens, openings: heard.append(list(openings))))
        assert heard == [[OpeningChange("MED", "", False, now)] for now in (NINE, NEXT_DAY)]

    def test_facts_and_acts_are_not_mixed_up(self, store: DeskStore) -> None:
        token = issue(store)
        for kind in (Kind.OPENING_CHANGED, Kind.CLOCK_ACCEPTED):
            for token_id in ("", token.token_id):
                with pytest.raises(IllegalMoveError):
                    store.act(kind, token_id, NINE, CLOSED)
        with pytest.raises(IllegalMoveError):
            store.declare(Kind.TOKEN_CALLED, HOSPITAL, NINE, {})
        for wrong in ({"department": ""}, {"is_open": "yes"}, {"room": 7}):
            with pytest.raises(IllegalMoveError):
                store.declare(Kind.OPENING_CHANGED, HOSPITAL, NINE, {**CLOSED, **wrong})
        assert len(events_of(store)) == 1

    def test_no_fact_under_a_wrong_clock_nor_from_a_copied_store(self, store: DeskStore) -> None:
        issue(store)
        with pytest.raises(ClockError):
            store.declare(Kind.OPENING_CHANGED, HOSPITAL, NINE - minutes(6), CLOSED)
        store.note_fork(NINE)
        with pytest.raises(StoreForkError):
            store.declare(Kind.OPENING_CHANGED, HOSPITAL, NINE, CLOSED)
        assert len(events_of(store)) == 1

    def test_of_what_others_said_the_newest_counts_in_whatever_order_it_comes(self, store: DeskStore) -> None:
        store.enrol(KIOSK, "A", KEY, NINE)
        later, sooner = opening(1, NINE + minutes(2), False), opening(2, NINE + minutes(1), True)
        same = opening(3, NINE + minutes(2), None)
        store.synced(pulled(later, sooner), NINE)
        assert list(store.openings(KIOSK.facility_id, MONDAY)) == [OpeningChange("MED", "", False, NINE + minutes(2))]
        store.synced(pulled(same, later), NINE)
        assert list(store.openings(KIOSK.facility_id, MONDAY)) == [OpeningChange("MED", "", None, NINE + minutes(2))]

    def test_a_clock_that_is_ahead_has_not_the_last_word(self, store: DeskStore) -> None:
        """Whoever hears of both, in whatever order, finds the correction the newer one."""
        issue(store)
        ahead = NINE + timedelta(hours=5)
        store.synced(pulled(opening(1, ahead, False, facility_id=HERE), acked=1), NINE)
        for minute, is_open in ((1, True), (2, None)):
            store.declare(Kind.OPENING_CHANGED, HOSPITAL, NINE + minutes(minute), {**CLOSED, "is_open": is_open})
            assert store.openings(HERE, MONDAY)[0].is_open is is_open
        told = events_of(store)[-1]
        assert told.at == NINE + minutes(2)
        assert said_at(told) > ahead
        store.synced(pulled(opening(2, ahead, False, facility_id=HERE), acked=3), NINE)
        assert store.openings(HERE, MONDAY)[0].is_open is None

    def test_facts_that_make_no_sense_hold_up_nothing(self, store: DeskStore) -> None:
        own = issue(store)
        wrong = [
            opening(1, NINE, "perhaps"),
            opening(2, NINE, True, department=7),
            opening(3, NINE, True, token_id=own.token_id),
        ]
        told = opening(5, NINE, False, facility_id=HERE)
        accepted = foreign(Kind.CLOCK_ACCEPTED, "", 4, body={"staff": "s1"})
        store.synced(pulled(*wrong, accepted, told, acked=1), NINE)
        assert list(store.openings(HERE, MONDAY)) == [OpeningChange("MED", "", False, NINE)]

    @pytest.mark.parametrize(
        ("now", "fault"),
        [
            (NINE - timedelta(days=1), "CLOCK_BEHIND"),
            (NINE + timedelta(days=30), "CLOCK_AHEAD"),
            (NINE + minutes(1), None),
        ],
    )
    def test_who_accepts_a_clock_is_written_down_with_its_fault(
        self, store: DeskStore, now: datetime, fault: str | None
    ) -> None:
        issue(store)
        store.declare(Kind.CLOCK_ACCEPTED, HOSPITAL, now, {"staff": "s1"})
        told = events_of(store)[-1]
        assert (told.kind, told.token_id, told.at) == (Kind.CLOCK_ACCEPTED, "", now)
        assert told.service_day == HOSPITAL.service_day(now)
        assert told.body == ({"staff": "s1", "fault": fault} if fault else {"staff": "s1"})
        assert issue(store, RAVI, now=now + minutes(1)).service_day == HOSPITAL.service_day(now)


class PinContract:
    def test_pins_are_kept_in_place_of_those_before(self, store: DeskStore) -> None:
        assert list(store.pins()) == []
        store.keep_pins(PINS, NINE)
        assert list(store.pins()) == list(PINS)
        store.keep_pins(PINS[1:], NINE)
        assert list(store.pins()) == [PINS[1]]
        store.keep_pins((), NINE)
        assert list(store.pins()) == []

    def test_wrong_pins_are_counted_until_a_right_one(self, store: DeskStore) -> None:
        assert store.failures("s1") == Failures()
        assert [store.note_failure("s1", NINE + minutes(minute)).count for minute in range(3)] == [1, 2, 3]
        assert store.note_failure("s2", NINE) == Failures(1, NINE)
        assert store.failures("s1") == Failures(3, NINE + minutes(2))
        store.forget_failures("s1")
        assert (store.failures("s1"), store.failures("s2")) == (Failures(), Failures(1, NINE))

    def test_neither_leaves_the_station(self, store: DeskStore) -> None:
        store.keep_pins(PINS, NINE)
        store.note_failure("s1", NINE)
        assert store.unsynced() == 0
