"""What every TokenStore promises about patients' details: none lost before the server has it, none kept for ever."""

from dataclasses import replace
from datetime import datetime, timedelta

from kiosk.model.events import Kind
from kiosk.model.exchange import PatientDetails, StoreGrant
from kiosk.model.patient import Patient
from kiosk.ports import TokenStore
from tests.contracts.acts import events_of, foreign, foreign_token, issue, pulled
from tests.contracts.enrolment import KEY, KIOSK
from tests.contracts.renewal import need_claim
from tests.model.samples import ASHA, EYE, MONDAY, NINE, NUMBER, RAVI, minutes, person

DAY = timedelta(days=1)
DESK = replace(KIOSK, kind="desk")
SECOND = timedelta(seconds=1)


def named(store: TokenStore) -> list[str]:
    """Whose names are still kept, in the order of their tokens."""
    known = (store.patient_of(row.token.token_id) for row in store.tokens(MONDAY))
    return [patient.name.split()[0] for patient in known if patient]


class PrivacyContract:
    def test_details_go_a_day_after_the_server_has_them(self, store: TokenStore) -> None:
        token = issue(store, ASHA)
        store.synced(pulled(acked=1), NINE + minutes(1))
        assert store.purge_details(NINE + DAY) == 0
        assert store.purge_details(NINE + DAY + minutes(1)) == 1
        assert store.patient_of(token.token_id) is None
        assert store.purge_details(NINE + DAY + minutes(1)) == 0

    def test_purge_never_runs_on_half_synced_data(self, store: TokenStore) -> None:
        for place in range(4):
            issue(store, person(place))
        store.synced(pulled(acked=2), NINE)
        store.synced(pulled(acked=3), NINE + DAY)
        assert store.purge_details(NINE + DAY) == 2
        assert named(store) == ["Person0002", "Person0003"]
        assert store.purge_details(NINE + 2 * DAY) == 1
        assert store.purge_details(NINE + 6 * DAY) == 0, "the fourth has never arrived"
        assert [each.patient for each in store.next_push(10).patients] == [person(3)]

    def test_what_was_learned_later_is_needed_until_that_is_acknowledged(self, store: TokenStore) -> None:
        issue(store, Patient(NUMBER))
        store.synced(pulled(acked=1), NINE)
        issue(store, ASHA, now=NINE + minutes(5))
        assert store.purge_details(NINE + 2 * DAY) == 0
        store.synced(pulled(acked=2), NINE + 2 * DAY)
        assert store.purge_details(NINE + 3 * DAY - SECOND) == 0
        assert store.purge_details(NINE + 3 * DAY) == 1

    def test_a_server_restored_from_a_backup_finds_the_details_still_here(self, store: TokenStore) -> None:
        for place in range(3):
            issue(store, person(place))
        store.synced(pulled(acked=3), NINE)
        store.synced(pulled(acked=1), NINE + minutes(60))
        assert store.purge_details(NINE + 2 * DAY) == 0, "of 1 nothing is known any more, 2 and 3 are not there"
        store.synced(pulled(acked=3), NINE + 2 * DAY)
        assert store.purge_details(NINE + 3 * DAY - SECOND) == 0
        assert len(store.next_push(10).events) == 0
        assert store.purge_details(NINE + 3 * DAY) == 3

    def test_acknowledgements_of_many_days_each_have_their_own_time(self, store: TokenStore) -> None:
        for place in range(6):
            now = NINE + place * timedelta(hours=6)
            issue(store, person(place), EYE, now)
            acked = events_of(store)[-1].seq
            store.synced(pulled(acked=acked, server_time=now), now)
            store.synced(pulled(acked=acked, server_time=now), now + minutes(1))
        times = [NINE + timedelta(hours=hours) for hours in (31, 35, 36, 47, 48, 54)]
        assert [store.purge_details(now) for now in times] == [2, 0, 1, 1, 1, 1]

    def test_alone_details_go_after_a_week(self, store: TokenStore) -> None:
        issue(store, person(1))
        issue(store, person(2), now=NINE + minutes(1))
        assert store.purge_details(NINE + 7 * DAY - SECOND) == 0
        issue(store, person(3), now=NINE + 6 * DAY)
        assert store.purge_details(NINE + 7 * DAY) == 1
        assert named(store) == ["Person0002"]
        assert store.purge_details(NINE + 8 * DAY) == 1

    def test_an_enrolled_store_waits_for_its_server_however_long(self, store: TokenStore) -> None:
        issue(store)
        store.enrol(KIOSK, "A", KEY, NINE)
        issue(store, RAVI, now=NINE + 6 * DAY)
        assert store.purge_details(NINE + 12 * DAY) == 0

    def test_under_a_wrong_clock_nothing_is_deleted(self, store: TokenStore) -> None:
        issue(store)
        for wrong in (NINE + 300 * DAY, NINE - DAY):
            assert store.purge_details(wrong) == 0
        assert named(store) == ["Asha"]

    def test_a_renewal_keeps_what_the_server_may_need(self, store: TokenStore) -> None:
        for place in range(3):
            issue(store, person(place))
        store.synced(pulled(acked=1), NINE)
        store.begin_anew(NINE + minutes(1))
        assert store.purge_details(NINE + 3 * DAY) == 0, "nobody knows yet what the server holds"
        held = frozenset(need_claim(store).orphans[:1])
        store.granted(StoreGrant("B", None, held), NINE + 3 * DAY)
        assert store.purge_details(NINE + 4 * DAY - SECOND) == 0
        assert store.purge_details(NINE + 4 * DAY) == 2
        assert named(store) == ["Person0002"]
        store.synced(pulled(acked=1), NINE + 4 * DAY)
        assert store.purge_details(NINE + 5 * DAY) == 1

    # --- other stations' patients ------------------------------------------------------------------------------------

    def test_a_desk_keeps_others_patients_for_their_day_and_one_more(self, store: TokenStore) -> None:
        store.enrol(DESK, "A", KEY, NINE)
        pull_other(store, RAVI, NINE)
        assert store.purge_details(NINE + DAY) == 1, "the own one"
        assert store.patient_of("t9") == RAVI
        assert store.purge_details(NINE + 2 * DAY - SECOND) == 0
        assert store.purge_details(NINE + 2 * DAY) == 1

    def test_a_kiosk_keeps_no_patient_of_others_whatever_it_is_sent(self, store: TokenStore) -> None:
        pull_other(store, RAVI, NINE)
        assert store.patient_of("t9") is None
        store.enrol(KIOSK, "A", KEY, NINE)
        store.synced(pulled(patients=[PatientDetails("t9", RAVI)], acked=1), NINE)
        assert store.patient_of("t9") is None

    def test_details_of_no_token_are_not_kept(self, store: TokenStore) -> None:
        store.enrol(DESK, "A", KEY, NINE)
        store.synced(pulled(patients=[PatientDetails("t9", RAVI)]), NINE)
        assert store.patient_of("t9") is None

    def test_what_a_desk_has_learned_is_not_overwritten(self, store: TokenStore) -> None:
        store.enrol(DESK, "A", KEY, NINE)
        token = issue(store, Patient(NUMBER, name="Asha Devi"))
        told = foreign(Kind.PATIENT_IDENTIFIED, token.token_id, 1, body={"address_key": "f" * 64})
        there = Patient(NUMBER, "asha.devi@abdm", "A. D.")
        store.synced(pulled(told, patients=[PatientDetails(token.token_id, there)], acked=0), NINE)
        assert store.patient_of(token.token_id) == replace(there, name="Asha Devi")


def pull_other(store: TokenStore, patient: Patient, at: datetime) -> None:
    own = issue(store)
    store.synced(pulled(foreign_token("t9", own, "EYE", at=at), patients=[PatientDetails("t9", patient)], acked=1), at)
