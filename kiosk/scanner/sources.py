"""Where frames come from: the cameras that OpenCV opens, and the choice among all sources.

How a camera is set up follows OpenCV's V4L2 code: MJPG before the size, or the driver stays with its slow raw format;
then its JPEGs are taken as they are, since decoding them straight to grey costs half of what colour does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.errors import CameraError
from kiosk.scanner.address import CameraAddress, CameraKind
from kiosk.scanner.frames import Frame, JpegFrame, PixelFrame

MJPG = cv2.VideoWriter.fourcc(*"MJPG")
_WISHES = ((1920, 1080), (1280, 720))
_FPS, _LEAST_FPS = 30, 24
_APERTURE_PRIORITY = 3
"""V4L2's word for automatic exposure."""


class FrameSource(Protocol):
    """Something that shows frames, one after another."""

    is_live: bool
    """Whether it is a camera, whose picture may freeze or go black by a fault, rather than a drawn picture."""

    def read(self) -> Frame | None:
        """The next frame, or None where there was none; waits for it, within a finite time.

        Raises:
            CameraError: there will be no more.
        """
        ...

    def close(self) -> None: ...


class Capture(Protocol):
    """What is used of cv2.VideoCapture."""

    def isOpened(self) -> bool: ...  # noqa: N802

    def set(self, prop: int, value: float) -> bool: ...

    def get(self, prop: int) -> float: ...

    def read(self) -> tuple[bool, npt.NDArray[Any]]: ...

    def release(self) -> None: ...


@dataclass(frozen=True)
class Mode:
    """What a driver says that it gives; ``fps`` is 0 where it does not say."""

    width: int
    height: int
    fps: float
    is_jpeg: bool


class DeviceCamera:
    """A camera at this machine as OpenCV has opened it."""

    is_live = True

    def __init__(
        self, capture: Capture, mode: Mode, is_there: Callable[[], bool] = lambda: True, path: str = ""
    ) -> None:
        self.capture = capture
        self.mode = mode
        self.path = path
        self._is_there = is_there

    def read(self) -> Frame | None:
        there, picture = self.capture.read()
        if there and picture is not None and picture.size:
            is_jpeg = picture.ndim < 3 or picture.shape[0] == 1
            return JpegFrame(picture.tobytes()) if is_jpeg else PixelFrame(np.asarray(picture, np.uint8))
        if not self._is_there():
            raise CameraError("the camera was unplugged", code="CAMERA_UNPLUGGED")
        return None

    def close(self) -> None:
        self.capture.release()


class DeviceFinder:
    """Opens the camera that is meant again and again, with AUTO the first that opens.

    Its number may be another one after it was unplugged, or the machine has slept; its name by id stays. So whatever
    was opened once is looked for by that name first.
    """

    def __init__(self, address: CameraAddress, root: Path = Path("/dev")) -> None:
        self._address = address
        self._root = root
        self._known: Path | None = None

    def paths(self) -> list[str]:
        """What to try, in this order."""
        known = [str(self._known)] if self._known is not None and self._known.exists() else []
        return list(dict.fromkeys([*known, *device_paths(self._address, self._root)]))

    def note(self, path: str) -> None:
        """This one is it."""
        device = Path(path).resolve()
        by_id = (link for link in sorted(self._root.glob("v4l/by-id/*")) if link.resolve() == device)
        self._known = next(by_id, self._known)

    def open(self) -> DeviceCamera:
        """Open it.

        Raises:
            CameraError: CAMERA_NOT_FOUND where there is nothing to open, CAMERA_NOT_OPENED where nothing opens.
        """
        paths = self.paths()
        if not paths:
            raise CameraError("no camera is plugged in", code="CAMERA_NOT_FOUND")
        camera, path = _first_that_opens(paths)
        self.note(path)
        return camera


def device_paths(address: CameraAddress, root: Path = Path("/dev")) -> list[str]:
    """Device paths to try; those by id come first, as they name the same camera after it was plugged in again."""
    if address.kind is CameraKind.DEVICE:
        candidates = [Path(address.where)]
    else:
        candidates = [*sorted(root.glob("v4l/by-id/*-video-index0")), root / "video0"]
    return [str(path) for path in candidates if path.exists()]


def _first_that_opens(paths: Sequence[str]) -> tuple[DeviceCamera, str]:
    for path in paths:
        capture = cv2.VideoCapture(path, cv2.CAP_V4L2)
        if capture.isOpened():
            return DeviceCamera(capture, set_up(capture), Path(path).exists, path), path
    raise CameraError(f"no camera opens: {', '.join(paths)}; is another program using it?", code="CAMERA_NOT_OPENED")


def set_up(capture: Capture) -> Mode:
    """Ask for the best mode, and take what the driver gives. One buffer, or frames arrive late."""
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    for width, height in _WISHES:
        mode = _asked(capture, width, height)
        if mode.width >= width and (mode.fps == 0 or mode.fps >= _LEAST_FPS):
            break
    capture.set(cv2.CAP_PROP_AUTOFOCUS, 1)
    capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _APERTURE_PRIORITY)
    capture.set(cv2.CAP_PROP_EXPOSUREPROGRAM, 0)  # V4L2's dynamic frame rate: off, or dusk brings 5 frames a second
    if mode.is_jpeg:
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    return mode


def _asked(capture: Capture, width: int, height: int) -> Mode:
    capture.set(cv2.CAP_PROP_FOURCC, MJPG)
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
    capture.set(cv2.CAP_PROP_FPS, _FPS)
    got_width, got_height, fps, fourcc = (
        capture.get(prop)
        for prop in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS, cv2.CAP_PROP_FOURCC)
    )
    return Mode(int(got_width), int(got_height), fps, int(fourcc) == MJPG)
