"""A store goes on under a new name, after it was copied or brought back from a backup, and loses nothing by it.

Of the former store's events the server may hold more than was acknowledged here. It is asked by their ids; those that
it does not hold are written anew into the present history, with the ids that they had. They go before what the present
store has written by itself meanwhile, which nobody has seen yet: so the history tells them in the order in which they
happened, and nobody is told of a slip before its token.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from kiosk.errors import StoreError
from kiosk.model.events import FIRST_HASH, Event, Kind, chained, instant_text
from kiosk.model.exchange import StoreClaim, StoreGrant
from kiosk.store import tables
from kiosk.store.former import PENDING, is_pending, orphans
from kiosk.store.ledger import Meta, read_meta
from kiosk.store.rows import event_of, event_values
from kiosk.store.syncing import ACKED, position

MAX_ORPHANS = 2000
"""In one claim; as many as the messages may carry. With more, there is another claim after each grant."""
_e = tables.event.c
_t = tables.token.c
_f = tables.former_store.c


def begin_anew(connection: Connection, new_id: Callable[[], str], now: datetime, reserve: str | None) -> None:
    """See ``TokenStore.begin_anew``.

    Raises:
        StoreError: SERIES_USED, this store knows tokens in the series ``reserve``.
    """
    if reserve is not None and not is_new_series(connection, reserve):
        raise StoreError(f"tokens of series {reserve!r} are known here: it is not new", code="SERIES_USED")
    meta, acked = read_meta(connection), position(connection, ACKED)
    left = {"store_id": meta.store_id, "acked_seq": acked, "registered": not is_pending(connection)}
    place = connection.execute(select(func.count()).select_from(tables.former_store)).scalar_one()
    connection.execute(insert(tables.former_store), left | {"left_at": instant_text(now), "place": place})
    # Numbers of another sequence: what was acknowledged is synced for ever, the rest until it is adopted is not.
    connection.execute(update(tables.token).where(_t.last_seq <= acked).values(last_seq=0))
    fresh = {"store_id": new_id(), "last_seq": 0, "last_hash": FIRST_HASH, "adopted_seq": 0, "forked_at": None}
    connection.execute(update(tables.meta), fresh | {"series": reserve})
    _hear_all_again(connection)
    used = tables.enrolment.c.reserve_series == reserve
    connection.execute(update(tables.enrolment).where(used).values(reserve_series=None))


def is_new_series(connection: Connection, series: str) -> bool:
    """Whether no token of ``series`` was ever seen here."""
    return connection.execute(select(_t.token_id).where(_t.series == series).limit(1)).first() is None


def claim(connection: Connection) -> StoreClaim | None:
    """See ``TokenStore.claim``."""
    # The one that the server takes for this station's: not one that came and went while it could not be told.
    newest = select(_f.store_id).where(PENDING).order_by(_f.registered.desc(), _f.place.desc()).limit(1)
    former = connection.execute(newest).scalar()
    if former is None:
        return None
    meta = read_meta(connection)
    return StoreClaim(meta.store_id, former, meta.series, tuple(event.event_id for event in _asked(connection)))


def claim_again(connection: Connection) -> None:
    """See ``TokenStore.claim_again``."""
    if not is_pending(connection):
        # What is adopted now goes to the end: others may have heard of the present events under their numbers.
        connection.execute(update(tables.meta).values(adopted_seq=tables.meta.c.last_seq))
    connection.execute(update(tables.former_store).values(adopted_at=None, acked_seq=0))
    # Those put aside are asked for again too. None has lost its place by now, but for one that will be pulled.
    aside = update(tables.event).where(_e.seq < 0, _e.store_id.in_(select(_f.store_id)))
    connection.execute(aside.values(seq=-_e.seq).prefix_with("OR IGNORE"))
    left = select(_e.token_id).where(_e.store_id.in_(select(_f.store_id)), _e.seq > 0)
    connection.execute(update(tables.token).where(_t.token_id.in_(left)).values(last_seq=func.max(_t.last_seq, 1)))
    _hear_all_again(connection)


def granted(connection: Connection, grant: StoreGrant, now: datetime) -> None:
    """See ``TokenStore.granted``. Answers the claim that ``claim`` gives now."""
    if not is_pending(connection):
        return
    meta, asked = read_meta(connection), _asked(connection)
    held = [event for event in asked if event.event_id in grant.held]
    _put_aside(connection, held)
    _adopt(connection, meta, [event for event in asked if event.event_id not in grant.held])
    if meta.series is None:
        connection.execute(update(tables.meta).values(series=grant.series))
    connection.execute(update(tables.enrolment).values(reserve_series=grant.reserve_series))
    if not _asked(connection):
        connection.execute(update(tables.former_store).where(PENDING).values(adopted_at=instant_text(now)))
        _note_touched(connection, meta.store_id)


def _hear_all_again(connection: Connection) -> None:
    """Nothing is known any more of what the server holds or has told. ``moved_at`` stays: that was so."""
    connection.execute(update(tables.cursor).values(value=0))
    connection.execute(delete(tables.ack))


def _asked(connection: Connection) -> list[Event]:
    return orphans(connection, MAX_ORPHANS)


def _put_aside(connection: Connection, held: Sequence[Event]) -> None:
    """Of events that the server holds, the place in its order is not known until they are pulled: minus stands for it.

    Their own places may be another event's there, if a copy of the former store was faster.
    """
    aside = update(tables.event).where(_e.event_id == bindparam("id")).values(seq=-_e.seq)
    if held:
        connection.execute(aside, [{"id": event.event_id} for event in held])


def _adopt(connection: Connection, meta: Meta, adopted: Sequence[Event]) -> None:
    """Write ``adopted`` anew, after those adopted before and ahead of the present store's own events."""
    if not adopted:
        return
    own = select(tables.event).where(_e.store_id == meta.store_id, _e.seq > meta.adopted_seq).order_by(_e.seq)
    moved = [*adopted, *(event_of(row) for row in connection.execute(own))]
    before = select(_e.hash).where(_e.store_id == meta.store_id, _e.seq == meta.adopted_seq)
    fresh = _rechained(moved, meta, connection.execute(before).scalar() or FIRST_HASH)
    connection.execute(delete(tables.event).where(_e.event_id == bindparam("id")), [{"id": e.event_id} for e in moved])
    connection.execute(insert(tables.event), [event_values(event) for event in fresh])
    issued = [event.token_id for event in adopted if event.kind == Kind.TOKEN_ISSUED]
    connection.execute(update(tables.token).where(_t.token_id.in_(issued)).values(store_id=meta.store_id))
    tip = {"last_seq": fresh[-1].seq, "last_hash": fresh[-1].hash}
    connection.execute(update(tables.meta).values(tip | {"adopted_seq": meta.adopted_seq + len(adopted)}))


def _rechained(events: Iterable[Event], meta: Meta, previous_hash: str) -> list[Event]:
    fresh: list[Event] = []
    for seq, event in enumerate(events, meta.adopted_seq + 1):
        kept = {name: value for name, value in vars(event).items() if name not in ("store_id", "seq", "hash")}
        fresh.append(chained(previous_hash, store_id=meta.store_id, seq=seq, **kept))
        previous_hash = fresh[-1].hash
    return fresh


def _note_touched(connection: Connection, store_id: str) -> None:
    """Each token's newest own event, now that they have other numbers; none where the server holds them all."""
    newest = select(_e.token_id, func.max(_e.seq).label("seq")).where(_e.store_id == store_id).group_by(_e.token_id)
    touched = [{"id": row.token_id, "seq": row.seq} for row in connection.execute(newest)]
    connection.execute(update(tables.token).where(_t.last_seq > 0).values(last_seq=0))
    if touched:
        connection.execute(
            update(tables.token).where(_t.token_id == bindparam("id")).values(last_seq=bindparam("seq")), touched
        )
