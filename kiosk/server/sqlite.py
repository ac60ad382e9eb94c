"""Connections to the database of one small hospital: a file, one writer."""

from contextlib import closing
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from kiosk.errors import SettingError

BUSY_MS = 5_000
CHECKOUT_S = 10.0
READERS = 8
# secure_delete: a patient's details that are deleted are overwritten, not only forgotten.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "secure_delete=ON")


def sqlite_engines(url: URL) -> tuple[Engine, Engine]:
    """To write and to read with; the writer has the only write connection.

    BEGIN IMMEDIATE where something will be written: a read that turns into a write fails at once with SQLITE_BUSY.
    ``sqlcipher3`` without a key is plain SQLite, and a newer one than Debian's, whose WAL mode can corrupt.

    Raises:
        SettingError: if the URL names no file, or one that cannot be made.
    """
    _make_private(url)
    # Parameters hold patients: they stay out of error texts.
    common: dict[str, Any] = {"module": sqlcipher3.dbapi2, "hide_parameters": True, "poolclass": QueuePool}
    common |= {"max_overflow": 0, "pool_timeout": CHECKOUT_S, "connect_args": {"check_same_thread": False}}
    writer = create_engine(url, pool_size=1, **common)
    reader = create_engine(url, pool_size=READERS, **common)
    for engine in (writer, reader):
        event.listen(engine, "connect", _configure)
    event.listen(writer, "begin", lambda connection: _begin(connection, "BEGIN IMMEDIATE"))
    event.listen(reader, "begin", lambda connection: _begin(connection, "BEGIN"))
    return writer, reader


def _make_private(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        raise SettingError("database_url names no file; use for example sqlite:////var/lib/kiosk/server.db")
    try:
        # Made before SQLite makes it readable for everybody; its -wal and -shm follow its mode.
        Path(url.database).touch(0o600)
    except OSError as error:
        raise SettingError(f"database_url: {url.database} cannot be opened: {error.strerror}") from error


def _configure(dbapi_connection: Any, record: object) -> None:
    dbapi_connection.isolation_level = None
    for pragma in _PRAGMAS:
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


def wipe_log(writer: Engine) -> None:
    """Bring what was deleted out of the write-ahead log too. Nothing to do on PostgreSQL; readers may delay it."""
    if writer.dialect.name == "sqlite":
        with closing(writer.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
