"""A network camera on the loopback: sends whatever its test wants, and keeps count of who came."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO, TypeAlias

import cv2

from kiosk.scanner.decode import Grey

BOUNDARY = b"--frame"

Play: TypeAlias = Callable[["Visit"], None]


def jpeg(grey: Grey, quality: int = 90) -> bytes:
    return bytes(cv2.imencode(".jpg", grey, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes())


def part(picture: bytes, *, length: int | None = None, tells_length: bool = True) -> bytes:
    """One picture as it stands in the stream, with a lie about its length where the test wants one."""
    told = b"Content-Length: %d\r\n" % (len(picture) if length is None else length) if tells_length else b""
    return BOUNDARY + b"\r\nContent-Type: image/jpeg\r\n" + told + b"\r\n" + picture + b"\r\n"


@dataclass
class Visit:
    """One connection: what to write to, and when the test is over."""

    number: int
    out: BinaryIO
    over: threading.Event

    def send(self, data: bytes) -> None:
        self.out.write(data)
        self.out.flush()

    def stay(self) -> None:
        """Keep the connection, and say nothing any more."""
        self.over.wait(60)


@dataclass
class NetworkCamera:
    play: Play
    content_type: str = "multipart/x-mixed-replace; boundary=frame"
    status: int = 200
    authorization: list[str] = field(default_factory=list)
    visits: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/video"


@contextmanager
def network_camera(camera: NetworkCamera) -> Iterator[NetworkCamera]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            camera.visits += 1
            camera.authorization.append(self.headers.get("Authorization", ""))
            self.send_response(camera.status)
            if camera.status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                camera.status = 200
            self.send_header("Content-Type", camera.content_type)
            self.end_headers()
            try:
                camera.play(Visit(camera.visits, self.wfile, camera.over))  # type: ignore[arg-type]
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server passes
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False

    with Server(("127.0.0.1", 0), Handler) as server:
        camera.port = server.server_port
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield camera
        finally:
            camera.over.set()
            server.shutdown()
            serving.join()
