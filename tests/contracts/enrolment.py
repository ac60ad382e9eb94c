"""What every TokenStore promises about what its server tells it: who it is, and how the hospital is configured."""

from dataclasses import replace
from datetime import date

import pytest

from kiosk.errors import StoreError
from kiosk.model.exchange import DatedConfiguration, Enrolment, PulledConfiguration, StoreGrant
from kiosk.model.patient import patient_keys
from kiosk.ports import TokenStore
from tests.contracts.acts import events_of, issue, pulled
from tests.contracts.renewal import need_claim
from tests.model.samples import ASHA, MONDAY, NINE, RAVI, minutes, person

KEY = bytes(range(100, 132))
KIOSK = Enrolment("IN0000000000", "OPD-1", "kiosk", "k1", "http://127.0.0.1:8765", "https://h.example", "PEM", "R")
LATER = NINE + minutes(30)


class EnrolmentContract:
    def test_a_store_is_nobodys_until_it_is_enrolled(self, store: TokenStore) -> None:
        assert store.enrolment() is None
        store.enrol(KIOSK, "D", KEY, NINE)
        assert store.enrolment() == KIOSK

    def test_enrolment_gives_a_store_its_series_and_the_facilitys_key(self, store: TokenStore) -> None:
        name = store.store_id
        store.enrol(KIOSK, "D", KEY, NINE)
        token = issue(store)
        assert (token.label, store.store_id) == ("MD-001", name)
        assert token.keys == patient_keys(ASHA, MONDAY, KEY)

    def test_a_store_that_has_issued_alone_keeps_its_series(self, store: TokenStore) -> None:
        issue(store)
        store.enrol(KIOSK, "A", KEY, NINE)
        assert issue(store, RAVI).label == "MA-002"
        assert [event.seq for event in events_of(store)] == [1, 2]

    def test_where_its_series_is_another_stations_it_goes_on_in_a_new_one(self, store: TokenStore) -> None:
        issue(store)
        store.enrol(KIOSK, "D", KEY, NINE)
        assert issue(store, RAVI).label == "MD-001"
        assert [event.seq for event in events_of(store)] == [1, 2]
        with pytest.raises(StoreError) as caught:
            store.enrol(replace(KIOSK, station_id="OPD-2"), "A", KEY, NINE)
        assert caught.value.code == "SERIES_USED"
        assert store.enrolment() == KIOSK

    def test_a_desk_without_a_series_issues_nothing(self, store: TokenStore) -> None:
        desk = replace(KIOSK, kind="desk", reserve_series=None)
        store.enrol(desk, None, KEY, NINE)
        with pytest.raises(StoreError) as caught:
            issue(store)
        assert caught.value.code == "STORE_UNREGISTERED"
        assert (store.claim(), events_of(store)) == (None, ())

    def test_enrolling_again_replaces_what_was(self, store: TokenStore) -> None:
        store.enrol(KIOSK, "D", KEY, NINE)
        issue(store)
        store.synced(pulled(acked=1), NINE)
        again = replace(KIOSK, station_id="OPD-9", server_url="http://127.0.0.1:9999", reserve_series="T")
        store.enrol(again, "D", KEY, LATER)
        assert store.enrolment() == again
        assert issue(store, RAVI).label == "MD-002"

    def test_enrolling_again_tells_the_server_of_former_stores_again(self, store: TokenStore) -> None:
        store.enrol(KIOSK, "D", KEY, NINE)
        issue(store)
        store.synced(pulled(acked=1), NINE)
        store.begin_anew(LATER)
        store.granted(StoreGrant("E", "T", frozenset()), LATER)
        store.enrol(replace(KIOSK, reserve_series="U"), "E", KEY, LATER)
        assert len(need_claim(store).orphans) == 1
        assert issue(store, RAVI, now=LATER).label == "ME-001"

    def test_what_was_written_while_nobody_answered_stays_behind_what_was_brought_along(
        self, store: TokenStore
    ) -> None:
        """The server takes the station for another one's copy, and its clerk enrols it again."""
        store.enrol(KIOSK, "D", KEY, NINE)
        first = issue(store)
        store.begin_anew(LATER, "R")
        second = issue(store, RAVI, now=LATER)
        store.enrol(replace(KIOSK, reserve_series="U"), "R", KEY, LATER)
        store.granted(StoreGrant("R", "U", frozenset()), LATER)
        assert [event.token_id for event in events_of(store)] == [first.token_id, second.token_id]

    def test_a_forked_store_begins_anew_when_it_is_enrolled(self, store: TokenStore) -> None:
        former = store.store_id
        issue(store)
        store.note_fork(NINE)
        store.enrol(KIOSK, "D", KEY, LATER)
        claim = need_claim(store)
        assert (claim.former_store_id, claim.series, len(claim.orphans)) == (former, "D", 1)
        assert issue(store, RAVI, now=LATER).label == "MD-001"

    def test_a_forked_store_never_goes_on_in_its_old_series(self, store: TokenStore) -> None:
        issue(store)
        store.note_fork(NINE)
        store.enrol(KIOSK, "A", KEY, LATER)
        with pytest.raises(StoreError) as caught:
            issue(store, RAVI, now=LATER)
        assert caught.value.code == "STORE_UNREGISTERED"
        assert need_claim(store).series is None
        store.granted(StoreGrant("D", None, frozenset()), LATER)
        assert issue(store, RAVI, now=LATER).label == "MD-001"

    def test_a_reserve_is_used_once(self, store: TokenStore) -> None:
        store.enrol(KIOSK, "D", KEY, NINE)
        issue(store)
        store.begin_anew(LATER, "R")
        assert store.enrolment() == replace(KIOSK, reserve_series=None)
        store.granted(StoreGrant("R", "T", frozenset()), LATER)
        assert store.enrolment() == replace(KIOSK, reserve_series="T")
        store.begin_anew(LATER)
        store.granted(StoreGrant("U", None, frozenset()), LATER)
        assert store.enrolment() == replace(KIOSK, reserve_series=None)

    # --- configuration -----------------------------------------------------------------------------------------------

    def test_there_is_no_configuration_before_one_came(self, store: TokenStore) -> None:
        assert (store.config_revision(), store.configuration(MONDAY)) == (0, None)

    def test_the_latest_that_applies_by_the_day_is_the_days(self, store: TokenStore) -> None:
        days = (date(2026, 11, 1), date(2026, 11, 24))
        store.keep_configuration(configuration(7, *days), NINE)
        assert store.config_revision() == 7
        asked = (date(2026, 10, 31), days[0], MONDAY, days[1], date(2027, 1, 1))
        assert [store.configuration(day) for day in asked] == [None, text(days[0]), text(days[0]), *[text(days[1])] * 2]

    def test_a_newer_configuration_takes_the_place_of_all_that_was_kept(self, store: TokenStore) -> None:
        store.keep_configuration(configuration(7, date(2026, 11, 1), date(2026, 11, 24)), NINE)
        store.keep_configuration(configuration(8, date(2026, 11, 20)), NINE)
        assert store.config_revision() == 8
        assert store.configuration(date(2026, 11, 5)) is None
        assert store.configuration(date(2027, 1, 1)) == text(date(2026, 11, 20))

    def test_a_renewal_keeps_enrolment_and_configuration(self, store: TokenStore) -> None:
        store.enrol(KIOSK, "D", KEY, NINE)
        store.keep_configuration(configuration(7, MONDAY), NINE)
        issue(store, person(1))
        store.begin_anew(LATER)
        assert (store.enrolment(), store.config_revision()) == (KIOSK, 7)
        assert store.configuration(MONDAY) == text(MONDAY)


def text(day: date) -> str:
    return f'{{"from": "{day}", "names": {{"hi": "ज़िला अस्पताल"}}}}'


def configuration(revision: int, *days: date) -> PulledConfiguration:
    return PulledConfiguration(revision, tuple(DatedConfiguration(day, text(day)) for day in days))
