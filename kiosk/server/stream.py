"""``GET /v1/stream``: tells a desk or a board, as server-sent events, that its facility has changed."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.responses import StreamingResponse

from kiosk.server.hub import STREAMS, Key, Listener, Standing
from kiosk.server.identity import NOT_LET_IN, Caller, Role, asking, require
from kiosk.server.problems import ProblemError, described
from kiosk.server.service import off_loop, service_of
from kiosk.sync.messages import Count, FacilityId

PATH = "/v1/stream"
ROLES = (Role.DESK, Role.BOARD, Role.KIOSK, Role.READER, Role.LOCAL)
FULL_RETRY_S = 30
RETRY_MS = 3_000
"""After so long a client that was cut off comes back."""
HEARTBEAT_S = 15.0
"""Proxies give up connections on which nothing happens for a minute."""
SPACING_S = 0.1
"""Between two events on one stream: each makes its client ask for what changed, so this also spares the database."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def add_stream_routes(app: FastAPI) -> None:
    app.add_api_route(PATH, _stream, methods=["GET"], response_class=StreamingResponse, responses=_ANSWERS)


async def _ear(
    request: Request, facility: FacilityId, caller: Annotated[Caller, Depends(asking)]
) -> AsyncIterator[Listener]:
    """An ear for the facility until the stream has ended, however it ends."""
    service = service_of(request)
    await off_loop(request, partial(require, service.database, caller, facility, *ROLES))
    hub = service.hub
    if hub.streams >= STREAMS:
        headers = {"Retry-After": str(FULL_RETRY_S)}
        raise ProblemError(503, "STREAMS_FULL", "the server has as many streams as it can hold", headers=headers)
    key = Key(caller.facility_id, caller.key_id) if caller.key_id else None
    # First the ear, then the question: what moves in between is heard.
    with hub.listening(facility, key) as listener:
        await hub.refresh(facility)
        yield listener


async def _stream(
    caller: Annotated[Caller, Depends(asking)],
    listener: Annotated[Listener, Depends(_ear)],
    last_event_id: Annotated[Count | None, Header()] = None,
    last_id: Annotated[Count | None, Query()] = None,
) -> StreamingResponse:
    """Server-sent events: ``changed`` with the facility's revision, ``configuration`` with that of its configuration.

    Both are told at once, but for a revision that is the last id. A slow client gets only the newest.
    """
    told = last_event_id if last_event_id is not None else last_id
    lines = told_lines(listener, told, is_alone=caller.role is Role.LOCAL)
    return StreamingResponse(lines, media_type="text/event-stream", headers=_HEADERS)


async def told_lines(
    listener: Listener,
    last_id: int | None,
    *,
    is_alone: bool,
    heartbeat_s: float = HEARTBEAT_S,
    spacing_s: float = SPACING_S,
) -> AsyncIterator[str]:
    """The stream's text until its ear is closed; ``is_alone``: until somebody imports the facility."""
    yield f"retry: {RETRY_MS}\n\n"
    told = Standing(-1 if last_id is None else last_id)
    while not listener.is_over:
        standing = listener.standing
        if is_alone and standing.config_revision:
            return
        if standing != told:
            yield _news(told, standing)
            told = standing
            await asyncio.sleep(spacing_s)
        elif not await listener.stirred(heartbeat_s):
            yield ":\n\n"


def _news(told: Standing, standing: Standing) -> str:
    """Only ``changed`` has an id: whoever is cut off before it has not been told it."""
    news = ""
    if standing.config_revision != told.config_revision:
        news += f'event: configuration\ndata: {{"config_revision": {standing.config_revision}}}\n\n'
    if standing.revision != told.revision:
        news += f'id: {standing.revision}\nevent: changed\ndata: {{"revision": {standing.revision}}}\n\n'
    return news


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "events, without end"},
    **NOT_LET_IN,
    **described({422: "REQUEST_INVALID", 503: "STREAMS_FULL or DATABASE_UNAVAILABLE"}),
}
