"""The station's half of sync over HTTP. Every wait and every size is finite; every failure has a code."""

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from kiosk.errors import ServerError, SettingError, StoreForkError
from kiosk.ports import Pull, Push
from kiosk.sync.messages import MAX_ANSWER_BYTES, Problem, SyncAnswer, SyncRequest
from kiosk.sync.watchdog import Watchdog

PATH = "/v1/sync"
GZIP_FROM_BYTES = 1024
_M = TypeVar("_M", bound=BaseModel)
_T = TypeVar("_T")


class HttpServer:
    """``ports.HospitalServer`` at ``url``, for the hospital ``facility_id``.

    ServerError's codes: SERVER_UNREACHABLE, SERVER_TIMEOUT, SERVER_REFUSED (4xx), SERVER_FAILED (5xx), SERVER_GARBAGE.
    ``connect_s`` bounds the connecting, ``deadline_s`` the whole exchange; only the system's own name look-up
    comes on top. The machine's proxy settings are not used: the server stands in the hospital.

    Raises:
        SettingError: if ``url`` is no http address.
    """

    def __init__(self, url: str, facility_id: str, *, connect_s: float = 3.0, deadline_s: float = 10.0) -> None:
        self._url = _sync_url(url)
        self._facility_id = facility_id
        self._timeout = httpx2.Timeout(deadline_s, connect=min(connect_s, deadline_s))
        self._watchdog = Watchdog(deadline_s)
        self._client: httpx2.Client | None = None
        self._one_at_a_time = threading.Lock()

    def exchange(self, push: Push) -> Pull:
        """One round trip. Whatever is raised, nothing is known to have arrived, and trying again is safe."""
        body = SyncRequest.of(push, self._facility_id).json_bytes()
        with self._one_at_a_time, self._watchdog, _failures_named(self._url, self._watchdog):
            status, answer = self._post(body)
        if status != 200:
            raise _refusal(status, answer)
        return _understood(lambda: _parsed(SyncAnswer, answer).pull())

    def close(self) -> None:
        """Let go of the connection; the next exchange opens a new one."""
        with self._one_at_a_time:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _post(self, body: bytes) -> tuple[int, bytes]:
        # Compressed answers are not asked for: raw bytes are what the size limit can count one by one.
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if len(body) > GZIP_FROM_BYTES:
            body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
        extensions = {"trace": self._watchdog.notice}
        client = self._opened()
        with client.stream("POST", self._url, content=body, headers=headers, extensions=extensions) as response:
            return response.status_code, _bounded(response)

    def _opened(self) -> httpx2.Client:
        if self._client is None:
            limits = httpx2.Limits(max_connections=1, keepalive_expiry=4.0)
            self._client = httpx2.Client(timeout=self._timeout, trust_env=False, limits=limits)
        return self._client


def _sync_url(url: str) -> str:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        parsed = httpx2.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise SettingError(f"server_url is {url!r}; it must be like http://127.0.0.1:8765")
    return url.rstrip("/") + PATH


def _bounded(response: httpx2.Response) -> bytes:
    read = bytearray()
    for chunk in response.iter_raw():
        read += chunk
        if len(read) > MAX_ANSWER_BYTES:
            raise ServerError("the server's answer is too long", code="SERVER_GARBAGE")
    return bytes(read)


@contextmanager
def _failures_named(url: str, watchdog: Watchdog) -> Iterator[None]:
    try:
        yield
    except httpx2.RequestError as error:
        if watchdog.has_bitten or isinstance(error, httpx2.TimeoutException):
            raise ServerError(f"{url} did not answer in time", code="SERVER_TIMEOUT") from error
        if isinstance(error, httpx2.RemoteProtocolError | httpx2.DecodingError):
            raise ServerError(f"{url} does not speak HTTP, or stopped half-way", code="SERVER_GARBAGE") from error
        raise ServerError(f"{url} cannot be reached: {type(error).__name__}", code="SERVER_UNREACHABLE") from error


def _refusal(status: int, answer: bytes) -> ServerError | StoreForkError:
    """What a status other than 200 means; the answer may be anything."""
    try:
        problem = _parsed(Problem, answer)
    except ServerError:
        problem = Problem()
    if status == 409 and problem.code == "STORE_FORK":
        return StoreForkError("the server knows other events under this store's numbers")
    if 400 <= status < 500:
        return ServerError(f"the server refused: {status} {problem.code}: {problem.title!r}", code="SERVER_REFUSED")
    if status >= 500:
        return ServerError(f"the server failed: {status} {problem.code}", code="SERVER_FAILED")
    return ServerError(f"the server answered with status {status}", code="SERVER_GARBAGE")


def _parsed(message: type[_M], answer: bytes) -> _M:
    return _understood(lambda: message.model_validate_json(answer))


def _understood(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except (ValidationError, ValueError, OverflowError):
        # The cause is left out: it would quote what the answer holds.
        raise ServerError("the server's answer makes no sense", code="SERVER_GARBAGE") from None
