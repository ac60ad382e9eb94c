"""HTTPS to ABDM's gateway: every wait and every size is finite, any number of threads may speak at once.

HTTP clients bound each single read, so that a server which sends one byte a second would hold us for ever. Here one
event loop on a thread of its own does the speaking, and what takes too long as a whole is cancelled.
"""

import asyncio
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx2

from kiosk.errors import GatewayError
from kiosk.model.web_address import is_loopback

MAX_ANSWER_BYTES = 256 * 1024
_CLOSING_S = 5.0


@dataclass(frozen=True)
class Reply:
    """A whole answer, whatever it says. ``date`` is when the gateway says it was."""

    status: int
    untrusted_body: bytes = field(repr=False)
    untrusted_retry_after: str = ""
    date: datetime | None = None


class Transport:
    """Connections to ``base_url``, kept for a while. ``close`` must be called.

    ``connect_s`` bounds the connecting, ``deadline_s`` the whole of an exchange. The machine's proxy settings count:
    many hospitals reach the internet through one.
    """

    def __init__(self, base_url: str, connect_s: float, deadline_s: float) -> None:
        self._base_url, self._deadline_s = base_url, deadline_s
        self._timeout = httpx2.Timeout(deadline_s, connect=connect_s)
        self._may_use_proxy = not is_loopback(urlsplit(base_url).hostname or "")
        self._client: httpx2.AsyncClient | None = None
        self._gate, self._is_closed = threading.Lock(), False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="abdm-gateway", daemon=True)
        self._thread.start()

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """One exchange. Raises GatewayError without ``status``: whether the message was taken is not known."""
        with self._gate:
            if self._is_closed:
                raise GatewayError("this program is ending", code="GATEWAY_UNREACHABLE", transient=True)
            asked = asyncio.run_coroutine_threadsafe(self._send(method, path, headers, body), self._loop)
        try:
            return asked.result()
        except TimeoutError as error:
            raise GatewayError("the gateway did not answer in time", code="GATEWAY_TIMEOUT", transient=True) from error
        except CancelledError as error:
            raise GatewayError("this program is ending", code="GATEWAY_UNREACHABLE", transient=True) from error
        except httpx2.RequestError as error:
            raise _named(error) from error

    def close(self) -> None:
        """End what is going on, and the thread. Whoever sends from now on gets GatewayError."""
        with self._gate:
            if self._is_closed:
                return
            self._is_closed = True
            # In the queue after everything that was sent, so that nothing is left waiting.
            ending = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        with suppress(TimeoutError):  # of the system's own name look-up, which nothing can end
            ending.result(_CLOSING_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSING_S)
        self._loop.close()

    async def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        # Compressed answers are not asked for: raw bytes are what the size limit can count.
        sent = {"Accept-Encoding": "identity", "Accept": "application/json", **headers}
        async with asyncio.timeout(self._deadline_s):
            request = self._opened().stream(method, self._base_url + path, content=body or None, headers=sent)
            async with request as response:
                return Reply(
                    response.status_code,
                    await _bounded(response),
                    response.headers.get("retry-after", ""),
                    http_date(response.headers.get("date", "")),
                )

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            limits = httpx2.Limits(max_connections=32, max_keepalive_connections=32, keepalive_expiry=20.0)
            self._client = httpx2.AsyncClient(timeout=self._timeout, limits=limits, trust_env=self._may_use_proxy)
        return self._client

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        await self._loop.shutdown_default_executor()


def http_date(untrusted_text: str) -> datetime | None:
    """A date as HTTP writes it, with its zone, or None."""
    try:
        date = parsedate_to_datetime(untrusted_text)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo is not None else None


async def _bounded(response: httpx2.Response) -> bytes:
    read = bytearray()
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) > MAX_ANSWER_BYTES:
            raise GatewayError("the gateway's answer is too long", code="GATEWAY_GARBAGE", transient=True)
    return bytes(read)


def _named(error: httpx2.RequestError) -> GatewayError:
    if isinstance(error, httpx2.TimeoutException):
        return GatewayError("the gateway did not answer in time", code="GATEWAY_TIMEOUT", transient=True)
    if isinstance(error, httpx2.RemoteProtocolError | httpx2.DecodingError | httpx2.ReadError):
        return GatewayError("the gateway stopped half-way", code="GATEWAY_GARBAGE", transient=True)
    if _is_distrust(error):
        return GatewayError("the gateway cannot prove who it is", code="GATEWAY_UNTRUSTED")
    return GatewayError("the gateway cannot be reached", code="GATEWAY_UNREACHABLE", transient=True)


def _is_distrust(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None
