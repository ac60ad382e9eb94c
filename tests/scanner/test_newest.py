"""Only the newest frame counts."""

import threading
from queue import Queue

import numpy as np

from kiosk.scanner.newest import FAILURES_TO_GIVE_UP, NewestFrame
from kiosk.scanner.sources import Frame


class Camera:
    """Gives the frames that the test puts in, and says when it was asked for the next one."""

    def __init__(self) -> None:
        self.frames: Queue[Frame | None] = Queue()
        self.asked: Queue[None] = Queue()
        self.closed_by = ""

    def read(self) -> Frame | None:
        self.asked.put(None)
        return self.frames.get(timeout=20)

    def close(self) -> None:
        self.closed_by = threading.current_thread().name

    def take(self, *frames: Frame | None) -> None:
        """Give these, and wait until all of them were read and the next one is asked for."""
        for frame in frames:
            self.frames.put(frame)
        for _ in frames:
            self.asked.get(timeout=20)


def frame(value: int) -> Frame:
    return np.full((1, 1, 3), value, np.uint8)


def test_frames_that_nobody_took_are_dropped_for_the_newest() -> None:
    newest = NewestFrame(camera := Camera())
    camera.asked.get(timeout=20)
    camera.take(frame(1), frame(2), frame(3))
    read = newest.read()
    assert read is not None
    assert read.max() == 3
    camera.frames.put(frame(4))
    read = newest.read()
    assert read is not None
    assert read.max() == 4
    end(newest, camera)


def test_no_frame_in_time_is_none() -> None:
    newest = NewestFrame(camera := Camera(), wait_s=0.01)
    assert newest.read() is None
    camera.frames.put(frame(1))
    newest.close()


def test_a_camera_that_fails_again_and_again_is_closed_on_its_own_thread() -> None:
    newest = NewestFrame(camera := Camera())
    for _ in range(FAILURES_TO_GIVE_UP):
        camera.frames.put(None)
    assert newest.read() is None
    newest.close()
    assert camera.closed_by == "camera-frames"


def end(newest: NewestFrame, camera: Camera) -> None:
    closing = threading.Thread(target=newest.close)
    closing.start()
    camera.frames.put(frame(0))
    camera.frames.put(frame(0))
    closing.join(20)
    assert camera.closed_by == "camera-frames"
