"""The port Scanner over a camera and over the fake; and what the camera's process may do to us."""

import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import replace
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NoReturn

import pytest
from structlog.testing import capture_logs

from kiosk.errors import SettingError
from kiosk.ports import CameraStateChanged, CodeRead, DeviceState
from kiosk.scanner import camera_scanner
from kiosk.scanner.camera_scanner import STOP_S, CameraScanner, Patience
from kiosk.scanner.child import Child, ChildMain
from tests.contracts.scanner import ScannerContract, Stage
from tests.scanner import rogues
from tests.scanner.fake_scanner import FakeScanner
from tests.scanner.hearing import LONGEST_S, Hearing

CARDS = Path(__file__).parents[2] / "resources" / "cards"
CARD = CARDS / "02-hindi-app.png"
TEXT = json.loads((CARDS / "cards.json").read_text(encoding="utf-8"))[CARD.name]
IMPATIENT = Patience(start_up_s=30.0, opening_s=(30.0,), silence_s=15.0, back_offs_s=(0.05, 0.1, 0.2))
NO_PATIENCE = replace(IMPATIENT, silence_s=0.3, opening_s=(0.3, 30.0))


class TestFakeScanner(ScannerContract):
    @pytest.fixture
    def stage(self) -> Iterator[Stage]:
        scanner = FakeScanner()
        yield Stage(scanner, lambda: scanner.show(TEXT, hold_s=3), TEXT)
        scanner.stop()


class TestCameraScanner(ScannerContract):
    @pytest.fixture
    def stage(self) -> Iterator[Stage]:
        scanner = CameraScanner(f"file:{CARD}", patience=IMPATIENT)
        yield Stage(scanner, lambda: None, TEXT)
        scanner.stop()


# --- the camera's process --------------------------------------------------------------------------------------------


@pytest.fixture
def watched() -> Iterator[Callable[..., tuple[CameraScanner, Hearing]]]:
    """Starts a scanner with little patience, or with a process of our own with none, and stops it at the end."""
    started: list[CameraScanner] = []

    def start(camera: str = f"file:{CARD}", **options: ChildMain) -> tuple[CameraScanner, Hearing]:
        patience = NO_PATIENCE if options else IMPATIENT
        scanner, hearing = CameraScanner(camera, patience=patience, **options), Hearing()
        started.append(scanner)
        scanner.start(hearing)
        return scanner, hearing

    yield start
    for scanner in started:
        scanner.stop()


Watched = Callable[..., tuple[CameraScanner, Hearing]]


def test_a_killed_process_is_replaced_and_reads_again(watched: Watched) -> None:
    scanner, hearing = watched()
    hearing.until(CodeRead(TEXT))
    assert scanner.pid is not None
    os.kill(scanner.pid, signal.SIGKILL)
    hearing.until_state(DeviceState.FAILED, "SCANNER_CRASHED")
    assert hearing.until_state(DeviceState.RUNNING) == []
    hearing.until(CodeRead(TEXT))


@pytest.mark.parametrize(
    ("main", "code"),
    [
        (rogues.say_garbage, "SCANNER_GARBLED"),
        (rogues.send_too_much, "SCANNER_CRASHED"),
        (rogues.die, "SCANNER_CRASHED"),
        (rogues.fall_silent, "SCANNER_HUNG"),
        (rogues.stop_halfway, "SCANNER_CRASHED"),
    ],
)
def test_a_process_gone_wrong_is_ended_and_told(watched: Watched, main: ChildMain, code: str) -> None:
    scanner, hearing = watched(main=main)
    hearing.until_state(DeviceState.FAILED, code)
    scanner.stop()
    hearing.until_state(DeviceState.STOPPED)


def test_a_camera_that_opens_slowly_is_told_and_given_more_time(watched: Watched) -> None:
    _, hearing = watched(main=rogues.open_slowly)
    assert hearing.until_state(DeviceState.RUNNING)[1:] == [CameraStateChanged(DeviceState.FAILED, "CAMERA_STUCK")]


def test_a_crash_after_an_opening_that_stuck_is_told_as_a_crash(watched: Watched, tmp_path: Path) -> None:
    _, hearing = watched(f"file:{tmp_path / 'mark'}", main=rogues.stick_once)
    hearing.until_state(DeviceState.FAILED, "CAMERA_STUCK")
    hearing.until_state(DeviceState.FAILED, "SCANNER_CRASHED")


