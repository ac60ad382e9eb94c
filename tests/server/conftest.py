"""A database and a running server for each test that asks."""

from collections.abc import Iterator

import httpx2
import pytest

from kiosk.server.app import running_server
from kiosk.server.database import Database, open_database
from tests.postgres import Postgres
from tests.server.calling import push, queue
from tests.sync.chain import Chain


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def web(database_url: str) -> Iterator[httpx2.Client]:
    """A client of a running server over ``database_url``."""
    with (
        running_server(database_url) as server,
        httpx2.Client(base_url=server.url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def shared_url(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL, for tests of several processes over one database."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def shared(shared_url: str) -> Iterator[Database]:
    opened = open_database(shared_url)
    yield opened
    opened.close()


@pytest.fixture
def hall(database: Database) -> Chain:
    """Five who wait for MED, nobody before others."""
    chain = queue({}, {}, {}, {}, {})
    push(database, chain)
    return chain
