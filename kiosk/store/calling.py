"""Whose turn it is, from this station's own knowledge: for a desk that is cut off from its server, or has none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Select, select

from kiosk.errors import CalledElsewhereError
from kiosk.model.desk import Called, CallOrder
from kiosk.model.events import Json, Kind
from kiosk.model.moves import IllegalMoveError
from kiosk.model.patient import Patient, PatientKeys, patient_keys
from kiosk.model.queue import CallingRule, Classes, Lane, lane_of, next_call
from kiosk.model.token import Priority, State, Token
from kiosk.ports import Issued, IssueOrder
from kiosk.store import tables
from kiosk.store.issuing import Holder, give
from kiosk.store.ledger import Ledger, find_patient, find_token, known_token
from kiosk.store.rows import token_of

REFERRAL = "referral"
_BUSY = (State.CALLED, State.SERVING)
_e = tables.event.c
_t = tables.token.c


def call(
    connection: Connection,
    new_id: Callable[[], str],
    order: CallOrder,
    rule: CallingRule,
    classes: Classes,
    now: datetime,
) -> Called | None:
    """See ``DeskStore.call``."""
    ledger = Ledger(connection, new_id)
    at = ledger.time_at(now)
    token = _answered(connection, order)
    if token is None:
        token = _next(connection, order, rule, classes) if order.token_id is None else _named(connection, order)
        if token is None:
            return None
        body: dict[str, Json] = {"room": order.room, "staff": order.staff_id}
        token = ledger.act(Kind.TOKEN_CALLED, token, at, body)
        ledger.close()
    return Called(token, find_patient(connection, token.token_id))


def refer(
    connection: Connection, new_id: Callable[[], str], token_id: str, order: IssueOrder, body: Mapping[str, Json]
) -> Issued:
    """See ``DeskStore.refer``. Who had priority keeps it, unless ``order`` gives another one.

    Raises:
        IllegalMoveError: the token is neither called nor being served.
        QuotaReachedError, StoreError: as for issuing; then it is not completed either.
    """
    ledger = Ledger(connection, new_id)
    at = ledger.time_at(order.now)
    token = known_token(connection, token_id)
    ledger.act(Kind.TOKEN_COMPLETED, token, at, body)
    after = ledger.time_at(order.now)
    day = ledger.service_day(order.facility, after)
    patient = find_patient(connection, token_id)
    keys = token.keys
    if token.service_day != day:  # keys are a day's own
        keys = patient_keys(patient or Patient(), day, ledger.meta.facility_key)
    issued = give(connection, ledger, _referral(order, token), after, Holder(day, keys, patient))
    ledger.close()
    return issued


def waiting(connection: Connection, facility_id: str, service_day: date, departments: Sequence[str]) -> list[Token]:
    """See ``DeskStore.waiting``."""
    queue = _queues(facility_id, service_day, departments).where(_t.state == State.WAITING.value)
    return [token_of(row) for row in connection.execute(queue.order_by(_t.queued_at, _t.token_id))]


def _answered(connection: Connection, order: CallOrder) -> Token | None:
    """Whom the server has called for this very order, though its answer was lost: that was pulled meanwhile."""
    token_id = connection.execute(select(_e.token_id).where(_e.event_id == order.request_id)).scalar()
    return find_token(connection, token_id) if token_id is not None else None


def _next(connection: Connection, order: CallOrder, rule: CallingRule, classes: Classes) -> Token | None:
    there = waiting(connection, order.facility_id, order.service_day, order.departments)
    return next_call(there, _called(connection, order, classes), _busy(connection, order), rule, classes)


def _called(connection: Connection, order: CallOrder, classes: Classes) -> Iterator[Token]:
    """Who was called from these queues today, the latest first, back to the last routine one: the rest says nothing."""
    called = _queues(order.facility_id, order.service_day, order.departments).where(_t.called_at.is_not(None))
    for row in connection.execute(called.order_by(_t.called_at.desc())):
        token = token_of(row)
        yield token
        if lane_of(token, classes) is Lane.ROUTINE:
            return


def _busy(connection: Connection, order: CallOrder) -> list[PatientKeys]:
    """Who is called or served somewhere, in whatever department."""
    its = select(_t.number_key, _t.address_key).where(*_day(order.facility_id, order.service_day), _t.state.in_(_BUSY))
    return [PatientKeys(row.number_key, row.address_key) for row in connection.execute(its)]


def _named(connection: Connection, order: CallOrder) -> Token:
    token = known_token(connection, order.token_id or "")
    if token.state in _BUSY and token.room != order.room:
        where = f"to room {token.room}" if token.room else "elsewhere"
        raise CalledElsewhereError(f"{token.label} was called {where} first")
    if not token.arrived:
        raise IllegalMoveError("NOT_CALLABLE", "the patient has not arrived")  # as the server says
    return token


def _referral(order: IssueOrder, token: Token) -> IssueOrder:
    priority = token.priority if order.priority is Priority.ROUTINE else order.priority
    remarks = {**order.remarks, "referred_from": token.token_id}
    return replace(order, source=REFERRAL, priority=priority, remarks=remarks)


def _queues(facility_id: str, service_day: date, departments: Sequence[str]) -> Select[tuple[object, ...]]:
    return select(tables.token).where(*_day(facility_id, service_day), _t.queue_department.in_(departments))


def _day(facility_id: str, service_day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _t.service_day == service_day.isoformat(), _t.facility_id == facility_id