@pytest.mark.parametrize("main", [rogues.fall_silent, rogues.stop_halfway])
def test_stop_is_quick_whatever_the_process_does(watched: Watched, main: ChildMain) -> None:
    scanner, hearing = watched(main=main)
    hearing.until_state(DeviceState.RUNNING)
    before = time.monotonic()
    scanner.stop()
    assert time.monotonic() - before < 2
    assert multiprocessing.active_children() == []
    assert not any(thread.name == "scanner" for thread in threading.enumerate())


def falls_logged(scanner: CameraScanner, enough: threading.Event) -> list[MutableMapping[str, Any]]:
    """What is said of the process's falls until there are ``enough``."""
    with capture_logs() as logs:
        scanner.start(Hearing())
        assert enough.wait(LONGEST_S)
        scanner.stop()
    return [log for log in logs if log["event"] == "scanner_process_ended"]


def test_a_process_that_never_starts_is_tried_ever_more_slowly_and_seldom_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries, enough = count(1), threading.Event()

    def refuse(_main: ChildMain, *_args: str) -> NoReturn:
        if next(tries) > 40:
            enough.set()
        raise BlockingIOError

    monkeypatch.setattr(camera_scanner, "Child", refuse)
    back_offs_s = tuple(each / 1000 for each in Patience().back_offs_s)
    scanner = CameraScanner("auto", patience=Patience(back_offs_s=back_offs_s))
    logs = falls_logged(scanner, enough)
    assert [log["falls"] for log in logs][:13] == [*range(1, 11), 20, 30, 40]
    assert sum(log["restart_in_s"] for log in logs[:3]) * 1000 < 1, "a single fault is mended at once"
    assert logs[-1]["restart_in_s"] * 1000 == 10


def test_a_process_that_falls_after_its_camera_did_has_worked(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, enough = count(1), threading.Event()

    def begin(main: ChildMain, *args: str) -> Child:
        if next(begun) > 3:
            enough.set()
        return Child(main, *args)

    monkeypatch.setattr(camera_scanner, "Child", begin)
    patience = replace(IMPATIENT, sound_s=0.0)
    scanner = CameraScanner("auto", patience=patience, main=rogues.fail_and_fall)
    logs = falls_logged(scanner, enough)
    assert {log["falls"] for log in logs} == {1}


class Held:
    """A process as the kernel holds it within a driver: killed, and never gone."""

    def __init__(self, process: BaseProcess) -> None:
        self.kill = process.kill

    def join(self, timeout_s: float | None = None) -> None:
        assert timeout_s is not None
        assert timeout_s < STOP_S


class HeldChild(Child):
    def __init__(self, main: ChildMain, *args: str) -> None:
        super().__init__(main, *args)
        self._process = Held(self._process)  # type: ignore[assignment]


def test_a_process_that_does_not_even_end_is_told(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_scanner, "Child", HeldChild)
    scanner, hearing = watched(main=rogues.fall_silent)
    hearing.until_state(DeviceState.FAILED, "SCANNER_HUNG")
    hearing.until_state(DeviceState.RUNNING)
    scanner.stop()
    for process in multiprocessing.active_children():
        process.join(LONGEST_S)


def test_a_preview_comes_small_and_in_shape(watched: Watched) -> None:
    _, hearing = watched()
    preview = hearing.preview()
    assert (preview.width, preview.height, len(preview.rgb)) == (480, 270, 480 * 270 * 3)
    red, green, blue = preview.rgb[3 * (20 * 480 + 240) :][:3]
    assert red < green < blue, "the card's blue band, in the order red, green, blue"


def test_a_missing_camera_is_a_state_and_no_end(watched: Watched, tmp_path: Path) -> None:
    _, hearing = watched(f"file:{tmp_path / 'card.png'}")
    assert hearing.until_state(DeviceState.FAILED, "CAMERA_FILE_UNREADABLE") == [
        CameraStateChanged(DeviceState.STARTING)
    ]
    (tmp_path / "card.png").write_bytes(CARD.read_bytes())
    assert hearing.until(CodeRead(TEXT)) == [CameraStateChanged(DeviceState.RUNNING)]


def test_a_setting_without_sense_is_refused_before_anything_starts() -> None:
    with pytest.raises(SettingError, match="KIOSK_CAMERA"):
        CameraScanner("webcam")
