"""A camera that plays a test's frames, and a program that listens until they are over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.model.aiming import GuidanceChanged
from kiosk.model.health import RESOLUTION_LOW
from kiosk.ports import CameraStateChanged, DeviceState, PreviewFrame, ScannerReport
from kiosk.scanner.frames import Frame, PixelFrame
from kiosk.scanner.messages import unpack
from kiosk.scanner.watching import Watch
from tests.scanner.drawing import beside, drawn

STARTING = CameraStateChanged(DeviceState.STARTING)
RUNNING = CameraStateChanged(DeviceState.RUNNING, RESOLUTION_LOW)
"""As the frames of these tests are small."""


class ProgramGoneError(Exception):
    """The test's end of the story."""


@dataclass
class Play:
    """Plays ``frames`` at ``period_s``, one list for each time the camera is opened, then the program goes away."""

    openings: Iterator[Iterable[Frame | None] | CameraError]
    period_s: float = 0.1
    is_live: bool = False
    now: float = 50.0
    heard: list[ScannerReport | None] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    closed: int = 0
    heard_at: list[float] = field(default_factory=list)

    def open(self) -> "Play":
        opening = next(self.openings, None)
        if opening is None:
            raise ProgramGoneError
        if isinstance(opening, CameraError):
            raise opening
        self._frames = iter(opening)
        return self

    def read(self) -> Frame | None:
        self.now += self.period_s
        return next(self._frames, None)

    def close(self) -> None:
        self.closed += 1

    def pause(self, wait_s: float) -> None:
        self.pauses.append(wait_s)
        self.now += wait_s

    def run(self) -> list[ScannerReport | None]:
        """All that the program hears."""
        watch = Watch(self.open, self._hear, self.pause, lambda: self.now)
        with pytest.raises(ProgramGoneError):
            watch.run()
        return self.heard

    def _hear(self, message: bytes) -> None:
        self.heard.append(unpack(message))
        self.heard_at.append(self.now)


def show(*openings: Iterable[Frame | None] | CameraError, period_s: float = 0.1) -> Play:
    """A show of drawn pictures."""
    return Play(iter(openings), period_s)


def live(*openings: Iterable[Frame | None] | CameraError, period_s: float = 0.1) -> Play:
    """The same as pictures of a camera."""
    return Play(iter(openings), period_s, is_live=True)


def frame(*texts: str) -> Frame:
    grey = beside(*map(drawn, texts)) if texts else np.full((200, 300), 200, np.uint8)
    return PixelFrame(np.repeat(grey[:, :, np.newaxis], 3, axis=2))


def essentials(heard: list[ScannerReport | None]) -> list[ScannerReport]:
    """Without heartbeats, previews and guidance."""
    return [each for each in heard if each is not None and not isinstance(each, PreviewFrame | GuidanceChanged)]


def failed(code: str) -> CameraStateChanged:
    return CameraStateChanged(DeviceState.FAILED, code)
