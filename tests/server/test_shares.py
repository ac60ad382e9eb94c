"""What a share becomes: one token for one person and queue, one answer for one request, whatever else goes on."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from kiosk.model.arrival import arrival_key
from kiosk.model.events import Kind
from kiosk.model.exchange import PatientDetails
from kiosk.model.patient import Patient, patient_keys
from kiosk.server.backup import note_restored
from kiosk.server.database import Database
from kiosk.server.ingest import ingest
from kiosk.server.own_ledger import append
from kiosk.server.queries import changes, day_counts
from kiosk.server.share_queue import DUE
from kiosk.server.shares import CLOSED, ISSUED, QUOTA, SAME, UNKNOWN_COUNTER, NotHostedError, receive, receive_all
from kiosk.server.tables import event, facility
from kiosk.sync.messages import SyncRequest
from tests.server.shared import NOW, hospital, host, profile, row_of, tokens, write
from tests.server.test_concurrency import at_once
from tests.sync.chain import DAY, FACILITY, Chain


def key_of(database: Database) -> bytes:
    with database.reader.begin() as connection:
        return bytes.fromhex(connection.execute(select(facility.c.facility_key)).scalar_one())


def test_a_share_becomes_a_token_that_waits_for_its_holder(database: Database) -> None:
    host(database)
    shared = profile()
    receipt = receive(database, shared, NOW)
    assert (receipt.is_new, receipt.outcome, receipt.due.answer.label) == (True, ISSUED, "MS-001")
    (issued,) = tokens(database)
    assert (issued.series, issued.number, issued.source, issued.arrived, issued.state) == (
        *("S", 1, "phone", False),
        "waiting",
    )
    key = key_of(database)
    assert issued.address_key == patient_keys(shared.patient, DAY, key).address
    with database.reader.begin() as connection:
        body = json.loads(connection.execute(select(event.c.body)).scalar_one())
    assert body["arrival_key"] == arrival_key(key, DAY, "MS-001", "0018")
    assert "Asha" not in str(body)
    assert "sbx" not in str(body)
    assert receipt.revision == 1
    assert day_counts(database.reader, DAY)[0]["issued"] == 1


def test_desks_pull_it_with_its_details(database: Database) -> None:
    host(database)
    receive(database, profile(), NOW)
    seen = changes(database.reader, FACILITY, "", 0, 500, with_patients=True)
    assert [(each.label, each.arrived) for each in seen.tokens] == [("MS-001", False)]
    assert [each.name for each in seen.patients] == ["Asha Test"]


def test_at_an_attended_desk_the_holder_is_there(database: Database) -> None:
    host(database)
    receive(database, profile(counter="DESK1"), NOW)
    assert [each.arrived for each in tokens(database)] == [True]


def test_the_same_request_has_one_answer(database: Database) -> None:
    host(database)
    shared = profile()
    first, again = receive(database, shared, NOW), receive(database, shared, NOW + timedelta(hours=1))
    assert (again.is_new, again.due.answer, again.revision) == (False, first.due.answer, None)
    both = receive_all(database, [twice := profile("ravi"), twice], NOW)
    assert [each.is_new for each in both] == [True, False]
    assert len(tokens(database)) == 2


def test_the_same_person_has_one_live_token_in_a_queue(database: Database) -> None:
    host(database)
    first = receive(database, profile(address="Asha@sbx"), NOW)
    again = receive(database, profile(counter="opd1"), NOW + timedelta(hours=1))
    assert (again.outcome, again.due.answer.label) == (SAME, first.due.answer.label)
    other_queue = receive(database, profile(counter="ENT1"), NOW)
    assert (other_queue.outcome, other_queue.due.answer.label) == (ISSUED, "NS-001")
    (mine,) = (each.token_id for each in tokens(database) if each.department == "MED")
    for kind in (Kind.TOKEN_CALLED, Kind.TOKEN_COMPLETED):
        write(database, kind, mine)
    assert receive(database, profile(), NOW).due.answer.label == "MS-002"


def test_sent_on_from_registration_it_is_still_the_token_of_that_counter(database: Database) -> None:
    host(database)
    first = receive(database, profile(counter="GONE"), NOW)
    (mine,) = (each.token_id for each in tokens(database))
    database.write(
        lambda connection: append(
            connection, FACILITY, Kind.TOKEN_TRANSFERRED, mine, NOW, DAY, {"queue_department": "MED"}
        )
    )
    for counter in ("GONE", "OPD1"):
        again = receive(database, profile(counter=counter), NOW)
        assert (again.outcome, again.due.answer.label) == (SAME, first.due.answer.label)
    assert len(tokens(database)) == 1


def test_who_scanned_at_home_and_then_at_an_attended_desk_is_there(database: Database) -> None:
    host(database)
    receive(database, profile(), NOW)
    assert [each.arrived for each in tokens(database)] == [False]
    later = NOW + timedelta(minutes=20)
    assert receive(database, profile(counter="DESK1"), later).outcome == SAME
    (come,) = tokens(database)
    assert come.arrived
    assert receive(database, profile(counter="DESK1"), later).revision is None, "said once"


def test_a_station_that_issues_in_the_servers_series_is_in_nobodys_way(database: Database) -> None:
    host(database)
    chain = Chain("A")
    chain.issue(1, series="S", label="MS-001", number_key="1" * 64)
    parked = ingest(database, SyncRequest.of(chain.push(), FACILITY), NOW).parked
    assert [each.code for each in parked] == ["KIND_FORBIDDEN"]
    receipt = receive(database, profile(), NOW)
    assert (receipt.outcome, receipt.due.answer.label) == (ISSUED, "MS-001")


def test_numbers_left_out_after_a_restore_are_not_of_the_quota(database: Database) -> None:
    plan = hospital()
    plan["departments"][2]["shares"] = {"K1": 1}
    host(database, departments=plan["departments"])
    note_restored(database, NOW)
    assert receive(database, profile(counter="ENT1"), NOW).outcome == ISSUED


def test_a_kiosks_token_is_told_too(database: Database) -> None:
    host(database)
    shared = profile(abha_number="91000000000018")
    keys = patient_keys(shared.patient, DAY, key_of(database))
    chain = Chain("A")
    chain.issue(7, number_key=keys.number)
    ingest(database, SyncRequest.of(chain.push(), FACILITY), NOW)
    receipt = receive(database, shared, NOW)
    assert (receipt.outcome, receipt.due.answer.label) == (SAME, chain.events[0].body["label"])


def test_what_the_phone_tells_more_of_the_holder_is_known_from_then_on(database: Database) -> None:
    """Who came with a card that has no ABHA address is found by it, at every station, once the phone has told it."""
    host(database)
    shared = profile(abha_number="91000000000018")
    keys = patient_keys(shared.patient, DAY, key_of(database))
    chain = Chain("A")
    card = Patient(abha_number="91000000000018", name="Asha of the card")
    told = PatientDetails(chain.issue(7, number_key=keys.number).token_id, card)
    ingest(database, SyncRequest.of(replace(chain.push(), patients=(told,)), FACILITY), NOW)
    assert receive(database, shared, NOW).outcome == SAME
    (held,) = tokens(database)
    assert (held.number_key, held.address_key) == (keys.number, keys.address)
    seen = changes(database.reader, FACILITY, "", 1, 500, with_patients=True)
    assert [each.kind for each in seen.events] == [Kind.PATIENT_IDENTIFIED]
    assert [(each.name, each.abha_address) for each in seen.patients] == [("Asha of the card", "asha@sbx")]
    assert receive(database, profile(), NOW).outcome == SAME, "by the address alone"
    assert len(tokens(database)) == 1


def test_two_shares_of_one_person_that_come_together_are_told_apart_from_nobody(database: Database) -> None:
    host(database)
    first, second = profile(), profile(abha_number="91000000000018")
    by_number = profile("other", abha_number="91000000000018")
    receipts = receive_all(database, [first, second, by_number], NOW)
    assert [each.outcome for each in receipts] == [ISSUED, SAME, SAME]
    (issued,) = tokens(database)
    keys = patient_keys(second.patient, DAY, key_of(database))
    assert (issued.number_key, issued.address_key) == (keys.number, keys.address)
    (details,) = changes(database.reader, FACILITY, "", 0, 500, with_patients=True).patients
    assert (details.abha_number, details.abha_address) == ("91000000000018", "asha@sbx")


# --- no token ---------------------------------------------------------------------------------------------------------


def test_a_closed_department_says_when_it_opens(database: Database) -> None:
    host(database)
    receipt = receive(database, profile(counter="EYE1"), NOW)
    assert (receipt.outcome, receipt.due.answer.label) == (CLOSED, "")
    assert receipt.due.answer.reason == "Eye is closed now. It opens tomorrow at 09:00; please scan again then."
    assert row_of(database, receipt.due.answer.request_id).state == DUE


def test_what_a_supervisor_has_closed_gives_no_more(database: Database) -> None:
    host(database)
    desk = Chain("")
    desk.write(Kind.OPENING_CHANGED, "", department="MED", room="", is_open=False)
    ingest(database, SyncRequest.of(desk.push(), FACILITY), NOW)
    assert receive(database, profile(), NOW).outcome == CLOSED


def test_a_full_quota_is_said(database: Database) -> None:
    """Shared out over nobody: what this server knows of counts, from wherever it is."""
    host(database)
    chain = Chain("A")
    chain.issue(1, department="ENT", label="NA-001", number_key="1" * 64)
    ingest(database, SyncRequest.of(chain.push(), FACILITY), NOW)
    got = [receive(database, profile(who, "ENT1"), NOW) for who in ("asha", "ravi", "asha")]
    assert [each.outcome for each in got] == [ISSUED, QUOTA, SAME]
    assert got[1].due.answer.reason.startswith("ENT has given all its tokens")


@pytest.mark.parametrize(("share_of_kiosk", "outcomes"), [(1, [ISSUED, QUOTA]), (2, [QUOTA, QUOTA])])
def test_phones_have_what_stations_were_not_given(database: Database, share_of_kiosk: int, outcomes: list[str]) -> None:
    plan = hospital()
    plan["departments"][2]["shares"] = {"K1": share_of_kiosk}
    host(database, departments=plan["departments"])
    assert [receive(database, profile(who, "ENT1"), NOW).outcome for who in ("asha", "ravi")] == outcomes


def test_an_unknown_counter_leads_to_registration(database: Database) -> None:
    host(database)
    receipt = receive(database, profile(counter="GONE"), NOW)
    assert (receipt.outcome, receipt.due.answer.label, receipt.due.answer.counter) == (ISSUED, "RS-001", "GONE")
    assert tokens(database)[0].arrived is False


def test_who_names_no_counter_is_told_of_one(database: Database) -> None:
    host(database)
    shared = profile(counter="")
    first, again = receive(database, shared, NOW), receive(database, shared, NOW)
    assert (first.due.answer.label, first.due.answer.counter) == ("RS-001", "REG")
    assert again.due.answer == first.due.answer


def test_or_is_told_where_there_is_none(database: Database) -> None:
    host(database, departments=hospital()["departments"][:3])
    receipt = receive(database, profile(counter="GONE"), NOW)
    assert (receipt.outcome, receipt.due.answer.label) == (UNKNOWN_COUNTER, "")
    assert "registration desk" in receipt.due.answer.reason
    assert tokens(database) == []


def test_a_facility_of_others_is_not_served(database: Database) -> None:
    host(database)
    with pytest.raises(NotHostedError):
        receive(database, profile(facility_id="IN9999999999"), NOW)


# --- many at once -----------------------------------------------------------------------------------------------------


def test_no_number_is_given_twice(database: Database) -> None:
    host(database)
    got: list[str] = []

    def scan(first: int) -> Callable[[], object]:
        def work() -> None:
            for nth in range(first, first + 8):  # neighbours share half of their people
                got.append(receive(database, profile(f"p{nth}"), NOW).due.answer.label)

        return work

    at_once(*(scan(4 * nth) for nth in range(4)))
    issued = [each.label for each in tokens(database)]
    assert sorted(set(got)) == sorted(issued) == [f"MS-{number:03d}" for number in range(1, 21)]


def test_a_facility_of_the_sandbox_takes_no_share_of_the_production(database: Database) -> None:
    host(database)
    with pytest.raises(NotHostedError) as caught:
        receive(database, profile(), NOW, "abdm")
    assert caught.value.code == "ABDM_WORLDS_MIXED"
    assert tokens(database) == []
    assert receive(database, profile(), NOW, "sbx").outcome == ISSUED


def test_a_restored_server_gives_no_label_that_a_phone_may_show(database: Database) -> None:
    host(database)
    receive(database, profile(), NOW)
    note_restored(database, NOW)
    assert receive(database, profile("ravi"), NOW).due.answer.label == "MS-1002"
