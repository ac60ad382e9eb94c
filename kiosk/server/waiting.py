"""What a call is chosen from: the heads of queues, whoever is in a room, and who was called last.

Each is answered from an index whose size does not grow with the day; ``tests/server/test_queries.py`` holds it to that.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import cache
from itertools import product

from sqlalchemy import CompoundSelect, Connection, Select, bindparam, select, union_all

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
    connection: Connection, facility_id: str, service_day: date, departments: Sequence[str], limit: int
) -> list[Token]:
    """The first ``limit`` of each priority of each department who wait and are there, in the order of their places."""
    return _found(connection, _heads, facility_id, service_day, departments, limit)


def last_called(
    connection: Connection, facility_id: str, service_day: date, departments: Sequence[str], limit: int
) -> list[Token]:
    """The last ``limit`` of each department who were called in their turn: emergencies never are."""
    return _found(connection, _last, facility_id, service_day, departments, limit)


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


def _found(
    connection: Connection,
    ask: Callable[[int], CompoundSelect[tuple[object, ...]]],
    facility_id: str,
    service_day: date,
    departments: Sequence[str],
    limit: int,
) -> list[Token]:
    if not departments:
        return []
    named = {f"department_{nth}": department for nth, department in enumerate(departments)}
    given = {"of_facility": facility_id, "of_day": service_day, "most": limit, **named}
    return sorted((token_of(row) for row in connection.execute(ask(len(departments)), given).mappings()), key=place)


@cache
def _heads(departments: int) -> CompoundSelect[tuple[object, ...]]:
    waits = (_t.state == State.WAITING, _t.arrived)
    return _each_by_itself(
        _of(nth).where(*waits, _t.priority == priority).order_by(_t.queued_at, _t.token_id)
        for nth, priority in product(range(departments), Priority)
    )


@cache
def _last(departments: int) -> CompoundSelect[tuple[object, ...]]:
    in_turn = (WAS_CALLED, _t.priority != Priority.EMERGENCY)
    return _each_by_itself(_of(nth).where(*in_turn).order_by(_t.called_at.desc()) for nth in range(departments))


def _of(nth: int) -> Select[tuple[object, ...]]:
    """The tokens of one queue. Its values are left open, so that the statement is made once and not for each call."""
    day = (_t.facility_id == bindparam("of_facility"), _t.service_day == bindparam("of_day"))
    return select(token).where(*day, _t.queue_department == bindparam(f"department_{nth}")).limit(bindparam("most"))


def _each_by_itself(ranges: Iterable[Select[tuple[object, ...]]]) -> CompoundSelect[tuple[object, ...]]:
    """All in one condition, the database would read and sort more than their heads."""
    return union_all(*(select(each.subquery()) for each in ranges))
