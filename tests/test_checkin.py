"""The story of a check-in, on a store in memory."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from kiosk.checkin import NOTICE_VERSION, Registration
from kiosk.errors import (
    AlreadyHasTokenError,
    DepartmentClosedError,
    DepartmentUnknownError,
    QuotaReachedError,
    StoreFullError,
)
from kiosk.model.exchange import FRESH
from kiosk.model.patient import BirthDate, Patient
from kiosk.model.token import Priority, SlipState
from kiosk.ports import Issued, IssueOrder
from tests.contracts.acts import pulled
from tests.fake_store import FakeTokenStore
from tests.fakes import FakeClock
from tests.model.samples import ASHA, HOSPITAL, NINE, NUMBER, RAVI, SURGERY, minutes, person

AFTERNOON = NINE + timedelta(hours=6)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NINE)


@pytest.fixture
def store() -> FakeTokenStore:
    return FakeTokenStore()


@pytest.fixture
def registration(store: FakeTokenStore, clock: FakeClock) -> Registration:
    return Registration(store, HOSPITAL, clock)


def test_a_patient_becomes_a_token_with_a_slip(registration: Registration, store: FakeTokenStore) -> None:
    checked = registration.check_in(ASHA, "MED", "hi")
    assert (checked.token.label, checked.already, checked.people_ahead) == ("MA-001", False, 0)
    assert checked.job is not None
    assert (checked.job.copy, checked.job.language, checked.slip) == (0, "hi", SlipState.QUEUED)
    (issued,) = store.events
    assert (issued.body["notice_version"], issued.body["language"]) == (NOTICE_VERSION, "hi")


def test_a_patient_over_sixty_has_priority_from_the_local_date(clock: FakeClock) -> None:
    orders: list[IssueOrder] = []

    class Listening(FakeTokenStore):
        def issue(self, order: IssueOrder) -> Issued:
            orders.append(order)
            return super().issue(order)

    registration = Registration(Listening(), HOSPITAL, clock)
    sixty = replace(ASHA, birth=BirthDate(1966, 11, 24))
    registration.check_in(sixty, "MED", "hi")
    clock.move(timedelta(hours=15))  # 18:30 UTC: already the 24th in India
    registration.check_in(sixty, "EYE", "hi")
    registration.check_in(Patient(NUMBER), "MED", "hi", typed=True)
    assert [order.priority for order in orders] == [Priority.ROUTINE, Priority.ELDERLY, Priority.ROUTINE]


def test_the_same_patient_gets_the_same_token_and_a_copy(registration: Registration, clock: FakeClock) -> None:
    first = registration.check_in(ASHA, "MED", "hi")
    registration.check_in(RAVI, "MED", "hi")
    clock.move(minutes(10))
    again = registration.check_in(Patient(NUMBER), "MED", "en")
    assert (again.token.token_id, again.already, again.people_ahead) == (first.token.token_id, True, 0)
    assert again.job is not None
    assert (again.job.copy, again.job.language) == (1, "en")


def test_copies_end_at_the_limit_and_the_token_is_told_all_the_same(
    registration: Registration, store: FakeTokenStore
) -> None:
    registration = replace(registration, reprint_limit=1)
    copies = []
    for _ in range(3):
        copies.append(registration.check_in(ASHA, "MED", "hi"))
        if job := copies[-1].job:
            store.slip_moved(job.job_id, SlipState.SENDING, registration.clock.now())
            store.slip_moved(job.job_id, SlipState.PRINTED, registration.clock.now())
    assert [checked.job.copy if checked.job else None for checked in copies] == [0, 1, None]
    assert [checked.reprint_refused for checked in copies] == [False, False, True]
    assert {checked.token.token_id for checked in copies} == {copies[0].token.token_id}


def test_the_first_printer_may_be_plugged_in_at_any_moment(registration: Registration) -> None:
    there = [False]
    registration = replace(registration, has_printer=lambda: there[0])
    assert registration.check_in(ASHA, "MED", "hi").job is None
    there[0] = True
    assert registration.check_in(ASHA, "EYE", "hi").job is not None


def test_without_a_printer_nothing_is_queued(registration: Registration, store: FakeTokenStore) -> None:
    registration = replace(registration, wants_slips=False)
    first, again = (registration.check_in(ASHA, "MED", "hi") for _ in range(2))
    assert (first.job, first.slip, again.job, again.already) == (None, SlipState.NONE, None, True)
    assert len(store.events) == 1


def test_a_typed_number_gets_a_token_but_never_learns_of_one(registration: Registration, store: FakeTokenStore) -> None:
    assert registration.check_in(Patient(NUMBER), "MED", "hi", typed=True).token.label == "MA-001"
    with pytest.raises(AlreadyHasTokenError) as caught:
        registration.check_in(Patient(NUMBER), "MED", "hi", typed=True)
    assert "MA-001" not in str(caught.value)
    assert len(store.events) == 1


def test_held_tokens_are_told_for_now(registration: Registration, clock: FakeClock) -> None:
    registration.check_in(ASHA, "MED", "hi")
    registration.check_in(ASHA, "EYE", "hi")
    assert [token.label for token in registration.held_tokens(ASHA)] == ["MA-001", "EA-001"]
    clock.move(timedelta(days=1))
    assert registration.held_tokens(ASHA) == ()


def test_an_unknown_department_names_those_there_are(registration: Registration, store: FakeTokenStore) -> None:
    with pytest.raises(DepartmentUnknownError, match=r"no department 'X{20}' here; there are MED, EYE, SUR"):
        registration.check_in(ASHA, "X" * 500, "hi")
    assert store.events == []


def test_a_closed_department_tells_when_it_opens(
    registration: Registration, store: FakeTokenStore, clock: FakeClock
) -> None:
    clock.set(AFTERNOON)
    with pytest.raises(DepartmentClosedError, match=r"^24-11-2026 08:00$"):
        registration.check_in(ASHA, "SUR", "hi")
    never = replace(HOSPITAL, departments=(replace(SURGERY, openings=()),))
    with pytest.raises(DepartmentClosedError, match=r"^$"):
        replace(registration, facility=never).check_in(ASHA, "SUR", "hi")
    assert store.events == []


def test_who_holds_a_token_gets_it_again_after_registration_has_closed(
    registration: Registration, clock: FakeClock
) -> None:
    first = registration.check_in(ASHA, "SUR", "hi")
    clock.set(AFTERNOON)
    again = registration.check_in(ASHA, "SUR", "hi")
    assert (again.token.token_id, again.already, again.people_ahead) == (first.token.token_id, True, None)
    assert again.job is not None
    assert again.job.copy == 1
    with pytest.raises(DepartmentClosedError):
        registration.check_in(ASHA, "SUR", "hi", typed=True)
    with pytest.raises(DepartmentClosedError):
        registration.check_in(RAVI, "SUR", "hi")


def test_hours_are_local(registration: Registration, clock: FakeClock) -> None:
    clock.set(HOSPITAL.local(NINE).replace(hour=8, minute=0))
    assert registration.check_in(ASHA, "SUR", "hi").token.label == "SA-001"
    assert SURGERY.openings[0].start == time(8)


def test_a_reached_quota_is_told_to_new_patients_only(registration: Registration) -> None:
    for place in (1, 2):
        registration.check_in(person(place), "SUR", "hi")
    with pytest.raises(QuotaReachedError):
        registration.check_in(person(3), "SUR", "hi")
    assert registration.check_in(person(1), "SUR", "hi").already


def test_a_store_that_fails_is_not_hidden(registration: Registration, store: FakeTokenStore) -> None:
    store.fails_with = StoreFullError("no space")
    with pytest.raises(StoreFullError):
        registration.check_in(ASHA, "MED", "hi")


@pytest.mark.parametrize(
    ("has_server", "synced_before", "told"),
    [
        (False, None, True),
        (True, None, False),
        (True, timedelta(0), True),
        (True, FRESH, True),
        (True, FRESH + timedelta(seconds=1), False),
    ],
)
def test_people_ahead_are_told_only_while_the_whole_queue_is_known(
    registration: Registration,
    store: FakeTokenStore,
    has_server: bool,
    synced_before: timedelta | None,
    told: bool,
) -> None:
    if synced_before is not None:
        store.synced(pulled(), NINE - synced_before)
    checked = replace(registration, has_server=has_server).check_in(ASHA, "MED", "hi")
    assert checked.people_ahead == (0 if told else None)
    assert checked.job is not None
    assert checked.job.people_ahead == checked.people_ahead
