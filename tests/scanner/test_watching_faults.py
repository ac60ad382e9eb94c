"""Cameras that go wrong: each fault is told by its own code, and the camera opened again within three seconds."""

import numpy as np
import pytest

from kiosk.model.aiming import Guidance, GuidanceChanged
from kiosk.ports import CameraStateChanged, CodeRead, DeviceState
from kiosk.scanner.frames import Frame, JpegFrame, PixelFrame
from tests.scanner.playing import Play, essentials, failed, frame, live, show


def noisy(count: int, luma: int = 120, seed: int = 1) -> list[Frame | None]:
    """A live camera's pictures of a wall: no two are the same."""
    random = np.random.default_rng(seed)
    walls = random.normal(luma, 3.0, (count, 72, 128, 1)).clip(0, 255).astype(np.uint8)
    return [PixelFrame(np.repeat(wall, 3, axis=2)) for wall in walls]


def states_of(play: Play) -> list[tuple[str, float]]:
    """Codes of failures, and "" for running, each with the seconds since the start."""
    began, told = play.now, []
    for report, at in zip(play.run(), play.heard_at, strict=True):
        if isinstance(report, CameraStateChanged) and report.state is not DeviceState.STARTING:
            told.append((report.code if report.state is DeviceState.FAILED else "", at - began))
    return told


@pytest.mark.parametrize("fault", ["frozen", "black", "none", "damaged"])
def test_a_fault_is_told_and_the_camera_opened_again_within_three_seconds(fault: str) -> None:
    bad: dict[str, tuple[str, list[Frame | None]]] = {
        "frozen": ("CAMERA_FROZEN", noisy(1, seed=9) * 60),
        "black": ("CAMERA_BLACK", noisy(60, luma=2)),
        "none": ("CAMERA_NO_FRAMES", [None] * 60),
        "damaged": ("CAMERA_NO_FRAMES", [JpegFrame(b"\xff\xd8")] * 60),
    }
    code, frames = bad[fault]
    play = live([*noisy(10), *frames], noisy(10, seed=2))
    told = states_of(play)
    assert [each for each, _ in told] == ["", code, "", "CAMERA_NO_FRAMES"]
    assert told[1][1] - 1.0 < 2.2, "told"
    assert told[2][1] - 1.0 < 3.0, "and working again"
    assert play.closed == 2


def test_a_still_picture_that_opening_again_does_not_mend_stays_told_and_ends_with_the_first_other_one() -> None:
    still = noisy(1)
    play = live([*still * 40], [*still * 50, *noisy(20, seed=3)])
    told = states_of(play)
    assert [code for code, _ in told[:3]] == ["", "CAMERA_FROZEN", ""]
    assert CodeRead not in map(type, play.heard)


def test_while_a_picture_is_not_believed_no_code_is_read_from_it() -> None:
    old = frame("somebody who was here an hour ago")
    play = live([old] * 40, [old] * 40, [frame("new")])
    reports = essentials(play.run())
    again = reports[reports.index(failed("CAMERA_FROZEN")) :]
    assert [each for each in again if isinstance(each, CodeRead)] == [CodeRead("new")]


def test_a_drawn_picture_may_stand_still_and_be_black() -> None:
    black = PixelFrame(np.zeros((72, 128, 3), np.uint8))
    assert failed("CAMERA_BLACK") not in show([black] * 60).run()


def test_a_camera_that_starts_in_the_dark_is_waited_for() -> None:
    told = states_of(live([*noisy(12, luma=2), *noisy(5)]))
    assert told[0][0] == ""
    assert told[0][1] == pytest.approx(1.3)


def test_how_the_card_is_held_is_told_and_forgotten_with_the_camera() -> None:
    dusk = PixelFrame(np.full((72, 128, 3), 30, np.uint8))
    told = [each.guidance for each in show([dusk] * 40).run() if isinstance(each, GuidanceChanged)]
    assert told == [Guidance.DARK, Guidance.NO_CODE]
