"""The file is opened durable, private and with a SQLite that is not known to corrupt."""

import stat
from pathlib import Path

import pytest

from kiosk.errors import SettingError
from kiosk.server.database import Database, open_database


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite alone."""
    return f"sqlite:///{tmp_path / 'server.db'}"


def test_every_connection_is_durable(database: Database) -> None:
    for engine in (database.writer, database.reader):
        with engine.begin() as connection:
            pragmas = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        assert pragmas == ["wal", 2, 1]


def test_sqlite_is_newer_than_the_wal_reset_fault(database: Database) -> None:
    with database.reader.begin() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    assert tuple(int(part) for part in version.split(".")) >= (3, 51, 3)


def test_a_writer_takes_the_lock_at_once(database: Database) -> None:
    """So a reader on another connection still reads, and a second writer waits instead of failing later."""
    with database.writer.begin() as connection:
        assert connection.connection.dbapi_connection is not None
        assert connection.connection.dbapi_connection.in_transaction
        with database.reader.begin() as reading:
            assert reading.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_the_file_is_the_owners_alone(database: Database, tmp_path: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("server.db*")}
    assert modes["server.db"] == 0o600
    assert set(modes.values()) == {0o600}


def test_a_file_that_is_no_database_is_a_setting_error(tmp_path: Path) -> None:
    (tmp_path / "server.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(SettingError):
        open_database(f"sqlite:///{tmp_path / 'server.db'}")
