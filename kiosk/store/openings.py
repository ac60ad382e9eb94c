"""Facts about the whole facility: what a supervisor has opened, closed or vouched for."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import MAXYEAR, date, datetime, timedelta

import structlog
from sqlalchemy import Connection, bindparam, select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert

from kiosk.model.clock import ClockFault, believable_time
from kiosk.model.desk import OpeningChange
from kiosk.model.events import OF_FACILITY, Event, Json, Kind, instant_text, parse_instant
from kiosk.model.moves import SAID_AT, IllegalMoveError
from kiosk.model.opd import Facility
from kiosk.model.openings import read_opening
from kiosk.store import tables
from kiosk.store.engine import fixed_sql, rows_of
from kiosk.store.ledger import Ledger

_STEP = timedelta(microseconds=1)
_o = tables.opening.c
_OF_DAY = fixed_sql(
    select(_o.department, _o.room, _o.is_open, _o.changed_at)
    .where(_o.facility_id == bindparam("facility_id"), _o.service_day == bindparam("day"))
    .order_by(_o.department, _o.room)
)
_log = structlog.get_logger()


def declare(
    connection: Connection,
    new_id: Callable[[], str],
    kind: Kind,
    facility: Facility,
    now: datetime,
    body: Mapping[str, Json],
) -> None:
    """See ``DeskStore.declare``.

    Raises:
        IllegalMoveError: KIND_UNKNOWN, it is about a token; BODY_INVALID.
        ClockError, StoreForkError: but for CLOCK_ACCEPTED, which is there to mend the first of them.
    """
    ledger = Ledger(connection, new_id)
    if kind not in OF_FACILITY:
        raise IllegalMoveError("KIND_UNKNOWN", f"{kind} says nothing of the whole facility")
    if kind is Kind.CLOCK_ACCEPTED:
        _accept_clock(ledger, facility, now, body)
    else:
        at = ledger.time_at(now)
        day = ledger.service_day(facility, at)
        told = {**body, "facility_id": facility.facility_id}
        _keep(connection, ledger.note(kind, at, day, told | _later(connection, told, day, at)))
    ledger.close()


def take_fact(connection: Connection, event: Event) -> None:
    """What another station, or the server, has said. What makes no sense stays a fact that changes nothing."""
    try:
        if event.token_id:
            raise IllegalMoveError("BODY_INVALID", f"{event.kind} is about no token")
        if event.kind == Kind.OPENING_CHANGED:
            _keep(connection, event)
    except IllegalMoveError as error:
        _log.warning("pulled_event_not_applied", code=error.code, kind=event.kind, seq=event.seq)


def openings(connection: Connection, facility_id: str, service_day: date) -> list[OpeningChange]:
    """See ``DeskStore.openings``; by department and room."""
    rows = rows_of(connection, _OF_DAY, {"facility_id": facility_id, "day": service_day.isoformat()})
    return [
        OpeningChange(department, room, None if is_open is None else bool(is_open), parse_instant(changed_at))
        for department, room, is_open, changed_at in rows
    ]


def _later(connection: Connection, body: Mapping[str, Json], day: date, at: datetime) -> dict[str, Json]:
    """What a correction says besides, so that it counts though it corrects the word of a clock that is ahead."""
    its = select(_o.changed_at).where(
        _o.facility_id == str(body["facility_id"]),
        _o.service_day == day.isoformat(),
        _o.department == str(body.get("department")),
        _o.room == str(body.get("room", "")),
    )
    kept = connection.execute(its).scalar()
    known = parse_instant(kept) if kept is not None else at - _STEP
    if known < at or known.year == MAXYEAR:  # after which there is no time
        return {}
    return {SAID_AT: instant_text(known + _STEP)}


def _accept_clock(ledger: Ledger, facility: Facility, now: datetime, body: Mapping[str, Json]) -> None:
    """Time and service day go on from ``now``, even backwards. The event says what was wrong with the clock.

    Numbers stay unique all the same: each service day has its own counter row.
    """
    fault = believable_time(now, ledger.meta.last_at, ledger.meta.confirmed_at)
    told: dict[str, Json] = {"fault": fault.value} if isinstance(fault, ClockFault) else {}
    ledger.note(Kind.CLOCK_ACCEPTED, now, facility.service_day(now), {**body, **told})
    ledger.vouch(now)


def _keep(connection: Connection, event: Event) -> None:
    """The newest word counts, whatever comes first."""
    said = read_opening(event)
    values = {
        "facility_id": _facility_id(connection, event),
        "service_day": event.service_day.isoformat(),
        "event_id": event.event_id,
        **asdict(said),
        "changed_at": instant_text(said.changed_at),
    }
    row = upsert(tables.opening).values(values)
    later = tuple_(row.excluded.changed_at, row.excluded.event_id) > tuple_(_o.changed_at, _o.event_id)
    connection.execute(
        row.on_conflict_do_update(index_elements=list(tables.opening.primary_key), set_=values, where=later)
    )


def _facility_id(connection: Connection, event: Event) -> str:
    """As the event says; else whoever wrote it knew of one facility, and so does this station."""
    told = event.body.get("facility_id")
    if isinstance(told, str):
        return told
    return connection.execute(select(tables.enrolment.c.facility_id)).scalar() or ""
