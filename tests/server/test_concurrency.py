"""Pushes that truly meet: on PostgreSQL each has its own connection, and none waits for a lock on the whole file."""

import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.exc import OperationalError

from kiosk.errors import ServerError
from kiosk.model.exchange import Push
from kiosk.server import tables
from kiosk.server.app import running_server
from kiosk.server.database import Database, open_database
from kiosk.server.enrolling import enrol, revoke
from kiosk.server.ingest import Ingested, ingest
from kiosk.server.queries import changes
from kiosk.sync.client import HttpServer
from kiosk.sync.messages import EnrolRequest, SyncRequest
from tests.postgres import Postgres
from tests.server.doors import PUBLIC_URL, HandClock, code_for, import_facility
from tests.sync.chain import FACILITY, Chain

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


def take(database: Database, push: Push) -> Ingested:
    return ingest(database, SyncRequest.of(push, FACILITY), NOW)


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each gives, all begun together; what one of them raises."""
    start = threading.Barrier(len(works))
    given: list[object] = [None] * len(works)

    def run(place: int) -> None:
        start.wait(PATIENCE_S)
        try:
            given[place] = works[place]()
        except BaseException as error:
            given[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    for result in given:
        if isinstance(result, BaseException):
            raise result
    return given


def count(database: Database, table: Any) -> int:
    with database.reader.begin() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_concurrent_pushes_of_one_event_insert_once(database: Database) -> None:
    """A facility and a store that nobody knew before, at that."""
    for _ in range(5):
        chain = Chain(facility_id=FACILITY).issue_many(5)
        before = count(database, tables.event)
        given = at_once(*[lambda chain=chain: take(database, chain.push()).acked_seq] * 8)
        assert given == [5] * 8
        assert count(database, tables.event) == before + 5


def test_two_server_processes_insert_once(shared: Database, shared_url: str) -> None:
    chain = Chain().issue_many(150)
    with running_server(shared_url) as one, running_server(shared_url) as other:
        clients = [HttpServer(server.url, FACILITY) for server in (one, other, one, other)]
        given = at_once(*[lambda client=client: client.exchange(chain.push()).acked_seq for client in clients])
        for client in clients:
            client.close()
    assert given == [150] * 4
    assert count(shared, tables.event) == count(shared, tables.token) == count(shared, tables.patient) == 150


def test_stores_that_claim_one_number_get_it_once(database: Database) -> None:
    """Each has its own store row to lock; the number is fought for at the facility's."""
    chains = [Chain("A").issue_many(20) for _ in range(6)]
    given = at_once(*[lambda chain=chain: take(database, chain.push()) for chain in chains])
    parked = [len(ingested.parked) for ingested in given if isinstance(ingested, Ingested)]
    assert sorted(parked) == [0] + [20] * 5
    assert count(database, tables.token) == 20
    assert count(database, tables.event) == 120


def test_many_stations_of_a_new_facility_do_not_meet_in_a_deadlock(shared: Database) -> None:
    chains = [Chain(letter).issue_many(40) for letter in "ABCDEFGH"]

    def push_all(chain: Chain) -> int:
        for first in range(1, 40, 4):
            reached = take(shared, chain.push(first, first + 3)).acked_seq
        return reached

    assert at_once(*[lambda chain=chain: push_all(chain) for chain in chains]) == [40] * 8
    with shared.reader.begin() as connection:
        revisions = list(connection.execute(select(tables.event.c.revision)).scalars())
        deadlocks = connection.execute(
            text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        ).scalar_one()
    assert sorted(revisions) == list(range(1, 321))
    assert deadlocks == 0


def test_pull_cursor_never_skips_a_late_commit(shared: Database) -> None:
    """The first push holds revisions 1 and 2 and has not committed; the second must not be seen before it."""
    early, late = Chain("A").issue_many(2), Chain("B").issue_many(2)
    take(shared, Chain("C").push())
    with shared.writer.begin() as connection:
        connection.execute(tables.facility.insert(), {"facility_id": FACILITY, "revision": 0})
    holds, may_commit = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        if threading.current_thread().name == "early" and not holds.is_set():
            holds.set()
            assert may_commit.wait(PATIENCE_S)

    event.listen(shared.writer, "commit", hold)
    first = threading.Thread(target=take, args=(shared, early.push()), name="early")
    second = threading.Thread(target=take, args=(shared, late.push()), name="late")
    first.start()
    assert holds.wait(PATIENCE_S)
    second.start()
    try:
        wait_for_a_waiting(shared)
        seen = changes(shared.reader, FACILITY, "", 0, 500)
        assert (seen.events, seen.cursor) == ((), 0)
    finally:
        may_commit.set()
        first.join(PATIENCE_S)
        second.join(PATIENCE_S)
    seen = changes(shared.reader, FACILITY, "", seen.cursor, 500)
    assert seen.events == (*early.events, *late.events)
    assert seen.cursor == 4


