"""Streams over real HTTP: from a push to an event, over one process and over two."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import structlog
from sqlalchemy import insert, make_url, text, update

from kiosk.server.app import ServerThread, running_server
from kiosk.server.database import Database
from kiosk.server.hub import Key, Standing
from kiosk.server.live import read_standings
from kiosk.server.notices import CHANNEL, announce
from kiosk.server.postgresql import postgresql_engines
from kiosk.server.tables import api_key, facility, station, station_key
from kiosk.sync.client import HttpServer
from tests.patience import PATIENCE_S
from tests.postgres import Postgres
from tests.server.streaming import streaming
from tests.sync.chain import FACILITY, Chain

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def server(database_url: str) -> Iterator[ServerThread]:
    with running_server(database_url) as running:
        yield running


def push(url: str, chain: Chain, count: int = 1) -> int:
    """``count`` new tokens of a station. Returns the facility's revision, if this is its only station."""
    first = len(chain.events)
    for number in range(first + 1, first + count + 1):
        chain.issue(number)
    client = HttpServer(url, FACILITY)
    answer = client.exchange(chain.push(first + 1))
    client.close()
    assert answer.acked_seq == len(chain.events)
    return len(chain.events)


def test_a_push_is_told_to_who_listens_and_not_to_another_facility(server: ServerThread) -> None:
    chain = Chain()
    with streaming(server.url) as mine, streaming(server.url, facility="IN0910000998") as others:
        assert mine.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert mine.answer.headers["cache-control"] == "no-store"
        assert mine.answer.headers["x-accel-buffering"] == "no"
        assert (mine.revision(), others.revision()) == (0, 0)
        mine.wait_for(push(server.url, chain))
        mine.wait_for(push(server.url, chain, 3))
        server.stop()
        assert list(others) == []


def test_a_push_that_brings_nothing_new_is_not_told(server: ServerThread) -> None:
    chain = Chain()
    push(server.url, chain)
    with streaming(server.url, last_id="1") as mine:
        client = HttpServer(server.url, FACILITY)
        client.exchange(chain.push())
        client.close()
        server.stop()
        assert list(mine) == []


def test_a_stream_resumes_after_its_last_id(server: ServerThread) -> None:
    chain = Chain()
    push(server.url, chain, 2)
    with streaming(server.url, last_id="1") as behind, streaming(server.url, last_id="2") as level:
        assert behind.revision() == 2
        push(server.url, chain)
        assert (behind.revision(), level.revision()) == (3, 3)
    with streaming(server.url) as fresh:
        assert fresh.revision() == 3


def test_an_id_in_the_address_yields_to_the_header_of_a_later_try(server: ServerThread) -> None:
    chain = Chain()
    push(server.url, chain, 2)
    url = f"{server.url}/v1/stream?facility={FACILITY}&last_id=2"
    with httpx2.Client(trust_env=False, timeout=60) as client:
        with client.stream("GET", url, headers={"Last-Event-ID": "1"}) as answer:
            text_of = answer.iter_text()
            assert "id: 2" in next(text_of) + next(text_of)
        with client.stream("GET", url) as answer:
            server.stop()
            assert answer.read() == b"retry: 3000\n\n"


