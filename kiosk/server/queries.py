"""What the server tells: others' events to a station, the tokens of a day, whether the database answers."""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, Row, select

from kiosk.model.events import Event, Json
from kiosk.model.token import listed
from kiosk.server.projection import token_of
from kiosk.server.tables import event, facility, token


@dataclass(frozen=True)
class Changes:
    """Other stores' events after a cursor, in the order of their revisions."""

    events: tuple[Event, ...]
    cursor: int
    more: bool


def changes(engine: Engine, facility_id: str, store_id: str, cursor: int, want: int) -> Changes:
    """At most ``want`` events of other stores.

    The facility's revision is read first: what commits later has a higher one, and is left for the next pull.
    """
    with engine.begin() as connection:
        newest = connection.execute(select(facility.c.revision).filter_by(facility_id=facility_id)).scalar() or 0
        others = (
            select(event)
            .where(event.c.facility_id == facility_id, event.c.store_id != store_id)
            .where(event.c.revision > cursor, event.c.revision <= newest)
            .order_by(event.c.revision)
            .limit(want + 1)
        )
        rows = connection.execute(others).all()
    more = len(rows) > want
    rows = rows[:want]
    reached = (rows[-1].revision if rows else cursor) if more else newest
    return Changes(tuple(_event(row) for row in rows), reached, more)


def _event(row: Row[tuple[object, ...]]) -> Event:
    return Event(
        event_id=row.event_id,
        store_id=row.store_id,
        seq=row.seq,
        kind=row.kind,
        token_id=row.token_id,
        at=row.at,
        service_day=row.service_day,
        body=json.loads(row.body),
        hash=row.hash,
    )


def tokens_of_day(engine: Engine, facility_id: str, service_day: date) -> list[dict[str, Json]]:
    """The day's tokens in the order of issue, each as ``kiosk tokens`` lists it."""
    rows = (
        select(token)
        .filter_by(facility_id=facility_id, service_day=service_day)
        .order_by(token.c.issued_at, token.c.store_id, token.c.number)
    )
    with engine.begin() as connection:
        return [listed(token_of(row), synced=True) for row in connection.execute(rows).mappings()]


def check_database(engine: Engine) -> None:
    """Read from the database.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: if that fails.
    """
    with engine.begin() as connection:
        connection.execute(select(facility.c.facility_id).limit(1)).first()
