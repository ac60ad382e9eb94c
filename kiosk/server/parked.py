"""Events that were received and could not be applied: kept aside with a code, tried again when that may have changed.

An event is tried again when a later push issues its token, when a server starts (it may have been upgraded), and by
``kiosk admin parked --retry``. It never holds up what comes after it, and its own station is never asked for it again.

A parked event that is applied at last takes the facility's newest revision: revisions are the order in which the server
applied events. Stations that hold it already ignore it, as any event seen before; but it stands among what is new to
each of them, so the pull that brings it again brings its token as the server now has it.

An act of the staff that a kiosk has sent is parked for good, as KIND_FORBIDDEN: its key was taken, or its program is
another one.

MOVE_ILLEGAL is tried again only behind an event of the same token that has just been applied, as it may have failed for
want of that one. Alone it has lost to another station's act, and its time is over: a call that came second must not
call the patient again hours later.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Exists, Row, and_, bindparam, delete, exists, insert, select, update

from kiosk.errors import KioskError
from kiosk.model.configuration import KIOSK
from kiosk.model.events import OF_FACILITY, OF_KIOSK, Event, Kind
from kiosk.model.opd import SERVER_SERIES
from kiosk.model.token import Priority
from kiosk.server.database import Database, database_errors, is_among
from kiosk.server.projection import project
from kiosk.server.revisions import next_revisions
from kiosk.server.rows import event_of
from kiosk.server.tables import event, facility, parked, station, store, token

TOKENS = 100
"""Tokens of one transaction, so that no station waits long for its facility."""
FORBIDDEN = "KIND_FORBIDDEN"
_LOST = "MOVE_ILLEGAL"
_STAFFS = frozenset(Kind) - OF_KIOSK
_EVENT = and_(
    event.c.facility_id == parked.c.facility_id, event.c.store_id == parked.c.store_id, event.c.seq == parked.c.seq
)
_ONE_PARKED, _ONE_EVENT = (
    and_(
        table.c.facility_id == bindparam("of_facility"),
        table.c.store_id == bindparam("of_store"),
        table.c.seq == bindparam("of_seq"),
    )
    for table in (parked, event)
)
_log = structlog.get_logger()


@dataclass(frozen=True)
class ParkedEvent:
    """One event that waits, as ``kiosk admin parked`` lists it."""

    facility_id: str
    store_id: str
    seq: int
    kind: str
    code: str
    token_id: str
    parked_at: datetime


def forbidden(connection: Connection, facility_id: str, events: Sequence[Event]) -> list[tuple[Event, str]]:
    """Each with FORBIDDEN: what only staff at a desk may do, and a kiosk has said; it lapses its own tokens alone. And
    what any station issues in the server's series, where it would stand in the way of the phones' tokens.
    """
    issued = [each for each in events if each.kind == Kind.TOKEN_ISSUED and each.body.get("series") == SERVER_SERIES]
    return [(each, FORBIDDEN) for each in issued] + _of_kiosks(connection, facility_id, events)


def _of_kiosks(connection: Connection, facility_id: str, events: Sequence[Event]) -> list[tuple[Event, str]]:
    acts = [each for each in events if _is_staffs(each) or each.kind == Kind.TOKEN_LAPSED]
    kiosks = _kiosks_of(connection, facility_id, {each.store_id for each in acts}) if acts else {}
    acts = [each for each in acts if each.store_id in kiosks]
    lapsed = {each.token_id for each in acts if each.kind == Kind.TOKEN_LAPSED}
    issuers = _issuers_of(connection, facility_id, lapsed) if lapsed else {}
    own = {
        each.event_id
        for each in acts
        if each.kind == Kind.TOKEN_LAPSED and issuers.get(each.token_id) in (None, kiosks[each.store_id])
    }
    return [(each, FORBIDDEN) for each in acts if _is_staffs(each) or each.event_id not in own]


def _is_staffs(event: Event) -> bool:
    """Whom nobody but a supervisor lets pass before all others is an emergency; other priorities a card may show."""
    is_emergency = event.kind == Kind.TOKEN_ISSUED and event.body.get("priority") == Priority.EMERGENCY.value
    return event.kind in _STAFFS or is_emergency


def _kiosks_of(connection: Connection, facility_id: str, store_ids: Collection[str]) -> dict[str, str]:
    """By store, of those that are, or were, a kiosk's."""
    whose = and_(station.c.facility_id == store.c.facility_id, station.c.station_id == store.c.station_id)
    mine = select(store.c.store_id, station.c.station_id).join(station, whose)
    its = (store.c.facility_id == facility_id, is_among(connection, store.c.store_id, store_ids))
    return {row.store_id: row.station_id for row in connection.execute(mine.where(*its, station.c.kind == KIOSK))}


def _issuers_of(connection: Connection, facility_id: str, token_ids: Collection[str]) -> dict[str, str | None]:
    """Which stations have issued the tokens that are known."""
    its = and_(store.c.facility_id == token.c.facility_id, store.c.store_id == token.c.store_id)
    mine = select(token.c.token_id, store.c.station_id).join(store, its).where(token.c.facility_id == facility_id)
    rows = connection.execute(mine.where(is_among(connection, token.c.token_id, token_ids)))
    return {row.token_id: row.station_id for row in rows}


def told(connection: Connection, facility_id: str, events: Sequence[Event]) -> tuple[Event, ...]:
    """What stations may hear. Of tokens they get the server's word, but facts they take as they come."""
    facts = {each.store_id for each in events if each.kind in OF_FACILITY}
    if not facts:
        return tuple(events)
    mine = select(parked.c.store_id, parked.c.seq).filter_by(facility_id=facility_id, code=FORBIDDEN)
    refused = {(row.store_id, row.seq) for row in connection.execute(mine.where(parked.c.store_id.in_(facts)))}
    return tuple(each for each in events if each.kind not in OF_FACILITY or (each.store_id, each.seq) not in refused)


