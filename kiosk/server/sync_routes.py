"""``POST /v1/sync`` and ``GET /v1/tokens``."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response

from kiosk.model.events import Json
from kiosk.server.bodies import lines_of, request_of
from kiosk.server.database import Database
from kiosk.server.hub import Standing
from kiosk.server.identity import BAD_BODY, NOT_LET_IN, Call, Caller, Role, asking, posted, require
from kiosk.server.ingest import Ingested, ingest
from kiosk.server.problems import ProblemError, described
from kiosk.server.queries import changes, tokens_of_day
from kiosk.server.service import off_loop, service_of
from kiosk.server.stores import admit_store
from kiosk.sync.messages import (
    MAX_ANSWER_BYTES,
    SCHEMA,
    EventMessage,
    FacilityId,
    SyncAnswer,
    SyncRequest,
    TokenMessage,
)


def add_sync_routes(app: FastAPI) -> None:
    app.add_api_route(
        "/v1/sync", _sync, methods=["POST"], openapi_extra=request_of(SyncRequest), responses=_SYNC_ANSWERS
    )
    asked = {**lines_of(_LINE), **NOT_LET_IN, **described({422: "REQUEST_INVALID"})}
    app.add_api_route("/v1/tokens", _tokens, methods=["GET"], response_model=None, responses=asked)


async def _sync(request: Request, call: Annotated[Call, Depends(posted)]) -> Response:
    """One round trip of a station: takes its new events, gives it others'."""
    service = service_of(request)
    work = partial(sync_answer, service.database, call.caller, call.body, service.now(), service.hub.moved)
    answer = await off_loop(request, work)
    return Response(answer, media_type="application/json")


async def _tokens(
    request: Request,
    caller: Annotated[Caller, Depends(asking)],
    facility: FacilityId,
    service_day: Annotated[date, Query()],
) -> list[dict[str, Json]]:
    """The tokens of one facility and service day, in the order of issue."""
    return await off_loop(request, partial(_listed, service_of(request).database, caller, facility, service_day))


def _listed(database: Database, caller: Caller, facility: str, service_day: date) -> list[dict[str, Json]]:
    require(database, caller, facility, Role.DESK, Role.BOARD, Role.READER, Role.LOCAL)
    return tokens_of_day(database.reader, facility, service_day)


def sync_answer(
    database: Database,
    caller: Caller,
    untrusted_body: bytes,
    now: datetime,
    moved: Callable[[str, Standing], None] | None = None,
) -> bytes:
    """One round trip from bytes to bytes. ``moved`` is told, after the commit, how far the push brought its facility.

    Raises:
        pydantic.ValidationError, ProblemError, EventRefusedError, StoreForkError: nothing was taken.
    """
    request = SyncRequest.model_validate_json(untrusted_body)
    if request.schema_version > SCHEMA:
        raise ProblemError(422, "SCHEMA_NEWER", "the station is newer than the server: upgrade the server")
    require(database, caller, request.facility_id, Role.KIOSK, Role.DESK, Role.LOCAL)
    admit_store(database, caller, request.store_id, now)
    ingested = ingest(database, request, now)
    if moved is not None and ingested.revision is not None:
        moved(request.facility_id, Standing(ingested.revision))
    return _answer_of_size(database, request, ingested, caller.role is Role.DESK, now)


def _answer_of_size(
    database: Database, request: SyncRequest, ingested: Ingested, is_desk: bool, now: datetime
) -> bytes:
    """With as many of others' events as a station takes: one that got too many would ask for the same for ever."""
    want = request.want
    while len(answer := _answer(database, request, ingested, want, is_desk, now)) > MAX_ANSWER_BYTES and want > 1:
        want //= 2
    return answer


def _answer(
    database: Database, request: SyncRequest, ingested: Ingested, want: int, is_desk: bool, now: datetime
) -> bytes:
    others = changes(database.reader, request.facility_id, request.store_id, request.cursor, want, is_desk)
    answer = SyncAnswer(
        acked_seq=ingested.acked_seq,
        acked_hash=ingested.acked_hash,
        parked=list(ingested.parked),
        events=[EventMessage.of(event) for event in others.events],
        patients=list(others.patients),
        tokens=[TokenMessage.of(token) for token in others.tokens],
        cursor=others.cursor,
        more=others.more,
        config_revision=others.config_revision,
        server_time=now,
    )
    return answer.model_dump_json().encode()


_SYNC_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": SyncAnswer},
    **BAD_BODY,
    **NOT_LET_IN,
    **described(
        {
            403: "FORBIDDEN, HOST_FOREIGN or STORE_FOREIGN",
            409: "STORE_FORK: the store is a copy, or was left; STORE_UNKNOWN: register it first",
            422: "REQUEST_INVALID, SCHEMA_NEWER, EVENT_TAMPERED or EVENT_REPEATED",
        }
    ),
}
_LINE = {
    "label": "string",
    "token_id": "string",
    "department": "string",
    "number": "integer",
    "series": "string",
    "state": "string",
    "issued_at": "string",
    "slip": "string",
    "synced": "boolean",
}
"""As ``model.token.listed`` makes it."""
