"""Staff work at desks: what a kiosk says in their name is kept, and changes nothing anywhere."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from kiosk.model.events import FIRST_HASH, OF_KIOSK, Event, Kind, instant_text
from kiosk.model.exchange import PatientDetails, Push
from kiosk.model.patient import Patient
from kiosk.model.token import State
from kiosk.server import parked
from kiosk.server.database import Database
from kiosk.server.ingest import ingest
from kiosk.server.openings import openings
from kiosk.server.parked import parked_events, retry_parked
from kiosk.server.queries import changes, queue_of
from kiosk.server.tables import patient, station, store
from kiosk.sync.messages import SyncRequest
from tests.server.doors import import_facility
from tests.sync.chain import DAY, FACILITY, START, Chain

UNDONE: dict[str, Any] = {
    "state": "waiting",
    "queue_department": "EYE",
    "moved_at": instant_text(START),
    "queued_at": instant_text(START),
    "calls": 0,
}


@pytest.fixture
def hall(database: Database) -> Database:
    import_facility(database, {"K1": "kiosk", "D1": "desk"})
    return database


def chain_of(database: Database, station_id: str, series: str) -> Chain:
    chain = Chain(series)
    row = {"facility_id": FACILITY, "store_id": chain.store_id, "station_id": station_id, "acked_seq": 0}
    with database.writer.begin() as connection:
        connection.execute(insert(store).values(**row, last_hash=FIRST_HASH, registered_at=START))
    return chain


def codes(database: Database, chain: Chain, first: int = 1) -> list[str]:
    return [each.code for each in ingest(database, SyncRequest.of(chain.push(first), FACILITY), START).parked]


def waits(database: Database) -> list[tuple[str, State]]:
    return [(each.label, each.state) for each in queue_of(database.reader, FACILITY, DAY, "MED")]


def staffs_acts(chain: Chain, issued: Event) -> int:
    """One of each kind that only staff may write. Returns how many."""
    told: dict[str, Any] = {
        "room": "4",
        "queue_department": "EYE",
        "priority": "emergency",
        "queued_at": UNDONE["queued_at"],
    }
    for kind in sorted(set(Kind) - OF_KIOSK - {Kind.OPENING_CHANGED, Kind.ACT_UNDONE}):
        chain.write(kind, issued.token_id, **told)
    chain.write(Kind.OPENING_CHANGED, "", department="MED", room="", is_open=False)
    chain.write(Kind.ACT_UNDONE, issued.token_id, undoes=chain.events[1].event_id, **UNDONE)
    return len(chain.events) - 1


def test_a_kiosk_calls_cancels_moves_and_closes_nothing(hall: Database) -> None:
    kiosk = chain_of(hall, "K1", "A")
    count = staffs_acts(kiosk, kiosk.issue(1))
    assert codes(hall, kiosk) == ["KIND_FORBIDDEN"] * count
    assert waits(hall) == [("MA-001", State.WAITING)]
    with hall.reader.begin() as connection:
        assert openings(connection, FACILITY, DAY) == []


def test_what_a_kiosk_may_not_say_never_comes_true(hall: Database) -> None:
    kiosk = chain_of(hall, "K1", "A")
    count = staffs_acts(kiosk, kiosk.issue(1))
    codes(hall, kiosk)
    assert retry_parked(hall) == 0
    assert [each.code for each in parked_events(hall.reader, FACILITY)] == ["KIND_FORBIDDEN"] * count
    assert waits(hall) == [("MA-001", State.WAITING)]


def test_nor_do_stations_hear_of_a_closing_by_a_kiosk(hall: Database) -> None:
    kiosk, desk = chain_of(hall, "K1", "A"), chain_of(hall, "D1", "B")
    kiosk.write(Kind.OPENING_CHANGED, "", department="MED", room="", is_open=False)
    said = desk.write(Kind.OPENING_CHANGED, "", department="EYE", room="", is_open=False)
    assert codes(hall, kiosk) == ["KIND_FORBIDDEN"]
    assert codes(hall, desk) == []
    seen = changes(hall.reader, FACILITY, Chain("C").store_id, 0, 500)
    assert (seen.events, seen.cursor) == ((said,), 2)


def test_the_fact_of_a_kiosk_withholds_nothing_else_of_its(hall: Database) -> None:
    """An act on a token is harmless where it was refused: the token's state comes from the server with it."""
    kiosk = chain_of(hall, "K1", "A")
    kiosk.write(Kind.TOKEN_CALLED, kiosk.issue(1).token_id, room="4")
    kiosk.write(Kind.CLOCK_ACCEPTED, "")
    assert codes(hall, kiosk) == ["KIND_FORBIDDEN"]
    seen = changes(hall.reader, FACILITY, Chain("C").store_id, 0, 500)
    assert (list(seen.events), seen.cursor) == (kiosk.events, 3)


