"""Desks that call at once over HTTP, from several server processes over one PostgreSQL: everybody once, in order."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import text, update

from kiosk.errors import CalledElsewhereError, NotAllowedError, ServerError
from kiosk.model.desk import CallOrder
from kiosk.model.exchange import Push
from kiosk.server.database import Database, open_database
from kiosk.server.ingest import ingest
from kiosk.server.tables import token
from kiosk.sync.client import HttpServer
from kiosk.sync.messages import SyncRequest
from tests.bench.server_process import serving
from tests.bench.server_stations import BenchStation, enrolled
from tests.postgres import Postgres
from tests.server.desks import Desk, assert_each_called_once_and_fairly, crowd, hall_of, work_together
from tests.sync.chain import FACILITY, START, Chain

WORKERS = 2
TRIES = 10
_T = TypeVar("_T")


@pytest.mark.soak
def test_fifty_desks_call_ten_thousand_once_each_and_in_order(tmp_path: Path, postgres: Postgres) -> None:
    with postgres.database() as url:
        call_all(tmp_path, url, desks=50, departments=40, each=250, within_s=3600.0)


def test_six_desks_call_a_hundred_and_twenty(tmp_path: Path, postgres: Postgres) -> None:
    with postgres.database() as url:
        call_all(tmp_path, url, desks=6, departments=4, each=30, within_s=110.0)


def call_all(folder: Path, database_url: str, desks: int, departments: int, each: int, within_s: float) -> None:
    codes = [f"D{number:02}" for number in range(departments)]
    chain = crowd(1, codes, each)
    with closing(open_database(database_url)) as database, serving(database_url, WORKERS, folder) as address:
        wait_today(database, chain)
        hall = hall_of(chain, within_s)
        with rooms(enrolled(database, address, [FACILITY] * desks, kind="desk"), address, codes) as opened:
            work_together(opened, hall)
        assert_each_called_once_and_fairly(database, opened, hall)
        with database.reader.begin() as connection:
            counted = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            assert connection.execute(counted).scalar_one() == 0


def wait_today(database: Database, chain: Chain) -> None:
    """The server's clock is the machine's; the events say another day, which is of no account for calls."""
    for first in range(1, len(chain.events) + 1, 200):
        push = chain.push(first, first + 199)
        assert ingest(database, SyncRequest.of(push, FACILITY), START).parked == ()
    with database.writer.begin() as connection:
        connection.execute(update(token).values(service_day=datetime.now(UTC).date()))


@contextmanager
def rooms(stations: list[BenchStation], address: str, codes: list[str]) -> Iterator[list[Desk]]:
    """Each calls from two departments, and shares each with others."""
    with ExitStack() as clients:
        opened = []
        for place, station in enumerate(stations):
            server = clients.enter_context(closing(HttpServer(address, FACILITY, signer=station.signer)))
            own = (codes[place % len(codes)], codes[(place + 1) % len(codes)])
            asks = partial(ask, server), partial(push_to, server)
            opened.append(Desk(f"R{place}", own, station.chain, *asks, day=datetime.now(UTC).date()))
        yield opened


def ask(server: HttpServer, order: CallOrder) -> str | None:
    """Only who is named can be somewhere else."""
    try:
        called = patiently(lambda: server.call(order))
    except (CalledElsewhereError, NotAllowedError):
        if order.token_id is None:
            raise
        return None
    return called.token.token_id if called is not None else None


def push_to(server: HttpServer, push: Push) -> None:
    assert patiently(lambda: server.exchange(push)).acked_seq == push.events[-1].seq


def patiently(say: Callable[[], _T]) -> _T:
    """As a desk does: an answer that was late or lost is asked for again, with the same order."""
    for _ in range(TRIES - 1):
        try:
            return say()
        except ServerError as error:
            if error.code not in ("SERVER_TIMEOUT", "SERVER_UNREACHABLE", "SERVER_BUSY"):
                raise
    return say()
