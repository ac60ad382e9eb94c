"""``POST /v1/sync`` and ``GET /v1/tokens``."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response

from kiosk.model.events import Json
from kiosk.server.database import Database
from kiosk.server.identity import Call, Caller, asking, posted
from kiosk.server.ingest import ingest
from kiosk.server.problems import ProblemError
from kiosk.server.queries import changes, tokens_of_day
from kiosk.server.service import off_loop, service_of
from kiosk.sync.messages import SCHEMA, EventMessage, FacilityId, SyncAnswer, SyncRequest


def add_sync_routes(app: FastAPI) -> None:
    app.add_api_route("/v1/sync", _sync, methods=["POST"], openapi_extra=_request_schema(), responses=_SYNC_ANSWERS)
    app.add_api_route("/v1/tokens", _tokens, methods=["GET"], response_model=None)


async def _sync(request: Request, call: Annotated[Call, Depends(posted)]) -> Response:
    """One round trip of a station: takes its new events, gives it others'."""
    service = service_of(request)
    answer = await off_loop(request, partial(sync_answer, service.database, call.caller, call.body, service.now()))
    return Response(answer, media_type="application/json")


async def _tokens(
    request: Request,
    caller: Annotated[Caller, Depends(asking)],
    facility: FacilityId,
    service_day: Annotated[date, Query()],
) -> list[dict[str, Json]]:
    """The tokens of one facility and service day, in the order of issue."""
    return await off_loop(request, partial(tokens_of_day, service_of(request).database.reader, facility, service_day))


def sync_answer(database: Database, caller: Caller, untrusted_body: bytes, now: datetime) -> bytes:
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
