"""Request bodies from outside: bounded while they arrive, and again while they are unpacked."""

import asyncio
import zlib
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from kiosk.server.problems import ProblemError
from kiosk.sync.messages import MAX_REQUEST_BYTES

ARRIVAL_S = 15.0
"""How long a whole body may take to arrive."""


async def packed_body(request: Request) -> bytes:
    """The body as it was sent, never longer than MAX_REQUEST_BYTES; that is what a signature covers.

    The content type is insisted on: without that any web page open on this machine could post here.

    Raises:
        ProblemError: 408, 413 or 415.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ProblemError(415, "CONTENT_TYPE_UNKNOWN", "send application/json")
    if _encoding(request) not in ("identity", "gzip"):
        raise ProblemError(415, "CONTENT_ENCODING_UNKNOWN", "send gzip or nothing")
    return await arrived(request, ARRIVAL_S)


def unpacked(request: Request, packed: bytes) -> bytes:
    """What is in the body, never longer than MAX_REQUEST_BYTES either.

    Raises:
        ProblemError: 413, or 400 where it is no gzip.
    """
    return _unpacked(packed) if _encoding(request) == "gzip" else packed


def _encoding(request: Request) -> str:
    return request.headers.get("content-encoding", "identity").lower()


async def arrived(request: Request, within_s: float, most: int = MAX_REQUEST_BYTES) -> bytes:
    """The body as it was sent; reading stops at the limit, ``most`` bytes.

    Raises:
        ProblemError: 408 or 413.
        starlette.requests.ClientDisconnect: if the connection ended within the body.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for chunk in request.stream():
                body += chunk
                _refuse_longer(len(body), most)
    except TimeoutError:
        raise ProblemError(408, "BODY_LATE", "the body took too long to arrive") from None
    return bytes(body)


def _unpacked(packed: bytes) -> bytes:
    """Stops unpacking one byte past the limit, so a few bytes cannot fill the memory."""
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        body = unpacking.decompress(packed, MAX_REQUEST_BYTES + 1)
    except zlib.error:
        raise ProblemError(400, "BODY_GARBAGE", "the body is no gzip") from None
    _refuse_longer(len(body), MAX_REQUEST_BYTES)
    if not unpacking.eof or unpacking.unused_data:
        raise ProblemError(400, "BODY_GARBAGE", "the body is not one whole gzip")
    return body


def request_of(message: type[BaseModel]) -> dict[str, Any]:
    """For ``/docs``: bodies are read by hand, so FastAPI does not know them. Their parts are also parts of answers."""
    schema = message.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def lines_of(always: Mapping[str, str], sometimes: Mapping[str, str] | None = None) -> dict[int | str, dict[str, Any]]:
    """For ``/docs``: the answer is a list of objects, with members of these types of JSON."""
    types = {**always, **(sometimes or {})}
    line = {"type": "object", "required": [*always], "properties": {name: {"type": types[name]} for name in types}}
    content = {"application/json": {"schema": {"type": "array", "items": line}}}
    return {200: {"description": "one object for each", "content": content}}


def _refuse_longer(length: int, most: int) -> None:
    if length > most:
        raise ProblemError(413, "BODY_TOO_LONG", f"a body may have {most} bytes here, unpacked")
