"""What every TokenStore promises. Subclass ``TokenStoreContract`` with a fixture ``store``: empty, of series A."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from kiosk.errors import ClockError, QuotaReachedError, ReprintLimitError, StoreError, StoreForkError
from kiosk.model.events import FIRST_HASH, Event, Json, Kind, canonical_json, chained, is_chained
from kiosk.model.opd import Department, Facility
from kiosk.model.patient import Patient
from kiosk.model.qr import parse
from kiosk.model.token import SlipState, State, Token
from kiosk.ports import Issued, IssueOrder, Pull, SlipJob, TokenStore
from tests.model.samples import (
    ASHA,
    EYE,
    HOSPITAL,
    MEDICINE,
    MONDAY,
    NINE,
    NUMBER,
    OTHER_NUMBER,
    RAVI,
    SURGERY,
    app_code,
    card,
    minutes,
    person,
)

TUESDAY = date(2026, 11, 24)
NEXT_DAY = NINE + timedelta(days=1)
SERVER = "019ab3c0-0000-7000-8000-0000000000ff"


def order(
    patient: Patient = ASHA,
    department: Department = MEDICINE,
    now: datetime = NINE,
    facility: Facility = HOSPITAL,
    *,
    wants_slip: bool = True,
    shows_people_ahead: bool = True,
) -> IssueOrder:
    return IssueOrder(
        patient,
        facility,
        department,
        now,
        "hi",
        "2026-11",
        wants_slip=wants_slip,
        shows_people_ahead=shows_people_ahead,
    )


def issue(store: TokenStore, patient: Patient = ASHA, department: Department = MEDICINE, now: datetime = NINE) -> Token:
    return store.issue(order(patient, department, now)).token


def foreign(kind: str, token_id: str, seq: int, at: datetime = NINE, body: dict[str, Json] | None = None) -> Event:
    """What the server or another station did."""
    return chained(
        FIRST_HASH,
        event_id=f"019ab3c0-0000-7000-8000-{seq:012d}",
        store_id=SERVER,
        seq=seq,
        kind=kind,
        token_id=token_id,
        at=at,
        service_day=MONDAY,
        body=body or {},
    )


def foreign_token(token_id: str, like: Token, department: str, seq: int = 1, at: datetime = NINE) -> Event:
    """A token of another station for the patient of ``like``."""
    body: dict[str, Json] = {
        "facility_id": like.facility_id,
        "department": department,
        "series": "B",
        "number": seq,
        "label": f"{department[0]}B-{seq:03d}",
        "source": "kiosk",
        "number_key": like.keys.number,
        "address_key": like.keys.address,
    }
    return foreign(Kind.TOKEN_ISSUED, token_id, seq, at, body)


def pulled(*events: Event, acked: int = 0, cursor: int = 0, server_time: datetime = NINE) -> Pull:
    return Pull(acked, (), events, (), cursor, more=False, server_time=server_time)


def move(store: TokenStore, token: Token, *kinds: Kind, at: datetime = NINE, **body: Json) -> None:
    """The desk moves a token; the station hears of it by sync and keeps its own acknowledgement."""
    acked = store.next_push(1).events
    done = acked[0].seq - 1 if acked else 0
    seq = abs(hash((token.token_id, kinds, at))) % 10**9
    events = [foreign(kind, token.token_id, seq + place, at, body) for place, kind in enumerate(kinds)]
    store.synced(pulled(*events, acked=done, server_time=at), at)


def events_of(store: TokenStore, limit: int = 1000) -> tuple[Event, ...]:
    return store.next_push(limit).events


def only_job(issued: Issued) -> SlipJob:
    assert issued.job is not None
    return issued.job


class TokenStoreContract:
    # --- numbers -----------------------------------------------------------------------------------------------------

    def test_numbers_go_up_from_one_without_gaps(self, store: TokenStore) -> None:
        tokens = [issue(store, person(place), now=NINE + minutes(place)) for place in range(1, 13)]
        assert [token.number for token in tokens] == list(range(1, 13))
        assert [token.label for token in tokens[:2]] == ["MA-001", "MA-002"]
        assert [row.token.number for row in store.tokens(MONDAY)] == list(range(1, 13))

    def test_departments_count_for_themselves(self, store: TokenStore) -> None:
        assert [issue(store, ASHA).label, issue(store, ASHA, EYE).label, issue(store, RAVI, EYE).label] == [
            "MA-001",
            "EA-001",
            "EA-002",
        ]

    def test_a_token_is_what_was_asked_for(self, store: TokenStore) -> None:
        token = issue(store)
        assert (token.facility_id, token.service_day, token.department) == ("IN0000000000", MONDAY, "MED")
        assert (token.queue_department, token.series, token.store_id) == ("MED", "A", store.store_id)
        assert (token.issued_at, token.state, token.arrived, token.source) == (NINE, State.WAITING, True, "kiosk")
        assert store.token(token.token_id) == replace(token, slip=SlipState.QUEUED)
        assert store.patient_of(token.token_id) == ASHA

    def test_a_refusal_by_quota_uses_no_number_up(self, store: TokenStore) -> None:
        for place in (1, 2):
            issue(store, person(place), SURGERY)
        for place in (3, 4):
            with pytest.raises(QuotaReachedError):
                issue(store, person(place), SURGERY)
        assert len(store.tokens(MONDAY)) == len(events_of(store)) == 2
        assert issue(store, person(1), SURGERY).number == 1
        assert issue(store, person(3)).number == 1
        assert issue(store, person(3), replace(SURGERY, quota=3)).number == 3

    def test_what_is_not_there_is_none(self, store: TokenStore) -> None:
        assert store.token("t0") is None
        assert store.patient_of("t0") is None
        assert list(store.tokens(MONDAY)) == []
        with pytest.raises(StoreError) as caught:
            store.reprint("t0", "hi", NINE, 3)
        assert caught.value.code == "TOKEN_UNKNOWN"

    # --- the same patient --------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (ASHA, ASHA),
            (parse(card(), MONDAY), parse(app_code(), MONDAY)),
            (parse(card(), MONDAY), Patient(NUMBER)),
            (Patient(NUMBER), parse(card(hid="another@abdm"), MONDAY)),
            (parse(app_code(hidn="-"), MONDAY), parse(app_code(), MONDAY)),
            (parse(app_code(), MONDAY), parse(app_code(hidn="-", phr="AshaDevi@SBX"), MONDAY)),
        ],
    )
    def test_the_same_patient_gets_the_same_token(self, store: TokenStore, first: Patient, second: Patient) -> None:
        one = store.issue(order(first))
        again = store.issue(order(second, now=NINE + minutes(30)))
        assert (one.created, again.created) == (True, False)
        assert again.token.token_id == one.token.token_id
        assert again.job is None
        assert len(events_of(store)) == 1

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (ASHA, RAVI),  # one family, one mobile number
            (ASHA, replace(ASHA, abha_number=OTHER_NUMBER)),
            (Patient(NUMBER), Patient(abha_address="asha.devi@abdm")),
            (Patient(abha_address="asha@abdm", mobile="9000000000"), Patient(NUMBER, mobile="9000000000")),
        ],
    )
    def test_different_people_get_different_tokens(self, store: TokenStore, first: Patient, second: Patient) -> None:
        assert [issue(store, first).number, issue(store, second).number] == [1, 2]

    def test_a_patient_may_hold_tokens_of_several_departments(self, store: TokenStore) -> None:
        assert store.held_tokens(ASHA, HOSPITAL, NINE) == ()
        eye = issue(store, ASHA, EYE)
        medicine = issue(store, ASHA, MEDICINE, NINE + minutes(1))
        issue(store, RAVI)
        held = store.held_tokens(Patient(NUMBER), HOSPITAL, NINE + minutes(2))
        assert [token.token_id for token in held] == [eye.token_id, medicine.token_id]

    @pytest.mark.parametrize(
        ("kinds", "same"),
        [
            ((Kind.TOKEN_CALLED,), True),
            ((Kind.TOKEN_CALLED, Kind.TOKEN_STARTED), True),
            ((Kind.TOKEN_CALLED, Kind.TOKEN_HELD), True),
            ((Kind.TOKEN_CALLED, Kind.TOKEN_RETURNED), True),
            ((Kind.TOKEN_CALLED, Kind.TOKEN_STARTED, Kind.TOKEN_COMPLETED), False),
            ((Kind.TOKEN_CANCELLED,), False),
            ((Kind.TOKEN_LAPSED,), False),
        ],
    )
    def test_a_token_is_the_patients_while_it_is_live(
        self, store: TokenStore, kinds: tuple[Kind, ...], same: bool
    ) -> None:
        first = issue(store)
        move(store, first, *kinds)
        again = store.issue(order(now=NINE + minutes(5)))
        assert (again.token.token_id == first.token_id) is same
        assert again.token.number == (1 if same else 2)
        assert store.held_tokens(ASHA, HOSPITAL, NINE + minutes(5))[-1].token_id == again.token.token_id

    @pytest.mark.parametrize(("later", "same"), [(minutes(120), True), (minutes(121), False)])
    def test_a_no_show_gets_the_token_back_for_a_while(self, store: TokenStore, later: timedelta, same: bool) -> None:
        first = issue(store)
        move(store, first, Kind.TOKEN_CALLED, Kind.TOKEN_NO_SHOW, at=NINE + minutes(10))
        again = store.issue(order(now=NINE + minutes(10) + later))
        assert (again.token.token_id == first.token_id) is same

    def test_a_transferred_token_is_the_patients_where_it_waits_now(self, store: TokenStore) -> None:
        first = issue(store)
        move(store, first, Kind.TOKEN_TRANSFERRED, queue_department="EYE")
        assert issue(store, ASHA, EYE).token_id == first.token_id
        assert issue(store, ASHA, MEDICINE).number == 2

    def test_a_token_of_another_station_is_the_patients_too(self, store: TokenStore) -> None:
        own = issue(store)
        store.synced(pulled(foreign_token("t9", own, "EYE")), NINE)
        again = store.issue(order(department=EYE))
        assert (again.token.label, again.created) == ("EB-001", False)
        assert [token.token_id for token in store.held_tokens(ASHA, HOSPITAL, NINE)].count("t9") == 1
        assert issue(store, RAVI, EYE).label == "EA-001"

    # --- people ahead ------------------------------------------------------------------------------------------------

    def test_people_ahead_are_those_waiting_before(self, store: TokenStore) -> None:
        ahead = [store.issue(order(person(place), now=NINE + minutes(place))).people_ahead for place in range(4)]
        assert ahead == [0, 1, 2, 3]
        assert store.issue(order(person(9), EYE)).people_ahead == 0
        first = issue(store, person(0))
        move(store, first, Kind.TOKEN_CALLED, at=NINE + minutes(5))
        assert store.issue(order(person(2), now=NINE + minutes(6))).people_ahead == 1
        assert store.issue(order(person(0), now=NINE + minutes(6))).people_ahead is None

    def test_people_ahead_are_not_told_where_they_are_not_known(self, store: TokenStore) -> None:
        assert store.issue(order(shows_people_ahead=False)).people_ahead is None
        assert store.issue(order(shows_people_ahead=False)).people_ahead is None

    def test_people_of_another_hospital_are_not_ahead(self, store: TokenStore) -> None:
        issue(store, RAVI)
        other = replace(HOSPITAL, facility_id="IN0000000001")
        issued = store.issue(order(facility=other))
        assert (issued.token.number, issued.people_ahead) == (1, 0)

    # --- slips -------------------------------------------------------------------------------------------------------

    def test_a_new_token_queues_its_slip(self, store: TokenStore) -> None:
        job = only_job(store.issue(order()))
        assert (job.copy, job.language, job.people_ahead, job.queued_at) == (0, "hi", 0, NINE)
        assert list(store.due_slips(NINE)) == [job]
        assert list(store.due_slips(NINE + timedelta(seconds=1))) == []

    def test_without_a_printer_no_slip_is_queued(self, store: TokenStore) -> None:
        issued = store.issue(order(wants_slip=False))
        assert issued.job is None
        assert issued.token.slip is SlipState.NONE
        assert list(store.due_slips(NINE)) == []

    def test_due_slips_come_oldest_first(self, store: TokenStore) -> None:
        jobs = [only_job(store.issue(order(person(place), now=NINE + minutes(place)))) for place in range(5)]
        assert list(store.due_slips(NINE)) == jobs

    @pytest.mark.parametrize(
        "outcome", [SlipState.PRINTED, SlipState.FAILED, SlipState.IN_DOUBT, SlipState.RESOLVED, SlipState.NONE]
    )
    def test_what_became_of_a_slip_is_written_down_once(self, store: TokenStore, outcome: SlipState) -> None:
        job = only_job(store.issue(order()))
        for state in (SlipState.SENDING, SlipState.QUEUED, SlipState.SENDING):
            store.slip_moved(job.job_id, state, NINE)
            assert self.slip_of(store, job) is state
        assert len(events_of(store)) == 1
        store.slip_moved(job.job_id, outcome, NINE + minutes(1), "PAPER_OUT")
        assert self.slip_of(store, job) is outcome
        assert list(store.due_slips(NINE)) == []
        (told,) = events_of(store)[1:]
        assert (told.kind, told.token_id, told.at) == ("slip_state_changed", job.token_id, NINE + minutes(1))
        assert told.body == {"state": outcome.value, "copy": 0, "cause": "PAPER_OUT"}

    def test_a_slip_is_taken_by_one_spool_only(self, store: TokenStore) -> None:
        job = only_job(store.issue(order()))
        store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        assert list(store.due_slips(NINE)) == []
        with pytest.raises(StoreError) as caught:
            store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        assert caught.value.code == "SLIP_JOB_TAKEN"

    def test_an_unknown_slip_is_an_error(self, store: TokenStore) -> None:
        with pytest.raises(StoreError) as caught:
            store.slip_moved("j0", SlipState.PRINTED, NINE)
        assert caught.value.code == "SLIP_JOB_UNKNOWN"

    def test_a_slip_on_its_way_in_a_crash_is_in_doubt(self, store: TokenStore) -> None:
        jobs = [only_job(store.issue(order(person(place)))) for place in range(3)]
        for job in jobs[:2]:
            store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        assert store.doubt_interrupted_slips(NINE + minutes(1)) == 2
        assert [self.slip_of(store, job) for job in jobs] == [SlipState.IN_DOUBT, SlipState.IN_DOUBT, SlipState.QUEUED]
        assert store.doubt_interrupted_slips(NINE + minutes(2)) == 0
        assert len(events_of(store)) == 5

    def test_copies_are_counted_and_limited(self, store: TokenStore) -> None:
        original = only_job(store.issue(order()))
        store.slip_moved(original.job_id, SlipState.SENDING, NINE)
        store.slip_moved(original.job_id, SlipState.PRINTED, NINE)
        for copy in (1, 2):
            job = store.reprint(original.token_id, "en", NINE + minutes(copy), limit=2)
            assert (job.copy, job.language, job.people_ahead, job.state) == (copy, "en", None, SlipState.QUEUED)
            assert self.slip_of(store, job) is SlipState.QUEUED
        with pytest.raises(ReprintLimitError):
            store.reprint(original.token_id, "en", NINE + minutes(3), limit=2)
        assert store.reprint(original.token_id, "en", NINE + minutes(3), limit=3).copy == 3
        assert [event.kind for event in events_of(store)].count(Kind.TOKEN_REPRINTED) == 3

    def test_a_copy_takes_the_place_of_a_slip_still_queued(self, store: TokenStore) -> None:
        original = only_job(store.issue(order()))
        copy = store.reprint(original.token_id, "hi", NINE + minutes(1), limit=3)
        assert list(store.due_slips(NINE)) == [copy]
        with pytest.raises(StoreError) as caught:
            store.slip_moved(original.job_id, SlipState.SENDING, NINE + minutes(1))
        assert caught.value.code == "SLIP_JOB_TAKEN"

    def test_the_outcome_of_an_older_copy_says_nothing_of_the_newest(self, store: TokenStore) -> None:
        original = only_job(store.issue(order()))
        store.slip_moved(original.job_id, SlipState.SENDING, NINE)
        copy = store.reprint(original.token_id, "hi", NINE + minutes(1), limit=3)
        store.slip_moved(original.job_id, SlipState.FAILED, NINE + minutes(2))
        assert self.slip_of(store, copy) is SlipState.QUEUED
        store.slip_moved(copy.job_id, SlipState.SENDING, NINE + minutes(3))
        store.slip_moved(copy.job_id, SlipState.PRINTED, NINE + minutes(3))
        assert self.slip_of(store, copy) is SlipState.PRINTED

    @staticmethod
    def slip_of(store: TokenStore, job: SlipJob) -> SlipState:
        token = store.token(job.token_id)
        assert token is not None
        return token.slip

    # --- service day -------------------------------------------------------------------------------------------------

    def test_a_new_day_starts_at_one_and_what_waited_lapses(self, store: TokenStore) -> None:
        tokens = [issue(store, person(place)) for place in range(5)]
        move(store, tokens[0], Kind.TOKEN_CALLED, Kind.TOKEN_STARTED, Kind.TOKEN_COMPLETED)
        move(store, tokens[1], Kind.TOKEN_CALLED)
        assert store.held_tokens(person(2), HOSPITAL, NEXT_DAY) == ()
        fresh = issue(store, person(2), now=NEXT_DAY)
        assert (fresh.number, fresh.service_day) == (1, TUESDAY)
        states = [row.token.state for row in store.tokens(MONDAY)]
        assert sorted(states) == ["completed", *["lapsed"] * 4]
        lapsed = [event for event in events_of(store) if event.kind == Kind.TOKEN_LAPSED]
        assert sorted(event.token_id for event in lapsed) == sorted(token.token_id for token in tokens[1:])
        assert issue(store, person(3), now=NEXT_DAY + minutes(1)).number == 2
        assert len(events_of(store)) == 5 + 4 + 2

    def test_a_hospital_may_carry_its_tokens_over(self, store: TokenStore) -> None:
        issue(store)
        night = replace(HOSPITAL, carries_over=True)
        assert store.issue(order(RAVI, now=NEXT_DAY, facility=night)).token.number == 1
        assert [row.token.state for row in store.tokens(MONDAY)] == [State.WAITING]

    def test_tokens_of_other_stations_are_not_ours_to_lapse(self, store: TokenStore) -> None:
        store.synced(pulled(foreign_token("t9", issue(store), "EYE")), NINE)
        issue(store, RAVI, now=NEXT_DAY)
        other = store.token("t9")
        assert other is not None
        assert other.state is State.WAITING

    def test_the_service_day_never_goes_backwards(self, store: TokenStore) -> None:
        midnight = HOSPITAL.local(NINE).replace(hour=0) + timedelta(days=1)
        after = issue(store, person(1), now=midnight + minutes(1))
        before = issue(store, person(2), now=midnight - minutes(1))
        assert (after.service_day, before.service_day) == (TUESDAY, TUESDAY)
        assert (after.number, before.number) == (1, 2)
        later_start = replace(HOSPITAL, day_starts=time(5))
        assert store.issue(order(person(3), now=midnight + minutes(2), facility=later_start)).token.number == 3
        assert len(store.held_tokens(person(1), later_start, midnight + minutes(2))) == 1

    # --- the clock ---------------------------------------------------------------------------------------------------

    def test_a_small_step_back_is_bridged_in_order(self, store: TokenStore) -> None:
        clocks = [NINE, NINE - minutes(4), NINE - minutes(4.9), NINE - minutes(1), NINE + minutes(1)]
        issued = [store.issue(order(person(place), now=now)) for place, now in enumerate(clocks)]
        times = [each.token.issued_at for each in issued]
        assert times == sorted(set(times))
        assert times[3] - NINE < timedelta(seconds=1)
        assert [each.people_ahead for each in issued] == [0, 1, 2, 3, 4]
        assert [row.token.number for row in store.tokens(MONDAY)] == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize(
        ("now", "code"),
        [
            (NINE - minutes(5) - timedelta(seconds=1), "CLOCK_BEHIND"),
            (NINE - timedelta(days=400), "CLOCK_BEHIND"),
            (NINE + timedelta(days=7), "CLOCK_AHEAD"),
            (NINE + timedelta(days=4000), "CLOCK_AHEAD"),
        ],
    )
    def test_a_clock_that_cannot_be_believed_stops_issuing_until_it_is_right(
        self, store: TokenStore, now: datetime, code: str
    ) -> None:
        issue(store)
        with pytest.raises(ClockError) as caught:
            issue(store, RAVI, now=now)
        assert caught.value.code == code
        assert len(events_of(store)) == 1
        assert issue(store, RAVI, now=NINE + minutes(1)).number == 2

    def test_the_servers_time_confirms_a_leap(self, store: TokenStore) -> None:
        issue(store)
        week_later = NINE + timedelta(days=7)
        store.synced(pulled(acked=1, server_time=week_later), week_later)
        assert issue(store, RAVI, now=week_later).number == 1

    @pytest.mark.parametrize("wrong", [NINE + timedelta(days=3000), NINE - timedelta(days=3000)])
    def test_a_slip_noted_under_a_wrong_clock_does_not_shut_the_store(self, store: TokenStore, wrong: datetime) -> None:
        job = only_job(store.issue(order()))
        store.slip_moved(job.job_id, SlipState.SENDING, wrong)
        store.slip_moved(job.job_id, SlipState.PRINTED, wrong)
        assert store.reprint(job.token_id, "hi", wrong, limit=1).copy == 1
        times = [event.at for event in events_of(store)]
        assert times == sorted(times)
        assert issue(store, RAVI, now=NINE + minutes(1)).number == 2

    # --- the outbox --------------------------------------------------------------------------------------------------

    def test_own_events_are_one_chain_without_gaps(self, store: TokenStore) -> None:
        self.busy_day(store)
        events = events_of(store)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert {event.store_id for event in events} == {store.store_id}
        assert len({event.event_id for event in events}) == len(events)
        hashes = [FIRST_HASH, *(event.hash for event in events)]
        assert all(is_chained(event, before) for event, before in zip(events, hashes, strict=False))
        assert [event.at for event in events] == sorted(event.at for event in events)

    def test_a_push_takes_what_is_not_acknowledged_in_order(self, store: TokenStore) -> None:
        tokens = [issue(store, person(place)) for place in range(5)]
        push = store.next_push(3)
        assert (push.store_id, push.cursor, [event.seq for event in push.events]) == (store.store_id, 0, [1, 2, 3])
        assert [
            (each.token_id, each.patient) for each in sorted(push.patients, key=lambda each: each.patient.name)
        ] == [(tokens[place].token_id, person(place)) for place in range(3)]
        store.synced(pulled(acked=3, cursor=7), NINE)
        push = store.next_push(10)
        assert ([event.seq for event in push.events], push.cursor, store.unsynced()) == ([4, 5], 7, 2)
        assert [row.synced for row in store.tokens(MONDAY)] == [True, True, True, False, False]

    def test_details_travel_with_the_event_that_needs_them_and_only_then(self, store: TokenStore) -> None:
        job = only_job(store.issue(order()))
        store.synced(pulled(acked=1), NINE)
        store.slip_moved(job.job_id, SlipState.PRINTED, NINE)
        push = store.next_push(10)
        assert (len(push.events), push.patients) == (1, ())

    def test_a_server_restored_from_a_backup_gets_the_missing_events_again(self, store: TokenStore) -> None:
        for place in range(5):
            issue(store, person(place))
        store.synced(pulled(acked=5, cursor=9), NINE)
        store.synced(pulled(acked=2, cursor=4), NINE)
        assert (store.unsynced(), store.next_push(10).cursor) == (3, 4)
        assert [event.seq for event in events_of(store)] == [3, 4, 5]
        assert not store.tokens(MONDAY)[-1].synced

    def test_a_server_that_knows_more_of_us_than_we_do_shows_a_fork(self, store: TokenStore) -> None:
        token = issue(store)
        with pytest.raises(StoreForkError):
            store.synced(pulled(foreign_token("t9", token, "EYE"), acked=2, cursor=5), NINE)
        assert (store.unsynced(), store.next_push(1).cursor, store.token("t9")) == (1, 0, None)

    def test_when_the_last_sync_was(self, store: TokenStore) -> None:
        assert store.last_synced_at() is None
        store.synced(pulled(), NINE)
        assert store.last_synced_at() == NINE
        store.synced(pulled(), NINE + minutes(1))
        assert store.last_synced_at() == NINE + minutes(1)
        assert (store.unsynced(), events_of(store)) == (0, ())

    # --- what others did ---------------------------------------------------------------------------------------------

    def test_an_event_of_others_is_applied_once(self, store: TokenStore) -> None:
        token = issue(store)
        reprinted = foreign(Kind.TOKEN_REPRINTED, token.token_id, 1)
        for _ in range(3):
            store.synced(pulled(reprinted, reprinted), NINE)
        found = store.token(token.token_id)
        assert found is not None
        assert found.copies == 1
        assert len(events_of(store)) == 1

    def test_own_events_coming_back_change_nothing(self, store: TokenStore) -> None:
        self.busy_day(store)
        before = (store.tokens(MONDAY), events_of(store))
        store.synced(pulled(*events_of(store)), NINE)
        assert (store.tokens(MONDAY), events_of(store)) == before

    def test_what_cannot_be_applied_does_not_hold_up_the_rest(self, store: TokenStore) -> None:
        token = issue(store)
        store.synced(
            pulled(
                foreign(Kind.TOKEN_STARTED, token.token_id, 1),
                foreign(Kind.TOKEN_CALLED, "t-never-issued", 2),
                foreign("token_blessed", token.token_id, 3),
                foreign(Kind.TOKEN_ISSUED, "t8", 4, body={"number": 10**30}),
                foreign(Kind.TOKEN_CALLED, token.token_id, 5),
                cursor=5,
            ),
            NINE,
        )
        found = store.token(token.token_id)
        assert found is not None
        assert (found.state, store.token("t8"), store.next_push(1).cursor) == (State.CALLED, None, 5)

    def test_others_do_not_overwrite_what_only_this_station_knows(self, store: TokenStore) -> None:
        job = only_job(store.issue(order()))
        store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        token = store.token(job.token_id)
        assert token is not None
        move(store, token, Kind.TOKEN_CALLED, at=NINE + minutes(1))
        assert store.token(job.token_id) == replace(token, state=State.CALLED, moved_at=NINE + minutes(1))
        assert not store.tokens(MONDAY)[0].synced

    # --- privacy -----------------------------------------------------------------------------------------------------

    def test_no_event_holds_a_personal_detail(self, store: TokenStore) -> None:
        told = replace(ASHA, address="House 12", district="Lucknow", state="Uttar Pradesh")
        job = only_job(store.issue(order(told)))
        store.reprint(job.token_id, "hi", NINE, 3)
        store.slip_moved(job.job_id, SlipState.FAILED, NINE, "PAPER_OUT")
        issue(store, RAVI, now=NEXT_DAY)
        text = "".join(canonical_json(event.body) for event in events_of(store)).lower()
        details = (NUMBER, "asha", "devi", "9000000000", "house 12", "lucknow", "uttar", "1984/", "/1984")
        assert not [detail for detail in details if detail in text.replace("-", "")]
        assert told in [details.patient for details in store.next_push(10).patients]

    def busy_day(self, store: TokenStore) -> None:
        """Some of everything that writes events."""
        jobs = [only_job(store.issue(order(person(place), now=NINE + minutes(place)))) for place in range(4)]
        for job in jobs:
            store.slip_moved(job.job_id, SlipState.SENDING, NINE + minutes(4))
        store.slip_moved(jobs[0].job_id, SlipState.PRINTED, NINE + minutes(3))
        store.doubt_interrupted_slips(NINE + minutes(5))
        store.reprint(jobs[1].token_id, "en", NINE + minutes(6), 3)
        issue(store, person(0), now=NEXT_DAY)
