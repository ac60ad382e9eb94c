"""A camera that goes wrong once before a real scanner process, and is well whenever it is opened after that."""

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue

import numpy as np

from kiosk.errors import CameraError
from kiosk.ports import CameraStateChanged, DeviceState, ScannerReport
from kiosk.scanner.camera_scanner import CameraScanner
from kiosk.scanner.decode import Grey
from kiosk.scanner.frames import Frame, PixelFrame
from kiosk.scanner.limits import confine
from kiosk.scanner.newest import NewestFrame
from kiosk.scanner.process import tell_of

PERIOD_S = 0.05
GOOD_FRAMES = 10
UNPLUGGED_S = 0.8
LONGEST_S = 60.0

FAULTS = {
    "crash": "SCANNER_CRASHED",
    "hang": "SCANNER_HUNG",
    "hang_opening": "CAMERA_STUCK",
    "hang_reading": "CAMERA_NO_FRAMES",
    "hang_closing": "CAMERA_NO_FRAMES",
    "unplug": "CAMERA_UNPLUGGED",
    "freeze": "CAMERA_FROZEN",
    "black": "CAMERA_BLACK",
    "nothing": "CAMERA_NO_FRAMES",
}
"""Each with the code by which it is first told."""


def watch_faulty(connection: Connection, setting: str) -> None:
    """In the place of ``kiosk.scanner.process.watch``; the last part of ``setting`` names the fault.

    The file of that path is made as the fault begins; where it is there, the camera is well again.
    """
    confine()
    mark = Path(setting.removeprefix("file:"))
    tell_of(connection, lambda: NewestFrame(opened(mark)))


def opened(mark: Path) -> "Camera":
    if not mark.exists():
        if mark.name == "hang_opening":
            mark.touch()
            hang()
        return Camera(mark)
    if mark.name == "unplug" and time.time() < mark.stat().st_mtime + UNPLUGGED_S:
        raise CameraError("no camera is plugged in", code="CAMERA_NOT_FOUND")
    return Camera()


class Camera:
    """Shows a wall, each picture with noise of its own; with a ``mark`` it goes wrong soon."""

    is_live = True

    def __init__(self, mark: Path | None = None) -> None:
        self._mark = mark
        self._shown = 0
        self._random = np.random.default_rng()
        self.last = self.wall()

    def wall(self, luma: float = 120.0) -> Frame:
        return PixelFrame(self._random.normal(luma, 3.0, (360, 640, 3)).clip(0, 255).astype(np.uint8))

    def read(self) -> Frame | None:
        time.sleep(PERIOD_S)
        self._shown += 1
        if self._mark is None or self._shown <= GOOD_FRAMES:
            self.last = self.wall()
            return self.last
        self._mark.touch() if not self._mark.exists() else None
        return STRIKES[self._mark.name](self)

    def close(self) -> None:
        if self._mark is not None and self._mark.name == "hang_closing":
            hang()


class HangingFrame(PixelFrame):
    def grey(self) -> Grey:
        hang()
        return super().grey()


def hang() -> None:
    time.sleep(10_000)


def crash(_camera: Camera) -> None:
    ctypes.string_at(0)


def unplug(_camera: Camera) -> None:
    raise CameraError("the camera was unplugged", code="CAMERA_UNPLUGGED")


STRIKES: dict[str, Callable[[Camera], Frame | None]] = {
    "crash": crash,
    "hang": lambda camera: HangingFrame(np.zeros((360, 640, 3), np.uint8)),
    "hang_reading": lambda _camera: hang(),
    "hang_closing": lambda _camera: None,
    "unplug": unplug,
    "freeze": lambda camera: camera.last,
    "black": lambda camera: camera.wall(2.0),
    "nothing": lambda _camera: None,
}


@dataclass(frozen=True)
class Mended:
    """The codes by which a fault was told, and how long after it began the first was, and pictures came again."""

    codes: tuple[str, ...]
    told_s: float
    mended_s: float


def mended(fault: str, folder: Path) -> Mended:
    """Raises queue.Empty where ``fault`` is not told, or not mended."""
    mark, reports = folder / fault, Queue[tuple[float, ScannerReport]]()
    scanner = CameraScanner(f"file:{mark}", main=watch_faulty)
    scanner.start(lambda report: reports.put((time.time(), report)))
    codes: list[tuple[float, str]] = []
    try:
        while True:
            at_s, report = reports.get(timeout=LONGEST_S)
            if not isinstance(report, CameraStateChanged) or not mark.exists():
                continue
            began_s = mark.stat().st_mtime
            if report.state is DeviceState.FAILED:
                codes.append((at_s, report.code))
            elif report.state is DeviceState.RUNNING and codes:
                return Mended(tuple(code for _, code in codes), codes[0][0] - began_s, at_s - began_s)
    finally:
        scanner.stop()
