"""Which camera is opened, and a stream from one on the network."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.scanner.address import CameraAddress, CameraKind
from kiosk.scanner.decode import decode
from kiosk.scanner.sources import device_paths, open_camera
from tests.scanner.drawing import drawn

AUTO = CameraAddress(CameraKind.AUTO)


class MjpegStream(BaseHTTPRequestHandler):
    """One JPEG of a QR again and again, as network cameras send it."""

    JPEG = cv2.imencode(".jpg", drawn("from the network", scale=6))[1].tobytes()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(self.JPEG)
        try:
            while True:
                self.wfile.write(part + self.JPEG + b"\r\n")
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server passes
        pass


@pytest.fixture
def stream_port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), MjpegStream) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


def test_a_network_cameras_stream_is_read(stream_port: int) -> None:
    camera = open_camera(CameraAddress(CameraKind.STREAM, f"http://127.0.0.1:{stream_port}/video"))
    frame = camera.read()
    camera.close()
    assert frame is not None
    assert decode(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)) == ("from the network",)


def test_a_stream_that_is_not_there_is_told() -> None:
    with pytest.raises(CameraError) as caught:
        open_camera(CameraAddress(CameraKind.STREAM, "http://127.0.0.1:9/video"))
    assert caught.value.code == "CAMERA_NOT_OPENED"
    assert "127.0.0.1" not in str(caught.value), "an address may hold a password"


def test_cameras_by_id_come_before_the_first_one(tmp_path: Path) -> None:
    by_id = tmp_path / "v4l" / "by-id"
    by_id.mkdir(parents=True)
    for name in ("usb-B-video-index0", "usb-A-video-index0", "usb-A-video-index1"):
        (by_id / name).touch()
    (tmp_path / "video0").touch()
    found = [str(Path(path).relative_to(tmp_path)) for path in device_paths(AUTO, tmp_path)]
    assert found == ["v4l/by-id/usb-A-video-index0", "v4l/by-id/usb-B-video-index0", "video0"]
    assert device_paths(CameraAddress(CameraKind.DEVICE, str(tmp_path / "video0"))) == [str(tmp_path / "video0")]


def test_no_camera_and_no_opening_camera_are_told_apart(tmp_path: Path) -> None:
    no_camera = tmp_path / "video0"
    with pytest.raises(CameraError) as caught:
        open_camera(CameraAddress(CameraKind.DEVICE, str(no_camera)))
    assert caught.value.code == "CAMERA_NOT_FOUND"
    no_camera.touch()
    with pytest.raises(CameraError, match="video0") as caught:
        open_camera(CameraAddress(CameraKind.DEVICE, str(no_camera)))
    assert caught.value.code == "CAMERA_NOT_OPENED"
