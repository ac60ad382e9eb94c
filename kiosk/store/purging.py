"""Patients' details whose time is over leave the store, and the file: rows, write-ahead log and all.

Until the server has acknowledged them the store has the only copy. For a day after that it keeps them, should the
server be restored from a backup.
"""

from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import CompoundSelect, Connection, Engine, Select, delete, func, or_, select, union

from kiosk.model.clock import ClockFault, believable_time
from kiosk.model.events import TELLS_DETAILS, instant_text
from kiosk.store import tables
from kiosk.store.engine import BUSY_TIMEOUT_MS, outside_transactions
from kiosk.store.ledger import Meta, read_meta
from kiosk.store.syncing import KEPT_AFTER_ACK, last_synced_at

KEPT_ALONE = timedelta(days=7)
"""For how long a store that no server knows keeps details after the token was issued."""
KEPT_OF_OTHERS = timedelta(hours=48)
"""For how long a desk keeps details of other stations' tokens after their issue. A service day has 24 h, so this is at
least a day after its end for the tokens of its morning, and more for all others."""
_e = tables.event.c
_t = tables.token.c
_p = tables.patient.c
_f = tables.former_store.c
_a = tables.ack.c
_log = structlog.get_logger()


def purge_details(connection: Connection, now: datetime) -> int:
    """See ``TokenStore.purge_details``; ``truncate_log`` must follow once this is committed.

    Under a clock that cannot be believed nothing is deleted.
    """
    meta = read_meta(connection)
    if isinstance(believable_time(now, meta.last_at, meta.confirmed_at), ClockFault):
        return 0
    kept = _tokens_kept(connection, meta, now)
    return connection.execute(delete(tables.patient).where(_p.token_id.not_in(kept))).rowcount


def truncate_log(writer: Engine, folder: Path) -> bool:
    """Bring all of the write-ahead log into the file and empty it; False where a reader is in the way.

    Never waits for the reader: nobody could issue meanwhile.
    """
    with outside_transactions(writer, folder) as connection:
        connection.execute("PRAGMA busy_timeout=0")
        try:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    if busy:
        _log.warning("log_not_emptied", reason="a reader is in the way; the next purge tries again")
    return not busy


def _tokens_kept(connection: Connection, meta: Meta, now: datetime) -> CompoundSelect[tuple[str]] | Select[tuple[str]]:
    """Ids of the tokens whose details stay."""
    if connection.execute(select(tables.enrolment.c.one)).first() is None and last_synced_at(connection) is None:
        return select(_t.token_id).where(_t.issued_at > instant_text(now - KEPT_ALONE))
    long_ago = instant_text(now - KEPT_AFTER_ACK)
    long_held = connection.execute(select(func.max(_a.seq)).where(_a.at <= long_ago)).scalar() or 0
    told = select(_e.token_id).where(_e.kind.in_(TELLS_DETAILS))
    newer = told.where(_e.store_id == meta.store_id, _e.seq > long_held)
    fresh_former = select(_f.store_id).where(or_(_f.adopted_at.is_(None), _f.adopted_at > long_ago))
    former = told.where(_e.store_id.in_(fresh_former))
    own = or_(_t.store_id == meta.store_id, _t.store_id.in_(select(_f.store_id)))
    others = select(_t.token_id).where(~own, _t.issued_at > instant_text(now - KEPT_OF_OTHERS))
    return union(newer, former, others)
