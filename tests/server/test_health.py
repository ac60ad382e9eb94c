"""What whoever watches the server is told; and how many requests come in at a time."""

import asyncio

import httpx2
from sqlalchemy import text
from starlette.types import Message, Receive, Scope, Send

from kiosk.server.crowd import Crowd
from kiosk.server.database import Database


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


async def hear_nothing() -> Message:
    raise AssertionError("nobody reads")


def test_more_requests_than_a_process_can_hold_are_sent_away_but_streams() -> None:
    inside: list[str] = []
    leave = asyncio.Event()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        inside.append(scope["path"])
        await leave.wait()

    async def story() -> None:
        crowd = Crowd(application, apart="/v1/stream", most=2)
        told: list[Message] = []

        async def take(message: Message) -> None:
            told.append(message)

        def ask(path: str) -> "asyncio.Task[None]":
            return asyncio.create_task(crowd({"type": "http", "path": path}, hear_nothing, take))

        waiting = [ask("/v1/sync"), ask("/v1/stream"), ask("/v1/stream"), ask("/v1/tokens")]
        await asyncio.sleep(0)
        await ask("/v1/sync")
        assert inside == ["/v1/sync", "/v1/stream", "/v1/stream", "/v1/tokens"]
        assert told[0]["status"] == 503
        assert (b"retry-after", b"3") in told[0]["headers"]
        assert b"SERVER_BUSY" in told[1]["body"]
        leave.set()
        await asyncio.gather(*waiting)
        told.clear()
        await asyncio.gather(ask("/v1/sync"), ask("/v1/sync"))
        assert told == []

    asyncio.run(story())
