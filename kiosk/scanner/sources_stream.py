"""A network camera: its MJPEG stream over HTTP, read within time and room, wherever it breaks off."""

import time
from collections.abc import Callable, Iterator
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import (
    BaseHandler,
    HTTPBasicAuthHandler,
    HTTPDefaultErrorHandler,
    HTTPDigestAuthHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPSHandler,
    OpenerDirector,
)

from kiosk.errors import CameraError
from kiosk.scanner.frames import JpegFrame
from kiosk.scanner.mjpeg import GarbledStreamError, Pictures, boundary_of

SILENCE_S = 1.5
"""How long connecting, each piece of the stream, and each picture may take."""
_PIECE_BYTES = 64 * 1024


class StreamCamera:
    """An open stream. Where several pictures came in one piece, the newest counts."""

    is_live = True

    def __init__(
        self, response: HTTPResponse, silence_s: float = SILENCE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._response = response
        self._pictures = Pictures(boundary_of(response.headers.get("content-type", "")))
        self._silence_s = silence_s
        self._clock = clock

    def read(self) -> JpegFrame:
        """The next picture that has come whole.

        Raises:
            CameraError: CAMERA_STREAM_STALLED, CAMERA_STREAM_CUT, CAMERA_STREAM_GARBLED
        """
        until = self._clock() + self._silence_s
        try:
            while not (found := self._pictures.feed(self._piece())):
                if self._clock() > until:
                    raise _stalled()
        except GarbledStreamError as error:
            raise _garbled() from error
        return JpegFrame(found[-1])

    def close(self) -> None:
        self._response.close()

    def _piece(self) -> bytes:
        try:
            piece = self._response.read1(_PIECE_BYTES)
        except TimeoutError as error:
            raise _stalled() from error
        except (HTTPException, OSError) as error:
            raise _cut() from error
        if not piece:
            raise _cut()
        return piece


def open_stream(address: str, silence_s: float = SILENCE_S) -> StreamCamera:
    """Connect to the camera at ``address``; a name and a password in it are used as the camera asks for them.

    Raises:
        CameraError: CAMERA_UNREACHABLE, CAMERA_REFUSED, CAMERA_STREAM_GARBLED; never naming the address.
    """
    parts = urlsplit(address)
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    opener = _opener(bare, unquote(parts.username or ""), unquote(parts.password or ""))
    try:
        response = opener.open(bare, timeout=silence_s)
    except HTTPError as error:
        error.close()
        raise CameraError(f"the network camera refuses: HTTP {error.code}", code="CAMERA_REFUSED") from None
    except (HTTPException, OSError, ValueError):
        raise CameraError("the network camera does not answer", code="CAMERA_UNREACHABLE") from None
    try:
        return StreamCamera(response, silence_s)
    except GarbledStreamError as error:
        response.close()
        raise _garbled() from error


def _opener(address: str, user: str, password: str) -> OpenerDirector:
    """Plain requests and passwords, no more: no redirects to other machines, no proxies, no files."""
    passwords = HTTPPasswordMgrWithDefaultRealm()
    if user:
        passwords.add_password(None, address, user, password)
    opener = OpenerDirector()
    for handler in _handlers(passwords):
        opener.add_handler(handler)
    return opener


def _handlers(passwords: HTTPPasswordMgrWithDefaultRealm) -> Iterator[BaseHandler]:
    yield HTTPHandler()
    yield HTTPSHandler()
    yield HTTPErrorProcessor()
    yield HTTPDefaultErrorHandler()
    yield HTTPBasicAuthHandler(passwords)
    yield HTTPDigestAuthHandler(passwords)


def _stalled() -> CameraError:
    return CameraError("the network camera has fallen silent", code="CAMERA_STREAM_STALLED")


def _cut() -> CameraError:
    return CameraError("the network camera has broken off", code="CAMERA_STREAM_CUT")


def _garbled() -> CameraError:
    return CameraError("the address gives no MJPEG stream", code="CAMERA_STREAM_GARBLED")
