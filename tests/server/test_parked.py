"""What could not be applied when it came, and is applied when it can be."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Table, select, update

from kiosk.__main__ import cli
from kiosk.errors import KioskError
from kiosk.model import moves
from kiosk.model.events import Kind
from kiosk.model.exchange import Push
from kiosk.model.token import LIVE, State
from kiosk.server import postgresql
from kiosk.server.database import Database, database_errors, open_database
from kiosk.server.ingest import Ingested, ingest
from kiosk.server.parked import parked_events, retry_facility, retry_parked
from kiosk.server.queries import changes
from kiosk.server.tables import day_count, event, facility, parked, token
from kiosk.sync.messages import ParkedMessage, SyncRequest
from tests.postgres import Postgres
from tests.server.test_concurrency import at_once
from tests.sync.chain import FACILITY, Chain

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
WINKED = "token_winked"
"""What only a newer program understands."""


def take(database: Database, push: Push) -> Ingested:
    return ingest(database, SyncRequest.of(push, FACILITY), NOW)


def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    with database.reader.begin() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def states(database: Database) -> list[str]:
    return [row["state"] for row in rows(database, token)]


def waiting(database: Database) -> list[tuple[str, str]]:
    return [(each.kind, each.code) for each in parked_events(database.reader, FACILITY)]


def learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this program is a newer one."""
    monkeypatch.setitem(moves.MOVES, WINKED, (LIVE, State.HELD))


def test_acts_on_a_token_that_comes_later_are_applied_in_their_order(database: Database) -> None:
    """As when a server that was restored from a backup hears the desk before the kiosk."""
    kiosk, desk = Chain("A").issue_many(2), Chain("")
    desk.write(Kind.TOKEN_CALLED, kiosk.events[0].token_id)
    desk.write(Kind.TOKEN_COMPLETED, kiosk.events[0].token_id)
    given = take(database, desk.push())
    assert [item.code for item in given.parked] == ["TOKEN_UNKNOWN"] * 2
    assert (given.acked_seq, given.revision) == (2, 2)
    assert take(database, kiosk.push()) == Ingested(2, kiosk.events[-1].hash, (), 6)
    assert sorted(states(database)) == ["completed", "waiting"]
    assert rows(database, parked) == []
    assert [row["revision"] for row in rows(database, facility)] == [6]


def test_who_has_pulled_a_parked_event_gets_it_again_with_its_token(database: Database) -> None:
    kiosk, desk = Chain("A").issue_many(1), Chain("")
    desk.write(Kind.TOKEN_CALLED, kiosk.events[0].token_id)
    take(database, desk.push())
    seen = changes(database.reader, FACILITY, "", 0, 500)
    assert (seen.events, seen.tokens) == (tuple(desk.events), ())
    take(database, kiosk.push())
    seen = changes(database.reader, FACILITY, "", seen.cursor, 500)
    assert seen.events == (*kiosk.events, *desk.events)
    assert [each.state for each in seen.tokens] == [State.CALLED]
    assert (seen.cursor, seen.more) == (3, False)


def test_the_issuing_station_learns_of_it_too(database: Database) -> None:
    kiosk, desk = Chain("A").issue_many(1), Chain("")
    desk.write(Kind.TOKEN_CALLED, kiosk.events[0].token_id)
    take(database, desk.push())
    take(database, kiosk.push())
    seen = changes(database.reader, FACILITY, kiosk.store_id, 1, 500)
    assert [each.state for each in seen.tokens] == [State.CALLED]


def test_an_act_before_its_own_issue_is_told_as_applied(database: Database) -> None:
    chain = Chain()
    token_id = "00000000-0000-0000-0000-000000000001"
    chain.write(Kind.TOKEN_CALLED, token_id)
    chain.issue(1, token_id=token_id)
    assert take(database, chain.push()) == Ingested(2, chain.events[-1].hash, (), 3)
    assert states(database) == ["called"]


def test_what_lost_to_another_act_stays_lost(database: Database) -> None:
    kiosk, first, second = Chain("A").issue_many(1), Chain(""), Chain("")
    token_id = kiosk.events[0].token_id
    take(database, kiosk.push())
    first.write(Kind.TOKEN_CALLED, token_id)
    second.write(Kind.TOKEN_CALLED, token_id)
    take(database, first.push())
    assert take(database, second.push()).parked == (ParkedMessage(seq=1, code="MOVE_ILLEGAL"),)
    first.write(Kind.TOKEN_RETURNED, token_id)
    take(database, first.push(2))
    assert retry_parked(database) == 0
    assert states(database) == ["waiting"]
    assert waiting(database) == [("token_called", "MOVE_ILLEGAL")]


