"""The stores that this station had before the present one, and what of theirs the server may not hold yet."""

from sqlalchemy import Connection, func, select

from kiosk.model.events import Event
from kiosk.store import tables
from kiosk.store.rows import event_of

_e = tables.event.c
_f = tables.former_store.c
PENDING = _f.adopted_at.is_(None)
_UNKNOWN = tables.former_store.join(tables.event, (_e.store_id == _f.store_id) & (_e.seq > _f.acked_seq))
_ORPHANS = select(tables.event).select_from(_UNKNOWN).where(PENDING).order_by(_f.place, _e.seq)
_COUNT = select(func.count()).select_from(_UNKNOWN).where(PENDING)


def is_pending(connection: Connection) -> bool:
    """Whether the server is yet to be told of the present store."""
    return connection.execute(select(_f.store_id).where(PENDING).limit(1)).first() is not None


def orphans(connection: Connection, limit: int) -> list[Event]:
    """The former stores' events that the server is not known to hold, oldest first."""
    return [event_of(row) for row in connection.execute(_ORPHANS.limit(limit))]


def orphan_count(connection: Connection) -> int:
    count: int = connection.execute(_COUNT).scalar_one()
    return count
