"""Kiosks, server workers and the network between them fail for a while; then the stores' union is the server."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kiosk.server.database import open_database
from tests.e2e.records import opened_store, rows
from tests.postgres import Postgres
from tests.soak.campus import Campus, campus
from tests.soak.cut_network import CutNetwork, cut_network

SEED = 20261122
HALF_AN_HOUR_S = 1800.0
Row = Mapping[str, Any]
TOKEN = "token_id, label, department, series, number, queue_department, store_id, state, slip, copies, service_day"


@pytest.fixture
def network() -> Iterator[CutNetwork]:
    with cut_network(SEED) as network:
        yield network


@pytest.mark.timeout(300)
def test_a_short_storm_loses_nothing(tmp_path: Path, postgres: Postgres, network: CutNetwork) -> None:
    with postgres.database() as url:
        survive(tmp_path, url, network, kiosks=2, seconds=8)


@pytest.mark.soak
def test_half_an_hour_of_storms_loses_nothing(tmp_path: Path, postgres: Postgres, network: CutNetwork) -> None:
    with postgres.database() as url:
        survive(tmp_path, url, network, kiosks=8, seconds=HALF_AN_HOUR_S)


def survive(folder: Path, database_url: str, network: CutNetwork, kiosks: int, seconds: float) -> None:
    with campus(folder, database_url, network, SEED, kiosks) as here:
        here.survive(seconds)
        here.settle()
        told = told_of(here)
    print(f"{told}; {network.broken} connections broken")
    assert_the_union_of_the_stores_is_the_server(here, database_url)
    assert_every_store_holds_the_servers_tokens(here, database_url)
    assert_promises_are_kept(here, database_url)


def told_of(here: Campus) -> str:
    tokens = sum(len(kiosk.promised) for kiosk in here.kiosks)
    kills = sum(kiosk.kills for kiosk in here.kiosks)
    refused = sorted({code for kiosk in here.kiosks for code in kiosk.refused})
    assert tokens > 0
    assert not refused, "a kiosk that was only killed goes on issuing"
    assert kills, "the storm was none"
    return f"{tokens} tokens told, {kills} kiosks and {here.server_kills} servers killed"


def assert_the_union_of_the_stores_is_the_server(here: Campus, database_url: str) -> None:
    """Row for row, read past our own code: every store's own events, and nothing else."""
    query = "SELECT store_id, seq, event_id, kind, token_id, body, hash FROM event"
    own = [row for kiosk in here.kiosks for row in _own_events(kiosk.station.folder, query)]
    held = _server_rows(database_url, query)
    assert len(own) == len(held)
    assert sorted(map(_line, own)) == sorted(map(_line, held))


def assert_every_store_holds_the_servers_tokens(here: Campus, database_url: str) -> None:
    meant = sorted(map(_line, _server_rows(database_url, f"SELECT {TOKEN} FROM token")))
    for kiosk in here.kiosks:
        with opened_store(kiosk.station.folder) as store:
            found = sorted(map(_line, rows(store, f"SELECT {TOKEN} FROM token")))
        assert found == meant, f"{kiosk.station.folder.name} holds other tokens than the server"


def assert_promises_are_kept(here: Campus, database_url: str) -> None:
    labels = {row["token_id"]: row["label"] for row in _server_rows(database_url, f"SELECT {TOKEN} FROM token")}
    numbers = [(row["service_day"], row["label"]) for row in _server_rows(database_url, f"SELECT {TOKEN} FROM token")]
    assert len(numbers) == len(set(numbers)), "one number twice"
    for kiosk in here.kiosks:
        assert kiosk.promised.items() <= labels.items()


def _own_events(folder: Path, query: str) -> list[Row]:
    with opened_store(folder) as store:
        return [dict(row) for row in rows(store, f"{query} WHERE store_id = (SELECT store_id FROM meta)")]


def _server_rows(database_url: str, query: str) -> list[Row]:
    database = open_database(database_url)
    try:
        with database.reader.begin() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]
    finally:
        database.close()


def _line(row: Row) -> str:
    return json.dumps(dict(row), sort_keys=True, default=str)
