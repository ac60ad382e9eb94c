"""Facts about a whole facility: what supervisors have opened or closed for one service day, or vouched for."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

from sqlalchemy import Connection, select, tuple_

from kiosk.model.desk import OpeningChange
from kiosk.model.events import OF_FACILITY, Event, Kind
from kiosk.model.moves import IllegalMoveError
from kiosk.model.openings import read_opening
from kiosk.server.database import insert_into
from kiosk.server.tables import opening

_o = opening.c


def is_fact(event: Event) -> bool:
    """Whether it speaks of no token."""
    return not event.token_id or event.kind in OF_FACILITY


def take_facts(connection: Connection, facility_id: str, facts: Iterable[Event]) -> dict[str, str]:
    """Keep what they say. Returns a code for the id of each that says nothing which this program understands."""
    codes = {}
    for event in facts:
        try:
            _take(connection, facility_id, event)
        except IllegalMoveError as error:
            codes[event.event_id] = error.code
    return codes


def openings(connection: Connection, facility_id: str, service_day: date) -> list[OpeningChange]:
    """By department and room."""
    columns = (_o.department, _o.room, _o.is_open, _o.changed_at)
    its = select(*columns).filter_by(facility_id=facility_id, service_day=service_day)
    return [OpeningChange(*row) for row in connection.execute(its.order_by(_o.department, _o.room))]


def _take(connection: Connection, facility_id: str, event: Event) -> None:
    if event.kind not in OF_FACILITY:
        is_known = event.kind in {kind.value for kind in Kind}
        raise IllegalMoveError("BODY_INVALID" if is_known else "KIND_UNKNOWN", "an event without its token")
    if event.token_id:
        raise IllegalMoveError("BODY_INVALID", f"{event.kind} is about no token")
    if event.kind == Kind.OPENING_CHANGED:
        _keep(connection, facility_id, event)


def _keep(connection: Connection, facility_id: str, event: Event) -> None:
    """The newest word counts, whichever comes first."""
    if event.body.get("facility_id", facility_id) != facility_id:
        raise IllegalMoveError("FACILITY_OTHER", "a department of another facility")
    values = {
        "facility_id": facility_id,
        "service_day": event.service_day,
        "event_id": event.event_id,
        **asdict(read_opening(event)),
    }
    row = insert_into(connection, opening).values(values)
    later = tuple_(row.excluded.changed_at, row.excluded.event_id) > tuple_(_o.changed_at, _o.event_id)
    connection.execute(row.on_conflict_do_update(index_elements=list(opening.primary_key), set_=values, where=later))
