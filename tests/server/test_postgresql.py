"""What holds of PostgreSQL alone: limits, refusals, another try."""

import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from kiosk.errors import SettingError
from kiosk.server.database import TRIES, Database, open_database
from kiosk.server.postgresql import LOCK_MS, STATEMENT_MS
from kiosk.server.tables import facility, patient, store
from tests.postgres import Postgres

INVENTED_NAME = "आशा परीक्षण"
AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def database_url(postgres: Postgres) -> Iterator[str]:
    """PostgreSQL alone."""
    with postgres.database() as url:
        yield url


def shown(connection: Connection, name: str) -> Any:
    return connection.execute(text(f"SHOW {name}")).scalar_one()


def test_every_session_has_limits(database: Database) -> None:
    for engine in (database.writer, database.reader):
        with engine.begin() as connection:
            assert shown(connection, "statement_timeout") == f"{STATEMENT_MS // 1000}s"
            assert shown(connection, "lock_timeout") == f"{LOCK_MS // 1000}s"
            assert shown(connection, "idle_in_transaction_session_timeout") == "30s"
            assert shown(connection, "timezone") == "UTC"
            assert shown(connection, "synchronous_commit") == "on"


def test_a_reader_only_reads(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"), database.reader.begin() as connection:
        connection.execute(insert(facility).values(facility_id="F", revision=0))
    with database.writer.begin() as connection:
        connection.execute(insert(facility).values(facility_id="F", revision=0))


def test_the_first_and_last_instants_and_days_come_back(database: Database) -> None:
    for number, at in enumerate((datetime(2000, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))):
        with database.writer.begin() as connection:
            row = {"facility_id": "F", "token_id": str(number), "name": "", "sex": "", "received_at": at}
            connection.execute(insert(patient), row)
            mine = select(patient.c.received_at).filter_by(facility_id="F", token_id=str(number))
            assert connection.execute(mine).scalar_one() == at
            assert connection.execute(select(text("DATE '9999-12-31'"))).scalar_one() == date.max


def test_a_database_that_cannot_hold_hindi_is_refused(postgres: Postgres) -> None:
    postgres.run("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
    try:
        with pytest.raises(SettingError, match="UTF8"):
            open_database(postgres.url("ascii"))
    finally:
        postgres.run("DROP DATABASE ascii")


def test_a_database_that_is_not_there_is_a_setting_error(postgres: Postgres) -> None:
    with pytest.raises(SettingError, match=r"nowhere.*does not exist"):
        open_database(postgres.url("nowhere"))


def test_a_role_that_may_make_no_tables_is_told_so(postgres: Postgres) -> None:
    postgres.run("CREATE ROLE guest LOGIN")
    try:
        with postgres.database("template1") as url, pytest.raises(SettingError, match="permission denied"):
            open_database(url.replace("//postgres@", "//guest@"))
    finally:
        postgres.run("DROP ROLE guest")


def test_an_error_does_not_quote_the_row_it_refuses(database: Database) -> None:
    row = {"facility_id": "F", "token_id": "t", "name": INVENTED_NAME, "sex": "F", "received_at": AT}
    columns = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    twice = text(f"INSERT INTO patient ({columns}, address) VALUES ({values}, '{'x' * 3}')")
    with pytest.raises(IntegrityError) as caught, database.writer.begin() as connection:
        connection.execute(twice, {**row, "sex": None})
    told = "".join(traceback.format_exception(caught.value))
    assert 'null value in column "sex"' in told
    assert INVENTED_NAME not in told


def test_another_try_after_a_transaction_was_given_up(database: Database) -> None:
    """By a real deadlock: each of two takes first what the other takes second."""
    with database.writer.begin() as connection:
        connection.execute(insert(facility), [{"facility_id": name, "revision": 0} for name in "AB"])
    both_hold_one = threading.Barrier(2)
    tries = {"AB": 0, "BA": 0}

    def move(order: str) -> None:
        def work(connection: Connection) -> None:
            tries[order] += 1
            for place, name in enumerate(order):
                mine = update(facility).where(facility.c.facility_id == name)
                connection.execute(mine.values(revision=facility.c.revision + 1))
                if place == 0 and tries[order] == 1:
                    both_hold_one.wait(60)

        database.write(work)

    threads = [threading.Thread(target=move, args=(order,)) for order in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.reader.begin() as connection:
        assert set(connection.execute(select(facility.c.revision)).scalars()) == {2}
    assert max(tries.values()) >= 2, "nobody met a deadlock"


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
@pytest.mark.parametrize("failures", [0, TRIES - 1, TRIES])
def test_tries_are_bounded(database: Database, failures: int, sqlstate: str) -> None:
    tries = 0

    def work(connection: Connection) -> str:
        nonlocal tries
        tries += 1
        connection.execute(insert(facility).values(facility_id=f"F{tries}", revision=0))
        if tries <= failures:
            connection.execute(text(f"DO $$ BEGIN RAISE 'gave way' USING ERRCODE = '{sqlstate}'; END $$"))
        return "done"

    if failures == TRIES:
        with pytest.raises(OperationalError):
            database.write(work)
    else:
        assert database.write(work) == "done"
    assert tries == min(failures + 1, TRIES)
    with database.reader.begin() as connection:
        held = list(connection.execute(select(facility.c.facility_id)).scalars())
    assert held == ([] if failures == TRIES else [f"F{tries}"])


def test_no_other_error_is_tried_again(database: Database) -> None:
    tries = 0

    def work(connection: Connection) -> None:
        nonlocal tries
        tries += 1
        connection.execute(text("SELECT no_such_column"))

    with pytest.raises(ProgrammingError):
        database.write(work)
    assert tries == 1


def test_a_password_is_in_no_picture_of_the_database(database_url: str) -> None:
    database = open_database(database_url.replace("postgres@", "postgres:hunter2@"))
    database.close()
    assert "postgres:***@" in repr(database)
    assert "hunter2" not in repr(database)


def test_an_owner_without_other_rights_is_enough(postgres: Postgres) -> None:
    postgres.run("CREATE ROLE owner LOGIN")
    postgres.run("CREATE DATABASE owned OWNER owner ENCODING 'UTF8' TEMPLATE template0")
    try:
        open_database(postgres.url("owned").replace("//postgres@", "//owner@")).close()
    finally:
        postgres.run("DROP DATABASE owned")
        postgres.run("DROP ROLE owner")


def test_a_lock_that_is_held_too_long_is_given_up(database: Database) -> None:
    event.listen(database.writer, "begin", lambda connection: connection.exec_driver_sql("SET lock_timeout = 50"))
    with database.writer.begin() as connection:
        connection.execute(insert(facility).values(facility_id="F", revision=0))
        connection.execute(
            insert(store).values(facility_id="F", store_id="S", acked_seq=0, last_hash="", registered_at=AT)
        )
    locked = select(store.c.acked_seq).filter_by(facility_id="F", store_id="S").with_for_update(key_share=True)
    with database.writer.begin() as holding:
        holding.execute(locked)
        with pytest.raises(OperationalError, match="lock timeout"):
            database.write(lambda connection: connection.execute(locked).one())


def test_connections_that_the_server_ended_are_replaced(database: Database, postgres: Postgres) -> None:
    with database.reader.begin() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    postgres.run(f"SELECT pg_terminate_backend({pid}, 5000)")
    with database.reader.begin() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != pid
