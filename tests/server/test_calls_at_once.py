"""Desks that call from the same queues at once: everybody is called, once, in the order of the pure function."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from kiosk.errors import KioskError
from kiosk.model.desk import CallOrder
from kiosk.model.exchange import Push
from kiosk.server.calls import call
from kiosk.server.database import Database, database_errors
from kiosk.server.ingest import ingest
from kiosk.server.problems import ProblemError
from kiosk.sync.messages import SyncRequest
from tests.server.desks import Desk, assert_each_called_once_and_fairly, crowd, hall_of, work_together
from tests.sync.chain import FACILITY, START, Chain

DEPARTMENTS = tuple(f"D{number}" for number in range(6))
DESKS, EACH = 12, 100
T = TypeVar("T")
NOW = START + timedelta(hours=1)
"""All at one time: each call is held a little later than the one before it."""


def patiently(work: Callable[[], T]) -> T:
    """What the database has no time for is tried again, as stations do that are told so."""
    while True:
        try:
            with database_errors():
                return work()
        except KioskError as error:
            if error.code != "DATABASE_UNAVAILABLE":
                raise


def push(database: Database, push: Push) -> None:
    assert patiently(lambda: ingest(database, SyncRequest.of(push, FACILITY), NOW)).parked == ()


def ask(database: Database, order: CallOrder) -> str | None:
    """Only who is named can be somewhere else."""
    try:
        answered = patiently(lambda: call(database, order, NOW))
    except ProblemError as error:
        if order.token_id is None or error.code not in ("CALLED_ELSEWHERE", "NOT_CALLABLE"):
            raise
        return None
    return answered.token.token_id if answered.token is not None else None


def test_twelve_desks_call_six_hundred_once_each_and_in_order(shared: Database) -> None:
    chain = crowd(1, DEPARTMENTS, EACH)
    for first in range(1, DESKS * EACH, 200):
        push(shared, chain.push(first, first + 199))
    hall = hall_of(chain, within_s=110)
    desks = [
        Desk(f"R{place}", (DEPARTMENTS[place % 6], DEPARTMENTS[(place + 1) % 6]), Chain(f"{place}"), *said)
        for place in range(DESKS)
        for said in [(partial(ask, shared), partial(push, shared))]
    ]
    work_together(desks, hall)
    assert_each_called_once_and_fairly(shared, desks, hall)
    assert len({desk.room for desk in desks if desk.got}) == DESKS
