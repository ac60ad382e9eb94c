"""What whoever watches the server is told; and how many requests come in at a time."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx2
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from kiosk.server.crowd import ARRIVING, REQUESTS, SLOW_S, Crowd
from kiosk.server.database import Database
from kiosk.server.problems import ProblemError
from kiosk.server.web import build_app
from tests.server.doors import LOCAL_URL, assert_problem


def asked(web: httpx2.Client, path: str) -> tuple[int, str]:
    answer = web.get(path)
    return answer.status_code, answer.json().get("code", answer.json()["status"])


def test_a_server_over_its_own_schema_is_ready(web: httpx2.Client) -> None:
    assert asked(web, "/healthz") == (200, "ok")
    assert asked(web, "/readyz") == (200, "ok")


def test_a_server_over_a_newer_schema_is_well_and_not_ready(web: httpx2.Client, database: Database) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert asked(web, "/healthz") == (200, "ok")
    assert asked(web, "/readyz") == (503, "SCHEMA_OTHER")


def test_a_server_whose_database_was_never_migrated_is_not_ready(web: httpx2.Client, database: Database) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert asked(web, "/readyz") == (503, "DATABASE_UNAVAILABLE")


async def hear_all() -> Message:
    return {"type": "http.request"}


async def hear_no_end() -> Message:
    return {"type": "http.request", "body": b"{", "more_body": True}


class Hall:
    """A crowd before an application that answers nobody until it is told to."""

    def __init__(self, most: int, most_arriving: int) -> None:
        self.now_s = 0.0
        self.crowd = Crowd(self.application, ("/v1/stream",), most, most_arriving, lambda: self.now_s)
        self.inside: list[str] = []
        self.told: list[Message] = []
        self.leave = asyncio.Event()

    async def application(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/v1/stream":
            await receive()
        self.inside.append(scope["path"])
        await self.leave.wait()

    async def take(self, message: Message) -> None:
        self.told.append(message)

    def ask(self, path: str, hear: Receive = hear_all) -> "asyncio.Task[None]":
        return asyncio.create_task(self.crowd({"type": "http", "path": path}, hear, self.take))


def test_more_requests_than_a_process_can_hold_are_sent_away_but_streams() -> None:
    async def story() -> None:
        hall = Hall(most=2, most_arriving=9)
        waiting = [hall.ask(path) for path in ("/v1/sync", "/v1/stream", "/v1/stream", "/v1/tokens")]
        await asyncio.sleep(0)
        for _ in range(12):
            with pytest.raises(ProblemError) as caught:
                await hall.ask("/v1/sync")
            assert (caught.value.status, caught.value.code) == (503, "SERVER_BUSY")
            assert caught.value.headers == {"Retry-After": "3"}
        assert hall.inside == ["/v1/sync", "/v1/stream", "/v1/stream", "/v1/tokens"]
        hall.leave.set()
        await asyncio.gather(*waiting)
        for _ in range(3):
            await asyncio.gather(hall.ask("/v1/sync"), hall.ask("/v1/sync"))

    asyncio.run(story())


def test_requests_that_are_on_their_way_are_counted_apart() -> None:
    async def story() -> None:
        hall = Hall(most=1, most_arriving=3)
        waiting = [hall.ask("/v1/sync", hear_no_end) for _ in range(2)]
        await asyncio.sleep(0)
        waiting += [hall.ask("/v1/tokens")]
        await asyncio.sleep(0)
        assert hall.inside[-1] == "/v1/tokens"
        waiting += [hall.ask("/v1/sync", hear_no_end)]
        await asyncio.sleep(0)
        await hall.ask("/v1/sync")
        assert hall.told[0]["status"] == 503
        assert (b"retry-after", b"3") in hall.told[0]["headers"]
        assert b"SERVER_BUSY" in hall.told[1]["body"]
        hall.leave.set()
        await asyncio.gather(*waiting)
        hall.told.clear()
        await asyncio.gather(*(hall.ask("/v1/sync", hear_no_end) for _ in range(3)))
        assert hall.told == []

    asyncio.run(story())


async def hear_nothing() -> Message:
    await asyncio.Event().wait()
    raise AssertionError("it never comes")


def test_when_all_places_are_taken_the_slowest_gives_its_to_the_next() -> None:
    async def story() -> None:
        hall = Hall(most=2, most_arriving=2)
        slow = []
        for _ in range(2):
            slow.append(hall.ask("/v1/sync", hear_nothing))
            await asyncio.sleep(0)
            hall.now_s += 1.0
        hall.now_s = SLOW_S - 0.1
        await hall.ask("/v1/sync")
        assert hall.told[0]["status"] == 503
        hall.now_s = SLOW_S
        let_in = hall.ask("/v1/sync")
        with pytest.raises(ProblemError) as caught:
            await slow[0]
        assert (caught.value.code, caught.value.headers) == ("SERVER_BUSY", {"Retry-After": "3"})
        assert hall.inside == ["/v1/sync"]
        assert not slow[1].done()
        hall.leave.set()
        await let_in
        slow[1].cancel()
        await asyncio.wait(slow)

    asyncio.run(story())


@contextmanager
def slow_senders(web: httpx2.Client, count: int) -> Iterator[None]:
    """So many requests whose bodies do not come, though the server reads them."""
    lines = ("POST /v1/enrol HTTP/1.1", f"Host: {web.base_url.host}", "Content-Type: application/json")
    head = "\r\n".join((*lines, "Content-Length: 2", "Expect: 100-continue", "", "{"))
    with ExitStack() as stack:
        address = (web.base_url.host, web.base_url.port)
        senders = [stack.enter_context(socket.create_connection(address, timeout=60)) for _ in range(count)]
        for sender in senders:
            sender.sendall(head.encode())
        for sender in senders:
            assert sender.recv(100).startswith(b"HTTP/1.1 100")
        yield


def test_slow_senders_keep_nobody_out(web: httpx2.Client) -> None:
    with slow_senders(web, REQUESTS + 1):
        assert asked(web, "/healthz") == (200, "ok")
        assert web.get("/v1/tokens?facility=IN9999999999&service_day=2026-11-22").json() == []


def test_a_full_server_answers_whoever_watches_it_and_soon_everybody(web: httpx2.Client) -> None:
    with slow_senders(web, ARRIVING):
        assert asked(web, "/healthz") == asked(web, "/readyz") == (200, "ok")
        until_s = time.monotonic() + SLOW_S + 60
        tokens = "/v1/tokens?facility=IN9999999999&service_day=2026-11-22"
        while web.get(tokens).status_code == 503:
            assert time.monotonic() < until_s
        assert [web.get(tokens).json() for _ in range(3)] == [[]] * 3


def test_a_request_that_finds_no_room_is_answered_as_a_problem(database: Database) -> None:
    app = build_app(database)
    app.add_middleware(Crowd, apart=(), most=0)
    with TestClient(app, base_url=LOCAL_URL) as web:
        for answer in (web.get("/v1/tokens"), web.post("/v1/sync", json={})):
            assert_problem(answer, 503, "SERVER_BUSY")
            assert answer.headers["retry-after"] == "3"
