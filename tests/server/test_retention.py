"""What the server forgets, and what it keeps."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, make_url, select

from kiosk.server import retention
from kiosk.server.database import Database, open_database
from kiosk.server.ingest import ingest
from kiosk.server.retention import Expired, expired, purge
from kiosk.server.tables import audit, event, nonce, patient, token
from kiosk.sync.messages import SyncRequest
from tests.sync.chain import FACILITY, INVENTED, Chain

NOW = datetime(2027, 11, 22, 4, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=365, seconds=1)
YOUNG = NOW - timedelta(days=365)
OTHER = "IN0000000001"


def take(database: Database, chain: Chain, at: datetime) -> None:
    ingest(database, SyncRequest.of(chain.push(), chain.facility_id), at)


def count(database: Database, table: Table) -> int:
    with database.reader.begin() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def audits(database: Database) -> list[dict[str, Any]]:
    with database.reader.begin() as connection:
        return [dict(row) for row in connection.execute(select(audit).order_by(audit.c.facility_id)).mappings()]


def test_details_older_than_they_may_be_go_and_nothing_else(database: Database) -> None:
    take(database, Chain("A").issue_many(5), OLD)
    take(database, Chain("B").issue_many(2), YOUNG)
    take(database, Chain("A", OTHER).issue_many(3), OLD)
    both = [Expired(FACILITY, 5), Expired(OTHER, 3)]
    assert expired(database, NOW, 365) == both
    assert count(database, patient) == 10
    assert purge(database, NOW, 365) == both
    assert (count(database, patient), count(database, token), count(database, event)) == (2, 10, 10)
    assert [(row["facility_id"], row["act"], row["at"], row["reason"]) for row in audits(database)] == [
        (FACILITY, "details_purged", NOW, "5 patients' details, kept for 365 days"),
        (OTHER, "details_purged", NOW, "3 patients' details, kept for 365 days"),
    ]


def test_a_second_purge_finds_nothing_and_says_nothing(database: Database) -> None:
    take(database, Chain().issue_many(2), OLD)
    purge(database, NOW, 365)
    assert purge(database, NOW, 365) == expired(database, NOW, 365) == []
    assert len(audits(database)) == 1


def test_more_than_one_batch(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 7)
    take(database, Chain().issue_many(20), OLD)
    assert purge(database, NOW, 365) == [Expired(FACILITY, 20)]
    assert count(database, patient) == 0


def test_details_that_came_anew_stay(database: Database) -> None:
    chain = Chain().issue_many(3)
    take(database, chain, OLD)
    take(database, chain, NOW)
    assert purge(database, NOW, 365) == []
    assert count(database, patient) == 3


def test_nonces_whose_time_is_over_go(database: Database) -> None:
    take(database, Chain().issue_many(1), NOW)
    common = {"facility_id": FACILITY, "key_id": "K"}
    rows = [{**common, "nonce": f"n{age}", "expires_at": NOW - timedelta(seconds=age)} for age in (-1, 0, 1, 2)]
    database.write(lambda connection: connection.execute(insert(nonce), rows))
    purge(database, NOW, 365)
    with database.reader.begin() as connection:
        assert set(connection.execute(select(nonce.c.nonce)).scalars()) == {"n-1", "n0"}


def test_the_name_is_in_no_file_of_sqlite_afterwards(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.db'}"
    database = open_database(url)
    take(database, Chain().issue_many(50), OLD)
    assert is_found(INVENTED.name, url)
    purge(database, NOW, 365)
    assert not is_found(INVENTED.name, url)
    database.close()


def is_found(name: str, url: str) -> bool:
    path = Path(str(make_url(url).database))
    return any(name.encode() in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
