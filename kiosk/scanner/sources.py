"""Where frames come from: the cameras that OpenCV opens, and the choice among all sources.

How a camera is set up follows OpenCV's V4L2 code: MJPG before the size, or the driver stays with its slow raw format.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.errors import CameraError
from kiosk.scanner.address import CameraAddress, CameraKind

Frame: TypeAlias = npt.NDArray[np.uint8]
"""Height x width x 3, in OpenCV's order blue, green, red."""

_NOT_OPENED = "CAMERA_NOT_OPENED"
_WIDTH, _HEIGHT, _FPS = 1920, 1080, 30
_STREAM_TIMEOUTS = (cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 5000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 2000)


class FrameSource(Protocol):
    """Something that shows frames, one after another."""

    def read(self) -> Frame | None:
        """The next frame, or None where there was none; waits for it, within a finite time."""
        ...

    def close(self) -> None: ...


class OpenCvCamera:
    """A camera or a stream as OpenCV has opened it."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture

    def read(self) -> Frame | None:
        there, frame = self._capture.read()
        return np.asarray(frame, np.uint8) if there else None

    def close(self) -> None:
        self._capture.release()


def open_camera(address: CameraAddress) -> OpenCvCamera:
    """Open the camera or stream that is meant, with AUTO the first that opens.

    Raises:
        CameraError: CAMERA_NOT_FOUND where there is nothing to open, CAMERA_NOT_OPENED where nothing opens.
    """
    if address.kind is CameraKind.STREAM:
        capture = cv2.VideoCapture(address.where, cv2.CAP_FFMPEG, _STREAM_TIMEOUTS)
        if capture.isOpened():
            return OpenCvCamera(capture)
        raise CameraError("the camera's stream does not open: check its address and the network", code=_NOT_OPENED)
    return _first_that_opens(device_paths(address))


def device_paths(address: CameraAddress, root: Path = Path("/dev")) -> list[str]:
    """Device paths to try; those by id come first, as they name the same camera after it was plugged in again."""
    if address.kind is CameraKind.DEVICE:
        candidates = [Path(address.where)]
    else:
        candidates = [*sorted(root.glob("v4l/by-id/*-video-index0")), root / "video0"]
    return [str(path) for path in candidates if path.exists()]


def _first_that_opens(paths: Sequence[str]) -> OpenCvCamera:
    if not paths:
        raise CameraError("no camera is plugged in", code="CAMERA_NOT_FOUND")
    for path in paths:
        capture = cv2.VideoCapture(path, cv2.CAP_V4L2)
        if capture.isOpened():
            _set_up(capture)
            return OpenCvCamera(capture)
    raise CameraError(f"no camera opens: {', '.join(paths)}; is another program using it?", code=_NOT_OPENED)


def _set_up(capture: cv2.VideoCapture) -> None:
    """Ask for the best mode; the driver gives what it has. One buffer, or frames arrive late."""
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDTH)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT)
    capture.set(cv2.CAP_PROP_FPS, _FPS)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
