"""The outbox of a store, and what came back from the server."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kiosk.errors import StoreError, StoreForkError
from kiosk.model.desk import Called
from kiosk.model.events import TELLS_DETAILS, Event, instant_text
from kiosk.model.exchange import PatientDetails, Pull, Push
from kiosk.store import pulling, tables
from kiosk.store.engine import fixed_sql, rows_of
from kiosk.store.former import is_pending, orphan_count
from kiosk.store.ledger import Meta, read_meta, touch
from kiosk.store.rows import event_of, instant_or_none, patient_of

ACKED = "acked"
PULLED = "pulled"
KEPT_AFTER_ACK = timedelta(hours=24)
"""For how long after the acknowledgement details are kept, should the server be restored from a backup."""
_c = tables.cursor.c
_e = tables.event.c
_a = tables.ack.c
_MOVED_AT = fixed_sql(select(func.max(_c.moved_at)))


def next_push(connection: Connection, limit: int) -> Push:
    """See ``TokenStore.next_push``.

    Raises:
        StoreError: STORE_UNREGISTERED, the server must be told of this store first.
    """
    _refuse_unregistered(connection)
    meta = read_meta(connection)
    own = (
        select(tables.event)
        .where(_e.store_id == meta.store_id, _e.seq > position(connection, ACKED))
        .order_by(_e.seq)
        .limit(limit)
    )
    events = tuple(event_of(row) for row in connection.execute(own))
    return Push(meta.store_id, events, _details(connection, events), position(connection, PULLED))


def synced(connection: Connection, pull: Pull, now: datetime, newer: Collection[str] = ()) -> None:
    """See ``TokenStore.synced``; for ``newer`` see ``pulling.take_in``.

    Raises:
        StoreForkError: the server holds more of this store's events than the store itself, or another one.
        StoreError: STORE_UNREGISTERED, this answers a question that the present store has not asked.
    """
    _refuse_unregistered(connection)
    meta = read_meta(connection)
    if pull.acked_seq > meta.last_seq:
        raise StoreForkError("the server has later events of this store: it was restored or cloned")
    if not _is_ours(connection, meta.store_id, pull):
        raise StoreForkError("the server holds another event under this store's number: a copy was faster")
    pulling.take_in(connection, meta, pull, newer)
    _show_acked(connection, meta, pull.acked_seq)
    _note_ack(connection, pull.acked_seq, now)
    # Taken even where it is lower than before: a server restored from a backup gets the missing events again.
    _move(connection, ACKED, pull.acked_seq, now)
    _move(connection, PULLED, pull.cursor, now)
    confirmed = max(pull.server_time, meta.confirmed_at or pull.server_time)
    connection.execute(update(tables.meta).values(confirmed_at=instant_text(confirmed)))


def take_called(connection: Connection, called: Called) -> None:
    """See ``DeskStore.take_called``."""
    pulling.take_called(connection, read_meta(connection), called, position(connection, ACKED))


def doubt(connection: Connection) -> None:
    """Nothing is known any more of what the server holds: it has another history, or may have."""
    connection.execute(update(tables.cursor).where(_c.name == ACKED).values(value=0))
    connection.execute(delete(tables.ack))


def _is_ours(connection: Connection, store_id: str, pull: Pull) -> bool:
    """Whether what is acknowledged is what this store wrote. Its hash stands for all events before it too."""
    if pull.acked_hash is None or pull.acked_seq == 0:
        return True
    written = select(_e.hash).where(_e.store_id == store_id, _e.seq == pull.acked_seq)
    return bool(connection.execute(written).scalar() == pull.acked_hash)


def position(connection: Connection, name: str) -> int:
    return connection.execute(select(_c.value).where(_c.name == name)).scalar() or 0


def unsynced(connection: Connection) -> int:
    """See ``TokenStore.unsynced``. A former store's events count until they are adopted, or known to be held."""
    return read_meta(connection).last_seq - position(connection, ACKED) + orphan_count(connection)


def last_synced_at(connection: Connection) -> datetime | None:
    ((moved_at,),) = rows_of(connection, _MOVED_AT, {})
    return instant_or_none(moved_at)


def _refuse_unregistered(connection: Connection) -> None:
    if is_pending(connection):
        raise StoreError("the server must be told of this new store first", code="STORE_UNREGISTERED")


def _details(connection: Connection, events: tuple[Event, ...]) -> tuple[PatientDetails, ...]:
    issued = {event.token_id for event in events if event.kind in TELLS_DETAILS}
    rows = connection.execute(select(tables.patient).where(tables.patient.c.token_id.in_(issued)))
    return tuple(PatientDetails(row.token_id, patient_of(row)) for row in rows)


def _show_acked(connection: Connection, meta: Meta, acked_seq: int) -> None:
    """That their events are held is shown with the tokens. What is held no more shows with their next change."""
    acked = position(connection, ACKED)
    if acked_seq > acked:
        touch(connection, select(_e.token_id).where(_e.store_id == meta.store_id, _e.seq.between(acked + 1, acked_seq)))


def _note_ack(connection: Connection, acked_seq: int, now: datetime) -> None:
    """When which events were acknowledged, as far as the purge has to know.

    What a server restored from an older backup holds no more is not acknowledged, however old its acknowledgement.
    """
    connection.execute(delete(tables.ack).where(_a.seq > acked_seq))
    if acked_seq > position(connection, ACKED):
        connection.execute(insert(tables.ack), {"seq": acked_seq, "at": instant_text(now)})
    old = _a.at <= instant_text(now - KEPT_AFTER_ACK)
    newest_old = select(func.max(_a.seq)).where(old).scalar_subquery()
    connection.execute(delete(tables.ack).where(old, _a.seq < newest_old))


def _move(connection: Connection, name: str, value: int, now: datetime) -> None:
    values = {"value": value, "moved_at": instant_text(now)}
    row = upsert(tables.cursor).values(name=name, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))
