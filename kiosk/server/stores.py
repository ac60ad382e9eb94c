"""Which store a station has. It has one at a time: a second one that speaks with its key is a copy's.

Lock order everywhere: stores (by id), then the facility, then the rest.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from kiosk.errors import StoreForkError
from kiosk.model.events import FIRST_HASH
from kiosk.server.alarms import CLONED, FOREIGN, SUPERSEDED, CloneError, is_cleared, raise_alarm
from kiosk.server.database import Database, insert_new
from kiosk.server.identity import Caller, Role
from kiosk.server.problems import ProblemError
from kiosk.server.series import Owner, reserve_for, retire_reserve, series_for
from kiosk.server.tables import event, facility, station, store
from kiosk.sync.messages import StoreAnswer, StoreRequest

_LEFT = "the station has left this store: a copy of it was here before"


def register_store(database: Database, caller: Caller, request: StoreRequest, now: datetime) -> StoreAnswer:
    """Make a station's new store known, in place of its former one. The same request again gets the same answer.

    Raises:
        CloneError: 403 STATION_CLONED: the station's present store is another than the one that this one follows.
        ProblemError: 409 SERIES_TAKEN or SERIES_EXHAUSTED.
        StoreForkError: the new store is one that was left already.
    """
    try:
        return database.write(lambda connection: _registered(connection, caller, request, now))
    except CloneError as error:
        _raise_alarm(database, caller, request.store_id, error.kind, now)
        raise


def admit_store(database: Database, caller: Caller, store_id: str, now: datetime) -> None:
    """Refuse a store that is not the station's present one. Whoever does not sign has no station.

    Raises:
        StoreForkError: it was the station's, and was left.
        CloneError: 403 STORE_FOREIGN: it is another station's.
        ProblemError: 409 STORE_UNKNOWN: it must be registered first.
    """
    if caller.role is Role.LOCAL:
        return
    with database.reader.begin() as connection:
        row = _standing(connection, caller, store_id)
    if row.present == store_id:
        return
    if row.station_id is None:
        raise ProblemError(409, "STORE_UNKNOWN", "the server does not know this store: register it first")
    if row.station_id != caller.station_id:
        _raise_alarm(database, caller, store_id, FOREIGN, now)
        raise CloneError("STORE_FOREIGN", "this store is another station's", FOREIGN)
    _raise_alarm(database, caller, store_id, SUPERSEDED, now)
    raise StoreForkError(_LEFT)


def _standing(connection: Connection, caller: Caller, store_id: str) -> Row[str | None, str | None]:
    """The station's present store, and which station ``store_id`` belongs to."""
    sent = and_(store.c.facility_id == station.c.facility_id, store.c.store_id == store_id)
    mine = select(station.c.store_id.label("present"), store.c.station_id).select_from(station.outerjoin(store, sent))
    return connection.execute(mine.where(_is_station(caller.facility_id, caller.station_id))).one()


def _raise_alarm(database: Database, caller: Caller, store_id: str, kind: str, now: datetime) -> None:
    """In a transaction of its own, which stays."""
    work = partial(raise_alarm, store_id=store_id, kind=kind, now=now)
    database.write(partial(work, facility_id=caller.facility_id, station_id=caller.station_id))


def _registered(connection: Connection, caller: Caller, request: StoreRequest, now: datetime) -> StoreAnswer:
    owner = Owner(caller.facility_id, caller.station_id, request.store_id)
    known = locked(connection, owner, request.former_store_id)
    present = known.station.store_id
    if present != request.store_id:
        refuse_left_store(known, owner)
        if present != request.former_store_id and not is_cleared(connection, **vars(owner)):
            raise CloneError("STATION_CLONED", "another machine has this station's key: enrol again", CLONED)
    granted = begin_store(connection, owner, present, request.series, now)
    held = select(event.c.event_id).where(
        event.c.facility_id == owner.facility_id, event.c.event_id.in_(request.orphans)
    )
    return StoreAnswer(
        series=granted.series,
        reserve_series=granted.reserve_series,
        held=sorted(connection.execute(held).scalars()),
        server_time=now,
    )


@dataclass(frozen=True)
class Locked:
    """What is known of a store, its facility and its station, with nobody else changing it."""

    store: Row[*tuple[object, ...]] | None
    facility: Row[*tuple[object, ...]]
    station: Row[*tuple[object, ...]]


def locked(connection: Connection, owner: Owner, *others: str) -> Locked:
    """Lock the store, the station's present one, ``others`` and the facility, as weakly as changing them allows."""
    its = select(station).where(_is_station(owner.facility_id, owner.station_id))
    present = connection.execute(its).one().store_id
    ids = {owner.store_id, present, *others} - {None}
    some = select(store).where(store.c.facility_id == owner.facility_id, store.c.store_id.in_(ids))
    rows = connection.execute(some.order_by(store.c.store_id).with_for_update(key_share=True)).all()
    place = select(facility).filter_by(facility_id=owner.facility_id).with_for_update(key_share=True)
    return Locked(
        next((row for row in rows if row.store_id == owner.store_id), None),
        connection.execute(place).one(),
        connection.execute(its).one(),
    )


def refuse_left_store(known: Locked, owner: Owner) -> None:
    """Refuse a store that its station has left, that forked, or that is another station's.

    Raises:
        StoreForkError, CloneError
    """
    row = known.store
    if row is None:
        return
    if row.station_id not in (None, owner.station_id):
        raise CloneError("STORE_FOREIGN", "this store is another station's", FOREIGN)
    if row.superseded_at is not None or row.quarantined_at is not None:
        raise StoreForkError(_LEFT)


@dataclass(frozen=True)
class Granted:
    """The series of a store, and the reserve; None where none is left."""

    series: str
    reserve_series: str | None


def begin_store(
    connection: Connection, owner: Owner, former_store_id: str | None, wanted: str | None, now: datetime
) -> Granted:
    """Make a store the station's present one, with its series; the former one may not speak any more.

    Where it is the present one already, it keeps what it has.

    Raises:
        ProblemError: as ``series_for``.
    """
    granted = series_for(connection, owner, wanted, now)
    if former_store_id != owner.store_id:
        begin_silent_store(connection, owner, former_store_id, now)
    return Granted(granted, reserve_for(connection, owner, now))


def begin_silent_store(connection: Connection, owner: Owner, former_store_id: str | None, now: datetime) -> None:
    """The same for a station that issues no tokens."""
    _insert_or_adopt(connection, owner, now)
    if former_store_id not in (None, owner.store_id):
        _leave(connection, replace(owner, store_id=former_store_id), now)
    its = _is_station(owner.facility_id, owner.station_id)
    connection.execute(update(station).where(its).values(store_id=owner.store_id))


def _insert_or_adopt(connection: Connection, owner: Owner, now: datetime) -> None:
    """A store may have been here before its station enrolled."""
    if not insert_new(
        connection, store, {**vars(owner), "acked_seq": 0, "last_hash": FIRST_HASH, "registered_at": now}
    ):
        connection.execute(update(store).where(_is_store(owner)).values(station_id=owner.station_id))


def _leave(connection: Connection, owner: Owner, now: datetime) -> None:
    connection.execute(update(store).where(_is_store(owner)).values(superseded_at=now))
    retire_reserve(connection, owner)


def _is_station(facility_id: str, station_id: str) -> ColumnElement[bool]:
    return and_(station.c.facility_id == facility_id, station.c.station_id == station_id)


def _is_store(owner: Owner) -> ColumnElement[bool]:
    return and_(store.c.facility_id == owner.facility_id, store.c.store_id == owner.store_id)
