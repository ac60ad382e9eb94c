"""Which camera at this machine is opened, and how it is set up."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kiosk.errors import CameraError
from kiosk.scanner.address import CameraAddress, CameraKind
from kiosk.scanner.frames import JpegFrame, PixelFrame
from kiosk.scanner.sources import MJPG, DeviceCamera, DeviceFinder, Mode, device_paths, set_up
from tests.scanner.drawing import drawn
from tests.scanner.mjpeg_server import jpeg

AUTO = CameraAddress(CameraKind.AUTO)
SIZE = (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
YUYV = cv2.VideoWriter.fourcc(*"YUYV")


@dataclass
class Webcam:
    """A V4L2 driver: gives the largest of its ``modes`` (width, height, frames a second) that fits what is wished."""

    modes: list[tuple[int, int, int]]
    knows_jpeg: bool = True
    frames: list[npt.NDArray[Any] | None] = field(default_factory=list)
    asked: list[tuple[int, float]] = field(default_factory=list)
    released: bool = False

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def set(self, prop: int, value: float) -> bool:
        self.asked.append((prop, value))
        return True

    def get(self, prop: int) -> float:
        wished = dict(self.asked)
        fitting = [mode for mode in self.modes if mode[0] <= wished[SIZE[0]]] or self.modes[-1:]
        width, height, fps = fitting[0]
        fourcc = MJPG if self.knows_jpeg else YUYV
        return {SIZE[0]: width, SIZE[1]: height, cv2.CAP_PROP_FPS: fps, cv2.CAP_PROP_FOURCC: fourcc}[prop]

    def read(self) -> tuple[bool, npt.NDArray[Any]]:
        frame = self.frames.pop(0)
        return frame is not None, np.zeros(0, np.uint8) if frame is None else frame

    def release(self) -> None:
        self.released = True


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ([(1920, 1080, 30), (1280, 720, 30)], (1920, 1080)),
        ([(1920, 1080, 5), (1280, 720, 30)], (1280, 720)),
        ([(1280, 720, 30), (640, 480, 30)], (1280, 720)),
        ([(640, 480, 30)], (640, 480)),
        ([(3840, 2160, 15), (1920, 1080, 0)], (1920, 1080)),
    ],
)
def test_the_best_mode_that_is_quick_enough_is_taken(
    modes: list[tuple[int, int, int]], expected: tuple[int, int]
) -> None:
    mode = set_up(Webcam(modes))
    assert (mode.width, mode.height) == expected
    assert mode.is_jpeg


def test_the_format_comes_before_the_size_and_one_buffer_before_both() -> None:
    webcam = Webcam([(1920, 1080, 30)])
    set_up(webcam)
    order = [prop for prop, _ in webcam.asked]
    assert order[:4] == [cv2.CAP_PROP_BUFFERSIZE, cv2.CAP_PROP_FOURCC, *SIZE]
    wished = dict(webcam.asked)
    assert (wished[cv2.CAP_PROP_BUFFERSIZE], wished[cv2.CAP_PROP_FOURCC]) == (1, MJPG)
    assert (wished[cv2.CAP_PROP_AUTO_EXPOSURE], wished[cv2.CAP_PROP_EXPOSUREPROGRAM]) == (3, 0)
    assert wished[cv2.CAP_PROP_CONVERT_RGB] == 0


def test_a_camera_without_jpeg_is_left_to_convert() -> None:
    webcam = Webcam([(640, 480, 30)], knows_jpeg=False)
    assert not set_up(webcam).is_jpeg
    assert cv2.CAP_PROP_CONVERT_RGB not in dict(webcam.asked)


def test_jpegs_are_taken_as_they_are_and_pictures_too() -> None:
    grey = drawn("a")
    raw = np.frombuffer(jpeg(grey), np.uint8).reshape(1, -1)
    webcam = Webcam([], frames=[raw, np.zeros((480, 640, 3), np.uint8), None])
    camera = DeviceCamera(webcam, Mode(1920, 1080, 30, is_jpeg=True))
    first, second = camera.read(), camera.read()
    assert isinstance(first, JpegFrame)
    decoded = first.grey()
    assert decoded is not None
    assert decoded.shape == grey.shape
    assert isinstance(second, PixelFrame)
    assert camera.read() is None
    camera.close()
    assert webcam.released


def test_a_camera_whose_device_is_gone_was_unplugged() -> None:
    camera = DeviceCamera(Webcam([], frames=[None]), Mode(1920, 1080, 30, is_jpeg=True), lambda: False)
    with pytest.raises(CameraError) as caught:
        camera.read()
    assert caught.value.code == "CAMERA_UNPLUGGED"


def test_cameras_by_id_come_before_the_first_one(tmp_path: Path) -> None:
    by_id = tmp_path / "v4l" / "by-id"
    by_id.mkdir(parents=True)
    for name in ("usb-B-video-index0", "usb-A-video-index0", "usb-A-video-index1"):
        (by_id / name).touch()
    (tmp_path / "video0").touch()
    found = [str(Path(path).relative_to(tmp_path)) for path in device_paths(AUTO, tmp_path)]
    assert found == ["v4l/by-id/usb-A-video-index0", "v4l/by-id/usb-B-video-index0", "video0"]
    assert device_paths(CameraAddress(CameraKind.DEVICE, str(tmp_path / "video0"))) == [str(tmp_path / "video0")]


def test_no_camera_and_no_opening_camera_are_told_apart(tmp_path: Path) -> None:
    no_camera = tmp_path / "video0"
    with pytest.raises(CameraError) as caught:
        DeviceFinder(CameraAddress(CameraKind.DEVICE, str(no_camera)), tmp_path).open()
    assert caught.value.code == "CAMERA_NOT_FOUND"
    no_camera.touch()
    with pytest.raises(CameraError, match="video0") as caught:
        DeviceFinder(CameraAddress(CameraKind.DEVICE, str(no_camera)), tmp_path).open()
    assert caught.value.code == "CAMERA_NOT_OPENED"


def test_a_camera_is_found_again_under_another_number(tmp_path: Path) -> None:
    by_id = tmp_path / "v4l" / "by-id"
    by_id.mkdir(parents=True)
    first, second, link = tmp_path / "video0", tmp_path / "video2", by_id / "usb-A-video-index0"
    first.touch()
    link.symlink_to(first)
    finder = DeviceFinder(CameraAddress(CameraKind.DEVICE, str(first)), tmp_path)
    finder.note(str(first))
    assert finder.paths() == [str(link), str(first)]
    link.unlink()
    first.unlink()
    assert finder.paths() == []
    second.touch()
    link.symlink_to(second)
    assert finder.paths() == [str(link)]


def test_a_camera_without_a_name_keeps_its_number(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    finder = DeviceFinder(AUTO, tmp_path)
    finder.note(str(tmp_path / "video0"))
    assert finder.paths() == [str(tmp_path / "video0")]


@pytest.mark.parametrize("lost", [0, 2, 60])
def test_a_jpeg_that_lost_its_end_is_used_as_far_as_it_came(lost: int) -> None:
    whole = jpeg(drawn("a"))
    grey = JpegFrame(whole[: len(whole) - lost]).grey()
    assert grey is not None
    assert grey.shape == drawn("a").shape


@pytest.mark.parametrize("data", [b"", b"no JPEG", b"\xff\xd8\xff\xd9"])
def test_what_is_no_jpeg_is_a_damaged_frame(data: bytes) -> None:
    assert JpegFrame(data).grey() is None
    assert JpegFrame(data).shrunk(4) is None
