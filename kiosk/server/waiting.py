"""What a call is chosen from: the heads of queues, whoever is in a room, and who was called last.

Each is answered from an index whose size does not grow with the day; ``tests/server/test_queries.py`` holds it to that.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import product

from sqlalchemy import Connection, Select, select, union_all

from kiosk.model.patient import PatientKeys
from kiosk.model.queue import CallingRule, Classes, next_call, place
from kiosk.model.token import Priority, State, Token
from kiosk.server.projection import token_of
from kiosk.server.tables import IS_BUSY, WAS_CALLED, token

HEADS = 3
"""Of each queue, at first: more are looked at only where all of these are with another department just now."""
_t = token.c


def next_of(
    connection: Connection,
    facility_id: str,
    service_day: date,
    departments: Collection[str],
    rule: CallingRule,
    classes: Classes,
) -> Token | None:
    """Whom ``model.queue`` would choose of all who wait, from the heads of their queues alone."""
    named = sorted(set(departments))
    busy = busy_keys(connection, facility_id, service_day)
    called = last_called(connection, facility_id, service_day, named, rule.priority_per_routine)
    limit = HEADS
    heads = heads_of(connection, facility_id, service_day, named, limit)
    while _hides_somebody(heads, busy, limit):
        limit *= 8
        heads = heads_of(connection, facility_id, service_day, named, limit)
    return next_call(heads, called, busy, rule, classes)


def heads_of(
    connection: Connection, facility_id: str, service_day: date, departments: Iterable[str], limit: int
) -> list[Token]:
    """The first ``limit`` of each priority of each department who wait and are there, in the order of their places."""
    return _found(
        connection,
        [
            _of_day(facility_id, service_day)
            .where(_t.queue_department == department, _t.state == State.WAITING, _t.priority == priority, _t.arrived)
            .order_by(_t.queued_at, _t.token_id)
            .limit(limit)
            for department, priority in product(departments, Priority)
        ],
    )


def last_called(
    connection: Connection, facility_id: str, service_day: date, departments: Iterable[str], limit: int
) -> list[Token]:
    """The last ``limit`` of each department who were called in their turn: emergencies never are."""
    return _found(
        connection,
        [
            _of_day(facility_id, service_day)
            .where(_t.queue_department == department, WAS_CALLED, _t.priority != Priority.EMERGENCY)
            .order_by(_t.called_at.desc())
            .limit(limit)
            for department in departments
        ],
    )


def busy_keys(connection: Connection, facility_id: str, service_day: date) -> frozenset[PatientKeys]:
    """Of all patients who are called or served, in whichever department."""
    keys = select(_t.number_key, _t.address_key).filter_by(facility_id=facility_id, service_day=service_day)
    return frozenset(PatientKeys(*row) for row in connection.execute(keys.where(IS_BUSY)))


def _hides_somebody(heads: Iterable[Token], busy: Collection[PatientKeys], limit: int) -> bool:
    """Whether one queue's heads are all busy, and others may wait behind them."""
    free: dict[tuple[str, Priority], list[bool]] = {}
    for each in heads:
        is_free = not any(each.keys.match(keys) for keys in busy)
        free.setdefault((each.queue_department, each.priority), []).append(is_free)
    return any(len(found) == limit and not any(found) for found in free.values())


def _of_day(facility_id: str, service_day: date) -> Select[tuple[object, ...]]:
    return select(token).where(_t.facility_id == facility_id, _t.service_day == service_day)


def _found(connection: Connection, ranges: Sequence[Select[tuple[object, ...]]]) -> list[Token]:
    """Each range is asked for by itself: all in one condition, the database would read and sort more than heads."""
    if not ranges:
        return []
    parts = union_all(*(select(each.subquery()) for each in ranges))
    return sorted((token_of(row) for row in connection.execute(parts).mappings()), key=place)
