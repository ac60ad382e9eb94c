"""Opening the server's database: SQLite for one small hospital; the same statements for PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from kiosk.errors import SettingError
from kiosk.server.tables import metadata

BUSY_MS = 5_000
CHECKOUT_S = 10.0
READERS = 8


@dataclass(frozen=True)
class Database:
    """One engine to write with, one to read with. SQLite's writer holds the only write connection."""

    writer: Engine
    reader: Engine

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def open_database(url: str) -> Database:
    """Open, and make the tables that are missing.

    Raises:
        SettingError: if the URL is malformed, names a kind of database that is not supported, or cannot be opened.
    """
    database = _sqlite(_sqlite_url(url))
    try:
        metadata.create_all(database.writer)
    except DBAPIError as error:
        database.close()
        raise SettingError(f"database_url: the database cannot be opened: {error.orig}") from error
    return database


def _sqlite_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise SettingError(
            "database_url is no database URL; use for example sqlite:////var/lib/kiosk/server.db"
        ) from None
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise SettingError(f"database_url names {url.get_backend_name()!r}; only an SQLite file is supported so far")
    try:
        # Made before SQLite makes it readable for everybody; its -wal and -shm follow its mode.
        Path(url.database).touch(0o600)
    except OSError as error:
        raise SettingError(f"database_url: {url.database} cannot be opened: {error.strerror}") from error
    return url


def _sqlite(url: URL) -> Database:
    """BEGIN IMMEDIATE where something will be written: a read that turns into a write fails at once with SQLITE_BUSY.

    ``sqlcipher3`` without a key is plain SQLite, and a newer one than Debian's, whose WAL mode can corrupt.
    """
    # Parameters hold patients: they stay out of error texts.
    common: dict[str, Any] = {"module": sqlcipher3.dbapi2, "hide_parameters": True, "poolclass": QueuePool}
    common |= {"max_overflow": 0, "pool_timeout": CHECKOUT_S, "connect_args": {"check_same_thread": False}}
    database = Database(create_engine(url, pool_size=1, **common), create_engine(url, pool_size=READERS, **common))
    for engine in (database.writer, database.reader):
        event.listen(engine, "connect", _configure)
    event.listen(database.writer, "begin", lambda connection: _begin(connection, "BEGIN IMMEDIATE"))
    event.listen(database.reader, "begin", lambda connection: _begin(connection, "BEGIN"))
    return database


def _configure(dbapi_connection: Any, record: object) -> None:
    dbapi_connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON"):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one of its unique keys is taken. Returns whether it was inserted."""
    return connection.execute(_insert(connection, table).on_conflict_do_nothing(), dict(values)).rowcount == 1


def insert_or_replace(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert whole rows, or overwrite those with the same primary keys."""
    if not rows:
        return
    insert = _insert(connection, table)
    kept = list(table.primary_key)
    changed = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    connection.execute(insert.on_conflict_do_update(index_elements=kept, set_=changed), [dict(row) for row in rows])


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
