"""``POST /api/v3/hip/patient/share``: ABDM's gateway tells which patient has scanned which counter.

Who calls is known before a byte of the body is read. A call that comes twice, or is played back, has the answer of the
first: it is the REQUEST-ID that counts, as the gateway's token does not cover the body. Problems are told in ABDM's own
shape; the log learns codes alone.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kiosk.abdm.gateway_keys import CallerError
from kiosk.abdm.share import SharedProfile, parse_share, parse_share_v1, refusal_body
from kiosk.abdm.share_json import MAX_BYTES, ShareError
from kiosk.server.bodies import arrived
from kiosk.server.database import UNAVAILABLE
from kiosk.server.problems import ProblemError
from kiosk.server.scan_and_share import ScanAndShare, scan_and_share_of
from kiosk.server.service import service_of
from kiosk.server.shares import NotHostedError, Receipt

PATH, PATH_V1 = PATHS = ("/api/v3/hip/patient/share", "/v1.0/patients/profile/share")
BODY_S = 5.0
"""How long the body may take: the patient looks at the phone meanwhile."""
_INDIA = ZoneInfo("Asia/Kolkata")
"""Whose day it is only matters for a birth date in the future."""
_CODES = {
    400: "ABDM-1006",
    401: "900901",
    404: "ABDM-1001",
    408: "ABDM-1007",
    413: "ABDM-1006",
    415: "ABDM-1006",
    429: "ABDM-1022",
    503: "ABDM-1024",
}
_log = structlog.get_logger()
Parse: TypeAlias = Callable[[Mapping[str, str], bytes, date, str], SharedProfile]


def add_share_routes(app: FastAPI, *, accepts_v1: bool) -> None:
    app.add_api_route(PATH, _share, methods=["POST"], **_DOCUMENTED)
    if accepts_v1:
        app.add_api_route(PATH_V1, _share_v1, methods=["POST"], **_DOCUMENTED)


async def _share(request: Request) -> Response:
    """ABDM's gateway tells who has scanned which counter; the answer follows by on-share."""
    return await _answered(request, _strict_v3)


async def _share_v1(request: Request) -> Response:
    """The same in the words of version 1.0."""
    return await _answered(request, parse_share_v1)


async def _answered(request: Request, parse: Parse) -> Response:
    try:
        receipt = await _taken(request, parse)
    except CallerError as error:
        missing = error.code == "CALLER_KEYS_MISSING"
        return _refused(503 if missing else 401, error.code, "try again later" if missing else "Invalid Credentials")
    except ShareError as error:
        _log.warning("share_refused", code=error.code)
        return JSONResponse(refusal_body(error), 413 if error.code == "SHARE_TOO_LARGE" else 400)
    except NotHostedError as error:
        return _refused(404, error.code, "no facility of this id is hosted here")
    except ProblemError as error:
        return _refused(error.status, error.code, error.title, error.headers)
    except UNAVAILABLE as error:
        return _refused(503, type(error).__name__, "the database does not answer; try again later")
    _log.info(
        "share_received",
        facility_id=receipt.due.answer.hip_id,
        request_id=receipt.due.answer.request_id,
        outcome=receipt.outcome,
        is_new=receipt.is_new,
    )
    return Response(status_code=202)


async def _taken(request: Request, parse: Parse) -> Receipt:
    """It is on the disk when this returns."""
    parts = scan_and_share_of(request)
    # On threads of their own: where the gateway's keys must be fetched first, stations are not to wait for that.
    await asyncio.to_thread(parts.callers.check, request.headers.get("authorization", ""))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemError(415, "CONTENT_ENCODING_UNKNOWN", "send it as it is")
    body = await arrived(request, BODY_S, MAX_BYTES)
    today = service_of(request).now().astimezone(_INDIA).date()
    profile = parse(request.headers, body, today, parts.settings.cm_id)
    _refuse_too_many(parts, profile.hip_id)
    return await parts.intake.take(profile)


def _strict_v3(untrusted_headers: Mapping[str, str], untrusted_body: bytes, today: date, cm_id: str) -> SharedProfile:
    """In version 3 the header names the facility, whatever the body says besides."""
    if not untrusted_headers.get("x-hip-id"):
        raise ShareError("X-HIP-ID is missing", code="SHARE_INCOMPLETE")
    return parse_share(untrusted_headers, untrusted_body, today, cm_id)


def _refuse_too_many(parts: ScanAndShare, facility_id: str) -> None:
    wait_s = parts.limits.take(facility_id)
    if wait_s > 0:
        headers = {"Retry-After": str(max(1, math.ceil(wait_s)))}
        raise ProblemError(429, "RATE_LIMITED", "Too many requests", headers=headers)


def _refused(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """``code`` is ours, for the log; ABDM's is told."""
    _log.warning("share_refused", status=status, code=code)
    answer = JSONResponse(error_body(_CODES.get(status, "ABDM-9999"), message), status)
    answer.headers.update(headers or {})
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def error_body(code: str, message: str) -> dict[str, object]:
    return {"error": {"code": code, "message": message}}


class CallbackDoor:
    """Where the callbacks have a port of their own, each port serves its own paths and knows nothing of the others'."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app, self._port = app, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_astray(scope):
            await JSONResponse(error_body("ABDM-1001", "there is nothing here"), 404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_astray(self, scope: Scope) -> bool:
        came_to = (scope.get("server") or ("", None))[1]
        return (came_to == self._port) != (scope["path"] in PATHS)


_ERROR = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["error"],
            "properties": {
                "error": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                }
            },
        }
    }
}
_MEANINGS = {
    400: "the share cannot be understood, or is no PROFILE_SHARE",
    401: "the gateway's token is missing, foreign, altered or has ended",
    404: "no facility of this X-HIP-ID is hosted here",
    408: "the body took too long",
    413: "the body is too long",
    415: "the body is packed",
    429: "too many; come back as Retry-After says",
    503: "the database, or the gateway's keys, cannot be had",
}
_DOCUMENTED: dict[str, Any] = {
    "status_code": 202,
    "response_class": Response,
    "response_model": None,
    "responses": {status: {"description": text, "content": _ERROR} for status, text in _MEANINGS.items()},
    "openapi_extra": {
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
            for name in ("REQUEST-ID", "TIMESTAMP", "X-HIP-ID")
        ],
    },
}
