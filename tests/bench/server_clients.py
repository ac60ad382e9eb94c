"""HTTP as thin as it can be, so that the machine's time goes to the server: requests made beforehand, bytes back."""

import asyncio
import json
import re
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.bench.measuring import NotMeasuredError

PATIENCE_S = 60.0
_RETRY_AFTER = re.compile(rb"retry-after: ([0-9]+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: ([0-9]+)", re.IGNORECASE)


class Line:
    """One connection that stays open."""

    def __init__(self, url: str) -> None:
        self._socket = socket.create_connection(address_of(url), PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def ask(self, request: bytes) -> bytes:
        """The answer's body.

        Raises:
            NotMeasuredError: for any status but 200.
        """
        self._socket.sendall(request)
        status = self._file.readline()
        length = 0
        while header := self._file.readline().strip():
            found = _LENGTH.fullmatch(header)
            length = int(found[1]) if found else length
        body = self._file.read(length)
        if b" 200 " not in status:
            raise NotMeasuredError(f"the server answered {status!r} {body[:200]!r}")
        return body

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        self._socket.close()


@dataclass(frozen=True)
class Reply:
    """An answer of any status. ``retry_after_s`` is what the server asks for, or None."""

    status: int
    retry_after_s: float | None
    body: dict[str, Any]


async def asked(url: str, request: bytes) -> Reply:
    """Over a connection of its own: between two polls a station's would have been given up.

    Raises:
        OSError, asyncio.IncompleteReadError
    """
    reader, writer = await asyncio.open_connection(*address_of(url))
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length, wait_s = _LENGTH.search(head), _RETRY_AFTER.search(head)
        body = json.loads(await reader.readexactly(int(length[1]) if length else 0))
        return Reply(int(head.split(b" ", 2)[1]), float(wait_s[1]) if wait_s else None, body)
    finally:
        writer.close()


def address_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port
