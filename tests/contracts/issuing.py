"""What every TokenStore promises who issues from it: numbers and patients."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.errors import DepartmentClosedError, QuotaReachedError, StoreError, StoreForkError
from kiosk.model.desk import OpeningChange
from kiosk.model.events import Kind
from kiosk.model.patient import Patient
from kiosk.model.qr import parse
from kiosk.model.token import SlipState, State, Token
from kiosk.ports import TokenStore
from tests.contracts.acts import (
    events_of,
    foreign_token,
    issue,
    move,
    order,
    pulled,
)
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


class IssuingContract:
    # --- numbers ------------------------------------------------------------------------------------------------------

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

    # --- the same patient ---------------------------------------------------------------------------------------------

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
        assert [event.kind for event in events_of(store)].count(Kind.TOKEN_ISSUED) == 1

    def test_a_second_card_tells_more_of_the_holder_and_changes_nothing_known(self, store: TokenStore) -> None:
        by_address = Patient(abha_address="asha.devi@abdm", name="Asha Devi")
        first = store.issue(order(by_address)).token
        full = Patient(NUMBER, "asha.devi@abdm", "Somebody Else", mobile="9000000000")
        assert store.issue(order(full)).token.token_id == first.token_id
        assert store.issue(order(Patient(NUMBER))).token.token_id == first.token_id
        told = [event for event in events_of(store) if event.kind == Kind.PATIENT_IDENTIFIED]
        assert len(told) == 1
        assert store.patient_of(first.token_id) == replace(full, name="Asha Devi")

    def test_a_name_is_learned_for_a_typed_number(self, store: TokenStore) -> None:
        token = store.issue(order(Patient(NUMBER))).token
        store.issue(order(Patient(NUMBER, name="Asha Devi")))
        store.issue(order(Patient(NUMBER)))
        assert store.patient_of(token.token_id) == Patient(NUMBER, name="Asha Devi")
        assert [event.kind for event in events_of(store)] == [Kind.TOKEN_ISSUED, Kind.PATIENT_IDENTIFIED]

    def test_a_forked_store_issues_nothing_more(self, store: TokenStore) -> None:
        store.issue(order(ASHA))
        store.note_fork(NINE)
        with pytest.raises(StoreForkError):
            store.issue(order(RAVI))
        assert [event.kind for event in events_of(store)] == [Kind.TOKEN_ISSUED]

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

    def test_a_judge_is_told_of_all_the_patients_tokens_and_by_refusing_leaves_nothing(self, store: TokenStore) -> None:
        tokens = [issue(store, department=EYE), issue(store, now=NINE + minutes(1))]
        issue(store, RAVI)
        move(store, tokens[0], Kind.TOKEN_CANCELLED)
        known = len(events_of(store))
        told: list[tuple[list[Token], list[OpeningChange]]] = []

        def refuse(tokens: Sequence[Token], openings: Sequence[OpeningChange]) -> None:
            told.append((list(tokens), list(openings)))
            raise DepartmentClosedError("not now")

        for patient, department in ((ASHA, EYE), (ASHA, MEDICINE), (person(3), EYE)):
            with pytest.raises(DepartmentClosedError):
                store.issue(replace(order(patient, department, NINE + minutes(2)), judge=refuse))
        assert told == [([store.token(token.token_id) for token in tokens], [])] * 2 + [([], [])]
        assert len(events_of(store)) == known
        assert issue(store, person(3), EYE).number == 2

    def test_a_judge_who_is_content_changes_nothing(self, store: TokenStore) -> None:
        content = replace(order(), judge=lambda tokens, openings: None)
        first, again = store.issue(content), store.issue(content)
        assert (first.created, again.created) == (True, False)
        assert first.token.token_id == again.token.token_id

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

    # --- people ahead -------------------------------------------------------------------------------------------------

    def test_people_ahead_are_those_waiting_before(self, store: TokenStore) -> None:
        ahead = [store.issue(order(person(place), now=NINE + minutes(place))).people_ahead for place in range(4)]
        assert ahead == [0, 1, 2, 3]
        assert store.issue(order(person(9), EYE)).people_ahead == 0
        first = issue(store, person(0))
        move(store, first, Kind.TOKEN_CALLED, at=NINE + minutes(5))
        assert store.issue(order(person(2), now=NINE + minutes(6))).people_ahead == 1
        assert store.issue(order(person(0), now=NINE + minutes(6))).people_ahead is None

    def test_people_ahead_are_not_told_where_they_are_not_known(self, store: TokenStore) -> None:
        for _ in ("new", "there already"):
            assert store.issue(order(synced_since=NINE)).people_ahead is None
        store.synced(pulled(server_time=NINE), NINE)
        assert store.issue(order(synced_since=NINE)).people_ahead == 0
        assert store.issue(order(synced_since=NINE + timedelta(microseconds=1))).people_ahead is None

    def test_people_of_another_hospital_are_not_ahead(self, store: TokenStore) -> None:
        issue(store, RAVI)
        other = replace(HOSPITAL, facility_id="IN0000000001")
        issued = store.issue(order(facility=other))
        assert (issued.token.number, issued.people_ahead) == (1, 0)
