"""``POST /v1/calls``."""

from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from kiosk.server.bodies import request_of
from kiosk.server.calls import call
from kiosk.server.hub import Standing
from kiosk.server.identity import BAD_BODY, NOT_LET_IN, Call, Role, posted, require
from kiosk.server.problems import described
from kiosk.server.service import Service, off_loop, service_of
from kiosk.sync.messages import CallAnswer, CallRequest, TokenMessage

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": CallAnswer},
    **BAD_BODY,
    **NOT_LET_IN,
    **described(
        {
            404: "TOKEN_UNKNOWN",
            409: "CALLED_ELSEWHERE with the ``room``, NOT_CALLABLE, ROOM_CLOSED or REQUEST_REUSED",
            422: "REQUEST_INVALID or SERVICE_DAY_WRONG",
        }
    ),
}


def add_calls_routes(app: FastAPI) -> None:
    app.add_api_route("/v1/calls", _calls, methods=["POST"], openapi_extra=request_of(CallRequest), responses=_ANSWERS)


async def _calls(request: Request, sent: Annotated[Call, Depends(posted)]) -> Response:
    """Whose turn it is in a room: whoever is next in its departments, or the holder of one token."""
    answer = await off_loop(request, partial(_answer, service_of(request), sent))
    return Response(answer.model_dump_json(), media_type="application/json")


def _answer(service: Service, sent: Call) -> CallAnswer:
    wanted = CallRequest.model_validate_json(sent.body)
    require(service.database, sent.caller, wanted.facility_id, Role.DESK, Role.LOCAL)
    now = service.now()
    answered = call(service.database, wanted.order(), now)
    if answered.revision is not None:
        service.hub.moved(wanted.facility_id, Standing(answered.revision))
    token = TokenMessage.of(answered.token) if answered.token is not None else None
    return CallAnswer(token=token, patient=answered.patient, server_time=now)
