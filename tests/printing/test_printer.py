"""From setting to printer: what each setting opens, and what a wrong one says."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from kiosk.errors import PrinterError, SettingError
from kiosk.model.printer import Confirmation
from kiosk.printing.printer import EscPosPrinter, open_printer, prove_reachable, wants_slips
from kiosk.printing.transports import NetworkTransport
from tests.escpos_printer import TcpPrinter, Tokeniser
from tests.printing.slips import TOKEN_ID, a_slip


def nine_thirty() -> datetime:
    return datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)


def test_network_printer_prints_slips() -> None:
    with TcpPrinter() as device:
        printer = open_printer(device.setting, 576, nine_thirty)
        assert printer.name == device.setting
        assert printer.print_slip(a_slip("hi")).confirmation is Confirmation.SENT
        assert printer.print_slip(a_slip("gu", copy=1)).confirmation is Confirmation.SENT
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
        "cups:Office",
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


def test_auto_takes_the_first_usb_printer_that_opens(tmp_path: Path) -> None:
    (tmp_path / "lp0").mkdir()  # cannot be opened for writing
    (tmp_path / "lp1").touch()
    (tmp_path / "lp2").touch()
    assert open_printer("auto", 576, nine_thirty, tmp_path).name == f"usblp:{tmp_path}/lp1"
    assert wants_slips("auto", tmp_path)


def test_auto_without_a_usb_printer_is_none(tmp_path: Path) -> None:
    assert open_printer("auto", 576, nine_thirty, tmp_path / "usb").name == "none"
    assert not wants_slips("auto", tmp_path / "usb")


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


def test_a_printer_shows_that_it_is_there_without_a_byte() -> None:
    with TcpPrinter() as device:
        prove_reachable(open_printer(device.setting, 576, nine_thirty))
        assert device.received == 0
    with TcpPrinter(refuse=True) as device, pytest.raises(PrinterError) as caught:
        prove_reachable(open_printer(device.setting, 576, nine_thirty))
    assert caught.value.code == "PRINTER_UNREACHABLE"
