"""What the server writes itself: one chain for each facility, without gaps, applied and told as any station's."""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import select, text, update

from kiosk.model.clock import TICK
from kiosk.model.desk import CallOrder
from kiosk.model.events import FIRST_HASH, Event, Json, Kind, is_chained
from kiosk.model.moves import IllegalMoveError
from kiosk.server.backup import note_restored
from kiosk.server.calls import call
from kiosk.server.database import Database
from kiosk.server.finding import Asked
from kiosk.server.ingest import ingest
from kiosk.server.own_ledger import OWNER, Appended, append, leave
from kiosk.server.queries import changes, tokens_of_day
from kiosk.server.rights import export
from kiosk.server.rows import event_of
from kiosk.server.tables import event, facility, parked, store, token
from kiosk.sync.messages import SyncRequest
from tests.server.test_concurrency import at_once
from tests.sync.chain import DAY, FACILITY, START, Chain

CALL: Mapping[str, Json] = {"room": "4", "staff": "anita"}
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def written(
    database: Database,
    kind: Kind = Kind.OPENING_CHANGED,
    token_id: str = "",
    at: datetime = NOW,
    facility_id: str = FACILITY,
    body: Mapping[str, Json] = MappingProxyType({"department": "MED", "room": "4", "is_open": False}),
) -> Appended:
    return database.write(lambda connection: append(connection, facility_id, kind, token_id, at, DAY, body))


def own_events(database: Database) -> list[Event]:
    own = select(store.c.store_id).where(store.c.station_id == OWNER)
    mine = select(event).where(event.c.store_id.in_(own)).order_by(event.c.revision)
    with database.reader.begin() as connection:
        return [event_of(row) for row in connection.execute(mine)]


def own_stores(database: Database) -> list[Any]:
    with database.reader.begin() as connection:
        return list(connection.execute(select(store).where(store.c.station_id == OWNER)))


def assert_chained(events: list[Event]) -> None:
    assert [each.seq for each in events] == list(range(1, len(events) + 1))
    assert len({each.store_id for each in events}) == 1
    hashes = [FIRST_HASH, *(each.hash for each in events)]
    assert all(is_chained(each, before) for each, before in zip(events, hashes, strict=False))
    times = [each.at for each in events]
    assert times == sorted(set(times))


def test_events_follow_each_other_without_a_gap(database: Database) -> None:
    revisions = [written(database, at=NOW + timedelta(seconds=nth)).revision for nth in range(3)]
    events = own_events(database)
    assert_chained(events)
    (own,) = own_stores(database)
    assert (own.acked_seq, own.last_hash, own.station_id) == (3, events[-1].hash, OWNER)
    assert revisions == [1, 2, 3]


def test_each_facility_has_a_chain_of_its_own(database: Database) -> None:
    mine, other = (written(database, facility_id=name).event for name in (FACILITY, "IN0000000001"))
    assert (mine.seq, other.seq) == (1, 1)
    assert mine.store_id != other.store_id


def test_stations_pull_them_as_others(database: Database) -> None:
    chain = Chain().issue_many(1)
    ingest(database, SyncRequest.of(chain.push(), FACILITY), START)
    made = written(database, Kind.TOKEN_CALLED, chain.events[0].token_id, body=CALL)
    seen = changes(database.reader, FACILITY, chain.store_id, 0, 500)
    assert seen.events == (made.event,)
    assert [each.room for each in seen.tokens] == ["4"]


def test_an_event_that_does_not_fit_is_not_written(database: Database) -> None:
    with pytest.raises(IllegalMoveError) as caught:
        written(database, Kind.TOKEN_CALLED, str(uuid.uuid4()), body=CALL)
    assert caught.value.code == "TOKEN_UNKNOWN"
    assert own_events(database) == own_stores(database) == []
    with database.reader.begin() as connection:
        assert connection.execute(select(facility)).first() is None


def test_a_token_of_the_server_is_issued_and_wakes_what_waited_for_it(database: Database) -> None:
    issued = Chain("S").issue(1)
    desk = Chain("")
    desk.write(Kind.TOKEN_CALLED, issued.token_id, room="4")
    assert ingest(database, SyncRequest.of(desk.push(), FACILITY), START).parked[0].code == "TOKEN_UNKNOWN"
    made = written(database, Kind.TOKEN_ISSUED, issued.token_id, body=issued.body)
    assert [line["state"] for line in tokens_of_day(database.reader, FACILITY, DAY)] == ["called"]
    with database.reader.begin() as connection:
        assert connection.execute(select(parked)).first() is None
        assert connection.execute(select(facility.c.revision)).scalar_one() == made.revision == 3


