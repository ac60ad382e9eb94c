"""The camera process's loop, with a camera and a program of the test's own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.ports import CameraStateChanged, CodeRead, DeviceState, PreviewFrame, ScannerReport, TwoCodesSeen
from kiosk.scanner.messages import unpack
from kiosk.scanner.sources import Frame
from kiosk.scanner.watching import Watch, preview
from tests.scanner.drawing import beside, drawn

STARTING, RUNNING = CameraStateChanged(DeviceState.STARTING), CameraStateChanged(DeviceState.RUNNING)


class ProgramGoneError(Exception):
    """The test's end of the story."""


@dataclass
class Play:
    """Plays ``frames`` at ``period_s``, one list for each time the camera is opened, then the program goes away."""

    openings: Iterator[Iterable[Frame | None] | CameraError]
    period_s: float = 0.1
    now: float = 50.0
    heard: list[ScannerReport | None] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    closed: int = 0

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
        watch = Watch(self.open, lambda message: self.heard.append(unpack(message)), self.pause, lambda: self.now)
        with pytest.raises(ProgramGoneError):
            watch.run()
        return self.heard


def show(*openings: Iterable[Frame | None] | CameraError, period_s: float = 0.1) -> Play:
    return Play(iter(openings), period_s)


def frame(*texts: str) -> Frame:
    grey = beside(*map(drawn, texts)) if texts else np.full((200, 300), 200, np.uint8)
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)


def but_previews(heard: list[ScannerReport | None]) -> list[ScannerReport]:
    return [report for report in heard if report is not None and not isinstance(report, PreviewFrame)]


def test_a_card_that_stays_is_told_twice_a_second() -> None:
    ended = CameraStateChanged(DeviceState.FAILED, "CAMERA_NO_FRAMES")
    heard = but_previews(show([frame("a")] * 40, period_s=0.125).run())
    assert heard == [STARTING, RUNNING, *[CodeRead("a")] * 10, ended, STARTING]


def test_two_cards_at_once_are_told_and_neither_is_read() -> None:
    heard = but_previews(show([frame("a", "b")] * 3 + [frame()] * 3 + [frame("b")]).run())
    assert heard[2:4] == [TwoCodesSeen(), CodeRead("b")]


def test_single_failed_reads_are_borne_and_five_in_a_row_are_not() -> None:
    four = [None] * 4
    play = show([frame(), *four, frame("a"), *four, frame()])
    assert CodeRead("a") in play.run()
    assert play.closed == 1


def test_a_camera_that_does_not_open_is_tried_again_ever_more_seldom_without_falling_silent() -> None:
    missing = CameraError("no camera", code="CAMERA_NOT_FOUND")
    play = show(*[missing] * 7)
    heard = play.run()
    waits = [0.5, 1, 2, 4, 8, 10, 10]
    assert sum(play.pauses) == sum(waits)
    assert max(play.pauses) <= 1
    assert heard.count(CameraStateChanged(DeviceState.FAILED, "CAMERA_NOT_FOUND")) == 7
    assert heard.count(None) >= sum(waits) - 7, "a heartbeat for each second of waiting"


def test_after_frames_the_wait_is_short_again() -> None:
    missing = CameraError("no camera", code="CAMERA_NOT_FOUND")
    play = show(missing, missing, missing, [frame()], missing)
    play.run()
    assert sum(play.pauses) == 0.5 + 1 + 2 + 0.5 + 1


@pytest.mark.parametrize(("period_s", "at_most"), [(1 / 60, 12), (1 / 15, 12), (1 / 5, 5)])
def test_previews_come_at_most_twelve_times_a_second(period_s: float, at_most: int) -> None:
    frames = round(2 / period_s)
    heard = show([frame()] * frames, period_s=period_s).run()
    previews = sum(isinstance(report, PreviewFrame) for report in heard)
    assert 2 * at_most - 2 <= previews <= 2 * at_most + 1


def test_a_camera_without_frames_still_lets_the_process_be_heard() -> None:
    heard = show([None] * 5, period_s=2.0).run()
    assert heard.count(None) >= 5
    assert RUNNING not in heard


@pytest.mark.parametrize(
    ("size", "small"), [((1080, 1920), (480, 270)), ((480, 640), (360, 270)), ((9000, 1), (1, 270))]
)
def test_a_preview_keeps_the_frames_shape(size: tuple[int, int], small: tuple[int, int]) -> None:
    report = unpack(preview(np.zeros((*size, 3), np.uint8)))
    assert isinstance(report, PreviewFrame)
    assert (report.width, report.height) == small
