"""One connection to the hospital server. Every wait and every size is finite; every failure to speak has a code."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx2

from kiosk.errors import ServerError, SettingError
from kiosk.model.web_address import server_address
from kiosk.sync.messages import MAX_ANSWER_BYTES
from kiosk.sync.watchdog import Watchdog


@dataclass(frozen=True)
class Reply:
    """A whole answer, whatever it says. ``retry_after`` is that header's text, empty without one."""

    status: int
    untrusted_body: bytes = field(repr=False)
    untrusted_retry_after: str = ""


class Connection:
    """At most one connection to ``url``, opened when it is needed; used by one thread at a time.

    ``connect_s`` bounds the connecting, ``deadline_s`` the whole exchange; only the system's own name look-up
    comes on top. The machine's proxy settings are not used: the server stands in the hospital.
    With ``ca_pem`` only that certificate authority is trusted, without it the system's.

    Raises:
        SettingError: if ``url`` is no address for a server, or ``ca_pem`` no certificate.
    """

    def __init__(self, url: str, *, ca_pem: str = "", connect_s: float = 3.0, deadline_s: float = 10.0) -> None:
        try:
            self.url = server_address(url)
        except ValueError as error:
            raise SettingError(f"server_url is {url!r}; allowed: {error}") from None
        self._tls = _trusting(self.url, ca_pem)
        self._timeout = httpx2.Timeout(deadline_s, connect=min(connect_s, deadline_s))
        self._watchdog = Watchdog(deadline_s)
        self._client: httpx2.Client | None = None
        self._one_at_a_time = threading.Lock()

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Raises ServerError: SERVER_UNREACHABLE, SERVER_UNTRUSTED, SERVER_TIMEOUT or SERVER_GARBAGE."""
        with self._one_at_a_time, self._watchdog, self._failures_named():
            # Compressed answers are not asked for: raw bytes are what the size limit can count one by one.
            sent = {"Accept-Encoding": "identity", **headers}
            extensions = {"trace": self._watchdog.notice}
            request = self._opened().stream(
                method, self.url + path, content=body or None, headers=sent, extensions=extensions
            )
            with request as response:
                return Reply(response.status_code, _bounded(response), response.headers.get("retry-after", ""))

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str], silence_s: float) -> Iterator["Stream"]:
        """An answer that may have no end, of which ``silence_s`` may pass between two pieces; ``cut`` ends it.

        Raises ServerError as ``send``, within the block too.
        """
        timeout = httpx2.Timeout(silence_s, connect=self._timeout.connect)
        sent = {"Accept-Encoding": "identity", "Accept": "text/event-stream", **headers}
        extensions = {"trace": self._watchdog.notice}
        with self._one_at_a_time, self._failures_named():
            request = self._opened().stream(
                "GET", self.url + path, headers=sent, timeout=timeout, extensions=extensions
            )
            with request as response:
                yield Stream(response)

    def cut(self) -> None:
        """End a stream, or one that is opened later, until the next ``send``. Returns at once; safe on any thread."""
        self._watchdog.bite()

    def close(self) -> None:
        """Let go of the connection; the next exchange opens a new one."""
        with self._one_at_a_time:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _opened(self) -> httpx2.Client:
        if self._client is None:
            limits = httpx2.Limits(max_connections=1, keepalive_expiry=4.0)
            self._client = httpx2.Client(timeout=self._timeout, trust_env=False, limits=limits, verify=self._tls)
        return self._client

    @contextmanager
    def _failures_named(self) -> Iterator[None]:
        try:
            yield
        except httpx2.RequestError as error:
            raise self._named(error) from error

    def _named(self, error: httpx2.RequestError) -> ServerError:
        if self._watchdog.has_bitten or isinstance(error, httpx2.TimeoutException):
            return ServerError(f"{self.url} did not answer in time", code="SERVER_TIMEOUT")
        if isinstance(error, httpx2.RemoteProtocolError | httpx2.DecodingError):
            return ServerError(f"{self.url} does not speak HTTP, or stopped half-way", code="SERVER_GARBAGE")
        distrust = _distrust(error)
        if distrust is not None:
            reason = distrust.verify_message
            return ServerError(f"{self.url} cannot prove who it is: {reason}", code="SERVER_UNTRUSTED")
        return ServerError(f"{self.url} cannot be reached: {error}", code="SERVER_UNREACHABLE")


class Stream:
    """The answer to ``Connection.stream``."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self.status: int = response.status_code

    def whole(self) -> Reply:
        """All of an answer that has an end, such as a refusal."""
        retry_after = self._response.headers.get("retry-after", "")
        return Reply(self.status, _bounded(self._response), retry_after)

    def pieces(self) -> Iterator[bytes]:
        """What comes, as it comes; ends where the server ends it."""
        return self._response.iter_raw()


def _trusting(url: str, ca_pem: str) -> ssl.SSLContext:
    """Certificate and host name are checked, TLS 1.2 is the least."""
    if url.startswith("http:") and not ca_pem:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; to read whom the system trusts takes 30 ms
    try:
        context = ssl.create_default_context(cadata=ca_pem or None)
    except (ssl.SSLError, ValueError) as error:
        raise SettingError("the server's certificate authority is no certificate in PEM form") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _distrust(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """The refused certificate behind ``error``, if that was it."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error


def _bounded(response: httpx2.Response) -> bytes:
    read = bytearray()
    for chunk in response.iter_raw():
        read += chunk
        if len(read) > MAX_ANSWER_BYTES:
            raise ServerError("the server's answer is too long", code="SERVER_GARBAGE")
    return bytes(read)
