"""What a push leaves in the database."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from kiosk.errors import StoreForkError
from kiosk.model.events import FIRST_HASH, Kind, instant_text
from kiosk.model.exchange import Push
from kiosk.server.database import Database, open_database
from kiosk.server.ingest import EventRefusedError, Ingested, ingest
from kiosk.server.queries import changes, tokens_of_day
from kiosk.server.tables import event, facility, metadata, parked, patient, store, token
from kiosk.sync.messages import SyncRequest
from tests.sync.chain import DAY, FACILITY, Chain

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
OTHER_FACILITY = "IN0000000001"


def take(database: Database, push: Push, facility_id: str = FACILITY) -> Ingested:
    return ingest(database, SyncRequest.of(push, facility_id), NOW)


def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    with database.reader.begin() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_a_push_becomes_events_tokens_and_patients(database: Database) -> None:
    chain = Chain().issue_many(2)
    chain.write(Kind.SLIP_STATE_CHANGED, chain.events[0].token_id, state="printed")
    chain.write(Kind.TOKEN_CALLED, chain.events[1].token_id)
    chain.write(Kind.TOKEN_TRANSFERRED, chain.events[1].token_id, queue_department="EYE")
    take(database, chain.push())
    assert tokens_of_day(database.reader, FACILITY, DAY) == [
        {
            "label": f"MA-00{number}",
            "token_id": issued.token_id,
            "department": "MED",
            "number": number,
            "series": "A",
            "state": "waiting",
            "issued_at": instant_text(issued.at),
            "slip": slip,
            "synced": True,
        }
        for number, issued, slip in ((1, chain.events[0], "printed"), (2, chain.events[1], "none"))
    ]
    second = next(row for row in rows(database, token) if row["number"] == 2)
    assert (second["department"], second["queue_department"]) == ("MED", "EYE")
    assert second["moved_at"] == chain.events[4].at
    assert [row["revision"] for row in rows(database, event)] == [1, 2, 3, 4, 5]
    assert {row["name"] for row in rows(database, patient)} == {"आशा परीक्षण"}
    assert {row["birth_year"] for row in rows(database, patient)} == {1987}


def test_moves_continue_over_pushes(database: Database) -> None:
    chain = Chain().issue_many(1)
    take(database, chain.push())
    chain.write(Kind.TOKEN_CALLED, chain.events[0].token_id)
    take(database, chain.push(2))
    assert [row["state"] for row in rows(database, token)] == ["called"]


def test_a_desk_moves_a_kiosks_token(database: Database) -> None:
    kiosk, desk = Chain("A").issue_many(1), Chain("")
    take(database, kiosk.push())
    desk.write(Kind.TOKEN_CALLED, kiosk.events[0].token_id)
    assert take(database, desk.push()).parked == ()
    assert [row["state"] for row in rows(database, token)] == ["called"]


def test_details_wait_for_their_events(database: Database) -> None:
    chain = Chain().issue_many(3)
    take(database, chain.push(2, 3))
    assert rows(database, patient) == []
    take(database, chain.push(1, 3))
    assert len(rows(database, patient)) == 3


def test_a_replay_writes_nothing_new(database: Database) -> None:
    chain = Chain().issue_many(3)
    take(database, chain.push())
    before = [rows(database, table) for table in metadata.sorted_tables]
    take(database, chain.push())
    assert [rows(database, table) for table in metadata.sorted_tables] == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"number": 0}, "BODY_INVALID"),
        ({"number": 2**31}, "BODY_INVALID"),
        ({"number": 10**30}, "BODY_INVALID"),
        ({"number": True}, "BODY_INVALID"),
        ({"department": None}, "BODY_INVALID"),
        ({"department": "x" * 21}, "BODY_INVALID"),
        ({"label": "M\0"}, "BODY_INVALID"),
        ({"number_key": "f" * 65}, "BODY_INVALID"),
        ({"address_key": "f\0"}, "BODY_INVALID"),
        ({"series": "I"}, "BODY_INVALID"),
        ({"series": "a"}, "BODY_INVALID"),
        ({"facility_id": OTHER_FACILITY}, "FACILITY_OTHER"),
    ],
)
def test_a_poison_event_is_parked_and_what_follows_is_not(database: Database, body: dict[str, Any], code: str) -> None:
    chain = Chain()
    poison = chain.issue(1, **body)
    chain.write(Kind.TOKEN_CALLED, poison.token_id)
    chain.issue(2)
    ingested = take(database, chain.push())
    assert ingested.acked_seq == 3
    assert [(item.seq, item.code) for item in ingested.parked] == [(1, code), (2, "TOKEN_UNKNOWN")]
    assert [row["number"] for row in rows(database, token)] == [2]
    assert len(rows(database, parked)) == 2


def test_numbers_are_unique_per_series_department_day_and_facility(database: Database) -> None:
    take(database, Chain("A").issue_many(1).push())
    take(database, Chain("B").issue_many(1).push())
    other = Chain("A")
    other.issue(1, department="EYE")
    assert take(database, other.push()).parked == ()
    elsewhere = Chain("A", OTHER_FACILITY).issue_many(1)
    assert take(database, elsewhere.push(), OTHER_FACILITY).parked == ()
    assert [item.code for item in take(database, Chain("A").issue_many(1).push()).parked] == ["NUMBER_TAKEN"]


def test_a_number_is_taken_by_the_first_of_one_push_too(database: Database) -> None:
    chain = Chain().issue_many(1)
    second = chain.issue(1)
    chain.write(Kind.TOKEN_CALLED, second.token_id)
    chain.write(Kind.TOKEN_CALLED, chain.events[0].token_id)
    parked_codes = [(item.seq, item.code) for item in take(database, chain.push()).parked]
    assert parked_codes == [(2, "NUMBER_TAKEN"), (3, "TOKEN_UNKNOWN")]
    assert [(row["token_id"], row["state"]) for row in rows(database, token)] == [(chain.events[0].token_id, "called")]
    assert len(rows(database, event)) == 4


def test_a_token_is_issued_once_whoever_says_so_again(database: Database) -> None:
    first, again = Chain("A").issue_many(1), Chain("B")
    take(database, first.push())
    again.issue(1, token_id=first.events[0].token_id)
    again.write(Kind.TOKEN_CALLED, first.events[0].token_id)
    assert [item.code for item in take(database, again.push()).parked] == ["TOKEN_EXISTS"]
    assert [(row["series"], row["state"]) for row in rows(database, token)] == [("A", "called")]


def test_what_was_parked_is_told_again_with_a_resent_push(database: Database) -> None:
    chain = Chain()
    chain.issue(0)
    chain.issue(1)
    given = take(database, chain.push())
    assert take(database, chain.push()).parked == given.parked != ()
    chain.issue(2)
    assert take(database, chain.push(2)).parked == ()


def test_voiding_a_token_never_frees_its_number(database: Database) -> None:
    first = Chain("A").issue_many(1)
    first.write(Kind.TOKEN_CANCELLED, first.events[0].token_id)
    take(database, first.push())
    assert [item.code for item in take(database, Chain("A").issue_many(1).push()).parked] == ["NUMBER_TAKEN"]


def test_facilities_do_not_see_each_other(database: Database) -> None:
    take(database, Chain("A").issue_many(2).push())
    take(database, Chain("A", OTHER_FACILITY).issue_many(1).push(), OTHER_FACILITY)
    assert {row["facility_id"]: row["revision"] for row in rows(database, facility)} == {FACILITY: 2, OTHER_FACILITY: 1}
    assert len(changes(database.reader, OTHER_FACILITY, "", 0, 500).events) == 1
    assert len(tokens_of_day(database.reader, OTHER_FACILITY, DAY)) == 1


def test_an_event_id_is_used_once(database: Database) -> None:
    chain, other = Chain("A").issue_many(1), Chain("B")
    take(database, chain.push())
    other.issue(1)
    other.issue(2, event_id=chain.events[0].event_id)
    with pytest.raises(EventRefusedError) as caught:
        take(database, other.push())
    assert (caught.value.code, caught.value.seq) == ("EVENT_REPEATED", 2)
    assert len(rows(database, event)) == 1


def test_an_event_id_is_used_once_within_a_push(database: Database) -> None:
    chain = Chain()
    chain.issue(2, event_id=chain.issue(1).event_id)
    with pytest.raises(EventRefusedError) as caught:
        take(database, chain.push())
    assert caught.value.seq == 2
    assert rows(database, event) == []


def test_a_fork_marks_the_store_and_takes_nothing(database: Database) -> None:
    chain = Chain().issue_many(2)
    clone = chain.copy()
    take(database, chain.push())
    chain.issue(3)
    clone.issue(3)
    take(database, chain.push(3))
    clone.issue(4)
    with pytest.raises(StoreForkError):
        take(database, clone.push())
    assert rows(database, store)[0]["quarantined_at"] == NOW
    assert len(rows(database, event)) == 3


def test_a_refused_push_of_a_new_store_leaves_no_trace(database: Database) -> None:
    chain = Chain().issue_many(2)
    chain.events[1] = Chain(store_id=chain.store_id).issue_many(2).events[1]
    with pytest.raises(EventRefusedError):
        take(database, chain.push())
    assert [rows(database, table) for table in metadata.sorted_tables] == [[]] * len(metadata.sorted_tables)


def test_concurrent_pushes_of_one_event_insert_once(database: Database) -> None:
    chain = Chain().issue_many(20)
    start = threading.Barrier(6)
    acked: list[int] = []

    def push() -> None:
        start.wait(60)
        acked.append(take(database, chain.push()).acked_seq)

    threads = [threading.Thread(target=push) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert acked == [20] * 6
    assert len(rows(database, event)) == len(rows(database, token)) == 20


def test_pull_cursor_never_skips_a_late_commit(database: Database) -> None:
    """While stores push, a reader that follows the cursor sees every event once, in the order of the revisions."""
    chains = [Chain(series).issue_many(40) for series in "ABC"]

    def push(chain: Chain) -> None:
        for seq in range(1, 41):
            take(database, chain.push(seq, seq))

    threads = [threading.Thread(target=push, args=(chain,)) for chain in chains]
    for thread in threads:
        thread.start()
    seen: list[str] = []
    cursor = 0
    all_pushed = caught_up = False
    while not (all_pushed and caught_up):
        all_pushed = not any(thread.is_alive() for thread in threads)
        step = changes(database.reader, FACILITY, "", cursor, 7)
        seen += [given.event_id for given in step.events]
        caught_up, cursor = not step.events, step.cursor
    for thread in threads:
        thread.join(60)
    assert len(seen) == len(set(seen)) == 120
    assert cursor == 120


def test_a_reopened_database_goes_on(database_url: str) -> None:
    chain = Chain().issue_many(3)
    for first in (1, 2, 3):
        opened = open_database(database_url)
        assert take(opened, chain.push(first, first)).acked_seq == first
        opened.close()


def test_an_empty_push_writes_nothing(database: Database) -> None:
    assert take(database, Chain().push()) == Ingested(0, FIRST_HASH)
    with database.reader.begin() as connection:
        assert connection.execute(select(func.count()).select_from(store)).scalar_one() == 0
