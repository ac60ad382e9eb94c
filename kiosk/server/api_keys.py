"""API keys of other programs: who reads a facility's tokens, who counts over all of them."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import Connection, Row, insert, select, update

from kiosk.errors import SettingError
from kiosk.server.database import Database
from kiosk.server.tables import api_key

READER, STATISTICS = "reader", "statistics"
ROLES = (READER, STATISTICS)
SECRET_BYTES = 32
MAX_NAME = 80
# A facility's id may hold dots, so a key is read from its right end.
_KEY = re.compile(r"opd_([A-Za-z0-9._-]{0,40})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Program:
    """A program that has shown a key. ``facility_id`` is empty where it may count over all."""

    facility_id: str
    key_id: str
    role: str


def add_key(
    connection: Connection, facility_id: str, role: str, name: str, key_id: str, secret: str, now: datetime
) -> str:
    """Make a key known and return the whole of it, which nobody can read from the database again.

    Args:
        secret: 43 characters of ``secrets.token_urlsafe(SECRET_BYTES)``.

    Raises:
        SettingError: if the role is unknown, ``reader`` of no facility, or ``statistics``, which are over all, of one.
    """
    if role not in ROLES:
        raise SettingError(f"role is {role!r}; allowed are {' and '.join(ROLES)}")
    if role == READER and not facility_id:
        raise SettingError("facility is missing: a reader sees the tokens of one, so name it")
    if role == STATISTICS and facility_id:
        raise SettingError(f"facility is {facility_id!r}: statistics are over all facilities, so name none")
    key = f"opd_{facility_id}.{key_id}.{secret}"
    if not _KEY.fullmatch(key):
        raise SettingError(f"facility is {facility_id!r}; allowed are 1 to 40 letters, digits, dots, dashes")
    row = {"facility_id": facility_id, "key_id": key_id, "secret_hash": _hash(secret), "role": role}
    connection.execute(insert(api_key).values(**row, name=name[:MAX_NAME], made_at=now))
    return key


def revoke_key(connection: Connection, facility_id: str, key_id: str, now: datetime) -> bool:
    """Whether there was such a key that was good until now."""
    mine = (api_key.c.facility_id == facility_id, api_key.c.key_id == key_id, api_key.c.revoked_at.is_(None))
    return connection.execute(update(api_key).where(*mine).values(revoked_at=now)).rowcount == 1


def keys_of(connection: Connection, facility_id: str) -> list[Row[tuple[object, ...]]]:
    """The facility's keys, oldest first; of the server's own for an empty facility."""
    mine = select(api_key).filter_by(facility_id=facility_id).order_by(api_key.c.made_at, api_key.c.key_id)
    return list(connection.execute(mine).all())


def known_program(database: Database, untrusted_key: str) -> Program | None:
    """Who shows this key, or None if it is none of ours, or not any more."""
    found = _KEY.fullmatch(untrusted_key)
    if found is None:
        return None
    facility_id, key_id, secret = found.groups()
    mine = select(api_key.c.secret_hash, api_key.c.role).filter_by(facility_id=facility_id, key_id=key_id)
    with database.reader.begin() as connection:
        row = connection.execute(mine.where(api_key.c.revoked_at.is_(None))).first()
    if row is None or not compare_digest(row.secret_hash, _hash(secret)):
        return None
    return Program(facility_id, key_id, row.role)


def _hash(secret: str) -> str:
    """Plain SHA-256: there is nothing to guess in 32 random bytes."""
    return hashlib.sha256(secret.encode()).hexdigest()
