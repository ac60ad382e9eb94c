"""One patient's rights against what the server holds: to see it, to have it erased."""

import json
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, make_url, select, update
from sqlalchemy.event import listen

from kiosk.errors import KioskError
from kiosk.model.events import Kind
from kiosk.model.exchange import PatientDetails, Push
from kiosk.model.patient import Patient, patient_keys
from kiosk.server.database import Database, open_database
from kiosk.server.finding import Asked
from kiosk.server.ingest import ingest
from kiosk.server.retention import purge
from kiosk.server.rights import Found, erase, export, find
from kiosk.server.tables import audit, event, facility, patient, token
from kiosk.sync.messages import SyncRequest
from tests.postgres import Postgres
from tests.server.test_concurrency import PATIENCE_S, wait_for_a_waiting
from tests.sync.chain import DAY, FACILITY, INVENTED, Chain

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KEY = bytes(range(32))
NUMBER, ADDRESS = "91000000000018", "asha.test@abdm"
OTHER_NUMBER = "91000000000026"
REASON = "letter 17"


class Hospital:
    """Takes patients' tokens in one facility."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.chain = Chain()

    def comes(self, visitor: Patient) -> str:
        """Returns the id of the visitor's token."""
        keys = patient_keys(visitor, DAY, KEY)
        issued = self.chain.issue(len(self.chain.events) + 1, number_key=keys.number, address_key=keys.address)
        self.send(visitor)
        return issued.token_id

    def send(self, visitor: Patient, first: int = 0) -> None:
        """The newest event, or all from ``first`` on, with the visitor's details for each."""
        events = tuple(self.chain.events[(first or len(self.chain.events)) - 1 :])
        details = tuple(PatientDetails(each.token_id, visitor) for each in events)
        push = Push(self.chain.store_id, events, details, 0)
        ingest(self.database, SyncRequest.of(push, FACILITY), NOW)
        with self.database.writer.begin() as connection:
            connection.execute(update(facility).values(facility_key=KEY.hex()))

    def rows(self, table: Any) -> list[dict[str, Any]]:
        with self.database.reader.begin() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def ids(self, **asked: str) -> set[str]:
        return set(find(self.database, FACILITY, Asked(**asked), NOW, "").token_ids)


@pytest.fixture
def hospital(database: Database) -> Hospital:
    return Hospital(database)


BOTH = INVENTED
NUMBER_ALONE = replace(INVENTED, abha_address=None)
ADDRESS_ALONE = replace(INVENTED, abha_number=None, abha_address="Asha.Test@abdm")
STRANGER = Patient(abha_number=OTHER_NUMBER, abha_address="someone.else@abdm", name="Someone Else")


def test_every_card_of_a_patient_leads_to_all_their_tokens(hospital: Hospital) -> None:
    tokens = {hospital.comes(card) for card in (BOTH, NUMBER_ALONE, ADDRESS_ALONE)}
    hospital.comes(STRANGER)
    assert hospital.ids(abha_number=NUMBER) == tokens
    assert hospital.ids(abha_address=ADDRESS.upper()) == tokens
    assert [hospital.ids(token_id=each) for each in tokens] == [tokens] * 3
    assert hospital.ids(abha_number="91000000000034") == set()


def test_an_address_that_several_numbers_came_with_is_nobodys(hospital: Hospital) -> None:
    mine, unclear = hospital.comes(BOTH), hospital.comes(ADDRESS_ALONE)
    theirs = hospital.comes(replace(STRANGER, abha_address=ADDRESS))
    assert hospital.ids(abha_number=NUMBER) == {mine}
    assert hospital.ids(token_id=theirs) == {theirs}
    with pytest.raises(KioskError) as caught:
        hospital.ids(abha_address=ADDRESS)
    assert caught.value.code == "PATIENT_AMBIGUOUS"
    assert unclear not in hospital.ids(abha_number=OTHER_NUMBER)


def test_tokens_whose_details_retention_deleted_are_found_by_their_digests(hospital: Hospital) -> None:
    by_number = hospital.comes(NUMBER_ALONE)
    by_address = hospital.comes(replace(ADDRESS_ALONE, abha_address=ADDRESS))
    hospital.comes(STRANGER)
    purge(hospital.database, NOW.replace(year=2028), 365)
    assert hospital.rows(patient) == []
    assert hospital.ids(abha_number=NUMBER) == {by_number}
    assert hospital.ids(abha_address=ADDRESS) == {by_address}


