"""The migrations make exactly the tables that the code uses, on both kinds of database, and can be taken back."""

import re
import threading
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Inspector, inspect, make_url, select, text

from kiosk.errors import SettingError
from kiosk.server import tables
from kiosk.server.database import Database, open_database
from kiosk.server.ingest import ingest
from kiosk.server.postgresql import postgresql_engines
from kiosk.server.schema import HEAD, ensure_schema
from kiosk.server.sqlite import sqlite_engines
from kiosk.sync.messages import SyncRequest
from tests.postgres import Postgres
from tests.sync.chain import FACILITY, START, Chain

FIRST_ROWS = (
    "INSERT INTO facility VALUES ('F1', 1)",
    "INSERT INTO store VALUES ('F1', 'S1', 1, 'h', '2026-11-22 04:00:00+00:00', NULL)",
    "INSERT INTO event VALUES ('F1', 'S1', 1, 'E1', 'token_called', 'T1', '2026-11-22 04:00:00+00:00', '2026-11-22',"
    " '{}', 'h', 1, '2026-11-22 04:00:00+00:00')",
    "INSERT INTO parked VALUES ('F1', 'S1', 1, 'TOKEN_UNKNOWN', '2026-11-22 04:00:00+00:00')",
    "INSERT INTO token VALUES ('F1', 'T2', '2026-11-22', 'MED', 'A', 1, 'MA-001', 'MED', 'S1',"
    " '2026-11-22 04:00:00+00:00', '2026-11-22 04:00:00+00:00', NULL, NULL, 'kiosk', 'waiting', 'none', 0, true)",
)
PARTITION = re.compile(r"(event|token|patient)_[0-9]{2}")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        writer, reader = sqlite_engines(make_url(f"sqlite:///{tmp_path / 'server.db'}"))
        yield writer
        Database(writer, reader).close()
        return
    cluster: Postgres = request.getfixturevalue("postgres")
    with cluster.database("template1") as url:
        writer, _ = postgresql_engines(make_url(url))
        yield writer
        writer.dispose()


def config(connection: Connection | None = None) -> Config:
    found = Config()
    found.set_main_option("script_location", str(files("kiosk.server") / "migrations"))
    found.attributes["connection"] = connection
    return found


def described(engine: Engine) -> dict[str, object]:
    """Columns, keys and indexes of all tables but Alembic's own and the partitions, which have their table's."""
    with engine.begin() as connection:
        seen = inspect(connection)
        names = [name for name in seen.get_table_names() if name != "alembic_version" and not PARTITION.fullmatch(name)]
        return {name: described_table(seen, name) for name in names}


def described_table(seen: Inspector, name: str) -> object:
    columns = {each["name"]: (repr(each["type"]), each["nullable"], each["default"]) for each in seen.get_columns(name)}
    indexes = {each["name"]: (each["column_names"], each["unique"]) for each in seen.get_indexes(name)}
    unique = sorted(each["column_names"] for each in seen.get_unique_constraints(name))
    foreign = sorted(
        (each["constrained_columns"], each["referred_table"], each["referred_columns"])
        for each in seen.get_foreign_keys(name)
        if not PARTITION.fullmatch(each["referred_table"])
    )
    return columns, indexes, unique, foreign, seen.get_pk_constraint(name)["constrained_columns"], how_kept(seen, name)


def how_kept(seen: Inspector, name: str) -> object:
    return seen.get_table_options(name).get("postgresql_partition_by") if seen.dialect.name == "postgresql" else None


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


def test_migrations_make_the_tables_that_the_code_uses(empty: Engine) -> None:
    with empty.begin() as connection:
        tables.metadata.create_all(connection)
    meant = described(empty)
    with empty.begin() as connection:
        tables.metadata.drop_all(connection)
    ensure_schema(empty)
    assert described(empty) == meant
    assert set(meant) == set(tables.metadata.tables)


def test_migrations_can_be_taken_back_and_made_again(empty: Engine) -> None:
    ensure_schema(empty)
    first = described(empty)
    with empty.begin() as connection:
        command.downgrade(config(connection), "base")
    assert described(empty) == {}
    with empty.begin() as connection:
        left = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    assert left == []
    ensure_schema(empty)
    assert described(empty) == first


def test_a_migration_that_fails_leaves_nothing(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE parked (x INTEGER)"))
    with pytest.raises(Exception, match="parked"):
        ensure_schema(empty)
    assert set(described(empty)) == {"parked"}


def test_a_current_database_is_not_touched(empty: Engine) -> None:
    ensure_schema(empty)
    before = version(empty)
    ensure_schema(empty)
    assert version(empty) == before


def version(engine: Engine) -> object:
    """Grows with each change of the schema."""
    changes = {"sqlite": "PRAGMA schema_version", "postgresql": "SELECT max(oid::bigint) FROM pg_class"}
    with engine.begin() as connection:
        return connection.exec_driver_sql(changes[engine.dialect.name]).scalar_one()


def test_a_newer_database_is_refused(empty: Engine) -> None:
    ensure_schema(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingError, match=f"9999.*{HEAD}") as caught:
        ensure_schema(empty)
    assert caught.value.code == "DATABASE_NEWER"


def test_rows_of_the_first_schema_are_kept_and_counted(empty: Engine) -> None:
    with empty.begin() as connection:
        command.upgrade(config(connection), "0001")
        for statement in FIRST_ROWS:
            connection.execute(text(statement))
    ensure_schema(empty)
    with empty.begin() as connection:
        assert connection.execute(select(tables.day_count)).one() == ("F1", date(2026, 11, 22), "MED", 1)
        assert connection.execute(select(tables.parked.c.token_id)).scalar_one() == "T1"
        assert connection.execute(select(tables.facility)).one() == ("F1", 1, 0, None, "")


def test_tables_from_before_the_migrations_are_taken_over(tmp_path: Path) -> None:
    """SQLite was there first."""
    writer, reader = sqlite_engines(make_url(f"sqlite:///{tmp_path / 'server.db'}"))
    with writer.begin() as connection:
        command.upgrade(config(connection), "0001")
        connection.execute(text("DROP TABLE alembic_version"))
    Database(writer, reader).close()
    database = open_database(f"sqlite:///{tmp_path / 'server.db'}")
    chain = Chain().issue_many(2)
    assert ingest(database, SyncRequest.of(chain.push(), FACILITY), START).acked_seq == 2
    database.close()


def test_servers_that_start_at_once_migrate_once(postgres: Postgres) -> None:
    failed: list[BaseException] = []

    def start(url: str) -> None:
        try:
            open_database(url).close()
        except BaseException as error:
            failed.append(error)

    with postgres.database("template1") as url:
        threads = [threading.Thread(target=start, args=(url,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert failed == []


def test_each_large_table_has_sixteen_partitions(postgres: Postgres) -> None:
    with postgres.database() as url:
        database = open_database(url)
        with database.reader.begin() as connection:
            parts = connection.execute(
                text(
                    "SELECT relname, count(*) AS parts FROM pg_inherits JOIN pg_class ON pg_class.oid = inhparent"
                    " WHERE relkind = 'p' GROUP BY relname"
                )
            )
            found = {row.relname: row.parts for row in parts}
        database.close()
    assert found == {"event": 16, "token": 16, "patient": 16}


def test_a_newer_database_is_not_written_to(database: Database, database_url: str) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingError):
        open_database(database_url)
    with database.reader.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