@pytest.mark.parametrize(
    ("params", "headers"),
    [
        ({}, {}),
        ({"facility": "'; --"}, {}),
        ({"facility": FACILITY, "last_id": "-1"}, {}),
        ({"facility": FACILITY, "last_id": str(2**64)}, {}),
        ({"facility": FACILITY}, {"Last-Event-ID": "yesterday"}),
    ],
)
def test_a_bad_question_is_a_problem(web: httpx2.Client, params: dict[str, str], headers: dict[str, str]) -> None:
    answer = web.get("/v1/stream", params=params, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID")


def test_a_server_that_is_not_alone_tells_nobody_who_does_not_say_who_he_is(database_url: str) -> None:
    with running_server(database_url, public_url="https://opd.hospital.example") as server:
        answer = httpx2.get(f"{server.url}/v1/stream", params={"facility": FACILITY}, trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGNATURE_MISSING")


def test_streams_are_bounded_and_one_that_is_left_makes_room(
    server: ServerThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.server.stream.STREAMS", 1)
    params = {"facility": FACILITY}
    with streaming(server.url) as mine:
        assert mine.revision() == 0
        refused = httpx2.get(f"{server.url}/v1/stream", params=params, trust_env=False)
        assert (refused.status_code, refused.json()["code"]) == (503, "STREAMS_FULL")
        assert int(refused.headers["retry-after"]) > 0
    until = time.monotonic() + PATIENCE_S
    with httpx2.Client(trust_env=False, timeout=60) as client:
        while time.monotonic() < until:
            with client.stream("GET", f"{server.url}/v1/stream", params=params) as answer:
                if answer.status_code == 200:
                    return
                answer.read()
    pytest.fail("the stream that was left still has its place")


def test_streams_end_at_once_when_the_server_stops(server: ServerThread) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(streaming(server.url)) for _ in range(20)]
        assert {stream.revision() for stream in streams} == {0}
        server.stop()
        # To their proper ends: one that is cut off when the time of grace is over raises.
        assert [list(stream) for stream in streams] == [[]] * 20


def test_two_processes_over_one_database_tell_each_other(shared_url: str) -> None:
    chain, other_chain = Chain(), Chain("B")
    with (
        running_server(shared_url) as one,
        running_server(shared_url) as other,
        streaming(one.url) as here,
        streaming(other.url) as there,
    ):
        assert (here.revision(), there.revision()) == (0, 0)
        push(one.url, chain)
        here.wait_for(1)
        there.wait_for(1)
        push(other.url, other_chain)
        here.wait_for(2)
        there.wait_for(2)


def test_a_lost_listening_connection_is_made_again_and_nothing_is_missed(shared_url: str, postgres: Postgres) -> None:
    chain = Chain()
    with running_server(shared_url) as one, running_server(shared_url) as other, streaming(other.url) as there:
        assert there.revision() == 0
        there.wait_for(push(one.url, chain))
        for _ in range(3):
            postgres.run(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                f" WHERE application_name = 'kiosk server, listening' AND datname = '{make_url(shared_url).database}'"
            )
            there.wait_for(push(one.url, chain))


def test_what_strangers_say_on_the_channel_harms_nobody(shared_url: str, shared: Database) -> None:
    with running_server(shared_url) as server, streaming(server.url) as mine:
        assert mine.revision() == 0
        with shared.writer.begin() as connection:
            for payload in ("", "x", f"{FACILITY} 7", f"{FACILITY} -7 0", f"{FACILITY} 1e3 0", "पंक्ति 1 1", "a b c d"):
                connection.execute(
                    text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload}
                )
        announce(shared, {FACILITY: Standing(5)})
        mine.wait_for(5)


def test_a_configuration_of_another_process_is_told(shared_url: str, shared: Database) -> None:
    """As ``kiosk admin import`` makes one. Who listened while nobody had imported the facility is then out."""
    with running_server(shared_url) as server, streaming(server.url) as mine:
        assert mine.revision() == 0
        announce(shared, {FACILITY: Standing(0, 1)})
        assert list(mine) == []


def test_an_announcement_that_fails_is_logged_and_no_more(postgres: Postgres) -> None:
    nowhere = Database(*postgresql_engines(make_url(postgres.url("nowhere"))))
    with structlog.testing.capture_logs() as lines:
        announce(nowhere, {FACILITY: Standing(1)})
    assert [line["event"] for line in lines] == ["announcement_failed"]
    nowhere.close()


def test_nobody_else_is_there_to_tell_with_sqlite(database: Database) -> None:
    announce(database, {FACILITY: Standing(1)})
    announce(database, {})


# --- what the database says about keys --------------------------------------------------------------------------------


def enrol(database: Database) -> None:
    rows = [
        ("good", None, None, "K1"),
        ("revoked", None, NOW, "K1"),
        ("expired", NOW - timedelta(seconds=1), None, "K1"),
        ("expiring", NOW + timedelta(seconds=1), None, "K1"),
        ("of a revoked station", None, None, "K2"),
    ]
    with database.writer.begin() as connection:
        connection.execute(insert(facility), {"facility_id": FACILITY, "revision": 7, "config_revision": 2})
        for station_id, revoked_at in (("K1", None), ("K2", NOW)):
            names = {"facility_id": FACILITY, "station_id": station_id, "kind": "kiosk", "name": station_id}
            connection.execute(insert(station), {**names, "revoked_at": revoked_at})
        for key_id, expires_at, revoked_at, station_id in rows:
            names = {"facility_id": FACILITY, "key_id": key_id, "station_id": station_id, "public_key": "00" * 32}
            times = {"made_at": NOW, "expires_at": expires_at, "revoked_at": revoked_at}
            connection.execute(insert(station_key), {**names, **times})
        for facility_id in (FACILITY, ""):
            names = {"facility_id": facility_id, "key_id": "program", "secret_hash": "0", "role": "reader", "name": "x"}
            connection.execute(insert(api_key), {**names, "made_at": NOW})


def test_only_keys_that_are_good_now_go_on_listening(database: Database) -> None:
    enrol(database)
    names = ("good", "revoked", "expired", "expiring", "of a revoked station", "program", "never made")
    keys = {Key(FACILITY, name) for name in names} | {Key("", "program"), Key("IN0910000998", "good")}
    standings, good = read_standings(database, [FACILITY, "IN0910000998"], list(keys), NOW)
    assert standings == {FACILITY: Standing(7, 2)}
    assert good == {
        Key(FACILITY, "good"),
        Key(FACILITY, "expiring"),
        Key(FACILITY, "program"),
        Key("", "program"),
    }
    with database.writer.begin() as connection:
        connection.execute(update(api_key).where(api_key.c.facility_id == "").values(revoked_at=NOW))
    assert Key("", "program") not in read_standings(database, [], list(keys), NOW)[1]
