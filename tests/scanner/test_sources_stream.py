"""A network camera over a real loopback connection, and all the ways in which it may let one down."""

from http.client import HTTPResponse
from io import BytesIO

import pytest

from kiosk.errors import CameraError
from kiosk.scanner.mjpeg import MAX_PICTURE_BYTES
from kiosk.scanner.sources_stream import StreamCamera, open_stream
from tests.scanner.drawing import drawn
from tests.scanner.looking import texts_in
from tests.scanner.mjpeg_server import BOUNDARY, NetworkCamera, Play, Visit, jpeg, network_camera, part

CARD = jpeg(drawn("from the network", scale=6))


def once(*data: bytes) -> Play:
    """Sends these, then is silent."""

    def play(visit: Visit) -> None:
        for each in data:
            visit.send(each)
        visit.stay()

    return play


def read_on(address: str, silence_s: float) -> None:
    stream = open_stream(address, silence_s)
    try:
        while True:
            stream.read()
    finally:
        stream.close()


def code_of(camera: NetworkCamera, silence_s: float = 20.0) -> str:
    """With which code reading ends."""
    with network_camera(camera), pytest.raises(CameraError) as caught:
        read_on(camera.address, silence_s)
    assert "127.0.0.1" not in str(caught.value), "an address may hold a password"
    return caught.value.code


@pytest.mark.parametrize("tells_length", [True, False])
def test_a_network_cameras_stream_is_read(tells_length: bool) -> None:
    data = part(CARD, tells_length=tells_length) + BOUNDARY
    with network_camera(NetworkCamera(once(data))) as camera:
        stream = open_stream(camera.address)
        grey = stream.read().grey()
        stream.close()
    assert grey is not None
    assert texts_in(grey) == ("from the network",)


class Arrived:
    """A connection on which all of this has come already."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._data)


def test_of_pictures_that_came_together_the_newest_counts() -> None:
    header = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
    response = HTTPResponse(Arrived(header + part(b"old") * 20 + part(CARD)))  # type: ignore[arg-type]
    response.begin()
    assert StreamCamera(response).read().data == CARD


def test_a_stream_that_is_cut_within_a_picture_is_told() -> None:
    assert code_of(NetworkCamera(lambda visit: visit.send(part(CARD)[:-300]))) == "CAMERA_STREAM_CUT"


def test_a_stream_that_falls_silent_is_told() -> None:
    assert code_of(NetworkCamera(once(part(CARD)[:400])), silence_s=0.3) == "CAMERA_STREAM_STALLED"


def test_a_stream_that_drips_is_told() -> None:
    def drip(visit: Visit) -> None:
        visit.send(part(CARD)[:100])
        while not visit.over.wait(0.02):
            visit.send(b"\xff")

    assert code_of(NetworkCamera(drip), silence_s=0.3) == "CAMERA_STREAM_STALLED"


@pytest.mark.parametrize(
    "data",
    [
        b"\x00garbage" * 2_000_000,
        part(CARD, length=MAX_PICTURE_BYTES + 1),
        part(b"\xff" * (MAX_PICTURE_BYTES + 70_000), tells_length=False),
    ],
    ids=["garbage", "huge part announced", "huge part"],
)
def test_garbage_and_huge_parts_are_refused(data: bytes) -> None:
    assert code_of(NetworkCamera(once(data))) == "CAMERA_STREAM_GARBLED"


def test_what_is_no_picture_is_a_damaged_frame_and_no_end() -> None:
    with network_camera(NetworkCamera(once(part(b"no JPEG"), part(CARD)))) as camera:
        stream = open_stream(camera.address)
        while (frame := stream.read()).data != CARD:
            assert frame.grey() is None
        stream.close()


def test_a_page_instead_of_a_stream_is_told() -> None:
    assert code_of(NetworkCamera(once(b"<html>"), "text/html")) == "CAMERA_STREAM_GARBLED"


@pytest.mark.parametrize("status", [301, 302, 403, 404, 500])
def test_a_camera_that_refuses_or_sends_elsewhere_is_told(status: int) -> None:
    assert code_of(NetworkCamera(once(), status=status)) == "CAMERA_REFUSED"


def test_a_password_is_given_when_it_is_asked_for() -> None:
    with network_camera(NetworkCamera(once(part(CARD)), status=401)) as camera:
        stream = open_stream(camera.address.replace("http://", "http://user:p%40ss@"))
        assert stream.read().data == CARD
        stream.close()
    assert camera.authorization == ["", "Basic dXNlcjpwQHNz"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/video", "http://user:secret@127.0.0.1:9/"])
def test_a_stream_that_is_not_there_is_told(address: str) -> None:
    with pytest.raises(CameraError) as caught:
        open_stream(address)
    assert caught.value.code == "CAMERA_UNREACHABLE"
    assert "127.0.0.1" not in str(caught.value)
    assert "secret" not in str(caught.value)