def test_transactions_at_once_make_one_chain(database: Database) -> None:
    """From the very first event on, which two begin the store for."""

    def many() -> None:
        for _ in range(5):
            written(database)

    works: list[Callable[[], object]] = [many] * 6
    at_once(*works)
    assert_chained(own_events(database))
    assert len(own_events(database)) == 30
    assert len(own_stores(database)) == 1


def test_calls_and_pushes_at_once_do_not_meet_in_a_deadlock(database: Database) -> None:
    chains = [Chain(letter, store_id=str(uuid.uuid4())) for letter in "ABC"]
    for chain in chains:
        for number in range(1, 11):
            chain.issue(number, number_key=f"{chain.series}{number}")

    def push(chain: Chain) -> None:
        for nth in range(1, 11):
            ingest(database, SyncRequest.of(chain.push(nth, nth), FACILITY), START)

    def calls(room: str) -> None:
        for _ in range(10):
            call(database, CallOrder(str(uuid.uuid4()), FACILITY, DAY, ("MED",), room, "anita"), NOW)

    at_once(*[lambda chain=chain: push(chain) for chain in chains], *[lambda room=room: calls(room) for room in "123"])
    if own_events(database):
        assert_chained(own_events(database))
    with database.reader.begin() as connection:
        revisions = connection.execute(select(event.c.revision).order_by(event.c.revision)).scalars().all()
        in_rooms = connection.execute(select(token.c.token_id).where(token.c.room != "")).scalars().all()
    assert revisions == list(range(1, len(revisions) + 1))
    assert len(in_rooms) == len(own_events(database)) == len(revisions) - 30


# --- time -------------------------------------------------------------------------------------------------------------


def test_time_is_held_while_the_clock_is_a_little_behind(database: Database) -> None:
    first = written(database).event
    second = written(database, at=NOW - timedelta(minutes=5)).event
    third = written(database, at=NOW + timedelta(seconds=1)).event
    assert [second.at, third.at] == [first.at + TICK, NOW + timedelta(seconds=1)]
    assert_chained([first, second, third])


def test_a_clock_that_was_far_ahead_is_not_followed_for_ever(database: Database) -> None:
    ahead = written(database, at=NOW + timedelta(days=365)).event
    right = [written(database, at=NOW + timedelta(seconds=nth)).event for nth in range(2)]
    assert [each.at for each in right] == [NOW, NOW + timedelta(seconds=1)]
    assert ahead.store_id != right[0].store_id
    assert_chained(right)
    assert {each.store_id: each.superseded_at for each in own_stores(database)} == {
        ahead.store_id: NOW,
        right[0].store_id: None,
    }


# --- what else is done with stores ------------------------------------------------------------------------------------


def test_a_restored_server_writes_in_a_new_store(database: Database) -> None:
    """Stations may have pulled more of the old one than the backup holds: the same numbers would be others' to them."""
    old = written(database).event
    note_restored(database, NOW)
    new = written(database, at=NOW + timedelta(seconds=1))
    assert (new.event.seq, new.event.store_id != old.store_id) == (1, True)
    assert new.revision > 1_000_000_000
    note_restored(database, NOW)
    assert written(database, at=NOW + timedelta(seconds=2)).event.store_id not in (old.store_id, new.event.store_id)


def test_a_quarantined_one_is_left(database: Database) -> None:
    old = written(database).event
    with database.writer.begin() as connection:
        connection.execute(update(store).values(quarantined_at=NOW))
    assert written(database, at=NOW + timedelta(seconds=1)).event.store_id != old.store_id


def test_a_patient_gets_the_servers_events_too(database: Database) -> None:
    chain = Chain().issue_many(1)
    ingest(database, SyncRequest.of(chain.push(), FACILITY), START)
    token_id = chain.events[0].token_id
    written(database, Kind.TOKEN_CALLED, token_id, body=CALL)
    found: Any = export(database, FACILITY, Asked(token_id=token_id), NOW, "asked for it")
    assert [each["kind"] for each in found["tokens"][0]["events"]] == ["token_issued", "token_called"]


def test_the_first_events_of_all_do_not_meet_in_a_deadlock(shared: Database) -> None:
    """PostgreSQL would undo one after a second, and every one of a hospital's desks calls on its first morning."""
    works: list[Callable[[], object]] = [lambda: [written(shared) for _ in range(3)]] * 8
    for _ in range(3):
        at_once(*works)
        with shared.writer.begin() as connection:
            leave(connection, FACILITY, NOW)
    assert sorted(each.acked_seq for each in own_stores(shared)) == [24, 24, 24]
    with shared.reader.begin() as connection:
        counted = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert connection.execute(counted).scalar_one() == 0
