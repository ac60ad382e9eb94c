"""The server's bench measures what it says; its figures are of no interest here."""

import random
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from kiosk.model.token import State
from kiosk.server.database import Database, open_database
from kiosk.server.queries import day_counts, queue_of
from kiosk.server.tables import day_count, event, facility, patient, store, token
from tests.bench import server_pushed
from tests.bench.server_calls import called
from tests.bench.server_crowd import Crowd, storm
from tests.bench.server_database import Bench
from tests.bench.server_floors import copy_rate, executemany_rate, rows_of, select_rate
from tests.bench.server_grown import judged, sizes, table
from tests.bench.server_load import A_DAY, FACILITIES, analyse, facility_of, load
from tests.bench.server_process import serving
from tests.bench.server_pushed import HOSPITAL, pushed
from tests.bench.server_queries import COUNTS, QUERIES, first_queries, hot_queries
from tests.bench.server_stations import DEPARTMENTS, enrolled, write_tokens
from tests.postgres import Postgres
from tests.sync.chain import DAY


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(open_database(database_url)) as opened:
        yield opened


def count(database: Database, of: Table) -> int:
    with database.reader.begin() as connection:
        return connection.execute(select(func.count()).select_from(of)).scalar_one()


def test_what_is_loaded_is_whole_and_asked_for(database: Database) -> None:
    load(database, 0, 5_000)
    load(database, 5_000, 10_000)
    analyse(database)
    assert [count(database, of) for of in (token, event, patient)] == [10_000, 20_000, 10_000]
    assert [count(database, of) for of in (facility, store, day_count)] == [20, 20, 200]
    assert sum(row["issued"] for row in day_counts(database.reader, DAY)) == 10_000  # type: ignore[misc]
    queue = queue_of(database.reader, facility_of(7), DAY, DEPARTMENTS[3])
    assert [each.state for each in queue].count(State.WAITING) == len(queue) - 1 == 19
    first, asked = (ask(database, 10_000, seed=1) for ask in (first_queries, hot_queries))
    assert set(asked) == set(first) == set(QUERIES)
    assert {len(each) for each in first.values()} == {12}
    assert min(min(each) for each in asked.values()) > 0


def test_past_days_are_over(tmp_path: Path) -> None:
    past = FACILITIES * A_DAY
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}")) as database:
        for first in (0, past):
            load(database, first, first + A_DAY)
        with database.reader.begin() as connection:
            found = connection.execute(select(token.c.service_day, token.c.state).distinct()).all()
    assert {row.state for row in found if row.service_day == DAY} == {"completed", "serving", "waiting"}
    assert [row.state for row in found if row.service_day == DAY - timedelta(days=1)] == ["completed"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_floors_write_the_same_rows(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    cluster: Any = request.getfixturevalue("postgres") if kind == "postgresql" else None
    bench = Bench(cluster, tmp_path)
    with bench.database(kind) as url, bench.database(kind) as copied, bench.database(kind) as inserted:
        with closing(open_database(url)) as database:
            load(database, 0, A_DAY)
        rows = rows_of(url)
        assert copy_rate(copied, rows) > 0
        assert executemany_rate(inserted, rows) > 0
        for other in (rows_of(copied), rows_of(inserted)):
            assert {name: sorted(each.rows) for name, each in other.items()} == {
                name: sorted(each.rows) for name, each in rows.items()
            }
        assert select_rate(url, facility_of(0)) > 0


def test_pushes_and_pulls_are_measured_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_pushed, "CASES", {"1 station": [HOSPITAL], "2 stations": [HOSPITAL] * 2})
    bench = Bench(SimpleNamespace(), tmp_path)  # type: ignore[arg-type]
    told = list(pushed(bench, "sqlite", 1, pushes=2))
    assert len(told) == 4
    assert [bool(re.search(r" +[1-9][0-9]* events/s; ", line)) for line in told[1:]] == [True] * 3
    assert "pull of 400" in told[2]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_calls_are_measured_and_told(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    cluster: Any = request.getfixturevalue("postgres") if kind == "postgresql" else None
    told = list(called(Bench(cluster, tmp_path), kind, 1, tokens=2_000, calls=12))
    assert "2,000 tokens today" in told[0]
    assert re.search(r"p50 [0-9.]+ ms, p99 [0-9.]+ ms, aim under 100: .*; [0-9.]+ times", told[1])


def test_a_storm_brings_all_of_everybody(postgres: Postgres, tmp_path: Path) -> None:
    bench = Bench(postgres, tmp_path)
    with bench.database("postgresql") as url, closing(open_database(url)) as database:
        with serving(url, 1, tmp_path) as address:
            stations = enrolled(database, address, [HOSPITAL] * 6)
            for each in stations:
                write_tokens(each.chain, random.Random(1).randrange(5, 30))
            crowd = storm(address, stations, seed=1)
        assert len(crowd.done_s) == 6
        assert not crowd.failures
        assert len(crowd.latency_s) >= 6
        assert count(database, event) == sum(len(each.chain.events) for each in stations)


def test_a_server_that_is_away_counts_as_a_failure() -> None:
    import asyncio

    crowd = Crowd()

    async def ask() -> int:
        return (await crowd.ask("http://127.0.0.1:1", b"", asyncio.get_running_loop().time() - 2)).status

    assert asyncio.run(ask()) == 0
    assert crowd.failures == {"ConnectionRefusedError": 1}
    assert crowd.latency_s[0] >= 2


def test_growth_is_judged_by_the_smallest_and_the_largest() -> None:
    assert sizes(10_000) == [10_000]
    assert sizes(10_000_000) == [10_000, 100_000, 1_000_000, 10_000_000]
    asked = {10_000: {"a": [1.0, 1.0, 2.0], "b": [1.0]}, 100_000: {"a": [1.4, 1.4, 6.0], "b": [1.6]}}
    told = list(judged({10_000: 3000.0, 100_000: 1500.0}, asked))
    assert [re.findall("NOT met|met", line) for line in told] == [["met", "NOT met"], ["NOT met", "met"], ["NOT met"]]
    assert len(list(table("then", asked))) == 4


def test_counts_are_compared_where_all_hospitals_are_there() -> None:
    asked = {tokens: {COUNTS: [float(place)]} for place, tokens in enumerate(sizes(10_000_000), 1)}
    told, _ = judged(dict.fromkeys(asked, 1.0), asked)
    assert "1.33 times as long at 10,000,000 as at 1,000,000" in told
