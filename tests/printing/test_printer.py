"""From setting to printer: what each setting opens, and what a wrong one says."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from kiosk.errors import PrinterError, SettingError
from kiosk.model.printer import Confirmation
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.link import Transport
from kiosk.printing.printer import Places, has_printer, open_printer, wants_slips
from kiosk.printing.probe import Capabilities, Memory
from kiosk.printing.transports import NetworkTransport, UsblpTransport
from kiosk.printing.transports_cups import CupsTransport
from kiosk.printing.transports_serial import SerialTransport
from kiosk.printing.transports_usb import UsbTransport
from tests.escpos_printer import TcpPrinter, Tokeniser
from tests.printing.slips import TOKEN_ID, a_slip


def nine_thirty() -> datetime:
    return datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)


def test_network_printer_prints_slips() -> None:
    with TcpPrinter() as device:
        printer = open_printer(device.setting, 576, nine_thirty)
        assert printer.name == device.setting
        assert printer.print_slip(a_slip("hi"), "job-1").confirmation is Confirmation.PRINTED
        assert printer.print_slip(a_slip("gu", copy=1), "job-2").confirmation is Confirmation.PRINTED
        slips = device.wait_for(2, timeout_s=5)
        assert [slip.text_bytes for slip in slips] == [b"", b""]
        assert device.errors == []
        for slip in slips:
            assert [code.text for code in zxingcpp.read_barcodes(slip.image.convert("L"))] == [TOKEN_ID]


@pytest.mark.parametrize(
    ("place", "host", "port"),
    [
        ("printer.local", "printer.local", 9100),
        ("10.0.0.7:9101", "10.0.0.7", 9101),
        ("[::1]:9102", "::1", 9102),
        ("[fe80::1]", "fe80::1", 9100),
        ("fe80::1", "fe80::1", 9100),
    ],
)
def test_network_addresses(place: str, host: str, port: int) -> None:
    printer = open_printer(f"network:{place}", 576, nine_thirty)
    assert isinstance(printer, EscPosPrinter)
    assert printer.transport == NetworkTransport(host, port)


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "printer",
        "network:",
        "network::9100",
        "network:host:0",
        "network:host:70000",
        "network:host:x",
        "network:host:٣",
        "network:[::1",
        "network:[::1]9100",
        "usblp:",
        "folder:",
        "cups:",
        "cups:-d",
        "cups:a b",
        "usb:",
        "usb:04b8",
        "usb:04b8:02z2",
        "serial:",
        "serial:/dev/ttyUSB0?baud=4800",
        "serial:/dev/ttyUSB0?flow=none",
        "none:",
    ],
)
def test_senseless_settings_name_key_value_and_what_is_allowed(setting: str) -> None:
    with pytest.raises(SettingError, match=r"KIOSK_PRINTER=.*network:HOST") as caught:
        open_printer(setting, 576, nine_thirty)
    assert caught.value.code == "PRINTER_UNKNOWN"
    assert repr(setting) in str(caught.value)


def test_none_wants_no_slips() -> None:
    assert not wants_slips("none")
    assert wants_slips("folder:/tmp/slips")
    with pytest.raises(PrinterError) as caught:
        open_printer("none", 576, nine_thirty).print_slip(a_slip())
    assert (caught.value.code, caught.value.sent) == ("PRINTER_NONE", False)


def test_auto_wants_slips_where_a_printer_was_met_before(tmp_path: Path) -> None:
    places = Places(tmp_path / "store", tmp_path / "sys", tmp_path / "dev")
    assert not wants_slips("auto", places)
    Memory(places.memory).write("usb:0416:5011:7F", Capabilities())
    assert wants_slips("auto", places)
    assert has_printer(open_printer("auto", 576, nine_thirty, places))


def test_folder_gets_picture_and_exact_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "slips"
    printer = open_printer(f"folder:{folder}", 512, nine_thirty)
    assert printer.print_slip(a_slip("hi")).confirmation is Confirmation.PRINTED
    assert sorted(path.name for path in folder.iterdir()) == ["20261122-093015-M-017.bin", "20261122-093015-M-017.png"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    tokeniser = Tokeniser()
    tokeniser.feed((folder / "20261122-093015-M-017.bin").read_bytes())
    with Image.open(folder / "20261122-093015-M-017.png") as picture:
        assert picture.mode == "1"
        assert [slip.image.size for slip in tokeniser.slips] == [picture.size]
        assert [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))] == [TOKEN_ID]


def test_folder_never_overwrites(tmp_path: Path) -> None:
    printer = open_printer(f"folder:{tmp_path}", 384, nine_thirty)
    for _ in range(3):
        printer.print_slip(a_slip())
    names = {path.name for path in tmp_path.glob("*.png")}
    assert names == {f"20261122-093015-M-017{end}.png" for end in ("", "-2", "-3")}
    assert len(list(tmp_path.iterdir())) == 6


def test_folder_keeps_labels_from_leaving_it(tmp_path: Path) -> None:
    open_printer(f"folder:{tmp_path / 'in'}", 384, nine_thirty).print_slip(a_slip(label="../../M\0 17"))
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert all(re.fullmatch(r"[0-9A-Za-z_-]+\.(png|bin)", path.name) for path in (tmp_path / "in").iterdir())


def test_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PrinterError) as caught:
        open_printer(f"folder:{tmp_path / 'file'}", 576, nine_thirty).print_slip(a_slip())
    assert (caught.value.code, caught.value.sent) == ("SLIP_FOLDER_UNWRITABLE", False)
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize(
    ("setting", "transport"),
    [
        ("usblp:/dev/usb/lp0", UsblpTransport("/dev/usb/lp0")),
        ("usb:04b8:0E15", UsbTransport(0x04B8, 0x0E15)),
        ("usb:04b8:0202:J7:1", UsbTransport(0x04B8, 0x0202, "J7:1")),
        ("serial:/dev/ttyUSB0", SerialTransport("/dev/ttyUSB0", 115200)),
        ("serial:/dev/serial/by-id/x-if00?baud=38400", SerialTransport("/dev/serial/by-id/x-if00", 38400)),
        ("cups:Slips_1", CupsTransport("Slips_1")),
    ],
)
def test_each_setting_leads_its_own_way(setting: str, transport: Transport) -> None:
    printer = open_printer(setting, 576, nine_thirty)
    assert isinstance(printer, EscPosPrinter)
    assert printer.transport == transport
    assert printer.name == setting
    assert wants_slips(setting)
    assert printer.transport.identity()


def test_without_libusb_only_usb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda: None)
    with pytest.raises(SettingError, match=r"install the package libusb-1\.0-0") as caught:
        open_printer("usb:04b8:0202", 576, nine_thirty)
    assert caught.value.code == "LIBUSB_MISSING"
    assert open_printer("usblp:/dev/usb/lp0", 576, nine_thirty).name == "usblp:/dev/usb/lp0"


def test_none_is_never_ready_and_knows_nothing() -> None:
    printer = open_printer("none", 576, nine_thirty)
    assert printer.status().problems == ("PRINTER_NONE",)
    assert printer.finished_ids() == frozenset()
    assert not has_printer(printer)


def test_a_folder_is_always_ready(tmp_path: Path) -> None:
    printer = open_printer(f"folder:{tmp_path}", 576, nine_thirty)
    assert printer.status().ready
    assert printer.finished_ids() == frozenset()
    assert has_printer(printer)
