"""What was acknowledged is there after a crash of PostgreSQL itself."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from kiosk.server.database import open_database
from kiosk.server.ingest import ingest
from kiosk.server.tables import event, patient, token
from kiosk.sync.messages import SyncRequest
from tests.postgres import binaries, new_cluster, started
from tests.sync.chain import FACILITY, START, Chain


@pytest.fixture
def programs() -> Path:
    found = binaries()
    if found is None:
        pytest.skip("no PostgreSQL under /usr/lib/postgresql: on Debian `make test` installs it")
    return found


def push(url: str, chain: Chain, first: int) -> tuple[int, list[int]]:
    """Returns how far it was acknowledged, and how many rows were there before, in three tables."""
    database = open_database(url)
    with database.reader.begin() as connection:
        counts = [select(func.count()).select_from(table) for table in (event, token, patient)]
        held = [connection.execute(count).scalar_one() for count in counts]
    acked = ingest(database, SyncRequest.of(chain.push(first, first + 199), FACILITY), START).acked_seq
    database.close()
    return acked, held


def test_acked_means_durable_when_postgresql_crashes(programs: Path) -> None:
    chain = Chain().issue_many(400)
    with new_cluster(programs) as folder:
        with started(programs, folder) as cluster:
            assert push(cluster.url("postgres"), chain, 1) == (200, [0] * 3)
            assert push(cluster.url("postgres"), chain, 201) == (400, [200] * 3)
            cluster.crash()
        assert "was not properly shut down" not in (folder / "log").read_text()
        with started(programs, folder) as cluster:
            assert push(cluster.url("postgres"), chain, 201) == (400, [400] * 3)
        assert "was not properly shut down" in (folder / "log").read_text()
