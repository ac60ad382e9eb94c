"""Nonces that were used already, in the database, so that no process takes a request twice."""

import zlib
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, tuple_

from kiosk.server.database import insert_new
from kiosk.server.tables import nonce
from kiosk.sync.signing import WINDOW_S, Signed

KEPT = timedelta(seconds=2 * WINDOW_S)
"""After a request's own time; it is stale long before that."""
SWEEP_EACH, SWEPT = 64, 500
"""One request in so many also deletes so many that are over: more than came since."""


def use_nonce(connection: Connection, facility_id: str, key_id: str, signed: Signed, now: datetime) -> bool:
    """Whether the nonce is new; from now on it is not."""
    if connection.dialect.name == "postgresql":
        # The newest nonces may be lost with the power; what was sent under them is harmless to take twice.
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
    expires_at = signed.created + KEPT
    row = {"facility_id": facility_id, "key_id": key_id, "nonce": signed.nonce, "expires_at": expires_at}
    is_new = insert_new(connection, nonce, row)
    if is_new and zlib.crc32(signed.nonce.encode()) % SWEEP_EACH == 0:
        _sweep(connection, facility_id, now)
    return is_new


def _sweep(connection: Connection, facility_id: str, now: datetime) -> None:
    """What another process sweeps at the same moment is left to it."""
    key = tuple_(nonce.c.facility_id, nonce.c.key_id, nonce.c.nonce)
    over = (
        select(nonce.c.facility_id, nonce.c.key_id, nonce.c.nonce)
        .where(nonce.c.facility_id == facility_id, nonce.c.expires_at < now)
        .order_by(nonce.c.expires_at)
        .limit(SWEPT)
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(nonce).where(nonce.c.facility_id == facility_id, key.in_(over)))
