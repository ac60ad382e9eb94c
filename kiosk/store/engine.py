"""Connections to the store: one writer that takes the lock at BEGIN, and separate readers.

SQLCipher brings its own SQLite, free of the WAL-reset fault of 3.7 to 3.51.2. ``synchronous=FULL``, since a commit lost
to a power cut would give its number out twice.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from typing import Any, cast

from sqlalchemy import URL, ClauseElement, Engine, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from kiosk.errors import StoreError, StoreFullError

BUSY_TIMEOUT_MS = 10_000
ROOM_BYTES = 1_000_000
"""With less than this left, an error in reading or writing is a full disk: SQLite calls a journal without room one."""
_NO_ROOM_TOO = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)


def writer_engine(path: Path, key: bytes) -> Engine:
    """One connection, whose transactions begin with the write lock taken."""
    return _engine(path, key, "BEGIN IMMEDIATE", connections=1)


def reader_engine(path: Path, key: bytes) -> Engine:
    return _engine(path, key, "BEGIN", connections=4)


def _engine(path: Path, key: bytes, begin: str, connections: int) -> Engine:
    # The raw form of the key: a passphrase would cost 120 ms of key derivation on each connection.
    url = URL.create("sqlite+pysqlcipher", password=f"x'{key.hex()}'", database=str(path))
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # else every error's text quotes them, which are a patient's details
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        # pysqlite's own transaction control would begin too late and commit before DDL.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def take_lock(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def fixed_sql(statement: ClauseElement) -> str:
    """The statement's own text with named parameters, for ``exec_driver_sql``, or for ``rows_of`` if it answers."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))


def rows_of(connection: Connection, statement: str, values: Mapping[str, object]) -> Sequence[Any]:
    """What a ``fixed_sql`` answers, from the driver itself; flags are 0 and 1.

    SQLAlchemy would describe the columns of each answer anew, which takes five times as long as to get it.
    """
    cursor = connection.connection.cursor()
    cursor.execute(statement, values)
    return cursor.fetchall()


@contextmanager
def outside_transactions(engine: Engine, folder: Path) -> Iterator["sqlite3.Connection"]:
    """The driver's own connection, for the few statements that no transaction may hold. Raises StoreError."""
    with store_errors(folder):
        lent = engine.raw_connection()
        try:
            yield cast("sqlite3.Connection", lent.driver_connection)
        finally:
            lent.close()


@contextmanager
def store_errors(folder: Path) -> Iterator[None]:
    """Turns the database's complaints about disk, lock and file into StoreError, for a store in ``folder``.

    Constraint failures are bugs and stay what they are.
    """
    try:
        yield
    except (IntegrityError, sqlcipher.IntegrityError):
        raise
    except PoolTimeoutError as error:
        raise StoreError("the store is busy", code="STORE_BUSY") from error
    except DatabaseError as error:
        # The database's own message only: SQLAlchemy's adds the statement.
        raise _store_error(error.orig or error, folder) from error
    except sqlcipher.DatabaseError as error:
        raise _store_error(error, folder) from error


def _store_error(error: BaseException, folder: Path) -> StoreError:
    reason = str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code in _NO_ROOM_TOO and disk_usage(folder).free < ROOM_BYTES):
        return StoreFullError("the disk is full: free some space, nothing was issued")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or "locked" in reason:
        return StoreError("the store is busy", code="STORE_BUSY")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "malformed" in reason or "not a database" in reason:
        return StoreError("the store is damaged; see kiosk doctor", code="STORE_DAMAGED")
    return StoreError(f"the store cannot be used: {reason}")
