"""What is measured of a camera, on a clock of the test's own."""

import json
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kiosk.errors import CameraError
from kiosk.model.aiming import Guidance
from kiosk.scanner.camera_check import figures
from kiosk.scanner.camera_figures import CARD_S, LOOK_S, UNKNOWN, Figures, parse_figures
from kiosk.scanner.frames import Frame, PixelFrame
from kiosk.scanner.sources import DeviceCamera, Mode
from tests.scanner.drawing import drawn
from tests.scanner.mjpeg_server import jpeg

LATE_S = 0.08


def scene(text: str = "") -> npt.NDArray[np.uint8]:
    grey = np.full((720, 1280), 150, np.uint8)
    if text:
        code = drawn(text)
        grey[100 : 100 + code.shape[0], 100 : 100 + code.shape[1]] = code
    return grey


@dataclass
class Webcam:
    """Gives ``picture`` so many times a second, each stamped ``LATE_S`` before it arrives."""

    picture: npt.NDArray[np.uint8] | None
    now: float = 500.0
    fps: float = 20.0

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def set(self, _prop: int, _value: float) -> bool:
        return True

    def get(self, prop: int) -> float:
        controls = {cv2.CAP_PROP_AUTOFOCUS: 1.0, cv2.CAP_PROP_FOCUS: 40.0, cv2.CAP_PROP_AUTO_EXPOSURE: 3.0}
        return (self.now - LATE_S) * 1000 if prop == cv2.CAP_PROP_POS_MSEC else controls.get(prop, 7.0)

    def read(self) -> tuple[bool, npt.NDArray[Any]]:
        self.now += 1 / self.fps
        if self.picture is None:
            return False, np.zeros(0, np.uint8)
        return True, np.frombuffer(jpeg(self.picture), np.uint8).reshape(1, -1)

    def release(self) -> None:
        self.picture = None


def measured(webcam: Webcam) -> tuple[Figures, bytes]:
    camera = DeviceCamera(webcam, Mode(1280, 720, 30.0, is_jpeg=True), path="/dev/video9")
    told, picture = figures(camera, lambda: webcam.now)
    return parse_figures(told), picture


def test_a_card_before_a_camera_is_measured() -> None:
    webcam = Webcam(scene("a card"))
    told, picture = measured(webcam)
    assert (told.width, told.height, told.is_jpeg, told.told_fps) == (1280, 720, True, 30.0)
    assert told.fps == pytest.approx(20.0)
    assert told.latency_ms == pytest.approx(LATE_S * 1000)
    assert (told.autofocus, told.focus, told.auto_exposure, told.exposure) == (1.0, 40.0, 3.0, 7.0)
    assert told.texts == ("a card",)
    assert told.device == "/dev/video9"
    assert told.module_px == pytest.approx(4, abs=0.3)
    assert 0 <= told.read_s < 1
    assert webcam.now - 500 == pytest.approx(LOOK_S, abs=0.2)
    assert "card" not in repr(told)
    seen = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    assert seen.shape == (720, 1280, 3)


def test_without_a_card_it_is_waited_for() -> None:
    webcam = Webcam(scene())
    told, _ = measured(webcam)
    assert (told.texts, told.read_s, told.module_px, told.sees_code) == ((), UNKNOWN, UNKNOWN, False)
    assert told.fps == pytest.approx(20.0), "the rate is not spoilt by the wait"
    assert webcam.now - 500 == pytest.approx(CARD_S, abs=0.2)


class LateCard(Webcam):
    """A card is held up when the rate has been measured for long."""

    def read(self) -> tuple[bool, npt.NDArray[Any]]:
        if self.now > 500.0 + LOOK_S + 1.0:
            self.picture = LATE_CARD
        return super().read()


LATE_CARD = scene("a card")


@pytest.mark.parametrize("fps", [15.0, 20.0, 25.0, 29.97, 30.0])
def test_a_card_that_comes_after_the_rate_is_known_is_read(fps: float) -> None:
    told, _ = measured(LateCard(scene(), fps=fps))
    assert told.texts == ("a card",)
    assert LOOK_S + 1.0 < told.read_s < LOOK_S + 1.5


def test_a_camera_without_pictures_is_told() -> None:
    webcam = Webcam(None)
    with pytest.raises(CameraError) as caught:
        measured(webcam)
    assert caught.value.code == "CAMERA_NO_FRAMES"
    assert webcam.now - 500 < CARD_S


def test_a_code_out_of_focus_is_told() -> None:
    blurred = np.asarray(cv2.GaussianBlur(scene("91-0000-0000-0018 " * 20), (0, 0), 5.0), np.uint8)
    told, _ = measured(Webcam(blurred))
    assert (told.texts, told.guidance) == ((), Guidance.BLURRED)


def test_a_device_that_could_speak_to_the_terminal_is_not_named() -> None:
    told = json.loads(figures(Drawn(), iter(range(1000)).__next__)[0])
    assert parse_figures(json.dumps(told | {"device": "/dev/video0\x1b[2J"}).encode()).device == ""


class Drawn:
    """A source that knows neither stamps nor controls."""

    is_live = False

    def __init__(self) -> None:
        self.now = 0.0

    def read(self) -> Frame:
        self.now += 0.1
        return PixelFrame(np.repeat(scene("drawn")[:, :, np.newaxis], 3, axis=2))

    def close(self) -> None:
        self.now = -1.0


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    source = Drawn()
    told = parse_figures(figures(source, lambda: source.now)[0])
    assert (told.latency_ms, told.told_fps, told.focus, told.exposure) == (UNKNOWN,) * 4
    assert told.fps == pytest.approx(10.0)


@pytest.mark.parametrize("untrusted", [b"", b"{}", b'{"width": 1}', b"[" * 5000])
def test_figures_that_make_no_sense_are_refused(untrusted: bytes) -> None:
    with pytest.raises(CameraError) as caught:
        parse_figures(untrusted)
    assert caught.value.code == "SCANNER_GARBLED"
