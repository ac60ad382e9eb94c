"""Pictures cut out of a stream: they come out whole in whatever pieces they arrive, and nothing grows for ever."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.scanner.mjpeg import MAX_PICTURE_BYTES, GarbledStreamError, Pictures, boundary_of
from tests.scanner.mjpeg_server import BOUNDARY, part

PICTURES = st.binary(min_size=1, max_size=200).filter(lambda data: BOUNDARY not in data)


def fed(stream: bytes, cuts: list[int]) -> list[bytes]:
    pictures, found, last = Pictures(BOUNDARY), [], 0
    for cut in [*sorted(min(cut, len(stream)) for cut in cuts), len(stream)]:
        found += pictures.feed(stream[last:cut])
        last = cut
    return found


@given(st.lists(PICTURES, max_size=5), st.booleans(), st.binary(max_size=20), st.lists(st.integers(0, 2000)))
def test_pictures_come_out_whole_however_the_stream_is_cut(
    pictures: list[bytes], tells_length: bool, before: bytes, cuts: list[int]
) -> None:
    preamble = before.replace(b"-", b"")
    stream = preamble + b"".join(part(picture, tells_length=tells_length) for picture in pictures) + BOUNDARY
    found = fed(stream, cuts)
    expected = pictures if tells_length else [picture + b"\r\n" for picture in pictures]
    assert found == expected


def feed_all(pictures: Pictures, pieces: list[bytes]) -> None:
    for piece in pieces:
        pictures.feed(piece)


@given(st.lists(st.binary(max_size=3000), max_size=20))
def test_whatever_comes_is_borne_or_refused(pieces: list[bytes]) -> None:
    with suppress(GarbledStreamError):
        feed_all(Pictures(BOUNDARY), pieces)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        BOUNDARY + b"\r\n\r\n",
        BOUNDARY + b"\r\nContent-Type: image/jpeg\r\n",
        BOUNDARY + b"\r\nContent-Length: %d\r\n\r\n" % (MAX_PICTURE_BYTES + 1),
        BOUNDARY + b"\r\nContent-Length: 999999999999\r\n\r\n",
    ],
)
def test_what_has_no_end_is_refused_before_it_fills_the_memory(start: bytes) -> None:
    piece = b"x" * 65536
    with pytest.raises(GarbledStreamError):
        feed_all(Pictures(BOUNDARY), [start, *[piece] * (2 * MAX_PICTURE_BYTES // len(piece))])


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/x-mixed-replace; boundary=frame",
        "multipart/x-mixed-replace;boundary=--frame",
        'multipart/x-mixed-replace; charset=x; boundary="frame"',
        "MULTIPART/X-Mixed-Replace; Boundary=frame",
    ],
)
def test_every_camera_names_its_boundary_differently(content_type: str) -> None:
    assert boundary_of(content_type) == BOUNDARY


@pytest.mark.parametrize(
    "content_type", ["", "text/html", "image/jpeg", "multipart/x-mixed-replace", "multipart/mixed; boundary=--"]
)
def test_what_is_no_stream_is_refused(content_type: str) -> None:
    with pytest.raises(GarbledStreamError):
        boundary_of(content_type)
