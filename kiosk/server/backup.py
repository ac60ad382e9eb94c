"""Copies of the server's database, and what a restored one needs before stations speak to it again.

PostgreSQL is copied by its own pg_dump; SQLite here.
"""

import os
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import sqlcipher3.dbapi2
from sqlalchemy import Connection, and_, func, select, update

from kiosk.errors import KioskError, SettingError
from kiosk.server.audit import Act, note
from kiosk.server.database import Database
from kiosk.server.numbers import pass_over_numbers
from kiosk.server.own_ledger import leave
from kiosk.server.series import pass_over
from kiosk.server.tables import configuration, event, facility

LEAP = 1_000_000_000
"""How far revisions go on after a restore: further than any facility has counted since its backup was made."""
SET_ASIDE_SERIES = 6
"""Three enrolments with their reserves between two nightly backups; a hospital has 600 series for its whole life."""
RENUMBERED = timedelta(days=31)
"""Before its last event: so much of a backup stations hear once more. Older backups than this were not in use since."""


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
    And they may not know what it holds: where an older backup was in use before this one, they have gone on from that
    one's end. So its events of the last month are told once more; a station passes over those that it has.
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
    revision = row.revision + _length(row.revision, now)
    leapt = {
        "revision": revision + _renumber(connection, facility_id, revision),
        "config_revision": row.config_revision + config_leap,
    }
    connection.execute(update(facility).where(mine).values(leapt))
    if row.facility_key is not None:
        pass_over(connection, facility_id, SET_ASIDE_SERIES, now)
    configurations = update(configuration).where(configuration.c.facility_id == facility_id)
    connection.execute(configurations.values(revision=configuration.c.revision + config_leap))
    pass_over_numbers(connection, facility_id, now)
    leave(connection, facility_id, now)
    note(connection, facility_id, now, Act.RESTORED, "database")


def _renumber(connection: Connection, facility_id: str, start: int) -> int:
    """Give the newest events the revisions after ``start``, in the order that they had. Returns how many these are."""
    mine = event.c.facility_id == facility_id
    newest: datetime | None = connection.execute(select(func.max(event.c.received_at)).where(mine)).scalar()
    if newest is None:
        return 0
    place = func.row_number().over(order_by=event.c.revision).label("place")
    recent = select(event.c.store_id, event.c.seq, place).where(mine, event.c.received_at > newest - RENUMBERED)
    placed = recent.subquery()
    same = and_(mine, event.c.store_id == placed.c.store_id, event.c.seq == placed.c.seq)
    return connection.execute(update(event).where(same).values(revision=start + placed.c.place)).rowcount


def _length(revision: int, now: datetime) -> int:
    """As far as the clock's microseconds, so that two restores of one backup do not end at the same revision."""
    return max(LEAP, round(now.timestamp() * 1_000_000) - revision)
