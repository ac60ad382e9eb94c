"""``POST /v1/enrol``, ``POST /v1/keys`` and ``POST /v1/stores``."""

from functools import partial
from typing import Annotated

import structlog
import uuid_utils
from fastapi import Depends, FastAPI, Request, Response

from kiosk.errors import KioskError
from kiosk.server.bodies import packed_body, request_of, unpacked
from kiosk.server.enrolling import add_station_key, enrol
from kiosk.server.identity import BAD_BODY, NOT_LET_IN, Call, Role, posted, require
from kiosk.server.limits import too_many
from kiosk.server.problems import ProblemError, described
from kiosk.server.service import Service, off_loop, service_of
from kiosk.server.stores import register_store
from kiosk.sync.messages import EnrolAnswer, EnrolRequest, KeyAnswer, KeyRequest, Message, StoreAnswer, StoreRequest

_CODES = "codes"
_log = structlog.get_logger()


def add_enrolment_routes(app: FastAPI) -> None:
    refused = {
        403: "CODE_WRONG or STORE_FOREIGN",
        409: "FACILITY_OTHER, SERIES_TAKEN or STORE_FORK",
        429: "RATE_LIMITED",
    }
    app.add_api_route(
        "/v1/enrol",
        _enrol,
        methods=["POST"],
        openapi_extra=request_of(EnrolRequest),
        responses={200: {"model": EnrolAnswer}, **BAD_BODY, **described(refused)},
    )
    app.add_api_route(
        "/v1/keys",
        _keys,
        methods=["POST"],
        openapi_extra=request_of(KeyRequest),
        responses={200: {"model": KeyAnswer}, **BAD_BODY, **NOT_LET_IN},
    )
    app.add_api_route(
        "/v1/stores",
        _stores,
        methods=["POST"],
        openapi_extra=request_of(StoreRequest),
        responses={200: {"model": StoreAnswer}, **BAD_BODY, **NOT_LET_IN, **described(_STORE_REFUSED)},
    )


_STORE_REFUSED = {
    403: "FORBIDDEN, HOST_FOREIGN, STATION_CLONED or STORE_FOREIGN",
    409: "SERIES_TAKEN, SERIES_EXHAUSTED or STORE_FORK",
}


async def _enrol(request: Request) -> Response:
    """A pairing code and a new public key become a station. Not signed: the code is what is known so far."""
    body = unpacked(request, await packed_body(request))
    return _said(await off_loop(request, partial(_enrolled, service_of(request), body)))


async def _keys(request: Request, call: Annotated[Call, Depends(posted)]) -> Response:
    """The station's next key, signed for with its present one."""
    return _said(await off_loop(request, partial(_renewed, service_of(request), call)))


async def _stores(request: Request, call: Annotated[Call, Depends(posted)]) -> Response:
    """A station's new store, in place of one that was restored or copied."""
    return _said(await off_loop(request, partial(_registered, service_of(request), call)))


def _said(answer: Message) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")


def _enrolled(service: Service, untrusted_body: bytes) -> EnrolAnswer:
    """Codes that fit nothing are counted, all together: whoever guesses has no address that could be trusted.

    Each counts until it has enrolled somebody, so that many at once are no more than one after another.
    """
    request, failed = EnrolRequest.model_validate_json(untrusted_body), service.limits.failed_codes
    wait_s = failed.take(_CODES)
    if wait_s > 0:
        raise too_many(wait_s)
    answer = enrol(service.database, request, service.public_url, str(uuid_utils.uuid7()), service.now())
    failed.give_back(_CODES)
    return answer if answer.kind != "desk" else answer.model_copy(update={"pin_pepper": _pepper(service)})


def _pepper(service: Service) -> str | None:
    """In hexadecimal digits. Where it cannot be read, the desk may show its code again once it can."""
    if service.pepper is None:
        return None
    try:
        return service.pepper().hex()
    except KioskError as error:
        _log.error("pepper_unusable", code=error.code, problem=str(error))
        raise ProblemError(503, error.code, "the server's pepper cannot be read: see its log") from error


def _renewed(service: Service, call: Call) -> KeyAnswer:
    request = KeyRequest.model_validate_json(call.body)
    require(service.database, call.caller, call.caller.facility_id, Role.KIOSK, Role.DESK, Role.BOARD)
    key_id, now = str(uuid_utils.uuid7()), service.now()
    add = partial(add_station_key, caller=call.caller, public_key=request.public_key, key_id=key_id, now=now)
    return KeyAnswer(key_id=service.database.write(add), server_time=now)


def _registered(service: Service, call: Call) -> StoreAnswer:
    request = StoreRequest.model_validate_json(call.body)
    require(service.database, call.caller, request.facility_id, Role.KIOSK, Role.DESK)
    return register_store(service.database, call.caller, request, service.now())