def park(connection: Connection, facility_id: str, unfit: Iterable[tuple[Event, str]], now: datetime) -> None:
    rows = [
        {
            "facility_id": facility_id,
            "store_id": each.store_id,
            "seq": each.seq,
            "code": code,
            "parked_at": now,
            "token_id": each.token_id,
        }
        for each, code in unfit
    ]
    if rows:
        connection.execute(insert(parked), rows)


def parked_events(engine: Engine, facility_id: str) -> list[ParkedEvent]:
    """All of one facility, the oldest first."""
    columns = (*(parked.c[name] for name in ("facility_id", "store_id", "seq")), event.c.kind)
    waiting = select(*columns, parked.c.code, parked.c.token_id, parked.c.parked_at).join(event, _EVENT)
    mine = waiting.where(parked.c.facility_id == facility_id).order_by(event.c.revision)
    with engine.begin() as connection:
        return [ParkedEvent(**row) for row in connection.execute(mine).mappings()]


def retry_parked(database: Database) -> int:
    """Try all parked events of all facilities again. Returns how many could be applied.

    Several servers may do so at once, while stations push. Each transaction takes the lock of one facility and no
    store's: a push takes its store's first and then waits here, and nobody who holds the facility waits for a store.
    """
    applied = 0
    for facility_id in facilities_with_parked(database.reader):
        try:
            with database_errors():
                applied += retry_facility(database, facility_id)
        except KioskError as error:
            # Somebody works on this facility for long: no reason not to serve. `kiosk admin parked --retry` is left.
            _log.warning("parked_events_not_tried", facility_id=facility_id, code=error.code)
    if applied:
        _log.info("parked_events_applied", count=applied)
    return applied


def retry_facility(database: Database, facility_id: str) -> int:
    """As ``retry_parked``, for one facility."""
    with database.reader.begin() as connection:
        mine = select(parked.c.token_id).filter_by(facility_id=facility_id).distinct().order_by(parked.c.token_id)
        token_ids = connection.execute(mine).scalars().all()
    batches = [token_ids[first : first + TOKENS] for first in range(0, len(token_ids), TOKENS)]
    return sum(database.write(partial(_retry_locked, facility_id=facility_id, token_ids=batch)) for batch in batches)


def facilities_with_parked(engine: Engine) -> Sequence[str]:
    """The others' locks are left alone."""
    has_any = select(parked.c.seq).where(parked.c.facility_id == facility.c.facility_id).exists()
    with engine.begin() as connection:
        return (
            connection.execute(select(facility.c.facility_id).where(has_any).order_by(facility.c.facility_id))
            .scalars()
            .all()
        )


def is_waited_for(connection: Connection, facility_id: str, token_ids: Collection[str]) -> Exists:
    """Whether an event was parked for want of one of these tokens. Only true with the facility's lock held."""
    among = is_among(connection, parked.c.token_id, token_ids)
    return exists().where(parked.c.facility_id == facility_id, among, parked.c.code == "TOKEN_UNKNOWN")


def retry(connection: Connection, facility_id: str, token_ids: Collection[str]) -> int:
    """Try the parked events of these tokens again, with the facility's lock held. Returns how many could be applied."""
    mine = and_(parked.c.facility_id == facility_id, is_among(connection, parked.c.token_id, token_ids))
    waiting = select(event, parked.c.code).join(parked, _EVENT).where(event.c.facility_id == facility_id, mine)
    rows = connection.execute(waiting.order_by(event.c.revision)).all()
    events = [event_of(row) for row in rows]
    late = {row.event_id for row in rows if row.code == _LOST}
    codes = {each.event_id: code for each, code in forbidden(connection, facility_id, events)}
    allowed = [each for each in events if each.event_id not in codes]
    codes |= {each.event_id: code for each, code in project(connection, facility_id, allowed, late)}
    other = [row for row in rows if codes.get(row.event_id, row.code) != row.code]
    _recode(connection, facility_id, [(row, codes[row.event_id]) for row in other])
    applied = [row for row in rows if row.event_id not in codes]
    _move_on(connection, facility_id, applied)
    return len(applied)


def _retry_locked(connection: Connection, facility_id: str, token_ids: Collection[str]) -> int:
    lock = select(facility.c.revision).filter_by(facility_id=facility_id).with_for_update(key_share=True)
    connection.execute(lock).one()
    return retry(connection, facility_id, token_ids)


def _recode(connection: Connection, facility_id: str, rows: Sequence[tuple[Row[Any], str]]) -> None:
    if rows:
        changed = [{**_key(facility_id, row), "new_code": code} for row, code in rows]
        connection.execute(update(parked).where(_ONE_PARKED).values(code=bindparam("new_code")), changed)


def _move_on(connection: Connection, facility_id: str, rows: Sequence[Row[Any]]) -> None:
    """Applied events are parked no more, and are the facility's newest."""
    if not rows:
        return
    first = next_revisions(connection, facility_id, len(rows))
    moved = [{**_key(facility_id, row), "new_revision": first + place} for place, row in enumerate(rows)]
    connection.execute(update(event).where(_ONE_EVENT).values(revision=bindparam("new_revision")), moved)
    connection.execute(delete(parked).where(_ONE_PARKED), [_key(facility_id, row) for row in rows])


def _key(facility_id: str, row: Row[Any]) -> dict[str, Any]:
    return {"of_facility": facility_id, "of_store": row.store_id, "of_seq": row.seq}
