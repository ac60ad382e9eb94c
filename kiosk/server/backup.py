"""Copies of the server's database, and what a restored one needs before stations speak to it again.

PostgreSQL is copied by its own pg_dump; SQLite here.
"""

import os
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlcipher3.dbapi2
from sqlalchemy import Connection, select, update

from kiosk.errors import KioskError, SettingError
from kiosk.server.audit import Act, note
from kiosk.server.database import Database
from kiosk.server.series import set_aside
from kiosk.server.tables import configuration, facility

LEAP = 1_000_000_000
"""How far revisions go on after a restore: further than any facility has counted since its backup was made."""
SET_ASIDE_SERIES = 6
"""Three enrolments with their reserves between two nightly backups; a hospital has 600 series for its whole life."""


def copy_sqlite(database: Database, target: Path) -> None:
    """A whole copy of a SQLite database in use, mode 0600, checked before it gets its name.

    Raises:
        SettingError: another kind of database; ``target`` is there already.
        KioskError: BACKUP_FAILED, and nothing of it is left.
    """
    if database.writer.dialect.name != "sqlite":
        raise SettingError("PostgreSQL is copied by its own program: pg_dump --format=custom --file=FILE DATABASE")
    if target.exists():
        raise SettingError(f"{target} is there already; a backup never covers another one")
    unnamed = target.with_name(f"{target.name}.partial")
    try:
        _write_copy(database, unnamed)
        _check_copy(unnamed)
        unnamed.rename(target)
    except (OSError, sqlcipher3.dbapi2.Error) as error:
        raise KioskError(f"no backup was made: {error}", code="BACKUP_FAILED") from error
    finally:
        unnamed.unlink(missing_ok=True)


def _write_copy(database: Database, unnamed: Path) -> None:
    unnamed.unlink(missing_ok=True)
    unnamed.touch(0o600, exist_ok=False)  # SQLite takes an empty file; one of its own making anybody could read
    with closing(database.reader.raw_connection()) as connection:
        connection.cursor().execute("VACUUM INTO ?", [str(unnamed)])
    with unnamed.open("rb+") as file:
        os.fsync(file.fileno())


def _check_copy(unnamed: Path) -> None:
    with closing(sqlcipher3.dbapi2.connect(f"file:{unnamed.as_posix()}?mode=ro", uri=True)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if found != "ok":
        raise OSError(f"the copy is damaged: {found}")


def note_restored(database: Database, now: datetime) -> list[str]:
    """To be called once after a restore, before any station speaks: no station takes anything new for known.

    Stations know revisions, of events and of configurations, that this database has forgotten and would give out again.
    Returns the ids of the facilities.
    """
    with database.reader.begin() as connection:
        found = connection.execute(select(facility.c.facility_id).order_by(facility.c.facility_id)).scalars().all()
    for facility_id in found:
        database.write(partial(_leap, facility_id=facility_id, now=now))
    return list(found)


def _leap(connection: Connection, facility_id: str, now: datetime) -> None:
    mine = facility.c.facility_id == facility_id
    row = connection.execute(select(facility).where(mine).with_for_update()).one()
    config_leap = _length(row.config_revision, now) if row.config_revision else 0
    leapt = {
        "revision": row.revision + _length(row.revision, now),
        "config_revision": row.config_revision + config_leap,
    }
    connection.execute(update(facility).where(mine).values(leapt))
    if row.facility_key is not None:
        set_aside(connection, facility_id, SET_ASIDE_SERIES, now)
    configurations = update(configuration).where(configuration.c.facility_id == facility_id)
    connection.execute(configurations.values(revision=configuration.c.revision + config_leap))
    note(connection, facility_id, now, Act.RESTORED, "database")


def _length(revision: int, now: datetime) -> int:
    """As far as the clock's microseconds, so that two restores of one backup do not end at the same revision."""
    return max(LEAP, round(now.timestamp() * 1_000_000) - revision)
