"""The server's database: SQLite for one small hospital, PostgreSQL for more, and the same statements for both."""

import json
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    String,
    Table,
    any_,
    bindparam,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from kiosk.errors import KioskError, SettingError
from kiosk.server.postgresql import check_postgresql, gave_way, postgresql_engines
from kiosk.server.schema import ensure_schema
from kiosk.server.sqlite import sqlite_engines

TRIES = 5
PAUSE_S = 0.05
"""At most, before the second try; more before each later one."""
UNAVAILABLE = (OperationalError, InternalError, PoolTimeoutError)
"""What the database raises where it may do the same a little later: a lock, a connection lost, none free."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Database:
    """One engine to write with, one to read with."""

    writer: Engine
    reader: Engine

    def write(self, work: Callable[[Connection], _T]) -> _T:
        """``work`` in one transaction, and again in another one when the database gave up the first for a third.

        After a pause of no fixed length: at once it would get in the way of the third again.
        """
        for tried in range(1, TRIES):
            try:
                return self._write(work)
            except DBAPIError as error:
                if not gave_way(error):
                    raise
            time.sleep(random.SystemRandom().uniform(0, PAUSE_S * tried))
        return self._write(work)

    def _write(self, work: Callable[[Connection], _T]) -> _T:
        with self.writer.begin() as connection:
            return work(connection)

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns what the database complains of (a lock that another holds, a connection lost) into KioskError.

    A statement that is wrong is a bug and stays what it is.
    """
    try:
        yield
    except (OperationalError, InternalError) as error:
        reason = " ".join(str(error.orig).split())
        raise KioskError(f"the database could not do it: {reason}; try again", code="DATABASE_UNAVAILABLE") from None
    except PoolTimeoutError:
        raise KioskError("the database has no connection free; try again", code="DATABASE_UNAVAILABLE") from None


def open_database(url: str) -> Database:
    """Open, and migrate to this program's schema. ``sqlite:///FILE`` or ``postgresql://…``.

    Raises:
        SettingError: if the URL is malformed, names a kind of database that is not supported, or cannot be opened;
            DATABASE_NEWER if a newer program has migrated it. No text holds the URL's password.
    """
    database = _engines(url)
    try:
        if database.writer.dialect.name == "postgresql":
            check_postgresql(database.reader)
        ensure_schema(database.writer)
    except DBAPIError as error:
        database.close()
        reason = " ".join(str(error.orig).split())
        # No cause: its traceback would have the URL among its values.
        raise SettingError(f"database_url: the database cannot be opened: {reason}") from None
    except BaseException:
        database.close()
        raise
    return database


def _engines(text: str) -> Database:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Neither the text nor the cause, which quotes it: a password may stand anywhere in it.
        raise SettingError(
            "database_url is no database URL; use for example sqlite:////var/lib/kiosk/server.db or postgresql:///kiosk"
        ) from None
    match url.drivername.partition("+")[0]:
        case "sqlite":
            return Database(*sqlite_engines(url))
        case "postgresql":
            return Database(*postgresql_engines(url))
    raise SettingError("database_url names another kind of database; supported are sqlite:/// and postgresql://")


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one of its unique keys is taken. Returns whether it was inserted."""
    return insert_all_new(connection, table, [dict(values)]) == 1


def insert_all_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert each row unless one of its unique keys is taken, be it by a row before it. Returns how many were.

    The driver sends them all in one round trip. One statement with many VALUES would take SQLAlchemy and PostgreSQL
    three times as long, most of it to make and to read its text.
    """
    return connection.execute(_inserting_new(connection.dialect.name, table), rows).rowcount if rows else 0


def insert_or_replace(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert whole rows, or overwrite those with the same primary keys."""
    if rows:
        connection.execute(_replacing(connection.dialect.name, table), rows)


def add_or_insert(connection: Connection, table: Table, counted: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or add their ``counted`` to that of those with the same primary keys."""
    connection.execute(_adding(connection.dialect.name, table, counted), rows)


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _inserting_new(dialect: str, table: Table) -> Executable:
    """These are made once: that takes as long as to have one executed."""
    return _insert(dialect, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@cache
def _replacing(dialect: str, table: Table) -> Executable:
    insert = _insert(dialect, table)
    changed = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)


@cache
def _adding(dialect: str, table: Table, counted: str) -> Executable:
    insert = _insert(dialect, table)
    added = {counted: table.c[counted] + insert.excluded[counted]}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=added)


def is_among(connection: Connection, column: Column[str], values: Collection[str]) -> ColumnElement[bool]:
    """Whether the column has one of many values, which are one parameter.

    A long IN list is another statement for each length: the driver takes 2 ms to read one of 200, and the database
    cannot keep its plan.
    """
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(values), type_=ARRAY(String)))
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))
