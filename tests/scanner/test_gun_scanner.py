"""The port Scanner over guns: a real pair of terminals, and keys as Linux tells of them."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.errors import GunError
from kiosk.model.qr import MAX_BYTES, Reason
from kiosk.ports import CodeRead, CodeSpoiled, DeviceState, GunStateChanged
from kiosk.scanner.gun_address import parse_gun
from kiosk.scanner.gun_opening import open_gun
from kiosk.scanner.gun_scanner import BackOff, GunScanner
from kiosk.scanner.gun_serial import SerialGun
from kiosk.scanner.several import SeveralScanners
from tests.contracts.scanner import TIMES, ScannerContract, Stage
from tests.scanner.fake_scanner import FakeScanner
from tests.scanner.guns import InputDevice, SerialLine
from tests.scanner.hearing import Hearing

TEXT = '{"hidn":"91-0000-0000-0018","name":"Asha Verma","phr":"asha.verma@abdm"}'
HINDI = '{"hidn":"91-0000-0000-0018","name":"आशा वर्मा"}'
AT_ONCE = BackOff(0.01, 0.02)


@pytest.fixture
def line() -> Iterator[SerialLine]:
    line = SerialLine()
    yield line
    line.close()


@pytest.fixture
def device(tmp_path: Path) -> Iterator[InputDevice]:
    device = InputDevice(tmp_path / "event0")
    yield device
    device.unplug()


class TestSerialGun(ScannerContract):
    @pytest.fixture
    def stage(self, line: SerialLine) -> Iterator[Stage]:
        scanner = GunScanner(f"serial:{line.path}")
        yield Stage(scanner, lambda: line.send(f"{HINDI}\r\n".encode() * TIMES), HINDI, GunStateChanged)
        scanner.stop()


class TestEvdevGun(ScannerContract):
    @pytest.fixture
    def stage(self, device: InputDevice) -> Iterator[Stage]:
        def show() -> None:
            for _ in range(TIMES):
                device.type(TEXT)

        scanner = GunScanner("evdev:05e0:1200", open_gun=lambda _address: device.open())
        yield Stage(scanner, show, TEXT, GunStateChanged)
        scanner.stop()


class TestCameraAndGun(ScannerContract):
    """Seen from the gun; the camera beside it says nothing."""

    @pytest.fixture
    def stage(self, line: SerialLine) -> Iterator[Stage]:
        scanner = SeveralScanners([GunScanner(f"serial:{line.path}")])
        yield Stage(scanner, lambda: line.send(f"{TEXT}\r".encode() * TIMES), TEXT, GunStateChanged)
        scanner.stop()


Started = Callable[[GunScanner], Hearing]


@pytest.fixture
def started() -> Iterator[Started]:
    """Starts a scanner, and stops it at the end."""
    scanners: list[GunScanner] = []

    def start(scanner: GunScanner) -> Hearing:
        hearing = Hearing()
        scanners.append(scanner)
        scanner.start(hearing)
        return hearing

    yield start
    for scanner in scanners:
        scanner.stop()


def test_a_pause_ends_what_no_line_end_does(started: Started, line: SerialLine) -> None:
    hearing = started(GunScanner(f"serial:{line.path}"))
    hearing.until_gun(DeviceState.RUNNING)
    line.send(HINDI.encode())
    assert hearing.until(CodeRead(HINDI)) == []


def test_too_long_a_code_is_told_and_the_next_is_read(started: Started, line: SerialLine) -> None:
    hearing = started(GunScanner(f"serial:{line.path}"))
    hearing.until_gun(DeviceState.RUNNING)
    sender = threading.Thread(target=line.send, args=(b"9" * (3 * MAX_BYTES) + b"\r" + TEXT.encode() + b"\r",))
    sender.start()
    assert hearing.until(CodeRead(TEXT)) == [CodeSpoiled(Reason.TOO_LARGE)]
    sender.join(10)


def test_unplugged_it_is_lost_and_found_again(started: Started, line: SerialLine, tmp_path: Path) -> None:
    link = tmp_path / "by-id"
    link.symlink_to(line.path)
    hearing = started(GunScanner("auto", open_gun=lambda _: SerialGun(str(link), 9600), back_off=AT_ONCE))
    hearing.until_gun(DeviceState.RUNNING)
    link.unlink()
    line.unplug()
    hearing.until_gun(DeviceState.FAILED, "GUN_LOST")
    other = SerialLine()
    link.symlink_to(other.path)
    assert hearing.until_gun(DeviceState.RUNNING) == [], "missing is nothing new of what was lost"
    other.send(b"again\n")
    assert hearing.until(CodeRead("again")) == []
    other.close()


def test_a_gun_that_was_never_there_is_missing(started: Started) -> None:
    hearing = started(GunScanner("serial:/dev/serial/by-id/usb-none", back_off=AT_ONCE))
    assert hearing.until_gun(DeviceState.FAILED, "GUN_MISSING") == [GunStateChanged(DeviceState.STARTING)]


def test_a_line_that_another_program_has_is_denied(started: Started, line: SerialLine) -> None:
    first = started(GunScanner(f"serial:{line.path}"))
    first.until_gun(DeviceState.RUNNING)
    second = started(GunScanner(f"serial:{line.path}", back_off=AT_ONCE))
    second.until_gun(DeviceState.FAILED, "GUN_DENIED")


@pytest.mark.parametrize("where", ["running", "missing"])
def test_stop_is_at_once(line: SerialLine, where: str) -> None:
    path = line.path if where == "running" else "/dev/serial/by-id/usb-none"
    scanner, hearing = GunScanner(f"serial:{path}", back_off=BackOff(60, 60)), Hearing()
    scanner.start(hearing)
    hearing.until_gun(*((DeviceState.RUNNING,) if where == "running" else (DeviceState.FAILED, "GUN_MISSING")))
    before = time.monotonic()
    scanner.stop()
    assert time.monotonic() - before < 1
    assert not [thread for thread in threading.enumerate() if thread.name == "gun"]


def test_files_are_closed_as_often_as_opened(line: SerialLine) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        scanner, hearing = GunScanner(f"serial:{line.path}"), Hearing()
        scanner.start(hearing)
        hearing.until_gun(DeviceState.RUNNING)
        scanner.stop()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("setting", ["", "wedge"])
def test_what_is_no_device_is_not_read_here(setting: str) -> None:
    with pytest.raises(ValueError, match="not read"):
        GunScanner(setting)


def test_a_gun_that_others_have_grabbed_is_refused(started: Started, device: InputDevice) -> None:
    device.taken_by_others = True
    hearing = started(GunScanner("auto", open_gun=lambda _: device.open(), back_off=AT_ONCE))
    hearing.until_gun(DeviceState.FAILED, "GUN_DENIED")
    device.taken_by_others = False
    assert hearing.until_gun(DeviceState.RUNNING) == []


def test_the_grab_is_given_back(device: InputDevice) -> None:
    scanner, hearing = GunScanner("auto", open_gun=lambda _: device.open()), Hearing()
    scanner.start(hearing)
    hearing.until_gun(DeviceState.RUNNING)
    scanner.stop()
    assert device.grabs == [True, False]


def test_an_unplugged_keyboard_gun_is_lost(started: Started, device: InputDevice) -> None:
    hearing = started(GunScanner("auto", open_gun=lambda _: device.open(), back_off=AT_ONCE))
    hearing.until_gun(DeviceState.RUNNING)
    device.unplug()
    hearing.until_gun(DeviceState.FAILED, "GUN_LOST")


def test_where_there_are_no_devices_it_is_said_what_to_do() -> None:
    with pytest.raises(GunError, match="scanner_gun") as caught:
        open_gun(parse_gun("evdev:ffff:ffff"))
    assert caught.value.code == "GUN_MISSING"


# --- several ---------------------------------------------------------------------------------------------------------


class Broken(FakeScanner):
    def start(self, report: object) -> None:
        raise RuntimeError("no thread")

    def stop(self) -> None:
        raise RuntimeError("no end")


def test_one_goes_on_when_the_other_fails(started: Started, line: SerialLine) -> None:
    camera, hearing = FakeScanner(), Hearing()
    both = SeveralScanners([camera, GunScanner(f"serial:{line.path}", back_off=BackOff(60, 60))])
    both.start(hearing)
    hearing.until_gun(DeviceState.RUNNING)
    line.unplug()
    hearing.until_gun(DeviceState.FAILED, "GUN_LOST")
    camera.show("still read")
    assert hearing.until(CodeRead("still read")) == []
    both.stop()
    hearing.until_state(DeviceState.STOPPED)


def test_none_is_left_running_when_one_does_not_start() -> None:
    hearing, camera = Hearing(), FakeScanner()
    with pytest.raises(RuntimeError, match="no thread"):
        SeveralScanners([camera, Broken()]).start(hearing)
    hearing.until_state(DeviceState.STOPPED)


def test_all_are_stopped_whatever_one_raises() -> None:
    hearing, camera = Hearing(), FakeScanner()
    camera.start(hearing)
    with pytest.raises(RuntimeError, match="no end"):
        SeveralScanners([Broken(), camera, Broken()]).stop()
    hearing.until_state(DeviceState.STOPPED)


def test_none_at_all_is_harmless() -> None:
    none = SeveralScanners([])
    none.start(Hearing())
    none.stop()
