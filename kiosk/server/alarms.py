"""Alarms: what an administrator has to look at, because two machines claim to be one station."""

from datetime import datetime

import structlog
import uuid_utils
from sqlalchemy import Connection, Row, and_, insert, select, update

from kiosk.server.problems import RefusedError
from kiosk.server.tables import alarm, station

CLONED, SUPERSEDED, FOREIGN = "station_key_cloned", "superseded_store_spoke", "store_of_other_station"
MOST_OPEN = 20
"""Of one station; the first ones say enough, and a machine run wild is not to fill the database."""
_log = structlog.get_logger()


class CloneError(RefusedError):
    """A store that cannot be this station's: refused, and an alarm is raised of ``kind``."""

    def __init__(self, code: str, title: str, kind: str) -> None:
        super().__init__(403, code, title)
        self.kind = kind


def raise_alarm(
    connection: Connection, facility_id: str, station_id: str, store_id: str, kind: str, now: datetime
) -> None:
    """Once for each store and kind, until it is cleared."""
    mine = select(alarm.c.kind, alarm.c.store_id).filter_by(facility_id=facility_id, station_id=station_id)
    open_ones = {tuple(row) for row in connection.execute(mine.where(alarm.c.cleared_at.is_(None)))}
    if (kind, store_id) in open_ones or len(open_ones) >= MOST_OPEN:
        return
    row = {"facility_id": facility_id, "station_id": station_id, "store_id": store_id, "kind": kind}
    connection.execute(insert(alarm).values(**row, alarm_id=str(uuid_utils.uuid7()), raised_at=now))
    _log.error("alarm", **row)


def is_cleared(connection: Connection, facility_id: str, station_id: str, store_id: str) -> bool:
    """Whether an administrator has looked at this store and let it go on as the station's.

    Since the station's last enrolment: that closed its alarms too, but to shut their stores out.
    """
    same = and_(station.c.facility_id == alarm.c.facility_id, station.c.station_id == alarm.c.station_id)
    its = select(alarm.c.alarm_id).join(station, same).where(alarm.c.raised_at >= station.c.enrolled_at)
    mine = and_(alarm.c.facility_id == facility_id, alarm.c.station_id == station_id, alarm.c.store_id == store_id)
    cleared = its.where(mine, alarm.c.kind == CLONED, alarm.c.cleared_at.is_not(None))
    return connection.execute(cleared.limit(1)).first() is not None


def alarms_of(connection: Connection, facility_id: str) -> list[Row[tuple[object, ...]]]:
    """The facility's open alarms, oldest first."""
    mine = select(alarm).where(alarm.c.facility_id == facility_id, alarm.c.cleared_at.is_(None))
    return list(connection.execute(mine.order_by(alarm.c.raised_at, alarm.c.alarm_id)).all())


def clear_alarm(connection: Connection, facility_id: str, alarm_id: str, now: datetime) -> bool:
    """Whether there was such an alarm to clear. Its store may go on as the station's."""
    mine = (alarm.c.facility_id == facility_id, alarm.c.alarm_id == alarm_id, alarm.c.cleared_at.is_(None))
    return connection.execute(update(alarm).where(*mine).values(cleared_at=now)).rowcount == 1


def clear_station(connection: Connection, facility_id: str, station_id: str, now: datetime) -> None:
    """Close those of a station that was enrolled anew: whoever else had its key has none any more."""
    mine = (alarm.c.facility_id == facility_id, alarm.c.station_id == station_id, alarm.c.cleared_at.is_(None))
    connection.execute(update(alarm).where(*mine).values(cleared_at=now))
