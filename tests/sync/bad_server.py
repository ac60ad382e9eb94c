"""A TCP server that answers each connection with given bytes, perhaps slowly, perhaps not to the end."""

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

TRICKLE_S = 0.02
_HEAD = b"HTTP/1.1 %d Whatever\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"


def answer(status: int, body: bytes, content_type: bytes = b"application/json") -> bytes:
    return _HEAD % (status, content_type, len(body)) + body


class BadServer:
    """Sends ``pieces``, waiting ``TRICKLE_S`` between them; then closes, or is silent until the end (``hangs``)."""

    def __init__(self, pieces: Sequence[bytes], *, hangs: bool) -> None:
        self._pieces, self._hangs = pieces, hangs
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bad-server")
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.received = b""

    def start(self) -> None:
        self._thread.start()

    def reform(self, *pieces: bytes) -> None:
        """From the next connection on, answer with ``pieces``."""
        self._pieces, self._hangs = pieces, False

    def stop(self) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        self.received = _whole_request(connection)
        try:
            for piece in self._pieces:
                connection.sendall(piece)
                if self._over.wait(TRICKLE_S):
                    return
        except OSError:
            return
        if self._hangs:
            connection.settimeout(5)
            connection.recv(1)  # until the client gives up


def _whole_request(connection: socket.socket) -> bytes:
    """Closing with unread bytes would reset the connection instead of ending it."""
    received = b""
    while not (length := re.search(rb"content-length: (\d+)", received, re.IGNORECASE)) or b"\r\n\r\n" not in received:
        received += connection.recv(1 << 16)
    while len(received.partition(b"\r\n\r\n")[2]) < int(length[1]):
        received += connection.recv(1 << 16)
    return received


@contextmanager
def bad_server(*pieces: bytes, hangs: bool = False) -> Iterator[BadServer]:
    server = BadServer(pieces, hangs=hangs)
    server.start()
    try:
        yield server
    finally:
        server.stop()