def test_a_desk_may_and_a_kiosk_does_its_own(hall: Database) -> None:
    kiosk, desk = chain_of(hall, "K1", "A"), chain_of(hall, "D1", "B")
    issued, lapsed = kiosk.issue(1), kiosk.issue(2)
    kiosk.write(Kind.SLIP_STATE_CHANGED, issued.token_id, state="printed", copy=0)
    kiosk.write(Kind.TOKEN_REPRINTED, issued.token_id, copy=1)
    kiosk.write(Kind.TOKEN_ARRIVED, issued.token_id)
    kiosk.write(Kind.PATIENT_IDENTIFIED, issued.token_id, number_key=None, address_key="b" * 64)
    kiosk.write(Kind.TOKEN_LAPSED, lapsed.token_id)
    kiosk.write(Kind.TOKEN_REVIVED, lapsed.token_id)
    kiosk.write(Kind.CLOCK_ACCEPTED, "")
    assert {Kind(each.kind) for each in kiosk.events} == OF_KIOSK
    assert codes(hall, kiosk) == []
    desk.write(Kind.TOKEN_CALLED, issued.token_id, room="4")
    assert codes(hall, desk) == []
    assert sorted(waits(hall)) == [("MA-001", State.CALLED), ("MA-002", State.WAITING)]


def test_a_kind_that_the_server_learns_later_is_looked_at_again(
    hall: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a newer kiosk may say of its own is not refused for good; what it may not is, once that is known."""
    kiosk = chain_of(hall, "K1", "A")
    issued = kiosk.issue(1)
    kiosk.write("token_winked", issued.token_id)
    assert codes(hall, kiosk) == ["KIND_UNKNOWN"]
    monkeypatch.setattr(parked, "_STAFFS", frozenset({"token_winked"}))
    assert retry_parked(hall) == 0
    assert [each.code for each in parked_events(hall.reader, FACILITY)] == ["KIND_FORBIDDEN"]


def test_acts_that_waited_for_their_token_are_looked_at_too(hall: Database) -> None:
    kiosk, other = chain_of(hall, "K1", "A"), Chain("B")
    issued = other.issue(1)
    kiosk.write(Kind.TOKEN_CANCELLED, issued.token_id)
    with hall.writer.begin() as connection:
        connection.execute(update(station).values(kind="desk"))
    assert codes(hall, kiosk) == ["TOKEN_UNKNOWN"]
    with hall.writer.begin() as connection:
        connection.execute(update(station).values(kind="kiosk"))
    assert codes(hall, other) == []
    assert waits(hall) == [("MB-001", State.WAITING)]


def test_a_kiosk_lapses_its_own_tokens_alone(hall: Database) -> None:
    """Those of its former stores among them."""
    kiosk, former, desk = chain_of(hall, "K1", "A"), chain_of(hall, "K1", "B"), chain_of(hall, "D1", "C")
    unknown = Chain("D")
    own, before, others, later = kiosk.issue(1), former.issue(1), desk.issue(1), unknown.issue(1)
    assert codes(hall, former) == codes(hall, desk) == []
    for issued in (own, before, others, later):
        kiosk.write(Kind.TOKEN_LAPSED, issued.token_id)
    assert codes(hall, kiosk) == ["KIND_FORBIDDEN", "TOKEN_UNKNOWN"]
    assert waits(hall) == [("MC-001", State.WAITING)]
    desk.write(Kind.TOKEN_LAPSED, others.token_id)
    assert codes(hall, desk) == []
    assert waits(hall) == []


@pytest.mark.parametrize(("priority", "answer"), [("emergency", ["KIND_FORBIDDEN"]), ("elderly", [])])
def test_a_kiosk_lets_nobody_pass_before_all_others(hall: Database, priority: str, answer: list[str]) -> None:
    """Age is on a card; what is an emergency staff say."""
    kiosk, desk = chain_of(hall, "K1", "A"), chain_of(hall, "D1", "B")
    kiosk.issue(1, priority=priority)
    desk.issue(1, priority=priority)
    assert codes(hall, kiosk) == answer
    assert codes(hall, desk) == []
    assert retry_parked(hall) == 0
    assert len(waits(hall)) == 2 - len(answer)
    assert len(names(hall)) == 2 - len(answer), "nor are its details kept"


def names(database: Database) -> dict[str, str]:
    with database.reader.begin() as connection:
        return {row.token_id: row.name for row in connection.execute(select(patient))}


@pytest.mark.parametrize("kind", [Kind.TOKEN_CALLED, Kind.SLIP_STATE_CHANGED, Kind.TOKEN_ISSUED])
def test_nobody_writes_another_name_over_a_token_that_others_have_issued(hall: Database, kind: Kind) -> None:
    kiosk, desk = chain_of(hall, "K1", "A"), chain_of(hall, "D1", "B")
    issued = desk.issue(1)
    codes(hall, desk)
    before = names(hall)
    if kind is Kind.TOKEN_ISSUED:
        kiosk.issue(1, token_id=issued.token_id)
    else:
        kiosk.write(kind, issued.token_id, room="4", state="printed", copy=0)
    forged = PatientDetails(issued.token_id, Patient(name="Somebody Else"))
    for _ in range(2):
        ingest(hall, SyncRequest.of(Push(kiosk.store_id, tuple(kiosk.events), (forged,), 0), FACILITY), START)
        assert names(hall) == before


def test_who_is_recognised_at_a_kiosk_gets_a_name(hall: Database) -> None:
    kiosk, desk = chain_of(hall, "K1", "A"), chain_of(hall, "D1", "B")
    issued = desk.issue(1)
    codes(hall, desk)
    kiosk.write(Kind.PATIENT_IDENTIFIED, issued.token_id, number_key=None, address_key="b" * 64)
    told = PatientDetails(issued.token_id, Patient(name="Asha"))
    ingest(hall, SyncRequest.of(Push(kiosk.store_id, tuple(kiosk.events), (told,), 0), FACILITY), START)
    assert names(hall) == {issued.token_id: "Asha"}