def test_a_newer_program_applies_what_the_older_one_did_not_know(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what followed from it, and without what lost on its own."""
    chain = Chain().issue_many(2)
    first, second = (issued.token_id for issued in chain.events)
    chain.write(Kind.TOKEN_RETURNED, first)
    chain.write(WINKED, first)
    chain.write(Kind.TOKEN_RETURNED, first)
    chain.write(Kind.TOKEN_NO_SHOW, second)
    take(database, chain.push())
    cursor = changes(database.reader, FACILITY, "", 0, 500).cursor
    assert (cursor, retry_parked(database)) == (6, 0)
    learn(monkeypatch)
    assert retry_parked(database) == 2
    assert waiting(database) == [("token_returned", "MOVE_ILLEGAL"), ("token_no_show", "MOVE_ILLEGAL")]
    seen = changes(database.reader, FACILITY, "", cursor, 500)
    assert seen.events == (chain.events[3], chain.events[4])
    assert [(each.token_id, each.state) for each in seen.tokens] == [(first, State.WAITING)]
    assert retry_parked(database) == 0


def test_a_token_that_is_applied_late_is_counted_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(moves, "MAX_NUMBER", 5)
        take(database, Chain().issue_many(7).push())
    assert [row["issued"] for row in rows(database, day_count)] == [5]
    assert retry_parked(database) == 2
    assert retry_parked(database) == 0
    assert [row["issued"] for row in rows(database, day_count)] == [7]


def test_servers_that_start_at_once_apply_each_once_while_stations_push(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Chain("A").issue_many(150)
    for issued in list(old.events):
        old.write(WINKED, issued.token_id)
    for first in (1, 101, 201):
        take(database, old.push(first, first + 99))
    pushing = [Chain(series).issue_many(40) for series in "BC"]
    learn(monkeypatch)

    def push(chain: Chain) -> int:
        for first in range(1, 41, 5):
            take(database, chain.push(first, first + 4))
        return 0

    given = at_once(
        *[lambda: retry_parked(database)] * 3,
        *[lambda chain=chain: push(chain) for chain in pushing],
    )
    assert sum(number for number in given if isinstance(number, int)) == 150
    assert rows(database, parked) == []
    assert sorted(states(database)) == ["held"] * 150 + ["waiting"] * 80
    revisions = [row["revision"] for row in rows(database, event)]
    assert len(set(revisions)) == len(revisions) == 380
    assert max(revisions) == rows(database, facility)[0]["revision"] == 530
    assert sum(row["issued"] for row in rows(database, day_count)) == 230


def test_the_command_lists_and_tries_again(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = Chain().issue_many(1)
    winked = chain.write(WINKED, chain.events[0].token_id)
    database = open_database(database_url)
    take(database, chain.push())
    with database.writer.begin() as connection:
        connection.execute(facility.insert(), {"facility_id": "IN0000000001", "revision": 0})
    database.close()

    def run(*words: str) -> list[dict[str, Any]]:
        environ = {"KIOSK_DATABASE_URL": database_url, "KIOSK_DATA_DIR": str(tmp_path / "data")}
        ended = CliRunner().invoke(cli, ["admin", "parked", *words], env=environ, catch_exceptions=False)
        assert ended.exit_code == 0
        return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]

    line = {
        "facility_id": FACILITY,
        "store_id": chain.store_id,
        "seq": 2,
        "kind": WINKED,
        "code": "KIND_UNKNOWN",
        "token_id": winked.token_id,
        "parked_at": "2026-11-22T04:00:00.000000Z",
    }
    assert run() == run("--facility", FACILITY) == run("--retry") == [line]
    assert run("--facility", "IN0000000001", "--retry") == []
    learn(monkeypatch)
    assert run("--retry") == []
    database = open_database(database_url)
    assert states(database) == ["held"]
    database.close()


def test_a_facility_that_is_held_for_long_does_not_keep_the_server_from_starting(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgresql._SESSION, "lock_timeout", 50)
    with postgres.database() as url, closing(open_database(url)) as database:
        desk = Chain("")
        desk.write(Kind.TOKEN_CALLED, Chain("A").issue_many(1).events[0].token_id)
        take(database, desk.push())
        with database.writer.begin() as busy:
            busy.execute(update(facility).values(state="held"))
            assert retry_parked(database) == 0
            with pytest.raises(KioskError) as caught, database_errors():
                retry_facility(database, FACILITY)
        assert caught.value.code == "DATABASE_UNAVAILABLE"
