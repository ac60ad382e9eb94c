"""Frames read ahead on a thread; only the newest is kept, so a slow look at one frame never makes the next one old."""

import threading

from kiosk.errors import CameraError
from kiosk.scanner.frames import Frame
from kiosk.scanner.sources import FrameSource

FAILURES_TO_GIVE_UP = 5
CLOSING_S = 0.8
"""Reading from a driver that is well ends within a second (``limits``), and that has begun before."""


class NewestFrame:
    """A frame source over another one. The other is read and closed on the thread alone, as OpenCV demands."""

    def __init__(self, source: FrameSource, *, wait_s: float = 0.2) -> None:
        self._source = source
        self.is_live = source.is_live
        self._wait_s = wait_s
        self._changed = threading.Condition()
        self._newest: Frame | None = None
        self._end: CameraError | None = None
        self._ended = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read_on, name="camera-frames", daemon=True)
        self._thread.start()

    def read(self) -> Frame | None:
        """A frame not handed out before; None after ``wait_s`` without one. Raises CameraError at the source's end."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._ended, self._wait_s)
            frame, self._newest = self._newest, None
            if frame is None and self._ended:
                raise self._end or CameraError("the camera gives no more frames", code="CAMERA_NO_FRAMES")
            return frame

    def close(self, wait_s: float = CLOSING_S) -> None:
        """Stop reading.

        Raises:
            TimeoutError: the driver does not let go of the thread; only the end of the process helps.
        """
        self._closing.set()
        self._thread.join(wait_s)
        if self._thread.is_alive():
            raise TimeoutError("the camera's driver does not answer")

    def _read_on(self) -> None:
        failures = 0
        try:
            while failures < FAILURES_TO_GIVE_UP and not self._closing.is_set():
                frame = self._source.read()
                failures = 0 if frame is not None else failures + 1
                self._keep(frame)
        except CameraError as error:
            self._end = error
        finally:
            self._source.close()
            with self._changed:
                self._ended = True
                self._changed.notify()

    def _keep(self, frame: Frame | None) -> None:
        if frame is not None:
            with self._changed:
                self._newest = frame
                self._changed.notify()
