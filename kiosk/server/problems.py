"""Errors as RFC 9457 problem details: a stable ``code`` for programs, a sentence for people, nothing that was sent."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from kiosk.errors import StoreForkError
from kiosk.server.ingest import EventRefusedError

_log = structlog.get_logger()


LOGGED = (401, 403, 429)
"""Whoever gets these was not let in."""


class ProblemError(Exception):
    """A request cannot be answered, and why: what the client gets to see, with ``more`` members and headers."""

    def __init__(
        self, status: int, code: str, title: str, *, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(title)
        self.status, self.code, self.title = status, code, title
        self.headers, self.more = dict(headers or {}), more


class RefusedError(ProblemError):
    """Somebody is not let in. The log learns which facility and key were named, as far as they look like such."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        facility_id: str = "",
        key_id: str = "",
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(status, code, title, headers=headers, **more)
        self.named = {"facility_id": facility_id, "key_id": key_id}


def problem(status: int, code: str, title: str, **more: object) -> Response:
    content = {"type": "about:blank", "status": status, "code": code, "title": title, **more}
    return JSONResponse(content, status, media_type="application/problem+json")


def described(problems: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """For ``/docs``: which problems a route answers with, each status with its codes."""
    return {status: {"description": text, "content": _PROBLEM_CONTENT} for status, text in problems.items()}


_PROBLEM_CONTENT: dict[str, Any] = {
    "application/problem+json": {
        "schema": {
            "type": "object",
            "required": ["type", "status", "code", "title"],
            "properties": {
                "type": {"type": "string"},
                "status": {"type": "integer"},
                "code": {"type": "string"},
                "title": {"type": "string"},
                "detail": {"type": "string"},
            },
        }
    }
}


def add_handlers(app: FastAPI) -> None:
    """Every way a request can fail, as a problem."""
    app.add_exception_handler(ProblemError, _of_ours)
    app.add_exception_handler(EventRefusedError, _event_refused)
    app.add_exception_handler(StoreForkError, _store_fork)
    app.add_exception_handler(ValidationError, _invalid)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    for environment in (OperationalError, ProgrammingError, InternalError):
        app.add_exception_handler(environment, _database)
    app.add_exception_handler(NoConnectionFree, _database)
    app.add_exception_handler(Exception, _bug)


async def _of_ours(request: Request, error: Exception) -> Response:
    """Who is not let in leaves one line in the log: nothing of the body, no details of anybody."""
    assert isinstance(error, ProblemError)
    if error.status in LOGGED:
        named = error.named if isinstance(error, RefusedError) else {}
        _log.warning("refused", status=error.status, code=error.code, path=request.scope["path"][:200], **named)
    answer = problem(error.status, error.code, error.title, **error.more)
    answer.headers.update(error.headers)
    if error.status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="opd-kiosk"'  # RFC 9110 wants one; stations sign instead
    return answer


async def _event_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, EventRefusedError)
    return problem(422, error.code, str(error), seq=error.seq)


async def _store_fork(request: Request, error: Exception) -> Response:
    assert isinstance(error, StoreForkError)
    return problem(409, error.code, str(error))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, ValidationError | RequestValidationError)
    return problem(422, "REQUEST_INVALID", "the request does not fit", detail=_where(error.errors()))


def _where(errors: Sequence[Any]) -> str:
    """The first fault's place and kind; never the value, which may be a patient's."""
    first = errors[0]
    place = ".".join(str(part)[:40] for part in first["loc"][:6])
    return f"{place}: {first['type']}"


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    answer = problem(status, status.name, status.phrase)
    answer.headers.update(error.headers or {})
    return answer


async def _gone(request: Request, error: Exception) -> Response:
    return problem(400, "BODY_CUT", "the connection ended within the body")


async def _database(request: Request, error: Exception) -> Response:
    """The environment's doing: locked, full, unplugged, not ours. No traceback, whose values could be a patient's.

    A missing table or right is an OperationalError in SQLite, a ProgrammingError in PostgreSQL; a replica that may only
    be read answers with an InternalError.
    """
    origin = getattr(error, "orig", None)
    cause = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None) or type(error).__name__
    _log.error("database_failed", path=request.url.path, cause=cause)
    return problem(503, "DATABASE_UNAVAILABLE", "the database does not answer; try again later")


async def _bug(request: Request, error: Exception) -> Response:
    """Starlette raises the error again after this answer, so that it is logged with its traceback."""
    return problem(500, "SERVER_BUG", "the server failed")
