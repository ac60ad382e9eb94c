"""The loop of the camera's process: frame, codes, preview; and open the camera again for as long as it takes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

import cv2
import numpy as np

from kiosk.errors import CameraError
from kiosk.ports import DeviceState
from kiosk.scanner.decode import decode, effort_after
from kiosk.scanner.messages import HEARTBEAT, PREVIEW_SIZE, pack_code, pack_preview, pack_state, pack_two_codes
from kiosk.scanner.newest import FAILURES_TO_GIVE_UP
from kiosk.scanner.repeats import Repeats
from kiosk.scanner.sources import Frame, FrameSource

PREVIEW_PERIOD_S = 1 / 12
HEARTBEAT_S = 1.0
FIRST_BACK_OFF_S = 0.5
LAST_BACK_OFF_S = 10.0


@dataclass
class Watch:
    """Watches until ``send`` or ``pause`` raises, which they do when the program at the other end has gone."""

    open_source: Callable[[], FrameSource]
    send: Callable[[bytes], None]
    pause: Callable[[float], None]
    clock: Callable[[], float] = time.monotonic
    _repeats: Repeats = field(default_factory=Repeats)
    _misses: int = 0
    _back_off_s: float = FIRST_BACK_OFF_S
    _sent_at: float = float("-inf")
    _preview_due: float = 0.0

    def run(self) -> NoReturn:
        while True:
            try:
                self._tell(pack_state(DeviceState.STARTING))
                self._watch_one_opening()
            except CameraError as error:
                self._tell(pack_state(DeviceState.FAILED, error.code))
                self._rest()

    def _watch_one_opening(self) -> NoReturn:
        """From opening the camera until it fails."""
        source = self.open_source()
        try:
            failures, running = 0, False
            while failures < FAILURES_TO_GIVE_UP:
                frame = source.read()
                failures = failures + 1 if frame is None else 0
                if frame is not None and not running:
                    running = True
                    self._back_off_s = FIRST_BACK_OFF_S
                    self._tell(pack_state(DeviceState.RUNNING))
                self._look(frame)
        finally:
            source.close()
        raise CameraError("the camera gives no more frames", code="CAMERA_NO_FRAMES")

    def _look(self, frame: Frame | None) -> None:
        if frame is not None:
            self._look_for_codes(frame)
            self._show(frame)
        self._beat()

    def _look_for_codes(self, frame: Frame) -> None:
        grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)
        texts = decode(grey, effort_after(self._misses))
        self._misses = 0 if texts else self._misses + 1
        if self._repeats.is_due(texts, self.clock()):
            self._tell(pack_code(texts[0]) if len(texts) == 1 else pack_two_codes())

    def _show(self, frame: Frame) -> None:
        """Send a preview where one is due. The due time moves on by whole periods, or 15 frames a second give 7.5."""
        now = self.clock()
        if now >= self._preview_due:
            self._preview_due = max(self._preview_due + PREVIEW_PERIOD_S, now)
            self._tell(preview(frame))

    def _rest(self) -> None:
        """Wait before the next try, twice as long each time, without falling silent."""
        until = self.clock() + self._back_off_s
        self._back_off_s = min(2 * self._back_off_s, LAST_BACK_OFF_S)
        while (left_s := until - self.clock()) > 0:
            self.pause(min(left_s, HEARTBEAT_S))
            self._beat()

    def _beat(self) -> None:
        if self.clock() - self._sent_at >= HEARTBEAT_S:
            self._tell(HEARTBEAT)

    def _tell(self, message: bytes) -> None:
        self.send(message)
        self._sent_at = self.clock()


def preview(frame: Frame) -> bytes:
    """The frame as a small picture for the patient to aim by, its shape kept."""
    height, width = frame.shape[:2]
    scale = min(PREVIEW_SIZE[0] / width, PREVIEW_SIZE[1] / height)
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    return pack_preview(*size, cv2.cvtColor(small, cv2.COLOR_BGR2RGB).tobytes())
