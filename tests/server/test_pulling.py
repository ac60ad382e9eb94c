"""What a station is told of others: their events, what became of tokens, and to desks alone whose they are."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert
from starlette.testclient import TestClient

from kiosk.model.events import Event, Kind
from kiosk.model.exchange import PatientDetails, Push
from kiosk.model.token import State
from kiosk.server.database import Database
from kiosk.server.identity import Caller, Role
from kiosk.server.ingest import ingest
from kiosk.server.queries import changes
from kiosk.server.sync_routes import sync_answer
from kiosk.server.tables import facility, patient
from kiosk.sync.messages import MAX_ANSWER_BYTES, SyncAnswer, SyncRequest
from tests.server.doors import Device, HandClock, code_for, import_facility, web_of
from tests.server.heard import hearing
from tests.sync.chain import FACILITY, INVENTED, Chain

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LOCAL = Caller(Role.LOCAL)


def take(database: Database, push: Push) -> None:
    ingest(database, SyncRequest.of(push, FACILITY), NOW)


def answer(database: Database, push: Push) -> SyncAnswer:
    given = sync_answer(database, LOCAL, SyncRequest.of(push, FACILITY).json_bytes(), NOW)
    return SyncAnswer.model_validate_json(given)


def test_tokens_come_as_the_server_has_them(database: Database) -> None:
    kiosk, desk = Chain("A").issue_many(2), Chain("")
    take(database, kiosk.push())
    desk.write(Kind.TOKEN_CALLED, kiosk.events[0].token_id)
    take(database, desk.push())
    seen = answer(database, Chain("B").push()).pull()
    assert {each.label: each.state for each in seen.tokens} == {"MA-001": State.CALLED, "MA-002": State.WAITING}
    assert [each.keys.number for each in seen.tokens] == ["a" * 64] * 2
    seen = answer(database, desk.push(cursor=2)).pull()
    assert (seen.events, [each.label for each in seen.tokens]) == ((), ["MA-001"])


def test_what_a_station_has_just_issued_does_not_come_back(database: Database) -> None:
    kiosk = Chain("A").issue_many(2)
    kiosk.write(Kind.SLIP_STATE_CHANGED, kiosk.events[0].token_id, state="printed", copy=0)
    seen = answer(database, kiosk.push()).pull()
    assert (seen.events, seen.tokens, seen.cursor, seen.more) == ((), (), 3, False)


def test_but_it_does_where_another_acted_on_it(database: Database) -> None:
    kiosk, desk = Chain("A").issue_many(2), Chain("")
    take(database, kiosk.push())
    desk.write(Kind.TOKEN_CALLED, kiosk.events[1].token_id)
    take(database, desk.push())
    seen = answer(database, kiosk.push()).pull()
    assert seen.events == tuple(desk.events)
    assert [(each.label, each.state) for each in seen.tokens] == [("MA-002", State.CALLED)]


def test_and_where_its_own_act_may_not_have_come_true(database: Database) -> None:
    """The server was restored: it made the call that this desk has completed, and knows nothing of it any more."""
    desk = Chain("B").issue_many(2)
    desk.write(Kind.TOKEN_COMPLETED, desk.events[0].token_id)
    given = answer(database, desk.push())
    assert [each.code for each in given.parked] == ["MOVE_ILLEGAL"]
    assert [(each.label, each.state) for each in given.pull().tokens] == [("MB-001", State.WAITING)]


def test_own_events_count_among_those_wanted_so_that_no_answer_grows_too_long(database: Database) -> None:
    own, other = Chain("A").issue_many(5), Chain("B").issue_many(2)
    take(database, own.push())
    take(database, other.push())
    cursor, pages = 0, 0
    got: list[Event] = []
    while True:
        seen = changes(database.reader, FACILITY, own.store_id, cursor, 3)
        assert len(seen.events) + len(seen.tokens) <= 6
        got += seen.events
        pages, cursor = pages + 1, seen.cursor
        if not seen.more:
            break
    assert (got, pages, cursor) == (other.events, 3, 7)


def test_a_server_restored_from_a_backup_tells_the_lower_revision(database: Database) -> None:
    take(database, Chain("A").issue_many(2).push())
    seen = changes(database.reader, FACILITY, "", 900, 500)
    assert (seen.events, seen.cursor, seen.more) == ((), 2, False)


def test_a_facility_that_nobody_knows_has_no_news(database: Database) -> None:
    seen = changes(database.reader, FACILITY, "", 0, 500)
    assert (seen.events, seen.cursor, seen.more, seen.config_revision) == ((), 0, False, 0)


def test_the_configurations_revision_comes_along(database: Database) -> None:
    with database.writer.begin() as connection:
        connection.execute(insert(facility), {"facility_id": FACILITY, "revision": 0, "config_revision": 7})
    assert changes(database.reader, FACILITY, "", 0, 500).config_revision == 7
    take(database, Chain("A").issue_many(1).push())
    assert changes(database.reader, FACILITY, "", 0, 500).config_revision == 7


def test_a_poll_without_news_is_two_statements(database: Database) -> None:
    """One for the store, one for its facility; neither reads an event."""
    chain = Chain("A").issue_many(3)
    take(database, chain.push())
    with hearing(database) as heard:
        ingest(database, SyncRequest.of(Push(chain.store_id, (), (), 3), FACILITY), NOW)
        changes(database.reader, FACILITY, chain.store_id, 3, 500, with_patients=True)
    assert len(heard.said) == 2
    assert not any("event" in statement for statement, _ in heard.said)


def test_a_push_of_issued_tokens_is_eight_statements_however_many(database: Database) -> None:
    chain = Chain("A").issue_many(201)
    take(database, chain.push(1, 1))
    with hearing(database) as heard:
        take(database, chain.push(2, 201))
    assert len(heard.said) == 8


# --- whose they are ---------------------------------------------------------------------------------------------------


def test_details_come_with_the_events_that_tell_of_them(database: Database) -> None:
    chain = Chain("A").issue_many(2)
    take(database, chain.push())
    later = chain.write(Kind.PATIENT_IDENTIFIED, chain.events[0].token_id, number_key="b" * 64)
    take(database, Push(chain.store_id, (later,), (PatientDetails(later.token_id, INVENTED),), 0))
    seen = changes(database.reader, FACILITY, "", 0, 1, with_patients=True)
    assert [each.details() for each in seen.patients] == [PatientDetails(chain.events[0].token_id, INVENTED)]
    seen = changes(database.reader, FACILITY, "", 2, 500, with_patients=True)
    assert [each.token_id for each in seen.patients] == [later.token_id]
    chain.write(Kind.TOKEN_CALLED, later.token_id)
    take(database, chain.push(4))
    assert changes(database.reader, FACILITY, "", 3, 500, with_patients=True).patients == ()
    assert changes(database.reader, FACILITY, chain.store_id, 0, 500, with_patients=True).patients == ()
    assert changes(database.reader, FACILITY, "", 0, 500).patients == ()


def test_details_that_were_purged_are_not_told(database: Database) -> None:
    take(database, Chain("A").issue_many(2).push())
    with database.writer.begin() as connection:
        connection.execute(delete(patient))
    seen = changes(database.reader, FACILITY, "", 0, 500, with_patients=True)
    assert (len(seen.events), seen.patients) == (2, ())


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def campus(database: Database, clock: HandClock) -> Iterator[TestClient]:
    import_facility(database, {"K1": "kiosk", "K2": "kiosk", "D1": "desk"})
    with web_of(database, clock) as client:
        yield client


def test_a_kiosk_is_never_told_of_another_stations_patients(
    campus: TestClient, database: Database, clock: HandClock
) -> None:
    def enrolled(station_id: str) -> Device:
        device = Device(campus, clock)
        device.enrol(code_for(database, station_id, clock.now()))
        return device

    issuing, kiosk, desk = enrolled("K1"), enrolled("K2"), enrolled("D1")
    chain = Chain(store_id=issuing.store_id).issue_many(2)
    assert issuing.sync(chain).status_code == 200
    told = {name: device.sync().json() for name, device in (("kiosk", kiosk), ("desk", desk))}
    assert {name: len(said["events"]) for name, said in told.items()} == {"kiosk": 2, "desk": 2}
    assert {name: len(said["tokens"]) for name, said in told.items()} == {"kiosk": 2, "desk": 2}
    assert {name: len(said["patients"]) for name, said in told.items()} == {"kiosk": 0, "desk": 2}
    assert INVENTED.name not in str(told["kiosk"])
    assert told["desk"]["config_revision"] == 1


def test_who_does_not_sign_is_told_of_no_patients(database: Database) -> None:
    take(database, Chain("A").issue_many(2).push())
    assert answer(database, Chain("B").push()).patients == []


def test_no_answer_is_longer_than_a_station_takes(database: Database) -> None:
    """It would refuse the whole of it, and with that never learn what of its own has arrived."""
    talker = Chain("A").issue_many(1)
    for _ in range(399):
        talker.write("token_remarked", talker.events[0].token_id, remark="आ" * 4_000)
    take(database, talker.push(1, 200))
    take(database, talker.push(201, 400))
    cursor, pulled, more = 0, list[Event](), True
    while more:
        request = SyncRequest.of(Chain("B").push(cursor=cursor), FACILITY)
        given = sync_answer(database, LOCAL, request.json_bytes(), NOW)
        assert len(given) <= MAX_ANSWER_BYTES
        seen = SyncAnswer.model_validate_json(given).pull()
        pulled += seen.events
        cursor, more = seen.cursor, seen.more
    assert pulled == talker.events
