"""The camera for machines without one: holds pictures up one after another, or plays a video, again and again."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from kiosk.errors import CameraError
from kiosk.model.flow import SAME_SCAN_S
from kiosk.scanner.frames import Frame, PixelFrame, Pixels
from kiosk.scanner.sources import FrameSource

FRAME_SIZE = (1280, 720)
LARGE_FRAME_SIZE = (1920, 1080)
FPS = 15.0
HOLD_S = 4.0
GAP_S = 1.5
LONE_GAP_S = SAME_SCAN_S + 1.5
"""A single picture is away for longer, so that each time it comes back it is a scan of its own."""
UNREADABLE = "CAMERA_FILE_UNREADABLE"
_BACKGROUND = 190
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".pgm", ".ppm", ".gif"})


class Ticker:
    """Gives a loop its pace: ``wait`` returns the seconds since the start, at most ``fps`` times a second."""

    def __init__(
        self,
        fps: float = FPS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._period_s = 1 / fps
        self._clock = clock
        self._sleep = sleep
        self._started = clock()
        self._next = self._started

    def wait(self) -> float:
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
            now = self._clock()
        due = self._next + self._period_s
        self._next = due if due > now else now + self._period_s
        return now - self._started


class PictureShow:
    """Each picture is in view for ``hold_s``, then an empty frame for ``gap_s``. What cannot be read is left out."""

    is_live = False

    def __init__(self, pictures: Sequence[Path], *, hold_s: float = HOLD_S, ticker: Ticker | None = None) -> None:
        self._pictures = list(pictures)
        self._hold_s = hold_s
        self._ticker = ticker or Ticker()
        self._empty = PixelFrame(_background(FRAME_SIZE))
        self._shown: tuple[Path, Frame] | None = None

    def read(self) -> Frame:
        """The next frame.

        Raises:
            CameraError: CAMERA_FILE_UNREADABLE, where none of the pictures can be read.
        """
        turn, since_s = divmod(self._ticker.wait(), self._hold_s + self.gap_s)
        if since_s >= self._hold_s:
            return self._empty
        return self._frame_at(int(turn))

    @property
    def gap_s(self) -> float:
        return GAP_S if len(self._pictures) > 1 else LONE_GAP_S

    def close(self) -> None:
        self._shown = None

    def _frame_at(self, turn: int) -> Frame:
        while True:
            path = self._pictures[turn % len(self._pictures)]
            try:
                return self._frame_of(path)
            except CameraError:
                if len(self._pictures) == 1:
                    raise
                self._pictures.remove(path)

    def _frame_of(self, path: Path) -> Frame:
        if self._shown is None or self._shown[0] != path:
            self._shown = (path, PixelFrame(fitted(_picture(path))))
        return self._shown[1]


class VideoShow:
    """A video at its own pace, from the start again when it ends."""

    is_live = False

    def __init__(self, path: Path, *, ticker: Ticker | None = None) -> None:
        self._path = path
        self._capture = _opened_video(path)
        self._ticker = ticker or Ticker(min(max(self._capture.get(cv2.CAP_PROP_FPS), 1.0), 60.0))

    def read(self) -> Frame | None:
        self._ticker.wait()
        there, frame = self._capture.read()
        if not there:
            self._capture.release()
            self._capture = _opened_video(self._path)
            there, frame = self._capture.read()
        return PixelFrame(fitted(np.asarray(frame, np.uint8))) if there else None

    def close(self) -> None:
        self._capture.release()


def open_file(path: Path) -> FrameSource:
    """A virtual camera showing the image, the folder of images in name order, or the video at ``path``.

    Raises:
        CameraError: CAMERA_FILE_UNREADABLE, naming the path.
    """
    if path.is_dir():
        pictures = sorted(one for one in path.iterdir() if one.suffix.lower() in _SUFFIXES)
        if not pictures:
            raise CameraError(f"no picture in the folder {path}", code=UNREADABLE)
        return PictureShow(pictures)
    if not path.is_file():
        raise CameraError(f"no such file: {path}", code=UNREADABLE)
    if cv2.haveImageReader(str(path)):
        return PictureShow([path])
    if path.suffix.lower() in _SUFFIXES:
        raise CameraError(f"not a picture that can be read: {path}", code=UNREADABLE)
    return VideoShow(path)


def fitted(picture: Pixels) -> Pixels:
    """``picture`` in the middle of a camera's frame, its shape kept.

    Small ones are enlarged by whole numbers only, which leaves a QR's modules sharp; what does not fit is shown as a
    camera of the next better mode would see it, so that a QR is not shrunk more than need be.
    """
    height, width = picture.shape[:2]
    frame = _background(FRAME_SIZE if width <= FRAME_SIZE[0] and height <= FRAME_SIZE[1] else LARGE_FRAME_SIZE)
    scale = min(frame.shape[1] / width, frame.shape[0] / height)
    if scale < 1:
        size = (max(1, int(width * scale)), max(1, int(height * scale)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        picture = picture.repeat(int(scale), axis=0).repeat(int(scale), axis=1)
    top, left = ((outer - inner) // 2 for outer, inner in zip(frame.shape[:2], picture.shape[:2], strict=True))
    frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return frame


def _background(size: tuple[int, int]) -> Pixels:
    return np.full((size[1], size[0], 3), _BACKGROUND, np.uint8)


def _picture(path: Path) -> Pixels:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise CameraError(f"not a picture that can be read: {path}", code=UNREADABLE)
    return np.asarray(picture, np.uint8)


def _opened_video(path: Path) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise CameraError(f"neither a picture nor a video that can be read: {path}", code=UNREADABLE)
    return capture
