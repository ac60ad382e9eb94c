"""Patients' details whose time is over are deleted; tokens and events, which hold none, stay for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import ColumnElement, Connection, and_, delete, func, select

from kiosk.server.audit import Act, note
from kiosk.server.database import Database
from kiosk.server.sqlite import wipe_log
from kiosk.server.tables import facility, nonce, pairing, patient, share

BATCH = 500
"""Rows of one transaction: no station waits long for it, and no time limit of the database ends it."""
SHARES_KEPT = timedelta(days=30)
"""What ABDM's gateway was answered: for whoever looks into a complaint, and against calls that are played back, whose
own tokens are good for minutes."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class Expired:
    """How many patients' details of one facility are older than they may be."""

    facility_id: str
    patients: int


def expired(database: Database, now: datetime, days: int) -> list[Expired]:
    """What ``purge`` would delete: details that came more than ``days`` ago. Facilities without any are left out."""
    before = now - timedelta(days=days)
    found = []
    for facility_id in _facilities(database):
        with database.reader.begin() as connection:
            count = select(func.count()).select_from(patient).where(_old_details(facility_id, before))
            found.append(Expired(facility_id, connection.execute(count).scalar_one()))
    return [each for each in found if each.patients]


def purge(database: Database, now: datetime, days: int) -> list[Expired]:
    """Delete them, and what is left of codes and signatures whose time is over. Returns what went.

    What is cut short goes on with the next call. Each facility's audit row is written before its first details go.
    """
    before = now - timedelta(days=days)
    gone = []
    for found in expired(database, now, days):
        database.write(partial(_note, found=found, now=now, days=days))
        deleted = _delete(database, _old_details(found.facility_id, before))
        _log.info("details_purged", facility_id=found.facility_id, patients=deleted)
        gone.append(Expired(found.facility_id, deleted))
    for facility_id in _facilities(database):
        database.write(partial(_delete_leftovers, facility_id=facility_id, now=now))
    wipe_log(database.writer)
    return gone


def _facilities(database: Database) -> list[str]:
    with database.reader.begin() as connection:
        return list(connection.execute(select(facility.c.facility_id).order_by(facility.c.facility_id)).scalars())


def _old_details(facility_id: str, before: datetime) -> ColumnElement[bool]:
    return and_(patient.c.facility_id == facility_id, patient.c.received_at < before)


def _note(connection: Connection, found: Expired, now: datetime, days: int) -> None:
    reason = f"{found.patients} patients' details, kept for {days} days"
    note(connection, found.facility_id, now, Act.PURGED, "retention", reason)


def _delete(database: Database, old: ColumnElement[bool]) -> int:
    """Returns how many patients' details are gone."""
    gone = 0
    while count := database.write(partial(_delete_some, old=old)):
        gone += count
    return gone


def _delete_some(connection: Connection, old: ColumnElement[bool]) -> int:
    some = connection.execute(select(patient.c.token_id).where(old).limit(BATCH)).scalars().all()
    # Asked again what is old: details may have come anew in between.
    return connection.execute(delete(patient).where(old, patient.c.token_id.in_(some))).rowcount if some else 0


def _delete_leftovers(connection: Connection, facility_id: str, now: datetime) -> None:
    for table in (nonce, pairing):
        connection.execute(delete(table).where(table.c.facility_id == facility_id, table.c.expires_at < now))
    old = and_(share.c.facility_id == facility_id, share.c.received_at < now - SHARES_KEPT)
    connection.execute(delete(share).where(old))
