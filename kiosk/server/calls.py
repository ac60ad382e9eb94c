"""Whose turn it is, decided once for all desks: a call is one transaction under the facility's lock."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, select

from kiosk.model.desk import CallOrder
from kiosk.model.events import Json, Kind
from kiosk.model.moves import MOVES, apply
from kiosk.model.opd import Facility
from kiosk.model.queue import USUAL_RULE
from kiosk.model.token import State, Token
from kiosk.server.configuring import in_force
from kiosk.server.database import Database
from kiosk.server.openings import openings
from kiosk.server.own_ledger import OWNER, append, hold
from kiosk.server.problems import ProblemError
from kiosk.server.projection import token_of
from kiosk.server.rows import patient_message
from kiosk.server.tables import event, patient, store, token
from kiosk.server.waiting import next_of
from kiosk.sync.messages import PatientMessage

_CALLABLE = MOVES[Kind.TOKEN_CALLED][0]
_IN_A_ROOM = frozenset({State.CALLED, State.SERVING})
_DAYS_OFF = 1
"""As far as a desk's service day may be from the server's: one of them may have turned its day already."""


@dataclass(frozen=True)
class Answered:
    """The token that is the room's, or None where nobody waits; ``revision`` where the call made a new one."""

    token: Token | None = None
    patient: PatientMessage | None = None
    revision: int | None = None


def call(database: Database, order: CallOrder, now: datetime) -> Answered:
    """Call the next patient, or the one who is named. The same order again gets the same token, as it is by then.

    Raises:
        ProblemError: 404 TOKEN_UNKNOWN; 409 CALLED_ELSEWHERE with ``room``, NOT_CALLABLE, ROOM_CLOSED or
            REQUEST_REUSED; 422 SERVICE_DAY_WRONG.
    """
    with database.reader.begin() as connection:
        dated = in_force(connection, order.facility_id, now)
    plan = dated.configuration.facility if dated is not None else None
    _refuse_other_day(plan, order, now)
    return database.write(lambda connection: _answered(connection, order, plan, now))


def _refuse_other_day(plan: Facility | None, order: CallOrder, now: datetime) -> None:
    today = plan.service_day(now) if plan is not None else now.date()
    if abs((order.service_day - today).days) > _DAYS_OFF:
        raise ProblemError(
            422, "SERVICE_DAY_WRONG", "this service day is over, or has not begun; check the desk's clock"
        )


def _answered(connection: Connection, order: CallOrder, plan: Facility | None, now: datetime) -> Answered:
    is_known = hold(connection, order.facility_id)
    earlier = _earlier(connection, order)
    chosen = earlier or _chosen(connection, order, plan, is_known)
    if chosen is None:
        return Answered()
    if earlier is not None or _is_here(chosen, order.room):
        return Answered(chosen, _patient(connection, chosen))
    body: dict[str, Json] = {"room": order.room, "staff": order.staff_id}
    # The token's own day: one that was carried over is called on the next.
    of_token = (order.facility_id, Kind.TOKEN_CALLED, chosen.token_id, now, chosen.service_day, body)
    appended = append(connection, *of_token, event_id=order.request_id)
    return Answered(apply(chosen, appended.event), _patient(connection, chosen), appended.revision)


def _earlier(connection: Connection, order: CallOrder) -> Token | None:
    """What this very order has called before, as it is now."""
    row = _event(connection, order)
    if row is None:
        return None
    called = _token(connection, order.facility_id, row.token_id)
    is_same = row.kind == Kind.TOKEN_CALLED and row.station_id == OWNER and _is_called_to(row.body, order.room)
    if called is None or not is_same or order.token_id not in (None, row.token_id):
        raise ProblemError(409, "REQUEST_REUSED", "this request_id stands for something else")
    return called


def _chosen(connection: Connection, order: CallOrder, plan: Facility | None, is_known: bool) -> Token | None:
    if order.token_id is not None:
        return _named(_token(connection, order.facility_id, order.token_id), order.room)
    if not is_known:
        return None
    departments = _not_closed(connection, order)
    rule, classes = (plan.calling, plan.classes) if plan is not None else (USUAL_RULE, {})
    return next_of(connection, order.facility_id, order.service_day, departments, rule, classes)


def _named(named: Token | None, room: str) -> Token:
    """The token that staff want, if this room may have it. A closed room may: somebody is there who calls."""
    if named is None:
        raise ProblemError(404, "TOKEN_UNKNOWN", "the server knows no such token; synchronise first")
    if _is_here(named, room):
        return named
    if named.state in _IN_A_ROOM and named.room != room:
        raise ProblemError(409, "CALLED_ELSEWHERE", "another room was first", room=named.room)
    if named.state not in _CALLABLE or not named.arrived:
        raise ProblemError(409, "NOT_CALLABLE", "the token waits no more, or its patient has not arrived")
    return named


def _not_closed(connection: Connection, order: CallOrder) -> set[str]:
    """A department that takes no more tokens is still called; a closed room calls nobody whom it does not name."""
    closed = {
        each.department
        for each in openings(connection, order.facility_id, order.service_day)
        if each.room == order.room and each.is_open is False
    }
    left = set(order.departments) - closed
    if closed and not left:
        raise ProblemError(409, "ROOM_CLOSED", "this room is closed today; a supervisor can open it")
    return left


def _is_here(found: Token, room: str) -> bool:
    return found.state is State.CALLED and found.room == room


def _is_called_to(body: str, room: str) -> bool:
    found: dict[str, Json] = json.loads(body)
    return found.get("room") == room


def _event(connection: Connection, order: CallOrder) -> Row[str, str, str, str | None] | None:
    of = and_(store.c.facility_id == event.c.facility_id, store.c.store_id == event.c.store_id)
    columns = (event.c.kind, event.c.token_id, event.c.body, store.c.station_id)
    its = select(*columns).join(store, of).where(event.c.facility_id == order.facility_id)
    return connection.execute(its.where(event.c.event_id == order.request_id)).first()


def _token(connection: Connection, facility_id: str, token_id: str) -> Token | None:
    row = connection.execute(select(token).filter_by(facility_id=facility_id, token_id=token_id)).mappings().first()
    return token_of(row) if row is not None else None


def _patient(connection: Connection, called: Token) -> PatientMessage | None:
    mine = select(patient).filter_by(facility_id=called.facility_id, token_id=called.token_id)
    row = connection.execute(mine).mappings().first()
    return patient_message(row) if row is not None else None
