"""The outbox of a store, and what came back from the server."""

from datetime import datetime

import structlog
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kiosk.errors import StoreForkError
from kiosk.model.events import Event, Kind, instant_text, parse_instant
from kiosk.model.token import IllegalMoveError, apply
from kiosk.ports import PatientDetails, Pull, Push
from kiosk.store import tables
from kiosk.store.ledger import find_token, read_meta, save
from kiosk.store.rows import event_of, event_values, patient_of, token_values

ACKED = "acked"
PULLED = "pulled"
_c = tables.cursor.c
_e = tables.event.c
_log = structlog.get_logger()


def next_push(connection: Connection, limit: int) -> Push:
    """See ``TokenStore.next_push``."""
    meta = read_meta(connection)
    own = (
        select(tables.event)
        .where(_e.store_id == meta.store_id, _e.seq > position(connection, ACKED))
        .order_by(_e.seq)
        .limit(limit)
    )
    events = tuple(event_of(row) for row in connection.execute(own))
    return Push(meta.store_id, events, _details(connection, events), position(connection, PULLED))


def synced(connection: Connection, pull: Pull, now: datetime) -> None:
    """See ``TokenStore.synced``.

    Raises:
        StoreForkError: the server holds more of this store's events than the store itself.
    """
    meta = read_meta(connection)
    if pull.acked_seq > meta.last_seq:
        raise StoreForkError("the server has later events of this store: it was restored or cloned")
    for event in pull.events:
        if event.store_id != meta.store_id:
            _take_in(connection, event)
    # Taken even where it is lower than before: a server restored from a backup gets the missing events again.
    _move(connection, ACKED, pull.acked_seq, now)
    _move(connection, PULLED, pull.cursor, now)
    confirmed = max(pull.server_time, meta.confirmed_at or pull.server_time)
    connection.execute(update(tables.meta).values(confirmed_at=instant_text(confirmed)))


def position(connection: Connection, name: str) -> int:
    return connection.execute(select(_c.value).where(_c.name == name)).scalar() or 0


def unsynced(connection: Connection) -> int:
    """See ``TokenStore.unsynced``."""
    return read_meta(connection).last_seq - position(connection, ACKED)


def last_synced_at(connection: Connection) -> datetime | None:
    moved_at = connection.execute(select(func.max(_c.moved_at))).scalar()
    return parse_instant(moved_at) if moved_at else None


def _details(connection: Connection, events: tuple[Event, ...]) -> tuple[PatientDetails, ...]:
    told = {Kind.TOKEN_ISSUED, Kind.PATIENT_IDENTIFIED}
    issued = {event.token_id for event in events if event.kind in told}
    rows = connection.execute(select(tables.patient).where(tables.patient.c.token_id.in_(issued)))
    return tuple(PatientDetails(row.token_id, patient_of(row)) for row in rows)


def _take_in(connection: Connection, event: Event) -> None:
    """Write down another station's event and what it makes of its token. Seen before: nothing happens."""
    fresh = upsert(tables.event).values(event_values(event)).on_conflict_do_nothing().returning(_e.seq)
    if connection.execute(fresh).first() is None:
        return
    before = find_token(connection, event.token_id)
    try:
        after = apply(before, event)
    except IllegalMoveError as error:
        # The fact stays written; a later program may understand it. The server has parked it or will.
        _log.warning("pulled_event_not_applied", code=error.code, kind=event.kind[:40], seq=event.seq)
        return
    if before is None:
        added = insert(tables.token).values(token_values(after) | {"last_seq": 0}).prefix_with("OR IGNORE")
        if connection.execute(added).rowcount == 0:
            # Another station has given out this very number: both have the same series.
            _log.error("pulled_token_collides", series=after.series, seq=event.seq)
    else:
        save(connection, after)


def _move(connection: Connection, name: str, value: int, now: datetime) -> None:
    values = {"value": value, "moved_at": instant_text(now)}
    row = upsert(tables.cursor).values(name=name, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))
