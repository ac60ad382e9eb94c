"""Who scanned the hospital's QR at home stands at the kiosk: by the card or by the label, on a store in memory."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.checkin import Registration
from kiosk.errors import AlreadyHasTokenError, ClockError, DepartmentUnknownError, PhoneTokenError
from kiosk.model.events import Kind
from kiosk.model.opd import Department
from kiosk.model.patient import Patient
from kiosk.model.token import SlipState, State
from tests.contracts.acts import events_of, foreign, issue, pulled
from tests.contracts.arriving import DIGITS, PHONE_ID, need, phone_event, phone_token
from tests.fake_store import FakeTokenStore
from tests.fakes import FakeClock
from tests.model.samples import ASHA, HOSPITAL, NINE, NUMBER, RAVI, minutes

REG = Department("REG", "R", {"en": "Registration"}, room="1", registration=True)
WITH_REG = replace(HOSPITAL, departments=(*HOSPITAL.departments, REG))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NINE + minutes(60))


@pytest.fixture
def store() -> FakeTokenStore:
    return FakeTokenStore()


@pytest.fixture
def registration(store: FakeTokenStore, clock: FakeClock) -> Registration:
    phone_token(store)
    return Registration(store, HOSPITAL, clock)


def claim_code(registration: Registration, label: str = "MS-001", digits: str = DIGITS) -> str:
    with pytest.raises(PhoneTokenError) as caught:
        registration.claim(label, digits, "hi")
    return caught.value.code


def test_a_card_brings_the_phones_token_with_its_first_slip(registration: Registration, store: FakeTokenStore) -> None:
    come = registration.arrive(ASHA, "hi")
    assert (come.token.label, come.already, come.people_ahead) == ("MS-001", False, 0)
    assert come.job is not None
    assert (come.job.copy, come.slip) == (0, SlipState.QUEUED)
    assert (store.events[-1].kind, store.events[-1].body) == (Kind.TOKEN_ARRIVED, {"how": "card"})
    assert registration.expected_tokens(ASHA) == ()
    with pytest.raises(PhoneTokenError) as caught:
        registration.arrive(ASHA, "hi")
    assert caught.value.code == "TOKEN_OVER"


def test_the_same_department_is_the_same_token_and_a_second_time_a_copy(registration: Registration) -> None:
    first, again = (registration.check_in(ASHA, "MED", "hi") for _ in range(2))
    assert (first.token.token_id, first.already, first.job and first.job.copy) == (PHONE_ID, False, 0)
    assert (again.token.token_id, again.already, again.job and again.job.copy) == (PHONE_ID, True, 1)


def test_who_has_come_at_an_attended_desk_gets_the_first_slip_here(store: FakeTokenStore, clock: FakeClock) -> None:
    event = phone_event(ASHA, 9, token_id="t9")
    phone_token(store, RAVI, replace(event, body={**event.body, "arrived": True}))
    come = Registration(store, HOSPITAL, clock).check_in(ASHA, "MED", "hi")
    assert (come.token.token_id, come.job and come.job.copy) == ("t9", 0)


def test_another_department_leaves_the_phones_token_to_be_shown_for(
    registration: Registration, store: FakeTokenStore
) -> None:
    assert registration.check_in(ASHA, "EYE", "hi").token.label == "EA-001"
    assert not need(store).arrived
    assert registration.arrive(ASHA, "hi").token.token_id == PHONE_ID


def test_whoever_comes_has_come_with_all_phone_tokens(registration: Registration, store: FakeTokenStore) -> None:
    second = phone_event(ASHA, 2, token_id="t2")
    eye = foreign(
        Kind.TOKEN_ISSUED, "t2", 2, NINE + minutes(1), {**second.body, "department": "EYE", "label": "ES-002"}
    )
    store.synced(pulled(eye, server_time=NINE + minutes(1)), NINE + minutes(1))
    assert registration.arrive(ASHA, "hi").token.token_id == PHONE_ID
    assert need(store, "t2").arrived
    assert sorted(job.token_id for job in store.due_slips(NINE)) == sorted([PHONE_ID, "t2"])


def test_a_lapsed_place_is_found_by_the_card_even_when_registration_is_over(
    registration: Registration, store: FakeTokenStore, clock: FakeClock
) -> None:
    lapse = foreign(Kind.TOKEN_LAPSED, PHONE_ID, 2, clock.now())
    store.synced(pulled(lapse, server_time=clock.now()), clock.now())
    closed = replace(HOSPITAL, departments=tuple(replace(each, openings=()) for each in HOSPITAL.departments))
    come = replace(registration, facility=closed).check_in(ASHA, "MED", "hi")
    assert (come.token.state, come.token.token_id, come.already) == (State.WAITING, PHONE_ID, False)


def test_who_has_scanned_again_after_a_lapse_has_one_token_not_two(
    registration: Registration, store: FakeTokenStore, clock: FakeClock
) -> None:
    lapses = [foreign(Kind.TOKEN_LAPSED, PHONE_ID, 2, clock.now())]
    lapses.append(phone_event(ASHA, 3, token_id="t3"))
    store.synced(pulled(*lapses, server_time=clock.now()), clock.now())
    assert registration.arrive(ASHA, "hi").token.token_id == "t3"
    assert need(store).state is State.LAPSED
    assert claim_code(registration) == "TOKEN_OVER", "the old label is no second place"


def test_of_two_lapsed_places_the_newer_one_is_given_back(registration: Registration, store: FakeTokenStore) -> None:
    newer = phone_event(ASHA, 3, token_id="t3")
    newer = foreign(Kind.TOKEN_ISSUED, "t3", 3, NINE + minutes(20), dict(newer.body))
    gone = [
        foreign(Kind.TOKEN_LAPSED, each, 4 + place, NINE + minutes(50)) for place, each in enumerate(("t3", PHONE_ID))
    ]
    store.synced(pulled(newer, *gone, server_time=NINE + minutes(50)), NINE + minutes(50))
    assert registration.arrive(ASHA, "hi").token.token_id == "t3"
    assert registration.expected_tokens(ASHA) == ()


def test_a_typed_number_brings_nobodys_token(registration: Registration, store: FakeTokenStore) -> None:
    with pytest.raises(AlreadyHasTokenError):
        registration.check_in(Patient(NUMBER), "MED", "hi", typed=True)
    assert not need(store).arrived


def test_a_registration_queue_is_not_to_be_chosen_but_its_token_comes(store: FakeTokenStore, clock: FakeClock) -> None:
    event = phone_event(ASHA)
    token = foreign(Kind.TOKEN_ISSUED, PHONE_ID, 1, NINE, {**event.body, "department": "REG", "label": "RS-001"})
    phone_token(store, RAVI)
    store.synced(pulled(replace(token, token_id="r1", event_id="e9", seq=9)), NINE)
    registration = Registration(store, WITH_REG, clock)
    with pytest.raises(DepartmentUnknownError, match=r"there are MED, EYE, SUR$"):
        registration.check_in(ASHA, "ENT", "hi")
    with pytest.raises(DepartmentUnknownError):
        registration.check_in(Patient(abha_address="x@abdm"), "REG", "hi")
    assert registration.check_in(ASHA, "REG", "hi").token.label == "RS-001"


def test_people_ahead_are_not_told_from_stale_knowledge(registration: Registration) -> None:
    assert replace(registration, has_server=True).arrive(ASHA, "hi").people_ahead is None


def test_label_and_digits_bring_the_slip_and_no_name(registration: Registration, store: FakeTokenStore) -> None:
    come = registration.claim("MS-001", DIGITS, "en")
    assert (come.token.token_id, come.already, come.job and come.job.language) == (PHONE_ID, False, "en")
    assert store.events[-1].body == {"how": "label"}
    assert store.patient_of(PHONE_ID) is None
    again = registration.claim("MS-001", DIGITS, "en")
    assert (again.already, again.job and again.job.copy) == (True, 1)


def test_five_wrong_tries_pause_the_kiosk_for_everybody(registration: Registration, clock: FakeClock) -> None:
    assert [claim_code(registration, digits=f"{digit}000") for digit in range(5)] == ["CLAIM_WRONG"] * 4 + [
        "CLAIMS_PAUSED"
    ]
    assert claim_code(registration) == "CLAIMS_PAUSED", "not even with the right digits"
    clock.move(timedelta(minutes=9, seconds=59))
    assert claim_code(registration) == "CLAIMS_PAUSED"
    clock.move(timedelta(seconds=1))
    assert registration.claim("MS-001", DIGITS, "hi").token.arrived


def test_a_token_that_is_used_up_goes_to_the_desk(registration: Registration, store: FakeTokenStore) -> None:
    cancel = foreign(Kind.TOKEN_CANCELLED, PHONE_ID, 2)
    store.synced(pulled(cancel, server_time=NINE), NINE)
    assert claim_code(registration) == "TOKEN_OVER"
    assert claim_code(registration, digits="0000") == "CLAIM_WRONG", "who does not know the digits is told nothing"


def test_a_wrong_clock_lets_nobody_in(registration: Registration, store: FakeTokenStore, clock: FakeClock) -> None:
    issue(store, RAVI)
    clock.set(NINE - timedelta(hours=1))
    with pytest.raises(ClockError):
        registration.claim("MS-001", DIGITS, "hi")
    with pytest.raises(ClockError):
        registration.arrive(ASHA, "hi")
    assert not need(store).arrived


def test_events_hold_nothing_of_the_patient(registration: Registration, store: FakeTokenStore) -> None:
    issue(store, RAVI)
    registration.arrive(ASHA, "hi")
    told = repr(events_of(store))
    assert not any(secret in told for secret in (NUMBER, "Asha", "Ravi", "asha.devi", DIGITS + "'"))
