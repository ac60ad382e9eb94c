"""What the composition root promises whatever becomes of the terminal and the signals around it."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from kiosk.app import OWNER_LOCK, configure_logging, load_facility, open_station
from kiosk.errors import SettingError, StoreError
from kiosk.settings import Settings
from kiosk.window import kiosk_application
from tests.model.hospitals import RAMPUR

FULL = Path("/dev/full")
HANG_MS, HUNG = 5000, 9


@pytest.fixture
def logging() -> Iterator[None]:
    configure_logging()
    yield
    structlog.reset_defaults()


@pytest.fixture
def own_signals() -> Iterator[None]:
    """The test runner's handlers come back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("logging")
@pytest.mark.skipif(not FULL.exists(), reason="needs Linux's /dev/full")
def test_a_log_on_a_full_disk_costs_the_line_and_not_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    full = os.fdopen(os.open(FULL, os.O_WRONLY), "w", buffering=1)
    monkeypatch.setattr(sys, "stderr", full)
    structlog.get_logger().error("spool_failed", code="STORE_FULL")
    monkeypatch.undo()
    with pytest.raises(OSError, match="No space left"):
        full.close()


@pytest.mark.usefixtures("logging")
@pytest.mark.parametrize("stderr", ["closed", "none"])
def test_nor_does_one_that_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stderr: str) -> None:
    gone = (tmp_path / "log").open("w")
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone if stderr == "closed" else None)
    structlog.get_logger().error("spool_failed", code="STORE_FULL")


@pytest.mark.usefixtures("logging")
def test_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().error("spool_failed", code="STORE_FULL")
    output = capsys.readouterr()
    assert '"code": "STORE_FULL"' in output.err
    assert output.out == ""


@pytest.mark.usefixtures("own_signals")
def test_a_stop_signal_during_the_start_is_heeded_once_the_window_runs(qapp: QApplication) -> None:
    before = set(qapp.findChildren(QTimer))
    application = kiosk_application({})
    signal.raise_signal(signal.SIGTERM)
    hang = QTimer(interval=HANG_MS, singleShot=True)
    hang.timeout.connect(lambda: application.exit(HUNG))
    hang.start()
    assert application.exec() == 0
    for timer in set(qapp.findChildren(QTimer)) - before:
        timer.stop()


def test_who_only_looks_leaves_the_devices_to_who_prints(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, printer="none")
    with open_station(settings, {}, claims_devices=False) as looking:
        assert looking.owns_devices
        with open_station(settings, {}) as printing:
            assert printing.owns_devices
            with open_station(settings, {}, claims_devices=False) as later:
                assert not later.owns_devices


def test_a_lock_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / OWNER_LOCK).mkdir()
    with pytest.raises(StoreError, match=OWNER_LOCK), open_station(Settings(data_dir=tmp_path, printer="none"), {}):
        pass


def test_a_facility_file_written_on_windows(tmp_path: Path) -> None:
    file = tmp_path / "facility.toml"
    lines = ['facility_id = "IN1"', 'names = { en = "A" }', "[[departments]]", 'code = "MED"', 'prefix = "M"']
    file.write_text("\r\n".join([*lines, 'names = { en = "Medicine" }']), "utf-8-sig")
    assert load_facility(Settings(facility=file)).facility_id == "IN1"


def test_a_station_alone_takes_a_whole_configuration_and_tells_mistakes_by_line(tmp_path: Path) -> None:
    file = tmp_path / "facility.toml"
    file.write_text(RAMPUR, "utf-8")
    medicine = load_facility(Settings(facility=file)).departments[0]
    assert (medicine.code, medicine.quota) == ("MED", 200)
    file.write_text(RAMPUR.replace('prefix = "M"', 'prefix = "O"'), "utf-8")
    with pytest.raises(SettingError, match=r"facility.toml:11: department 1: prefix must be"):
        load_facility(Settings(facility=file))
