"""Bodies that do not end, do not come, or break off."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import Request
from starlette.requests import ClientDisconnect

from kiosk.server.bodies import arrived
from kiosk.server.problems import ProblemError
from kiosk.sync.messages import MAX_REQUEST_BYTES

CHUNK = b" " * 65_536


def read(receive: Callable[[], Awaitable[dict[str, Any]]], within_s: float = 60.0) -> bytes:
    request = Request({"type": "http", "headers": []}, receive)
    return asyncio.run(arrived(request, within_s))


def test_a_body_without_end_is_read_up_to_the_limit() -> None:
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += len(CHUNK)
        return {"type": "http.request", "body": CHUNK, "more_body": True}

    with pytest.raises(ProblemError) as caught:
        read(receive)
    assert (caught.value.status, caught.value.code) == (413, "BODY_TOO_LONG")
    assert taken == MAX_REQUEST_BYTES + len(CHUNK)


def test_a_body_of_just_the_limit_is_read() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b" " * MAX_REQUEST_BYTES, "more_body": False}

    assert len(read(receive)) == MAX_REQUEST_BYTES


def test_a_body_that_does_not_come_is_given_up() -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(ProblemError) as caught:
        read(receive, within_s=0.01)
    assert (caught.value.status, caught.value.code) == (408, "BODY_LATE")


def test_a_body_that_breaks_off_is_not_taken_for_a_whole_one() -> None:
    messages: list[dict[str, Any]] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b"{}", "more_body": True},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop()

    with pytest.raises(ClientDisconnect):
        read(receive)
