"""The loop of the camera's process: frame, codes, guidance, preview; and open the camera again until it works."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import NoReturn

import cv2

from kiosk.errors import CameraError
from kiosk.model.aiming import Guidance
from kiosk.model.health import RESOLUTION_LOW
from kiosk.ports import DeviceState
from kiosk.scanner.camera_health import PATIENCE_S, PictureHealth
from kiosk.scanner.decode import Grey
from kiosk.scanner.frames import Frame
from kiosk.scanner.guidance import Guide, guided
from kiosk.scanner.messages import (
    HEARTBEAT,
    PREVIEW_SIZE,
    pack_code,
    pack_guidance,
    pack_preview,
    pack_state,
    pack_two_codes,
)
from kiosk.scanner.reading import Reader
from kiosk.scanner.repeats import Repeats
from kiosk.scanner.sources import FrameSource
from kiosk.scanner.suspecting import Suspicion

PREVIEW_PERIOD_S = 1 / 12
HEARTBEAT_S = 0.4
BUDGET_S = 1 / 30
"""What looking at one frame may cost, about: the next one comes then."""
BACK_OFFS_S = (0.0, 0.5, 1.0, 2.0, 3.0)
"""Before each try to open the camera again; the last one for ever."""
LOOK_S = 0.25
"""How often a camera that is not plugged in is looked for."""
_UNPLUGGED = frozenset({"CAMERA_NOT_FOUND", "CAMERA_UNPLUGGED"})
_DOUBTFUL = frozenset({"CAMERA_FROZEN", "CAMERA_BLACK", "CAMERA_NO_FRAMES"})
LONG_PATIENCE_S = 10.0
"""A picture that opening the camera again has not mended is watched, or waited for, so long before the next try."""
LEAST_WIDTH = 1280


@dataclass
class Watch:
    """Watches until ``send`` or ``pause`` raises, which they do when the program at the other end has gone."""

    open_source: Callable[[], FrameSource]
    send: Callable[[bytes], None]
    pause: Callable[[float], None]
    clock: Callable[[], float] = time.monotonic
    _repeats: Repeats = field(default_factory=Repeats)
    _guide: Guide = field(default_factory=Guide)
    _suspicion: Suspicion = field(default_factory=Suspicion)
    _fault: str = ""
    _digest: int | None = None
    _tries: int = 0
    _sent_at: float = float("-inf")
    _preview_due: float = 0.0

    def run(self) -> NoReturn:
        while True:
            self._tell(pack_state(DeviceState.STARTING))
            try:
                with closing(self.open_source()) as source:
                    # Told before the camera is closed, which a driver that hangs may not let happen.
                    self._tell(pack_state(DeviceState.FAILED, self._fault_of(source)))
            except CameraError as error:
                self._fault = error.code
                self._tell(pack_state(DeviceState.FAILED, error.code))
            self._rest()

    def _fault_of(self, source: FrameSource) -> str:
        """Watch from opening the camera until it fails; returns the code of why."""
        try:
            self._watch_one_opening(source)
        except CameraError as error:
            self._fault = error.code
        return self._fault

    def _watch_one_opening(self, source: FrameSource) -> NoReturn:
        reader = Reader(self.clock, BUDGET_S)
        patience_s = LONG_PATIENCE_S if self._fault in _DOUBTFUL else PATIENCE_S
        health = PictureHealth(self.clock(), source.is_live, self._digest, patience_s)
        is_running = False
        while True:
            frame = source.read()
            grey = frame.grey() if frame is not None else None
            if frame is None or grey is None:
                health.miss(self.clock())
            else:
                is_good = health.take(frame.digest, grey, self.clock())
                self._digest = health.digest
                if is_good and not is_running:
                    is_running = True
                    self._begin(grey)
                if is_running:
                    health.patience_s = PATIENCE_S
                    self._look(reader, frame, grey)
            self._beat()

    def _begin(self, grey: Grey) -> None:
        self._fault, self._tries = "", 0
        self._guide = Guide()
        self._tell(pack_state(DeviceState.RUNNING, RESOLUTION_LOW if grey.shape[1] < LEAST_WIDTH else ""))

    def _look(self, reader: Reader, frame: Frame, grey: Grey) -> None:
        reading = reader.read(grey)
        now = self.clock()
        if self._repeats.is_due(reading.texts, now):
            self._tell(pack_code(reading.texts[0]) if len(reading.texts) == 1 else pack_two_codes())
        found = self._suspicion.found(reading.finding, grey, now)
        self._guide_by(guided(self._guide, found, now, is_read=bool(reading.texts)))
        if now >= self._preview_due:
            # Moved on by whole periods, or 15 frames a second give 7.5.
            self._preview_due = max(self._preview_due + PREVIEW_PERIOD_S, now)
            shown = preview(frame, (grey.shape[1], grey.shape[0]))
            if shown is not None:
                self._tell(shown)

    def _guide_by(self, guide: Guide) -> None:
        is_news = guide.said is not self._guide.said
        self._guide = guide
        if is_news:
            self._tell(pack_guidance(guide.said))

    def _rest(self) -> None:
        """Wait before the next try without falling silent: shortly for a cable, longer each time for what is there."""
        self._guide_by(Guide(Guidance.NO_CODE))
        wait_s = LOOK_S if self._fault in _UNPLUGGED else BACK_OFFS_S[min(self._tries, len(BACK_OFFS_S) - 1)]
        self._tries += 1
        until = self.clock() + wait_s
        while (left_s := until - self.clock()) > 0:
            self.pause(min(left_s, HEARTBEAT_S))
            self._beat()

    def _beat(self) -> None:
        if self.clock() - self._sent_at >= HEARTBEAT_S:
            self._tell(HEARTBEAT)

    def _tell(self, message: bytes) -> None:
        self.send(message)
        self._sent_at = self.clock()


def preview(frame: Frame, size: tuple[int, int]) -> bytes | None:
    """The frame, width and height ``size``, as a small picture for the patient to aim by, its shape kept."""
    width, height = size
    scale = min(PREVIEW_SIZE[0] / width, PREVIEW_SIZE[1] / height)
    shrunk = frame.shrunk(1 / scale)
    if shrunk is None:
        return None
    small_size = (max(1, int(width * scale)), max(1, int(height * scale)))
    small = cv2.resize(shrunk, small_size, interpolation=cv2.INTER_AREA)
    return pack_preview(*small_size, cv2.cvtColor(small, cv2.COLOR_BGR2RGB).tobytes())
