"""The camera process's loop, with a camera and a program of the test's own."""

import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.ports import CodeRead, PreviewFrame, TwoCodesSeen
from kiosk.scanner.frames import JpegFrame, PixelFrame
from kiosk.scanner.messages import unpack
from kiosk.scanner.watching import preview
from tests.scanner.mjpeg_server import jpeg
from tests.scanner.playing import RUNNING, STARTING, essentials, failed, frame, show


def test_a_card_that_stays_is_told_twice_a_second() -> None:
    heard = essentials(show([frame("a")] * 40, period_s=0.125).run())
    assert heard == [STARTING, RUNNING, *[CodeRead("a")] * 10, failed("CAMERA_NO_FRAMES"), STARTING]


def test_two_cards_at_once_are_told_and_neither_is_read() -> None:
    heard = essentials(show([frame("a", "b")] * 3 + [frame()] * 3 + [frame("b")]).run())
    assert heard[2:4] == [TwoCodesSeen(), CodeRead("b")]


def test_failed_reads_are_borne_for_a_while() -> None:
    some = [None] * 15
    play = show([frame(), *some, frame("a"), *some, frame()])
    assert CodeRead("a") in play.run()
    assert play.closed == 1


def missing(code: str = "CAMERA_NOT_OPENED") -> CameraError:
    return CameraError("no camera", code=code)


def test_a_camera_that_does_not_open_is_tried_again_at_once_then_ever_more_seldom_without_falling_silent() -> None:
    play = show(*[missing()] * 7)
    heard = play.run()
    waits = [0, 0.5, 1, 2, 3, 3, 3]
    assert sum(play.pauses) == pytest.approx(sum(waits))
    assert max(play.pauses) <= 0.4
    assert heard.count(failed("CAMERA_NOT_OPENED")) == 7
    assert heard.count(None) >= sum(waits) - 7, "a heartbeat for each second of waiting"


def test_a_camera_that_is_not_plugged_in_is_looked_for_four_times_a_second() -> None:
    play = show(*[missing("CAMERA_NOT_FOUND")] * 40, [frame("a")])
    assert CodeRead("a") in play.run()
    assert sum(play.pauses) == pytest.approx(40 * 0.25)


def test_after_frames_the_wait_is_short_again() -> None:
    play = show(missing(), missing(), missing(), [frame()], missing())
    play.run()
    assert sum(play.pauses) == pytest.approx(0 + 0.5 + 1 + 0 + 0.5)


@pytest.mark.parametrize(("period_s", "at_most"), [(1 / 60, 12), (1 / 15, 12), (1 / 5, 5)])
def test_previews_come_at_most_twelve_times_a_second(period_s: float, at_most: int) -> None:
    frames = round(2 / period_s)
    heard = show([frame()] * frames, period_s=period_s).run()
    previews = sum(isinstance(report, PreviewFrame) for report in heard)
    assert 2 * at_most - 2 <= previews <= 2 * at_most + 1


def test_a_camera_without_frames_still_lets_the_process_be_heard() -> None:
    heard = show([None] * 5, period_s=0.5).run()
    assert heard.count(None) >= 3
    assert RUNNING not in heard


@pytest.mark.parametrize(
    ("size", "small"), [((1080, 1920), (480, 270)), ((480, 640), (360, 270)), ((9000, 1), (1, 270))]
)
def test_a_preview_keeps_the_frames_shape(size: tuple[int, int], small: tuple[int, int]) -> None:
    shown = preview(PixelFrame(np.zeros((*size, 3), np.uint8)), (size[1], size[0]))
    assert shown is not None
    report = unpack(shown)
    assert isinstance(report, PreviewFrame)
    assert (report.width, report.height) == small


def test_a_jpeg_larger_than_any_cameras_is_damaged() -> None:
    assert JpegFrame(jpeg(np.full((4096, 4096), 128, np.uint8))).grey() is not None
    giant = JpegFrame(jpeg(np.full((4097, 4096), 128, np.uint8)))
    assert giant.grey() is None
    assert giant.shrunk(1.0) is None


def test_a_jpegs_preview_has_its_colours() -> None:
    red = np.zeros((1080, 1920, 3), np.uint8)
    red[:, :, 2] = 255
    shown = preview(JpegFrame(jpeg(red)), (1920, 1080))
    assert shown is not None
    report = unpack(shown)
    assert isinstance(report, PreviewFrame)
    assert (report.width, report.height) == (480, 270)
    assert report.rgb[0] > 200
    assert report.rgb[2] < 50
