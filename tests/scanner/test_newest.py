"""Only the newest frame counts."""

import threading
from queue import Queue

import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.scanner.frames import Frame, PixelFrame
from kiosk.scanner.newest import FAILURES_TO_GIVE_UP, NewestFrame


class Camera:
    """Gives the frames that the test puts in, and says when it was asked for the next one."""

    is_live = True

    def __init__(self) -> None:
        self.frames: Queue[Frame | CameraError | None] = Queue()
        self.asked: Queue[None] = Queue()
        self.closed_by = ""

    def read(self) -> Frame | None:
        self.asked.put(None)
        frame = self.frames.get(timeout=20)
        if isinstance(frame, CameraError):
            raise frame
        return frame

    def close(self) -> None:
        self.closed_by = threading.current_thread().name

    def take(self, *frames: Frame | None) -> None:
        """Give these, and wait until all of them were read and the next one is asked for."""
        for frame in frames:
            self.frames.put(frame)
        for _ in frames:
            self.asked.get(timeout=20)


def frame(value: int) -> Frame:
    return PixelFrame(np.full((1, 1, 3), value, np.uint8))


def value_of(frame: Frame | None) -> int:
    grey = None if frame is None else frame.grey()
    assert grey is not None
    return int(grey[0, 0])


def test_frames_that_nobody_took_are_dropped_for_the_newest() -> None:
    newest = NewestFrame(camera := Camera(), wait_s=20)
    camera.asked.get(timeout=20)
    camera.take(frame(1), frame(2), frame(3))
    assert value_of(newest.read()) == 3
    camera.frames.put(frame(4))
    assert value_of(newest.read()) == 4
    end(newest, camera)


def test_no_frame_in_time_is_none() -> None:
    newest = NewestFrame(camera := Camera(), wait_s=0.01)
    assert newest.read() is None
    camera.frames.put(frame(1))
    newest.close()


def test_a_camera_that_fails_again_and_again_is_closed_on_its_own_thread() -> None:
    newest = NewestFrame(camera := Camera(), wait_s=20)
    for _ in range(FAILURES_TO_GIVE_UP):
        camera.frames.put(None)
    with pytest.raises(CameraError) as caught:
        newest.read()
    assert caught.value.code == "CAMERA_NO_FRAMES"
    newest.close()
    assert camera.closed_by == "camera-frames"


def end(newest: NewestFrame, camera: Camera) -> None:
    closing = threading.Thread(target=newest.close)
    closing.start()
    camera.frames.put(frame(0))
    camera.frames.put(frame(0))
    closing.join(20)
    assert camera.closed_by == "camera-frames"


def test_why_a_camera_has_ended_is_told_after_its_last_frame() -> None:
    newest = NewestFrame(camera := Camera(), wait_s=20)
    camera.asked.get(timeout=20)
    camera.take(frame(7))
    camera.frames.put(CameraError("gone", code="CAMERA_UNPLUGGED"))
    assert value_of(newest.read()) == 7
    with pytest.raises(CameraError) as caught:
        newest.read()
    assert caught.value.code == "CAMERA_UNPLUGGED"
    newest.close()


def test_a_driver_that_does_not_let_go_is_told() -> None:
    newest = NewestFrame(camera := Camera())
    camera.asked.get(timeout=20)
    with pytest.raises(TimeoutError):
        newest.close(wait_s=0.01)
    end(newest, camera)
