"""The hospital server as it stands: sync, the tokens of a day, and whether it is well. No enrolment yet."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Query, Request, Response

from kiosk.model.events import Json
from kiosk.server.bodies import json_body
from kiosk.server.database import Database
from kiosk.server.ingest import ingest
from kiosk.server.problems import ProblemError, add_handlers
from kiosk.server.queries import changes, check_database, tokens_of_day
from kiosk.sync.messages import SCHEMA, EventMessage, FacilityId, SyncAnswer, SyncRequest

DATABASE_THREADS = 8
_T = TypeVar("_T")


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_app(database: Database, now: Callable[[], datetime] = utc_now) -> FastAPI:
    """The web application over an open database, which it does not close."""
    app = FastAPI(title="OPD token kiosk: hospital server", version="0.1.0", lifespan=_with_threads)
    app.state.database, app.state.now = database, now
    add_handlers(app)
    app.add_api_route("/v1/sync", _sync, methods=["POST"], openapi_extra=_request_schema(), responses=_SYNC_ANSWERS)
    app.add_api_route("/v1/tokens", _tokens, methods=["GET"], response_model=None)
    app.add_api_route("/healthz", _healthz, methods=["GET"], response_model=None)
    return app


@asynccontextmanager
async def _with_threads(app: FastAPI) -> AsyncIterator[None]:
    """Few threads, waited for at the end: more than the database has connections would only queue up there."""
    with ThreadPoolExecutor(DATABASE_THREADS, "database") as threads:
        app.state.threads = threads
        yield


async def _off_loop(request: Request, work: Callable[[], _T]) -> _T:
    """Run blocking work on one of the application's own threads."""
    return await asyncio.get_running_loop().run_in_executor(request.app.state.threads, work)


async def _sync(request: Request, body: Annotated[bytes, Depends(json_body)]) -> Response:
    """One round trip of a station: takes its new events, gives it others'."""
    state = request.app.state
    answer = await _off_loop(request, partial(sync_answer, state.database, body, state.now()))
    return Response(answer, media_type="application/json")


async def _tokens(
    request: Request, facility: FacilityId, service_day: Annotated[date, Query()]
) -> list[dict[str, Json]]:
    """The tokens of one facility and service day, in the order of issue."""
    return await _off_loop(request, partial(tokens_of_day, request.app.state.database.reader, facility, service_day))


async def _healthz(request: Request) -> dict[str, str]:
    """Well means: the database answers."""
    await _off_loop(request, partial(check_database, request.app.state.database.reader))
    return {"status": "ok"}


def sync_answer(database: Database, untrusted_body: bytes, now: datetime) -> bytes:
    """One round trip from bytes to bytes.

    Raises:
        pydantic.ValidationError, ProblemError, EventRefusedError, StoreForkError: nothing was taken.
    """
    request = SyncRequest.model_validate_json(untrusted_body)
    if request.schema_version > SCHEMA:
        raise ProblemError(422, "SCHEMA_NEWER", "the station is newer than the server: upgrade the server")
    ingested = ingest(database, request, now)
    others = changes(database.reader, request.facility_id, request.store_id, request.cursor, request.want)
    answer = SyncAnswer(
        acked_seq=ingested.acked_seq,
        parked=list(ingested.parked),
        events=[EventMessage.of(event) for event in others.events],
        cursor=others.cursor,
        more=others.more,
        server_time=now,
    )
    return answer.model_dump_json().encode()


_SYNC_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": SyncAnswer},
    409: {"description": "STORE_FORK: the store is a copy; it is quarantined"},
    422: {"description": "REQUEST_INVALID, SCHEMA_NEWER, EVENT_TAMPERED or EVENT_REPEATED"},
}


def _request_schema() -> dict[str, Any]:
    """For ``/docs``: the body is read by hand, so FastAPI does not know it. Its parts are also parts of the answer."""
    schema = SyncRequest.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
