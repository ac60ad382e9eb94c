"""A picture that is old or black is not believed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import CameraError
from kiosk.scanner.camera_health import PATIENCE_S, PictureHealth, is_dark_all_over
from kiosk.scanner.decode import Grey


def even(luma: int) -> Grey:
    return np.full((72, 128), luma, np.uint8)


def text(luma: int) -> Grey:
    """Dark, with something in it."""
    picture = even(luma)
    picture[::16] = luma * 3
    return picture


@pytest.mark.parametrize(
    ("grey", "is_dark"),
    [(even(0), True), (even(9), True), (even(30), True), (even(60), False), (text(20), False), (even(255), False)],
)
def test_a_covered_lens_is_told_from_a_dark_room(grey: Grey, is_dark: bool) -> None:
    assert is_dark_all_over(grey) is is_dark


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0.01, 0.5)), max_size=60))
def test_whatever_changes_in_time_is_believed(frames: list[tuple[int, float]]) -> None:
    health, now, changed_at, last = PictureHealth(0.0), 0.0, 0.0, -1
    for digest, wait_s in frames:
        now += wait_s
        changed_at, last = (changed_at, last) if digest == last else (now, digest)
        if now - changed_at >= PATIENCE_S:
            return
        health.take(digest, even(100), now)


def test_a_slow_camera_is_not_called_frozen_for_two_equal_pictures() -> None:
    health = PictureHealth(0.0)
    for second in range(4):
        health.take(1, even(100), float(second))


def test_a_camera_that_gives_nothing_has_its_own_code() -> None:
    health = PictureHealth(0.0)
    health.miss(PATIENCE_S - 0.1)
    with pytest.raises(CameraError) as caught:
        health.miss(PATIENCE_S)
    assert caught.value.code == "CAMERA_NO_FRAMES"
