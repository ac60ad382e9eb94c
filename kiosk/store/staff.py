"""What a desk keeps of its staff's PINs, and of who typed wrong ones. Neither leaves the station."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kiosk.model.desk import Failures, PinHash
from kiosk.model.events import instant_text, parse_instant
from kiosk.store import tables

_f = tables.staff_failure.c
_s = tables.staff_pin.c


def keep_pins(connection: Connection, pins: Sequence[PinHash], now: datetime) -> None:
    """See ``DeskStore.keep_pins``."""
    connection.execute(delete(tables.staff_pin))
    rows = [{"staff_id": pin.staff_id, "pin_hash": pin.pin_hash, "set_at": instant_text(now)} for pin in pins]
    if rows:
        connection.execute(insert(tables.staff_pin), rows)


def pins(connection: Connection) -> list[PinHash]:
    """See ``DeskStore.pins``; by staff member."""
    rows = connection.execute(select(_s.staff_id, _s.pin_hash).order_by(_s.staff_id))
    return [PinHash(row.staff_id, row.pin_hash) for row in rows]


def failures(connection: Connection, staff_id: str) -> Failures:
    """See ``DeskStore.failures``."""
    row = connection.execute(select(tables.staff_failure).where(_f.staff_id == staff_id)).first()
    return Failures(row.failures, parse_instant(row.failed_at)) if row else Failures()


def note_failure(connection: Connection, staff_id: str, now: datetime) -> Failures:
    """See ``DeskStore.note_failure``."""
    at = instant_text(now)
    row = upsert(tables.staff_failure).values(staff_id=staff_id, failures=1, failed_at=at)
    more = {"failures": _f.failures + 1, "failed_at": at}
    count = connection.execute(row.on_conflict_do_update(index_elements=["staff_id"], set_=more).returning(_f.failures))
    return Failures(count.scalar_one(), now)


def forget_failures(connection: Connection, staff_id: str) -> None:
    """See ``DeskStore.forget_failures``."""
    connection.execute(delete(tables.staff_failure).where(_f.staff_id == staff_id))
