"""A JPEG's size is read out of its head as the decoder reads it, whatever the bytes are."""

import random

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.scanner.frames import JpegFrame
from kiosk.scanner.jpeg_size import pixels_claimed
from tests.scanner.fuzzing import mutated, resized
from tests.scanner.mjpeg_server import jpeg

SMALL = jpeg(np.full((90, 120), 128, np.uint8))


@pytest.mark.parametrize("options", [[], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1], [cv2.IMWRITE_JPEG_RST_INTERVAL, 4]])
@given(height=st.integers(1, 300), width=st.integers(1, 300))
def test_the_size_is_the_pictures(options: list[int], height: int, width: int) -> None:
    data = cv2.imencode(".jpg", np.full((height, width, 3), 128, np.uint8), options)[1].tobytes()
    assert pixels_claimed(data) == height * width


@given(st.integers(0, 65535), st.integers(0, 65535))
def test_a_claim_is_told(height: int, width: int) -> None:
    assert pixels_claimed(resized(SMALL, height, width)) == height * width


@given(st.one_of(st.binary(max_size=400), st.binary(max_size=400).map(b"\xff\xd8\xff".__add__)), st.integers(0, 999))
def test_whatever_the_bytes_no_decoder_sees_more_than_they_claim(data: bytes, seed: int) -> None:
    assert pixels_claimed(data) is None or data.startswith(b"\xff\xd8\xff")
    spoiled = mutated(SMALL, random.Random(seed), of_its_size=True)
    picture = cv2.imdecode(np.frombuffer(spoiled or b"\0", np.uint8), cv2.IMREAD_GRAYSCALE)
    claimed = pixels_claimed(spoiled)
    assert picture is None or claimed is None or picture.size == claimed


@pytest.mark.parametrize("filling", [b"\xff\x01", b"\xff\xd8", b"\xff\xe0\x00\x02", b"\xff\xe0\x00\x00", b"\xff"])
def test_a_head_without_end_takes_no_time(filling: bytes) -> None:
    data = b"\xff\xd8" + filling * (2_000_000 // len(filling))
    assert pixels_claimed(data + SMALL) is None or filling == b"\xff"


@pytest.mark.parametrize("size", [(8000, 8000), (65500, 65500)])
def test_what_claims_too_much_never_comes_to_the_decoder(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    claims = JpegFrame(resized(SMALL, *size))
    assert (claims.grey(), claims.shrunk(8.0)) == (None, None)


def test_what_is_no_jpeg_is_not_decoded_as_something_else() -> None:
    png = cv2.imencode(".png", np.full((90, 120), 128, np.uint8))[1].tobytes()
    assert JpegFrame(png).grey() is None
