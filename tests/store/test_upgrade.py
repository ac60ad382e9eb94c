"""A store of before there were desks goes on as it was, with what it could not understand by then."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, insert

from kiosk.model.desk import DeskRow, OpeningChange
from kiosk.model.events import Json, Kind
from kiosk.model.token import Priority, State, Token
from kiosk.store import desk_rows, tables
from kiosk.store.engine import fixed_sql, writer_engine
from kiosk.store.place import STORE_FILE
from kiosk.store.rows import event_values
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import foreign, issue
from tests.fakes import shuffled_ids
from tests.migrated import KEY, lay_store
from tests.model.samples import ASHA, HOSPITAL, MONDAY, NINE, RAVI, minutes
from tests.store.test_schema import config

BEFORE = "0002"
CLOSED: dict[str, Json] = {"facility_id": HOSPITAL.facility_id, "department": "MED", "is_open": False}
UNREAD = foreign(Kind.OPENING_CHANGED, "", 4, body=CLOSED)


def opened(folder: Path, seed: int = 1) -> SqliteStore:
    return open_store(folder, "A", shuffled_ids(seed), {})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A store at today's schema, in which two tokens were issued, and one was called."""
    with closing(opened(lay_store(tmp_path))) as store:
        issue(store, ASHA)
        token = issue(store, RAVI, now=NINE + minutes(1))
        store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(2), {"room": "12"})
    engine = writer_engine(tmp_path / STORE_FILE, KEY)
    yield engine
    engine.dispose()


def as_before(token: Token) -> Token:
    """As far as an older program knows it."""
    return replace(token, priority=Priority.ROUTINE, room="", calls=0, called_at=None, started_at=None, act_id="")


def taken_back(engine: Engine) -> None:
    with engine.begin() as connection:
        command.downgrade(config(connection), BEFORE)


def rows_of(store: SqliteStore) -> list[DeskRow]:
    return sorted(store.desk_rows(HOSPITAL.facility_id, MONDAY, 0).rows, key=lambda row: row.token.number)


def test_tokens_of_before_stand_at_their_time_of_issue_and_are_called_in_that_order(
    engine: Engine, tmp_path: Path
) -> None:
    taken_back(engine)
    with closing(opened(tmp_path, 2)) as store:
        rows = rows_of(store)
        assert [(row.token.label, row.patient, row.token.state) for row in rows] == [
            ("MA-001", ASHA, State.WAITING),
            ("MA-002", RAVI, State.CALLED),
        ]
        for row in rows:
            assert row.token.queued_at == row.token.issued_at
            assert as_before(row.token) == row.token
        assert store.desk_rows(HOSPITAL.facility_id, MONDAY, 1).mark == 2
        called = store.act(Kind.TOKEN_CALLED, rows[0].token.token_id, NINE + minutes(3), {"room": "3"})
        assert store.desk_rows(HOSPITAL.facility_id, MONDAY, 2).rows[0].token == called


def test_what_an_older_program_could_not_read_is_read_now(engine: Engine, tmp_path: Path) -> None:
    taken_back(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.event), event_values(UNREAD))
        noted = {"store_id": UNREAD.store_id, "seq": UNREAD.seq, "token_id": ""}
        connection.execute(insert(tables.unapplied), noted)
    with closing(opened(tmp_path, 2)) as store:
        assert list(store.openings(HOSPITAL.facility_id, MONDAY)) == [OpeningChange("MED", "", False, NINE)]
        assert store.row_counts(["unapplied"]) == {"unapplied": 0}


def test_a_store_taken_back_and_brought_forward_keeps_what_the_older_one_knows(engine: Engine, tmp_path: Path) -> None:
    with closing(opened(tmp_path, 2)) as store:
        before = store.tokens(MONDAY), store.next_push(10)
    taken_back(engine)
    with closing(opened(tmp_path, 3)) as store:
        tokens = [replace(row, token=as_before(row.token)) for row in before[0]]
        assert (store.tokens(MONDAY), store.next_push(10)) == (tokens, before[1])


def test_a_look_at_what_is_new_reads_nothing_else(engine: Engine) -> None:
    with engine.begin() as connection:
        explained = f"EXPLAIN QUERY PLAN {fixed_sql(desk_rows._SINCE)}"
        plan = connection.exec_driver_sql(explained, desk_rows._SINCE.compile().params | {"since": 5})
        told = [row[-1] for row in plan]
    assert "SEARCH token USING INDEX token_touched (touched>?)" in told
    assert not [line for line in told if line.startswith("SCAN")]