def wait_for_a_waiting(database: Database) -> None:
    """Until some session waits for a lock of another."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(3000):
        with database.reader.begin() as connection:
            if connection.execute(waiting).scalar_one():
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


def test_a_connection_that_is_ended_amid_a_push_leaves_nothing_of_it(shared: Database, postgres: Postgres) -> None:
    """At every one of its statements in turn, until a push comes through because it has no further one."""
    left = 0

    def cut(connection: Connection, cursor: Any, *_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            postgres.run(f"SELECT pg_terminate_backend({cursor.connection.info.backend_pid}, 5000)")

    event.listen(shared.writer, "before_cursor_execute", cut)
    chain = Chain().issue_many(2)
    cuts = 0
    while cuts < 100:
        left = cuts + 1
        try:
            assert take(shared, chain.push()) == Ingested(2, chain.events[-1].hash, revision=2)
            break
        except OperationalError:
            cuts += 1
            assert left == 0
            assert [count(shared, table) for table in tables.metadata.sorted_tables] == [0] * len(
                tables.metadata.sorted_tables
            )
    left = 0
    assert 10 < cuts < 100
    assert [count(shared, table) for table in (tables.event, tables.token, tables.patient)] == [2, 2, 2]


def test_a_station_whose_push_was_cut_sends_it_again(shared_url: str, postgres: Postgres) -> None:
    chain = Chain().issue_many(3)
    with running_server(shared_url) as server:
        client = HttpServer(server.url, FACILITY)
        client.exchange(chain.push(1, 1))
        name = shared_url.split("/")[3].partition("?")[0]
        blocker = open_database(shared_url)
        with blocker.writer.begin() as holding:
            holding.execute(select(tables.store.c.acked_seq).filter_by(facility_id=FACILITY).with_for_update())
            pushing = threading.Thread(target=lambda: refused.append(raised(lambda: client.exchange(chain.push(2)))))
            refused: list[str] = []
            pushing.start()
            wait_for_a_waiting(blocker)
            postgres.run(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                f" WHERE datname = '{name}' AND wait_event_type = 'Lock'"
            )
            pushing.join(PATIENCE_S)
        blocker.close()
        assert refused == ["SERVER_BUSY"]
        assert client.exchange(chain.push(2)).acked_seq == 3
        client.close()


def raised(work: Callable[[], object]) -> str:
    try:
        work()
    except ServerError as error:
        return error.code
    return ""


@contextmanager
def dying_server(when: str, url: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server that SIGKILLs itself around the commit of the first push, and its port."""
    command = [sys.executable, "-m", "tests.e2e.dying_server", when, "--database", url, "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = next(line for line in process.stdout if line.strip().isdigit())
            yield process, int(port)
        finally:
            process.kill()


@pytest.mark.parametrize(("when", "held"), [("before_commit", 0), ("after_commit", 30)])
def test_a_server_killed_around_its_commit_has_each_event_once_afterwards(
    database_url: str, when: str, held: int
) -> None:
    chain = Chain().issue_many(30)
    with dying_server(when, database_url) as (process, port):
        client = HttpServer(f"http://127.0.0.1:{port}", FACILITY)
        with pytest.raises(ServerError):
            client.exchange(chain.push())
        client.close()
        assert process.wait(PATIENCE_S) == -9
    database = open_database(database_url)
    assert [count(database, table) for table in (tables.event, tables.token, tables.patient)] == [held] * 3
    assert take(database, chain.push()) == Ingested(30, chain.events[-1].hash, revision=None if held else 30)
    assert [count(database, table) for table in (tables.event, tables.token, tables.patient)] == [30] * 3
    database.close()


def test_a_station_revoked_while_it_enrols_is_shut_out(shared: Database) -> None:
    """The code is used up, the station not yet enrolled: neither ends the other, and the administrator has it."""
    clock = HandClock()
    import_facility(shared, {"K1": "kiosk"})
    code = code_for(shared, "K1", clock.now())
    request = EnrolRequest(code=code, public_key="ab" * 32, store_id=str(uuid.uuid4()))
    used = threading.Event()

    def hold(connection: Connection, cursor: object, statement: str, *more: object) -> None:
        if statement.startswith("UPDATE pairing") and threading.current_thread().name == "enrolling":
            used.set()
            wait_for_a_waiting(shared)

    event.listen(shared.writer, "after_cursor_execute", hold)
    enrolling = threading.Thread(
        target=enrol, args=(shared, request, PUBLIC_URL, str(uuid.uuid4()), clock.now()), name="enrolling"
    )
    enrolling.start()
    assert used.wait(PATIENCE_S)
    with shared.writer.begin() as connection:
        assert revoke(connection, FACILITY, "K1", clock.now())
    enrolling.join(PATIENCE_S)
    with shared.reader.begin() as connection:
        for table in (tables.station, tables.station_key):
            assert connection.execute(select(table.c.revoked_at)).scalars().all() == [clock.now()]
