"""An HTTP server on this machine that can be ended at once, whoever still holds a connection to it."""

import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """A whole request; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Given:
    """An answer. ``cut`` closes the connection in its place."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    cut: bool = False


class HttpServer:
    """Answers with what ``answer`` says, each connection on a thread of its own."""

    def __init__(self, answer: Callable[[Asked], Given], date: Callable[[], str] | None = None) -> None:
        self._server = _Server(("127.0.0.1", 0), _handler(answer, date))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="http-for-tests")
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        for connection in list(self._server.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.connections: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: object) -> None:
        assert isinstance(request, socket.socket)
        self.connections.discard(request)
        super().shutdown_request(request)


def _handler(answer: Callable[[Asked], Given], date: Callable[[], str] | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def handle(self) -> None:
            with suppress(ConnectionError, TimeoutError):  # the client has gone, which is its right
                super().handle()

        def _answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            given = answer(Asked(self.command, self.path, headers, body))
            if given.cut:
                self.close_connection = True
                return
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            if given.body:
                self.send_header("Content-Type", given.content_type)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815  names that http.server calls

        def date_time_string(self, timestamp: float | None = None) -> str:
            return date() if date is not None else super().date_time_string(timestamp)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
            pass

    return Handler
