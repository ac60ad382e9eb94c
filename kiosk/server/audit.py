"""What administrators did with patients' details: rows that are only ever appended to, without a patient's details."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

import uuid_utils
from sqlalchemy import Connection, Engine, func, insert, select

from kiosk.server.tables import audit

MAX_REASON = 200


class Act(StrEnum):
    """What was done. The subject of the first three is a token's id, never a name or number."""

    SEARCHED = "patient_searched"
    EXPORTED = "patient_exported"
    ERASED = "patient_erased"
    PURGED = "details_purged"
    RESTORED = "server_restored"


def note(connection: Connection, facility_id: str, at: datetime, act: str, subject: str, reason: str = "") -> None:
    note_all(connection, facility_id, at, act, [subject], reason)


def note_all(
    connection: Connection, facility_id: str, at: datetime, act: str, subjects: Iterable[str], reason: str = ""
) -> None:
    """One row for each subject."""
    common = {"facility_id": facility_id, "at": at, "act": act, "reason": reason}
    rows = [{**common, "audit_id": str(uuid_utils.uuid7()), "subject": subject} for subject in subjects]
    if rows:
        connection.execute(insert(audit), rows)


def last_restored(engine: Engine) -> datetime | None:
    """When this database was last brought back from a backup, if it ever was."""
    with engine.begin() as connection:
        found: datetime | None = connection.execute(select(func.max(audit.c.at)).filter_by(act=Act.RESTORED)).scalar()
    return found


def erased_tokens(connection: Connection, facility_id: str, token_ids: Collection[str]) -> frozenset[str]:
    """Those of ``token_ids`` whose patient was erased: details of them that arrive again are not to be kept."""
    if not token_ids:
        return frozenset()
    known = select(audit.c.subject).where(
        audit.c.facility_id == facility_id, audit.c.act == Act.ERASED, audit.c.subject.in_(token_ids)
    )
    return frozenset(connection.execute(known).scalars())