def test_an_unknown_facility_is_told(database: Database) -> None:
    with pytest.raises(KioskError) as caught:
        find(database, "IN9999999999", Asked(abha_number=NUMBER), NOW, "")
    assert caught.value.code == "FACILITY_UNKNOWN"


def test_export_holds_all_of_one_patient_and_nothing_of_another(hospital: Hospital) -> None:
    token_id = hospital.comes(BOTH)
    stranger = hospital.comes(STRANGER)
    hospital.chain.write(Kind.TOKEN_CALLED, token_id, room="7")
    hospital.send(BOTH)
    hospital.ids(abha_number=NUMBER)
    exported = json.loads(
        json.dumps(export(hospital.database, FACILITY, Asked(abha_number=NUMBER), NOW, REASON), ensure_ascii=False)
    )
    (held,) = exported["tokens"]
    assert held["token_id"] == held["token"]["token_id"] == token_id
    assert (held["token"]["state"], held["token"]["label"]) == ("called", "MA-001")
    assert {name: held["details"][name] for name in ("abha_number", "name", "mobile", "birth_year", "received_at")} == {
        "abha_number": NUMBER,
        "name": INVENTED.name,
        "mobile": "9000000000",
        "birth_year": 1987,
        "received_at": "2026-11-23T04:00:00.000000Z",
    }
    assert [(each["kind"], each["body"].get("room")) for each in held["events"]] == [
        ("token_issued", None),
        ("token_called", "7"),
    ]
    assert [each["act"] for each in held["audit"]] == ["patient_searched"]
    assert stranger not in json.dumps(exported)
    assert OTHER_NUMBER not in json.dumps(exported)


def test_each_look_is_audited_without_the_patient(hospital: Hospital) -> None:
    token_id = hospital.comes(BOTH)
    hospital.ids(abha_number=NUMBER)
    hospital.ids(abha_number="91000000000034")
    export(hospital.database, FACILITY, Asked(abha_address=ADDRESS), NOW, REASON)
    rows = [(row["act"], row["subject"], row["reason"]) for row in hospital.rows(audit)]
    assert sorted(rows) == [
        ("patient_exported", token_id, REASON),
        ("patient_searched", "", ""),
        ("patient_searched", token_id, ""),
    ]
    assert NUMBER not in str(hospital.rows(audit))


def test_erase_takes_details_and_digests_and_leaves_the_others(hospital: Hospital) -> None:
    tokens = {hospital.comes(BOTH), hospital.comes(ADDRESS_ALONE)}
    stranger = hospital.comes(STRANGER)
    events = hospital.rows(event)
    erased = erase(hospital.database, FACILITY, Asked(abha_number=NUMBER), NOW, REASON)
    assert erased == Found(tuple(sorted(tokens)), 2)
    assert [row["token_id"] for row in hospital.rows(patient)] == [stranger]
    keys = {row["token_id"]: (row["number_key"], row["address_key"]) for row in hospital.rows(token)}
    assert {keys[each] for each in tokens} == {(None, None)}
    assert None not in keys[stranger]
    assert hospital.rows(event) == events
    assert {(row["act"], row["subject"], row["at"], row["reason"]) for row in hospital.rows(audit)} == {
        ("patient_erased", each, NOW, REASON) for each in tokens
    }
    assert hospital.ids(abha_number=NUMBER) == hospital.ids(abha_address=ADDRESS) == set()


def test_resubmitting_a_deleted_record_has_a_defined_answer(hospital: Hospital) -> None:
    token_id = hospital.comes(BOTH)
    erase(hospital.database, FACILITY, Asked(abha_number=NUMBER), NOW, REASON)
    hospital.send(BOTH, first=1)
    hospital.chain.write(Kind.PATIENT_IDENTIFIED, token_id, address_key="b" * 64)
    hospital.send(BOTH, first=1)
    assert hospital.rows(patient) == []
    again = hospital.comes(BOTH)
    assert [row["token_id"] for row in hospital.rows(patient)] == [again]


def test_erasing_again_says_so_once(hospital: Hospital) -> None:
    token_id = hospital.comes(BOTH)
    for _ in range(2):
        erase(hospital.database, FACILITY, Asked(token_id=token_id), NOW, REASON)
    assert [row["subject"] for row in hospital.rows(audit)] == [token_id]
    assert erase(hospital.database, FACILITY, Asked(token_id=token_id), NOW, REASON) == Found((token_id,), 0)


