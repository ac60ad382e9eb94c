"""``kiosk doctor`` on the printer: which it is, how it is, what it can tell, and its print test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp

from kiosk.app import Station, open_station, paper_roll
from kiosk.doctor_printer import print_test, printer_finding, without_printer
from kiosk.rolls import RollNotes
from kiosk.settings import Settings
from tests.escpos_device import VirtualPrinter
from tests.escpos_printer import TcpPrinter
from tests.model.samples import NINE
from tests.printing.machine import CLONE, OFFICE, Machine

pytestmark = pytest.mark.usefixtures("qapp")


@contextmanager
def station_with(printer: str, folder: Path) -> Iterator[Station]:
    settings = Settings(data_dir=folder / "data", camera="file:/nowhere", printer=printer)
    with open_station(settings, {}, claims_devices=False) as station:
        yield station


@pytest.fixture
def device() -> Iterator[TcpPrinter]:
    with TcpPrinter(device=VirtualPrinter()) as printer:
        yield printer


def test_it_says_which_printer_and_what_it_can_tell(tmp_path: Path, device: TcpPrinter) -> None:
    with station_with(device.setting, tmp_path) as station:
        finding = printer_finding(station)
    able = "answers to DLE EOT, GS r 1, GS ( H, slips are confirmed as printed"
    assert finding.ok
    assert finding.text == f"{device.setting}, 576 dots, {able}"
    assert device.slips == []


def test_a_silent_clone_is_well(tmp_path: Path) -> None:
    silent = VirtualPrinter(tells_status=False, tells_barrier=False, tells_ids=False)
    with TcpPrinter(device=silent) as device, station_with(device.setting, tmp_path) as station:
        finding = printer_finding(station)
    assert finding.ok
    assert "answers to nothing, slips are confirmed as sent" in finding.text


@pytest.mark.parametrize(("fault", "code"), [("is_open", "COVER_OPEN"), ("is_jammed", "CUTTER_JAMMED")])
def test_what_is_wrong_is_told_with_what_to_do(tmp_path: Path, device: TcpPrinter, fault: str, code: str) -> None:
    setattr(device.device, fault, True)
    with station_with(device.setting, tmp_path) as station:
        finding, printed = printer_finding(station), print_test(station)
    assert not finding.ok
    assert finding.text.startswith(code)
    assert finding.advice
    assert (printed.ok, printed.text.split(":")[0], printed.advice) == (False, code, finding.advice)
    assert device.slips == []


def test_paper_that_runs_low_is_told(tmp_path: Path, device: TcpPrinter) -> None:
    device.device.is_low = True
    with station_with(device.setting, tmp_path) as station:
        assert printer_finding(station).text.endswith("; paper is low")


@pytest.mark.parametrize(
    ("used_mm", "told"),
    [(15_500.0, "; about 34 m of paper left"), (46_000.0, "; paper is low; about 4 m of paper left")],
)
def test_what_should_be_left_of_the_roll_is_told(tmp_path: Path, device: TcpPrinter, used_mm: float, told: str) -> None:
    with station_with(device.setting, tmp_path) as station:
        RollNotes(station.settings.data_dir).note(NINE, "R1")
        paper_roll(station).used(used_mm)
        assert printer_finding(station).text.endswith(told)


def test_auto_that_finds_none_says_what_it_has_left_alone_and_what_to_do(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.plug_in("1-1", "lp0", OFFICE, "HP LaserJet")
    machine.plug_in("1-2", "lp1", CLONE, "POS Thermal")
    node = tmp_path / "dev" / "usb" / "lp1"
    node.unlink()
    node.symlink_to("nowhere")
    finding = without_printer("auto", machine.places)
    assert finding.ok
    assert "lp0 (HP LaserJet) is a printer for sheets; " in finding.text
    assert "lp1 (POS Thermal) may not be opened: sudo adduser" in finding.text
    assert "network:" in finding.advice
    assert without_printer("none", machine.places).advice == ""


def test_the_print_test_asks_anew_and_prints_what_it_learned(tmp_path: Path, device: TcpPrinter) -> None:
    with station_with(device.setting, tmp_path) as station:
        printer_finding(station)
        device.device.tells_ids = False  # another printer at the same address
        finding = print_test(station)
        assert "GS ( H" not in printer_finding(station).text
    (sheet,) = device.wait_for(1, timeout_s=30)
    assert finding.ok
    assert finding.text.endswith("confirmed as processed")
    assert sheet.image.width == 576
    assert [code.text for code in zxingcpp.read_barcodes(sheet.image.convert("L"))] == ["Print test"]
    assert device.errors == []


def test_the_print_test_goes_into_a_folder_too(tmp_path: Path) -> None:
    with station_with(f"folder:{tmp_path / 'slips'}", tmp_path) as station:
        assert print_test(station).ok
    assert [path.suffix for path in sorted((tmp_path / "slips").iterdir())] == [".bin", ".png"]


def test_without_a_printer_there_is_no_print_test(tmp_path: Path) -> None:
    with station_with("none", tmp_path) as station:
        finding = print_test(station)
    assert (finding.ok, finding.text.split(":")[0]) == (False, "PRINTER_NONE")


def test_a_printer_that_a_kiosk_uses_is_left_alone(tmp_path: Path, device: TcpPrinter) -> None:
    with station_with(device.setting, tmp_path) as station:
        busy = replace(station, owns_devices=False)
        finding = print_test(busy)
        assert printer_finding(busy).text.endswith("; a kiosk is running with it")
    assert (finding.ok, finding.text.split(":")[0]) == (False, "PRINTER_BUSY")
    assert device.received == 0
