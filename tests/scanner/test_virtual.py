"""The virtual camera, on a clock of the test's own."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.model.flow import REPEAT_S, SAME_SCAN_S
from kiosk.scanner.frames import Frame, Pixels
from kiosk.scanner.virtual import GAP_S, LONE_GAP_S, PictureShow, Ticker, VideoShow, fitted, open_file
from tests.scanner.drawing import drawn
from tests.scanner.looking import texts_in


@dataclass
class Time:
    """Time that passes only where somebody sleeps."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, wait_s: float) -> None:
        self.slept.append(wait_s)
        self.now += wait_s


def write(folder: Path, name: str, text: str, scale: int = 6) -> Path:
    cv2.imwrite(str(folder / name), drawn(text, scale=scale))
    return folder / name


def texts_of(frame: Frame | None) -> tuple[str, ...]:
    grey = None if frame is None else frame.grey()
    assert grey is not None
    return texts_in(grey)


def ticker(time: Time, fps: float = 15) -> Ticker:
    return Ticker(fps, time.clock, time.sleep)


def test_each_picture_is_held_then_taken_away_and_the_first_comes_again(tmp_path: Path) -> None:
    pictures = [write(tmp_path, name, name) for name in ("a.png", "b.png")]
    show = PictureShow(pictures, hold_s=4, ticker=ticker(time := Time(), fps=2))
    seen = [texts_of(show.read()) for _ in range(22 + 1)]
    assert seen == [("a.png",)] * 8 + [()] * 3 + [("b.png",)] * 8 + [()] * 3 + [("a.png",)]
    assert time.now == 100 + 11
    show.close()


def test_frames_come_at_fifteen_a_second_and_late_ones_are_not_made_up_for() -> None:
    tick = ticker(time := Time())
    assert [round(tick.wait() * 15) for _ in range(4)] == [0, 1, 2, 3]
    time.now += 10
    late = tick.wait()
    assert tick.wait() - late == pytest.approx(1 / 15)


def test_a_folder_shows_its_pictures_alone_in_name_order(tmp_path: Path) -> None:
    write(tmp_path, "2.png", "second")
    write(tmp_path, "1.JPG", "first")
    (tmp_path / "cards.json").write_text("{}")
    show = open_file(tmp_path)
    assert texts_of(show.read()) == ("first",)
    show.close()


def test_a_lone_picture_is_away_for_longer_than_one_scan_lasts(tmp_path: Path) -> None:
    show = open_file(write(tmp_path, "a.png", "a"))
    assert isinstance(show, PictureShow)
    assert show.gap_s > SAME_SCAN_S + REPEAT_S
    show.close()


@pytest.mark.parametrize(
    ("size", "frame"),
    [
        ((638, 1012), (720, 1280)),
        ((100, 100), (720, 1280)),
        ((720, 1280), (720, 1280)),
        ((4000, 3000), (1080, 1920)),
        ((1, 9000), (1080, 1920)),
    ],
)
def test_any_picture_fits_in_a_cameras_frame(size: tuple[int, int], frame: tuple[int, int]) -> None:
    shown = fitted(np.zeros((*size, 3), np.uint8))
    assert shown.shape == (*frame, 3)
    rows, columns = np.nonzero(shown[:, :, 0] == 0)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert height * size[1] == pytest.approx(width * size[0], rel=0.02) or 1 in (height, width)


def test_a_code_of_one_pixel_a_module_stays_readable(tmp_path: Path) -> None:
    show = open_file(write(tmp_path, "tiny.png", "tiny", scale=1))
    assert texts_of(show.read()) == ("tiny",)
    show.close()


def test_a_video_is_played_again_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "card.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (400, 300))
    for text in ("first", "last"):
        writer.write(fitted_to(drawn(text), (400, 300)))
    writer.release()
    show = VideoShow(path, ticker=ticker(Time()))
    assert [texts_of(show.read()) for _ in range(5)] == [("first",), ("last",), ("first",), ("last",), ("first",)]
    show.close()


def fitted_to(grey: Pixels, size: tuple[int, int]) -> Pixels:
    frame = np.full((size[1], size[0], 3), 255, np.uint8)
    frame[: grey.shape[0], : grey.shape[1]] = grey[:, :, np.newaxis]
    return frame


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.png").write_text("no picture")
    for path in (tmp_path / "empty", tmp_path / "text.png", tmp_path / "missing.png"):
        with pytest.raises(CameraError, match=path.name) as caught:
            open_file(path)
        assert caught.value.code == "CAMERA_FILE_UNREADABLE"


def damage(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:20])
    return path


@pytest.mark.parametrize("damaged", ["abc", "acd", "bd", "d"])
def test_damaged_pictures_in_a_folder_are_left_out(tmp_path: Path, damaged: str) -> None:
    pictures = [write(tmp_path, f"{name}.png", name) for name in "abcd"]
    for name in damaged:
        damage(tmp_path / f"{name}.png")
    show = PictureShow(pictures, ticker=ticker(Time(), fps=2))
    seen = [text for _ in range(200) for text in texts_of(show.read())]
    assert set(seen) == set("abcd") - set(damaged)
    assert show.gap_s == (LONE_GAP_S if len(damaged) == 3 else GAP_S)
    show.close()


def test_a_folder_without_one_sound_picture_names_the_last(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        damage(write(tmp_path, name, name))
    show = open_file(tmp_path)
    with pytest.raises(CameraError, match=r"[ab]\.png") as caught:
        show.read()
    assert caught.value.code == "CAMERA_FILE_UNREADABLE"
    show.close()