def test_details_of_a_token_that_was_parked_are_found_and_erased(hospital: Hospital) -> None:
    hospital.comes(STRANGER)
    rival = Chain()
    rival.issue(1)
    push = Push(rival.store_id, tuple(rival.events), (PatientDetails(rival.events[0].token_id, BOTH),), 0)
    assert ingest(hospital.database, SyncRequest.of(push, FACILITY), NOW).parked[0].code == "NUMBER_TAKEN"
    (held,) = json.loads(json.dumps(export(hospital.database, FACILITY, Asked(abha_number=NUMBER), NOW, "")))["tokens"]
    assert (held["token"], held["details"]["abha_number"]) == (None, NUMBER)
    erase(hospital.database, FACILITY, Asked(abha_number=NUMBER), NOW, REASON)
    assert [row["abha_number"] for row in hospital.rows(patient)] == [OTHER_NUMBER]


def test_the_name_is_in_no_file_of_sqlite_afterwards(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.db'}"
    hospital = Hospital(open_database(url))
    hospital.comes(BOTH)
    hospital.comes(STRANGER)
    erase(hospital.database, FACILITY, Asked(abha_number=NUMBER), NOW, REASON)
    path = Path(str(make_url(url).database))
    files = [file.read_bytes() for file in path.parent.glob(f"{path.name}*")]
    assert not any(INVENTED.name.encode() in file or NUMBER.encode() in file for file in files)
    assert any(STRANGER.name.encode() in file for file in files)
    hospital.database.close()


def test_a_push_under_way_does_not_bring_back_what_is_erased(postgres: Postgres) -> None:
    """It has asked who was erased, and has not written the details yet."""
    with postgres.database() as url, closing(open_database(url)) as database:
        hospital = Hospital(database)
        token_id = hospital.comes(BOTH)
        with database.writer.begin() as connection:
            connection.execute(delete(patient))
        writes, may_go_on = threading.Event(), threading.Event()

        def hold(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith("INSERT INTO patient"):
                writes.set()
                assert may_go_on.wait(PATIENCE_S)

        listen(database.writer, "before_cursor_execute", hold)
        asked = Asked(token_id=token_id)
        threads = [
            threading.Thread(target=lambda: hospital.send(BOTH, first=1)),
            threading.Thread(target=lambda: erase(database, FACILITY, asked, NOW, REASON)),
        ]
        threads[0].start()
        assert writes.wait(PATIENCE_S)
        threads[1].start()
        try:
            wait_for_a_waiting(database)
        finally:
            may_go_on.set()
            for thread in threads:
                thread.join(PATIENCE_S)
        assert hospital.rows(patient) == []
        assert [row["subject"] for row in hospital.rows(audit)] == [token_id]


def test_stations_push_while_a_patient_is_looked_for(hospital: Hospital) -> None:
    """And a token that the patient takes meanwhile is found too."""
    before = hospital.comes(BOTH)
    came: list[str] = []

    def arrive(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT DISTINCT token.service_day") and not came:
            came.append("")
            came[:] = [hospital.comes(NUMBER_ALONE), hospital.comes(STRANGER)]

    listen(hospital.database.writer, "before_cursor_execute", arrive)
    listen(hospital.database.reader, "after_cursor_execute", arrive)
    erased = erase(hospital.database, FACILITY, Asked(abha_number=NUMBER), NOW.replace(day=24), REASON)
    assert erased == Found(tuple(sorted((before, came[0]))), 2)
    assert {row["token_id"] for row in hospital.rows(patient)} == {came[1]}


def test_details_that_are_sent_again_while_a_patient_is_looked_for(hospital: Hospital) -> None:
    """They bring no new event, and nobody knows the key by which their token could be recognised."""
    token_id = hospital.comes(BOTH)
    with hospital.database.writer.begin() as connection:
        connection.execute(delete(patient))
        connection.execute(update(token).values(number_key=None, address_key=None))
    scanned: list[bool] = []

    def arrive(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT DISTINCT token.service_day") and not scanned:
            scanned.append(True)
            hospital.send(BOTH)

    listen(hospital.database.reader, "after_cursor_execute", arrive)
    erased = erase(hospital.database, FACILITY, Asked(abha_number=NUMBER), NOW, REASON)
    assert erased == Found((token_id,), 1)
    assert hospital.rows(patient) == []


def test_facilities_are_apart(hospital: Hospital) -> None:
    elsewhere = Chain("A", "IN0000000001").issue_many(1)
    ingest(hospital.database, SyncRequest.of(elsewhere.push(), "IN0000000001"), NOW)
    hospital.comes(BOTH)
    erase(hospital.database, FACILITY, Asked(abha_number=NUMBER), NOW, REASON)
    with hospital.database.reader.begin() as connection:
        assert connection.execute(select(func.count()).select_from(patient)).scalar_one() == 1
