"""What every TokenStore promises those who scanned the hospital's QR with a phone, and come to a station."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kiosk.errors import StoreForkError
from kiosk.model.arrival import arrival_key
from kiosk.model.events import Event, Json, Kind
from kiosk.model.exchange import PatientDetails
from kiosk.model.moves import IllegalMoveError
from kiosk.model.patient import Patient, PatientKeys, patient_keys
from kiosk.model.token import SlipState, State, Token
from kiosk.ports import ArrivalOrder, Issued, TokenStore
from tests.contracts.acts import NEXT_DAY, events_of, foreign, issue, order, pulled
from tests.contracts.enrolment import KEY, KIOSK
from tests.model.samples import ASHA, EYE, HOSPITAL, MONDAY, NINE, RAVI, minutes, person

TEN = NINE + minutes(60)
DIGITS = "4321"
PHONE_ID = "019ab3c0-0000-7000-8000-00000000aaaa"


def phone_event(patient: Patient, seq: int = 1, digits: str | None = DIGITS, token_id: str = PHONE_ID) -> Event:
    """The server has given ``patient`` a token of medicine."""
    keys, label = patient_keys(patient, MONDAY, KEY), f"MS-{seq:03d}"
    body: dict[str, Json] = {
        "facility_id": "IN0000000000",
        "department": "MED",
        "series": "S",
        "number": seq,
        "label": label,
        "source": "phone",
        "arrived": False,
        "number_key": keys.number,
        "address_key": keys.address,
        "arrival_key": arrival_key(KEY, MONDAY, label, digits) if digits else None,
    }
    return foreign(Kind.TOKEN_ISSUED, token_id, seq, NINE, body)


def phone_token(store: TokenStore, patient: Patient = ASHA, *more: Event, digits: str | None = DIGITS) -> Token:
    store.enrol(KIOSK, "A", KEY, NINE)
    store.synced(pulled(phone_event(patient, digits=digits), *more, server_time=NINE), NINE)
    return need(store)


def need(store: TokenStore, token_id: str = PHONE_ID) -> Token:
    token = store.token(token_id)
    assert token is not None
    return token


def arrive(store: TokenStore, now: datetime = TEN, patient: Patient | None = None, **remarks: Json) -> Issued:
    return store.arrive(ArrivalOrder(PHONE_ID, HOSPITAL, now, "hi", patient, remarks=remarks))


class ArrivingContract:
    def test_a_phone_token_is_expected_until_its_patient_comes(self, store: TokenStore) -> None:
        token = phone_token(store)
        assert (token.arrived, token.series, token.state) == (False, "S", State.WAITING)
        assert store.expected_tokens(ASHA, HOSPITAL, TEN) == (token,)
        assert store.expected_tokens(RAVI, HOSPITAL, TEN) == ()
        assert store.expected_tokens(ASHA, HOSPITAL, NEXT_DAY) == ()
        assert store.held_tokens(ASHA, HOSPITAL, TEN) == (token,)
        arrive(store)
        assert store.expected_tokens(ASHA, HOSPITAL, TEN) == ()

    def test_the_same_patient_gets_the_phone_token_and_no_other(self, store: TokenStore) -> None:
        phone_token(store)
        issued = store.issue(order(now=TEN))
        assert (issued.token.token_id, issued.created, issued.job) == (PHONE_ID, False, None)
        assert issued.token.is_expected

    def test_who_comes_gets_the_original_slip_and_keeps_the_place(self, store: TokenStore) -> None:
        phone_token(store)
        issue(store, person(1), now=NINE + minutes(1))
        came = arrive(store, how="card")
        assert (came.created, came.people_ahead) == (False, 0)
        assert came.job is not None
        assert (came.job.copy, came.job.language, came.job.token_id) == (0, "hi", PHONE_ID)
        token = need(store)
        assert token == came.token
        assert (token.arrived, token.slip, token.copies, token.queued_at) == (True, SlipState.QUEUED, 0, NINE)
        told = events_of(store)[-1]
        assert (told.kind, told.token_id, told.body) == (Kind.TOKEN_ARRIVED, PHONE_ID, {"how": "card"})
        assert came.job in list(store.due_slips(NINE))
        store.slip_moved(came.job.job_id, SlipState.SENDING, TEN)
        store.slip_moved(came.job.job_id, SlipState.PRINTED, TEN)
        assert need(store).slip is SlipState.PRINTED

    def test_who_comes_twice_has_come_once(self, store: TokenStore) -> None:
        phone_token(store)
        arrive(store)
        before = len(events_of(store))
        again = arrive(store, TEN + minutes(1))
        assert again.job is None, "a second slip is a reprint, and says so"
        assert len(events_of(store)) == before

    def test_without_a_printer_the_first_slip_is_still_an_original(self, store: TokenStore) -> None:
        phone_token(store)
        order_ = ArrivalOrder(PHONE_ID, HOSPITAL, TEN, "hi", wants_slip=False, synced_since=TEN)
        came = store.arrive(order_)
        assert (came.job, came.people_ahead, came.token.slip) == (None, None, SlipState.NONE)
        later = arrive(store, TEN + minutes(1))
        assert later.job is not None
        assert later.job.copy == 0

    def test_a_slip_on_its_way_survives_the_servers_word(self, store: TokenStore) -> None:
        token = phone_token(store)
        arrive(store)
        seq = events_of(store)[-1].seq
        store.synced(pulled(acked=seq, tokens=[replace(token, arrived=True)], server_time=TEN), TEN)
        assert need(store).slip is SlipState.QUEUED
        store.synced(pulled(acked=0, tokens=[token], server_time=TEN), TEN)
        assert need(store).arrived, "what the server has not heard stands on top of its word"

    def test_a_place_that_has_lapsed_is_given_back_at_the_end(self, store: TokenStore) -> None:
        phone_token(store, ASHA, foreign(Kind.TOKEN_LAPSED, PHONE_ID, 2, NINE + minutes(30)))
        assert [each.state for each in store.expected_tokens(ASHA, HOSPITAL, TEN)] == [State.LAPSED]
        issue(store, person(1), now=NINE + minutes(40))
        came = arrive(store)
        assert (came.token.state, came.token.queued_at, came.people_ahead) == (State.WAITING, TEN, 1)
        assert [each.kind for each in events_of(store)[-2:]] == [Kind.TOKEN_REVIVED, Kind.TOKEN_ARRIVED]
        assert came.job is not None

    def test_a_lapsed_token_does_not_come_back_beside_another_of_its_holder(self, store: TokenStore) -> None:
        phone_token(store, ASHA, foreign(Kind.TOKEN_LAPSED, PHONE_ID, 2, NINE + minutes(30)))
        issue(store, ASHA, EYE, now=NINE + minutes(40))
        again = issue(store, ASHA, now=NINE + minutes(41))
        with pytest.raises(IllegalMoveError):
            arrive(store)
        store.act(Kind.TOKEN_CANCELLED, again.token_id, NINE + minutes(42), {})
        assert arrive(store).token.state is State.WAITING

    @pytest.mark.parametrize("kind", [Kind.TOKEN_CANCELLED, Kind.TOKEN_COMPLETED])
    def test_nobody_comes_with_a_token_that_is_over(self, store: TokenStore, kind: Kind) -> None:
        steps = [Kind.TOKEN_CALLED, kind] if kind is Kind.TOKEN_COMPLETED else [kind]
        phone_token(store, ASHA, *(foreign(each, PHONE_ID, 2 + place) for place, each in enumerate(steps)))
        before = events_of(store)
        with pytest.raises(IllegalMoveError):
            arrive(store)
        assert events_of(store) == before
        assert store.expected_tokens(ASHA, HOSPITAL, TEN) == ()

    def test_yesterdays_lapsed_token_and_a_kiosks_own_do_not_come_back(self, store: TokenStore) -> None:
        phone_token(store, ASHA, foreign(Kind.TOKEN_LAPSED, PHONE_ID, 2))
        with pytest.raises(IllegalMoveError):
            arrive(store, NEXT_DAY)
        own = issue(store, RAVI)
        store.act(Kind.TOKEN_LAPSED, own.token_id, TEN, {})
        with pytest.raises(IllegalMoveError):
            store.arrive(ArrivalOrder(own.token_id, HOSPITAL, TEN, "hi"))
        with pytest.raises(IllegalMoveError) as caught:
            store.arrive(ArrivalOrder("t0", HOSPITAL, TEN, "hi"))
        assert caught.value.code == "TOKEN_UNKNOWN"

    def test_a_store_that_was_copied_takes_nobody_in(self, store: TokenStore) -> None:
        phone_token(store)
        store.note_fork(TEN)
        with pytest.raises(StoreForkError):
            arrive(store)

    # --- who the patient is -------------------------------------------------------------------------------------------

    def test_a_card_shown_at_arrival_stands_on_the_slip_and_is_forgotten_in_time(self, store: TokenStore) -> None:
        phone_token(store)
        assert store.patient_of(PHONE_ID) is None, "a kiosk is not told who has scanned at home"
        arrive(store, patient=ASHA)
        assert store.patient_of(PHONE_ID) == ASHA
        assert [event.kind for event in events_of(store)] == [Kind.TOKEN_ARRIVED], "nothing new was learned"
        store.synced(pulled(acked=1, server_time=TEN), TEN)
        store.purge_details(NINE + timedelta(hours=48, minutes=1))
        assert store.patient_of(PHONE_ID) is None

    def test_a_card_may_tell_the_number_behind_a_shared_address(self, store: TokenStore) -> None:
        address = Patient(abha_address=ASHA.abha_address, name="Asha Devi")
        assert phone_token(store, address).keys.number is None
        came = arrive(store, patient=ASHA)
        assert came.token.keys == patient_keys(ASHA, MONDAY, KEY)
        assert came.token.arrived
        assert store.next_push(10).patients == (PatientDetails(PHONE_ID, ASHA),)

    # --- the label and four digits ------------------------------------------------------------------------------------

    def test_label_and_digits_prove_the_token(self, store: TokenStore) -> None:
        token = phone_token(store)
        assert store.claimed_token(HOSPITAL, "MS-001", DIGITS, TEN) == token
        arrive(store)
        assert store.claimed_token(HOSPITAL, "MS-001", DIGITS, TEN) == need(store), "also once they have come"

    @pytest.mark.parametrize(
        ("label", "digits"), [("MS-001", "4322"), ("MS-001", ""), ("MS-002", DIGITS), ("MA-001", DIGITS), ("", DIGITS)]
    )
    def test_anything_else_proves_nothing(self, store: TokenStore, label: str, digits: str) -> None:
        phone_token(store)
        issue(store, RAVI)
        assert store.claimed_token(HOSPITAL, label, digits, TEN) is None

    def test_a_proof_holds_for_its_day_and_its_facility(self, store: TokenStore) -> None:
        phone_token(store)
        assert store.claimed_token(HOSPITAL, "MS-001", DIGITS, NEXT_DAY) is None
        assert store.claimed_token(replace(HOSPITAL, facility_id="IN1"), "MS-001", DIGITS, TEN) is None

    def test_without_a_mobile_nothing_can_be_proved(self, store: TokenStore) -> None:
        phone_token(store, digits=None)
        assert store.claimed_token(HOSPITAL, "MS-001", "", TEN) is None
        assert store.claimed_token(HOSPITAL, "MS-001", "None", TEN) is None

    def test_the_sandbox_is_another_world(self, store: TokenStore) -> None:
        phone_token(store, Patient(abha_address="asha.devi@sbx"))
        assert store.expected_tokens(Patient(abha_address="asha.devi@abdm"), HOSPITAL, TEN) == ()
        assert store.issue(order(Patient(abha_address="asha.devi@abdm"), now=TEN)).created
        assert need(store).keys == PatientKeys(None, patient_keys(Patient(None, "asha.devi@sbx"), MONDAY, KEY).address)
