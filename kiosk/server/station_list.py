"""A facility's stations as an administrator sees them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from kiosk.server.tables import alarm, series, station, station_key
from kiosk.sync.signing import fingerprint


@dataclass(frozen=True)
class StationState:
    """``fingerprint`` is of its newest good key, ``alarm`` the kind of its newest open alarm; None where none is."""

    station_id: str
    kind: str
    name: str
    enrolled_at: datetime | None
    revoked_at: datetime | None
    store_id: str | None
    series: str | None
    fingerprint: str | None
    alarm: str | None


def stations_of(connection: Connection, facility_id: str) -> list[StationState]:
    """By their ids."""
    given = select(series.c.store_id, series.c.series).filter_by(facility_id=facility_id)
    by_store = {row.store_id: row.series for row in connection.execute(given)}
    keys, alarms = _keys(connection, facility_id), _alarms(connection, facility_id)
    own = (station.c.station_id, station.c.kind, station.c.name)
    mine = select(*own, station.c.enrolled_at, station.c.revoked_at, station.c.store_id)
    rows = connection.execute(mine.filter_by(facility_id=facility_id).order_by(station.c.station_id)).all()
    return [
        StationState(
            **row._mapping,
            series=by_store.get(row.store_id) if row.store_id else None,
            fingerprint=keys.get(row.station_id),
            alarm=alarms.get(row.station_id),
        )
        for row in rows
    ]


def _keys(connection: Connection, facility_id: str) -> dict[str, str]:
    good = select(station_key.c.station_id, station_key.c.public_key).filter_by(facility_id=facility_id)
    good = good.where(station_key.c.revoked_at.is_(None)).order_by(station_key.c.made_at, station_key.c.key_id)
    return {row.station_id: fingerprint(bytes.fromhex(row.public_key)) for row in connection.execute(good)}


def _alarms(connection: Connection, facility_id: str) -> dict[str, str]:
    open_ones = select(alarm.c.station_id, alarm.c.kind).filter_by(facility_id=facility_id)
    open_ones = open_ones.where(alarm.c.cleared_at.is_(None)).order_by(alarm.c.raised_at, alarm.c.alarm_id)
    return {row.station_id: row.kind for row in connection.execute(open_ones)}
